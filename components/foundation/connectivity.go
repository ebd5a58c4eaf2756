package foundation

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/internal/kit"
)

// Party is one end of a flow: a security group, a prefix list or a range of addresses; exactly one of them.
type Party struct {
	// SecurityGroupID is a group of the platform; rules are made on it.
	SecurityGroupID pulumi.StringInput
	// Open says that the group lets everything out already, as the one EKS makes does, and needs no egress rules.
	Open bool
	// PrefixListID is a list of addresses that AWS keeps, such as those of S3 or CloudFront.
	PrefixListID pulumi.StringInput
	// CIDR is a range of IPv4 addresses.
	CIDR netip.Prefix
}

// Flow is one line of the connectivity table: From may open connections to To.
type Flow struct {
	// From and To are the names of parties.
	From, To string
	// Port and ToPort are the first and last port; a ToPort of 0 means Port alone.
	Port, ToPort int
	// Protocol is tcp or udp; all, without a port, in a flow that somebody else opens.
	Protocol string
	// OpenedBy is who else opens it already, such as EKS. It then gets no rules here, and its parties need not be given.
	OpenedBy string
	// Leads is the party that Kubernetes leads a connection on to, where To are nodes and Port is one of every node. Optional.
	Leads string
	// Unneeded says that nobody needs it, and that Why is what keeps it open. Only for what somebody else opens.
	Unneeded bool
	// Why is the reason, and the description of the rules: letters, digits and ._-:/()#,@[]+=&;{}!$* only.
	Why string
}

// ConnectivityArgs are the arguments of Connectivity.
type ConnectivityArgs struct {
	// Parties are who can be named in a flow, by name.
	Parties map[string]Party
	// Flows are all that may happen between them.
	Flows []Flow
}

// Connectivity is every security-group rule of the platform: for each flow that no one else opens an egress rule where it starts and an
// ingress rule where it ends.
type Connectivity struct {
	pulumi.ResourceState
}

var descriptionPattern = regexp.MustCompile(`^[A-Za-z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}$`)

// NewConnectivity creates the rules.
func NewConnectivity(ctx *pulumi.Context, name string, args *ConnectivityArgs, opts ...pulumi.ResourceOption) (*Connectivity, error) {
	c, b := &Connectivity{}, &kit.Build{Ctx: ctx, Name: name}
	return c, b.Create(c, args, args.check, opts, func() error {
		for _, flow := range args.ours() {
			if err := flow.rules(b, args.Parties[flow.From], args.Parties[flow.To]); err != nil {
				return err
			}
		}
		return nil
	})
}

// ours are the flows that no one else opens.
func (a *ConnectivityArgs) ours() []Flow {
	return slices.DeleteFunc(slices.Clone(a.Flows), func(f Flow) bool { return f.OpenedBy != "" })
}

func (a *ConnectivityArgs) check(p *kit.Problems) {
	for _, party := range kit.SortedKeys(a.Parties) {
		a.Parties[party].check(p, party)
	}
	seen := map[string]bool{}
	for _, f := range a.ours() {
		key := f.key()
		p.Require(!seen[key], "flow %s: it is there twice", key)
		seen[key] = true
		from, fromKnown := a.Parties[f.From]
		to, toKnown := a.Parties[f.To]
		p.Require(fromKnown, "flow %s: there is no party %q", key, f.From)
		p.Require(toKnown, "flow %s: there is no party %q", key, f.To)
		p.Require(!fromKnown || !toKnown || from.SecurityGroupID != nil || to.SecurityGroupID != nil,
			"flow %s: neither end is a security group, so there is nothing to put a rule on", key)
		p.Require(to.SecurityGroupID == nil || !from.CIDR.IsValid() || from.CIDR.Bits() > 0,
			"flow %s: nothing may be reached from the whole internet", key)
		p.Require(f.Port >= 1 && f.lastPort() >= f.Port && f.lastPort() <= 65535, "flow %s: ports must be in order, between 1 and 65535", key)
		p.Require(f.Protocol == "tcp" || f.Protocol == "udp", "flow %s: protocol %q must be tcp or udp", key, f.Protocol)
		p.Require(descriptionPattern.MatchString(f.Why), "flow %s: Why %q cannot be the description of a rule", key, f.Why)
	}
}

func (party Party) check(p *kit.Problems, name string) {
	given := 0
	for _, is := range []bool{party.SecurityGroupID != nil, party.PrefixListID != nil, party.CIDR.IsValid()} {
		if is {
			given++
		}
	}
	p.Require(given == 1, "party %s must be a security group, a prefix list or a range, and only one of them", name)
	p.Require(!party.CIDR.IsValid() || party.CIDR.Addr().Is4(), "party %s: %s is not IPv4", name, party.CIDR)
}

func (f Flow) key() string { return fmt.Sprintf("%s-to-%s-%s-%d", f.From, f.To, f.Protocol, f.Port) }

func (f Flow) lastPort() int {
	if f.ToPort == 0 {
		return f.Port
	}
	return f.ToPort
}

// rules creates the rule on each end that is a security group.
func (f Flow) rules(b *kit.Build, from, to Party) error {
	if from.SecurityGroupID != nil && !from.Open {
		group, list, cidr := to.peer()
		if _, err := vpc.NewSecurityGroupEgressRule(b.Ctx, fmt.Sprintf("%s-%s-out", b.Name, f.key()), &vpc.SecurityGroupEgressRuleArgs{
			SecurityGroupId: from.SecurityGroupID,
			IpProtocol:      pulumi.String(f.Protocol), FromPort: pulumi.Int(f.Port), ToPort: pulumi.Int(f.lastPort()),
			ReferencedSecurityGroupId: group, PrefixListId: list, CidrIpv4: cidr,
			Description: pulumi.String(f.Why),
		}, b.Parent); err != nil {
			return err
		}
	}
	if to.SecurityGroupID != nil {
		group, list, cidr := from.peer()
		if _, err := vpc.NewSecurityGroupIngressRule(b.Ctx, fmt.Sprintf("%s-%s-in", b.Name, f.key()), &vpc.SecurityGroupIngressRuleArgs{
			SecurityGroupId: to.SecurityGroupID,
			IpProtocol:      pulumi.String(f.Protocol), FromPort: pulumi.Int(f.Port), ToPort: pulumi.Int(f.lastPort()),
			ReferencedSecurityGroupId: group, PrefixListId: list, CidrIpv4: cidr,
			Description: pulumi.String(f.Why),
		}, b.Parent); err != nil {
			return err
		}
	}
	return nil
}

// peer is the party as the other end of a rule: one of the three is set.
func (party Party) peer() (group, list, cidr pulumi.StringPtrInput) {
	switch {
	case party.SecurityGroupID != nil:
		group = party.SecurityGroupID.ToStringOutput().ToStringPtrOutput()
	case party.PrefixListID != nil:
		list = party.PrefixListID.ToStringOutput().ToStringPtrOutput()
	default:
		cidr = pulumi.String(party.CIDR.String())
	}
	return group, list, cidr
}
