package components_test

import (
	"net/netip"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"legops/components"
	"legops/internal/recorder"
)

func ingress(args components.IngressArgs, use ...func(*components.Ingress)) construct {
	return onCluster(func(ctx *pulumi.Context, cluster pulumi.Resource, opts ...pulumi.ResourceOption) error {
		if args.Domain != "" {
			args.Cluster = cluster
		}
		made, err := components.NewIngress(ctx, "ingress", &args, opts...)
		for _, u := range use {
			u(made)
		}
		return err
	})
}

var ingressArgs = components.IngressArgs{
	Domain: "legops.example", NodePort: components.IngressNodePort, TrustedCIDR: netip.MustParsePrefix("10.20.0.0/16"),
	MinReplicas: 2, MaxReplicas: 6,
}

func ingressRelease(t *testing.T, args components.IngressArgs) (*recorder.Recorder, recorder.Resource) {
	t.Helper()
	r := record(t, ingress(args))
	return r, r.One(t, "kubernetes:helm.sh/v3:Release", "ingress-release")
}

func TestIngress(t *testing.T) {
	behaves(t, "legops:components:Ingress", "ingress", ingress(ingressArgs))
	r, release := ingressRelease(t, ingressArgs)
	runsOnCluster(t, r, "nginx-ingress", "ingress")
	expect(t, release, map[string]any{
		"name": "nginx-ingress", "chart": "oci://ghcr.io/nginx/charts/nginx-ingress", "version": "2.6.4",
		"repositoryOpts": object{}, "atomic": true, "timeout": 300.0,
	})
	for _, policy := range r.OfType("kubernetes:networking.k8s.io/v1:NetworkPolicy") {
		assert.Contains(t, release.DependsOn, policy.URN, "no controller before its policies")
	}
	expect(t, r.One(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "ingress-allow"), map[string]any{
		"metadata.annotations": object{
			"legops/ingress": "requests and health checks come by way of any node, and metrics are read from the nodes' own network",
			"legops/egress":  "DNS, the Kubernetes API (configuration, leader election, status) and the applications; nothing else",
		},
	})
}

func TestIngressListens(t *testing.T) {
	_, release := ingressRelease(t, ingressArgs)
	expect(t, release, map[string]any{
		"values.controller.service": object{
			"type": "NodePort", "externalTrafficPolicy": "Cluster",
			"httpPort":  object{"enable": true, "port": 80.0, "targetPort": 80.0, "nodePort": 30080.0},
			"httpsPort": object{"enable": false},
		},
		"values.controller.healthStatus":        true,
		"values.controller.healthStatusURI":     components.IngressHealthPath,
		"values.controller.ingressClass":        object{"name": "nginx", "create": true, "setAsDefaultIngress": true},
		"values.controller.reportIngressStatus": object{"enable": true, "enableLeaderElection": true},
		"values.prometheus":                     object{"create": true, "port": 9113.0},
		"values.controller.config.entries": object{
			"real-ip-header": "X-Forwarded-For", "real-ip-recursive": "False", "set-real-ip-from": "10.20.0.0/16",
			"redirect-to-https": "True", "server-tokens": "False", "client-max-body-size": "110m",
			"proxy-connect-timeout": "5s", "proxy-read-timeout": "60s", "proxy-send-timeout": "60s", "keepalive": "32",
			"external-status-address": "legops.example",
		},
	})
}

func TestIngressRunsWithoutPrivilege(t *testing.T) {
	_, release := ingressRelease(t, ingressArgs)
	expect(t, release, map[string]any{
		"values.controller.readOnlyRootFilesystem": true,
		// The chart's own, which the restricted standard accepts; a value here would replace them as a whole.
		"values.controller.securityContext":           nil,
		"values.controller.podSecurityContext":        nil,
		"values.controller.enableSnippets":            false,
		"values.controller.enableCustomResources":     false,
		"values.controller.watchSecretNamespace":      "nginx-ingress",
		"values.controller.telemetryReporting.enable": false,
		"values.controller.hostNetwork":               nil,
	})
}

func TestIngressScales(t *testing.T) {
	args := ingressArgs
	args.MinReplicas, args.MaxReplicas, args.NodePort = 3, 9, 31000
	_, release := ingressRelease(t, args)
	spread := func(over, otherwise string) object {
		return object{
			"topologyKey": over, "whenUnsatisfiable": otherwise, "maxSkew": 1.0, "nodeTaintsPolicy": "Honor",
			"matchLabelKeys": []any{"pod-template-hash"},
			"labelSelector": object{"matchLabels": object{
				"app.kubernetes.io/name": "nginx-ingress", "app.kubernetes.io/instance": "nginx-ingress",
			}},
		}
	}
	expect(t, release, map[string]any{
		"values.controller.service.httpPort.nodePort": 31000.0,
		"values.controller.autoscaling": object{
			"enabled": true, "minReplicas": 3.0, "maxReplicas": 9.0,
			"targetCPUUtilizationPercentage": 70.0, "targetMemoryUtilizationPercentage": 80.0,
		},
		"values.controller.podDisruptionBudget": object{"enabled": true, "maxUnavailable": 1.0},
		"values.controller.topologySpreadConstraints": []any{
			spread("topology.kubernetes.io/zone", "DoNotSchedule"), spread("kubernetes.io/hostname", "ScheduleAnyway"),
		},
		"values.controller.resources": object{
			"requests": object{"cpu": "200m", "memory": "256Mi", "ephemeral-storage": "1Gi"},
			"limits":   object{"memory": "512Mi", "ephemeral-storage": "4Gi"},
		},
		"values.controller.strategy":                      object{"type": "RollingUpdate", "rollingUpdate": object{"maxUnavailable": 0.0, "maxSurge": 1.0}},
		"values.controller.minReadySeconds":               10.0,
		"values.controller.lifecycle.preStop.exec":        object{"command": []any{"sleep", "15"}},
		"values.controller.terminationGracePeriodSeconds": 90.0,
	})
}

func TestIngressConnections(t *testing.T) {
	r, _ := ingressRelease(t, ingressArgs)
	assert.Equal(t, object{
		"podSelector": object{}, "policyTypes": []any{"Ingress", "Egress"},
		"ingress": []any{object{
			"from": []any{block("10.20.0.0/16")}, "ports": []any{port("TCP", 80), port("TCP", 9113)},
		}},
		"egress": []any{
			dns,
			object{"to": []any{block("10.100.0.0/16"), block("172.20.0.0/16"), block("10.20.0.0/16")}, "ports": []any{port("TCP", 443)}},
			object{
				"to":    []any{object{"namespaceSelector": object{"matchLabels": object{"app.kubernetes.io/component": "application"}}}},
				"ports": []any{object{"protocol": "TCP"}},
			},
		},
	}, closed(t, r, "ingress").Get("spec"))
}

func TestIngressHost(t *testing.T) {
	var namespace, class string
	r := record(t, ingress(ingressArgs, func(i *components.Ingress) {
		i.Namespace.ApplyT(func(s string) string { namespace = s; return s })
		i.ClassName.ApplyT(func(s string) string { class = s; return s })
	}))
	assert.Equal(t, []string{"nginx-ingress", "nginx"}, []string{namespace, class})
	host := r.One(t, "kubernetes:networking.k8s.io/v1:Ingress", "ingress-host")
	expect(t, host, map[string]any{
		"metadata.annotations": object{"nginx.org/mergeable-ingress-type": "master", "pulumi.com/skipAwait": "true"},
		"spec":                 object{"ingressClassName": "nginx", "rules": []any{object{"host": "legops.example"}}},
	})
	assert.Contains(t, host.DependsOn, r.One(t, "kubernetes:helm.sh/v3:Release", "ingress-release").URN)
}

func TestIngressRefuses(t *testing.T) {
	refuses(t, ingress(components.IngressArgs{NodePort: 80, TrustedCIDR: netip.MustParsePrefix("10.20.0.1/16"), MinReplicas: 1, MaxReplicas: 0}),
		`ingress ingress: Domain "" must be a lower-case domain name`, "NodePort is 80, must be 30000 to 32767",
		"TrustedCIDR 10.20.0.1/16 must be an IPv4 network", "MinReplicas is 1, must be 2 to 100",
		"MaxReplicas is 0, must be MinReplicas, 1, to 100", "Cluster is missing")
	args := ingressArgs
	args.TrustedCIDR, args.MaxReplicas, args.Domain, args.NodePort = netip.MustParsePrefix("fd00::/64"), 101, "Legops.example", 32768
	refuses(t, ingress(args), "TrustedCIDR fd00::/64 must be", "MaxReplicas is 101", `Domain "Legops.example" must be`, "NodePort is 32768")
}
