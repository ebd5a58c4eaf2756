package controlplane

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"legops/internal/child"
)

// process is a program that runs in the background.
type process struct {
	*child.Process
	log string // path of its output
}

// startProcess starts a program in its own process group. Unless it is kept, it ends with the caller in any case. Its home and its log are in a
// folder.
func startProcess(path, dir string, keep bool, args ...string) (*process, error) {
	log := filepath.Join(dir, filepath.Base(path)+".log")
	output, err := os.Create(log)
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", path, err)
	}
	defer output.Close()
	cmd := exec.Command(path, args...)
	cmd.Stdout, cmd.Stderr = output, output
	cmd.Env = home(dir)
	started, err := child.Start(cmd, !keep)
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", path, err)
	}
	return &process{started, log}, nil
}

// home returns an environment without the settings and caches of the user. Go collects garbage less often in it: that was a quarter of what the
// API server did.
func home(dir string) []string { return append(os.Environ(), "HOME="+dir, "GOGC=400") }

// tail returns the end of the process's output, under its name.
func (p *process) tail() string {
	const most = 20
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error() + "\n"
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	lines = lines[max(0, len(lines)-most):]
	return fmt.Sprintf("%s printed (%s):\n%s\n", filepath.Base(p.Cmd.Path), p.log, strings.Join(lines, "\n"))
}

// Stop ends the control plane kept in a folder. Its data stays there.
func Stop(dir string) {
	pids := running(dir)
	for _, pid := range pids {
		_ = syscall.Kill(-pid, syscall.SIGKILL) // the only error is that it has ended
	}
	for deadline := time.Now().Add(5 * time.Second); slices.ContainsFunc(pids, lives) && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
	}
}

// lives reports whether a process may still hold files and ports. Its arguments, and maybe its first thread, disappear before
// those: the process is over when its first thread is the last and has ended, even as a zombie.
func lives(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	threads, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	_, state, _ := strings.Cut(string(stat), ") ") // after the name of the program
	return len(threads) > 1 || !strings.HasPrefix(state, "Z") && !strings.HasPrefix(state, "X")
}

// running returns the processes of a control plane, found by its folder, which is in the arguments of each.
func running(dir string) []int {
	var pids []int
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline") // the pattern is valid
	for _, file := range files {
		line, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		program, args, _ := strings.Cut(string(line), "\x00")
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err == nil && slices.Contains(programs, filepath.Base(program)) && strings.Contains(args, dir+"/") {
			pids = append(pids, pid)
		}
	}
	return pids
}

// programs are the programs of a control plane.
var programs = []string{"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"}
