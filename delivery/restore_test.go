package delivery_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
)

// The build has psql of the database's version, and its record has the findings of the run, however that ends. What a run does,
// tests/database tries.
func TestRestoreBuildspec(t *testing.T) {
	spec := buildspec(t, "restore.yml")
	assert.Equal(t, "bash", spec.Env.Shell)
	assert.Equal(t, []string{"REPORT"}, spec.Env.ExportedVariables)
	assert.Equal(t, "ABORT", spec.Phases["install"].OnFailure)
	for code, succeeds := range map[string]bool{"0": true, "1": false} {
		world := t.TempDir()
		checkout.Write(t, world, map[string]string{
			"bin/dnf":     "#!/bin/bash\necho \"dnf $*\" >>\"$WORLD/calls\"\n",
			"bin/aws":     "#!/bin/bash\necho \"aws $*\" >>\"$WORLD/calls\"\nmkdir -p \"${*: -1}\" && cp \"$WORLD/database.sh\" \"${*: -1}\"\n",
			"database.sh": "printf 'fact one\\nproblem %s\\n' \"$(printf 'x%.0s' {1..5000})\" >\"$1\"\nexit " + code + "\n",
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
