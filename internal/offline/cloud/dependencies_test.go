package cloud

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hold puts things into a record as they are, past every rule.
func hold(t *testing.T, r *Record, entries ...*Entry) {
	t.Helper()
	for _, e := range entries {
		e.Account, e.Region = account, region
		if e.URN == "" {
			e.URN = urnOf(e.Type, "thing")
		}
		require.NoError(t, r.commit(change{Put: e}))
	}
}

func recordOnly(t *testing.T) *Provider {
	t.Helper()
	record, err := OpenRecord("")
	require.NoError(t, err)
	return &Provider{record: record}
}

const (
	lbBase      = "arn:aws:elasticloadbalancing:us-east-1:111111111111:"
	someARN     = "arn:aws:acm:us-east-1:111111111111:certificate/1"
	someACL     = "arn:aws:wafv2:us-east-1:111111111111:global/webacl/a/1"
	someSet     = "arn:aws:wafv2:us-east-1:111111111111:global/ipset/a/1"
	someTarget  = "arn:aws:logs:us-east-1:111111111111:delivery-destination:a"
	somePolicy  = "arn:aws:iam::111111111111:policy/a"
	someQueue   = "https://sqs.us-east-1.amazonaws.com/111111111111/a"
	someTopic   = "arn:aws:sns:us-east-1:111111111111:a"
	someProject = "arn:aws:codebuild:us-east-1:111111111111:project/a"
	seventeen   = "-00000000000000000"
	someGroup   = lbBase + "targetgroup/a/1"
	someLB      = lbBase + "loadbalancer/app/a/1"
	someHandler = lbBase + "listener/app/a/1/1"
)

// wholes are what the inputs that name a whole name, in the test of parts.
var wholes = map[string]*Entry{
	"securityGroupId":      {Type: typeSecGroup, ID: "sg" + seventeen},
	"routeTableId":         {Type: typeRouteTable, ID: "rtb" + seventeen},
	"loadBalancerArn":      {Type: typeBalancer, ID: someLB},
	"listenerArn":          {Type: typeListener, ID: someHandler},
	"resourceArn":          {Type: typeWebACL, ID: "1", Outputs: values{"arn": someACL}},
	"domainName":           {Type: typeDomain, ID: "arn:aws:es:us-east-1:111111111111:domain/a", Inputs: values{"domainName": "a"}},
	"queueUrl":             {Type: typeQueue, ID: someQueue},
	"repository":           {Type: typeRepository, ID: "a", Inputs: values{"name": "a"}},
	"bucket":               {Type: typeBucket, ID: "a", Inputs: values{"bucket": "a"}},
	"certificateArn":       {Type: typeCertificate, ID: someARN},
	"projectName":          {Type: typeProject, ID: someProject, Inputs: values{"name": "a"}},
	"appName":              {Type: typeApplication, ID: "1:a", Inputs: values{"name": "a"}},
	"arn":                  {Type: typeTopic, ID: someTopic},
	"topic":                {Type: typeTopic, ID: someTopic},
	"backupVaultName":      {Type: typeVault, ID: "a", Inputs: values{"name": "a"}},
	"autoscalingGroupName": {Type: typeScalingGroup, ID: "a", Inputs: values{"name": "a"}},
}

// nameIn is how a whole is named in an input.
func nameIn(e *Entry) string {
	if name := nameOf(e.Type, e.in()); name != "" {
		return name
	}
	if arn, ok := e.Outputs["arn"].(string); ok {
		return arn
	}
	return e.ID
}

// What is a part of something neither keeps it nor outlives it.
func TestPartsGoWithTheirWhole(t *testing.T) {
	for typ, path := range parts {
		p := recordOnly(t)
		whole := *wholes[path]
		part := &Entry{Type: typ, ID: "part", Inputs: values{path: nameIn(&whole)}}
		hold(t, p.record, &whole, part)
		assert.Contains(t, p.users(&whole), part, typ)
		if typ != typeObject {
			require.NoError(t, p.refuseDelete(&whole), typ)
		}
		require.NoError(t, p.discard(&whole))
		assert.Empty(t, p.record.entries, typ)
		assert.Empty(t, p.record.index, typ)
	}
	assert.Len(t, parts, 32)
}

// Two settings of a queue have the queue's address as their id. They go each by itself, and both with the queue.
func TestPartsOfOneThingAreNoPartsOfEachOther(t *testing.T) {
	const url = "https://sqs.eu-west-1.amazonaws.com/111111111111/a"
	settings := func() (policy, redrive *Entry) {
		return &Entry{Type: typeQueuePolicy, ID: url, Inputs: values{"queueUrl": url}},
			&Entry{Type: typeRedrive, ID: url, Inputs: values{"queueUrl": url}}
	}
	p := recordOnly(t)
	policy, redrive := settings()
	hold(t, p.record, policy, redrive)
	require.NoError(t, p.discard(policy))
	assert.Len(t, p.record.entries, 1)

	p = recordOnly(t)
	policy, redrive = settings()
	queue := &Entry{Type: typeQueue, ID: url, Inputs: values{"name": "a"}}
	hold(t, p.record, queue, policy, redrive)
	require.NoError(t, p.discard(queue))
	assert.Empty(t, p.record.entries)
}

// What is in use is not deleted; what refers to it otherwise does not count.
func TestInUse(t *testing.T) {
	role := "arn:aws:iam::111111111111:role/a"
	used := map[string]struct {
		thing *Entry
		input values // of who uses it
	}{
		typeVpc:             {&Entry{ID: "vpc" + seventeen}, values{"vpcId": "vpc" + seventeen}},
		typeSubnet:          {&Entry{ID: "subnet" + seventeen}, values{"subnetIds": []any{"subnet" + seventeen}}},
		typeSecGroup:        {&Entry{ID: "sg" + seventeen}, values{"groups": []any{"sg" + seventeen}}},
		typeEip:             {&Entry{ID: "eipalloc" + seventeen}, values{"allocationId": "eipalloc" + seventeen}},
		typeCluster:         {&Entry{ID: "a", Inputs: values{"name": "a"}}, values{"clusterName": "a"}},
		typeInternetGateway: {&Entry{ID: "igw" + seventeen}, values{"gatewayId": "igw" + seventeen}},
		typeRouteTable:      {&Entry{ID: "rtb" + seventeen}, values{"associated": "rtb" + seventeen}},
		typeRole:            {&Entry{ID: "a", Inputs: values{"name": "a"}, Outputs: values{"arn": role}}, values{"role": "a", "roleArn": role}},
		typeIamPolicy:       {&Entry{ID: somePolicy}, values{"policyArn": somePolicy}},
		typeTargetGroup:     {&Entry{ID: someGroup}, values{"actions": []any{values{"targetGroupArn": someGroup}}}},
		typeCertificate:     {&Entry{ID: someARN}, values{"certificateArn": someARN}},
		typeDatabaseSubnet:  {&Entry{ID: "a", Inputs: values{"name": "a"}}, values{"dbSubnetGroupName": "a"}},
		typeParameters:      {&Entry{ID: "a", Inputs: values{"name": "a"}}, values{"parameterGroupName": "a"}},
		typeCachePolicy:     {&Entry{ID: "1"}, values{"orderedCacheBehaviors": []any{values{"cachePolicyId": "1"}}}},
		typeOriginRequest:   {&Entry{ID: "1"}, values{"defaultCacheBehavior": values{"originRequestPolicyId": "1"}}},
		typeHeadersPolicy:   {&Entry{ID: "1"}, values{"defaultCacheBehavior": values{"responseHeadersPolicyId": "1"}}},
		typeOriginAccess:    {&Entry{ID: "E1"}, values{"origins": []any{values{"originAccessControlId": "E1"}}}},
		typeWebACL:          {&Entry{ID: "1", Outputs: values{"arn": someACL}}, values{"webAclId": someACL}},
		typeIPSet: {&Entry{ID: "1", Outputs: values{"arn": someSet}}, values{"rules": []any{values{
			"statement": values{"ipSetReferenceStatement": values{"arn": someSet}},
		}}}},
		typePlan:           {&Entry{ID: "1"}, values{"planId": "1"}},
		typeDeliverySource: {&Entry{ID: "a", Inputs: values{"name": "a"}}, values{"deliverySourceName": "a"}},
		typeEventRule:      {&Entry{ID: "a", Inputs: values{"name": "a"}}, values{"rule": "a"}},
		typeDeliveryTarget: {&Entry{ID: "a", Outputs: values{"arn": someTarget}}, values{"deliveryDestinationArn": someTarget}},
	}
	for typ, counting := range inUse {
		test, ok := used[typ]
		require.True(t, ok, typ)
		for _, userType := range append([]string{"aws:sns/topic:Topic"}, counting...) {
			p := recordOnly(t)
			thing := *test.thing
			thing.Type = typ
			hold(t, p.record, &thing, &Entry{URN: urnOf(userType, "user"), Type: userType, ID: "user", Inputs: test.input})
			err := p.refuseDelete(&thing)
			if counting == nil || slices.Contains(counting, userType) {
				assert.ErrorContains(t, err, "DependencyViolation: "+thing.ID+" is in use by user", typ)
			} else {
				assert.NoError(t, err, typ)
			}
		}
	}
	assert.Len(t, used, len(inUse))
}

func TestQuotas(t *testing.T) {
	for _, quota := range quotas {
		p := recordOnly(t)
		input := func() values {
			if quota.per == "" {
				return values{}
			}
			return values{quota.per: "one"}
		}
		one := &Entry{Type: quota.typ, Account: account, Region: region, URN: urnOf(quota.typ, "one"), ID: "one", Inputs: input()}
		for i := range quota.limit {
			require.NoError(t, p.refuseQuota(one), quota.typ)
			hold(t, p.record, &Entry{Type: quota.typ, ID: string(rune(i)) + "-", Inputs: input()})
		}
		require.ErrorContains(t, p.refuseQuota(one), "LimitExceeded", quota.typ)
		if quota.per != "" {
			one.Inputs[quota.per] = "another"
			require.NoError(t, p.refuseQuota(one), quota.typ)
		}
	}
	assert.Len(t, quotas, 24)
}
