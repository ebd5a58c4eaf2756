package apps_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/components/internal/componenttest"
	"legops/internal/settings"
)

func TestAppConnections(t *testing.T) {
	allow := closed(t, componenttest.Record(t, app(appArgs)), "app-matters")
	assert.Equal(t, object{"legops/egress": "DNS, credentials, AWS, database (5432), identity"}, allow.Get("metadata.annotations"))
	assert.Equal(t, object{
		"podSelector": object{}, "policyTypes": []any{"Ingress", "Egress"},
		"ingress": []any{object{
			"from": []any{podsOf("nginx-ingress"), podsOf("portal")}, "ports": []any{named},
		}},
		"egress": []any{
			dns,
			object{"to": []any{block("169.254.170.23/32")}, "ports": []any{port("TCP", 80)}},
			object{"to": []any{beyondVpc, block("10.20.16.0/20")}, "ports": []any{port("TCP", 443)}},
			object{"to": []any{block("10.20.8.0/26"), block("10.20.8.64/26")}, "ports": []any{port("TCP", 5432)}},
			object{"to": []any{podsOf("identity")}, "ports": []any{named}},
		},
	}, allow.Get("spec"))
}

func TestAppConnectionsOfABareOne(t *testing.T) {
	allow := closed(t, componenttest.Record(t, app(bare())), "app-matters")
	assert.Equal(t, []any{object{"from": []any{podsOf("nginx-ingress")}, "ports": []any{named}}}, allow.Get("spec.ingress"))
	assert.Equal(t, []any{
		dns,
		object{"to": []any{block("169.254.170.23/32")}, "ports": []any{port("TCP", 80)}},
		object{"to": []any{beyondVpc, block("10.20.16.0/20")}, "ports": []any{port("TCP", 443)}},
	}, allow.Get("spec.egress"), "nothing reaches instance metadata: that is 169.254.169.254, port 80")
}

func TestAppIsReached(t *testing.T) {
	r := componenttest.Record(t, app(appArgs))
	service := r.One(t, "kubernetes:core/v1:Service", "app-matters-service")
	componenttest.Expect(t, service, map[string]any{
		"metadata.name":        "matters",
		"metadata.annotations": object{"pulumi.com/skipAwait": "true"},
		"spec": object{
			"type": "ClusterIP", "selector": object{"app.kubernetes.io/name": "matters"},
			"ports": []any{object{"name": "http", "protocol": "TCP", "port": 8080.0, "targetPort": "http"}},
		},
	})
	port := object{"service": object{"name": "matters", "port": object{"name": "http"}}}
	componenttest.Expect(t, r.One(t, "kubernetes:networking.k8s.io/v1:Ingress", "app-matters-ingress"), map[string]any{
		"metadata.annotations": object{"nginx.org/mergeable-ingress-type": "minion", "pulumi.com/skipAwait": "true"},
		"spec": object{
			"ingressClassName": "nginx",
			"rules": []any{object{"host": "legops.example", "http": object{"paths": []any{
				object{"path": "/matters", "pathType": "Exact", "backend": port},
				object{"path": "/matters/", "pathType": "Prefix", "backend": port},
			}}}},
		},
	})
	args := appArgs
	args.Path = "/"
	componenttest.Expect(t, componenttest.Record(t, app(args)).One(t, "kubernetes:networking.k8s.io/v1:Ingress", "app-matters-ingress"), map[string]any{
		"spec.rules[0].http.paths": []any{object{"path": "/", "pathType": "Prefix", "backend": port}},
	})
}

func TestAppTakesLargerUploads(t *testing.T) {
	args := appArgs
	args.Edge = &settings.ApplicationEdge{MaxUploadMiB: 300}
	componenttest.Expect(t, componenttest.Record(t, app(args)).One(t, "kubernetes:networking.k8s.io/v1:Ingress", "app-matters-ingress"), map[string]any{
		"metadata.annotations": object{
			"nginx.org/mergeable-ingress-type": "minion", "nginx.org/client-max-body-size": "300m", "pulumi.com/skipAwait": "true",
		},
	})
}

func TestAppScales(t *testing.T) {
	r := componenttest.Record(t, app(appArgs))
	rule := func(kind string, value, seconds, window float64) object {
		return object{
			"stabilizationWindowSeconds": window,
			"policies":                   []any{object{"type": kind, "value": value, "periodSeconds": seconds}},
		}
	}
	componenttest.Expect(t, r.One(t, "kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "app-matters-autoscaler"), map[string]any{"spec": object{
		"minReplicas": 3.0, "maxReplicas": 12.0,
		"scaleTargetRef": object{"apiVersion": "apps/v1", "kind": "Deployment", "name": "matters"},
		"metrics": []any{object{"type": "Resource", "resource": object{
			"name": "cpu", "target": object{"type": "Utilization", "averageUtilization": 70.0},
		}}},
		"behavior": object{"scaleUp": rule("Percent", 100, 30, 0), "scaleDown": rule("Pods", 1, 60, 300)},
	}})
	componenttest.Expect(t, r.One(t, "kubernetes:policy/v1:PodDisruptionBudget", "app-matters-disruption"), map[string]any{"spec": object{
		"maxUnavailable": 1.0, "unhealthyPodEvictionPolicy": "AlwaysAllow",
		"selector": object{"matchLabels": object{"app.kubernetes.io/name": "matters"}},
	}})
}
