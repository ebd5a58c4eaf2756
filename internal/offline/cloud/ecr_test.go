package cloud

import (
	"testing"

	"legops/internal/catalogue"
)

func TestImageLifecycleRules(t *testing.T) {
	rule := func(priority int, selection values) values {
		return values{"rulePriority": priority, "selection": selection, "action": values{"type": "expire"}}
	}
	policy := func(rules ...any) string { return jsonOf(values{"rules": rules}) }
	untagged, anyImage := values{"tagStatus": "untagged"}, values{"tagStatus": "any"}
	refuses(t, catalogue.ImageLifecyclePolicy, func(c client) values {
		c.made(catalogue.ImageRepository, "repository", values{"name": "portal"})
		return values{"repository": "portal", "policy": policy(rule(1, untagged), rule(2, anyImage))}
	}, map[string]mistake{
		"no repository":    sets("repository", "nothing", "NotFound: repository nothing"),
		"no JSON":          sets("policy", "{", "policy: unexpected end"),
		"nothing":          sets("policy", "", "policy: unexpected end"),
		"an object":        sets("policy", values{"rules": []any{}}, "it has no rules"),
		"no priority":      sets("policy", policy(values{"selection": anyImage, "action": values{"type": "expire"}}), "rulePriority 0 must be 1 or more"),
		"no rules":         sets("policy", policy(), "it has no rules"),
		"a priority twice": sets("policy", policy(rule(1, untagged), rule(1, anyImage)), "rulePriority 1 must be 1 or more, and there once"),
		"a status":         sets("policy", policy(rule(1, values{"tagStatus": "some"})), `tagStatus is "some"`),
		"no tags":          sets("policy", policy(rule(1, values{"tagStatus": "tagged"})), "tagged needs tagPrefixList"),
		"any image first":  sets("policy", policy(rule(1, anyImage), rule(2, untagged)), "must have the highest rulePriority"),
		"no action":        sets("policy", policy(values{"rulePriority": 1, "selection": anyImage}), "the action must be expire"),
	})
}
