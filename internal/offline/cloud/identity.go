package cloud

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// The types that other tables refer to.
const (
	typeVpc       = "aws:ec2/vpc:Vpc"
	typeSubnet    = "aws:ec2/subnet:Subnet"
	typeSecGroup  = "aws:ec2/securityGroup:SecurityGroup"
	typeRole      = "aws:iam/role:Role"
	typeLogGroup  = "aws:cloudwatch/logGroup:LogGroup"
	typeKey       = "aws:kms/key:Key"
	typeAlias     = "aws:kms/alias:Alias"
	typeCluster   = "aws:eks/cluster:Cluster"
	typeNodeGroup = "aws:eks/nodeGroup:NodeGroup"
	typeNat       = "aws:ec2/natGateway:NatGateway"
	typeEip       = "aws:ec2/eip:Eip"
	typeEndpoint  = "aws:ec2/vpcEndpoint:VpcEndpoint"
	typeTemplate  = "aws:ec2/launchTemplate:LaunchTemplate"
)

// idPrefixes are the types whose id AWS makes up: a prefix and 17 hexadecimal digits.
var idPrefixes = map[string]string{
	typeVpc:      "vpc-",
	typeSubnet:   "subnet-",
	typeSecGroup: "sg-",
	typeNat:      "nat-",
	typeEip:      "eipalloc-",
	typeEndpoint: "vpce-",
	typeTemplate: "lt-",
	"aws:ec2/internetGateway:InternetGateway":                   "igw-",
	"aws:ec2/routeTable:RouteTable":                             "rtb-",
	"aws:ec2/routeTableAssociation:RouteTableAssociation":       "rtbassoc-",
	"aws:ec2/flowLog:FlowLog":                                   "fl-",
	"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "sgr-",
	"aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule":   "sgr-",
	"aws:ec2/securityGroupRule:SecurityGroupRule":               "sgrule-",
}

// idProperties are the types whose id is put together from inputs.
var idProperties = map[string]struct {
	separator  string
	properties []string
}{
	"aws:ec2/defaultSecurityGroup:DefaultSecurityGroup":       {"", []string{"vpcId"}},
	"aws:ec2/route:Route":                                     {"_", []string{"routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"}},
	"aws:iam/rolePolicyAttachment:RolePolicyAttachment":       {"-", []string{"role", "policyArn"}},
	"aws:iam/rolePolicy:RolePolicy":                           {":", []string{"role", "name"}},
	typeNodeGroup:                                             {":", []string{"clusterName", "nodeGroupName"}},
	"aws:eks/addon:Addon":                                     {":", []string{"clusterName", "addonName"}},
	"aws:eks/accessEntry:AccessEntry":                         {":", []string{"clusterName", "principalArn"}},
	"aws:eks/accessPolicyAssociation:AccessPolicyAssociation": {"#", []string{"clusterName", "principalArn", "policyArn"}},
	"aws:eks/podIdentityAssociation:PodIdentityAssociation":   {"/", []string{"clusterName", "namespace", "serviceAccount"}},
	"kubernetes:helm.sh/v3:Release":                           {"/", []string{"namespace", "name"}},
}

// arns are the ARNs of AWS, by type. {name} is the physical name, {id} the id.
var arns = map[string]string{
	typeRole:                "arn:{partition}:iam::{account}:role/{name}",
	"aws:iam/policy:Policy": "arn:{partition}:iam::{account}:policy/{name}",
	"aws:iam/instanceProfile:InstanceProfile": "arn:{partition}:iam::{account}:instance-profile/{name}",
	typeLogGroup:                    "arn:{partition}:logs:{region}:{account}:log-group:{name}",
	typeKey:                         "arn:{partition}:kms:{region}:{account}:key/{id}",
	typeAlias:                       "arn:{partition}:kms:{region}:{account}:{name}",
	typeCluster:                     "arn:{partition}:eks:{region}:{account}:cluster/{name}",
	typeNodeGroup:                   "arn:{partition}:eks:{region}:{account}:nodegroup/{clusterName}/{nodeGroupName}/{digest}",
	"aws:eks/addon:Addon":           "arn:{partition}:eks:{region}:{account}:addon/{clusterName}/{addonName}/{digest}",
	typeVpc:                         "arn:{partition}:ec2:{region}:{account}:vpc/{id}",
	typeSubnet:                      "arn:{partition}:ec2:{region}:{account}:subnet/{id}",
	typeSecGroup:                    "arn:{partition}:ec2:{region}:{account}:security-group/{id}",
	typeTemplate:                    "arn:{partition}:ec2:{region}:{account}:launch-template/{id}",
	typeEip:                         "arn:{partition}:ec2:{region}:{account}:elastic-ip/{id}",
	typeEndpoint:                    "arn:{partition}:ec2:{region}:{account}:vpc-endpoint/{id}",
	"aws:ec2/routeTable:RouteTable": "arn:{partition}:ec2:{region}:{account}:route-table/{id}",
	"aws:ec2/internetGateway:InternetGateway": "arn:{partition}:ec2:{region}:{account}:internet-gateway/{id}",
	"aws:ec2/flowLog:FlowLog":                 "arn:{partition}:ec2:{region}:{account}:vpc-flow-log/{id}",
}

// globalServices are the AWS services without a region: a name is taken in the whole account.
var globalServices = map[string]bool{"iam": true, "cloudfront": true, "route53": true}

// autonamed are the inputs that the provider names itself when the program does not, where that is not "name".
var autonamed = map[string]string{typeNodeGroup: "nodeGroupName"}

// nameProperty is the input that carries a resource's physical name, or "".
func (p *Provider) nameProperty(typ string) string {
	if name, ok := autonamed[typ]; ok {
		return name
	}
	if _, ok := p.schema.Resources[typ].Inputs["name"]; ok {
		return "name"
	}
	return ""
}

// digest derives the part of an identifier that AWS would draw at random: the same deployment always gets
// the same ids, so that previews can be compared.
func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}

// physicalID derives the id that AWS would give. The generation tells the successor of a replaced resource
// from its predecessor while both exist.
func (p *Provider) physicalID(c *connection, urn resource.URN, inputs map[string]any, generation int) string {
	typ := string(urn.Type())
	seed := digest(c.account, c.region, string(urn), fmt.Sprint(generation))
	if prefix, ok := idPrefixes[typ]; ok {
		return prefix + seed[:17]
	}
	if typ == typeKey {
		return strings.Join([]string{seed[:8], seed[8:12], seed[12:16], seed[16:20], seed[20:32]}, "-")
	}
	if rule, ok := idProperties[typ]; ok {
		var parts []string
		for _, property := range rule.properties {
			if value, ok := inputs[property].(string); ok && value != "" {
				parts = append(parts, value)
			}
		}
		return strings.Join(parts, rule.separator)
	}
	if name, ok := inputs[p.nameProperty(typ)].(string); ok {
		return name
	}
	return seed[:32]
}

// arn derives a resource's ARN. A type that the table does not name follows AWS's general form.
func (p *Provider) arn(c *connection, typ, id string, inputs map[string]any) string {
	form, ok := arns[typ]
	if !ok {
		module, rest, _ := strings.Cut(strings.TrimPrefix(typ, "aws:"), "/")
		kind, _, _ := strings.Cut(rest, ":")
		form = "arn:{partition}:" + module + ":{region}:{account}:" + strings.ToLower(kind) + "/{id}"
	}
	replacements := []string{
		"{partition}", partitionOf(c.region), "{region}", c.region, "{account}", c.account, "{id}", id,
		"{digest}", digest(c.account, typ, id)[:36],
	}
	for _, property := range []string{p.nameProperty(typ), "clusterName", "nodeGroupName", "addonName"} {
		if value, ok := inputs[property].(string); ok {
			replacements = append(replacements, "{"+property+"}", value)
		}
	}
	return strings.NewReplacer(replacements...).Replace(form)
}

// partitionOf is the AWS partition that a region belongs to.
func partitionOf(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}
