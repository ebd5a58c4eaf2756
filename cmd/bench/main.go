// Command bench measures the program's time and memory on this machine, in one run: warm preview and no-op up of every
// stack on the simulated cloud, beside a floor program with as many bare resources on the same engine and providers,
// previews of ten and a hundred times the applications, and a cold build. It prints Markdown for docs/performance.md.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"legops/internal/model"
	"legops/internal/offline"
)

// rounds is how often each command is measured; the median counts. Program and floor take turns, so that other load
// on the machine affects both.
const rounds = 5

var stackNames = []string{"dev", "test", "prod"}

func main() {
	if err := bench(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func bench(ctx context.Context) error {
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	if root, err = offline.FindRoot(root); err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "legops-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()

	fmt.Printf("Machine: %s\n\n", machine())
	programs := map[string]string{"platform": filepath.Join(work, "platform"), "floor": filepath.Join(work, "floor")}
	for name, pkg := range map[string]string{"platform": ".", "floor": "./cmd/bench/floor"} {
		if out, err := command(ctx, root, "go", "build", "-o", programs[name], pkg).CombinedOutput(); err != nil {
			return fmt.Errorf("building %s: %w\n%s", pkg, err, out)
		}
	}

	fmt.Println("| Stack | Resources | Command | Platform | Floor | Ratio | Peak memory | Floor's |")
	fmt.Println("| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: |")
	for _, stack := range stackNames {
		if err := benchStack(ctx, root, work, stack, programs); err != nil {
			return err
		}
	}
	if err := benchReview(ctx, root, work, programs["platform"]); err != nil {
		return err
	}
	if err := benchScale(ctx, root, work, programs["platform"]); err != nil {
		return err
	}
	return coldBuild(ctx, root, work)
}

// sample is one measured command.
type sample struct {
	wall   time.Duration
	memory uint64 // bytes, the peak of the sum over the processes
}

// benchStack measures one stack and its floor, taking turns.
func benchStack(ctx context.Context, root, work, stack string, programs map[string]string) error {
	sessions := map[string]*offline.Session{}
	var resources int
	for _, name := range []string{"platform", "floor"} {
		session, err := offline.Open(offline.Options{Root: root, Dir: filepath.Join(work, stack, name), Program: programs[name]})
		if err != nil {
			return err
		}
		defer func() { _ = session.Close() }()
		sessions[name] = session
		if _, err := session.Run(ctx, "up", "--yes", "--skip-preview", "--stack", stack); err != nil {
			return err
		}
		if name == "platform" {
			if resources, err = count(ctx, session, stack); err != nil {
				return err
			}
			if err := os.Setenv("FLOOR_RESOURCES", fmt.Sprint(resources)); err != nil {
				return err
			}
		}
	}
	for _, args := range [][]string{{"preview"}, {"up", "--yes", "--skip-preview", "--expect-no-changes"}} {
		samples := map[string][]sample{}
		for range rounds {
			for name, session := range sessions {
				s, err := measure(ctx, session, append(args, "--stack", stack)...)
				if err != nil {
					return err
				}
				samples[name] = append(samples[name], s)
			}
		}
		platform, floor := median(samples["platform"]), median(samples["floor"])
		label := map[string]string{"preview": "warm preview", "up": "no-op up"}[args[0]]
		fmt.Printf("| %s | %d | %s | %.1f s | %.1f s | %.2f | %d MB | %d MB |\n", stack, resources, label,
			platform.wall.Seconds(), floor.wall.Seconds(), platform.wall.Seconds()/floor.wall.Seconds(),
			platform.memory>>20, floor.memory>>20)
	}
	return nil
}

// count returns the number of a stack's resources in Pulumi's state.
func count(ctx context.Context, session *offline.Session, stack string) (int, error) {
	exported, err := session.Run(ctx, "stack", "export", "--stack", stack)
	if err != nil {
		return 0, err
	}
	state, err := model.ReadState([]byte(exported))
	if err != nil {
		return 0, err
	}
	return len(state.Resources), nil
}

// measure runs a command, and adds up the memory of all processes that it starts. The simulated cloud runs in this
// process and does not count.
func measure(ctx context.Context, session *offline.Session, args ...string) (sample, error) {
	cmd, err := session.Command(ctx, args...)
	if err != nil {
		return sample{}, err
	}
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return sample{}, err
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
				most = max(most, residentBelow(cmd.Process.Pid))
			}
		}
	}()
	err = cmd.Wait()
	wall := time.Since(start)
	close(stop)
	s := sample{wall, <-peak}
	if err != nil {
		return s, fmt.Errorf("pulumi %s: %w\n%s", strings.Join(args, " "), err, out.String())
	}
	return s, nil
}

// residentBelow adds up the resident memory of a process and all its descendants, in bytes.
func residentBelow(ancestor int) uint64 {
	processes, _ := descendants(ancestor)
	var sum uint64
	for _, pid := range append(processes, ancestor) {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid)) // none of one that has ended
		var size, resident uint64
		_, _ = fmt.Sscan(string(text), &size, &resident)
		sum += resident
	}
	return sum * uint64(os.Getpagesize())
}

func median(samples []sample) sample {
	slices.SortFunc(samples, func(a, b sample) int { return int(a.wall - b.wall) })
	s := samples[len(samples)/2]
	for _, other := range samples {
		s.memory = max(s.memory, other.memory)
	}
	return s
}

// The limits of a cold build: CPU seconds, and bytes in its largest process.
const (
	mostBuildCPU    = 600
	mostBuildMemory = 3 << 30
)

// coldBuild compiles the program with an empty build cache and make's limits.
func coldBuild(ctx context.Context, root, work string) error {
	build := command(ctx, root, "go", "build", "-ldflags", "-s -w", "-o", filepath.Join(work, "cold"), ".")
	build.Env = append(os.Environ(), "GOCACHE="+filepath.Join(work, "cache"), "GOGC=200", "GOMEMLIMIT=2700MiB")
	start := time.Now()
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("cold build: %w\n%s", err, out)
	}
	wall := time.Since(start)
	usage, ok := build.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return errors.New("cold build: this system does not report a process's resource usage")
	}
	cpu := build.ProcessState.UserTime() + build.ProcessState.SystemTime()
	fmt.Printf("\nCold build: %.0f CPU seconds, %.0f s, largest compiler process %d MB.\n",
		cpu.Seconds(), wall.Seconds(), usage.Maxrss>>10) // kilobytes on Linux
	if cpu.Seconds() > mostBuildCPU || usage.Maxrss<<10 > mostBuildMemory {
		return fmt.Errorf("a cold build must not exceed %d CPU seconds or %d MB in one process", mostBuildCPU, mostBuildMemory>>20)
	}
	return nil
}

func command(ctx context.Context, dir, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	return cmd
}

// machine describes the machine of the measurements.
func machine() string {
	model := "unknown processor"
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
				model = strings.TrimSpace(value)
			}
		}
	}
	memory := uint64(0)
	var info syscall.Sysinfo_t
	if syscall.Sysinfo(&info) == nil {
		memory = info.Totalram * uint64(info.Unit) >> 30
	}
	return fmt.Sprintf("%s, %d cores, %d GB, %s/%s, %s", model, runtime.NumCPU(), memory, runtime.GOOS, runtime.GOARCH, runtime.Version())
}
