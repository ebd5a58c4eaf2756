package cloud

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// refusal is the answer of an API that does not do what was asked.
func refusal(urn resource.URN, format string, args ...any) error {
	return status.Errorf(codes.FailedPrecondition, "%s %s: %s", urn.Type(), urn.Name(), fmt.Sprintf(format, args...))
}

func (e *Entry) refusal(format string, args ...any) error {
	return refusal(resource.URN(e.URN), "%s%s", e.part, fmt.Sprintf(format, args...))
}

// rule is something that AWS checks of one resource against itself and what exists.
type rule func(p *Provider, e *Entry) error

// simulation is what the cloud does with the resources of a type beyond what the catalogue says of it.
type simulation struct {
	outputs outputs
	// settles completes a resource that is new or changed by what else there is, or what it was before, old, which is nil if it is new. The caller
	// holds the record's lock.
	settles func(p *Provider, e, old *Entry)
	// holds are the inputs that the service holds otherwise than it was sent.
	holds []holding
	// unread are the inputs that the provider does not read back.
	unread []unread
	// made and removed are what AWS changes of others when a resource is made or removed. The caller holds the record's lock.
	made, removed func(p *Provider, e *Entry) error
	// implied are the ids of what AWS makes along with a resource; they live and go with it.
	implied func(made) []string
	// replaces are the inputs that make another resource of it by the provider's own code, which no schema shows.
	replaces func(olds, news resource.PropertyMap) []string
	// keeps is whether the service keeps what was deleted, so that a person can have it back.
	keeps func(model.Values) bool
	// overwrites says that a creation writes over the one that is there, and that the deletion of either takes away what there is.
	overwrites bool
	// rules are what AWS checks of a resource that is created or updated, deletion what it checks besides of one that is deleted.
	rules    []rule
	deletion rule
	// shared are inputs that others change, too. The provider sends each whole, with the values that Pulumi knows, if any of it changes,
	// and else not at all.
	shared []string
	// unchanging are inputs that the provider sends by themselves when they differ from what Pulumi knows, and the service refuses if it has them so.
	unchanging map[string]string
	// planned changes inputs as the provider does before it compares or sends them, or says what it refuses then, in a preview, too;
	// stated is what Pulumi's state has.
	planned func(stated, inputs resource.PropertyMap) error
	// weight is what one counts for of the quota; nil is 1.
	weight func(*Entry) int
}

// outputs are what AWS computes, by name. An object is merged into the input of the same name.
type outputs map[string]func(made) any

// simulated are all types that have more than the catalogue says, by token.
var simulated = map[string]simulation{}

// simulate adds the types of a service. Every file of a service does it once.
func simulate(types map[string]simulation) bool { //nolint:unparam // a declaration needs a value
	for typ, more := range types {
		if _, twice := simulated[typ]; twice {
			panic("two files simulate " + typ)
		}
		simulated[typ] = more
	}
	return true
}

// refuse says why AWS would not create a resource. The caller holds the record's lock, as for all that follow.
func (p *Provider) refuse(e *Entry) error {
	if other := p.record.entries[e.key()]; other != nil && !e.in().Flag("allowOverwrite") && !simulated[e.Type].overwrites {
		return e.refusal("AlreadyExists: %q exists, made for %s", other.ID, resource.URN(other.URN).Name())
	}
	return p.refuseBy([]rule{(*Provider).refuseName, (*Provider).refuseQuota, (*Provider).refuseChange}, e)
}

// refuseChange says why AWS would not let a resource be as it is asked to be, new or changed.
func (p *Provider) refuseChange(e *Entry) error {
	return p.refuseBy(append(slices.Clone(simulated[e.Type].rules), (*Provider).refusePolicies, (*Provider).refuseReferences), e)
}

// refuseBy says which of some rules a resource breaks, the first.
func (p *Provider) refuseBy(rules []rule, e *Entry) error {
	for _, rule := range rules {
		if err := rule(p, e); err != nil {
			return err
		}
	}
	return nil
}

// refuseName says why AWS would not let a resource be called what it is.
func (p *Provider) refuseName(e *Entry) error {
	name, known := nameOf(e.Type, e.in()), catalogue.Of(e.Type).Name
	if known.Form != nil && !known.Form.MatchString(name) {
		return e.refusal("ValidationException: name %q does not match %s", name, known.Form)
	}
	for _, prefix := range known.Reserved {
		if strings.HasPrefix(name, prefix) {
			return e.refusal("ValidationException: names that begin with %q are reserved", prefix)
		}
	}
	if name == "" || IsPatch(e.Type) { // the name of a patch is that of what it patches
		return nil
	}
	for _, other := range p.record.index.find(byName(e, name)) {
		switch {
		case other.key() == e.key():
		case other.Account != e.Account:
			return e.refusal("AlreadyExists: %q belongs to another account", name)
		default:
			return e.refusal("AlreadyExists: %q exists, made for %s", name, resource.URN(other.URN).Name())
		}
	}
	return nil
}

// Unlock switches the services' own deletion protection off, of everything there is, as a person would with the aws
// command. Pulumi hears of it at the next refresh.
func (p *Provider) Unlock() error {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	for _, e := range p.record.entries {
		lock := catalogue.Of(e.Type).Lock
		if lock == "" || !e.in().Flag(lock) {
			continue
		}
		unlocked := *e
		unlocked.Inputs, unlocked.Outputs = maps.Clone(e.Inputs), maps.Clone(e.Outputs)
		unlocked.Inputs[lock], unlocked.Outputs[lock] = false, false
		if err := p.record.commit(change{Put: &unlocked}); err != nil {
			return err
		}
	}
	return nil
}

// refuseDelete says why AWS would not delete a resource.
func (p *Provider) refuseDelete(e *Entry) error {
	known := catalogue.Of(e.Type)
	if err := p.refuseStrays(e); err != nil {
		return err
	}
	if lock := known.Lock; lock != "" && e.in().Flag(lock) {
		return e.refusal("OperationNotPermitted: %s cannot be deleted, it has %s", e.ID, lock)
	}
	if rule := simulated[e.Type].deletion; rule != nil {
		if err := rule(p, e); err != nil {
			return err
		}
	}
	if len(known.InUseBy) == 0 {
		return nil
	}
	var users []string
	for _, user := range p.users(e) {
		if !user.partOf(e) && (slices.Contains(known.InUseBy, catalogue.Anything) || slices.Contains(known.InUseBy, user.Type)) {
			users = append(users, resource.URN(user.URN).Name())
		}
	}
	if len(users) == 0 {
		return nil
	}
	slices.Sort(users)
	return e.refusal("DependencyViolation: %s is in use by %s", e.ID, strings.Join(slices.Compact(users), ", "))
}

// refuseQuota says which quota one more would exceed. An account that has been given more is refused all the same.
func (p *Provider) refuseQuota(e *Entry) error {
	quota := catalogue.Of(e.Type).Quota
	if quota.Limit == 0 {
		return nil
	}
	group := p.record.index[byGroup(e, quota.Per)]
	count := 1 + len(group)
	if weigh := simulated[e.Type].weight; weigh != nil {
		count = weigh(e)
		for _, other := range group {
			count += weigh(other)
		}
	}
	if count > quota.Limit {
		return e.refusal("LimitExceeded: %s would have %d, the quota is %d", orElse(e.in().Text(quota.Per), "the account"), count, quota.Limit)
	}
	return nil
}
