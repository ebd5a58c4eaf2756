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
	"sync"
	"syscall"
	"time"

	"gopkg.in/yaml.v3"
)

// lifecycle is the order in which CodeDeploy's agent runs the events of an in-place deployment. DownloadBundle and
// Install are the agent's own.
var lifecycle = []string{"ApplicationStop", "DownloadBundle", "BeforeInstall", "Install", "AfterInstall", "ApplicationStart", "ValidateService"}

// codeDeploy plays the service and its agent for one deployment group: it runs the hooks of a revision in order, with
// the environment that the agent gives them, and goes back to the last good revision when one fails or is stopped.
type codeDeploy struct {
	group    string
	kubectl  string // folder of the kubectl that hooks find
	config   string // kubeconfig of the instance
	say      func(format string, values ...any)
	lastGood string // folder of the revision
	count    int
	running  sync.WaitGroup // hooks, also those of stopped deployments
}

// run is one deployment. What it does besides running hooks is for the test to say.
type run struct {
	id, revision string
	// hook is called when the hook of an event has started; it may kill it.
	hook func(event string, process *os.Process)
	// stopped is closed when the deployment is stopped, as by an alarm: no further event is started, and what runs on
	// the instance runs on.
	stopped chan struct{}

	mutex sync.Mutex
	said  []string // what hooks printed
}

// last is the last line that a hook printed.
func (r *run) last() string {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if len(r.said) == 0 {
		return ""
	}
	return r.said[len(r.said)-1]
}

var errStopped = errors.New("the deployment was stopped")

// start gives a deployment of a revision its id.
func (c *codeDeploy) start(revision string) *run {
	c.count++
	return &run{
		id: fmt.Sprintf("d-%s%03d", c.group, c.count), revision: revision, stopped: make(chan struct{}),
		hook: func(string, *os.Process) {},
	}
}

// deploy runs a deployment to its end and, if it fails, the deployment that undoes it.
func (c *codeDeploy) deploy(ctx context.Context, r *run) (failed error) {
	if failed = c.execute(ctx, r); failed == nil {
		c.lastGood = r.revision
		return nil
	}
	c.say("%s failed: %v", r.id, failed)
	if c.lastGood == "" {
		c.say("there is no revision to go back to")
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
func (c *codeDeploy) execute(ctx context.Context, r *run) error {
	hooks, err := appSpec(r.revision)
	if err != nil {
		return err
	}
	for _, event := range lifecycle {
		select {
		case <-r.stopped:
			return errStopped
		default:
		}
		for _, hook := range hooks[event] {
			done := make(chan error, 1)
			c.running.Go(func() { done <- c.runHook(ctx, r, event, hook) })
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

// hook is one script of an event.
type hook struct {
	Location string `yaml:"location"`
	Timeout  int    `yaml:"timeout"`
}

func appSpec(revision string) (map[string][]hook, error) {
	text, err := os.ReadFile(filepath.Join(revision, "appspec.yml"))
	if err != nil {
		return nil, err
	}
	var spec struct {
		Hooks map[string][]hook `yaml:"hooks"`
	}
	return spec.Hooks, yaml.Unmarshal(text, &spec)
}

// runHook runs a script as the agent does: from no particular folder, in a process group of its own, with no input; at
// its timeout the group is told to end.
func (c *codeDeploy) runHook(ctx context.Context, r *run, event string, hook hook) error {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(hook.Timeout)*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(r.revision, hook.Location))
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.Env = []string{
		"PATH=" + c.kubectl + ":" + os.Getenv("PATH"), "KUBECONFIG=" + c.config, "LIFECYCLE_EVENT=" + event, "DEPLOYMENT_ID=" + r.id,
		"APPLICATION_NAME=" + c.group, "DEPLOYMENT_GROUP_NAME=" + c.group, "DEPLOYMENT_GROUP_ID=0",
	}
	output, writer := io.Pipe()
	cmd.Stdout, cmd.Stderr = writer, writer
	read := make(chan struct{})
	go func() {
		defer close(read)
		for lines := bufio.NewScanner(output); lines.Scan(); {
			r.mutex.Lock()
			r.said = append(r.said, lines.Text())
			r.mutex.Unlock()
			c.say("%s %s: %s", r.id, event, lines.Text())
		}
	}()
	err := cmd.Start()
	if err == nil {
		r.hook(event, cmd.Process)
		err = cmd.Wait()
	}
	writer.Close()
	<-read
	return err
}
