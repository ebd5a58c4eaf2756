package cloud

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/catalogue"
)

// A Stray is something that a service made in an account by itself: no program registers it, and no state has it. Some keep a stack from its
// deletion; a person removes them by the commands of docs/runbooks/destroy-account.md.
type Stray struct {
	Account string `json:"account"`
	Region  string `json:"region"`
	// Kind is what ARNs call it, ID its id in the region.
	Kind string `json:"kind"`
	ID   string `json:"id"`
	// Name is the name of a group, the service of an endpoint, the description of an interface, the database of a snapshot, the vault of a
	// recovery point.
	Name string            `json:"name,omitempty"`
	Tags map[string]string `json:"tags,omitempty"`
	// Vpc is where it is, Uses are the ids of what it keeps from being deleted.
	Vpc  string   `json:"vpc,omitempty"`
	Uses []string `json:"uses,omitempty"`
}

// The kinds of strays.
const (
	StrayInterface = "network-interface"
	StrayEndpoint  = "vpc-endpoint"
	StrayGroup     = "security-group"
	StraySnapshot  = "snapshot"
	StrayPoint     = "recovery-point"
	StrayDatabase  = "db"
	StrayBucket    = "bucket"
)

func (s *Stray) key() strayKey { return strayKey{s.Account, s.Region, s.Kind, s.ID} }

type strayKey struct{ account, region, kind, id string }

// Strays returns what services made by themselves, ordered by region, kind and id.
func (r *Record) Strays() []Stray {
	r.mu.Lock()
	defer r.mu.Unlock()
	var found []Stray
	for _, s := range r.strays {
		found = append(found, *s)
	}
	slices.SortFunc(found, func(a, b Stray) int {
		return cmp.Or(strings.Compare(a.Account, b.Account), strings.Compare(a.Region, b.Region), strings.Compare(a.Kind, b.Kind), strings.Compare(a.ID, b.ID))
	})
	return found
}

// straysUsing are the strays that keep a thing of a place from being deleted. The caller holds the record's lock, as for all that follow.
func (r *Record) straysUsing(account, region, id string) []string {
	var found []string
	for _, s := range r.strays {
		if s.Account == account && s.Region == region && slices.Contains(s.Uses, id) {
			found = append(found, s.Kind+" "+s.ID)
		}
	}
	slices.Sort(found)
	return found
}

// strayed is the change that a service makes by itself.
func strayed(s Stray) change { return change{Stray: &s} }

// kept are the types that EC2 keeps as long as something is in them.
var kept = []string{catalogue.Vpc, catalogue.Subnet, catalogue.SecurityGroup}

// refuseStrays says which stray keeps an entry from being deleted. The provider asks EC2 again for twenty minutes (terraform-provider-aws 5.100,
// internal/service/ec2/vpc_subnet.go: resourceSubnetDelete); before, it removes interfaces of Lambda, Comprehend and DMS, and no others
// (deleteLingeringENIs). Only 6.x removes GuardDuty's (hashicorp/terraform-provider-aws#46953).
func (p *Provider) refuseStrays(e *Entry) error {
	if !slices.Contains(kept, e.Type) {
		return nil // such as the settings of a VPC's default group, which has the id of the VPC
	}
	users := p.record.straysUsing(e.Account, e.Region, e.ID)
	if len(users) == 0 {
		return nil
	}
	return e.refusal("DependencyViolation: %s has dependencies and cannot be deleted: %s", e.ID, strings.Join(users, ", "))
}

// DeleteStray removes a stray by hand, as `aws ec2 delete-vpc-endpoints` and the like do.
func (p *Provider) DeleteStray(s Stray) error {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	if p.record.strays[s.key()] == nil {
		return fmt.Errorf("NotFound: the %s %s does not exist", s.Kind, s.ID)
	}
	// A vault's lock keeps what is in it, from everybody ("AWS Backup Vault Lock", AWS Backup Developer Guide).
	if s.Kind == StrayPoint && p.locked(s.Account, s.Region, s.Name) != nil {
		return fmt.Errorf("InvalidRequestException: the recovery point %s cannot be deleted: the vault is locked", s.ID)
	}
	if users := p.record.straysUsing(s.Account, s.Region, s.ID); len(users) > 0 {
		return fmt.Errorf("DependencyViolation: resource %s has a dependent object: %s", s.ID, strings.Join(users, ", "))
	}
	return p.record.commit(change{Gone: &s})
}

// Guard does what GuardDuty does where it manages the agents of its Runtime Monitoring: the VPC of each cluster gets an endpoint, with a security
// group of its own. Both stay when the cluster goes (GuardDuty User Guide, Using Infrastructure as Code with GuardDuty automated security agents;
// the names: hashicorp/terraform-provider-aws#46953). Believed: the endpoint is in the subnets of the cluster.
func (p *Provider) Guard() error {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	for _, e := range p.record.index.find(byType(catalogue.Cluster)) {
		subnets := e.in().Texts("vpcConfig.subnetIds")
		vpc := firstOf(p.vpcOf(e, firstOf(subnets)))
		if vpc == "" {
			return e.refusal("the cluster is in no VPC that GuardDuty could find")
		}
		tags := map[string]string{"GuardDutyManaged": "true"}
		group := Stray{
			Account: e.Account, Region: e.Region, Kind: StrayGroup, ID: "sg-" + digest(e.Account, vpc, "guardduty")[:17], Name: "GuardDutyManagedSecurityGroup-" + vpc,
			Tags: tags, Vpc: vpc, Uses: []string{vpc},
		}
		endpoint := Stray{
			Account: e.Account, Region: e.Region, Kind: StrayEndpoint, ID: "vpce-" + digest(e.Account, vpc, "guardduty")[:17],
			Name: "com.amazonaws." + e.Region + ".guardduty-data", Tags: tags, Vpc: vpc, Uses: append([]string{vpc, group.ID}, subnets...),
		}
		if err := errors.Join(p.record.commit(strayed(group)), p.record.commit(strayed(endpoint))); err != nil {
			return err
		}
	}
	return nil
}

// Leave puts something there that somebody else has made.
func (p *Provider) Leave(s Stray) error {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	return p.record.commit(strayed(s))
}

// Linger says whether services go on for a while after what they work for is deleted, as they often do: then a log group that they write to comes back,
// and the nodes of a group leave an interface behind.
func (p *Provider) Linger(on bool) {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	p.lingers = on
}

// leave does what services do after a deletion.
func (p *Provider) leave(e *Entry) error {
	switch {
	case e.Type == catalogue.Cluster:
		return p.leaveGroup(e)
	case !p.lingers:
		return nil
	case e.Type == catalogue.NodeGroup:
		return p.leaveInterface(e)
	case e.Type == catalogue.LogGroup:
		return p.writeOn(e)
	}
	return nil
}

// leaveInterface leaves what the VPC CNI leaves if a node ends after it has detached an interface and before it has deleted it
// (aws/amazon-vpc-cni-k8s#1223). It has the cluster's security group.
func (p *Provider) leaveInterface(nodes *Entry) error {
	subnet := firstOf(nodes.in().Texts("subnetIds"))
	uses := []string{subnet}
	if cluster := p.record.named(nodes, catalogue.Cluster, nodes.in().Text("clusterName")); cluster != nil {
		uses = append(uses, clusterGroup(cluster))
	}
	instance := "i-" + digest(nodes.Account, nodes.ID, "instance")[:17]
	return p.record.commit(strayed(Stray{
		Account: nodes.Account, Region: nodes.Region, Kind: StrayInterface, ID: "eni-" + digest(nodes.Account, nodes.ID, "interface")[:17],
		Name: "aws-K8S-" + instance, Tags: map[string]string{"node.k8s.amazonaws.com/instance_id": instance},
		Vpc: firstOf(p.vpcOf(nodes, subnet)), Uses: uses,
	}))
}

// clusterGroup is the security group that EKS made for a cluster.
func clusterGroup(cluster *Entry) string {
	return cluster.out().Text("vpcConfig.clusterSecurityGroupId")
}

// leaveGroup leaves the security group of a cluster that is gone, if something still uses it: EKS deletes it afterwards, and says nothing if it cannot
// (aws/aws-k8s-tester#416). Name and tags: EKS User Guide, View Amazon EKS security group requirements for clusters.
func (p *Provider) leaveGroup(cluster *Entry) error {
	group, name := clusterGroup(cluster), cluster.in().Text("name")
	if len(p.record.straysUsing(cluster.Account, cluster.Region, group)) == 0 {
		return nil
	}
	vpc := firstOf(p.vpcOf(cluster, firstOf(cluster.in().Texts("vpcConfig.subnetIds"))))
	return p.record.commit(strayed(Stray{
		Account: cluster.Account, Region: cluster.Region, Kind: StrayGroup, ID: group,
		Name: "eks-cluster-sg-" + name + "-" + strings.TrimPrefix(group, "sg-")[:8],
		Tags: map[string]string{"aws:eks:cluster-name": name, "kubernetes.io/cluster/" + name: "owned"}, Vpc: vpc, Uses: []string{vpc},
	}))
}

// lateWriters begin the names of log groups that come back, with where that was read. CodeBuild and the flow logs have no right to make theirs
// here; OpenSearch Service, WAF and EventBridge make none.
var lateWriters = map[string]string{
	"/aws/eks/":               "terraform-aws-modules/terraform-aws-eks#2446 and #2763: by the service-linked role of EKS, whatever the cluster's role may do",
	"/aws/containerinsights/": "ministryofjustice/opg-digideps#1325, of ECS; here the role of the agents may make log groups, as Fluent Bit needs",
	"/aws/rds/instance/":      "hashicorp/terraform-provider-aws#42858, terraform-aws-modules/terraform-aws-rds#419",
}

// writeOn makes a log group that was deleted anew, without key, retention and tags, if its service writes on.
func (p *Provider) writeOn(e *Entry) error {
	for prefix := range lateWriters {
		if !strings.HasPrefix(e.ID, prefix) {
			continue
		}
		again := &Entry{
			URN:  string(resource.NewURN("aws", "aws", "", resource.URN(e.URN).Type(), "by-itself")),
			Type: e.Type, ID: e.ID, Account: e.Account, Region: e.Region, Inputs: map[string]any{"name": e.ID},
		}
		p.answered(e.connection(), again)
		return p.record.commit(change{Put: again})
	}
	return nil
}

// logGroupsNamed lists log groups by the beginning of their names.
func logGroupsNamed(p *Provider, c *connection, args resource.PropertyMap) (map[string]any, error) {
	prefix := text(args["logGroupNamePrefix"])
	names, arns := []any{}, []any{}
	for _, e := range p.listed(c, catalogue.LogGroup) {
		if strings.HasPrefix(e.ID, prefix) {
			names, arns = append(names, e.ID), append(arns, e.Outputs["arn"])
		}
	}
	return map[string]any{"id": c.region, "logGroupNamePrefix": prefix, "logGroupNames": names, "arns": arns}, nil
}

// finalSnapshot is the rule that a database goes with a last snapshot, under a name that none has, unless it shall go without one. The name is the
// provider's rule, that it is free is RDS's (aws-sdk-go-v2 service/rds v1.118.1, types.DBSnapshotAlreadyExistsFault).
func finalSnapshot(p *Provider, e *Entry) error {
	name := e.in().Text("finalSnapshotIdentifier")
	switch {
	case e.in().Flag("skipFinalSnapshot"):
		return nil
	case name == "":
		return e.refusal("finalSnapshotIdentifier is required where skipFinalSnapshot is false")
	case p.record.strays[strayKey{e.Account, e.Region, StraySnapshot, name}] != nil:
		return e.refusal("DBSnapshotAlreadyExists: Cannot create the snapshot because a snapshot with the identifier %s already exists.", name)
	}
	return nil
}

// leaveSnapshot keeps that snapshot.
func leaveSnapshot(p *Provider, e *Entry) error {
	if e.in().Flag("skipFinalSnapshot") {
		return nil
	}
	return p.record.commit(strayed(Stray{
		Account: e.Account, Region: e.Region, Kind: StraySnapshot, ID: e.in().Text("finalSnapshotIdentifier"), Name: e.in().Text("identifier"),
	}))
}

// CopySnapshot copies a snapshot of a database under another name, as `aws rds copy-db-snapshot` does.
func (p *Provider) CopySnapshot(s Stray, name string) error {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	if p.record.strays[s.key()] == nil {
		return fmt.Errorf("DBSnapshotNotFound: %s does not exist", s.ID)
	}
	s.ID, s.Tags = name, maps.Clone(s.Tags)
	if p.record.strays[s.key()] != nil {
		return fmt.Errorf("DBSnapshotAlreadyExists: %s exists", name)
	}
	return p.record.commit(strayed(s))
}
