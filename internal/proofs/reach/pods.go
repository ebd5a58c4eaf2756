package reach

import (
	"maps"
	"net/netip"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/components/apps"
	"legops/infra"
	"legops/internal/capacity"
	"legops/internal/catalogue"
	"legops/internal/model"
)

func urn(text string) resource.URN { return resource.URN(text) }

// pod is the pods of one workload.
type pod struct {
	namespace string
	labels    map[string]string
	ports     map[string]Ports // by name
	// ofAddon says that an add-on of EKS brings it, and Services that lead to it, which the record does not have.
	ofAddon bool
}

// onHost are the pods of add-ons on the network of their nodes, so that they are as nodes: the manifests and charts that package capacity
// names. Those with labels that a policy of ours names have them here.
var (
	onHost      = []string{"aws-node", "kube-proxy", "eks-pod-identity-agent", "cloudwatch-agent", "fluent-bit"}
	addonLabels = map[string]map[string]string{"coredns": {"k8s-app": "kube-dns"}}
	// addonNamespaces are those of add-ons whose pods are not in kube-system.
	addonNamespaces = map[string]string{"amazon-cloudwatch-observability": "amazon-cloudwatch"}
)

// machineData is where a machine finds its metadata.
var machineData = netip.MustParsePrefix("169.254.169.254/32")

// readAddon reads the pods that an add-on of EKS brings.
func (n *Network) readAddon(r *model.Resource) {
	name := r.Text("addonName")
	var pods []string
	for _, agent := range capacity.Agents {
		if agent.Addon == name {
			pods = append(pods, agent.Name)
		}
	}
	for _, s := range capacity.Services {
		if s.Addon == name {
			pods = append(pods, s.Name)
		}
	}
	if len(pods) == 0 {
		n.cannotRead(r, "internal/capacity does not know which pods it brings")
	}
	for _, name := range pods {
		if slices.Contains(onHost, name) {
			continue
		}
		namespace := addonNamespaces[r.Text("addonName")]
		if namespace == "" {
			namespace = "kube-system"
		}
		e := n.podEnd(r, &pod{namespace: namespace, labels: addonLabels[name], ofAddon: true})
		e.Name = "pod " + namespace + "/" + name
		if name == "coredns" {
			e.Parties = append([]string{infra.DNS}, e.Parties...)
		}
	}
	switch name {
	case "vpc-cni":
		n.readCni(r)
	case "eks-pod-identity-agent":
		n.ends = append(n.ends, &End{
			Name: "the agent of Pod Identity", Parties: []string{infra.PodIdentity}, address: true, ranges: []netip.Prefix{apps.PodIdentityAgent}, listens: tcp(80),
		})
	}
}

// application is the party of the pods of one application.
func application(name string) string { return "application " + name }

// podEnd adds pods: on any node, with the nodes' security groups (there are no security groups for pods: readCni).
func (n *Network) podEnd(r *model.Resource, p *pod) *End {
	var faces []face
	for _, e := range n.ends {
		if e.onNode && e.pod == nil && e.is(infra.Node) {
			for _, f := range e.faces {
				f.public = false // an address of the VPC, and out by that of its node
				faces = append(faces, f)
			}
		}
	}
	e := n.end(r, faces)
	e.pod, e.onNode = p, true
	return e
}

// readDeployment reads the pods of a Deployment, with what a patch adds.
func (n *Network) readDeployment(r *model.Resource) {
	n.readPods(r, n.templates(r, catalogue.DeploymentPatch, "spec.template"))
}

// readCronJob reads the pods of the Jobs that a CronJob makes, or that are made by its template.
func (n *Network) readCronJob(r *model.Resource) {
	n.readPods(r, n.templates(r, catalogue.CronJobPatch, "spec.jobTemplate.spec.template"))
}

// templates are the template of pods in a resource, and in the patches of it.
func (n *Network) templates(of *model.Resource, patches, at string) []model.Values {
	all := []model.Values{of.Values(at)}
	for _, patch := range n.things {
		if patch.Type == patches && patch.Text("metadata.name") == of.Text("metadata.name") && patch.Text("metadata.namespace") == of.Text("metadata.namespace") {
			all = append(all, patch.Values(at))
		}
	}
	return all
}

// readPods reads the pods of templates that add up.
func (n *Network) readPods(r *model.Resource, templates []model.Values) {
	p := &pod{namespace: r.Text("metadata.namespace"), labels: map[string]string{}, ports: map[string]Ports{}}
	host, listens := false, Ports{}
	for _, template := range templates {
		for label, value := range template.Values("metadata.labels") {
			p.labels[label], _ = value.(string)
		}
		host = host || template.Flag("spec.hostNetwork")
		for _, port := range append(template.Objects("spec.containers[*].ports[*]"), template.Objects("spec.initContainers[*].ports[*]")...) {
			protocol := port.Text("protocol")
			if protocol == "" {
				protocol = "TCP"
			}
			number := int(port.Number("containerPort", 0))
			p.ports[port.Text("name")] = portsOf(protocol, number, number)
			listens = listens.union(portsOf(protocol, number, number))
			if port.Number("hostPort", 0) > 0 {
				n.cannotRead(r, "it takes a port of its node, hostPort %v", port["hostPort"])
			}
		}
	}
	if len(templates[0].Objects("spec.containers")) == 0 {
		n.cannotRead(r, "it has no containers that can be read")
	}
	e := n.podEnd(r, p)
	e.Name = "pod " + p.namespace + "/" + r.Text("metadata.name")
	e.listens = listens
	if len(listens) == 0 && (r.Type == catalogue.Deployment || !e.is(infra.Applications)) {
		e.listens = nil // it may listen where it does not say
	}
	if e.is(infra.Applications) {
		e.Parties = append([]string{application(p.namespace)}, e.Parties...)
	}
	if host { // no policy is enforced there (policy controller of EKS, pkg/resolvers/endpoints.go, skips them), and metadata is the node's
		e.pod = nil
		for _, node := range n.named(infra.Node) {
			e.metadata = node.metadata
		}
	}
}

// patched is what a patch changes.
var patched = map[string]string{catalogue.DeploymentPatch: catalogue.Deployment, catalogue.CronJobPatch: catalogue.CronJob}

// readPatch finds a patch of something that is none of ours, such as an add-on's Deployment. Those of ours templates reads.
func (n *Network) readPatch(r *model.Resource) {
	if !slices.ContainsFunc(n.things, func(d *thing) bool {
		return d.Type == patched[r.Type] && d.Text("metadata.name") == r.Text("metadata.name") && d.Text("metadata.namespace") == r.Text("metadata.namespace")
	}) {
		n.cannotRead(r, "it changes what is not in the record, %s in %s", r.Text("metadata.name"), r.Text("metadata.namespace"))
	}
}

// nameOwnNode adds the node that a pod is on, which it reaches and which reaches it whatever policies say (k8s.io/api networking/v1 has
// it of probes; the agent of the VPC CNI lets the node's address pass on every port: pkg/fwruleprocessor/fw_rule_processor.go, v1.4.1).
// And with it the address at which EC2 gives metadata.
func (n *Network) nameOwnNode() {
	own := &End{Name: "the node itself", Parties: []string{infra.OwnNode}, onNode: true}
	data := &End{Name: "instance metadata", Parties: []string{infra.Metadata}, address: true, ranges: []netip.Prefix{machineData}, listens: tcp(80)}
	for _, e := range n.ends {
		if e.onNode && e.is(infra.Node) {
			own.faces = append(own.faces, e.faces...)
			data.metadata.on = data.metadata.on || e.metadata.on
			data.metadata.free = data.metadata.free || e.metadata.free
		}
	}
	n.ends = append(n.ends, own, data)
}

// contains says whether labels have all that are wanted.
func contains(labels, wanted map[string]string) bool {
	for label, value := range maps.All(wanted) {
		if have, found := labels[label]; !found || have != value {
			return false
		}
	}
	return true
}
