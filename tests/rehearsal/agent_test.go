package rehearsal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"gopkg.in/yaml.v3"
)

// agent simulates CodeDeploy's agent on one instance. It follows the source of release 1.8.1, the last in Ruby
// (aws/aws-codedeploy-agent: lib/instance_agent/plugins/codedeploy/hook_executor.rb, command_poller.rb), and the observed
// behaviour of the hook code of releases from 2.0 on:
//
//   - a hook runs in its own process group, from /, with no input and no home;
//   - at its timeout the group gets SIGTERM. 1.8 closes the pipes at once and leaves the hook alone; 2.x reads on and kills
//     the group five seconds later;
//   - a restarted worker reports "Failed" for its interrupted event, and the hook lives on, unread;
//   - a hook does not learn that its deployment was stopped.
type agent struct {
	kubectl string // folder of the hooks' kubectl
	tools   string // folder of the fake AWS CLI
	config  string // kubeconfig of the instance
	folder  string // of the agent, with a folder for each deployment
	scratch string // the hooks' temporary folder, which they must leave empty
	say     func(format string, values ...any)
	running sync.WaitGroup // hooks, also those of stopped deployments
	ruby    bool           // release 1.8
}

// killAfter is the time between SIGTERM and SIGKILL in 2.x.
const killAfter = 5 * time.Second

// hookRun is a running hook.
type hookRun struct {
	pid int
	// dies is closed when the worker that runs the hook dies.
	dies chan struct{}
}

// download unpacks the bundle of a deployment, and keeps only the last five (ARCHIVES_TO_RETAIN in command_executor.rb).
func (a *agent) download(r *run) (archive string, err error) {
	archive = filepath.Join(a.folder, r.id, "deployment-archive")
	if err := os.CopyFS(archive, os.DirFS(r.revision)); err != nil {
		return "", err
	}
	all, err := os.ReadDir(a.folder) // ids are in order
	if err != nil {
		return "", err
	}
	for _, old := range all[:max(0, len(all)-5)] {
		if err := os.RemoveAll(filepath.Join(a.folder, old.Name())); err != nil {
			return "", err
		}
	}
	return archive, nil
}

// hook is one script of an event.
type hook struct {
	Location string `yaml:"location"`
	Timeout  int    `yaml:"timeout"` // seconds
}

func appSpec(archive string) (map[string][]hook, error) {
	text, err := os.ReadFile(filepath.Join(archive, "appspec.yml"))
	if err != nil {
		return nil, err
	}
	var spec struct {
		Hooks map[string][]hook `yaml:"hooks"`
	}
	return spec.Hooks, yaml.Unmarshal(text, &spec)
}

// run runs a script. It sends the agent's report to the service once to reported; the hook may live longer.
func (a *agent) run(ctx context.Context, r *run, event, script string, timeout int, reported chan<- error) {
	cmd := exec.CommandContext(ctx, script)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Env = []string{
		"PATH=" + strings.Join([]string{a.kubectl, a.tools, os.Getenv("PATH")}, ":"), "KUBECONFIG=" + a.config, "TMPDIR=" + a.scratch,
		"LIFECYCLE_EVENT=" + event, "DEPLOYMENT_ID=" + r.id,
		"APPLICATION_NAME=" + a.group(r), "DEPLOYMENT_GROUP_NAME=" + a.group(r), "DEPLOYMENT_GROUP_ID=0",
	}
	r.mutex.Lock()
	r.said = nil // CodeDeploy keeps the output per event
	r.mutex.Unlock()
	pipe, output, err := os.Pipe()
	if err != nil {
		reported <- err
		return
	}
	cmd.Stdout, cmd.Stderr = output, output
	err = cmd.Start()
	output.Close()
	if err != nil {
		pipe.Close()
		reported <- err
		return
	}
	var reading sync.WaitGroup
	reading.Go(func() { a.read(r, event, pipe) })
	h := &hookRun{pid: cmd.Process.Pid, dies: make(chan struct{})}
	r.during(event, h)
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	group := func(signal syscall.Signal) { _ = syscall.Kill(-h.pid, signal) } // it may have ended by then
	select {
	case err = <-ended:
		reading.Wait()
		pipe.Close()
		reported <- err
		return
	case <-h.dies:
		pipe.Close()
		a.say("%s %s: the agent's worker died; started again, it reports the event as failed", r.id, event)
		reported <- errors.New("failing in-progress lifecycle event after an agent restart")
	case <-time.After(time.Duration(timeout) * time.Second):
		a.say("%s %s: the agent sends the hook SIGTERM after %d s", r.id, event, timeout)
		group(syscall.SIGTERM)
		failed := fmt.Errorf("failed to complete in %d seconds", timeout)
		if a.ruby {
			pipe.Close()
			reported <- failed
			break
		}
		kill := time.AfterFunc(killAfter, func() {
			a.say("%s %s: the agent kills the hook", r.id, event)
			group(syscall.SIGKILL)
		})
		err = <-ended
		a.say("%s %s: the hook ended: %v", r.id, event, err)
		kill.Stop()
		reading.Wait()
		pipe.Close()
		reported <- failed
		return
	}
	err = <-ended
	a.say("%s %s: the hook ended by itself: %v", r.id, event, err)
}

// group returns the deployment group in a deployment's id.
func (a *agent) group(r *run) string { return strings.TrimPrefix(r.id[:len(r.id)-3], "d-") }

// read reads a hook's output, of which CodeDeploy keeps the last 2,048 bytes in whole lines (ScriptLog in hook_executor.rb).
func (a *agent) read(r *run, event string, pipe io.Reader) {
	for lines := bufio.NewScanner(pipe); lines.Scan(); {
		r.mutex.Lock()
		r.said = append(r.said, lines.Text())
		size := 0
		for _, line := range r.said {
			size += len(line) + 1
		}
		for size > 2048 {
			size -= len(r.said[0]) + 1
			r.said = r.said[1:]
		}
		r.mutex.Unlock()
		a.say("%s %s: %s", r.id, event, lines.Text())
	}
}
