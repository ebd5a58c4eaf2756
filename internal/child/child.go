// Package child starts programs that do not outlive this one.
package child

import (
	"os/exec"
	"runtime"
	"syscall"
)

// Start starts a command in a process group of its own. The channel that it returns is closed when the command has ended; how is in its
// ProcessState. When this process dies, the kernel kills a command that is tied to it.
func Start(cmd *exec.Cmd, tied bool) (<-chan struct{}, error) {
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
	return ended, <-started
}
