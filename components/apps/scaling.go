package apps

import "legops/components/internal/kit"

// scale lets the number of a Deployment's pods follow what they use: it adds pods at once, up to twice as many every half
// minute, and takes them away slowly: one a minute, and only when nothing called for more in the last five.
func scale(s *kit.Space, deployment string, least, most int, metrics ...scaleMetric) error {
	return newHorizontalPodAutoscaler(s.Ctx, s.Name+"-autoscaler", &horizontalPodAutoscalerArgs{
		Metadata: s.Object(deployment, nil),
		Spec: horizontalPodAutoscalerSpec{
			MinReplicas:    least,
			MaxReplicas:    most,
			ScaleTargetRef: scaleTarget{APIVersion: "apps/v1", Kind: "Deployment", Name: deployment},
			Metrics:        metrics,
			Behavior: scalingBehavior{
				ScaleUp:   scaling("Percent", 100, 30, 0),
				ScaleDown: scaling("Pods", 1, 60, 300),
			},
		},
	}, s.With()...)
}

// utilization aims at a percentage of what pods ask for of a resource, on average. With several, the one that calls for the
// most pods counts.
func utilization(resource string, percent int) scaleMetric {
	return scaleMetric{
		Type:     "Resource",
		Resource: resourceMetric{Name: resource, Target: metricTarget{Type: "Utilization", AverageUtilization: percent}},
	}
}

// scaling is by how much the number of pods may change, in how many seconds, and over how many the need is looked at.
func scaling(kind string, value, seconds, window int) scalingRules {
	return scalingRules{
		StabilizationWindowSeconds: window,
		Policies:                   []scalingPolicy{{Type: kind, Value: value, PeriodSeconds: seconds}},
	}
}

// budget lets one pod at a time, of those labelled with the name, be moved off its node. Pods that do not work anyway hold up
// no node.
func budget(s *kit.Space, object, pods string) error {
	return newPodDisruptionBudget(s.Ctx, s.Name+"-disruption", &podDisruptionBudgetArgs{
		Metadata: s.Object(object, nil),
		Spec: podDisruptionBudgetSpec{
			MaxUnavailable:             1,
			Selector:                   podSelector{MatchLabels: map[string]string{kit.LabelName: pods}},
			UnhealthyPodEvictionPolicy: "AlwaysAllow",
		},
	}, s.With()...)
}
