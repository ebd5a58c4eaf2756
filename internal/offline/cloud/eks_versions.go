package cloud

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/upgrades"
)

// The versions of a cluster, of its nodes and of its add-ons. EKS upgrades a control plane by one minor version, and gives it back the one before within
// seven days if it was upgraded in place, and its nodes are no newer than that (EKS User Guide, update-cluster and rollback-cluster). No time passes here,
// so the seven days never end.

// clusterVersion is the rule on the next version of a cluster. The words are EKS's: terraform-aws-modules/terraform-aws-eks#2607 (too far),
// rancher/rancher#41643 (back), hashicorp/terraform-provider-aws#19478 (nodes too old). Believed: the words for nodes and
// kube-proxy that are newer.
func clusterVersion(p *Provider, e *Entry) error {
	old, wanted := p.record.entries[e.key()], e.in().Text("version")
	if old == nil || wanted == "" || old.in().Text("version") == wanted {
		return nil
	}
	running := old.in().Text("version")
	steps, _ := upgrades.KubernetesSteps(running, wanted)
	if steps != 1 && (steps != -1 || old.Former != wanted) {
		return e.refusal("InvalidParameterException: Unsupported Kubernetes minor version update from %s to %s", running, wanted)
	}
	for _, group := range p.ofCluster(e, catalogue.NodeGroup) {
		name := group.in().Text("nodeGroupName")
		switch behind, known := upgrades.KubernetesSteps(group.in().Text("version"), wanted); {
		case known && behind > upgrades.KubernetesSkew:
			return e.refusal("InvalidParameterException: Nodegroups %s must be updated to match cluster version %s before updating cluster version", name, running)
		case known && behind < 0:
			return e.refusal("InvalidRequestException: Nodegroups %s must be rolled back to version %s before rolling back the cluster", name, wanted)
		}
	}
	for _, addon := range p.ofCluster(e, catalogue.Addon) {
		version := addon.out().Text("addonVersion")
		if behind, known := upgrades.KubernetesSteps(strings.TrimPrefix(version, "v"), wanted); addon.in().Text("addonName") == kubeProxy && known && behind < 0 {
			return e.refusal("InvalidRequestException: Addon %s %s is not compatible with version %s", kubeProxy, version, wanted)
		}
	}
	return nil
}

// ofCluster are the resources of a type of a cluster.
func (p *Provider) ofCluster(cluster *Entry, typ string) (found []*Entry) {
	for _, e := range p.record.index.find(byType(typ)) {
		if e.Account == cluster.Account && e.Region == cluster.Region && e.in().Text("clusterName") == cluster.in().Text("name") {
			found = append(found, e)
		}
	}
	return found
}

// clusterOf is the cluster of a node group or an add-on.
func (p *Provider) clusterOf(e *Entry) *Entry {
	return p.record.entries[keyOf(e.Account, e.Region, "", catalogue.Cluster, e.in().Text("clusterName"))]
}

// former keeps the version that a cluster had before an upgrade in place, and forgets it when the cluster is back at it.
func former(_ *Provider, e, old *Entry) {
	if old == nil {
		return
	}
	e.Former = old.Former
	if running := old.in().Text("version"); running != e.in().Text("version") {
		if e.Former = running; old.Former == e.in().Text("version") {
			e.Former = ""
		}
	}
}

// nodeVersion is the rule on the version that a node group is created with or updated to. Believed: the words.
func nodeVersion(p *Provider, e *Entry) error {
	old, cluster, version := p.record.entries[e.key()], p.clusterOf(e), e.in().Text("version")
	if cluster == nil || version == "" || old != nil && old.in().Text("version") == version {
		return nil
	}
	control := cluster.in().Text("version")
	if behind, known := upgrades.KubernetesSteps(version, control); known && (behind < 0 || behind > upgrades.KubernetesSkew) {
		return e.refusal("InvalidParameterException: Nodegroup Kubernetes version %s is not supported by cluster version %s", version, control)
	}
	return nil
}

// firstImage is the day of the newest image for nodes when the cloud starts: see PublishImage.
const firstImage = "20261101"

// nodeImage settles the release of the image of a group's nodes. EKS takes the newest of the version whenever it replaces the nodes (EKS User Guide,
// update-managed-node-group). The form is that of a release, such as 1.35.2-20261101; believed: the patch.
func nodeImage(p *Provider, e, old *Entry) {
	same := func(input string) bool { return old != nil && reflect.DeepEqual(e.Inputs[input], old.Inputs[input]) }
	if same("version") && same("launchTemplate") {
		e.Outputs["releaseVersion"] = old.Outputs["releaseVersion"]
		return
	}
	e.Outputs["releaseVersion"] = p.Image(e.in().Text("version"))
}

// Image is the newest image for nodes of a minor version.
func (p *Provider) Image(version string) string {
	return version + ".2-" + orElse(p.images, firstImage)
}

// PublishImage lets AWS publish newer images for nodes, on a day such as 20261115.
func (p *Provider) PublishImage(day string) { p.images = day }

// addonForm is the form of a version of an add-on.
var addonForm = regexp.MustCompile(`^v\d+\.\d+\.\d+-eksbuild\.\d+$`)

// AddonVersion is the version that EKS gives an add-on by default in a cluster of a version of Kubernetes. Those of kube-proxy are those of Kubernetes;
// those of the others are made up.
func AddonVersion(addon, kubernetes string) string {
	if addon == kubeProxy {
		return "v" + kubernetes + ".0-eksbuild.1"
	}
	_, minor, _ := strings.Cut(kubernetes, ".")
	return "v1.0.0-eksbuild." + minor
}

const kubeProxy = "kube-proxy"

// addonVersion is the rule on the version of an add-on. The words are EKS's: aws/aws-sdk-go-v2#2554. Which versions go with which cluster only
// DescribeAddonVersions says; here, kube-proxy has to keep to the policy of Kubernetes, and the others go with all.
func addonVersion(p *Provider, e *Entry) error {
	cluster, version := p.clusterOf(e), e.in().Text("addonVersion")
	if cluster == nil || version == "" {
		return nil
	}
	behind, known := upgrades.KubernetesSteps(strings.TrimPrefix(version, "v"), cluster.in().Text("version"))
	if !addonForm.MatchString(version) || e.in().Text("addonName") == kubeProxy && (!known || behind < 0 || behind > upgrades.KubernetesSkew) {
		return e.refusal("InvalidParameterException: Addon version specified is not supported")
	}
	return nil
}

// addonDefault settles the version of an add-on. One that is not told a version has the default of the cluster at its creation, and keeps it.
func addonDefault(p *Provider, e, old *Entry) {
	switch cluster := p.clusterOf(e); {
	case e.in().Text("addonVersion") != "":
	case old != nil:
		e.Outputs["addonVersion"] = old.Outputs["addonVersion"]
	case cluster != nil:
		e.Outputs["addonVersion"] = AddonVersion(e.in().Text("addonName"), cluster.in().Text("version"))
	}
}

// ChangeByHand changes inputs of what a person found in the account, past Pulumi, as far as the service lets them.
func (p *Provider) ChangeByHand(e Entry, changes model.Values) error {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	old := p.record.entries[e.key()]
	if old == nil {
		return e.refusal("NotFound: %s does not exist", e.ID)
	}
	inputs := maps.Clone(old.Inputs)
	maps.Copy(inputs, changes)
	_, err := p.change(e.connection(), resource.URN(e.URN), old, inputs)
	return err
}

// UpdateNodes replaces the nodes of a group by those of a version and of a release of its image, "" for the newest, as
// `aws eks update-nodegroup-version` does. Pulumi hears of it at the next refresh.
func (p *Provider) UpdateNodes(e Entry, version, release string) error {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	old := p.record.entries[e.key()]
	if old == nil {
		return e.refusal("NotFound: %s does not exist", e.ID)
	}
	if release = orElse(release, p.Image(version)); !strings.HasPrefix(release, version+".") {
		// The words are EKS's: eksctl-io/eksctl#7976.
		return e.refusal("InvalidParameterException: Requested release version %s is not valid for kubernetes version %s.", release, version)
	}
	inputs := maps.Clone(old.Inputs)
	inputs["version"] = version
	changed, err := p.change(e.connection(), resource.URN(e.URN), old, inputs)
	if err != nil {
		return err
	}
	replaced := *changed
	replaced.Outputs = maps.Clone(changed.Outputs)
	replaced.Outputs["releaseVersion"] = release
	return p.record.commit(change{Put: &replaced})
}

// UpgradeItself lets EKS upgrade the control planes that there are by itself, as it does when the support of their version ends. What EKS has upgraded
// by itself does not go back.
func (p *Provider) UpgradeItself(version string) error {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	for _, old := range slices.Clone(p.record.index.find(byType(catalogue.Cluster))) {
		e := *old
		e.Inputs = maps.Clone(old.Inputs)
		e.Inputs["version"], e.Former = version, ""
		p.answered(e.connection(), &e)
		if err := p.record.commit(change{Put: &e}); err != nil {
			return err
		}
	}
	return nil
}

// clusterFound answers the version of a cluster.
func clusterFound(p *Provider, c *connection, args resource.PropertyMap) (map[string]any, error) {
	name := text(args["name"])
	for _, e := range p.listed(c, catalogue.Cluster) {
		if e.in().Text("name") == name {
			return map[string]any{"id": name, "name": name, "arn": e.Outputs["arn"], "status": e.Outputs["status"], "version": e.in().Text("version")}, nil
		}
	}
	return nil, status.Error(codes.NotFound, fmt.Sprintf("reading EKS Cluster (%s): couldn't find resource", name))
}
