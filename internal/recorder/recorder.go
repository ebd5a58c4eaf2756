// Package recorder runs a Pulumi program against mocks and keeps what it registered: type, name, parent, inputs and
// options of every resource, and every function it called. It can also refuse a resource, to see what then happens.
package recorder

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// Resource is a resource as it was registered.
type Resource struct {
	URN    string
	Type   string
	Name   string
	Parent string // URN; empty under the stack
	Inputs resource.PropertyMap

	Provider       string            // URN::id of the explicit provider; empty with the default one
	Providers      map[string]string // likewise, by package, of a component
	DependsOn      []string          // URNs of everything it waits for
	IgnoreChanges  []string
	Aliases        []string // names it had before
	DeletedWith    string   // URN
	Protect        bool
	RetainOnDelete bool
	// DeleteBeforeReplace deletes the old one first where a new one takes its place.
	DeleteBeforeReplace bool
}

// Get is the input at a path such as scalingConfig.minSize, as plain Go; nil if there is none. Numbers are float64.
func (r Resource) Get(path string) any {
	parsed, err := resource.ParsePropertyPath(path)
	if err != nil {
		panic(err)
	}
	value, ok := parsed.Get(resource.NewProperty(r.Inputs))
	if !ok {
		return nil
	}
	return resource.PropertyMap{"value": value}.Mappable()["value"]
}

// Call is a function that was called.
type Call struct {
	Token    string
	Args     resource.PropertyMap
	Provider string
}

// Recorder implements pulumi.MockResourceMonitor. The zero value is ready.
type Recorder struct {
	// Project and Stack are what the program sees; legops and test unless set.
	Project, Stack string
	// Refuse makes the registration of a resource fail, or the call of a function, which has no name. Optional.
	Refuse func(typ, name string) bool

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
	return pulumi.RunErr(func(ctx *pulumi.Context) error {
		r.ctx = ctx
		if r.Refuse != nil {
			if err := ctx.RegisterStackTransformation(r.refuse); err != nil {
				return err
			}
		}
		return program(ctx)
	}, pulumi.WithMocks(r.Project, r.Stack, r))
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
	recorded := Resource{Type: args.TypeToken, Name: args.Name, Inputs: args.Inputs, Provider: args.Provider}
	if rpc := args.RegisterRPC; rpc != nil {
		recorded.Parent = parentOf(rpc)
		recorded.Providers = rpc.GetProviders()
		recorded.DependsOn = slices.Sorted(slices.Values(rpc.GetDependencies()))
		recorded.IgnoreChanges = rpc.GetIgnoreChanges()
		recorded.DeletedWith = rpc.GetDeletedWith()
		recorded.Protect = rpc.GetProtect()
		recorded.RetainOnDelete = rpc.GetRetainOnDelete()
		recorded.DeleteBeforeReplace = rpc.GetDeleteBeforeReplace()
		for _, alias := range rpc.GetAliases() {
			recorded.Aliases = append(recorded.Aliases, alias.GetSpec().GetName()+alias.GetUrn())
		}
	}
	recorded.URN = r.urn(recorded)
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
	answer, ok := answers[args.Token]
	if !ok {
		return nil, fmt.Errorf("function %s has no answer here: components take what they need as arguments", args.Token)
	}
	return answer(args.Args), nil
}

// Resources are all resources, in the order of their URNs.
func (r *Recorder) Resources() []Resource {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.SortedFunc(slices.Values(r.resources), func(a, b Resource) int { return strings.Compare(a.URN, b.URN) })
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

// TestingT is what Recorder needs of *testing.T.
type TestingT interface {
	Helper()
	Fatalf(format string, args ...any)
}

// One is the resource of a type and name; the test ends if there is none.
func (r *Recorder) One(t TestingT, typ, name string) Resource {
	t.Helper()
	var names []string
	for _, found := range r.OfType(typ) {
		if found.Name == name {
			return found
		}
		names = append(names, found.Name)
	}
	t.Fatalf("there is no %s %s, only %v", typ, name, names)
	return Resource{}
}

// Ancestors are the types of the resource's parents, nearest first.
func (r *Recorder) Ancestors(of Resource) []string {
	byURN := map[string]Resource{}
	for _, found := range r.Resources() {
		byURN[found.URN] = found
	}
	var types []string
	for parent, ok := byURN[of.Parent]; ok; parent, ok = byURN[parent.Parent] {
		types = append(types, parent.Type)
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

func parentOf(rpc *pulumirpc.RegisterResourceRequest) string {
	if resource.URN(rpc.GetParent()).QualifiedType() == resource.RootStackType {
		return ""
	}
	return rpc.GetParent()
}

func (r *Recorder) urn(of Resource) string {
	parentType := tokens.Type("")
	if of.Parent != "" {
		parentType = resource.URN(of.Parent).QualifiedType()
	}
	return string(resource.NewURN(tokens.QName(r.Stack), tokens.PackageName(r.Project), parentType, tokens.Type(of.Type), of.Name))
}
