package cloud

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/regions"
)

// idForms are the ids that are neither put together from inputs (idProperties) nor the physical name. What is in
// braces is filled in, see fill.
var idForms = map[string]string{
	typeVpc:             "vpc-{hex17}",
	typeSubnet:          "subnet-{hex17}",
	typeSecGroup:        "sg-{hex17}",
	typeNat:             "nat-{hex17}",
	typeEip:             "eipalloc-{hex17}",
	typeEndpoint:        "vpce-{hex17}",
	typeTemplate:        "lt-{hex17}",
	typeInternetGateway: "igw-{hex17}",
	typeRouteTable:      "rtb-{hex17}",
	typeFlowLog:         "fl-{hex17}",
	typeIngress:         "sgr-{hex17}",
	typeEgress:          "sgr-{hex17}",
	"aws:ec2/routeTableAssociation:RouteTableAssociation": "rtbassoc-{hex17}",
	"aws:ec2/securityGroupRule:SecurityGroupRule":         "sgrule-{hex17}",
	typeKey:             "{uuid}",
	typeIamPolicy:       "arn:{partition}:iam::{account}:policy{path}{name}",
	typeSecret:          "arn:{partition}:secretsmanager:{region}:{account}:secret:{name}-{letters6}",
	typeBalancer:        "arn:{partition}:elasticloadbalancing:{region}:{account}:loadbalancer/app/{name}/{hex16}",
	typeTargetGroup:     "arn:{partition}:elasticloadbalancing:{region}:{account}:targetgroup/{name}/{hex16}",
	typeListener:        "{listener}/{hex16}",
	typeListenerRule:    "{listenerRule}/{hex16}",
	typeCertificate:     "arn:{partition}:acm:{region}:{account}:certificate/{uuid}",
	typeDistribution:    "E{capitals13}",
	typeOriginAccess:    "E{capitals13}",
	typeCachePolicy:     "{uuid}",
	typeOriginRequest:   "{uuid}",
	typeHeadersPolicy:   "{uuid}",
	typeWebACL:          "{uuid}",
	typeIPSet:           "{uuid}",
	typeDelivery:        "{letters16}",
	typeDatabase:        "db-{capitals26}",
	typeDomain:          "arn:{partition}:es:{region}:{account}:domain/{domainName}",
	typeQueue:           "https://sqs.{region}.{dnsSuffix}/{account}/{name}",
	typeProject:         "arn:{partition}:codebuild:{region}:{account}:project/{name}",
	typeConnection:      "arn:{partition}:codeconnections:{region}:{account}:connection/{uuid}",
	typeApplication:     "{uuid}:{name}",
	typeDeploymentGroup: "{uuid}",
	typePlan:            "{uuid}",
	typeSelection:       "{uuid}",
	typeBudget:          "{account}:{name}",
	typeEventTarget:     "{rule}-{target}",
	typeTopic:           "arn:{partition}:sns:{region}:{account}:{name}",
	typeSubscription:    "{topic}:{uuid}",
}

// idProperties are the types whose id is put together from inputs.
var idProperties = map[string]struct {
	separator  string
	properties []string
}{
	"aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": {"", []string{"vpcId"}},
	typeRoute:                 {"_", []string{"routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"}},
	typeRoleGrant:             {"-", []string{"role", "policyArn"}},
	typeRolePolicy:            {":", []string{"role", "name"}},
	typeNodeGroup:             {":", []string{"clusterName", "nodeGroupName"}},
	typeAddon:                 {":", []string{"clusterName", "addonName"}},
	typeAccessEntry:           {":", []string{"clusterName", "principalArn"}},
	typeAccessGrant:           {"#", []string{"clusterName", "principalArn", "policyArn"}},
	typePodIdentity:           {"/", []string{"clusterName", "namespace", "serviceAccount"}},
	typeAttachment:            {"-", []string{"autoscalingGroupName", "lbTargetGroupArn", "elb"}},
	"aws:autoscaling/tag:Tag": {",", []string{"autoscalingGroupName", "tag.key"}},
	typeValidation:            {"", []string{"certificateArn"}},
	typeRecord:                {"_", []string{"zoneId", "name", "type", "setIdentifier"}},
	typeWebACLLogging:         {"", []string{"resourceArn"}},
	typeDomainPolicy:          {"", []string{"domainName"}},
	typeQueuePolicy:           {"", []string{"queueUrl"}},
	typeRedrive:               {"", []string{"queueUrl"}},
	typeRedriveAllow:          {"", []string{"queueUrl"}},
	typeWebhook:               {"", []string{"projectName"}},
	typeTopicPolicy:           {"", []string{"arn"}},
	typeRepositoryPolicy:      {"", []string{"repository"}},
	typeLifecyclePolicy:       {"", []string{"repository"}},
	typeVersioning:            {"", []string{"bucket"}},
	typeEncryption:            {"", []string{"bucket"}},
	typePublicAccess:          {"", []string{"bucket"}},
	typeOwnership:             {"", []string{"bucket"}},
	typeBucketPolicy:          {"", []string{"bucket"}},
	typeLifecycle:             {"", []string{"bucket"}},
	typeObjectLock:            {"", []string{"bucket"}},
	typeBucketLogs:            {"", []string{"bucket"}},
	typeReplication:           {"", []string{"bucket"}},
	typeObject:                {"/", []string{"bucket", "key"}},
	typeBucketMetric:          {":", []string{"bucket", "name"}},
	typeVaultPolicy:           {"", []string{"backupVaultName"}},
	typeVaultLock:             {"", []string{"backupVaultName"}},
}

// arns are the ARNs of AWS, by type, where the id is not the ARN.
var arns = map[string]string{
	typeRole:            "arn:{partition}:iam::{account}:role{path}{name}",
	typeProfile:         "arn:{partition}:iam::{account}:instance-profile{path}{name}",
	typeLogGroup:        "arn:{partition}:logs:{region}:{account}:log-group:{name}",
	typeDelivery:        "arn:{partition}:logs:{region}:{account}:delivery:{id}",
	typeDeliverySource:  "arn:{partition}:logs:{region}:{account}:delivery-source:{name}",
	typeDeliveryTarget:  "arn:{partition}:logs:{region}:{account}:delivery-destination:{name}",
	typeKey:             "arn:{partition}:kms:{region}:{account}:key/{id}",
	typeAlias:           "arn:{partition}:kms:{region}:{account}:{name}",
	typeCluster:         "arn:{partition}:eks:{region}:{account}:cluster/{name}",
	typeNodeGroup:       "arn:{partition}:eks:{region}:{account}:nodegroup/{clusterName}/{nodeGroupName}/{digest}",
	typeAddon:           "arn:{partition}:eks:{region}:{account}:addon/{clusterName}/{addonName}/{digest}",
	typeVpc:             "arn:{partition}:ec2:{region}:{account}:vpc/{id}",
	typeSubnet:          "arn:{partition}:ec2:{region}:{account}:subnet/{id}",
	typeSecGroup:        "arn:{partition}:ec2:{region}:{account}:security-group/{id}",
	typeIngress:         "arn:{partition}:ec2:{region}:{account}:security-group-rule/{id}",
	typeEgress:          "arn:{partition}:ec2:{region}:{account}:security-group-rule/{id}",
	typeTemplate:        "arn:{partition}:ec2:{region}:{account}:launch-template/{id}",
	typeEip:             "arn:{partition}:ec2:{region}:{account}:elastic-ip/{id}",
	typeEndpoint:        "arn:{partition}:ec2:{region}:{account}:vpc-endpoint/{id}",
	typeRouteTable:      "arn:{partition}:ec2:{region}:{account}:route-table/{id}",
	typeInternetGateway: "arn:{partition}:ec2:{region}:{account}:internet-gateway/{id}",
	typeFlowLog:         "arn:{partition}:ec2:{region}:{account}:vpc-flow-log/{id}",
	typeScalingGroup:    "arn:{partition}:autoscaling:{region}:{account}:autoScalingGroup:{digest}:autoScalingGroupName/{name}",
	typeDistribution:    "arn:{partition}:cloudfront::{account}:distribution/{id}",
	typeCachePolicy:     "arn:{partition}:cloudfront::{account}:cache-policy/{id}",
	typeOriginRequest:   "arn:{partition}:cloudfront::{account}:origin-request-policy/{id}",
	typeHeadersPolicy:   "arn:{partition}:cloudfront::{account}:response-headers-policy/{id}",
	typeOriginAccess:    "arn:{partition}:cloudfront::{account}:origin-access-control/{id}",
	typeWebACL:          "arn:{partition}:wafv2:{region}:{account}:{wafScope}/webacl/{name}/{id}",
	typeIPSet:           "arn:{partition}:wafv2:{region}:{account}:{wafScope}/ipset/{name}/{id}",
	typeDatabase:        "arn:{partition}:rds:{region}:{account}:db:{identifier}",
	typeDatabaseSubnet:  "arn:{partition}:rds:{region}:{account}:subgrp:{name}",
	typeParameters:      "arn:{partition}:rds:{region}:{account}:pg:{name}",
	typeQueue:           "arn:{partition}:sqs:{region}:{account}:{name}",
	typeSource:          "arn:{partition}:codecommit:{region}:{account}:{name}",
	typeApplication:     "arn:{partition}:codedeploy:{region}:{account}:application:{name}",
	typeDeploymentGroup: "arn:{partition}:codedeploy:{region}:{account}:deploymentgroup:{appName}/{name}",
	typePipeline:        "arn:{partition}:codepipeline:{region}:{account}:{name}",
	typeEventRule:       "arn:{partition}:events:{region}:{account}:rule/{name}",
	typeAlarm:           "arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}",
	typeComposite:       "arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}",
	typeDashboard:       "arn:{partition}:cloudwatch::{account}:dashboard/{name}",
	typeVault:           "arn:{partition}:backup:{region}:{account}:backup-vault:{name}",
	typePlan:            "arn:{partition}:backup:{region}:{account}:backup-plan:{id}",
	typeBudget:          "arn:{partition}:budgets::{account}:budget/{name}",
	typeRepository:      "arn:{partition}:ecr:{region}:{account}:repository/{name}",
	typeBucket:          "arn:{partition}:s3:::{bucket}",
	typeObject:          "arn:{partition}:s3:::{bucket}/{key}",
}

// namePaths are the inputs that carry the physical name, as dotted paths, where that is not "name"; an empty path says
// that "name" is no physical name.
var namePaths = map[string]string{
	typeNodeGroup:       "nodeGroupName",
	typeBucket:          "bucket",
	typeDatabase:        "identifier",
	typeDomain:          "domainName",
	typeLogPolicy:       "policyName",
	typeRecord:          "",
	typeSource:          "repositoryName",
	typeDeploymentGroup: "deploymentGroupName",
	typeComposite:       "alarmName",
	typeDashboard:       "dashboardName",
	typePlan:            "", // several may have one name
	typeSelection:       "",
}

// namePath is the path of the input that carries a type's physical name, or "".
func namePath(typ string) string {
	if path, ok := namePaths[typ]; ok {
		return path
	}
	if isObject(typ) {
		return "metadata.name"
	}
	return "name"
}

// nameOf is the physical name of a resource, or "".
func nameOf(typ string, inputs object) string {
	if path := namePath(typ); path != "" {
		return inputs.text(path)
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
func (p *Provider) physicalID(c *connection, urn resource.URN, inputs object, generation int) string {
	typ := string(urn.Type())
	seed := digest(c.account, c.region, string(urn), fmt.Sprint(generation))
	if form, ok := idForms[typ]; ok {
		return fill(form, c, typ, seed, "", inputs)
	}
	if rule, ok := idProperties[typ]; ok {
		return joined(inputs, rule.separator, rule.properties...)
	}
	if isObject(typ) {
		return joined(inputs, "/", "metadata.namespace", "metadata.name")
	}
	if name := nameOf(typ, inputs); name != "" {
		return name
	}
	return seed[:32]
}

// joined puts the inputs that are given together.
func joined(inputs object, separator string, paths ...string) string {
	var parts []string
	for _, path := range paths {
		if value := inputs.text(path); value != "" {
			parts = append(parts, value)
		}
	}
	return strings.Join(parts, separator)
}

// arn derives a resource's ARN. A type that the table does not name follows AWS's general form.
func (p *Provider) arn(c *connection, typ, id string, inputs object) string {
	if strings.HasPrefix(id, "arn:") {
		return id
	}
	form, ok := arns[typ]
	if !ok {
		module, rest, _ := strings.Cut(strings.TrimPrefix(typ, "aws:"), "/")
		kind, _, _ := strings.Cut(rest, ":")
		form = "arn:{partition}:" + module + ":{region}:{account}:" + strings.ToLower(kind) + "/{id}"
	}
	return fill(form, c, typ, digest(c.account, typ, id), id, inputs)
}

var blank = regexp.MustCompile(`\{[^}]+\}`)

// fill puts values into the braces of a form: of the connection, out of the seed, or else the input of that name.
func fill(form string, c *connection, typ, seed, id string, inputs object) string {
	return blank.ReplaceAllStringFunc(form, func(braces string) string {
		name := strings.Trim(braces, "{}")
		kind := strings.TrimRight(name, "0123456789")
		length, _ := strconv.Atoi(name[len(kind):])
		switch kind {
		case "partition":
			return regions.Partition(c.region)
		case "region":
			return c.region
		case "account":
			return c.account
		case "dnsSuffix":
			return dnsSuffix(c.region)
		case "id":
			return id
		case "digest":
			return seed[:36]
		case "uuid":
			return uuid(seed)
		case "hex":
			return seed[:length]
		case "capitals":
			return drawn(seed, length, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
		case "letters":
			return drawn(seed, length, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
		case "name":
			return nameOf(typ, inputs)
		case "path":
			return orElse(inputs.text("path"), "/")
		case "listener":
			return strings.Replace(inputs.text("loadBalancerArn"), ":loadbalancer/", ":listener/", 1)
		case "listenerRule":
			return strings.Replace(inputs.text("listenerArn"), ":listener/", ":listener-rule/", 1)
		case "wafScope":
			return map[string]string{"CLOUDFRONT": "global", "REGIONAL": "regional"}[inputs.text("scope")]
		case "target":
			return orElse(inputs.text("targetId"), "terraform-"+seed[:26])
		}
		return inputs.text(name)
	})
}

// uuid writes a digest in the form of a UUID.
func uuid(seed string) string {
	return strings.Join([]string{seed[:8], seed[8:12], seed[12:16], seed[16:20], seed[20:32]}, "-")
}

// drawn picks characters of an alphabet, as a digest says.
func drawn(seed string, length int, alphabet string) string {
	if alphabet == "" {
		return ""
	}
	picked := make([]byte, length)
	for i := range picked {
		part := digest(seed, fmt.Sprint(i))
		at, _ := strconv.ParseUint(part[:8], 16, 64) // the first digits of a digest are always a number
		picked[i] = alphabet[at%uint64(len(alphabet))]
	}
	return string(picked)
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// dnsSuffix is what the names of a region's endpoints end in.
func dnsSuffix(region string) string {
	if regions.Partition(region) == "aws-cn" {
		return "amazonaws.com.cn"
	}
	return "amazonaws.com"
}
