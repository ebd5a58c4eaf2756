package cloud

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/catalogue"
)

// A new version of Kubernetes or of the launch template makes EKS replace the nodes of a group. If pods do not leave a node within 15 minutes and nobody
// forces them, it gives up with PodEvictionFailure (EKS User Guide, Understand each phase of node updates). The provider waits for the end of the update,
// tells why it failed, and sends nothing after it (terraform-provider-aws 5.100, internal/service/eks/node_group.go: resourceNodeGroupUpdate,
// waitNodegroupUpdateSuccessful). Believed: the group is ACTIVE again, and goes by the old version and template.

const (
	drainSays = "If nodes cannot be drained, EKS gives up and keeps what it had, and the provider leaves what was asked for in the state, until it " +
		"reads the group again: in a refresh, or in the next update of it, which sends nothing."
	drainSource = "EKS User Guide, Understand each phase of node updates; terraform-provider-aws 5.100, internal/service/eks/node_group.go; " +
		"terraform-plugin-sdk#476. Believed: that EKS goes by the old version then"
)

// NodeUpdate is an update of a node group that failed, as `aws eks describe-update` tells.
type NodeUpdate struct {
	ID, Cluster, NodeGroup string
	Code, Message          string
	Nodes                  []string
}

// NodeUpdates are those since the start of this cloud, in their order.
func (p *Provider) NodeUpdates() []NodeUpdate {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	return slices.Clone(p.updates)
}

// Occupy says whether the nodes of a group have pods that cannot be evicted, such as one whose disruption budget allows no disruption.
func (p *Provider) Occupy(name string, occupied bool) error {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	group := p.groupCalled(name)
	if group == nil {
		return fmt.Errorf("there is no node group %s to occupy", name)
	}
	changed := *group
	changed.Occupied = occupied
	return p.record.commit(change{Put: &changed})
}

// groupCalled is the node group of a URN's name. The caller holds the record's lock, as for what follows.
func (p *Provider) groupCalled(name string) *Entry {
	for _, e := range p.record.index.find(byType(catalogue.NodeGroup)) {
		if resource.URN(e.URN).Name() == name {
			return e
		}
	}
	return nil
}

// drain replaces the nodes of a group where an update asks for others.
func (p *Provider) drain(e, old *Entry) error {
	same := func(input string) bool { return reflect.DeepEqual(e.Inputs[input], old.Inputs[input]) }
	if e.Type != catalogue.NodeGroup || !old.Occupied || same("version") && same("launchTemplate") {
		return nil
	}
	cluster, group := e.in().Text("clusterName"), e.in().Text("nodeGroupName")
	node := "ip-10-0-0-1.ec2.internal"
	u := NodeUpdate{
		ID: digest(e.ID, fmt.Sprint(len(p.updates)))[:8] + "-0000-0000-0000-000000000000", Cluster: cluster, NodeGroup: group, Code: "PodEvictionFailure",
		// aws/containers-roadmap#1282
		Message: "Reached max retries while trying to evict pods from nodes in node group " + group, Nodes: []string{node},
	}
	p.updates = append(p.updates, u)
	return &updateFailed{fmt.Sprintf("waiting for EKS Node Group (%s:%s) version update (%s): unexpected state 'Failed', wanted target 'Successful'. "+
		"last error: %s: %s: %s", cluster, group, u.ID, node, u.Code, u.Message)}
}

// ReplaceNodes replaces the nodes of a group by those of a version, and ends the pods that do not leave, as `aws eks update-nodegroup-version --force`
// does. Without force it fails where they do not.
func (p *Provider) ReplaceNodes(name, version string, force bool) error {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	old := p.groupCalled(name)
	if old == nil {
		return fmt.Errorf("there is no node group %s", name)
	}
	e := *old
	e.Inputs = maps.Clone(old.Inputs)
	e.Inputs["version"] = version
	e.Occupied = old.Occupied && !force
	if !force {
		if err := p.drain(&e, old); err != nil {
			return err
		}
	}
	p.answered(e.connection(), &e)
	e.Outputs["releaseVersion"] = p.Image(version)
	return p.record.commit(change{Put: &e})
}
