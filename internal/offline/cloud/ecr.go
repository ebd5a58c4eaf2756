package cloud

import (
	"math"
	"slices"

	"legops/internal/catalogue"
	"legops/internal/model"
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
		rules: []rule{
			parsed("policy", "InvalidParameterException: policy: {}",
				size("rules", 1, math.MaxInt, "InvalidParameterException: policy: it has no rules"),
				once("rules[*].rulePriority", "InvalidParameterException: policy: rulePriority {} must be 1 or more, and there once"),
				each("rules",
					whenValues(func(in model.Values) ([]any, bool) {
						priority := in.Number("rulePriority", 0)
						return []any{priority}, priority < 1
					}, "InvalidParameterException: policy: rulePriority {} must be 1 or more, and there once"),
					when(func(in model.Values) bool {
						return !slices.Contains([]string{"tagged", "untagged", "any"}, in.Text("selection.tagStatus"))
					}, `InvalidParameterException: policy: tagStatus is "{selection.tagStatus}", must be tagged, untagged or any`),
					when(func(in model.Values) bool {
						return in.Text("selection.tagStatus") == "tagged" && given(in, "selection.tagPrefixList", "selection.tagPatternList") == 0
					}, "InvalidParameterException: policy: tagStatus tagged needs tagPrefixList or tagPatternList"),
					when(func(in model.Values) bool { return in.Text("action.type") != "expire" },
						"InvalidParameterException: policy: the action must be expire"),
				),
				when(anyImageFirst, "InvalidParameterException: policy: the rule for any image must have the highest rulePriority"),
			),
		},
	},
})

// anyImageFirst says whether an image meets the rule for any image before another.
func anyImageFirst(policy model.Values) bool {
	last, lastOfAny := 0.0, 0.0
	for _, rule := range policy.Objects("rules") {
		priority := rule.Number("rulePriority", 0)
		last = max(last, priority)
		if rule.Text("selection.tagStatus") == "any" {
			lastOfAny = priority
		}
	}
	return lastOfAny != 0 && lastOfAny != last
}
