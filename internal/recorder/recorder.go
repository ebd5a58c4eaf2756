// Package recorder runs a Pulumi program against mocks and keeps what it registered: type, name, parent, inputs and
// options of every resource, and every function it called. It can also refuse a resource, to see what then happens.
package recorder

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"legops/internal/model"
)

// Resource is a resource as it was registered, with what only a registration says. Its inputs are plain values.
type Resource struct {
	*model.Resource
	// Raw are the inputs as they were given: they say what in them is a secret, or refers to a resource.
	Raw resource.PropertyMap
	// Providers are those of a component by package, each as URN::id.
	Providers map[string]string
	// Aliases are names that it had before.
	Aliases []string
	// DeleteBeforeReplace deletes the old one first where a new one takes its place.
	DeleteBeforeReplace bool
	// ImportID is the id of what exists and is taken over.
	ImportID string
}

// plain are inputs without the marks of secrets.
func plain(inputs resource.PropertyMap) model.Values {
	var reveal func(resource.PropertyValue) (any, bool)
	reveal = func(v resource.PropertyValue) (any, bool) {
		if !v.IsSecret() {
			return nil, false
		}
		return v.SecretValue().Element.MapRepl(nil, reveal), true
	}
	return inputs.MapRepl(nil, reveal)
}

// Call is a function that was called.
type Call struct {
	Token    string
	Args     resource.PropertyMap
	Provider string
}

// Answer answers a function.
type Answer func(args resource.PropertyMap) (resource.PropertyMap, error)

// Recorder implements pulumi.MockResourceMonitor. The zero value is ready.
type Recorder struct {
	// Project and Stack are what the program sees; legops and test unless set.
	Project, Stack string
	// Refuse makes the registration of a resource fail, or the call of a function, which has no name. Optional.
	Refuse func(typ, name string) bool
	// Answers are of functions, by token, in place of those in outputs.go. Optional.
	Answers map[string]Answer

	ctx          *pulumi.Context
	mu           sync.Mutex
	resources    []Resource
	calls        []Call
	constructing map[string]Resource // remote components, by the name of a child they are registering
}

// Run runs the program to its end, with everything it started.
func (r *Recorder) Run(program func(*pulumi.Context) error) error {
	if r.Project == "" {
		r.Project, r.Stack = "legops", "test"
	}
	err := pulumi.RunErr(func(ctx *pulumi.Context) error {
		r.ctx = ctx
		if r.Refuse != nil {
			if err := ctx.RegisterStackTransformation(r.refuse); err != nil {
				return err
			}
		}
		return program(ctx)
	}, pulumi.WithMocks(r.Project, r.Stack, r))
	if err == nil {
		// The SDK never stops the server that it starts for transforms, and that holds the context: what is in that, all resources, goes here
		// (sdk/v3 v3.250.0, go/pulumi/context.go, Close).
		*r.ctx = pulumi.Context{}
	}
	return err
}

// refuse makes a registration fail at once, where the program can see it. An error of the mocks would come too
// late: a registration returns before the engine answers. An alias that contradicts itself is refused on the spot.
func (r *Recorder) refuse(args *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
	if !r.Refuse(args.Type, args.Name) {
		return nil
	}
	contradiction := pulumi.Alias{NoParent: pulumi.Bool(true), ParentURN: pulumi.URN("urn:pulumi:x::x::x::x")}
	return &pulumi.ResourceTransformationResult{
		Props: args.Props,
		Opts:  append(args.Opts, pulumi.Aliases([]pulumi.Alias{contradiction})),
	}
}

// NewResource is called by the SDK for every registration.
func (r *Recorder) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	recorded := Resource{
		Resource: &model.Resource{Type: args.TypeToken, Custom: args.Custom, Provider: args.Provider, Inputs: plain(args.Inputs)},
		Raw:      args.Inputs,
	}
	if rpc := args.RegisterRPC; rpc != nil {
		recorded.Parent = parentOf(rpc)
		recorded.DependsOn = urns(rpc.GetDependencies())
		recorded.IgnoreChanges = rpc.GetIgnoreChanges()
		recorded.DeletedWith = resource.URN(rpc.GetDeletedWith())
		recorded.Protect = rpc.GetProtect()
		recorded.RetainOnDelete = rpc.GetRetainOnDelete()
		recorded.PropertyDependencies = map[string][]resource.URN{}
		for input, sources := range rpc.GetPropertyDependencies() {
			recorded.PropertyDependencies[input] = urns(sources.GetUrns())
		}
		recorded.Providers = rpc.GetProviders()
		recorded.DeleteBeforeReplace = rpc.GetDeleteBeforeReplace()
		recorded.ImportID = rpc.GetImportId()
		for _, alias := range rpc.GetAliases() {
			recorded.Aliases = append(recorded.Aliases, alias.GetSpec().GetName()+alias.GetUrn())
		}
	}
	recorded.URN = r.urn(recorded.Parent, args)
	r.mu.Lock()
	if component, ok := r.constructing[args.Name]; ok && recorded.Parent == "" {
		recorded.Parent, recorded.Provider = component.URN, component.Providers["aws"]
	}
	if !args.Custom {
		recorded.Providers = r.inherit(recorded)
	}
	r.resources = append(r.resources, recorded)
	r.mu.Unlock()

	if construct, ok := remote[args.TypeToken]; ok {
		outputs, err := construct(r, recorded)
		return "", outputs, err
	}
	if !args.Custom {
		return "", args.Inputs, nil
	}
	return args.Name + "-id", outputs(args.TypeToken, args.Name, args.Inputs), nil
}

// Call is called by the SDK for every function. Components need none: they take what they need as arguments.
func (r *Recorder) Call(args pulumi.MockCallArgs) (resource.PropertyMap, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, Call{Token: args.Token, Args: args.Args, Provider: args.Provider})
	if r.Refuse != nil && r.Refuse(args.Token, "") {
		return nil, fmt.Errorf("function %s is refused", args.Token)
	}
	answer, ok := r.Answers[args.Token]
	if !ok {
		answer, ok = answers[args.Token]
	}
	if !ok {
		return nil, fmt.Errorf("function %s has no answer here: components take what they need as arguments", args.Token)
	}
	return answer(args.Args)
}

// Resources are all resources, in the order of their URNs.
func (r *Recorder) Resources() []Resource {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.SortedFunc(slices.Values(r.resources), func(a, b Resource) int { return cmp.Compare(a.URN, b.URN) })
}

// Calls are all function calls.
func (r *Recorder) Calls() []Call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.calls)
}

// OfType are the resources of a type, in the order of their URNs.
func (r *Recorder) OfType(typ string) []Resource {
	return slices.DeleteFunc(r.Resources(), func(found Resource) bool { return found.Type != typ })
}

// One is the resource of a type and name; the test ends if there is none.
func (r *Recorder) One(t testing.TB, typ, name string) Resource {
	t.Helper()
	var names []string
	for _, found := range r.OfType(typ) {
		if found.Name() == name {
			return found
		}
		names = append(names, found.Name())
	}
	t.Fatalf("there is no %s %s, only %v", typ, name, names)
	return Resource{}
}

// Graph is all that was registered.
func (r *Recorder) Graph() *model.Graph {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []*model.Resource
	for _, found := range r.resources {
		all = append(all, found.Resource)
	}
	return model.NewGraph(all)
}

// Ancestors are the types of the resource's parents, nearest first.
func (r *Recorder) Ancestors(of Resource) []string {
	var types []string
	for _, above := range r.Graph().Ancestors(of.Resource) {
		types = append(types, above.Type)
	}
	return types
}

// inherit is what the engine does with the providers of a component inside another.
func (r *Recorder) inherit(component Resource) map[string]string {
	providers := map[string]string{}
	for _, parent := range r.resources {
		if parent.URN == component.Parent {
			maps.Copy(providers, parent.Providers)
		}
	}
	maps.Copy(providers, component.Providers)
	return providers
}

func urns(texts []string) []resource.URN {
	var all []resource.URN
	for _, text := range slices.Sorted(slices.Values(texts)) {
		all = append(all, resource.URN(text))
	}
	return all
}

func parentOf(rpc *pulumirpc.RegisterResourceRequest) resource.URN {
	parent := resource.URN(rpc.GetParent())
	if parent.QualifiedType() == resource.RootStackType {
		return ""
	}
	return parent
}

func (r *Recorder) urn(parent resource.URN, args pulumi.MockResourceArgs) resource.URN {
	parentType := tokens.Type("")
	if parent != "" {
		parentType = parent.QualifiedType()
	}
	return resource.NewURN(tokens.QName(r.Stack), tokens.PackageName(r.Project), parentType, tokens.Type(args.TypeToken), args.Name)
}
