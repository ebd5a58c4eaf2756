package engine

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/engine"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy/deploytest"
	"github.com/pulumi/pulumi/pkg/v3/resource/plugin"
	"github.com/pulumi/pulumi/pkg/v3/resource/stack"
	"github.com/pulumi/pulumi/pkg/v3/secrets/b64"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"

	"legops/internal/adoption"
	"legops/internal/model"
	"legops/internal/offline/cloud"
)

// Stack is a stack: its state, and a simulated cloud of its own. Both are in memory.
type Stack struct {
	engine   *Engine
	name     string
	cloud    *cloud.Provider
	record   *cloud.Record
	snapshot *deploy.Snapshot
	// parallel is how many resources the engine works at.
	parallel int32
	// saveAtEnd is whether an operation saves nothing before its end.
	saveAtEnd bool
	// replaced are the URNs of what operations replace: see Replace.
	replaced []string
	running  atomic.Pointer[running]
	warnings []string
}

// Stack returns a stack that nothing has been deployed to. The fault, which may be nil, is one that does not crash the cloud.
func (e *Engine) Stack(name string, fault *cloud.Fault) (*Stack, error) {
	record, err := cloud.OpenRecord("")
	if err != nil {
		return nil, err
	}
	return e.stack(name, record, nil, fault)
}

func (e *Engine) stack(name string, record *cloud.Record, snapshot *deploy.Snapshot, fault *cloud.Fault) (*Stack, error) {
	provider, err := cloud.New(record, fault)
	if err != nil {
		return nil, err
	}
	return &Stack{engine: e, name: name, cloud: provider, record: record, snapshot: snapshot, parallel: parallel}, nil
}

// Copy returns a stack of its own in the same state.
func (s *Stack) Copy() (*Stack, error) {
	c, err := s.engine.stack(s.name, s.record.Copy(), s.copyState(), nil)
	if err == nil {
		c.warnings = s.warnings
	}
	return c, err
}

// ImportState takes over the state of another stack of the same name, like `pulumi stack export` there and `pulumi stack import` here.
func (s *Stack) ImportState(from *Stack) { s.snapshot = from.copyState() }

func (s *Stack) copyState() *deploy.Snapshot {
	if s.snapshot == nil {
		return &deploy.Snapshot{}
	}
	c := *s.snapshot
	c.Resources = nil
	for _, r := range s.snapshot.Resources {
		c.Resources = append(c.Resources, r.Copy())
	}
	return &c
}

// Exists puts what was there before Pulumi into the stack's cloud.
func (s *Stack) Exists(all []adoption.Existing) error { return s.cloud.Exists(all) }

// Record is what exists in the stack's cloud.
func (s *Stack) Record() *cloud.Record { return s.record }

// Cloud is the stack's cloud.
func (s *Stack) Cloud() *cloud.Provider { return s.cloud }

// Preview returns what an update from a source would do.
func (s *Stack) Preview(ctx context.Context, source Source) (*model.Plan, error) {
	before := s.copyState()
	defer func() { s.snapshot = before }() // the engine marks what it replaces in the state it is given
	var r reader
	if err := errors.Join(s.run(ctx, engine.Update, source, true, r.read), r.err); err != nil {
		return nil, err
	}
	plan := model.NewPlan(r.steps)
	plan.Warnings = r.warnings
	return plan, nil
}

// Up updates the stack from a source.
func (s *Stack) Up(ctx context.Context, source Source) error {
	var r reader
	err := s.run(ctx, engine.Update, source, false, r.listen)
	s.warnings = r.warnings
	return err
}

// Warnings are what the program said in the last Up without ending it.
func (s *Stack) Warnings() []string { return s.warnings }

// Deploy updates the stack from a source and returns what that did. A deployment that failed is returned with its failures and with an
// error.
func (s *Stack) Deploy(ctx context.Context, source Source) (*model.Deployment, error) {
	var r reader
	err := s.run(ctx, engine.Update, source, false, r.read)
	return r.deployment(), errors.Join(err, r.err)
}

// Replace lets operations from now on replace resources, like `pulumi up --replace`; none are none.
func (s *Stack) Replace(urns ...string) { s.replaced = urns }

// Import takes what exists over into the state, like `pulumi import --file`.
func (s *Stack) Import(ctx context.Context, source Source, imports []deploy.Import) error {
	return s.run(ctx, func(u engine.UpdateInfo, c *engine.Context, o engine.UpdateOptions, preview bool) (*deploy.Plan, display.ResourceChanges, error) {
		return engine.Import(u, c, o, imports, preview)
	}, source, false, ignore)
}

// Refresh reads the cloud into the state, and returns what the cloud has otherwise than the last deployment left it: what `pulumi refresh
// --preview-only` finds.
func (s *Stack) Refresh(ctx context.Context, source Source) (*model.Plan, error) {
	r := reader{refreshes: true}
	if err := errors.Join(s.run(ctx, engine.Refresh, source, false, r.read), r.err); err != nil {
		return nil, err
	}
	return model.NewPlan(r.steps), nil
}

// Destroy deletes what the stack has.
func (s *Stack) Destroy(ctx context.Context, source Source) error {
	return s.run(ctx, engine.Destroy, source, false, ignore)
}

// Unprotect removes Pulumi's protection from resources, like `pulumi state unprotect`, or from every resource, like its --all, and returns the URNs
// of those that had it.
func (s *Stack) Unprotect(urns ...string) map[string]bool {
	protected := map[string]bool{}
	s.snapshot = s.copyState()
	for _, r := range s.snapshot.Resources {
		if r.Protect && (len(urns) == 0 || slices.Contains(urns, string(r.URN))) {
			protected[string(r.URN)] = true
			r.Protect = false
		}
	}
	return protected
}

// State is the state, as `pulumi stack export` prints it.
func (s *Stack) State(ctx context.Context) ([]byte, error) {
	snapshot := s.copyState()
	snapshot.SecretsManager = b64.NewBase64SecretsManager()
	serialized, err := stack.SerializeDeployment(ctx, snapshot, false)
	if err != nil {
		return nil, err
	}
	return json.Marshal(map[string]any{"version": 3, "deployment": serialized})
}

// loaders are the providers of the stack's program: those that the cloud plays, and pulumi-eks. Each instance of the former has a connection
// of its own, by which the cloud tells regions apart; release ends the connections, after the operation.
func (s *Stack) loaders() (all []*deploytest.ProviderLoader, release func()) {
	eks := s.engine.eks
	all = append(all, deploytest.NewProviderLoaderWithHost(tokens.Package(eks.Package), eks.Version, eks.attach))
	var mu sync.Mutex
	var connections []func() // that end them
	simulated := s.cloud
	for pkg, version := range simulated.Versions() {
		all = append(all, deploytest.NewProviderLoader(tokens.Package(pkg), semver.MustParse(version), func() (plugin.Provider, error) {
			mu.Lock()
			defer mu.Unlock()
			client, end := simulated.Client(pkg)
			connections = append(connections, end)
			return plugin.NewProviderWithClient(nil, client, false), nil
		}))
	}
	return all, func() {
		mu.Lock()
		defer mu.Unlock()
		for _, end := range connections {
			end()
		}
		simulated = nil // the loaders outlive the operation, too
	}
}
