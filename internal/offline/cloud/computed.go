package cloud

import (
	"encoding/base64"
	"fmt"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/offline/schema"
)

// made is what a computed output may depend on.
type made struct {
	connection *connection
	typ, id    string
	arn        string
	inputs     model.Values
}

func (m made) digest(purpose string) string {
	return digest(m.connection.account, m.typ, m.id, purpose)
}

func (m made) name() string { return orElse(m.inputs.Text("name"), m.id) }

func (m made) region() string { return m.connection.region }

func (m made) suffix() string { return dnsSuffix(m.region()) }

// always is an output that is the same for every resource.
func always(value any) func(made) any { return func(made) any { return value } }

// endpoint is a cluster's address, in the form of EKS.
func (m made) endpoint() string {
	return fmt.Sprintf("https://%s.gr7.%s.eks.amazonaws.com", strings.ToUpper(m.digest("endpoint")[:32]), m.region())
}

// scalingGroup is the Auto Scaling group that EKS makes for a node group.
func (m made) scalingGroup() string {
	return "eks-" + m.inputs.Text("nodeGroupName") + "-" + m.digest("group")[:8]
}

// zone is the id of the zone that a subnet is in.
func (m made) zone() string {
	return (&Entry{Account: m.connection.account, Region: m.region(), Inputs: m.inputs}).zone()
}

// securityGroup is the security group that EKS makes for a cluster.
func (m made) securityGroup() string { return "sg-" + m.digest("cluster security group")[:17] }

// commonOutputs are the outputs that mean the same on every type that has them.
var commonOutputs = map[string]func(made) any{
	"arn":     func(m made) any { return m.arn },
	"ownerId": func(m made) any { return m.connection.account },
	"region":  func(m made) any { return m.region() },
	"name":    func(m made) any { return m.name() },
}

// typeOutputs are the outputs that AWS computes and that depend on the type. An object is merged into the
// input of the same name.
var typeOutputs = collect(networkOutputs, edgeOutputs, dataOutputs, deliveryOutputs)

var networkOutputs = map[string]map[string]func(made) any{
	catalogue.Vpc: {
		"defaultSecurityGroupId": func(m made) any { return "sg-" + m.digest("default")[:17] },
		"defaultRouteTableId":    func(m made) any { return "rtb-" + m.digest("default")[:17] },
		"mainRouteTableId":       func(m made) any { return "rtb-" + m.digest("default")[:17] },
		"defaultNetworkAclId":    func(m made) any { return "acl-" + m.digest("default")[:17] },
		"dhcpOptionsId":          func(m made) any { return "dopt-" + digest(m.connection.account, m.region())[:17] },
	},
	catalogue.Subnet: {
		"availabilityZone":   func(m made) any { return zoneName(m.connection.account, m.region(), m.zone()) },
		"availabilityZoneId": func(m made) any { return m.zone() },
	},
	catalogue.Eip: {
		"allocationId": func(m made) any { return m.id },
		"publicIp":     func(m made) any { return documentationAddress(m.digest("address")) },
	},
	catalogue.VpcEndpoint: {
		"prefixListId": func(m made) any { return endpointPrefixList(m) },
		"state":        always("available"),
	},
	catalogue.NatGateway: {
		"publicIp": func(m made) any { return documentationAddress(m.digest("address")) },
	},
	catalogue.LaunchTemplate: {
		"latestVersion":  always(float64(1)),
		"defaultVersion": always(float64(1)),
	},
	catalogue.Key: {
		"keyId": func(m made) any { return m.id },
	},
	catalogue.Role: {
		"uniqueId":   func(m made) any { return "AROA" + strings.ToUpper(m.digest("id")[:17]) },
		"createDate": always(creationTime),
	},
	catalogue.InstanceProfile: {
		"uniqueId":   func(m made) any { return "AIPA" + strings.ToUpper(m.digest("id")[:17]) },
		"createDate": always(creationTime),
	},
	catalogue.Cluster: {
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
		"vpcConfig": func(m made) any {
			return map[string]any{"clusterSecurityGroupId": m.securityGroup()}
		},
	},
	catalogue.NodeGroup: {
		"status": always("ACTIVE"),
		"resources": func(m made) any {
			return []any{map[string]any{"autoscalingGroups": []any{map[string]any{"name": m.scalingGroup()}}}}
		},
	},
}

// implied are the ids of what AWS makes along with a resource; they live and go with it.
var implied = map[string]func(made) []string{
	catalogue.Vpc: func(m made) []string {
		return []string{"sg-" + m.digest("default")[:17], "rtb-" + m.digest("default")[:17], "acl-" + m.digest("default")[:17]}
	},
	catalogue.Cluster: func(m made) []string {
		things := []string{m.securityGroup(), clusterReference(m.region(), m.id)}
		for _, namespace := range []string{"default", "kube-system", "kube-public", "kube-node-lease"} {
			things = append(things, namespaceReference(m.region(), m.id, namespace))
		}
		return things
	},
	catalogue.NodeGroup: func(m made) []string { return []string{impliedName(catalogue.AutoScalingGroup, m.scalingGroup())} },
	catalogue.Namespace: func(m made) []string {
		return []string{namespaceReference(m.region(), m.connection.cluster, m.id)}
	},
	catalogue.Database: func(m made) []string {
		if m.masterSecret() == "" {
			return nil
		}
		return []string{m.masterSecret()}
	},
	catalogue.DNSRecord: func(m made) []string {
		return []string{impliedName(catalogue.DNSRecord, strings.TrimSuffix(m.inputs.Text("name"), "."))}
	},
}

// endpointPrefixList is the list of the addresses that a gateway endpoint leads to.
func endpointPrefixList(m made) string {
	for _, list := range managedPrefixLists {
		if fill(list.name, m.connection, "", "", "", nil) == m.inputs.Text("serviceName") {
			return prefixListID(m.region(), list.name)
		}
	}
	return ""
}

// creationTime stands for every moment that AWS would record.
const creationTime = "2026-01-01T00:00:00Z"

// documentationAddress is an address of TEST-NET-3 (RFC 5737), which no one can own.
func documentationAddress(seed string) string {
	var last byte
	for _, digit := range []byte(seed) {
		last = last*31 + digit
	}
	return fmt.Sprintf("203.0.113.%d", last)
}

// computedOutputs are the outputs of a resource that are not its inputs.
func (p *Provider) computedOutputs(m made) map[string]any {
	computed := map[string]any{}
	for name, property := range p.schema.Resources[m.typ].Outputs {
		value, given := m.inputs[name]
		_, open := value.(map[string]any) // AWS adds to an object that was given
		if value, ok := typeOutputs[m.typ][name]; ok && (open || !given) {
			computed[name] = value(m)
		} else if given {
			continue
		} else if value, ok := commonOutputs[name]; ok {
			computed[name] = value(m)
		} else if property.Required && !strings.HasPrefix(m.typ, "kubernetes:") {
			computed[name] = p.unspecified(property, m, name)
		}
	}
	if p.clusters != nil && m.typ == catalogue.Cluster {
		if url, authority, ok := p.clusters.Address(m.id); ok {
			computed["endpoint"] = url
			computed["certificateAuthority"] = map[string]any{"data": base64.StdEncoding.EncodeToString(authority)}
		}
	}
	return computed
}

// unspecified fills an output that AWS always has and no table here names: recognisable, and the same every time.
func (p *Provider) unspecified(property schema.Property, m made, name string) any {
	switch property.Kind {
	case schema.Boolean:
		return false
	case schema.Integer, schema.Number:
		return 0
	case schema.Array:
		return []any{}
	case schema.Map:
		return map[string]any{}
	case schema.Object:
		object := map[string]any{}
		for inner, property := range p.schema.Objects[property.Object] {
			if property.Required {
				object[inner] = p.unspecified(property, m, name+"."+inner)
			}
		}
		return object
	default:
		return name + "-" + m.digest(name)[:8]
	}
}
