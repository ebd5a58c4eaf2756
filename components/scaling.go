package components

// scale lets the number of a Deployment's pods follow what they use: it adds pods at once, up to twice as many every half
// minute, and takes them away slowly: one a minute, and only when nothing called for more in the last five.
func (s *space) scale(deployment string, least, most int, metrics ...scaleMetric) error {
	return newHorizontalPodAutoscaler(s.ctx, s.name+"-autoscaler", &horizontalPodAutoscalerArgs{
		Metadata: s.object(deployment, nil),
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
	}, s.with()...)
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
func (s *space) budget(object, pods string) error {
	return newPodDisruptionBudget(s.ctx, s.name+"-disruption", &podDisruptionBudgetArgs{
		Metadata: s.object(object, nil),
		Spec: podDisruptionBudgetSpec{
			MaxUnavailable:             1,
			Selector:                   podSelector{MatchLabels: map[string]string{labelName: pods}},
			UnhealthyPodEvictionPolicy: "AlwaysAllow",
		},
	}, s.with()...)
}
