package cloud

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
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
	return &Provider{record: emptyRecord(t)}
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

// wholes are what has parts, by type.
var wholes = map[string]Entry{
	catalogue.SecurityGroup:     {ID: "sg" + seventeen},
	catalogue.RouteTable:        {ID: "rtb" + seventeen},
	catalogue.LoadBalancer:      {ID: someLB},
	catalogue.Listener:          {ID: someHandler},
	catalogue.WebACL:            {ID: "1", Outputs: values{"arn": someACL}},
	catalogue.SearchDomain:      {ID: "arn:aws:es:us-east-1:111111111111:domain/a", Inputs: values{"domainName": "a"}},
	catalogue.Queue:             {ID: someQueue},
	catalogue.ImageRepository:   {ID: "a", Inputs: values{"name": "a"}},
	catalogue.Bucket:            {ID: "a", Inputs: values{"bucket": "a"}},
	catalogue.Certificate:       {ID: someARN},
	catalogue.BuildProject:      {ID: someProject, Inputs: values{"name": "a"}},
	catalogue.DeployApplication: {ID: "1:a", Inputs: values{"name": "a"}},
	catalogue.Topic:             {ID: someTopic},
	catalogue.BackupVault:       {ID: "a", Inputs: values{"name": "a"}},
	catalogue.AutoScalingGroup:  {ID: "a", Inputs: values{"name": "a"}},
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
	for _, known := range catalogue.Types {
		path, typ := known.PartOf.Input, known.Token
		if path == "" {
			continue
		}
		require.Contains(t, wholes, known.PartOf.To)
		p := recordOnly(t)
		whole := wholes[known.PartOf.To]
		whole.Type = known.PartOf.To
		part := &Entry{Type: typ, ID: "part", Inputs: values{path: nameIn(&whole)}}
		hold(t, p.record, &whole, part)
		assert.Contains(t, p.users(&whole), part, typ)
		if typ != catalogue.BucketObject {
			require.NoError(t, p.refuseDelete(&whole), typ)
		}
		require.NoError(t, p.discard(&whole))
		assert.Empty(t, p.record.entries, typ)
		assert.Empty(t, p.record.index, typ)
	}
	for part, whole := range map[string]string{
		catalogue.QueuePolicy: catalogue.Queue, catalogue.BuildWebhook: catalogue.BuildProject,
		catalogue.TopicPolicy: catalogue.Topic, catalogue.TopicSubscription: catalogue.Topic,
	} {
		assert.Equal(t, whole, catalogue.Of(part).PartOf.To, part)
	}
}

// Two settings of a queue have the queue's address as their id. They go each by itself, and both with the queue.
func TestPartsOfOneThingAreNoPartsOfEachOther(t *testing.T) {
	const url = "https://sqs.eu-west-1.amazonaws.com/111111111111/a"
	settings := func() (policy, redrive *Entry) {
		return &Entry{Type: catalogue.QueuePolicy, ID: url, Inputs: values{"queueUrl": url}},
			&Entry{Type: catalogue.RedrivePolicy, ID: url, Inputs: values{"queueUrl": url}}
	}
	p := recordOnly(t)
	policy, redrive := settings()
	hold(t, p.record, policy, redrive)
	require.NoError(t, p.discard(policy))
	assert.Len(t, p.record.entries, 1)

	p = recordOnly(t)
	policy, redrive = settings()
	queue := &Entry{Type: catalogue.Queue, ID: url, Inputs: values{"name": "a"}}
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
		catalogue.Vpc:                    {&Entry{ID: "vpc" + seventeen}, values{"vpcId": "vpc" + seventeen}},
		catalogue.Subnet:                 {&Entry{ID: "subnet" + seventeen}, values{"subnetIds": []any{"subnet" + seventeen}}},
		catalogue.SecurityGroup:          {&Entry{ID: "sg" + seventeen}, values{"groups": []any{"sg" + seventeen}}},
		catalogue.Eip:                    {&Entry{ID: "eipalloc" + seventeen}, values{"allocationId": "eipalloc" + seventeen}},
		catalogue.Cluster:                {&Entry{ID: "a", Inputs: values{"name": "a"}}, values{"clusterName": "a"}},
		catalogue.InternetGateway:        {&Entry{ID: "igw" + seventeen}, values{"gatewayId": "igw" + seventeen}},
		catalogue.RouteTable:             {&Entry{ID: "rtb" + seventeen}, values{"associated": "rtb" + seventeen}},
		catalogue.Role:                   {&Entry{ID: "a", Inputs: values{"name": "a"}, Outputs: values{"arn": role}}, values{"role": "a", "roleArn": role}},
		catalogue.IamPolicy:              {&Entry{ID: somePolicy}, values{"policyArn": somePolicy}},
		catalogue.TargetGroup:            {&Entry{ID: someGroup}, values{"actions": []any{values{"targetGroupArn": someGroup}}}},
		catalogue.Certificate:            {&Entry{ID: someARN}, values{"certificateArn": someARN}},
		catalogue.DatabaseSubnetGroup:    {&Entry{ID: "a", Inputs: values{"name": "a"}}, values{"dbSubnetGroupName": "a"}},
		catalogue.DatabaseParameterGroup: {&Entry{ID: "a", Inputs: values{"name": "a"}}, values{"parameterGroupName": "a"}},
		catalogue.CachePolicy:            {&Entry{ID: "1"}, values{"orderedCacheBehaviors": []any{values{"cachePolicyId": "1"}}}},
		catalogue.OriginRequestPolicy:    {&Entry{ID: "1"}, values{"defaultCacheBehavior": values{"originRequestPolicyId": "1"}}},
		catalogue.ResponseHeadersPolicy:  {&Entry{ID: "1"}, values{"defaultCacheBehavior": values{"responseHeadersPolicyId": "1"}}},
		catalogue.OriginAccessControl:    {&Entry{ID: "E1"}, values{"origins": []any{values{"originAccessControlId": "E1"}}}},
		catalogue.WebACL:                 {&Entry{ID: "1", Outputs: values{"arn": someACL}}, values{"webAclId": someACL}},
		catalogue.IPSet: {&Entry{ID: "1", Outputs: values{"arn": someSet}}, values{"rules": []any{values{
			"statement": values{"ipSetReferenceStatement": values{"arn": someSet}},
		}}}},
		catalogue.BackupPlan:             {&Entry{ID: "1"}, values{"planId": "1"}},
		catalogue.LogDeliverySource:      {&Entry{ID: "a", Inputs: values{"name": "a"}}, values{"deliverySourceName": "a"}},
		catalogue.EventRule:              {&Entry{ID: "a", Inputs: values{"name": "a"}}, values{"rule": "a"}},
		catalogue.LogDeliveryDestination: {&Entry{ID: "a", Outputs: values{"arn": someTarget}}, values{"deliveryDestinationArn": someTarget}},
	}
	for typ, test := range used {
		counting := catalogue.Of(typ).InUseBy
		if slices.Contains(counting, catalogue.Anything) {
			counting = []string{catalogue.NodeGroup}
		}
		for _, userType := range append([]string{catalogue.SearchDomain}, counting...) {
			p := recordOnly(t)
			thing := *test.thing
			thing.Type = typ
			hold(t, p.record, &thing, &Entry{URN: urnOf(userType, "user"), Type: userType, ID: "user", Inputs: test.input})
			err := p.refuseDelete(&thing)
			if slices.Contains(counting, userType) || slices.Contains(catalogue.Of(typ).InUseBy, catalogue.Anything) && typ != catalogue.Cluster {
				assert.ErrorContains(t, err, "DependencyViolation: "+thing.ID+" is in use by user", typ)
			} else {
				assert.NoError(t, err, typ)
			}
		}
	}
	for _, known := range catalogue.Types {
		assert.Equal(t, len(known.InUseBy) > 0, used[known.Token].thing != nil, known.Token)
	}
}

func TestQuotas(t *testing.T) {
	counted := 0
	for _, known := range catalogue.Types {
		quota, typ := known.Quota, known.Token
		if quota.Limit == 0 {
			continue
		}
		counted++
		p := recordOnly(t)
		input := func() values {
			if quota.Per == "" {
				return values{}
			}
			return values{quota.Per: "one"}
		}
		one := &Entry{Type: typ, Account: account, Region: region, URN: urnOf(typ, "one"), ID: "one", Inputs: input()}
		for i := range quota.Limit {
			require.NoError(t, p.refuseQuota(one), typ)
			hold(t, p.record, &Entry{Type: typ, ID: string(rune(i)) + "-", Inputs: input()})
		}
		require.ErrorContains(t, p.refuseQuota(one), "LimitExceeded", typ)
		if quota.Per != "" {
			one.Inputs[quota.Per] = "another"
			require.NoError(t, p.refuseQuota(one), typ)
		}
	}
	assert.GreaterOrEqual(t, counted, 24)
}
