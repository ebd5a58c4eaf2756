package cloud

import (
	"slices"

	"legops/internal/catalogue"
)

// What ECR computes and refuses.
var _ = simulate(map[string]simulation{
	catalogue.ImageRepository: {
		outputs: outputs{
			"registryId": func(m made) any { return m.connection.account },
			"repositoryUrl": func(m made) any {
				return m.connection.account + ".dkr.ecr." + m.region() + "." + m.suffix() + "/" + m.name()
			},
		},
		rules: []rule{oneOf("imageTagMutability", "MUTABLE", "IMMUTABLE", "MUTABLE_WITH_EXCLUSION", "IMMUTABLE_WITH_EXCLUSION")},
	},
	catalogue.ImageRepositoryPolicy: {outputs: outputs{"registryId": func(m made) any { return m.connection.account }}},
	catalogue.ImageLifecyclePolicy: {
		outputs: outputs{"registryId": func(m made) any { return m.connection.account }},
		rules:   []rule{imagesExpireInOrder},
	},
})

// imagesExpireInOrder is ECR's rule on lifecycle policies: priorities of their own, the rule for any image last.
func imagesExpireInOrder(_ *Provider, e *Entry) error {
	policy, err := readJSON(e.Inputs["policy"])
	if err != nil {
		return e.refusal("InvalidParameterException: policy: %v", err)
	}
	rules := policy.Objects("rules")
	if len(rules) == 0 {
		return e.refusal("InvalidParameterException: policy: it has no rules")
	}
	seen := map[float64]bool{}
	last, lastOfAny := 0.0, 0.0
	for _, rule := range rules {
		priority, status := rule.Number("rulePriority", 0), rule.Text("selection.tagStatus")
		switch {
		case priority < 1 || seen[priority]:
			return e.refusal("InvalidParameterException: policy: rulePriority %v must be 1 or more, and there once", priority)
		case !slices.Contains([]string{"tagged", "untagged", "any"}, status):
			return e.refusal("InvalidParameterException: policy: tagStatus is %q, must be tagged, untagged or any", status)
		case status == "tagged" && !rule.Has("selection.tagPrefixList") && !rule.Has("selection.tagPatternList"):
			return e.refusal("InvalidParameterException: policy: tagStatus tagged needs tagPrefixList or tagPatternList")
		case rule.Text("action.type") != "expire":
			return e.refusal("InvalidParameterException: policy: the action must be expire")
		}
		seen[priority] = true
		last = max(last, priority)
		if status == "any" {
			lastOfAny = priority
		}
	}
	if lastOfAny != 0 && lastOfAny != last {
		return e.refusal("InvalidParameterException: policy: the rule for any image must have the highest rulePriority")
	}
	return nil
}
