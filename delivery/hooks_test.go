package delivery_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	first = "ghcr.io/stefanprodan/podinfo:6.7.1"
	good  = "r/matters@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	next  = "r/matters@sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

// hook runs a script with what hooks of a release share, and a kubectl that answers as the case says. It returns what the hook printed, and the calls
// that changed something. The application, of which one image is known to be good, has a worker.
func hook(t *testing.T, script, kubectl, current, workerServing, workerImage string) (printed, calls string) {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755))
	}
	for _, name := range []string{"common.sh", "workers.sh", "record.sh", "check.sh"} {
		text, err := os.ReadFile(filepath.Join("release", name))
		require.NoError(t, err)
		write(name, string(text))
	}
	write("release.env", "APPLICATION=matters\nIMAGE="+next+"\nCOMMIT=1234567\nHEALTH_HOST=legops.test\nHEALTH_PATH=/matters/healthz\nNODE_PORT=30080\nBAKE_SECONDS=60\nROLLOUT_SECONDS=60\n")
	write("deployments", "matters\n"+current+"\n"+good+"\n/healthz /readyz\n\n\n\n/healthz /readyz\nCHARGE\n\n2\n0\n1\n7\n1\n2\n2\n2\nNewReplicaSetAvailable\n"+
		"mail|"+workerImage+"|"+workerServing+"|OWNER|8|1||1|1|1|1|1|NewReplicaSetAvailable\n")
	write("charge", "d-0")
	write("owner", "d-0")
	write("bin/sleep", "#!/bin/sh\n")
	write("bin/aws", "#!/bin/sh\necho InProgress\n")
	write("bin/kubectl", `#!/bin/bash
cd "$(dirname "$0")/.."
case " $* " in
*" patch "* | *" annotate "*) echo "$*" >>calls ;;
esac
`+kubectl+`
case " $* " in
*" annotate "*" matters "*) echo d-1 >charge ;;
*" get deployments "*) sed "s/CHARGE/$(cat charge)/; s/OWNER/$(cat owner)/" deployments ;;
*" can-i "*) echo yes ;;
esac
`)
	cmd := exec.CommandContext(t.Context(), "bash", "-c", script, filepath.Join(dir, "hook"))
	cmd.Env = []string{"PATH=" + filepath.Join(dir, "bin") + ":/usr/bin:/bin", "DEPLOYMENT_ID=d-1"}
	cmd.Dir = dir
	out, _ := cmd.CombinedOutput() // how it ended is in what it printed
	changed, _ := os.ReadFile(filepath.Join(dir, "calls"))
	return string(out), string(changed)
}

// A worker whose first release was recorded of the application, but not of the worker, goes back to that image, not to no pods.
func TestRecordTakesUpAWorkerThatWasFoundGood(t *testing.T) {
	printed, calls := hook(t, ". ./record.sh", "", good, first, good)
	assert.Contains(t, printed, "d-1 is in charge")
	assert.Regexp(t, `annotate deployment mail .*legops/release=d-1 legops/serving=`+good, calls)
	for name, images := range map[string][2]string{"a release that nobody found good": {first, next}, "no release": {first, first}, "found good before": {good, good}} {
		_, calls := hook(t, ". ./record.sh", "", good, images[0], images[1])
		assert.Contains(t, calls, "annotate deployment mail", name)
		assert.NotRegexp(t, `annotate deployment mail .*legops/serving`, calls, name)
	}
}

// A right that cannot be asked for once is asked for again, and none is told from no answer.
func TestCheckAsksAgain(t *testing.T) {
	const fails = `case " $* " in *" can-i "*) if [ ! -e asked ]; then touch asked; echo "TLS handshake timeout" >&2; exit 1; fi ;; esac`
	printed, _ := hook(t, ". ./check.sh", fails, good, good, good)
	assert.Contains(t, printed, "was good last: "+good)
	printed, _ = hook(t, ". ./check.sh", `case " $* " in *" can-i "*) echo "TLS handshake timeout" >&2; exit 1 ;; esac`, good, good, good)
	assert.Contains(t, printed, "FAILED: whether this instance may patch deployment/matters cannot be asked: TLS handshake timeout")
	printed, _ = hook(t, ". ./check.sh", `case " $* " in *" can-i "*) echo no; exit 1 ;; esac`, good, good, good)
	assert.Contains(t, printed, "FAILED: this instance may not change the Deployment matters")
}

// A hook that is told to end while it asks the cluster still says so.
func TestHookTellsThatItWasEnded(t *testing.T) {
	printed, _ := hook(t, ". ./check.sh", `case " $* " in *" get deployments "*) kill -TERM $PPID; exit 1 ;; esac`, good, good, good)
	assert.Contains(t, printed, "FAILED: told to end after")
}

// Going back is refused where the release is recorded as good already: its workers stay. They go back where only the answer was lost.
func TestWorkersStayWithARecordedRelease(t *testing.T) {
	const ends = `. ./common.sh; look; undo=told; serving=` + good + `; exit 143`
	refuses := func(image string) string {
		return `case " $* " in
*" patch deployment matters "*) echo "the server rejected our request" >&2; exit 1 ;;
*" get deployment matters "*) echo ` + image + `; exit ;;
esac`
	}
	for image, goBack := range map[string]bool{next: false, good: true} {
		printed, calls := hook(t, ends, `echo d-1 | tee charge >owner; `+refuses(image), next, good, next)
		assert.Contains(t, printed, "FAILED: told after")
		if goBack {
			assert.Contains(t, calls, "patch deployment mail", image)
		} else {
			assert.NotContains(t, calls, "patch deployment mail", image)
		}
	}
}

// What serves and is not recorded of its workers fails the release, which says what to do.
func TestReleaseTellsAWorkerThatIsNotRecorded(t *testing.T) {
	printed, calls := hook(t, ". ./common.sh; look; proved", `echo d-1 | tee charge >owner
case " $* " in *" patch deployment mail "*) echo "the server rejected our request" >&2; exit 1 ;; esac`, next, good, next)
	assert.Contains(t, calls, "patch deployment mail")
	assert.Contains(t, printed, "FAILED: "+next+" serves, but it was not recorded of the workers mail: deploy it again")
}
