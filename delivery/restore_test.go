package delivery_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/delivery"
	"legops/internal/checkout"
)

// The build has psql of the database's version, and its record has the findings of the run, however that ends. What a run does with a
// database, tests/database tries; with a bucket, restore_bucket_test.go.
func TestRestoreBuildspec(t *testing.T) {
	spec := buildspec(t, "restore.yml")
	assert.Equal(t, "bash", spec.Env.Shell)
	assert.Equal(t, []string{"REPORT"}, spec.Env.ExportedVariables)
	assert.Equal(t, "ABORT", spec.Phases["install"].OnFailure)
	for code, succeeds := range map[string]bool{"0": true, "1": false} {
		world := t.TempDir()
		checkout.Write(t, world, map[string]string{
			"bin/dnf":  "#!/bin/bash\necho \"dnf $*\" >>\"$WORLD/calls\"\n",
			"bin/aws":  "#!/bin/bash\necho \"aws $*\" >>\"$WORLD/calls\"\nmkdir -p \"${*: -1}\" && cp \"$WORLD/drill.sh\" \"${*: -1}\"\n",
			"drill.sh": "printf 'fact one\\nproblem %s\\n' \"$(printf 'x%.0s' {1..5000})\" >\"$1\"\nexit " + code + "\n",
		})
		// CodeBuild runs all commands of a phase in one shell, and stops at the first that fails; then it runs finally.
		script := strings.Join(spec.Phases["install"].Commands, " &&\n") + " || exit 9\n" + strings.Join(spec.Phases["build"].Commands, " &&\n") +
			"\ncode=$?\n" + strings.Join(spec.Phases["build"].Finally, "\n") + "\nprintf %s \"$REPORT\" >\"$WORLD/exported\"\nexit $code\n"
		run := exec.Command("bash", "-c", strings.ReplaceAll(script, "/tmp/", world+"/tmp/"))
		require.NoError(t, os.Mkdir(filepath.Join(world, "tmp"), 0o755))
		run.Env = []string{"PATH=" + filepath.Join(world, "bin") + ":" + os.Getenv("PATH"), "WORLD=" + world, "SCRIPTS=s3://artifacts/delivery/abc", "POSTGRES=17"}
		out, ended := checkout.Output(t, run)
		assert.Equal(t, succeeds, ended == 0, out)
		assert.Equal(t, "dnf install --assumeyes --quiet --setopt=install_weak_deps=False postgresql17\n"+
			"aws s3 cp --only-show-errors --recursive s3://artifacts/delivery/abc/restore/ /tmp/restore/\n",
			strings.ReplaceAll(checkout.Read(t, world, "calls"), world, ""))
		exported := checkout.Read(t, world, "exported")
		assert.True(t, strings.HasPrefix(exported, "fact one|problem xxx"), exported)
		assert.Len(t, exported, 4000)
	}
}

// Both parts run at once, and what both have found is in one report, whatever becomes of them.
func TestRestoreDrillHasTwoParts(t *testing.T) {
	scripts, err := delivery.RestoreFiles()
	require.NoError(t, err)
	for name, c := range map[string]struct {
		database, bucket string
		report           string
		code             int
	}{
		"good":             {"echo fact one >$1; until [ -e met ]; do sleep 0.05; done", "touch met; echo fact two >$1", "fact one\nfact two\n", 0},
		"a bad database":   {"echo problem one >$1; exit 1", "sleep 0.3; echo fact two >$1", "problem one\nfact two\n", 1},
		"a bad bucket":     {"echo fact one >$1", "echo problem two >$1; exit 1", "fact one\nproblem two\n", 1},
		"a part is killed": {"echo fact one >$1; kill -KILL $$", "echo fact two >$1", "fact one\nproblem the drill of the database ended with 137, and did not say why\nfact two\n", 1},
		"it is stopped": {"trap 'echo problem stopped >$1; exit 1' TERM; until [ -e ready ]; do sleep 0.05; done; kill -TERM $PPID; sleep 9 & wait",
			"trap 'echo problem stopped too >$1; exit 1' TERM; touch ready; sleep 9 & wait", "problem stopped\nproblem stopped too\n", 1},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			checkout.Write(t, folder, map[string]string{"drill.sh": scripts["drill.sh"], "database.sh": c.database + "\n", "bucket.sh": c.bucket + "\n"})
			cmd := exec.Command("bash", "drill.sh", filepath.Join(folder, "report"))
			cmd.Dir = folder
			out, code := checkout.Output(t, cmd)
			assert.Equal(t, c.code, code, out)
			assert.Equal(t, c.report, checkout.Read(t, folder, "report"))
		})
	}
}
