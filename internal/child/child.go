// Package child starts programs that do not outlive this one.
package child

import (
	"os/exec"
	"runtime"
	"syscall"
)

// Process is a command that was started.
type Process struct {
	Cmd   *exec.Cmd
	Ended <-chan struct{} // closed when it has; how is in the ProcessState of Cmd
}

// Start starts a command in a process group of its own. When this process dies, the kernel kills a command that is tied to it.
func Start(cmd *exec.Cmd, tied bool) (*Process, error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	if tied {
		cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	}
	started, ended := make(chan error), make(chan struct{})
	go func() {
		// The kernel takes the starting thread for the parent, so that thread stays until the process ends.
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // how it ended is in ProcessState
			close(ended)
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return &Process{cmd, ended}, nil
}

// HasEnded reports whether the process has ended.
func (p *Process) HasEnded() bool {
	select {
	case <-p.Ended:
		return true
	default:
		return false
	}
}

// Kill ends the process with its children and returns when it is gone.
func (p *Process) Kill() {
	if !p.HasEnded() { // another process may have its number then
		_ = syscall.Kill(-p.Cmd.Process.Pid, syscall.SIGKILL) // the only error is that it has ended by now
	}
	<-p.Ended
}
