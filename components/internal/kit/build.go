package kit

import (
	"fmt"
	"reflect"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/internals"
)

// Build is a component whose children are created: what the steps that create them share.
type Build struct {
	Ctx    *pulumi.Context
	Name   string                // of the component; those of its children begin with it
	Parent pulumi.ResourceOption // makes a resource a child of the component
}

// Create creates a component in the order that holds for all of them: it checks the arguments, registers the component as
// legops:components:<type>, runs the steps that create its children and set its outputs, and registers these: the fields with a tag
// pulumi. If the arguments are wrong, it reports every problem and registers nothing. check adds what only the component knows.
func (b *Build) Create(
	component pulumi.ComponentResource, args any, check func(*Problems), opts []pulumi.ResourceOption, steps ...func() error,
) error {
	kind := reflect.TypeOf(component).Elem().Name()
	p := Check(kind+" "+b.Name, args)
	if check != nil {
		check(p)
	}
	if err := p.Err(); err != nil {
		return err
	}
	if err := b.Ctx.RegisterComponentResource("legops:components:"+kind, b.Name, component, opts...); err != nil {
		return err
	}
	b.Parent = pulumi.Parent(component)
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	b.registerOutputs(component)
	return nil
}

// maxUnderWay is how many components may wait to be registered before the program waits for one of them. The stacks have fewer, so that nothing
// waits for the cluster; what it bounds is the memory that registrations under way take: docs/decisions/0034-program-goes-on.md.
const maxUnderWay = 128

// underWay has an entry for every component that waits to be registered.
var underWay = make(chan struct{}, maxUnderWay)

// registerOutputs registers the outputs once the component's URN is known, and lets the program go on until then. The SDK's
// RegisterResourceOutputs waits for the URN (sdk/v3 v3.250.0, go/pulumi/context.go), which a component on the cluster gets only with
// its provider: until the nodes are ready, nothing that comes later in the program would be registered. The program fails if the
// component cannot be registered, or its outputs: the SDK returns the first error of any call at the end of the program.
func (b *Build) registerOutputs(component pulumi.ComponentResource) {
	all := outputs(component)
	underWay <- struct{}{}
	registered := component.URN().ApplyT(func(pulumi.URN) error { return b.Ctx.RegisterResourceOutputs(component, all) })
	go func() {
		_, _ = internals.UnsafeAwaitOutput(b.Ctx.Context(), registered) // the SDK tells the error
		<-underWay
	}()
}

// outputs are the fields with a tag pulumi, by that name.
func outputs(component pulumi.ComponentResource) pulumi.Map {
	all := pulumi.Map{}
	fields := reflect.ValueOf(component).Elem()
	for i := range fields.NumField() {
		if name := fields.Type().Field(i).Tag.Get("pulumi"); name != "" {
			all[name] = input(fields.Field(i))
		}
	}
	return all
}

// input is a value, a text or a map of either.
func input(value reflect.Value) pulumi.Input {
	switch v := value.Interface().(type) {
	case pulumi.Input:
		return v
	case string:
		return pulumi.String(v)
	}
	all := pulumi.Map{}
	for _, key := range value.MapKeys() {
		all[fmt.Sprint(key)] = input(value.MapIndex(key))
	}
	return all
}
