package offline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"legops/internal/controlplane"
)

// ClusterOptions are the options of Clusters.
type ClusterOptions struct {
	// Root is the repository, with the programs in its bin/kubernetes.
	Root string
	// Dir is the folder with a folder for each cluster, of its name.
	Dir string
	// Keep lets them outlive the process.
	Keep bool
	// NeverReady are the images of pods that start and never become ready.
	NeverReady []string
	// Answers are the paths that an image answers; a pod with probes for others never becomes ready. Others answer any.
	Answers map[string][]string
}

// Clusters are the real control planes behind the simulated clusters of EKS.
type Clusters struct {
	dir, tools string
	keep       bool
	neverReady []string
	answers    map[string][]string

	mu     sync.Mutex
	planes map[string]*controlplane.Plane
}

// OpenClusters restarts the clusters in the folder that do not run.
func OpenClusters(ctx context.Context, o ClusterOptions) (*Clusters, error) {
	c := &Clusters{
		dir: o.Dir, tools: filepath.Join(o.Root, "bin"), keep: o.Keep, neverReady: o.NeverReady, answers: o.Answers, planes: map[string]*controlplane.Plane{},
	}
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return nil, fmt.Errorf("preparing the clusters: %w", err)
	}
	if err := c.writeAws(); err != nil {
		return nil, fmt.Errorf("preparing the clusters: %w", err)
	}
	files, err := filepath.Glob(filepath.Join(c.dir, "*", "zones"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		zones, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("preparing the clusters: %w", err)
		}
		if err := c.Start(ctx, filepath.Base(filepath.Dir(file)), strings.Fields(string(zones))); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Start starts a control plane with one node in each zone.
func (c *Clusters) Start(ctx context.Context, name string, zones []string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.planes[name] != nil {
		return nil
	}
	dir := filepath.Join(c.dir, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	nodes := make([]controlplane.Node, len(zones))
	for i, zone := range zones {
		nodes[i] = controlplane.Node{Name: "node-" + zone, Zone: zone}
	}
	plane, err := controlplane.Start(ctx, controlplane.Options{
		Bin: filepath.Join(c.tools, "kubernetes"), Dir: dir, Nodes: nodes, Keep: c.keep, NeverReady: c.neverReady, Answers: c.answers,
	})
	if err != nil {
		return err
	}
	c.planes[name] = plane
	return errors.Join(
		os.WriteFile(filepath.Join(dir, "zones"), []byte(strings.Join(zones, "\n")), 0o600), //nolint:gosec // the name of a cluster has no slash
		os.WriteFile(filepath.Join(dir, "token"), []byte(plane.Token()), 0o600),
	)
}

// Address returns the address and certificate authority of a control plane.
func (c *Clusters) Address(name string) (string, []byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	plane := c.planes[name]
	if plane == nil {
		return "", nil, false
	}
	authority, err := plane.Authority()
	return plane.URL(), authority, err == nil
}

// listens reports whether one of the control planes has the address.
func (c *Clusters) listens(address string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, plane := range c.planes {
		if plane.URL() == "https://"+address {
			return true
		}
	}
	return false
}

// Stop ends a control plane and deletes its data.
func (c *Clusters) Stop(name string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if plane := c.planes[name]; plane != nil {
		plane.Close()
	}
	delete(c.planes, name)
	dir := filepath.Join(c.dir, name)
	controlplane.Stop(dir)
	return os.RemoveAll(dir)
}

// Close ends the control planes, unless Keep is set.
func (c *Clusters) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, plane := range c.planes {
		if !c.keep {
			plane.Close()
		}
	}
}

// Kubeconfigs returns kubeconfigs with every right in the running clusters, by cluster name.
func (c *Clusters) Kubeconfigs() map[string]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	files := map[string]string{}
	for name, plane := range c.planes {
		files[name] = plane.Kubeconfig()
	}
	return files
}

// Plane is the control plane of a running cluster; nil if there is none.
func (c *Clusters) Plane(name string) *controlplane.Plane {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.planes[name]
}

// bin is the folder with the aws command of the clusters.
func (c *Clusters) bin() string { return filepath.Join(c.dir, ".bin") }

// writeAws writes an aws command whose aws eks get-token returns the tokens of these clusters. It passes any other call to
// the command of the tools.
func (c *Clusters) writeAws() error {
	if err := os.MkdirAll(c.bin(), 0o700); err != nil {
		return err
	}
	script := fmt.Sprintf(`#!/bin/sh
# Written by bin/offline.
if [ "$1 $2" != 'eks get-token' ]; then exec '%s' "$@"; fi
while [ $# -gt 0 ]; do
	if [ "$1" = --cluster-name ]; then name=$2; fi
	shift
done
token=$(cat '%s'/"$name"/token) || exit 254
printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","spec":{},"status":{"token":"%%s"}}\n' "$token"
`, filepath.Join(c.tools, "aws"), c.dir)
	return os.WriteFile(filepath.Join(c.bin(), "aws"), []byte(script), 0o700)
}
