package controlplane

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// Node is a simulated node: pods are scheduled to it and become ready, but nothing runs. Its address is 127.0.0.1.
type Node struct {
	Name string
	Zone string // such as us-east-1a
	// Allocatable is its capacity for pods, such as cpu and its quantity. Optional: a resource that it omits is enough for
	// 110 pods.
	Allocatable map[string]string
}

// enough is the default Allocatable.
var enough = map[string]string{"cpu": "64", "memory": "256Gi", "ephemeral-storage": "1Ti", "pods": "110"}

// podStages are kwok's stages of pods, with NEVER_READY in place of the images whose pods never become ready, FAILING in place of those whose
// pods fail, CRASHING in place of those whose commands crash, and ANSWERS in place of the paths that images answer.
//
//go:embed pods.yaml
var podStages string

// schedulerConfig is the scheduler's default, except for the backoff of a pod that found no node: up to ten seconds, during
// which a test would only wait.
const schedulerConfig = `apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
clientConnection: {kubeconfig: %q}
leaderElection: {leaderElect: false}
podInitialBackoffSeconds: 1
podMaxBackoffSeconds: 1
`

// startNodes starts controllers, scheduler and nodes, and returns when pods can be scheduled to every node.
func (p *Plane) startNodes(ctx context.Context, o Options) error {
	nodes, stages := o.Nodes, podStages
	for word, value := range map[string]any{
		// kwok refuses an empty list, and no image has an empty name.
		"NEVER_READY": append([]string{""}, o.NeverReady...), "FAILING": append([]string{""}, o.Failing...),
		"CRASHING": append([]string{""}, o.Crashing...),
		"ANSWERS":  maps.Collect(maps.All(o.Answers)), // never null
	} {
		text, err := json.Marshal(value)
		if err != nil {
			return err
		}
		stages = strings.ReplaceAll(stages, word, string(text))
	}
	for name, text := range map[string]string{"pods.yaml": stages, "scheduler.yaml": fmt.Sprintf(schedulerConfig, p.Kubeconfig())} {
		if err := os.WriteFile(p.path(name), []byte(text), 0o600); err != nil {
			return fmt.Errorf("preparing the cluster: %w", err)
		}
	}
	missing, err := p.missingNodes(ctx, nodes)
	if err != nil {
		return err
	}
	if err := p.createNodes(ctx, missing); err != nil {
		return err
	}
	for _, program := range [][]string{
		{
			"kube-controller-manager",
			"--kubeconfig=" + p.Kubeconfig(),
			"--leader-elect=false",
			"--secure-port=0",
			"--use-service-account-credentials",
			"--service-account-private-key-file=" + p.serviceAccountKey(),
			"--root-ca-file=" + p.certificate(),
			// It creates this folder, by default outside Dir.
			"--flex-volume-plugin-dir=" + p.path("volumes"),
		},
		{
			"kube-scheduler",
			"--config=" + p.path("scheduler.yaml"),
			"--secure-port=0",
		},
		{
			"kwok",
			"--kubeconfig=" + p.Kubeconfig(),
			"--config=" + p.path("pods.yaml"),
			"--manage-all-nodes",
			// Without leases the nodes would report every ten minutes, and count as not ready after one.
			"--node-lease-duration-seconds=40",
		},
	} {
		if _, err := p.start(program[0], program[1:]...); err != nil {
			return err
		}
	}
	return p.await(ctx, "the cluster", p.nodesReady(nodes))
}

// missingNodes returns the nodes that a kept control plane does not have.
func (p *Plane) missingNodes(ctx context.Context, nodes []Node) ([]Node, error) {
	if !p.restarted {
		return nodes, nil
	}
	answer, err := p.Kubectl(ctx, nil, "get", "nodes", "--output=name")
	if err != nil {
		return nil, err
	}
	there := strings.Fields(string(answer))
	return slices.DeleteFunc(slices.Clone(nodes), func(n Node) bool { return slices.Contains(there, "node/"+n.Name) }), nil
}

// AddNodes adds nodes to a running cluster, and returns when pods can be scheduled to them.
func (p *Plane) AddNodes(ctx context.Context, nodes ...Node) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	if err := p.createNodes(ctx, nodes); err != nil {
		return err
	}
	return p.await(ctx, "the cluster", p.nodesReady(nodes))
}

// RemoveNode removes a node with its pods. Controllers replace them on other nodes.
func (p *Plane) RemoveNode(ctx context.Context, name string) error {
	if _, err := p.Kubectl(ctx, nil, "delete", "node", name); err != nil {
		return err
	}
	// The controller manager also does this, but only every twenty seconds.
	_, err := p.Kubectl(ctx, nil, "delete", "pods", "--all-namespaces", "--field-selector=spec.nodeName="+name, "--force", "--grace-period=0",
		"--ignore-not-found")
	return err
}

func (p *Plane) createNodes(ctx context.Context, nodes []Node) error {
	if len(nodes) == 0 {
		return nil
	}
	list := make([]any, len(nodes))
	for i, node := range nodes {
		room := maps.Clone(enough)
		maps.Copy(room, node.Allocatable)
		list[i] = map[string]any{
			"apiVersion": "v1",
			"kind":       "Node",
			"metadata": map[string]any{"name": node.Name, "labels": map[string]string{
				"kubernetes.io/arch":          "amd64",
				"kubernetes.io/hostname":      node.Name,
				"kubernetes.io/os":            "linux",
				"topology.kubernetes.io/zone": node.Zone,
			}},
			"status": map[string]any{
				"addresses":   []any{map[string]string{"type": "InternalIP", "address": "127.0.0.1"}},
				"allocatable": room,
				"capacity":    room,
			},
		}
	}
	text, err := json.Marshal(map[string]any{"apiVersion": "v1", "kind": "List", "items": list})
	if err != nil {
		return err
	}
	_, err = p.Kubectl(ctx, text, "create", "--filename=-")
	return err
}

// nodesReady checks whether pods can be scheduled to nodes, and names the first to which they cannot yet.
func (p *Plane) nodesReady(nodes []Node) probe {
	names := make([]string, len(nodes))
	for i, node := range nodes {
		names[i] = node.Name
	}
	these := fmt.Sprintf("--selector=kubernetes.io/hostname in (%s)", strings.Join(names, ","))
	return func(ctx context.Context) error {
		answer, err := p.Kubectl(ctx, nil, "get", "nodes", these, "--output=json")
		if err != nil {
			return err
		}
		return ready(answer, len(nodes))
	}
}

// ready checks kubectl's list of nodes.
func ready(answer []byte, expected int) error {
	var nodes struct {
		Items []struct {
			Metadata struct{ Name string }
			// A node has a taint until the controller manager has seen that it is ready.
			Spec struct{ Taints []struct{ Key string } }
		}
	}
	if err := json.Unmarshal(answer, &nodes); err != nil {
		return fmt.Errorf("kubectl get nodes: %w", err)
	}
	if len(nodes.Items) < expected {
		return fmt.Errorf("%d of %d nodes exist", len(nodes.Items), expected)
	}
	for _, node := range nodes.Items {
		if len(node.Spec.Taints) > 0 {
			return fmt.Errorf("node %s still has the taint %s", node.Metadata.Name, node.Spec.Taints[0].Key)
		}
	}
	return nil
}
