package delivery_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
)

// loadTestTools are fakes of aws and go. They log their arguments; aws copies between folders, go creates a k6.
var loadTestTools = map[string]string{
	"aws": `#!/bin/bash
echo "aws $*" >>"$WORLD/calls"
from=${*: -2:1} to=${*: -1}
[ ! -e "$WORLD/fail-aws" ] && mkdir -p "${to/s3:\//$WORLD/s3}" && cp -r "${from/s3:\//$WORLD/s3}." "${to/s3:\//$WORLD/s3}"
`,
	"go": `#!/bin/bash
echo "go $* from $GOPROXY, vouched for by $GOSUMDB" >>"$WORLD/calls"
mkdir -p "$GOBIN" && echo made >"$GOBIN/k6"
`,
}

// loadTestRun is a fake of run.sh: it writes its report and exits with the code that the test chooses.
const loadTestRun = `mkdir -p "$OUT"
echo "$1 of $TARGET in $ENVIRONMENT by $SIGN_IN_PASSWORD with $(cat "$K6")" >"$OUT/report.html"
exit "$RESULT"
`

// runLoadTest runs the buildspec as CodeBuild does: a phase ends at a command that fails, its finally block always runs, and
// no phase runs after one that aborts. It returns the calls and whether the build succeeded.
func runLoadTest(t *testing.T, world string, environment ...string) (calls []string, succeeded bool) {
	t.Helper()
	spec := buildspec(t, "loadtest.yml")
	require.Equal(t, "bash", spec.Env.Shell)
	checkout.Write(t, filepath.Join(world, "bin"), loadTestTools)
	checkout.Write(t, world, map[string]string{"s3/artifacts/delivery/abc/loadtest/run.sh": loadTestRun})
	variables := append([]string{
		"PATH=" + filepath.Join(world, "bin") + ":" + os.Getenv("PATH"), "WORLD=" + world,
		"SCRIPTS=s3://artifacts/delivery/abc", "REPORTS=s3://artifacts/loadtest", "TARGET=https://test.legops.example/matters",
		"ENVIRONMENT=test", "PROFILE=load", "SIGN_IN_PASSWORD=open sesame", "CODEBUILD_BUILD_ID=legops-test-loadtest:0123-4567",
	}, environment...)
	for name, value := range spec.Env.Variables {
		variables = append(variables, name+"="+value)
	}
	run := func(commands []string) bool {
		for _, command := range commands {
			run := exec.Command("bash", "-c", strings.ReplaceAll(command, "/tmp/", filepath.Join(world, "tmp")+"/"))
			run.Env = variables
			if out, code := checkout.Output(t, run); code != 0 {
				t.Logf("%s: %s", command, out)
				return false
			}
		}
		return true
	}
	succeeded = true
	for _, phase := range []string{"install", "pre_build", "build", "post_build"} {
		ok := run(spec.Phases[phase].Commands)
		ok = run(spec.Phases[phase].Finally) && ok
		succeeded = succeeded && ok
		if !ok && spec.Phases[phase].OnFailure == "ABORT" {
			break
		}
	}
	return strings.Split(strings.TrimSpace(strings.ReplaceAll(checkout.Read(t, world, "calls"), world, "")), "\n"), succeeded
}

const (
	loadTestScripts = "aws s3 cp --only-show-errors --recursive s3://artifacts/delivery/abc/loadtest/ /tmp/loadtest/"
	loadTestK6      = "go install go.k6.io/k6@v1.8.1 from https://proxy.golang.org, vouched for by sum.golang.org"
	loadTestReport  = "aws s3 cp --only-show-errors --recursive /tmp/report/ s3://artifacts/loadtest/0123-4567/"
)

// The build keeps the report whether the run fails or succeeds.
func TestLoadTestBuildspec(t *testing.T) {
	for result, succeeds := range map[string]bool{"0": true, "99": false} {
		world := t.TempDir()
		calls, succeeded := runLoadTest(t, world, "RESULT="+result)
		assert.Equal(t, succeeds, succeeded, "run.sh ends with %s", result)
		assert.Equal(t, []string{loadTestScripts, loadTestK6, loadTestReport}, calls)
		assert.Equal(t, "load of https://test.legops.example/matters in test by open sesame with made\n",
			checkout.Read(t, world, "s3/artifacts/loadtest/0123-4567/report.html"))
	}
}

// A build that cannot get its scripts fails and runs nothing.
func TestLoadTestWithoutScripts(t *testing.T) {
	world := t.TempDir()
	checkout.Write(t, world, map[string]string{"fail-aws": ""})
	calls, succeeded := runLoadTest(t, world, "RESULT=0")
	assert.False(t, succeeded)
	assert.Equal(t, []string{loadTestScripts}, calls)
}

// The account, laptops and CI use the same version of k6.
func TestLoadTestVersion(t *testing.T) {
	version := regexp.MustCompile(`go\.k6\.io/k6 (v\S+)`).FindStringSubmatch(checkout.Read(t, "../tools/k6/go.mod"))
	require.NotNil(t, version)
	assert.Contains(t, buildspec(t, "loadtest.yml").Phases["install"].Commands, "GOBIN=/tmp/bin go install go.k6.io/k6@"+version[1])
}
