package apps_test

import (
	"net/netip"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"legops/components/apps"
	"legops/components/internal/componenttest"
	"legops/internal/recorder"
	"legops/internal/settings"
)

func ingress(args apps.IngressArgs, use ...func(*apps.Ingress)) componenttest.Construct {
	return componenttest.OnCluster(func(ctx *pulumi.Context, cluster pulumi.Resource, opts ...pulumi.ResourceOption) error {
		if args.Domain != "" {
			args.Cluster, args.PodLogGroup = cluster, pulumi.String("pod-logs")
		}
		made, err := apps.NewIngress(ctx, "ingress", &args, opts...)
		for _, u := range use {
			u(made)
		}
		return err
	})
}

var ingressArgs = apps.IngressArgs{
	Domain: "legops.example", NodePort: apps.IngressNodePort, TrustedCIDR: netip.MustParsePrefix("10.20.0.0/16"),
	NodeRanges: componenttest.Prefixes("10.20.16.0/20", "10.20.32.0/20"),
	Ingress:    settings.Ingress{MinReplicas: 2, MaxReplicas: 6},
}

func ingressController(t *testing.T, args apps.IngressArgs) (*recorder.Recorder, recorder.Resource) {
	t.Helper()
	r := componenttest.Record(t, ingress(args))
	return r, r.One(t, "kubernetes:apps/v1:Deployment", "ingress-controller")
}

func TestIngress(t *testing.T) {
	componenttest.Behaves(t, "legops:components:Ingress", "ingress", ingress(ingressArgs))
	r, _ := ingressController(t, ingressArgs)
	runsOnCluster(t, r, "nginx-ingress", "ingress")
	componenttest.Expect(t, r.One(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "ingress-allow"), map[string]any{
		"metadata.annotations": object{
			"legops/ingress": "requests and health checks come by way of any node, and metrics are read from the nodes' own network",
			"legops/egress":  "DNS, the Kubernetes API (configuration, leader election, status) and the applications; nothing else",
		},
	})
}

// Without any of these a controller ends at once, listens to everybody, or serves with other settings.
func TestIngressStartsWhenEverythingIsThere(t *testing.T) {
	r, controller := ingressController(t, ingressArgs)
	for _, needed := range []struct{ typ, name string }{
		{"kubernetes:core/v1:ServiceAccount", "account"},
		{"kubernetes:core/v1:ConfigMap", "config"},
		{"kubernetes:networking.k8s.io/v1:IngressClass", "class"},
		{"kubernetes:networking.k8s.io/v1:Ingress", "host"},
		{"kubernetes:networking.k8s.io/v1:NetworkPolicy", "deny"},
		{"kubernetes:networking.k8s.io/v1:NetworkPolicy", "allow"},
		{componenttest.RBAC + "ClusterRole", "cluster-rights"},
		{componenttest.RBAC + "ClusterRoleBinding", "cluster-rights"},
		{componenttest.RBAC + "Role", "rights"},
		{componenttest.RBAC + "RoleBinding", "rights"},
	} {
		assert.Contains(t, controller.DependsOn, r.One(t, needed.typ, "ingress-"+needed.name).URN)
	}
}

func TestIngressListens(t *testing.T) {
	args := ingressArgs
	args.NodePort = 31000
	r, controller := ingressController(t, args)
	service := r.One(t, "kubernetes:core/v1:Service", "ingress-service")
	componenttest.Expect(t, service, map[string]any{
		"metadata.name":        "nginx-ingress-controller",
		"metadata.annotations": object{"pulumi.com/skipAwait": "true"},
		"spec": object{
			"type": "NodePort", "externalTrafficPolicy": "Cluster",
			"selector": object{"app.kubernetes.io/name": "nginx-ingress"},
			"ports":    []any{object{"name": "http", "protocol": "TCP", "port": 443.0, "targetPort": "http", "nodePort": 31000.0}},
		},
	})
	componenttest.Expect(t, controller, map[string]any{"spec.template.spec.containers[0].ports": []any{
		object{"name": "http", "containerPort": 443.0, "protocol": "TCP"},
		object{"name": "prometheus", "containerPort": 9113.0, "protocol": "TCP"},
		object{"name": "readiness-port", "containerPort": 8081.0, "protocol": "TCP"},
	}})
	componenttest.Expect(t, r.One(t, "kubernetes:networking.k8s.io/v1:IngressClass", "ingress-class"), map[string]any{
		"metadata.name":        "nginx",
		"metadata.annotations": object{"ingressclass.kubernetes.io/is-default-class": "true"},
		"spec":                 object{"controller": "nginx.org/ingress-controller"},
	})
}

func TestIngressSettings(t *testing.T) {
	r, _ := ingressController(t, ingressArgs)
	componenttest.Expect(t, r.One(t, "kubernetes:core/v1:ConfigMap", "ingress-config"), map[string]any{
		"metadata.name": "nginx-ingress",
		"data": object{
			"real-ip-header": "X-Forwarded-For", "real-ip-recursive": "False", "set-real-ip-from": "10.20.0.0/16",
			"redirect-to-https": "True", "server-tokens": "False", "client-max-body-size": "110m",
			"proxy-buffer-size": "16k", "proxy-buffers": "8 4k", "proxy-busy-buffers-size": "16k",
			"http-snippets": "large_client_header_buffers 4 16k;\nkeepalive_min_timeout 5s;\n" +
				"proxy_next_upstream_tries 3;\nproxy_next_upstream_timeout 5s;",
			"proxy-connect-timeout": "1s", "proxy-read-timeout": "60s", "proxy-send-timeout": "60s",
			"location-snippets": `proxy_set_header X-Origin-Verify "";` + "\nproxy_set_header Connection close;",
			"max-fails":         "0", "keepalive": "0", "worker-shutdown-timeout": "300s", "worker-processes": "2",
			"worker-connections": "8192", "worker-rlimit-nofile": "16384",
			"external-status-address": "legops.example",
		},
	})
}

// Whoever asks for a WebSocket gets one where an application takes them, and nowhere else; tests/requests asks NGINX.
func TestIngressWebSockets(t *testing.T) {
	args := ingressArgs
	args.WebSockets = []string{"/matters/live", "/portal/socket.io"}
	r, _ := ingressController(t, args)
	data := r.One(t, "kubernetes:core/v1:ConfigMap", "ingress-config").Get("data").(object)
	assert.Equal(t, "large_client_header_buffers 4 16k;\nkeepalive_min_timeout 5s;\nproxy_next_upstream_tries 3;\nproxy_next_upstream_timeout 5s;\n"+
		"map $http_upgrade $legops_websocket { default \"\"; ~*^websocket$ websocket; }\n"+
		"map \"$legops_websocket $uri\" $legops_upgrade { default \"\"; \"~^websocket (?:/matters/live|/portal/socket[.]io)(?:/|$)\" websocket; }\n"+
		"map $legops_upgrade $legops_connection { default upgrade; \"\" close; }", data["http-snippets"])
	assert.Equal(t, "proxy_set_header X-Origin-Verify \"\";\nproxy_set_header Connection $legops_connection;\nproxy_set_header Upgrade $legops_upgrade;",
		data["location-snippets"])
}

func TestIngressScales(t *testing.T) {
	args := ingressArgs
	args.MinReplicas, args.MaxReplicas = 3, 9
	r, controller := ingressController(t, args)
	pods := object{"matchLabels": object{"app.kubernetes.io/name": "nginx-ingress"}}
	metric := func(name string, percent float64) object {
		return object{"type": "Resource", "resource": object{"name": name, "target": object{"type": "Utilization", "averageUtilization": percent}}}
	}
	componenttest.Expect(t, r.One(t, "kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "ingress-autoscaler"), map[string]any{
		"metadata.name":       "nginx-ingress-controller",
		"spec.scaleTargetRef": object{"apiVersion": "apps/v1", "kind": "Deployment", "name": "nginx-ingress-controller"},
		"spec.minReplicas":    3.0, "spec.maxReplicas": 9.0,
		"spec.metrics": []any{metric("memory", 80), metric("cpu", 70)},
	})
	componenttest.Expect(t, r.One(t, "kubernetes:policy/v1:PodDisruptionBudget", "ingress-disruption"), map[string]any{
		"metadata.name": "nginx-ingress-controller",
		"spec":          object{"maxUnavailable": 1.0, "selector": pods, "unhealthyPodEvictionPolicy": "AlwaysAllow"},
	})
	spread := func(over, otherwise string) object {
		return object{
			"topologyKey": over, "whenUnsatisfiable": otherwise, "maxSkew": 1.0, "nodeTaintsPolicy": "Honor",
			"matchLabelKeys": []any{"pod-template-hash"}, "labelSelector": pods,
		}
	}
	componenttest.Expect(t, controller, map[string]any{
		"spec.replicas":        nil, // the autoscaler's
		"spec.selector":        pods,
		"spec.minReadySeconds": 10.0,
		"spec.strategy":        object{"type": "RollingUpdate", "rollingUpdate": object{"maxUnavailable": 0.0, "maxSurge": "10%"}},
		"spec.template.spec.topologySpreadConstraints": []any{
			spread("topology.kubernetes.io/zone", "DoNotSchedule"), spread("kubernetes.io/hostname", "ScheduleAnyway"),
		},
	})
	assert.Empty(t, controller.IgnoreChanges)
}

func TestIngressConnections(t *testing.T) {
	r, _ := ingressController(t, ingressArgs)
	assert.Equal(t, object{
		"podSelector": object{}, "policyTypes": []any{"Ingress", "Egress"},
		"ingress": []any{object{
			"from": []any{block("10.20.16.0/20"), block("10.20.32.0/20")}, "ports": []any{named, port("TCP", 9113)},
		}},
		"egress": []any{
			dns,
			object{"to": []any{block("10.100.0.1/32"), block("172.20.0.1/32"), block("10.20.16.0/20"), block("10.20.32.0/20")}, "ports": []any{port("TCP", 443)}},
			object{
				"to":    []any{object{"namespaceSelector": object{"matchLabels": object{"app.kubernetes.io/component": "application"}}}},
				"ports": []any{named},
			},
		},
	}, closed(t, r, "ingress").Get("spec"))
}

func TestIngressHost(t *testing.T) {
	var namespace, class string
	r := componenttest.Record(t, ingress(ingressArgs, func(i *apps.Ingress) {
		i.Namespace.ApplyT(func(s string) string { namespace = s; return s })
		i.ClassName.ApplyT(func(s string) string { class = s; return s })
	}))
	assert.Equal(t, []string{"nginx-ingress", "nginx"}, []string{namespace, class})
	host := r.One(t, "kubernetes:networking.k8s.io/v1:Ingress", "ingress-host")
	componenttest.Expect(t, host, map[string]any{
		"metadata.annotations": object{
			"nginx.org/mergeable-ingress-type": "master", "nginx.org/listen-ports": "443", "pulumi.com/skipAwait": "true",
		},
		"spec": object{"ingressClassName": "nginx", "rules": []any{object{"host": "legops.example"}}},
	})
}

// What the controller says when NGINX refuses its configuration is counted, of its own log lines alone.
func TestIngressFailedReloadsAreCounted(t *testing.T) {
	r, _ := ingressController(t, ingressArgs)
	componenttest.Expect(t, r.One(t, "aws:cloudwatch/logMetricFilter:LogMetricFilter", "ingress-reloads"), map[string]any{
		"name": "nginx-ingress-reloads", "logGroupName": "pod-logs",
		"pattern":              `{ $.kubernetes.namespace_name = "nginx-ingress" && ($.log = "*nginx reload failed*" || $.log = "*could not get newest config version*") }`,
		"metricTransformation": object{"namespace": "legops/ingress", "name": "FailedReloads", "value": "1"},
	})
}

func TestIngressRefuses(t *testing.T) {
	componenttest.Refuses(t, ingress(apps.IngressArgs{NodePort: 80}), "Ingress ingress: Domain is missing",
		"NodePort is 80, must be 30000 to 32767", "PodLogGroup is missing", "Cluster is missing")
	args := ingressArgs
	args.NodePort = 32768
	componenttest.Refuses(t, ingress(args), "NodePort is 32768")
}
