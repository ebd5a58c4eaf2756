package apps_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/components/internal/componenttest"
	"legops/internal/recorder"
)

// runsOnCluster checks what holds for everything that a component makes in a namespace of its own.
func runsOnCluster(t *testing.T, r *recorder.Recorder, namespace, component string) {
	t.Helper()
	componenttest.RunsIn(t, r, namespace, namespace, component)
	assert.Len(t, r.OfType("kubernetes:core/v1:Namespace"), 1)
}

// closed checks the policy that denies everything, and gives back the one that allows.
func closed(t *testing.T, r *recorder.Recorder, name string) recorder.Resource {
	t.Helper()
	const policy = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
	assert.Len(t, r.OfType(policy), 2)
	assert.Equal(t, map[string]any{
		"podSelector": map[string]any{}, "policyTypes": []any{"Ingress", "Egress"},
	}, r.One(t, policy, name+"-deny").Get("spec"))
	return r.One(t, policy, name+"-allow")
}

// The parts of network policies, as Kubernetes reads them.
type object = map[string]any

func port(protocol string, number float64) object {
	return object{"protocol": protocol, "port": number}
}

func block(cidr string) object { return object{"ipBlock": object{"cidr": cidr}} }

// beyondVpc is everything outside of the VPC of these tests that is no Service.
var beyondVpc = object{"ipBlock": object{"cidr": "0.0.0.0/0", "except": []any{"10.100.0.0/16", "172.20.0.0/16", "10.20.0.0/16"}}}

// named is the port of an application, by the name that its pods give it.
var named = object{"protocol": "TCP", "port": "http"}

func podsOf(namespace string) object {
	return object{"namespaceSelector": object{"matchLabels": object{"kubernetes.io/metadata.name": namespace}}}
}

var dns = object{
	"to": []any{object{
		"namespaceSelector": object{"matchLabels": object{"kubernetes.io/metadata.name": "kube-system"}},
		"podSelector":       object{"matchLabels": object{"k8s-app": "kube-dns"}},
	}},
	"ports": []any{port("UDP", 53), port("TCP", 53)},
}
