package cloud

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/catalogue"
	"legops/internal/regions"
)

// What EKS computes and refuses.
var _ = simulate(map[string]simulation{
	catalogue.Cluster: {
		// CustomizeDiff in hashicorp/terraform-provider-aws, internal/service/eks/cluster.go, at commit 00555dc. 5.68 has no compute_config.
		// The exceptions in 6.13 for a role that is taken away came with 6.13.0 (#42483 in its CHANGELOG.md): pulumi-aws 6, which is
		// built on 5.100, replaces the cluster there, too.
		replaces: func(olds, news resource.PropertyMap) []string {
			const role = "computeConfig.nodeRoleArn"
			if old, asked := at(olds, role), at(news, role); text(old) != "" && !old.DeepEquals(asked) && !at(news, "computeConfig").IsNull() {
				return []string{role}
			}
			return nil
		},
		outputs: outputs{
			"endpoint":        func(m made) any { return m.endpoint() },
			"status":          always("ACTIVE"),
			"platformVersion": always("eks.1"),
			"createdAt":       always(creationTime),
			"certificateAuthority": func(m made) any {
				return map[string]any{"data": base64.StdEncoding.EncodeToString([]byte(m.digest("certificate")))}
			},
			"identities": func(m made) any {
				issuer := fmt.Sprintf("https://oidc.eks.%s.amazonaws.com/id/%s", m.region(), strings.ToUpper(m.digest("issuer")[:32]))
				return []any{map[string]any{"oidcs": []any{map[string]any{"issuer": issuer}}}}
			},
			// UpgradePolicyRequest, supportType: the default.
			"upgradePolicy": func(m made) any {
				return map[string]any{"supportType": orElse(m.inputs.Text("upgradePolicy.supportType"), "EXTENDED")}
			},
			"vpcConfig": func(m made) any {
				return map[string]any{"clusterSecurityGroupId": m.securityGroup()}
			},
		},
		implied: func(m made) []string {
			things := []string{m.securityGroup(), clusterReference(m.region(), m.id)}
			for _, namespace := range []string{"default", "kube-system", "kube-public", "kube-node-lease"} {
				things = append(things, namespaceReference(m.region(), m.id, namespace))
			}
			return things
		},
		rules: []rule{eksZones("vpcConfig.subnetIds"), clusterVersion},
		// EKS changes it, too, and the provider sends it in a request of its own.
		shared:  []string{"version"},
		settles: former,
		// The provider sends each in a request of its own, and passes such a refusal on (terraform-provider-aws 6.13, internal/service/eks/cluster.go:
		// resourceClusterUpdate). The texts: aws/aws-cdk#19898, eksctl-io/eksctl#4043, rancher/rancher#21043.
		unchanging: map[string]string{
			"version":                     "InvalidParameterException: Unsupported Kubernetes minor version update from {version} to {version}",
			"enabledClusterLogTypes":      "InvalidParameterException: No changes needed for the logging config provided",
			"vpcConfig.publicAccessCidrs": "InvalidParameterException: Cluster is already at the desired configuration",
		},
	},
	catalogue.AccessEntry: {rules: []rule{entryGroups}},
	catalogue.Addon:       {rules: []rule{addonVersion}, settles: addonDefault},
})

// endpoint is a cluster's address, in the form of EKS.
func (m made) endpoint() string {
	return fmt.Sprintf("https://%s.gr7.%s.eks.amazonaws.com", strings.ToUpper(m.digest("endpoint")[:32]), m.region())
}

// securityGroup is the security group that EKS makes for a cluster.
func (m made) securityGroup() string { return "sg-" + m.digest("cluster security group")[:17] }

// entryGroups is EKS's rule on the groups of an access entry: Kubernetes keeps some to itself, and nodes have their own.
func entryGroups(_ *Provider, e *Entry) error {
	groups, kind := e.in().Texts("kubernetesGroups"), orElse(e.in().Text("type"), "STANDARD")
	for _, group := range groups {
		switch {
		case strings.HasPrefix(group, "system:"):
			return e.refusal("InvalidParameterException: the kubernetes group name %s is invalid, it cannot start with system:", group)
		case kind != "STANDARD":
			return e.refusal("InvalidParameterException: kubernetesGroups are not for the type %s", kind)
		}
	}
	return nil
}

// eksZones makes a rule: no subnet at a path is in a zone that has no EKS.
func eksZones(path string) rule {
	return func(p *Provider, e *Entry) error {
		for _, id := range e.in().Texts(path) {
			if subnet := p.record.referred(e.Account, id); subnet != nil && !regions.HasEks(subnet.zone()) {
				return e.refusal("UnsupportedAvailabilityZoneException: %s is in %s (%s in account %s), which takes no cluster",
					id, subnet.zone(), zoneName(e.Account, e.Region, subnet.zone()), e.Account)
			}
		}
		return nil
	}
}
