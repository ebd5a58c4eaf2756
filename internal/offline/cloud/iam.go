package cloud

import (
	"strings"

	"legops/internal/catalogue"
)

// What IAM computes and refuses.
var _ = simulate(map[string]simulation{
	catalogue.Role: {
		outputs: outputs{
			"uniqueId":   func(m made) any { return "AROA" + strings.ToUpper(m.digest("id")[:17]) },
			"createDate": always(creationTime),
		},
	},
	catalogue.RolePolicy: {rules: []rule{inlineFits}},
	catalogue.InstanceProfile: {
		outputs: outputs{
			"uniqueId":   func(m made) any { return "AIPA" + strings.ToUpper(m.digest("id")[:17]) },
			"createDate": always(creationTime),
		},
	},
})

// inlineFits is IAM's rule that the inline policies of a role have 10,240 characters together.
func inlineFits(p *Provider, e *Entry) error {
	const most = 10240
	sum := e.policyOf().length
	for _, other := range p.record.index.find(byLink(e.Account, e.Region, catalogue.Role, e.in().Text("role"))) {
		if other.Type == catalogue.RolePolicy && other.key() != e.key() {
			sum += other.policyOf().length
		}
	}
	if sum > most {
		return e.refusal("LimitExceeded: the inline policies of %s would have %d characters, the quota is %d", e.in().Text("role"), sum, most)
	}
	return nil
}
