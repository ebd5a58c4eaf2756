package cloud

import (
	"strings"

	"legops/internal/catalogue"
)

// What IAM computes and refuses.
var _ = simulate(map[string]simulation{
	catalogue.Role: {
		removed: (*Provider).forgetPrincipal,
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

const (
	deadPrincipalSays = "AWS keeps a role by its unique id, and shows its ARN as long as it exists. A policy goes on naming the id of a role that " +
		"was deleted, also where another with its name has come: until the policy is written again, the new one has no right by it."
	deadPrincipalSource = "https://repost.aws/knowledge-center/iam-resource-policy-format"
)

// forgetPrincipal puts the id of a role that is gone into the policies that name it as a principal.
func (p *Provider) forgetPrincipal(role *Entry) error {
	arn, _ := role.Outputs["arn"].(string)
	id, _ := role.Outputs["uniqueId"].(string)
	for _, user := range p.record.index.find(byPrincipal(role.Account, arn)) {
		input := catalogue.Of(user.Type).Policy.Input
		text, err := jsonText(user.holds()[input])
		if err != nil {
			return err
		}
		if err := p.rehold(user, input, strings.ReplaceAll(string(text), `"`+arn+`"`, `"`+id+`"`)); err != nil {
			return err
		}
	}
	return nil
}

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
