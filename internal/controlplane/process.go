package controlplane

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// process is a program that runs in the background.
type process struct {
	cmd   *exec.Cmd
	log   string        // path of what it prints
	ended chan struct{} // closed when it has
}

// startProcess starts a program in a process group of its own, which ends with the caller in any case: killed by
// kill, or by the kernel when the caller dies. Its home and its log are in a folder.
func startProcess(path, dir string, args ...string) (*process, error) {
	log := filepath.Join(dir, filepath.Base(path)+".log")
	output, err := os.Create(log)
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", path, err)
	}
	defer output.Close()
	p := &process{cmd: exec.Command(path, args...), log: log, ended: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = output, output
	p.cmd.Env = home(dir)
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	started := make(chan error)
	go func() {
		// To the kernel the parent is the thread that started it, so that thread stays as long.
		runtime.LockOSThread()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			_ = p.cmd.Wait() // how it ended is in ProcessState
			close(p.ended)
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("starting %s: %w", path, err)
	}
	return p, nil
}

// home is the environment of a program that finds neither settings nor caches of whoever runs this.
func home(dir string) []string { return append(os.Environ(), "HOME="+dir) }

func (p *process) hasEnded() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// kill ends the process with its children and returns when it is gone.
func (p *process) kill() {
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) // the only error is that it has ended
	<-p.ended
}

// tail is the end of what the process printed, under its name.
func (p *process) tail() string {
	const most = 20
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error() + "\n"
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	lines = lines[max(0, len(lines)-most):]
	return fmt.Sprintf("%s printed (%s):\n%s\n", filepath.Base(p.cmd.Path), p.log, strings.Join(lines, "\n"))
}
