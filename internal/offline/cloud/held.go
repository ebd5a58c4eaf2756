package cloud

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"google.golang.org/protobuf/types/known/structpb"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// Services do not always hold what they were sent: RDS keeps a changed class for its maintenance window, and says of a parameter at its
// default that it takes a reboot. The real provider reads after each Create and Update what the service has, and compares with that, so
// that a program that asks for anything else has a difference in every preview, with or without a refresh (pulumi-terraform-bridge,
// pkg/tfbridge/provider.go: Diff makes the old state of the outputs).

// holding is an input that its service can hold otherwise than it was sent.
type holding struct {
	input string
	// says is what the service does, source is where that was read.
	says, source string
	// as is what the service holds of an entry that is new or changed, whose input is given; old is what it was before, nil if it is new.
	as func(e, old *Entry) any
	// waits says that a change takes effect in the maintenance window, unless the request says at once. The real provider goes on
	// answering with the value until then; with output, it answers with what was asked for, and tells the other in that output.
	waits  func(old, asked any) bool
	output string
	// makes is what the service makes of a change from the value it has, nil if what it was asked for.
	makes func(now, asked any) any
}

func waitsAlways(any, any) bool { return true }

// holdsOf are those of a type. Every policy with principals is one.
func holdsOf(typ string) []holding {
	holds := simulated[typ].holds
	if policy := catalogue.Of(typ).Policy; policy.Principal == catalogue.Must {
		holds = append(slices.Clone(holds), holding{input: policy.Input})
	}
	return holds
}

// hold settles what the service holds of a resource.
func (e *Entry) hold(old *Entry) {
	held, scheduled := model.Values{}, model.Values{}
	for _, h := range holdsOf(e.Type) {
		asked, given := e.Inputs[h.input]
		if !given {
			continue
		}
		if h.as != nil {
			if value := h.as(e, old); !reflect.DeepEqual(value, asked) {
				held[h.input] = value
			}
		}
		if h.waits == nil || old == nil {
			continue
		}
		now, after := old.now(h), old.Scheduled[h.input]
		switch {
		case e.in().Flag("applyImmediately"):
			// A change at once takes along what waits, also what the program no longer asks for: the provider sends only
			// what differs from what the service has.
			if value := h.becomes(now, asked); !reflect.DeepEqual(value, asked) {
				held[h.name()] = value
			} else if reflect.DeepEqual(now, asked) && after != nil {
				held[h.name()] = after
			}
			continue
		case reflect.DeepEqual(now, asked):
			// Nothing is sent: what was asked for before goes on waiting.
		case h.waits(now, asked):
			held[h.name()], after = now, h.becomes(now, asked)
		}
		if after != nil {
			scheduled[h.input] = after
		}
	}
	e.Held, e.Scheduled = orNone(held), orNone(scheduled)
}

// orNone is nil for no values, as they are read from the journal.
func orNone(values model.Values) model.Values {
	if len(values) == 0 {
		return nil
	}
	return values
}

// name is the input or output that tells what the service holds.
func (h holding) name() string {
	if h.output != "" {
		return h.output
	}
	return h.input
}

// becomes is what a change makes of an input.
func (h holding) becomes(now, asked any) any {
	if h.makes == nil {
		return asked
	}
	return h.makes(now, asked)
}

// now is what the service holds of an input, also of one that was not given.
func (e *Entry) now(h holding) any {
	if value, held := e.Held[h.name()]; held {
		return value
	}
	if value, given := e.Inputs[h.input]; given {
		return value
	}
	return e.Outputs[h.input]
}

// holds are the inputs as the service holds them.
func (e *Entry) holds() model.Values {
	inputs := maps.Clone(e.Inputs)
	for name, value := range e.Held {
		if _, given := inputs[name]; given {
			inputs[name] = value
		}
	}
	return inputs
}

// answered sets the outputs of a resource, from what the service holds, and returns what they were made of.
func (p *Provider) answered(c *connection, e *Entry) made {
	inputs := e.holds()
	m := p.making(c, resource.URN(e.URN), e.ID, inputs)
	e.Outputs = p.outputs(m, resource.NewPropertyMapFromMap(inputs), resource.NewPropertyValue).Mappable()
	maps.Copy(e.Outputs, e.Held)
	return m
}

// rehold changes what the service holds of an input without anybody asking for it. The caller holds the record's lock.
func (p *Provider) rehold(e *Entry, input string, value any) error {
	changed := *e
	changed.Held = model.Values{input: value}
	for name, held := range e.Held {
		if name != input {
			changed.Held[name] = held
		}
	}
	p.answered(e.connection(), &changed)
	return p.record.commit(change{Put: &changed})
}

// connection is a provider that could have made an entry.
func (e *Entry) connection() *connection {
	return &connection{account: e.Account, region: e.Region, cluster: e.Cluster}
}

// Maintain lets the maintenance window of everything there is pass: what waits for it takes effect. Pulumi hears of it at the next refresh.
func (p *Provider) Maintain() error {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	for _, e := range p.record.entries {
		if len(e.Scheduled) == 0 {
			continue
		}
		after, held := *e, model.Values{}
		maps.Copy(held, e.Held)
		for _, h := range holdsOf(e.Type) {
			value, waits := e.Scheduled[h.input]
			if !waits {
				continue
			}
			delete(held, h.name())
			if !reflect.DeepEqual(value, e.Inputs[h.input]) {
				held[h.name()] = value
			}
		}
		after.Held, after.Scheduled = orNone(held), nil
		p.answered(e.connection(), &after)
		if err := p.record.commit(change{Put: &after}); err != nil {
			return err
		}
	}
	return nil
}

// Waiting is a change that waits for the maintenance window of a resource.
type Waiting struct {
	Entry
	// Window is the window, such as sun:04:00-sun:05:00, UTC.
	Window string
	// Input is what changes, from Now to Then.
	Input     string
	Now, Then any
}

func (w Waiting) String() string {
	return fmt.Sprintf("%s waits for its maintenance window, %s: %s is %v, and will be %v", nameOf(w.Type, w.in()), w.Window, w.Input, w.Now, w.Then)
}

// Waiting returns what waits for maintenance windows, ordered by type, id and input.
func (r *Record) Waiting() []Waiting {
	var all []Waiting
	for _, e := range r.Entries("") {
		for _, input := range slices.Sorted(maps.Keys(e.Scheduled)) {
			holds := holdsOf(e.Type)
			i := slices.IndexFunc(holds, func(h holding) bool { return h.input == input })
			all = append(all, Waiting{e, e.in().Text("maintenanceWindow"), input, e.now(holds[i]), e.Scheduled[input]})
		}
	}
	return all
}

// unread is an input that the provider does not read back: it goes on saying what Pulumi's state says, whatever somebody makes of it.
type unread struct{ path, source string }

// keepUnread puts into what is read of a resource what its state has of the inputs that the provider does not read back.
func keepUnread(typ string, read resource.PropertyMap, state *structpb.Struct) error {
	if len(simulated[typ].unread) == 0 || state == nil {
		return nil // an import knows nothing else
	}
	known, err := unmarshal(state)
	if err != nil {
		return err
	}
	for _, u := range simulated[typ].unread {
		path, err := resource.ParsePropertyPath(u.path)
		if err != nil {
			return err
		}
		if value, ok := path.Get(resource.NewProperty(known)); ok {
			path.Set(resource.NewProperty(read), value)
		}
	}
	return nil
}

// HeldValue is something that a service holds otherwise than it was sent, with the source.
type HeldValue struct {
	Type, Says, Source string
	Inputs             []string
}

// UnreadValues are the inputs that the provider does not read back.
func UnreadValues() []HeldValue {
	var all []HeldValue
	for _, typ := range slices.Sorted(maps.Keys(simulated)) {
		for i, u := range simulated[typ].unread {
			if last := len(all) - 1; i > 0 && all[last].Source == u.source {
				all[last].Inputs = append(all[last].Inputs, u.path)
				continue
			}
			all = append(all, HeldValue{Type: typ, Source: u.source, Inputs: []string{u.path}})
		}
	}
	return all
}

// HeldValues are all that the cloud plays, by type. A policy with principals is of many types.
func HeldValues() []HeldValue {
	all := []HeldValue{{"policies with principals", deadPrincipalSays, deadPrincipalSource, []string{"any"}}}
	for _, typ := range slices.Sorted(maps.Keys(simulated)) {
		for _, h := range simulated[typ].holds {
			if last := &all[len(all)-1]; last.Type == typ && last.Says == h.says {
				last.Inputs = append(last.Inputs, h.input)
				continue
			}
			all = append(all, HeldValue{typ, h.says, h.source, []string{h.input}})
		}
	}
	return all
}

// compareWithHeld puts into old inputs what the state says that the service holds of them.
func compareWithHeld(typ string, inputs resource.PropertyMap, state *structpb.Struct) error {
	holds := holdsOf(typ)
	if len(holds) == 0 {
		return nil
	}
	outputs, err := unmarshal(state)
	if err != nil {
		return err
	}
	for _, h := range holds {
		key := resource.PropertyKey(h.input)
		if value, known := outputs[key]; known && inputs.HasValue(key) {
			inputs[key] = value
		}
	}
	return nil
}
