package cloud

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// refusal is the answer of an API that does not do what was asked.
func refusal(urn resource.URN, format string, args ...any) error {
	return status.Errorf(codes.FailedPrecondition, "%s %s: %s", urn.Type(), urn.Name(), fmt.Sprintf(format, args...))
}

// names are the forms that the AWS API reference gives for physical names.
var names = map[string]*regexp.Regexp{
	typeRole:      regexp.MustCompile(`^[\w+=,.@-]{1,64}$`),
	typeLogGroup:  regexp.MustCompile(`^[.\-_/#A-Za-z0-9]{1,512}$`),
	typeAlias:     regexp.MustCompile(`^alias/[a-zA-Z0-9/_-]{1,250}$`),
	typeCluster:   regexp.MustCompile(`^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$`),
	typeSecGroup:  regexp.MustCompile(`^[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}$`),
	typeTemplate:  regexp.MustCompile(`^[a-zA-Z0-9().\-/_]{3,128}$`),
	typeNodeGroup: regexp.MustCompile(`^[0-9A-Za-z][A-Za-z0-9_-]{0,62}$`),
}

// reserved are name prefixes that AWS keeps to itself.
var reserved = map[string][]string{
	typeAlias:    {"alias/aws/"},
	typeSecGroup: {"sg-"},
}

// quotas are the default limits that a platform of this size can meet, from Service Quotas.
var quotas = []struct {
	types []string
	// per is the input that groups what is counted.
	per   string
	limit int
}{
	{[]string{"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"}, "securityGroupId", 60},
	{[]string{"aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"}, "securityGroupId", 60},
	{[]string{"aws:iam/rolePolicyAttachment:RolePolicyAttachment"}, "role", 10},
	{[]string{typeSubnet}, "vpcId", 200},
}

// rules are what AWS checks of one resource against what exists, by type.
var rules = map[string][]func(p *Provider, e *Entry) error{
	typeSubnet:    {subnetFits},
	typeNodeGroup: {scalingFits},
}

// references are the forms of identifiers that must exist where they are used. The first submatch is what to look for.
var references = regexp.MustCompile(`^(?:(?:vpc|subnet|sg|nat|eipalloc|igw|rtb|vpce|lt)-[0-9a-f]{17}|arn:[a-z-]+:(?:kms:[a-z0-9-]+:\d{12}:key/.+|logs:[a-z0-9-]+:\d{12}:log-group:[^:]+|iam::\d{12}:role/.+))$`)

// outside are inputs that name what a person keeps outside the program, such as an administrator's role.
var outside = []string{"principalArn"}

// owners are top-level inputs of AWS types that name the resource a thing belongs to by name, not by id.
var owners = map[string]string{"clusterName": typeCluster, "role": typeRole}

// inUse are the types that AWS does not delete while something refers to them.
var inUse = []string{
	typeVpc, typeSubnet, typeSecGroup, typeEip, typeCluster, typeRole,
	"aws:ec2/internetGateway:InternetGateway", "aws:ec2/routeTable:RouteTable",
}

// refuse says why AWS would not create a resource. The caller holds the record's lock.
func (p *Provider) refuse(e *Entry) error {
	urn := resource.URN(e.URN)
	name, _ := e.Inputs[p.nameProperty(e.Type)].(string)
	if form, ok := names[e.Type]; ok && !form.MatchString(name) {
		return refusal(urn, "ValidationException: name %q does not match %s", name, form)
	}
	for _, prefix := range reserved[e.Type] {
		if strings.HasPrefix(name, prefix) {
			return refusal(urn, "ValidationException: names that begin with %q are reserved", prefix)
		}
	}
	if other := p.taken(e, name); other != nil {
		return refusal(urn, "AlreadyExists: %q exists, made for %s", other.ID, resource.URN(other.URN).Name())
	}
	for _, quota := range quotas {
		if count := p.count(e, quota.types, quota.per); count >= quota.limit {
			return refusal(urn, "LimitExceeded: %v has %d, the quota is %d", e.Inputs[quota.per], count, quota.limit)
		}
	}
	return p.refuseChange(e)
}

// refuseChange says why AWS would not let a resource be as it is asked to be, new or changed. The caller holds the
// record's lock.
func (p *Provider) refuseChange(e *Entry) error {
	for _, rule := range rules[e.Type] {
		if err := rule(p, e); err != nil {
			return err
		}
	}
	return p.refuseReferences(e)
}

// taken finds what has the id or the physical name already. Names are unique per type and region; IAM's per account.
func (p *Provider) taken(e *Entry, name string) *Entry {
	module, _, _ := strings.Cut(strings.TrimPrefix(e.Type, "aws:"), "/")
	for _, other := range p.record.entries {
		if other.Account != e.Account || other.Type != e.Type || (other.Region != e.Region && !globalServices[module]) {
			continue
		}
		sameName := name != "" && other.Inputs[p.nameProperty(e.Type)] == name && sameScope(e, other)
		if other.ID == e.ID || sameName {
			return other
		}
	}
	return nil
}

// sameScope says whether two names live in one namespace: a node group's in its cluster, a role policy's in its
// role, a security group's in its VPC, a Kubernetes object's in its namespace.
func sameScope(a, b *Entry) bool {
	for _, scope := range []string{"clusterName", "role", "vpcId", "namespace"} {
		if a.Inputs[scope] != b.Inputs[scope] {
			return false
		}
	}
	return true
}

func (p *Provider) count(e *Entry, types []string, per string) int {
	if !slices.Contains(types, e.Type) {
		return -1
	}
	count := 0
	for _, other := range p.record.entries {
		if other.Account == e.Account && slices.Contains(types, other.Type) && other.Inputs[per] == e.Inputs[per] {
			count++
		}
	}
	return count
}

// refuseReferences says which thing a resource refers to that does not exist. The caller holds the record's lock.
func (p *Provider) refuseReferences(e *Entry) error {
	var missing []string
	walk(e.Inputs, func(property, value string) {
		known := slices.Contains(outside, property) || !references.MatchString(value) || !sameAccount(value, e.Account)
		if !known && !p.record.exists(e.Account, value) {
			missing = append(missing, property+" "+value)
		}
	})
	for property, typ := range owners {
		if owner := e.owner(property); owner != "" && p.record.entries[entryKey{e.Account, typ, owner}] == nil {
			missing = append(missing, property+" "+owner)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	slices.Sort(missing)
	return refusal(resource.URN(e.URN), "NotFound: %s does not exist in account %s", strings.Join(missing, ", "), e.Account)
}

// owner is the name of what an AWS resource belongs to, or "".
func (e *Entry) owner(property string) string {
	name, _ := e.Inputs[property].(string)
	if !strings.HasPrefix(e.Type, "aws:") || references.MatchString(name) {
		return ""
	}
	return name
}

// sameAccount says whether an ARN belongs to an account; an id always does.
func sameAccount(reference, account string) bool {
	parts := strings.Split(reference, ":")
	return len(parts) < 5 || parts[4] == account
}

// refuseDelete says what still uses a resource. The caller holds the record's lock.
func (p *Provider) refuseDelete(e *Entry) error {
	if !slices.Contains(inUse, e.Type) {
		return nil
	}
	var users []string
	for _, other := range p.record.entries {
		if other.Account != e.Account || other == e {
			continue
		}
		uses := false
		walk(other.Inputs, func(_, value string) {
			uses = uses || e.Type != typeRole && references.MatchString(value) && e.stands(value)
		})
		for property, typ := range owners {
			uses = uses || e.Type == typ && other.owner(property) == e.ID
		}
		if uses {
			users = append(users, resource.URN(other.URN).Name())
		}
	}
	if len(users) == 0 {
		return nil
	}
	slices.Sort(users)
	return refusal(resource.URN(e.URN), "DependencyViolation: %s is in use by %s", e.ID, strings.Join(slices.Compact(users), ", "))
}

// walk visits every string of a value with the name of the property it is in.
func walk(value any, visit func(property, value string)) {
	var descend func(property string, value any)
	descend = func(property string, value any) {
		switch value := value.(type) {
		case string:
			visit(property, value)
		case []any:
			for _, element := range value {
				descend(property, element)
			}
		case map[string]any:
			for name, inner := range value {
				descend(name, inner)
			}
		}
	}
	descend("", value)
}

// subnetFits is EC2's rule that a subnet lies in its VPC, is /16 to /28 and overlaps no other.
func subnetFits(p *Provider, e *Entry) error {
	urn := resource.URN(e.URN)
	own, err := netip.ParsePrefix(fmt.Sprint(e.Inputs["cidrBlock"]))
	if err != nil {
		return refusal(urn, "InvalidParameterValue: cidrBlock: %v", err)
	}
	if own.Bits() < 16 || own.Bits() > 28 {
		return refusal(urn, "InvalidSubnet.Range: %s must be /16 to /28", own)
	}
	for _, other := range p.record.entries {
		if other.Account != e.Account || other.key() == e.key() {
			continue
		}
		within, err := netip.ParsePrefix(fmt.Sprint(other.Inputs["cidrBlock"]))
		switch {
		case err != nil:
		case other.Type == typeVpc && other.ID == e.Inputs["vpcId"] && (!within.Contains(own.Addr()) || own.Bits() < within.Bits()):
			return refusal(urn, "InvalidSubnet.Range: %s is not in the VPC's %s", own, within)
		case other.Type == typeSubnet && other.Inputs["vpcId"] == e.Inputs["vpcId"] && within.Overlaps(own):
			return refusal(urn, "InvalidSubnet.Conflict: %s overlaps %s of %s", own, within, resource.URN(other.URN).Name())
		}
	}
	return nil
}

// scalingFits is EKS's rule that a node group's desired size lies between its bounds.
func scalingFits(_ *Provider, e *Entry) error {
	scaling, _ := e.Inputs["scalingConfig"].(map[string]any)
	least, _ := scaling["minSize"].(float64)
	most, _ := scaling["maxSize"].(float64)
	desired, _ := scaling["desiredSize"].(float64)
	if least > desired || desired > most || most < 1 {
		return refusal(resource.URN(e.URN), "InvalidParameterException: desired size %v must be between %v and %v", desired, least, most)
	}
	return nil
}
