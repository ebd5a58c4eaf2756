package delivery_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"text/template"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
)

// What a hook prints of pods says why their secrets could not be read: of a migration's, and of those that serve.
func TestHooksTellWhyAPodDoesNotStart(t *testing.T) {
	const said = "secrets: legops-prod/billing/smtp could not be read"
	for _, c := range []struct{ script, function, phase, init, container, want string }{
		{
			"release/migrate.sh", "at", "Failed",
			`{"ready": false, "lastState": {}, "state": {"terminated": {"exitCode": 1, "reason": "Error", "message": "` + said + `"}}}`,
			`{"state": {"waiting": {"reason": "PodInitializing"}}}`, "pod-1 Failed Error\n" + said + " PodInitializing\n",
		},
		{
			"release/migrate.sh", "at", "Failed",
			`{"ready": true, "lastState": {}, "state": {"terminated": {"exitCode": 0, "reason": "Completed", "message": "read"}}}`,
			`{"state": {"terminated": {"exitCode": 3, "reason": "Error", "message": "cannot"}}}`, "pod-1 Failed exit code 3 Error\ncannot\n",
		},
		{
			"release/common.sh", "list", "Pending",
			`{"ready": false, "lastState": {"terminated": {"exitCode": 1, "message": "` + said + `"}}, "state": {"waiting": {"reason": "CrashLoopBackOff"}}}`,
			`{"ready": false, "lastState": {}, "restartCount": 0, "state": {"waiting": {"reason": "PodInitializing"}}}`, "pod-1 " + said + " restarts=0 PodInitializing an:image\n",
		},
		{
			"release/common.sh", "list", "Running",
			`{"ready": true, "lastState": {"terminated": {"exitCode": 1, "message": "` + said + `"}}, "state": {"terminated": {"exitCode": 0}}}`,
			`{"ready": true, "lastState": {"terminated": {"exitCode": 1, "message": "long ago"}}, "restartCount": 2, "state": {"running": {}}}`, "pod-1 restarts=2 an:image\n",
		},
		{ // a worker, which tells the end of what it printed
			"release/common.sh", "list", "Running", "",
			`{"ready": false, "lastState": {"terminated": {"exitCode": 1, "message": "no such queue"}}, "restartCount": 2, "state": {"waiting": {"reason": "CrashLoopBackOff"}}}`,
			"pod-1 restarts=2 CrashLoopBackOff no such queue an:image\n",
		},
	} {
		found := regexp.MustCompile(`(?s)\n` + c.function + `\(\) \{.*?--output=go-template='(.*?)'`).FindStringSubmatch(checkout.Read(t, c.script))
		require.Len(t, found, 2, c.script)
		parsed, err := template.New("").Parse(found[1])
		require.NoError(t, err)
		var pods any
		require.NoError(t, json.Unmarshal([]byte(`{"items": [{"metadata": {"name": "pod-1"}, "spec": {"containers": [{"image": "an:image"}]}, "status": {"phase": "`+c.phase+
			`", "initContainerStatuses": [`+c.init+`], "containerStatuses": [`+c.container+`]}}]}`), &pods))
		var printed strings.Builder
		require.NoError(t, parsed.Execute(&printed, pods))
		assert.Equal(t, c.want, printed.String(), c.script)
	}
}
