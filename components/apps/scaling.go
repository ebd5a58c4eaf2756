package apps

import "legops/components/internal/kit"

// scale lets the number of a Deployment's pods follow what they use: it adds pods at once, up to twice as many every half
// minute, and takes them away slowly: one a minute, and only when nothing called for more in the last five.
func scale(s *kit.Space, deployment string, least, most int, metrics ...kit.Inputs) error {
	_, err := kit.NewObject(s.Ctx, "autoscaling/v2", "HorizontalPodAutoscaler", s.Name+"-autoscaler", kit.Inputs{
		"metadata": s.Object(deployment, nil),
		"spec": kit.Inputs{
			"minReplicas":    least,
			"maxReplicas":    most,
			"scaleTargetRef": kit.Inputs{"apiVersion": "apps/v1", "kind": "Deployment", "name": deployment},
			"metrics":        metrics,
			"behavior":       kit.Inputs{"scaleUp": scaling("Percent", 100, 30, 0), "scaleDown": scaling("Pods", 1, 60, 300)},
		},
	}, s.With()...)
	return err
}

// utilization aims at a percentage of what pods ask for of a resource, on average. With several, the one that calls for the
// most pods counts.
func utilization(resource string, percent int) kit.Inputs {
	return kit.Inputs{"type": "Resource", "resource": kit.Inputs{
		"name": resource, "target": kit.Inputs{"type": "Utilization", "averageUtilization": percent},
	}}
}

// scaling is by how much the number of pods may change, in how many seconds, and over how many the need is looked at.
func scaling(kind string, value, seconds, window int) kit.Inputs {
	return kit.Inputs{
		"stabilizationWindowSeconds": window,
		"policies":                   []kit.Inputs{{"type": kind, "value": value, "periodSeconds": seconds}},
	}
}

// budget lets one pod at a time, of those labelled with the name, be moved off its node. Pods that do not work anyway hold up
// no node.
func budget(s *kit.Space, object, pods string) error {
	_, err := kit.NewObject(s.Ctx, "policy/v1", "PodDisruptionBudget", s.Name+"-disruption", kit.Inputs{
		"metadata": s.Object(object, nil),
		"spec": kit.Inputs{
			"maxUnavailable":             1,
			"selector":                   kit.Inputs{"matchLabels": kit.Inputs{kit.LabelName: pods}},
			"unhealthyPodEvictionPolicy": "AlwaysAllow",
		},
	}, s.With()...)
	return err
}
