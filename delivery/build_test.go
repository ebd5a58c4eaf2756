package delivery_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
)

const (
	buildCommit = "0123456789abcdef0123456789abcdef01234567"
	buildDigest = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	buildImage  = "111122223333.dkr.ecr.us-east-1.amazonaws.com/legops-test/matters"
	dockerfile  = "FROM golang AS build\nFROM build AS test\nRUN go test ./...\nFROM scratch\n"
)

// buildTool is a fake of aws, docker and sleep. It logs its arguments and answers from a file: <command>.<n> for the nth
// call of a command, or <command> for any. An answer that begins with "error: " is a failure.
const buildTool = `#!/bin/bash
tool=${0##*/}
echo "$tool $*" >>"$WORLD/calls"
case "$tool $*" in
*"--target test"*) command=docker-test ;;
*imageScanFindings*) command=findings ;;
aws*) command=$2 ;;
*) command=$tool-$1 ;;
esac
case $command in
docker-login) cat >"$WORLD/password" ;;
docker-build) echo "$BUILDX_NO_DEFAULT_ATTESTATIONS" >"$WORLD/attestations" ;;
esac
count=0
[ -f "$WORLD/count.$command" ] && count=$(<"$WORLD/count.$command")
echo $((++count)) >"$WORLD/count.$command"
for answer in "$WORLD/answers/$command.$count" "$WORLD/answers/$command"; do
	[ -f "$answer" ] || continue
	text=$(<"$answer")
	[ "${text#error: }" = "$text" ] || { echo "${text#error: }" >&2; exit 254; }
	echo "$text"
	exit
done
`

// answers are the tools' answers, by command.
type answers map[string]string

const (
	noImage = "error: An error occurred (ImageNotFoundException) when calling the DescribeImages operation: no such image"
	noScan  = "error: An error occurred (ScanNotFoundException) when calling the DescribeImageScanFindings operation: no scan"
)

// goodBuild is the first build of a commit: no image exists before the push.
func goodBuild() answers {
	return answers{
		"describe-images.1": noImage, "describe-images.2": buildDigest,
		"get-login-password":           "token",
		"describe-image-scan-findings": "COMPLETE\tThe scan was completed successfully.",
		"findings":                     "LOW\tCVE-2026-1\nMEDIUM\tCVE-2026-2",
		"list-deployments":             "",
	}
}

// built is a run of build.sh: its output, its error and its folder.
type built struct {
	world, output string
	failed        bool
}

// runBuild runs the script on sources with this Dockerfile, or without one, as CodeBuild does.
func runBuild(t *testing.T, dockerfile string, answers answers, environment ...string) built {
	t.Helper()
	world := t.TempDir()
	files := map[string]string{
		"delivery/build.sh": checkout.Read(t, "build.sh"), "delivery/release/appspec.yml": "version: 0.0\n", "source/.release/left": "of an earlier build\n",
		"bin/aws": buildTool, "bin/docker": buildTool, "bin/sleep": buildTool,
	}
	for command, text := range answers {
		files["answers/"+command] = text
	}
	if dockerfile != "" {
		files["source/Dockerfile"] = dockerfile
	}
	checkout.Write(t, world, files)
	// A hook that CodeDeploy could not run as it comes.
	require.NoError(t, os.WriteFile(filepath.Join(world, "delivery/release/rollout.sh"), []byte("echo rollout\n"), 0o600))
	run := exec.Command("bash", filepath.Join(world, "delivery/build.sh"))
	run.Dir = filepath.Join(world, "source")
	run.Env = append([]string{
		"PATH=" + filepath.Join(world, "bin") + ":" + os.Getenv("PATH"), "WORLD=" + world, "TMPDIR=" + world,
		"APPLICATION=matters", "ARCHITECTURE=arm64", "REPOSITORY=" + buildImage, "REPOSITORY_REGION=us-east-1", "BLOCK_SEVERITY=HIGH",
		"HEALTH_HOST=test.legops.example", "HEALTH_PATH=/matters", "NODE_PORT=30080", "BAKE_SECONDS=300", "ROLLOUT_SECONDS=240", "DEPLOYMENT_GROUP=legops-test-matters",
		"CODEBUILD_RESOLVED_SOURCE_VERSION=" + buildCommit,
	}, environment...)
	output, code := checkout.Output(t, run)
	return built{world: world, output: output, failed: code != 0}
}

func (b built) file(path string) string {
	text, _ := os.ReadFile(filepath.Join(b.world, path))
	return string(text)
}

// calls returns the calls of the tools, without the arguments that all calls to ECR share.
func (b built) calls() []string {
	every := strings.NewReplacer(" --region us-east-1", "", " --repository-name legops-test/matters", "", " --output text", "")
	return strings.Split(strings.TrimSpace(every.Replace(b.file("calls"))), "\n")
}

func (b built) lastLine() string {
	lines := strings.Split(strings.TrimSpace(b.output), "\n")
	return lines[len(lines)-1]
}

// called reports whether a call began with the text.
func (b built) called(beginning string) bool {
	return slices.ContainsFunc(b.calls(), func(call string) bool { return strings.HasPrefix(call, beginning) })
}

const (
	callDigest   = "aws ecr describe-images --image-ids imageTag=" + buildCommit + " --query imageDetails[0].imageDigest"
	callStatus   = "aws ecr describe-image-scan-findings --no-paginate --image-id imageDigest=" + buildDigest + " --query [imageScanStatus.status, imageScanStatus.description]"
	callFindings = "aws ecr describe-image-scan-findings --image-id imageDigest=" + buildDigest +
		" --query imageScanFindings.[findings, enhancedFindings][].[severity, name || packageVulnerabilityDetails.vulnerabilityId]"
	callReleases = "aws deploy list-deployments --application-name legops-test-matters --deployment-group-name legops-test-matters" +
		" --include-only-statuses Created Queued InProgress Baking Ready --query deployments[]"
	releaseEnv = "APPLICATION=matters\nIMAGE=" + buildImage + "@" + buildDigest + "\nCOMMIT=" + buildCommit +
		"\nHEALTH_HOST=test.legops.example\nHEALTH_PATH=/matters\nNODE_PORT=30080\nBAKE_SECONDS=300\nROLLOUT_SECONDS=240\n"
)

func TestBuild(t *testing.T) {
	b := runBuild(t, dockerfile, goodBuild())
	require.False(t, b.failed, b.output)
	assert.Equal(t, "build: matters of "+buildCommit+" is ready: "+buildImage+"@"+buildDigest, b.lastLine())
	calls := b.calls()
	slices.Sort(calls[2:4]) // both sides of a pipe
	slices.Sort(calls[4:6])
	assert.Equal(t, []string{
		callDigest,
		"docker info",
		"aws ecr get-login-password",
		"docker login --username AWS --password-stdin 111122223333.dkr.ecr.us-east-1.amazonaws.com",
		"aws ecr-public get-login-password",
		"docker login --username AWS --password-stdin public.ecr.aws",
		"docker build --platform linux/arm64 --target test .",
		"docker build --platform linux/arm64 --build-arg VERSION=" + buildCommit + " --tag " + buildImage + ":" + buildCommit + " .",
		"docker push " + buildImage + ":" + buildCommit,
		callDigest,
		callStatus,
		callFindings,
		callReleases,
	}, calls)
	assert.Equal(t, "token\n", b.file("password"))
	assert.Equal(t, "1\n", b.file("attestations"), "ECR scans an image, not a list of them")
	assert.Contains(t, b.file("calls"), "--region us-east-1 --repository-name legops-test/matters --output text", "the region of the registry, not of the build")
	b.hasBundle(t)
}

// hasBundle checks that the bundle has all its files and no other.
func (b built) hasBundle(t *testing.T) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(b.world, "source/.release"))
	require.NoError(t, err)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	assert.Equal(t, []string{"appspec.yml", "release.env", "rollout.sh"}, names)
	assert.Equal(t, releaseEnv, b.file("source/.release/release.env"))
	assert.Equal(t, "echo rollout\n", b.file("source/.release/rollout.sh"))
	hook, err := os.Stat(filepath.Join(b.world, "source/.release/rollout.sh"))
	require.NoError(t, err)
	assert.NotZero(t, hook.Mode()&0o100, "CodeDeploy has to run it")
}

// The second run for a commit creates the same release, without Docker.
func TestBuildAgain(t *testing.T) {
	again := goodBuild()
	again["describe-images.1"] = buildDigest
	b := runBuild(t, dockerfile, again)
	require.False(t, b.failed, b.output)
	assert.Equal(t, []string{callDigest, callStatus, callFindings, callReleases}, b.calls())
	b.hasBundle(t)
}

func TestBuildWaitsForTheScan(t *testing.T) {
	slow := goodBuild()
	slow["describe-image-scan-findings.1"] = noScan
	slow["describe-image-scan-findings.2"] = "PENDING\tNone"
	slow["describe-image-scan-findings.3"] = "IN_PROGRESS\tNone"
	b := runBuild(t, dockerfile, slow)
	require.False(t, b.failed, b.output)
	assert.Equal(t, []string{callStatus, "sleep 10", callStatus, "sleep 10", callStatus, "sleep 10", callStatus, callFindings, callReleases}, b.calls()[10:])
	b.hasBundle(t)
}

// CodeDeploy refuses a second deployment of a group, and the rollback of a failed release takes a while.
func TestBuildWaitsForTheRelease(t *testing.T) {
	busy := goodBuild()
	busy["list-deployments.1"], busy["list-deployments.2"] = "d-RELEASE01", "d-RELEASE01"
	busy["list-deployments.3"], busy["list-deployments.4"] = "None\nNone", "None\nd-WAYBACK01\td-WAYBACK02"
	b := runBuild(t, dockerfile, busy)
	require.False(t, b.failed, b.output)
	assert.Equal(t, slices.Concat(slices.Repeat([]string{callReleases, "sleep 30"}, 5), []string{callReleases}), b.calls()[12:])
	assert.Equal(t, 1, strings.Count(b.output, "build: deployment d-RELEASE01 is under way: this release waits for it\n"))
	b.hasBundle(t)

	busy = goodBuild()
	busy["list-deployments"] = "d-RELEASE01"
	b = runBuild(t, dockerfile, busy)
	require.True(t, b.failed)
	assert.Equal(t, "build: a release of matters is still under way after 3600 seconds: "+
		"run the pipeline again when it has ended, which builds nothing again", b.lastLine())
	assert.Equal(t, 120, strings.Count(b.file("calls"), "sleep 30"))
}

func TestBuildFindings(t *testing.T) {
	for _, c := range []struct {
		least, findings string
		blocks          []string
	}{
		{"HIGH", "None", nil},
		{"HIGH", "MEDIUM\tCVE-2026-1\nUNTRIAGED\tHIGH-1", nil},
		{"CRITICAL", "HIGH\tCVE-2026-1\nHIGH\tCVE-2026-2", nil},
		{"CRITICAL", "HIGH\tCVE-2026-1\nCRITICAL\tCVE-2026-2", []string{"CRITICAL\tCVE-2026-2"}},
		{"HIGH", "CRITICAL\tCVE-2026-1", []string{"CRITICAL\tCVE-2026-1"}},
		{"HIGH", "LOW\tCVE-2026-3\nHIGH\tCVE-2026-2\nHIGH\tCVE-2026-2\nCRITICAL\tCVE-2026-1", []string{"CRITICAL\tCVE-2026-1", "HIGH\tCVE-2026-2"}},
	} {
		t.Run(c.least+"/"+c.findings, func(t *testing.T) {
			found := goodBuild()
			found["findings"] = c.findings
			b := runBuild(t, dockerfile, found, "BLOCK_SEVERITY="+c.least)
			if c.blocks == nil {
				require.False(t, b.failed, b.output)
				b.hasBundle(t)
				return
			}
			require.True(t, b.failed)
			assert.Equal(t, fmt.Sprintf("%s\nbuild: the image has findings of severity %s or worse, %d in all, listed above: "+
				"update what has them, often the base image, and push that\n", strings.Join(c.blocks, "\n"), c.least, len(c.blocks)), b.output)
			assert.NoFileExists(t, filepath.Join(b.world, "source/.release/release.env"))
		})
	}
}

func TestBuildFails(t *testing.T) {
	denied := "error: An error occurred (AccessDeniedException) when calling an operation: not authorized"
	for _, c := range []struct {
		name, dockerfile string
		answers          answers
		environment      []string
		says             string
		never            string // the call that must not follow
	}{
		{"no Dockerfile", "", nil, nil, "there is no Dockerfile at the root of the repository: add one that builds matters", "docker"},
		{"no test stage", "FROM golang AS testing\nFROM test\n# FROM x AS test\n", nil, nil,
			`the Dockerfile has no stage for the unit tests: add one, "FROM <stage> AS test" and "RUN <the tests>", before the last stage`, "docker"},
		{"tests last", "FROM golang AS build\r\nfrom build as Test\r\n", nil, nil,
			`the stage "test" is the last one of the Dockerfile, so it would be the image: move it before the last stage`, "docker"},
		{"no daemon", dockerfile, answers{"docker-info": "error: cannot connect"}, nil, "there is no Docker daemon: the build project has to be privileged", "docker login"},
		{"no token", dockerfile, answers{"get-login-password": denied}, nil, "Docker could not log in to 111122223333.dkr.ecr.us-east-1.amazonaws.com", "docker build"},
		{"no login", dockerfile, answers{"docker-login": "error: refused"}, nil, "Docker could not log in to 111122223333.dkr.ecr.us-east-1.amazonaws.com", "docker build"},
		{"no token for base images", dockerfile, answers{"get-login-password.2": denied}, nil, "Docker could not log in to public.ecr.aws", "docker build"},
		{"no login for base images", dockerfile, answers{"docker-login.2": "error: refused"}, nil, "Docker could not log in to public.ecr.aws", "docker build"},
		{"tests fail", dockerfile, answers{"docker-test": "error: FAIL"}, nil,
			`the unit tests failed: the stage "test" of the Dockerfile could not be built`, "docker build --platform linux/arm64 --tag"},
		{"build fails", dockerfile, answers{"docker-build": "error: FAIL"}, nil, "the image could not be built", "docker push"},
		{"push fails", dockerfile, answers{"docker-push": "error: denied"}, nil, "the image could not be pushed to " + buildImage, callStatus},
		{"no image after the push", dockerfile, answers{"describe-images.2": noImage}, nil, "ECR has no digest of the image of " + buildCommit + ", but: nothing", callStatus},
		{"no digest", dockerfile, answers{"describe-images.1": "None"}, nil, "ECR has no digest of the image of " + buildCommit + ", but: None", "docker"},
		{"not allowed to read images", dockerfile, answers{"describe-images.1": denied}, nil, "ECR did not answer describe-images: see the message above", "docker"},
		{"not allowed to see the scan", dockerfile, answers{"describe-image-scan-findings": denied}, nil,
			"ECR did not answer describe-image-scan-findings: see the message above", callFindings},
		{"not allowed to see findings", dockerfile, answers{"findings": denied}, nil, "ECR did not answer describe-image-scan-findings: see the message above", "sleep"},
		{"scan failed", dockerfile, answers{"describe-image-scan-findings": "FAILED\tThe layers could not be read."}, nil,
			"the image cannot be scanned, so it is not released: FAILED: The layers could not be read.", "sleep"},
		{"scan unsupported", dockerfile, answers{"describe-image-scan-findings": "UNSUPPORTED_IMAGE\tUnsupportedImageError"}, nil,
			"the image cannot be scanned, so it is not released: UNSUPPORTED_IMAGE: UnsupportedImageError", "sleep"},
		{"not allowed to see releases", dockerfile, answers{"list-deployments": denied}, nil,
			"CodeDeploy did not say whether a release is under way: see the message above", "sleep"},
		{"no commit", dockerfile, nil, []string{"CODEBUILD_RESOLVED_SOURCE_VERSION=main"}, "CODEBUILD_RESOLVED_SOURCE_VERSION is main, must be the id of a commit", "aws"},
		{"no variable", dockerfile, nil, []string{"HEALTH_PATH="}, "the variable HEALTH_PATH is not set: the build project has to set it", "aws"},
	} {
		t.Run(c.name, func(t *testing.T) {
			failing := goodBuild()
			for command, text := range c.answers {
				failing[command] = text
			}
			b := runBuild(t, c.dockerfile, failing, c.environment...)
			require.True(t, b.failed, b.output)
			assert.Equal(t, "build: "+c.says, b.lastLine())
			assert.False(t, b.called(c.never), b.calls())
			assert.NoFileExists(t, filepath.Join(b.world, "source/.release/release.env"), "no bundle")
		})
	}
}

func TestBuildWaitsBoundedly(t *testing.T) {
	stuck := goodBuild()
	stuck["describe-image-scan-findings"] = "IN_PROGRESS\tNone"
	b := runBuild(t, dockerfile, stuck)
	require.True(t, b.failed)
	assert.Equal(t, "build: the scan of the image has not ended after 600 seconds: run the pipeline again, which builds nothing again", b.lastLine())
	assert.NotContains(t, b.calls(), callFindings)
	assert.Equal(t, 60, strings.Count(b.file("calls"), "sleep 10\n"))
}

func TestBuildBuildspec(t *testing.T) {
	spec := buildspec(t, "build.yml")
	build := spec.Phases["build"]
	assert.Equal(t, "ABORT", build.OnFailure)
	assert.Equal(t, []string{
		`aws s3 cp --only-show-errors "$SCRIPTS/build.sh" /tmp/delivery/build.sh`,
		`aws s3 cp --only-show-errors --recursive "$SCRIPTS/release/" /tmp/delivery/release/`,
		"bash /tmp/delivery/build.sh",
	}, build.Commands)
	assert.Equal(t, artifacts{".release", []string{"**/*"}}, spec.Artifacts, "the output of build.sh, at the root of the bundle")
}
