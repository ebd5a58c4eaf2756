// Package engine runs Pulumi's own engine in this process against the simulated cloud: the CLI's step generator, diffs and
// snapshots, without a CLI, a language host and a start of pulumi-eks for every run. What needs many runs uses it: tests,
// reviews, proofs. Package offline runs the CLI itself, for what a person types.
package engine

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/engine"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy/deploytest"
	"github.com/pulumi/pulumi/pkg/v3/resource/plugin"
	"github.com/pulumi/pulumi/pkg/v3/util/cancel"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/env"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"

	"legops/internal/offline"
	"legops/internal/offline/cloud"
)

// Engine runs stacks, one operation at a time: they share one process of pulumi-eks, which knows one engine.
type Engine struct {
	proxy *offline.Proxy
	// env is the environment of pulumi-eks and of built programs: isolated, with the repository's tools.
	env []string
	eks *component
	// collect restores how Go collects garbage.
	collect func()

	running sync.Mutex
	// cloud is what exists in the cloud of the running operation's stack.
	cloud atomic.Pointer[cloud.Record]
}

// Open starts an engine with the tools of the repository at root. The end of the context ends pulumi-eks. Variables of the
// environment that set the engine of Pulumi otherwise are unset. Until Close, this process collects garbage less often.
func Open(ctx context.Context, root string) (_ *Engine, err error) {
	tools, err := filepath.Abs(filepath.Join(root, "bin"))
	if err != nil {
		return nil, err
	}
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "PULUMI_") {
			if err := os.Unsetenv(name); err != nil {
				return nil, err
			}
		}
	}
	e := &Engine{}
	if e.proxy, err = offline.StartProxy(e.serves, func(string) bool { return false }); err != nil {
		return nil, err
	}
	e.env = append(e.proxy.Isolate(os.Environ()), "PATH="+tools+string(os.PathListSeparator)+os.Getenv("PATH"))
	if e.eks, err = startComponent(ctx, filepath.Join(tools, "home", "plugins"), "eks", e.env); err != nil {
		return nil, errors.Join(err, e.proxy.Close())
	}
	e.collect = collectLess()
	return e, nil
}

// Close stops what Open started.
func (e *Engine) Close() error {
	e.collect()
	return errors.Join(e.eks.close(), e.proxy.Close())
}

// collecting is how this process collected garbage before engines were open.
var collecting struct {
	sync.Mutex
	engines, percent int
	limit            int64
}

// collectLess trades memory for time until its result is called: an operation allocates much for a short time, and with Go's defaults spends
// 38 % of its processor time on garbage. GOGC and GOMEMLIMIT of the environment win, each for itself.
func collectLess() func() {
	const percent, limit = 400, 2 << 30 // bytes
	c := &collecting
	c.Lock()
	defer c.Unlock()
	if c.engines++; c.engines == 1 {
		c.percent, c.limit = debug.SetGCPercent(percent), debug.SetMemoryLimit(limit)
		if os.Getenv("GOGC") != "" {
			debug.SetGCPercent(c.percent)
		}
		if os.Getenv("GOMEMLIMIT") != "" {
			debug.SetMemoryLimit(c.limit)
		}
	}
	return func() {
		c.Lock()
		defer c.Unlock()
		if c.engines--; c.engines == 0 {
			debug.SetGCPercent(c.percent)
			debug.SetMemoryLimit(c.limit)
		}
	}
}

// makeRoom raises the limit to twice what is in use: what operations leave (see below) would else have the collector take most of the
// processor's time, as in a process that does a hundred of them.
func makeRoom() {
	c := &collecting
	c.Lock()
	defer c.Unlock()
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	debug.SetMemoryLimit(max(debug.SetMemoryLimit(-1), int64(live[0].Value.Uint64())*2))
}

// Refused are the addresses outside this machine that pulumi-eks or a built program tried to reach.
func (e *Engine) Refused() []string { return e.proxy.Refused() }

// serves reports whether a host is the endpoint of a cluster that exists.
func (e *Engine) serves(host string) bool {
	record := e.cloud.Load()
	return record != nil && record.ServesHost(host)
}

// failure is why an operation failed: what engine, providers and program reported as errors.
type failure struct {
	diagnostics []engine.DiagEventPayload
	cause       error
}

func (f *failure) Error() string {
	if len(f.diagnostics) == 0 {
		return f.cause.Error()
	}
	var lines []string
	for _, d := range f.diagnostics {
		lines = append(lines, strings.TrimSpace(string(d.URN)+" "+message(d)))
	}
	return strings.Join(lines, "\n") // the engine's own error says no more
}

func (f *failure) Unwrap() error { return f.cause }

func message(d engine.DiagEventPayload) string {
	return strings.TrimSpace(colors.Never.Colorize(d.Message))
}

// operation is one of the engine's: Update, Refresh, Destroy.
type operation func(engine.UpdateInfo, *engine.Context, engine.UpdateOptions, bool) (*deploy.Plan, display.ResourceChanges, error)

// run performs an operation on a stack, or only previews it. It gives the engine's events to read, one after the other, and keeps none:
// each holds four copies of its resource's values.
func (s *Stack) run(ctx context.Context, do operation, source Source, preview bool, read func(engine.Event)) error {
	project, settings, err := source.load(ctx, s.name)
	if err != nil {
		return err
	}
	if source.Dir, err = filepath.Abs(source.Dir); err != nil {
		return err
	}
	s.engine.running.Lock()
	defer s.engine.running.Unlock()
	makeRoom()
	s.engine.cloud.Store(s.record)
	defer s.engine.cloud.Store(nil)
	stop, cause := cancel.NewContext(context.Background())
	defer cause.Terminate()
	defer context.AfterFunc(ctx, func() {
		cause.Cancel() // the engine waits for what it has begun
		time.AfterFunc(patience, cause.Terminate)
	})()
	stream, done := make(chan engine.Event), make(chan struct{})
	var failed failure
	go func() {
		defer close(done)
		for e := range stream {
			if d, is := e.Payload().(engine.DiagEventPayload); is && d.Severity == diag.Error {
				failed.diagnostics = append(failed.diagnostics, d)
			}
			read(e)
		}
	}()
	journal := &journal{TestJournal: engine.NewTestJournal()}
	program := newProgram(ctx, source.Program)
	s.running.Store(&running{journal, program})
	defer s.running.Store(nil)
	loaders, release := s.loaders()
	environment, played := s.engine.env, s.cloud.Versions()
	var host plugin.Host
	_, _, failed.cause = do(
		engine.UpdateInfo{Root: source.Dir, Project: project, Target: &deploy.Target{
			Name:         tokens.MustParseStackName(s.name),
			Organization: "organization", // the CLI's, of a state in files
			Config:       settings,
			Decrypter:    config.NopDecrypter,
			Snapshot:     s.snapshot,
		}},
		&engine.Context{Cancel: stop, Events: stream, SnapshotManager: journal},
		engine.UpdateOptions{
			Parallel:             s.parallel,
			ReplaceTargets:       deploy.NewUrnTargets(s.replaced),
			SkipPluginPreInstall: true,
			HostFactory: func(_ context.Context, sink, statusSink diag.Sink, _ plugin.DebugContext) (plugin.Host, error) {
				host = deploytest.NewPluginHost(sink, statusSink, deploytest.NewLanguageRuntime(
					func(info plugin.RunInfo, _ *deploytest.ResourceMonitor) error {
						return program.run(&Run{RunInfo: info, EngineAddress: host.ServerAddr(), Env: environment})
					}), loaders...)
				return attached{host, played}, nil
			},
		}, preview)
	program.end()
	close(stream)
	<-done
	if host != nil {
		failed.cause = errors.Join(failed.cause, host.Close())
	}
	if ctx.Err() == nil { // else the engine may still tell providers of the interrupt
		release()
	}
	closed := journal.Close() // the journal has no entries before it is closed
	if lost := s.saveAtEnd && journal.dead.Load(); !preview && !lost {
		snapshot, err := journal.Entries().Snap(s.snapshot)
		if err != nil {
			return errors.Join(failed.cause, err)
		}
		s.snapshot = snapshot
		if ctx.Err() == nil { // else the engine may still work on the states
			s.snapshot = moved(snapshot)
		}
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case closed != nil || failed.cause != nil || len(failed.diagnostics) > 0:
		failed.cause = errors.Join(failed.cause, closed)
		return &failed
	}
	return nil
}

const (
	// parallel is how many resources the engine works at: the CLI's default on four processors.
	parallel = 16
	// patience is how long the engine may take to end after an interrupt.
	patience = time.Minute
)

// attached is a host that attaches to the simulated cloud whatever version of a provider the program asks for, as the CLI does:
// base and head of a review may differ in it.
type attached struct {
	plugin.Host
	played map[string]string
}

// Provider returns the provider of a package.
func (h attached) Provider(ctx *plugin.Context, d workspace.PluginDescriptor, e env.Env) (plugin.Provider, error) {
	if h.played[d.Name] != "" {
		d.Version = nil
	}
	return h.Host.Provider(ctx, d, e)
}

// The engine's deployment outlives its operation: two goroutines of each never end and hold it, and its host (pulumi/pkg v3.250.0:
// resource/deploy/step_executor.go reads a channel that nobody closes, source_eval.go starts a schema server that nobody
// stops). The following keep what it holds small: connections that end with the operation, and states that give up their values.

// moved returns a snapshot with the values of another, whose resources have none afterwards.
func moved(from *deploy.Snapshot) *deploy.Snapshot {
	to := *from
	to.PendingOperations = nil
	for _, o := range from.PendingOperations {
		r := o.Resource.Copy()
		if o.Type == resource.OperationTypeCreating { // a CLI that was killed has saved what it had asked for, and nothing that came of it
			r.ID, r.Outputs = "", nil
		}
		to.PendingOperations = append(to.PendingOperations, resource.NewOperation(r, o.Type))
	}
	to.Resources = nil
	for _, r := range from.Resources {
		to.Resources = append(to.Resources, r.Copy())
	}
	for _, r := range from.Resources {
		r.Inputs, r.Outputs = nil, nil
	}
	return &to
}
