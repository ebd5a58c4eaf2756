package cloud

import (
	"slices"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/catalogue"
)

// IAM is eventually consistent: a service may not know a role yet that was made a moment ago, and refuses what is to use it. Of most types
// the real provider asks again, for some minutes. No time passes here, so a clock counts how much later than the start of this cloud each
// thing is there at least: a creation takes none, but for those of slow and for the wait for a role. So a role is as young as it can be, in
// whatever order the engine works, and what was there before this cloud started is known everywhere.

// iamTakes is how long a role, an instance profile or a policy takes until services know it. Believed: AWS gives no number (IAM User Guide,
// Troubleshoot IAM, "Changes that I make are not always immediately visible").
const iamTakes = 10 * time.Second

// slow are types whose creation takes longer than that by far, and at least how long. Believed.
var slow = map[string]time.Duration{
	catalogue.Cluster: 5 * time.Minute, catalogue.SearchDomain: 5 * time.Minute, catalogue.Database: 3 * time.Minute,
}

// roleUse is something of IAM that a type takes.
type roleUse struct {
	// inputs name it. Without any, it is the principals of the policy that the same program made.
	inputs []string
	// through is an input that names another resource, whose inputs they are.
	through string
	// rights says that the service tries at once what the role may do: the role's policies have to be known, too.
	rights bool
	// says is what AWS answers as long as it does not know something, for which {} stands. Empty: it looks at it only when it uses it, or no
	// stack gives one; why says which.
	says, why string
	// creates and updates are how long the provider asks again after that answer; 0 is not at all.
	creates, updates time.Duration
	// source is the provider's code that asks again, or does not.
	source string
}

// need is something new of IAM that AWS has to know.
type need struct {
	roleUse
	part *Entry
}

// awaitRoles says what of IAM is too new for a resource that is created or changed, and for longer than the provider asks again. The resource is
// there as soon as all of it is known. The caller holds the record's lock.
func (p *Provider) awaitRoles(e, old *Entry) error {
	if !strings.HasPrefix(e.Type, "aws:") {
		return nil
	}
	var asked, waits time.Duration // when AWS is asked first, which is after all that the resource uses was there
	for _, u := range e.uses() {
		if used := p.record.used(e, u); used != nil {
			asked = max(asked, p.clock[used.key()])
		}
	}
	needs := p.needs(e, old)
	for _, n := range needs {
		asked = max(asked, p.clock[n.part.key()])
	}
	for _, n := range needs {
		if n.says == "" {
			return e.refusal("the simulated cloud does not know what AWS says of a role that is new here: add it to newroles_uses.go")
		}
		patience, wait := n.creates, p.clock[n.part.key()]+p.iamTakes-asked
		switch {
		case slices.Contains(p.hasty, e.Type):
			patience = 0
		case old != nil:
			patience = n.updates
		}
		if name := resource.URN(n.part.URN).Name(); wait > patience {
			return e.refusal("%s: %s is known after %s, and the provider asks again for %s", strings.ReplaceAll(n.says, "{}", n.part.ID), name, wait, patience)
		}
		waits = max(waits, wait)
	}
	if waits > 0 {
		p.awaited = append(p.awaited, Awaited{URN: resource.URN(e.URN), For: waits})
	}
	if old == nil {
		p.clock[e.key()] = asked + waits + slow[e.Type]
	}
	return nil
}

// needs are the parts of IAM that an entry takes and that this cloud made, but for those that it took before.
func (p *Provider) needs(e, old *Entry) []need {
	var found []need
	for _, use := range roleUses[e.Type] {
		if use.says == "" && use.why != notHere {
			continue
		}
		for _, identity := range use.of(p, e) {
			if old != nil && slices.Contains(use.of(p, old), identity) {
				continue
			}
			parts := []*Entry{identity}
			if use.rights {
				for _, user := range p.record.index.find(byLink(identity.Account, identity.Region, identity.Type, identity.ID)) {
					if user.Type == catalogue.RolePolicy || user.Type == catalogue.RolePolicyAttachment {
						parts = append(parts, user)
					}
				}
			}
			for _, part := range parts {
				if _, isNew := p.clock[part.key()]; isNew {
					found = append(found, need{use, part})
				}
			}
		}
	}
	return found
}

// of are the roles and instance profiles that an entry takes.
func (u roleUse) of(p *Provider, e *Entry) []*Entry {
	var names []string
	switch {
	case len(u.inputs) == 0:
		for _, statement := range e.policyOf().Statement {
			names = append(names, statement.Principal["AWS"]...)
		}
	case u.through != "":
		if e = p.record.referred(e.Account, e.in().Text(u.through)); e == nil {
			return nil
		}
	}
	for _, input := range u.inputs {
		names = append(names, e.in().Texts(input)...)
	}
	var found []*Entry
	for _, name := range names {
		identity := p.record.referred(e.Account, name)
		if identity == nil {
			identity = p.record.named(e, catalogue.Role, name)
		}
		if identity != nil && (identity.Type == catalogue.Role || identity.Type == catalogue.InstanceProfile) && !slices.Contains(found, identity) {
			found = append(found, identity)
		}
	}
	return found
}

// Awaited is a resource that the provider asked for again until AWS knew what of IAM it takes.
type Awaited struct {
	URN resource.URN
	For time.Duration
}

// Awaited are all since this cloud started, in their order.
func (p *Provider) Awaited() []Awaited {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	return slices.Clone(p.awaited)
}

// Hasty makes the provider ask only once for resources of some types.
func (p *Provider) Hasty(types ...string) { p.hasty = types }
