package cloud

import (
	"slices"
	"strings"

	"legops/internal/catalogue"
)

// otherRules are the rules of services with few: EKS, IAM, KMS, Secrets Manager, ECR, Kubernetes and the random provider.
var otherRules = map[string][]rule{
	catalogue.Cluster:              {eksZones("vpcConfig.subnetIds")},
	catalogue.NodeGroup:            {scalingFits, eksZones("subnetIds")},
	catalogue.AccessEntry:          {entryGroups},
	catalogue.RolePolicy:           {inlineFits},
	catalogue.Key:                  {within(limit{"deletionWindowInDays", 7, 30}, limit{"rotationPeriodInDays", 90, 2560})},
	catalogue.Secret:               {recoveryWindow},
	catalogue.ImageRepository:      {oneOf("imageTagMutability", "MUTABLE", "IMMUTABLE", "MUTABLE_WITH_EXCLUSION", "IMMUTABLE_WITH_EXCLUSION")},
	catalogue.ImageLifecyclePolicy: {imagesExpireInOrder},
	catalogue.LogGroup:             {logRetention},
	catalogue.LogMetricFilter:      {filterMakesMetric},
	catalogue.RandomPassword:       {passwordIsPossible},
	catalogue.Namespace:            {namespaceIsNew},
}

// scalingFits is EKS's rule that a node group's desired size lies between its bounds.
func scalingFits(_ *Provider, e *Entry) error {
	scaling := e.in().Values("scalingConfig")
	least, most, desired := scaling.Number("minSize", 0), scaling.Number("maxSize", 0), scaling.Number("desiredSize", 0)
	if least > desired || desired > most || most < 1 {
		return e.refusal("InvalidParameterException: desired size %v must be between %v and %v", desired, least, most)
	}
	return nil
}

// entryGroups is EKS's rule on the groups of an access entry: Kubernetes keeps some to itself, and nodes have their own.
func entryGroups(_ *Provider, e *Entry) error {
	groups, kind := e.in().Texts("kubernetesGroups"), orElse(e.in().Text("type"), "STANDARD")
	for _, group := range groups {
		switch {
		case strings.HasPrefix(group, "system:"):
			return e.refusal("InvalidParameterException: the kubernetes group name %s is invalid, it cannot start with system:", group)
		case kind != "STANDARD":
			return e.refusal("InvalidParameterException: kubernetesGroups are not for the type %s", kind)
		}
	}
	return nil
}

// recoveryWindow is Secrets Manager's rule on how long a deleted secret can be restored.
func recoveryWindow(_ *Provider, e *Entry) error {
	if days := e.in().Number("recoveryWindowInDays", 30); days != 0 && (days < 7 || days > 30) {
		return e.refusal("InvalidParameterException: recoveryWindowInDays is %v, must be 0 or 7 to 30", days)
	}
	return nil
}

// retentions are the days that CloudWatch Logs offers; 0 is for ever.
var retentions = []float64{0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

// logRetention is CloudWatch Logs' rule on how long logs are kept.
func logRetention(_ *Provider, e *Entry) error {
	if days := e.in().Number("retentionInDays", 0); !slices.Contains(retentions, days) {
		return e.refusal("InvalidParameterException: retentionInDays is %v, must be one of %v", days, retentions)
	}
	return nil
}

// filterMakesMetric is CloudWatch Logs' rule on what a filter publishes (API reference: PutMetricFilter, MetricTransformation).
// What the pattern says is not looked into.
func filterMakesMetric(_ *Provider, e *Entry) error {
	metric := e.in().Values("metricTransformation")
	namespace, pattern := metric.Text("namespace"), e.in().Text("pattern")
	switch {
	case len(pattern) > 1024:
		return e.refusal("InvalidParameterException: pattern has %d characters, the limit is 1024", len(pattern))
	case strings.HasPrefix(namespace, "AWS/") || strings.ContainsAny(namespace, ":*$") || len(namespace) > 255:
		return e.refusal("InvalidParameterException: the namespace %q is reserved, too long, or has one of :*$", namespace)
	case strings.ContainsAny(metric.Text("name"), ":*$"):
		return e.refusal("InvalidParameterException: the name %q of the metric has one of :*$", metric.Text("name"))
	}
	return nil
}

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

// namespaceIsNew is Kubernetes' rule that a namespace is made once, by whomever.
func namespaceIsNew(p *Provider, e *Entry) error {
	if other := p.record.referred(e.Account, namespaceReference(e.Region, e.Cluster, e.ID)); other != nil && other.key() != e.key() {
		return e.refusal("AlreadyExists: namespace %q exists", e.ID)
	}
	return nil
}
