package offline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"legops/internal/adoption/inventory"
	"legops/internal/offline/cloud"
)

// Options are the options of a session.
type Options struct {
	// Root is the repository, with the tools in its bin/.
	Root string
	// Dir holds state, record and project copies; .offline in the repository if empty.
	Dir string
	// StackFiles is the folder with the Pulumi.<stack>.yaml files, and with an edited Pulumi.yaml if that is there; Root if empty.
	StackFiles string
	// Program is the path of a prebuilt program. If empty, the session first builds the one in Root.
	Program string
	// Fault is an injected fault.
	Fault *cloud.Fault
	// RealClusters runs a real control plane for every EKS cluster, with the real provider. They outlive the session, and a
	// folder with such clusters uses them without this option.
	RealClusters bool
	// Clusters are real control planes that the caller opened and closes. Optional.
	Clusters *Clusters
}

// Session is a running simulated cloud, and a Pulumi CLI that reaches nothing else.
type Session struct {
	root, dir, files, program string
	// saveOnce lets the CLI save its state at the end of a command, not after every step, which is most of its work. A
	// killed CLI would lose it, so a session with the fault hang, in which somebody kills the CLI, saves every step.
	saveOnce bool

	record   *cloud.Record
	cloud    *cloud.Provider
	clusters *Clusters // nil if the cloud also simulates Kubernetes
	ownsThem bool      // the session closes the clusters
	proxy    *Proxy
	language *language
	eks      *beside   // nil until a command runs the program
	last     *exec.Cmd // the command before that ran it
	lock     *os.File
}

// Open starts a session. A second one in the same folder waits for the first: they share one record.
func Open(o Options) (_ *Session, err error) {
	s := &Session{root: o.Root, dir: o.Dir, files: o.StackFiles, program: o.Program, saveOnce: o.Fault == nil || o.Fault.Kind != "hang"}
	if s.dir == "" {
		s.dir = filepath.Join(o.Root, ".offline")
	}
	if s.files == "" {
		s.files = s.root
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if _, err := os.Stat(s.pulumi()); err != nil {
		return nil, fmt.Errorf("%s is missing: run make tools", s.pulumi())
	}
	if err := os.MkdirAll(filepath.Join(s.dir, "state"), 0o700); err != nil {
		return nil, fmt.Errorf("preparing the offline state: %w", err)
	}
	if s.lock, err = lockFile(filepath.Join(s.dir, "lock")); err != nil {
		return nil, err
	}
	if s.record, err = cloud.OpenRecord(filepath.Join(s.dir, "cloud.jsonl")); err != nil {
		return nil, err
	}
	if err := s.serve(o); err != nil {
		return nil, err
	}
	existing, err := inventory.All(s.files)
	if err != nil {
		return nil, err
	}
	if err := s.cloud.Exists(existing); err != nil {
		return nil, err
	}
	if s.proxy, err = StartProxy(s.record.ServesHost, s.leads); err != nil {
		return nil, err
	}
	if s.language, err = serveLanguage(s.Program(), func() []string { return s.environment(os.Environ()) }); err != nil {
		return nil, err
	}
	return s, s.prepareWorkspace()
}

// serve starts the cloud, and the control planes of its clusters if they are real.
func (s *Session) serve(o Options) (err error) {
	dir := filepath.Join(s.dir, "clusters")
	_, none := os.Stat(dir)
	switch {
	case o.Clusters != nil:
		s.clusters = o.Clusters
	case none != nil && !o.RealClusters:
		s.cloud, err = cloud.Serve(s.record, o.Fault, nil)
		return err
	case none != nil && s.record.HasClusters():
		return fmt.Errorf("%s has simulated clusters, which cannot become real: run make clean first", s.dir)
	default:
		if s.clusters, err = OpenClusters(context.Background(), ClusterOptions{Root: s.root, Dir: dir, Keep: true}); err != nil {
			return err
		}
		s.ownsThem = true
	}
	s.cloud, err = cloud.Serve(s.record, o.Fault, s.clusters)
	return err
}

// lockFile acquires a lock that ends with its process.
func lockFile(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("locking the simulated cloud: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(fmt.Errorf("locking the simulated cloud: %w", err), file.Close())
	}
	return file, nil
}

// Close ends the session; the contents of the simulated cloud stay on disk.
func (s *Session) Close() error {
	var errs []error
	if s.cloud != nil {
		s.cloud.Stop()
	}
	if s.ownsThem && len(s.clusters.Kubeconfigs()) == 0 {
		errs = append(errs, os.RemoveAll(s.clusters.dir)) // the next session may simulate them
	}
	if s.language != nil {
		s.language.stop()
	}
	if s.eks != nil {
		errs = append(errs, s.eks.close())
	}
	if s.proxy != nil {
		errs = append(errs, s.proxy.Close())
	}
	if s.record != nil {
		errs = append(errs, s.record.Close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Close())
	}
	return errors.Join(errs...)
}

// Record returns the record of what exists in the simulated cloud.
func (s *Session) Record() *cloud.Record { return s.record }

// Cloud returns the running simulated cloud.
func (s *Session) Cloud() *cloud.Provider { return s.cloud }

// Clusters returns the control planes of the clusters; nil if they are simulated.
func (s *Session) Clusters() *Clusters { return s.clusters }

// leads reports whether a control plane has the address.
func (s *Session) leads(address string) bool { return s.clusters != nil && s.clusters.listens(address) }

// Refused are the addresses outside this machine that something tried to reach.
func (s *Session) Refused() []string { return s.proxy.Refused() }

// tools is the folder of the pinned tools.
func (s *Session) tools() string  { return filepath.Join(s.root, "bin") }
func (s *Session) pulumi() string { return filepath.Join(s.tools(), "pulumi") }

// Command returns a Pulumi CLI command for the session, which runs one at a time. It first builds the program if the command runs it, starts
// pulumi-eks for it, and creates the named stack if it does not exist.
func (s *Session) Command(ctx context.Context, args ...string) (*exec.Cmd, error) {
	if s.program == "" && runsProgram(args) {
		if out, err := s.build(ctx); err != nil {
			return nil, fmt.Errorf("building the program: %w\n%s", err, out)
		}
	}
	if stack := stackOf(args); stack != "" {
		if err := s.ensureStack(stack); err != nil {
			return nil, err
		}
	}
	cmd := s.command(ctx, args...)
	if runsProgram(args) {
		if err := s.startEks(); err != nil {
			return nil, err
		}
		cmd.Env = append(cmd.Env, fmt.Sprintf("PULUMI_DEBUG_PROVIDERS=%s,eks:%d", s.cloud.Attachment(), s.eks.port()))
		s.last = cmd
	}
	return cmd, nil
}

// startEks starts pulumi-eks unless it runs. What a command has begun that did not end well, such as a cluster, pulumi-eks would go on with, and
// its failure would become that of the next command.
func (s *Session) startEks() (err error) {
	if s.eks != nil {
		if done := s.last.ProcessState; done != nil && done.Success() && s.eks.ended() == "" {
			return nil
		}
		if err := s.eks.close(); err != nil {
			return err
		}
	}
	s.eks, err = startBeside(filepath.Join(s.home(), "plugins"), "eks", s.environment(os.Environ()))
	s.language.needs(s.eks)
	return err
}

// Program is the path of the program's executable.
func (s *Session) Program() string {
	if s.program != "" {
		return s.program
	}
	return filepath.Join(s.tools(), "legops")
}

func (s *Session) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.pulumi(), completeArguments(args)...)
	cmd.Dir = s.projectDir()
	cmd.Env = s.environment(os.Environ())
	if s.saveOnce {
		cmd.Env = append(cmd.Env, "PULUMI_EXPERIMENTAL=true", "PULUMI_SKIP_CHECKPOINTS=true")
	}
	if slices.ContainsFunc(args, func(arg string) bool { return arg == "--event-log" || strings.HasPrefix(arg, "--event-log=") }) {
		cmd.Env = append(cmd.Env, "PULUMI_DEBUG_COMMANDS=true") // knows the flag, but would list commands for Pulumi's own developers, too
	}
	// At the first interrupt the CLI finishes its current steps; this gives it the time.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = time.Minute
	return cmd
}

// Run runs a Pulumi CLI command and returns its output; an exit code other than 0 is an error.
func (s *Session) Run(ctx context.Context, args ...string) (string, error) {
	cmd, err := s.Command(ctx, args...)
	if err != nil {
		return "", err
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("pulumi %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return string(out), err
}

// Stream runs a Pulumi CLI command on the caller's own terminal and returns its exit code.
func (s *Session) Stream(ctx context.Context, in io.Reader, out, errOut io.Writer, args ...string) (int, error) {
	cmd, err := s.Command(ctx, args...)
	if err != nil {
		return 1, err
	}
	return Stream(cmd, in, out, errOut)
}

// Stream runs a command of a session on the caller's own terminal and returns its exit code.
func Stream(cmd *exec.Cmd, in io.Reader, out, errOut io.Writer) (int, error) {
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, out, errOut
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() > 0 {
		return exit.ExitCode(), nil
	}
	if err != nil {
		return 1, fmt.Errorf("pulumi %s: %w", strings.Join(cmd.Args[1:], " "), err)
	}
	return 0, nil
}

// ensureStack creates a stack in the offline state, as stack init would, which takes the CLI half a second.
func (s *Session) ensureStack(stack string) error {
	if _, err := os.Stat(filepath.Join(s.files, "Pulumi."+stack+".yaml")); err != nil {
		return fmt.Errorf("stack %s: Pulumi.%s.yaml is missing: use the name of a stack file", stack, stack)
	}
	file := s.stateFile(stack)
	for _, extension := range []string{"", ".gz"} {
		if _, err := os.Stat(file + extension); err == nil {
			return nil
		}
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("creating the offline stack %s: %w", stack, err)
	}
	empty := fmt.Sprintf(`{"version": 3, "checkpoint": {"stack": "organization/legops/%s"}}`, stack)
	if err := os.WriteFile(file, []byte(empty), 0o600); err != nil {
		return fmt.Errorf("creating the offline stack %s: %w", stack, err)
	}
	return nil
}

// stateFile is the path of a stack's state.
func (s *Session) stateFile(stack string) string {
	return filepath.Join(s.dir, "state", ".pulumi", "stacks", "legops", stack+".json")
}

// environment returns a person's environment, isolated, with the session's tools, state and cloud.
func (s *Session) environment(person []string) []string {
	path := []string{s.tools(), os.Getenv("PATH")}
	if s.clusters != nil {
		path = slices.Insert(path, 0, s.clusters.bin())
	}
	return append(s.proxy.Isolate(person),
		"PATH="+strings.Join(path, string(os.PathListSeparator)),
		"PULUMI_HOME="+s.home(),
		"PULUMI_BACKEND_URL="+(&url.URL{Scheme: "file", Path: filepath.Join(s.dir, "state")}).String(),
		"PULUMI_CONFIG_PASSPHRASE=offline",
		"PULUMI_DEBUG_PROVIDERS="+s.cloud.Attachment(),
		"PULUMI_DEBUG_LANGUAGES="+s.language.attachment(),
		"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true",
		"PULUMI_SKIP_UPDATE_CHECK=true",
	)
}

// home is the folder of the installed plugins. The provider for real control planes has one of its own: no other command may find it.
func (s *Session) home() string {
	if s.clusters != nil {
		return filepath.Join(s.tools(), "kubernetes", "home")
	}
	return filepath.Join(s.tools(), "home")
}
