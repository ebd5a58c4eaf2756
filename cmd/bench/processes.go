package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"

	"github.com/mitchellh/go-ps"

	"legops/internal/offline"
)

// adoptOrphans makes this process the parent of every descendant whose own parent has ended, so that what it used is counted here
// (PR_SET_CHILD_SUBREAPER, prctl(2)).
func adoptOrphans() error {
	const subreaper = 36
	if _, _, errno := syscall.RawSyscall(syscall.SYS_PRCTL, subreaper, 1, 0); errno != 0 {
		return fmt.Errorf("adopting orphaned processes: %w", errno)
	}
	return nil
}

// measure runs a command. All that it starts counts, also what outlives it or is killed: the kernel adds the usage of every process that
// has been waited for to its parent's, and orphans are this process's (adoptOrphans). No other command may run meanwhile.
func measure(cmd *exec.Cmd) (_ cost, err error) {
	said, err := os.CreateTemp("", "legops-bench-") // an orphan may hold it: a pipe would not end with the command
	if err != nil {
		return cost{}, err
	}
	defer func() { err = errors.Join(err, said.Close(), os.Remove(said.Name())) }()
	cmd.Stdout, cmd.Stderr = said, said
	offline.Apart(cmd)
	before, start := usedByChildren(), time.Now()
	if err := cmd.Start(); err != nil {
		return cost{}, err
	}
	stop, peak := make(chan struct{}), make(chan uint64)
	go func() {
		var most uint64
		for {
			select {
			case <-stop:
				peak <- most
				return
			case <-time.After(50 * time.Millisecond):
				most = max(most, residentBelow(os.Getpid()))
			}
		}
	}()
	err = cmd.Wait()
	c := cost{wall: time.Since(start).Seconds()}
	if left := reap(5 * time.Second); err == nil {
		err = left
	}
	close(stop)
	c[memory], c[cpu] = float64(<-peak), (usedByChildren() - before).Seconds()
	if err != nil {
		text, _ := os.ReadFile(said.Name())
		err = fmt.Errorf("%v: %w\n%s", cmd.Args, err, text)
	}
	return c, err
}

// usedByChildren is the processor time of every process below this one that has been waited for.
func usedByChildren() time.Duration {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_CHILDREN, &usage) // fails only for bad arguments
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// reap waits for all orphans, and kills those that do not end in time.
func reap(patience time.Duration) error {
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
		switch {
		case errors.Is(err, syscall.ECHILD):
			return nil
		case err != nil && !errors.Is(err, syscall.EINTR):
			return fmt.Errorf("waiting for what a command left running: %w", err)
		case pid == 0 && time.Now().After(deadline):
			for _, left := range descendants(os.Getpid()) {
				_ = syscall.Kill(left, syscall.SIGKILL) // it may have ended
			}
		}
	}
}

// descendants are the processes that a process started, and those that they started; none if they cannot be listed.
func descendants(pid int) (found []int) {
	all, _ := ps.Processes()
	parents := []int{pid}
	for len(parents) > 0 {
		var children []int
		for _, p := range all {
			if slices.Contains(parents, p.PPid()) {
				children = append(children, p.Pid())
			}
		}
		found, parents = append(found, children...), children
	}
	return found
}

// residentBelow adds up the resident memory of all descendants of a process, in bytes.
func residentBelow(ancestor int) uint64 {
	var sum uint64
	for _, pid := range descendants(ancestor) {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid)) // none of one that has ended
		var size, resident uint64
		_, _ = fmt.Sscan(string(text), &size, &resident)
		sum += resident
	}
	return sum * uint64(os.Getpagesize())
}
