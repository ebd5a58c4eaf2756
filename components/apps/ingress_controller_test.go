package apps_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/components/apps"
	"legops/components/internal/componenttest"
)

func TestIngressArguments(t *testing.T) {
	_, controller := ingressController(t, ingressArgs)
	componenttest.Expect(t, controller, map[string]any{
		"metadata.name":                          "nginx-ingress-controller",
		"spec.template.spec.containers[0].image": "ghcr.io/nginx/kubernetes-ingress:5.5.4",
		"spec.template.spec.containers[0].args": []any{
			"-nginx-configmaps=$(POD_NAMESPACE)/nginx-ingress", "-ingress-class=nginx",
			"-default-http-listener-port=443", "-default-https-listener-port=8443",
			"-enable-custom-resources=false", "-enable-snippets=false", "-watch-secret-namespace=nginx-ingress",
			"-health-status=true", "-health-status-uri=" + apps.IngressHealthPath,
			"-report-ingress-status", "-enable-leader-election=true", "-leader-election-lock-name=nginx-ingress-leader-election",
			"-enable-prometheus-metrics=true", "-prometheus-metrics-listen-port=9113",
			"-ready-status=true", "-ready-status-port=8081", "-enable-telemetry-reporting=false",
		},
		"spec.template.spec.containers[0].env": []any{
			object{"name": "POD_NAMESPACE", "valueFrom": object{"fieldRef": object{"fieldPath": "metadata.namespace"}}},
			object{"name": "POD_NAME", "valueFrom": object{"fieldRef": object{"fieldPath": "metadata.name"}}},
		},
		"spec.template.metadata.annotations": object{
			"prometheus.io/scrape": "true", "prometheus.io/port": "9113", "prometheus.io/scheme": "http",
		},
		"spec.template.metadata.labels": object{
			"app.kubernetes.io/name": "nginx-ingress", "app.kubernetes.io/component": "ingress",
			"app.kubernetes.io/part-of": "legops", "app.kubernetes.io/managed-by": "pulumi",
		},
		"spec.template.spec.containers[0].readinessProbe": object{
			"httpGet": object{"path": "/nginx-ready", "port": "readiness-port"}, "periodSeconds": 1.0,
		},
		// As a visitor over http, whom only the host sends to https.
		"spec.template.spec.containers[0].startupProbe": object{
			"httpGet": object{"path": "/", "port": "http", "httpHeaders": []any{
				object{"name": "Host", "value": "legops.example"}, object{"name": "X-Forwarded-Proto", "value": "http"},
			}},
			"periodSeconds": 1.0, "failureThreshold": 60.0,
		},
	})
}

func TestIngressDrains(t *testing.T) {
	_, controller := ingressController(t, ingressArgs)
	componenttest.Expect(t, controller, map[string]any{
		"spec.template.spec.containers[0].lifecycle":       object{"preStop": object{"sleep": object{"seconds": 15.0}}},
		"spec.template.spec.terminationGracePeriodSeconds": 90.0,
	})
}

func TestIngressRunsWithoutPrivilege(t *testing.T) {
	_, controller := ingressController(t, ingressArgs)
	security := func(capabilities object) object {
		return object{
			"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "runAsNonRoot": true, "runAsUser": 101.0,
			"capabilities": capabilities,
		}
	}
	resources := object{
		"requests": object{"cpu": "200m", "memory": "256Mi", "ephemeral-storage": "1Gi"},
		"limits":   object{"memory": "1280Mi", "ephemeral-storage": "4Gi"},
	}
	componenttest.Expect(t, controller, map[string]any{
		"spec.template.spec.securityContext":              object{"seccompProfile": object{"type": "RuntimeDefault"}},
		"spec.template.spec.priorityClassName":            "system-cluster-critical",
		"spec.template.spec.serviceAccountName":           "nginx-ingress",
		"spec.template.spec.automountServiceAccountToken": true,
		"spec.template.spec.hostNetwork":                  nil,
		"spec.template.spec.containers[0].securityContext": security(
			object{"drop": []any{"ALL"}, "add": []any{"NET_BIND_SERVICE"}}),
		"spec.template.spec.containers[0].resources":           resources,
		"spec.template.spec.initContainers[0].securityContext": security(object{"drop": []any{"ALL"}}),
		"spec.template.spec.initContainers[0].resources":       resources,
	})
	assert.Len(t, controller.Get("spec.template.spec.containers"), 1)
	assert.Len(t, controller.Get("spec.template.spec.initContainers"), 1)
}

// NGINX writes to these folders of an image that is read-only, and finds in the first what the image has there.
func TestIngressFolders(t *testing.T) {
	_, controller := ingressController(t, ingressArgs)
	mounts, volumes := []any{}, []any{}
	for _, folder := range [][2]string{
		{"nginx-etc", "/etc/nginx"}, {"nginx-cache", "/var/cache/nginx"}, {"nginx-lib", "/var/lib/nginx"},
		{"nginx-state", "/var/lib/nginx/state"}, {"nginx-log", "/var/log/nginx"},
	} {
		mounts = append(mounts, object{"name": folder[0], "mountPath": folder[1]})
		volumes = append(volumes, object{"name": folder[0], "emptyDir": object{}})
	}
	componenttest.Expect(t, controller, map[string]any{
		"spec.template.spec.volumes":                        volumes,
		"spec.template.spec.containers[0].volumeMounts":     mounts,
		"spec.template.spec.initContainers[0].image":        "ghcr.io/nginx/kubernetes-ingress:5.5.4",
		"spec.template.spec.initContainers[0].command":      []any{"cp", "-vdR", "/etc/nginx/.", "/mnt/etc"},
		"spec.template.spec.initContainers[0].volumeMounts": []any{object{"name": "nginx-etc", "mountPath": "/mnt/etc"}},
	})
}

// All that a controller may do on the cluster: no Secret is among it, and nothing that runs.
func TestIngressRights(t *testing.T) {
	r, _ := ingressController(t, ingressArgs)
	everywhere, own := componenttest.Granted(t, r, "ingress", "nginx-ingress", "nginx-ingress")
	assert.Equal(t, []string{
		"[networking.k8s.io] [ingresses]: get list watch",
		"[networking.k8s.io] [ingresses/status]: update",
		"[networking.k8s.io] [ingressclasses] named [nginx]: get",
		"[] [pods services]: list watch",
		"[discovery.k8s.io] [endpointslices]: list watch",
		"[] [events]: create patch",
	}, everywhere)
	assert.Equal(t, []string{
		"[] [configmaps]: get list watch",
		"[] [pods]: get update",
		"[] [namespaces] named [nginx-ingress]: get",
		"[coordination.k8s.io] [leases]: create",
		"[coordination.k8s.io] [leases] named [nginx-ingress-leader-election]: get update",
	}, own)
}
