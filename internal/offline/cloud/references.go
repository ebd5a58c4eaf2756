package cloud

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// references are the forms of identifiers that must exist where they are used as a value of their own.
var references = regexp.MustCompile(`^(?:(?:vpc|subnet|sg|nat|eipalloc|igw|rtb|vpce|lt)-[0-9a-f]{17}` +
	`|https://sqs\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?/\d{12}/.+` +
	`|arn:[a-z-]+:(?:kms:[a-z0-9-]+:\d{12}:key/.+` +
	`|logs:[a-z0-9-]+:\d{12}:(?:log-group:[^:]+|delivery-(?:source|destination):.+)` +
	`|iam::\d{12}:(?:role|policy|instance-profile)/.+` +
	`|elasticloadbalancing:[a-z0-9-]+:\d{12}:(?:loadbalancer|targetgroup|listener|listener-rule)/.+` +
	`|acm:[a-z0-9-]+:\d{12}:certificate/.+` +
	`|cloudfront::\d{12}:distribution/.+` +
	`|wafv2:[a-z0-9-]+:\d{12}:(?:global|regional)/(?:webacl|ipset)/.+` +
	`|secretsmanager:[a-z0-9-]+:\d{12}:secret:.+` +
	`|sqs:[a-z0-9-]+:\d{12}:.+` +
	`|ecr:[a-z0-9-]+:\d{12}:repository/.+` +
	`|es:[a-z0-9-]+:\d{12}:domain/[^/]+` +
	`|codebuild:[a-z0-9-]+:\d{12}:project/.+` +
	`|code(?:commit|pipeline):[a-z0-9-]+:\d{12}:[^:/]+` +
	`|codeconnections:[a-z0-9-]+:\d{12}:connection/.+` +
	`|codedeploy:[a-z0-9-]+:\d{12}:(?:application|deploymentgroup):.+` +
	`|cloudwatch:[a-z0-9-]+:\d{12}:alarm:.+` +
	`|events:[a-z0-9-]+:\d{12}:rule/.+` +
	`|backup:[a-z0-9-]+:\d{12}:backup-vault:.+` +
	`|sns:[a-z0-9-]+:\d{12}:[^:]+` +
	`|rds:[a-z0-9-]+:\d{12}:(?:db|subgrp|pg):.+` +
	`|s3:::[^/*]+))$`)

// outside are inputs that may name what a person keeps outside the program, such as an administrator's role.
var outside = []string{"principalArn"}

// serviceRole is the form of the roles that AWS services make for themselves: an account may have them already.
var serviceRole = regexp.MustCompile(`^arn:[a-z-]+:iam::\d{12}:role/aws-service-role/`)

// links are inputs that name another resource, not by an identifier that tells what it is, but by the id or the
// physical name that it has among its kind.
var links = []struct {
	// path is the end of the input's dotted path, of the types whose token begins with one of users, or of all.
	path  string
	users []string
	// target is the type it names.
	target string
	// given are the values that are there without anybody making them.
	given *regexp.Regexp
}{
	{path: "clusterName", target: typeCluster},
	{path: "role", users: []string{"aws:iam/"}, target: typeRole},
	{path: "iamInstanceProfile.name", target: typeProfile},
	{path: "launchTemplate.name", target: typeTemplate},
	{path: "autoscalingGroupName", target: typeScalingGroup},
	{path: "bucket", users: []string{"aws:s3/", "aws:lb/"}, target: typeBucket},
	{path: "targetBucket", users: []string{"aws:s3/"}, target: typeBucket},
	{path: "repository", users: []string{"aws:ecr/"}, target: typeRepository},
	{path: "dbSubnetGroupName", target: typeDatabaseSubnet, given: regexp.MustCompile(`^default$`)},
	{path: "parameterGroupName", target: typeParameters, given: regexp.MustCompile(`^default\.`)},
	{path: "domainName", users: []string{"aws:opensearch/"}, target: typeDomain},
	{path: "deliverySourceName", target: typeDeliverySource},
	{path: "projectName", users: []string{"aws:codebuild/"}, target: typeProject},
	{path: "cloudwatchLogs.groupName", users: []string{"aws:codebuild/"}, target: typeLogGroup},
	{path: "logGroupName", users: []string{typeLogFilter}, target: typeLogGroup},
	{path: "appName", users: []string{"aws:codedeploy/"}, target: typeApplication},
	{path: "alarmConfiguration.alarms", users: []string{"aws:codedeploy/"}, target: typeAlarm},
	{path: "autoscalingGroups", users: []string{"aws:codedeploy/"}, target: typeScalingGroup},
	{path: "artifactStores.location", users: []string{"aws:codepipeline/"}, target: typeBucket},
	{path: "configuration.RepositoryName", users: []string{"aws:codepipeline/"}, target: typeSource},
	{path: "configuration.ProjectName", users: []string{"aws:codepipeline/"}, target: typeProject},
	{path: "configuration.ApplicationName", users: []string{"aws:codepipeline/"}, target: typeApplication},
	{path: "configuration.AlarmName", users: []string{"aws:codepipeline/"}, target: typeAlarm},
	{path: "rule", users: []string{"aws:cloudwatch/eventTarget"}, target: typeEventRule},
	{path: "backupVaultName", target: typeVault},
	{path: "targetVaultName", users: []string{"aws:backup/"}, target: typeVault},
	{path: "planId", users: []string{"aws:backup/"}, target: typePlan},
	{path: "cachePolicyId", target: typeCachePolicy, given: managedPolicies},
	{path: "originRequestPolicyId", target: typeOriginRequest, given: managedPolicies},
	{path: "responseHeadersPolicyId", target: typeHeadersPolicy, given: managedPolicies},
	{path: "originAccessControlId", target: typeOriginAccess},
}

// managedPolicies are the policies that CloudFront itself offers, of all three kinds.
var managedPolicies = regexp.MustCompile(`^(?:` + strings.Join([]string{
	"4135ea2d-6df8-44a3-9df3-4b5a84be39ad", // CachingDisabled
	"658327ea-f89d-4fab-a63d-7e88639e58f6", // CachingOptimized
	"216adef6-5c7f-47e4-b989-5492eafa07d3", // AllViewer
	"b689b0a8-53d0-40ab-baf2-68738e2966ac", // AllViewerExceptHostHeader
	"67f7725c-6f97-4210-82d7-5512b31e9d03", // SecurityHeadersPolicy
}, "|") + `)$`)

// use is one thing that a resource uses: a reference that tells what it means, or a name among one type.
type use struct {
	path, value string
	// target is the type that a name is of; empty for a reference.
	target string
	// given says that it is there without being made.
	given bool
}

// String is how a complaint names what is used.
func (u use) String() string {
	if u.path == "" {
		return u.value
	}
	return lastOf(u.path) + " " + u.value
}

func (u use) key(user *Entry) indexKey {
	if u.target == "" {
		return byUse(user.Account, u.value)
	}
	return byLink(user.Account, user.Region, u.target, u.value)
}

// uses are all that an entry uses.
func (e *Entry) uses() []use {
	var found []use
	if strings.HasPrefix(e.Type, "aws:") {
		walk(e.Inputs, func(path, value string) {
			if u, ok := e.use(path, value); ok {
				found = append(found, u)
			}
		})
	}
	for _, whole := range e.kubernetesWholes() {
		found = append(found, use{value: whole})
	}
	return found
}

func (e *Entry) use(path, value string) (use, bool) {
	if references.MatchString(value) {
		outsider := slices.Contains(outside, lastOf(path)) && !e.madeHere(value)
		given := outsider || path == "permissionsBoundary" && value == e.boundary() || serviceRole.MatchString(value) || !ofAccount(value, e.Account)
		return use{path: path, value: value, given: given}, true
	}
	for _, link := range links {
		named := path == link.path || strings.HasSuffix(path, "."+link.path)
		if !named || value == "" || link.target == e.Type && path == namePath(e.Type) {
			continue
		}
		if len(link.users) > 0 && !slices.ContainsFunc(link.users, func(user string) bool { return strings.HasPrefix(e.Type, user) }) {
			continue
		}
		given := link.given != nil && link.given.MatchString(value)
		return use{path: path, value: value, target: link.target, given: given}, true
	}
	return use{}, false
}

// ofAccount says whether an identifier belongs to an account. One without an account in it does.
func ofAccount(reference, account string) bool {
	switch parts := strings.Split(reference, ":"); {
	case strings.HasPrefix(reference, "https://"):
		return strings.Contains(reference, "/"+account+"/")
	case len(parts) < 5 || parts[4] == "":
		return true
	default:
		return parts[4] == account
	}
}

// used finds what a use means, nil if it does not exist.
func (r *Record) used(e *Entry, u use) *Entry {
	if u.target == "" {
		return r.referred(e.Account, u.value)
	}
	if found := r.entries[keyOf(e.Account, e.Region, "", u.target, u.value)]; found != nil {
		return found
	}
	named := &Entry{Type: u.target, Account: e.Account, Region: e.Region}
	if found := first(r.index.find(byName(named, u.value))); found != nil && found.Account == e.Account {
		return found
	}
	return r.referred(e.Account, impliedName(u.target, u.value))
}

// named finds what an entry means by an id or a physical name of a type.
func (r *Record) named(e *Entry, typ, name string) *Entry {
	return r.used(e, use{target: typ, value: name})
}

// impliedName is how something that AWS makes along with a resource is recorded when only its name tells it apart.
func impliedName(typ, name string) string { return typ + " " + name }

// refuseReferences says which thing a resource refers to that does not exist. The caller holds the record's lock.
func (p *Provider) refuseReferences(e *Entry) error {
	var missing []string
	for _, u := range e.uses() {
		if !u.given && p.record.used(e, u) == nil {
			missing = append(missing, u.String())
		}
	}
	if len(missing) == 0 {
		return nil
	}
	slices.Sort(missing)
	return refusal(resource.URN(e.URN), "NotFound: %s does not exist in account %s", strings.Join(slices.Compact(missing), ", "), e.Account)
}

// users are the entries that use an entry, by any of its names.
func (p *Provider) users(e *Entry) []*Entry {
	var keys []indexKey
	for _, reference := range e.stands() {
		keys = append(keys, byUse(e.Account, reference))
	}
	keys = append(keys, byLink(e.Account, e.Region, e.Type, e.ID))
	if name := nameOf(e.Type, e.in()); name != "" && name != e.ID {
		keys = append(keys, byLink(e.Account, e.Region, e.Type, name))
	}
	var found []*Entry
	for _, key := range keys {
		for _, user := range p.record.index.find(key) {
			if user != e && !slices.Contains(found, user) {
				found = append(found, user)
			}
		}
	}
	return found
}

// parts are the types that are a part of another resource, by the input that names it: they go with it, and never keep
// it from being deleted.
var parts = map[string]string{
	typeIngress:               "securityGroupId",
	typeEgress:                "securityGroupId",
	typeRoute:                 "routeTableId",
	typeListener:              "loadBalancerArn",
	typeListenerRule:          "listenerArn",
	typeWebACLLogging:         "resourceArn",
	typeDomainPolicy:          "domainName",
	typeQueuePolicy:           "queueUrl",
	typeRedrive:               "queueUrl",
	typeRedriveAllow:          "queueUrl",
	typeRepositoryPolicy:      "repository",
	typeLifecyclePolicy:       "repository",
	typeVersioning:            "bucket",
	typeEncryption:            "bucket",
	typePublicAccess:          "bucket",
	typeOwnership:             "bucket",
	typeBucketPolicy:          "bucket",
	typeLifecycle:             "bucket",
	typeObjectLock:            "bucket",
	typeBucketLogs:            "bucket",
	typeReplication:           "bucket",
	typeObject:                "bucket",
	typeBucketMetric:          "bucket",
	typeVaultPolicy:           "backupVaultName",
	typeVaultLock:             "backupVaultName",
	typeWebhook:               "projectName",
	typeDeploymentGroup:       "appName",
	typeTopicPolicy:           "arn",
	typeSubscription:          "topic",
	typeValidation:            "certificateArn",
	typeAttachment:            "autoscalingGroupName",
	"aws:autoscaling/tag:Tag": "autoscalingGroupName",
}

// partOf says whether an entry is a part of another.
func (e *Entry) partOf(whole *Entry) bool {
	names := append(whole.stands(), nameOf(whole.Type, whole.in()))
	if path, ok := parts[e.Type]; ok {
		name := e.in().text(path)
		// Several parts of one thing may have its name as their id: they are no parts of each other.
		sibling := name == whole.in().text(parts[whole.Type])
		return name != "" && !sibling && slices.Contains(names, name)
	}
	return slices.ContainsFunc(e.kubernetesWholes(), func(name string) bool { return slices.Contains(names, name) })
}

// The identifiers by which Kubernetes objects know where they are.
func clusterReference(region, cluster string) string {
	return fmt.Sprintf("cluster/%s/%s", region, cluster)
}
func namespaceReference(region, cluster, namespace string) string {
	return fmt.Sprintf("namespace/%s/%s/%s", region, cluster, namespace)
}
func objectReference(region, cluster, typ, id string) string {
	return fmt.Sprintf("%s/%s/%s/%s", typ, region, cluster, id)
}

// kubernetesWholes are the cluster and the namespace that an entry lives in, and the object that a patch patches.
func (e *Entry) kubernetesWholes() []string {
	if e.Cluster == "" {
		return nil
	}
	wholes := []string{clusterReference(e.Region, e.Cluster)}
	if namespace := namespaceOf(e.in()); namespace != "" {
		wholes = append(wholes, namespaceReference(e.Region, e.Cluster, namespace))
	}
	if patched, isPatch := strings.CutSuffix(e.Type, "Patch"); isPatch {
		wholes = append(wholes, objectReference(e.Region, e.Cluster, patched, e.ID))
	}
	return wholes
}

// namespaceOf is the namespace that the inputs of an object name, or "".
func namespaceOf(inputs object) string { return inputs.text("metadata.namespace") }
