package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
)

// lifecycle is the events of an in-place deployment in the order of CodeDeploy's agent. DownloadBundle and
// Install are the agent's own.
var lifecycle = []string{"ApplicationStop", "DownloadBundle", "BeforeInstall", "Install", "AfterInstall", "ApplicationStart", "ValidateService"}

// codeDeploy simulates the service for one deployment group: an agent runs the events of a revision in order, and the
// service keeps the status of each deployment, and rolls back to the last good revision when one fails or is stopped.
type codeDeploy struct {
	agent
	group    string
	lastGood string // folder of the revision
	count    int
	states   string // folder with the files that the fake AWS CLI reads: the status of each deployment, the manifest of each image
}

// run is one deployment. Tests may add actions beside its hooks.
type run struct {
	id, revision string
	// during is called after the hook of an event has started.
	during func(event string, h *hookRun)
	// stopped is closed when the deployment is stopped, for example by an alarm: no further event starts, but a running
	// hook runs on.
	stopped chan struct{}

	mutex sync.Mutex
	said  []string // the hooks' output that the agent read
}

// last returns the last line of a hook's output that CodeDeploy keeps.
func (r *run) last() string {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if len(r.said) == 0 {
		return ""
	}
	return r.said[len(r.said)-1]
}

var errStopped = errors.New("the deployment was stopped")

// start returns a deployment of a revision, with its id.
func (c *codeDeploy) start(revision string) *run {
	c.count++
	return &run{
		id: fmt.Sprintf("d-%s%03d", c.group, c.count), revision: revision, stopped: make(chan struct{}),
		during: func(string, *hookRun) {},
	}
}

// newCodeDeploy creates the service and its agent for one group, without a deployment.
func newCodeDeploy(t *testing.T, group, config string, say func(string, ...any)) *codeDeploy {
	t.Helper()
	kubectl, err := filepath.Abs(filepath.Join(root, programs))
	require.NoError(t, err)
	c := &codeDeploy{
		agent: agent{kubectl: kubectl, tools: t.TempDir(), config: config, folder: t.TempDir(), scratch: t.TempDir(), say: say},
		group: group, states: t.TempDir(),
	}
	// The hooks' requests of CodeDeploy and the registry: the manifest of an image is the text of which its digest is the hash.
	checkout.Write(t, c.tools, map[string]string{"aws": fmt.Sprintf(`#!/bin/sh
case $* in
"deploy get-deployment --deployment-id $4 --query deploymentInfo.status --output text") exec cat %[1]s/"$4" ;;
"ecr batch-get-image "*)
	all=$*
	digest=${all#*imageDigest=}
	printf 'application/vnd.oci.image.manifest.v1+json\t%%s\n' "$(cat %[1]s/"${digest%%%% *}")"
	;;
"ecr put-image "*) echo {} ;;
*) echo "no such command: aws $*" >&2 && exit 252 ;;
esac
`, c.states)})
	return c
}

// slow delays every call of kubectl as on the instance, where the AWS CLI gets a token for each.
func (c *codeDeploy) slow(t *testing.T) {
	t.Helper()
	folder := t.TempDir()
	checkout.Write(t, folder, map[string]string{"kubectl": "#!/bin/sh\nsleep 1.4\nexec " + c.kubectl + "/kubectl \"$@\"\n"})
	c.kubectl = folder
}

// refuses lets calls of kubectl whose arguments have some pattern of the shell fail.
func (c *codeDeploy) refuses(t *testing.T, pattern string) {
	t.Helper()
	folder := t.TempDir()
	quoted := strings.ReplaceAll(pattern, " ", `\ `)
	checkout.Write(t, folder, map[string]string{"kubectl": "#!/bin/sh\ncase \"$*\" in *" + quoted + "*) echo 'error: (Forbidden) by the test' >&2; exit 1 ;; esac\nexec " +
		c.kubectl + "/kubectl \"$@\"\n"})
	c.kubectl = folder
}

// is sets the status of a deployment.
func (c *codeDeploy) is(r *run, state string) {
	c.say("CodeDeploy: %s is %s", r.id, state)
	if err := os.WriteFile(filepath.Join(c.states, r.id), []byte(state+"\n"), 0o600); err != nil {
		panic(err)
	}
}

// state returns the status of a deployment.
func (c *codeDeploy) state(r *run) string {
	text, err := os.ReadFile(filepath.Join(c.states, r.id))
	if err != nil {
		return err.Error()
	}
	return string(text[:len(text)-1])
}

// deploy runs a deployment to its end and, if it fails, the rollback.
func (c *codeDeploy) deploy(ctx context.Context, r *run) (failed error) {
	if failed = c.execute(ctx, r); failed == nil {
		c.lastGood = r.revision
		return nil
	}
	if c.lastGood == "" {
		c.say("there is no revision to roll back to")
		return failed
	}
	back := c.start(c.lastGood)
	c.say("CodeDeploy redeploys the last good revision as %s", back.id)
	if err := c.execute(ctx, back); err != nil {
		return errors.Join(failed, fmt.Errorf("and the redeployment failed: %w", err))
	}
	return failed
}

// execute runs the hooks of a revision, event by event.
func (c *codeDeploy) execute(ctx context.Context, r *run) (failed error) {
	c.is(r, "InProgress")
	defer func() {
		switch {
		case errors.Is(failed, errStopped):
			c.is(r, "Stopped")
		case failed != nil:
			c.say("%s failed: %v", r.id, failed)
			c.is(r, "Failed")
		default:
			c.is(r, "Succeeded")
		}
	}()
	archive, err := c.download(r)
	if err != nil {
		return err
	}
	hooks, err := appSpec(archive)
	if err != nil {
		return err
	}
	for _, event := range lifecycle {
		select {
		case <-r.stopped:
			return errStopped
		default:
		}
		for _, its := range hooks[event] {
			done := make(chan error, 1)
			c.running.Go(func() { c.run(ctx, r, event, filepath.Join(archive, its.Location), its.Timeout, done) })
			select {
			case err = <-done:
			case <-r.stopped:
				return errStopped
			}
			if err != nil {
				return fmt.Errorf("%s: %w", event, err)
			}
		}
	}
	return nil
}
