package rehearsal

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"legops/internal/controlplane"
	"legops/internal/registered"
)

// cluster is a whole control plane with simulated nodes and the applications of a stack, as the program registers them.
type cluster struct {
	*controlplane.Plane
	// deliverer is the kubeconfig of the deployer, with only its group's rights.
	deliverer string
	began     time.Time

	mutex sync.Mutex
	// pods are the last seen pods of each namespace; watchers are called on every change.
	pods     map[string][]pod
	watchers map[string]func([]pod)
}

// pod is the part of a pod that the tests need.
type pod struct {
	name, image string
	ready       bool // and not terminating
}

// startCluster starts the control plane and follows its pods until the test is over.
func startCluster(t *testing.T, neverReady, failing, crashing []string, answers map[string][]string) *cluster {
	t.Helper()
	plane := registered.Plane(t, root, controlplane.Options{
		NeverReady: neverReady, Failing: failing, Crashing: crashing, Answers: answers, Nodes: []controlplane.Node{{Name: "node-a", Zone: "us-east-1a"}, {Name: "node-b", Zone: "us-east-1b"}},
	})
	c := &cluster{Plane: plane, began: time.Now(), pods: map[string][]pod{}, watchers: map[string]func([]pod){}}
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	var err error
	c.deliverer, err = plane.KubeconfigAs("deployer", "legops:delivery")
	require.NoError(t, err)
	go c.follow(ctx)
	return c
}

// follow reads all pods, five times a second.
func (c *cluster) follow(ctx context.Context) {
	for ; ; time.Sleep(200 * time.Millisecond) {
		pods, err := c.look(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			continue // the next look follows soon; other requests show a dead control plane
		}
		c.mutex.Lock()
		for namespace := range c.watchers {
			if !slices.Equal(pods[namespace], c.pods[namespace]) {
				c.watchers[namespace](pods[namespace])
			}
		}
		c.pods = pods
		c.mutex.Unlock()
	}
}

// look returns all pods, by namespace.
func (c *cluster) look(ctx context.Context) (map[string][]pod, error) {
	var list struct {
		Items []struct {
			Metadata struct {
				Name, Namespace   string
				DeletionTimestamp *time.Time
			}
			Spec struct {
				Containers []struct{ Image string }
			}
			Status struct {
				Conditions []struct{ Type, Status string }
			}
		}
	}
	if err := c.Get(ctx, "/api/v1/pods", &list); err != nil {
		return nil, err
	}
	pods := map[string][]pod{}
	for _, item := range list.Items {
		p := pod{name: item.Metadata.Name, image: item.Spec.Containers[0].Image}
		for _, condition := range item.Status.Conditions {
			p.ready = p.ready || condition.Type == "Ready" && condition.Status == "True" && item.Metadata.DeletionTimestamp == nil
		}
		pods[item.Metadata.Namespace] = append(pods[item.Metadata.Namespace], p)
	}
	for _, those := range pods {
		slices.SortFunc(those, func(a, b pod) int { return strings.Compare(a.name, b.name) })
	}
	return pods, nil
}

// watch calls back with the current pods of a namespace, and whenever they change.
func (c *cluster) watch(namespace string, changed func([]pod)) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.watchers[namespace] = changed
	changed(c.pods[namespace])
}

// endpoints returns the images of the pods behind a Service.
func (c *cluster) endpoints(ctx context.Context, service string) ([]string, error) {
	var list struct {
		Items []struct {
			Endpoints []struct {
				Conditions struct{ Ready bool }
				TargetRef  struct{ Name string }
			}
		}
	}
	path := fmt.Sprintf("/apis/discovery.k8s.io/v1/namespaces/%s/endpointslices?labelSelector=kubernetes.io/service-name=%s", service, service)
	if err := c.Get(ctx, path, &list); err != nil {
		return nil, err
	}
	var names []string
	for _, slice := range list.Items {
		for _, endpoint := range slice.Endpoints {
			if endpoint.Conditions.Ready {
				names = append(names, endpoint.TargetRef.Name)
			}
		}
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	var images []string
	for _, p := range c.pods[service] {
		if slices.Contains(names, p.name) {
			images = append(images, p.image)
		}
	}
	return images, nil
}

// deployment is an application's Deployment.
type deployment struct {
	Metadata struct {
		Annotations map[string]string
	}
	Spec struct {
		Replicas int
		Template struct {
			Spec struct {
				Containers []struct{ Name, Image string }
			}
		}
	}
}

func (c *cluster) deployment(ctx context.Context, name string) (deployment, error) {
	return c.deploymentIn(ctx, name, name)
}

func (c *cluster) deploymentIn(ctx context.Context, namespace, name string) (deployment, error) {
	var d deployment
	return d, c.Get(ctx, fmt.Sprintf("/apis/apps/v1/namespaces/%s/deployments/%s", namespace, name), &d)
}

// spec returns the spec of an application's Deployment, as JSON.
func (c *cluster) spec(a *application) string {
	var d struct{ Spec json.RawMessage }
	require.NoError(a, c.Get(a.Context(), fmt.Sprintf("/apis/apps/v1/namespaces/%s/deployments/%s", a.name, a.name), &d))
	return string(d.Spec)
}
