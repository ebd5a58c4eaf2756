package controlplane

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
)

// TestRollout deploys an application to simulated nodes: it becomes available, an update never leaves it with fewer
// pods, and an update that never becomes ready leaves it as it was.
func TestRollout(t *testing.T) {
	c := startCluster(t, Options{
		Nodes:      []Node{{Name: "node-a", Zone: "us-east-1a"}, {Name: "node-b", Zone: "us-east-1b"}},
		NeverReady: []string{"registry/sample:broken"},
	})
	c.kubectl("apply", "--filename=testdata/application.yaml")
	c.kubectl("rollout", "status", "deployment/sample", "--timeout=1m")
	first := c.pods()
	require.Len(t, first, 3)
	c.eventually("the service has the pods", func() bool { return slices.Equal(addresses(first), c.endpoints(true)) })
	assert.Len(t, slices.Compact(addresses(first)), 3, "each pod has its own address")
	assert.Equal(t, "us-east-1a us-east-1b",
		string(c.kubectl("get", "nodes", `--output=jsonpath={.items[*].metadata.labels.topology\.kubernetes\.io/zone}`)))
	nodes := map[string]int{}
	for _, pod := range first {
		assert.Equal(t, "127.0.0.1", pod.Status.HostIP)
		assert.Equal(t, "registry/sample:first", pod.Spec.Containers[0].Image)
		assert.Equal(t, "Running", pod.Status.Phase)
		nodes[pod.Spec.NodeName]++
	}
	assert.ElementsMatch(t, []int{1, 2}, []int{nodes["node-a"], nodes["node-b"]})

	c.kubectl("set", "image", "deployment/sample", "app=registry/sample:second")
	var second []pod
	c.eventually("all pods are of the update", func() bool {
		second = c.pods()
		assert.GreaterOrEqual(t, len(c.endpoints(true)), 3)
		return all(second, "registry/sample:second")
	})
	c.kubectl("rollout", "status", "deployment/sample", "--timeout=1m")
	c.eventually("the service has the new pods", func() bool { return slices.Equal(addresses(second), c.endpoints(true)) })

	c.kubectl("set", "image", "deployment/sample", "app=registry/sample:broken")
	c.eventually("a pod starts", func() bool { return len(c.endpoints(false)) == 1 })
	_, err := c.plane.Kubectl(t.Context(), nil, "--namespace=sample", "rollout", "status", "deployment/sample", "--timeout=3s")
	require.ErrorContains(t, err, "timed out waiting for the condition")
	assert.Equal(t, addresses(second), c.endpoints(true), "the pods of the previous update keep serving")
	broken := slices.DeleteFunc(c.pods(), func(p pod) bool { return p.Spec.Containers[0].Image != "registry/sample:broken" })
	require.Len(t, broken, 1)
	assert.Equal(t, "Running", broken[0].Status.Phase)
	assert.Equal(t, addresses(broken), c.endpoints(false))

	c.kubectl("rollout", "undo", "deployment/sample")
	c.eventually("the pod is deleted", func() bool { return slices.Equal(addresses(second), addresses(c.pods())) })

	// A node without a lease is not ready after a minute.
	assert.Equal(t, "lease.coordination.k8s.io/node-a\nlease.coordination.k8s.io/node-b\n",
		string(c.kubectl("get", "leases", "--namespace=kube-node-lease", "--output=name")))

	t.Run("rights", func(t *testing.T) {
		reader, err := c.plane.KubeconfigAs("reader", "readers")
		require.NoError(t, err)
		stranger, err := c.plane.KubeconfigAs("stranger")
		require.NoError(t, err)
		try := func(kubeconfig, resource string) error {
			_, err := c.plane.Kubectl(t.Context(), nil, "--kubeconfig="+kubeconfig, "--namespace=sample", "get", resource)
			return err
		}
		require.NoError(t, try(reader, "pods"))
		require.ErrorContains(t, try(reader, "secrets"), `User "reader" cannot list resource "secrets"`)
		require.ErrorContains(t, try(stranger, "pods"), `User "stranger" cannot list resource "pods"`)
	})

	t.Run("nodes come and go", func(t *testing.T) {
		require.NoError(t, c.plane.AddNodes(t.Context(), Node{Name: "node-c", Zone: "us-east-1c", Allocatable: map[string]string{"cpu": "1"}}))
		var node struct {
			Status struct{ Allocatable map[string]string }
		}
		require.NoError(t, c.plane.Get(t.Context(), "/api/v1/nodes/node-c", &node))
		assert.Equal(t, []string{"1", "110"}, []string{node.Status.Allocatable["cpu"], node.Status.Allocatable["pods"]})
		require.NoError(t, c.plane.RemoveNode(t.Context(), "node-a"))
		c.eventually("its pods are elsewhere", func() bool {
			pods := c.pods()
			return len(pods) == 3 && !slices.ContainsFunc(pods, func(p pod) bool { return p.Spec.NodeName == "node-a" || p.Status.PodIP == "" })
		})
		require.ErrorIs(t, c.plane.Get(t.Context(), "/api/v1/nodes/node-a", &node), ErrNotFound)
	})
}

// The error about a process that ends while the cluster starts names it and shows its output.
func TestStartShowsWhichPartOfTheClusterEnded(t *testing.T) {
	bin, dir := t.TempDir(), t.TempDir()
	fakes(t, bin, map[string]string{
		"kubectl":                 `case "$*" in *get*) echo '{"items":[{"metadata":{"name":"a"},"spec":{"taints":[{"key":"t"}]}}]}';; esac`,
		"kube-controller-manager": "sleep 300", "kube-scheduler": "echo no such flag; exit 1", "kwok": "sleep 300",
	})
	p := &Plane{bin: bin, dir: dir}
	t.Cleanup(p.Close)
	require.EqualError(t, p.startNodes(t.Context(), Options{Nodes: []Node{{Name: "a", Zone: "zone"}}, NeverReady: []string{"bad:1"}}),
		bin+"/kube-scheduler ended: exit status 1\nkube-scheduler printed ("+dir+"/kube-scheduler.log):\nno such flag\n")
	stages := checkout.Read(t, p.path("pods.yaml"))
	assert.Contains(t, stages, `values: ["","bad:1"]`)
	assert.NotContains(t, stages, "NEVER_READY")
}

func TestNodesReadyNamesWhatIsMissing(t *testing.T) {
	p := &Plane{bin: t.TempDir(), dir: t.TempDir()}
	fakes(t, p.bin, map[string]string{"kubectl": `echo '{"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"},"spec":{"taints":[{"key":"not-ready"}]}}]}'`})
	require.EqualError(t, p.nodesReady([]Node{{Name: "b"}})(t.Context()), "node b still has the taint not-ready")
	fakes(t, p.bin, map[string]string{"kubectl": `echo '{"items":[{"metadata":{"name":"a"}}]}'`})
	require.NoError(t, p.nodesReady([]Node{{Name: "a"}})(t.Context()))
}

func TestKubeconfigAs(t *testing.T) {
	p := &Plane{dir: t.TempDir(), endpoints: endpoints{Server: "127.0.0.1:1", Token: "secret"}}
	path, err := p.KubeconfigAs("deployer", "one", "two")
	require.NoError(t, err)
	var config struct {
		Users []struct{ User map[string]any }
	}
	require.NoError(t, json.Unmarshal([]byte(checkout.Read(t, path)), &config))
	assert.Equal(t, map[string]any{"token": "secret", "as": "deployer", "as-groups": []any{"one", "two"}}, config.Users[0].User)

	_, err = p.KubeconfigAs("", "one")
	require.EqualError(t, err, "the user of a kubeconfig must not be empty: name the user to impersonate")
}

// cluster is a control plane with nodes, for one test.
type cluster struct {
	t     *testing.T
	plane *Plane
}

func startCluster(t *testing.T, o Options) cluster {
	t.Helper()
	o.Bin, o.Dir = "../../bin/kubernetes", t.TempDir()
	plane, err := Start(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() {
		plane.Close()
		if t.Failed() {
			t.Log(plane.Logs())
		}
	})
	return cluster{t, plane}
}

func (c cluster) kubectl(args ...string) []byte {
	c.t.Helper()
	answer, err := c.plane.Kubectl(c.t.Context(), nil, append([]string{"--namespace=sample"}, args...)...)
	require.NoError(c.t, err)
	return answer
}

// eventually checks until the condition holds.
func (c cluster) eventually(what string, yes func() bool) {
	c.t.Helper()
	for deadline := time.Now().Add(time.Minute); !yes(); time.Sleep(50 * time.Millisecond) {
		require.True(c.t, time.Now().Before(deadline), "not within a minute: "+what)
	}
}

type pod struct {
	Spec struct {
		NodeName   string
		Containers []struct{ Image string }
	}
	Status struct{ HostIP, PodIP, Phase string }
}

func (c cluster) pods() []pod {
	c.t.Helper()
	var list struct{ Items []pod }
	require.NoError(c.t, json.Unmarshal(c.kubectl("get", "pods", "--output=json"), &list))
	return list.Items
}

// all reports whether there are three pods, all of one image.
func all(pods []pod, image string) bool {
	return len(pods) == 3 && !slices.ContainsFunc(pods, func(p pod) bool { return p.Spec.Containers[0].Image != image })
}

// addresses returns the addresses of pods, in order.
func addresses(pods []pod) []string {
	var all []string
	for _, pod := range pods {
		all = append(all, pod.Status.PodIP)
	}
	slices.Sort(all)
	return all
}

// endpoints returns the service's ready, or unready, addresses, in order.
func (c cluster) endpoints(ready bool) []string {
	c.t.Helper()
	var list struct {
		Items []struct {
			Endpoints []struct {
				Addresses  []string
				Conditions struct{ Ready bool }
			}
		}
	}
	require.NoError(c.t, json.Unmarshal(c.kubectl("get", "endpointslices", "--output=json"), &list))
	var all []string
	for _, slice := range list.Items {
		for _, endpoint := range slice.Endpoints {
			if endpoint.Conditions.Ready == ready {
				all = append(all, strings.Join(endpoint.Addresses, ","))
			}
		}
	}
	slices.Sort(all)
	return all
}
