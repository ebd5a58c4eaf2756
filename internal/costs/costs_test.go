package costs

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// use is a traffic in which every use is another number.
var use = Traffic{Requests: 2, VisitorGB: 3, CapacityUnits: 4, NatGB: 5, Messages: 6, DocumentGB: 7, LogGB: 8, Releases: 9, Updates: 11}

// made is a resource with the name of its type, such as Queue. What its inputs come from are names of other resources.
func made(token string, inputs model.Values, from ...string) *model.Resource {
	name := token[strings.LastIndex(token, ":")+1:]
	r := &model.Resource{URN: urnOf(name), Type: token, Custom: true, Inputs: inputs, PropertyDependencies: map[string][]resource.URN{}}
	for _, f := range from {
		input, source, _ := strings.Cut(f, " ")
		r.PropertyDependencies[input] = append(r.PropertyDependencies[input], urnOf(source))
	}
	return r
}

// called gives a resource another name.
func called(name string, r *model.Resource) *model.Resource {
	r.URN = urnOf(name)
	return r
}

func urnOf(name string) resource.URN {
	return resource.NewURN("dev", "legops", "", "legops:test:Any", name)
}

// zone is a subnet and what says that it has its routes.
func zone(name string) []*model.Resource {
	return []*model.Resource{
		called("subnet-"+name, made(catalogue.Subnet, model.Values{"availabilityZoneId": name})),
		called("routes-"+name, made(catalogue.RouteTableAssociation, nil, "subnetId subnet-"+name)),
	}
}

// template has a disk of 20 GiB and a public address.
var template = made(catalogue.LaunchTemplate, model.Values{
	"instanceType": "t4g.nano", "blockDeviceMappings": []any{map[string]any{"ebs": map[string]any{"volumeSize": 20.0, "volumeType": "gp3"}}},
	"networkInterfaces": []any{map[string]any{"associatePublicIpAddress": "true"}},
})

// group are nodes of two CPUs on demand.
func group(least, most float64) *model.Resource {
	return made(catalogue.NodeGroup, model.Values{
		"instanceTypes": []any{"m7g.large"}, "capacityType": "ON_DEMAND",
		"scalingConfig": map[string]any{"minSize": least, "maxSize": most},
	}, "launchTemplate LaunchTemplate")
}

// pods are of a Deployment, two without an autoscaler, each of which fills more than half of a node.
func pods(autoscaled float64) []*model.Resource {
	all := []*model.Resource{
		made(catalogue.Deployment, model.Values{"metadata": map[string]any{"name": "app"}, "spec": map[string]any{"replicas": 2.0}}),
		made(catalogue.DeploymentPatch, model.Values{"metadata": map[string]any{"name": "app"}, "spec": map[string]any{"template": map[string]any{"spec": map[string]any{
			"containers": []any{map[string]any{"resources": map[string]any{"requests": map[string]any{"cpu": "1000m", "memory": "1Gi"}}}},
		}}}}),
	}
	if autoscaled > 0 {
		all = append(all, made(catalogue.HorizontalPodAutoscaler, model.Values{"spec": map[string]any{"minReplicas": autoscaled, "scaleTargetRef": map[string]any{"name": "app"}}}))
	}
	return all
}

func join(lists ...any) *model.Graph {
	var all []*model.Resource
	for _, l := range lists {
		switch l := l.(type) {
		case *model.Resource:
			all = append(all, l)
		case []*model.Resource:
			all = append(all, l...)
		}
	}
	return model.NewGraph(all)
}

// What each type costs by: what the graph is without the resources is free.
func TestRows(t *testing.T) {
	const month = 730
	alarm := func(inputs model.Values) *model.Resource {
		return made(catalogue.MetricAlarm, inputs)
	}
	instance := model.Values{
		"instanceClass": "db.r7g.large", "storageType": "gp3", "allocatedStorage": 100.0, "multiAz": true,
		"performanceInsightsRetentionPeriod": 731.0, "manageMasterUserPassword": true,
	}
	domain := func(masters bool) *model.Resource {
		return made(catalogue.SearchDomain, model.Values{
			"clusterConfig": map[string]any{
				"instanceType": "r6g.large.search", "instanceCount": 2.0,
				"dedicatedMasterEnabled": masters, "dedicatedMasterType": "m6g.large.search", "dedicatedMasterCount": 3.0,
			},
			"ebsOptions": map[string]any{"volumeType": "gp3", "volumeSize": 10.0},
		})
	}
	project := func(artifacts string) *model.Resource {
		return made(catalogue.BuildProject, model.Values{
			"environment": map[string]any{"computeType": "BUILD_GENERAL1_LARGE"}, "artifacts": map[string]any{"type": artifacts},
		})
	}
	copies := map[string]any{"lifecycle": map[string]any{"deleteAfter": 50.0}}
	plan := func(copies ...any) *model.Resource {
		return made(catalogue.BackupPlan, model.Values{"rules": []any{map[string]any{"lifecycle": map[string]any{"deleteAfter": 20.0}, "copyActions": copies}}})
	}
	selection := made(catalogue.BackupSelection, model.Values{
		"resources": []any{"arn:aws:s3:::a", model.Unknown, "arn:aws:s3:::b"},
	}, "planId Plan", "resources Instance")
	with := func(inputs model.Values, key string, value any) model.Values {
		changed := model.Values{key: value}
		for k, v := range inputs {
			if k != key {
				changed[k] = v
			}
		}
		return changed
	}
	const standby, vCPU = month*0.239 + 100*0.115, 2 * 3.815
	for _, c := range []struct {
		what string
		of   *model.Graph
		usd  float64
	}{
		{"a key", join(made(catalogue.Key, nil)), 1},
		{"an alias of a key", join(made(catalogue.KeyAlias, nil)), 0},
		{"an alarm of one metric", join(alarm(model.Values{"metricName": "a", "period": 60.0})), 0.10},
		{"an alarm of three metrics", join(alarm(model.Values{"metricQueries": []any{
			map[string]any{"expression": "a+b"}, map[string]any{"metric": map[string]any{"metricName": "a", "period": 60.0}},
			map[string]any{"metric": map[string]any{"metricName": "b", "period": 60.0}}, map[string]any{"metric": map[string]any{"metricName": "c", "period": 300.0}},
		}})), 0.30},
		{"an alarm within seconds", join(alarm(model.Values{"metricName": "a", "period": 10.0})), 0.30},
		{"a composite alarm", join(made(catalogue.CompositeAlarm, nil)), 0.50},
		{"a dashboard", join(made(catalogue.Dashboard, nil)), 3},
		{"a metric of a log", join(made(catalogue.LogMetricFilter, nil)), 0.30},
		{"a log group", join(made(catalogue.LogGroup, model.Values{"name": "/app", "retentionInDays": 730.0})), 8*0.50 + 8*24*0.03},
		{"the log group of a build", join(made(catalogue.LogGroup, model.Values{"name": "/aws/codebuild/a", "retentionInDays": 730.0})), 0},
		{"a secret", join(made(catalogue.Secret, nil)), 0.40},

		{"a NAT gateway", join(made(catalogue.NatGateway, nil)), month*0.045 + 5*0.045},
		{"an address", join(made(catalogue.Eip, nil)), month * 0.005},
		{"a gateway endpoint", join(made(catalogue.VpcEndpoint, model.Values{"vpcEndpointType": "Gateway"})), 0},
		{
			"an interface endpoint in two zones, its subnets not known", join(zone("z1"), zone("z2"), zone("z3"),
				made(catalogue.VpcEndpoint, model.Values{"vpcEndpointType": "Interface"}, "subnetIds routes-z1", "subnetIds routes-z2")), 2 * month * 0.01,
		},
		{
			"an interface endpoint in one zone", join(zone("z1"),
				made(catalogue.VpcEndpoint, model.Values{"vpcEndpointType": "Interface"}, "subnetIds subnet-z1")), month * 0.01,
		},
		{
			"a load balancer with two addresses", join(zone("z1"), zone("z2"),
				made(catalogue.LoadBalancer, model.Values{"loadBalancerType": "application"}, "subnets routes-z1", "subnets routes-z2")),
			month * (0.0225 + 4*0.008 + 2*0.005),
		},
		{
			"one without", join(made(catalogue.LoadBalancer, model.Values{"loadBalancerType": "application", "internal": true})),
			month * (0.0225 + 4*0.008),
		},
		{"three instances", join(template, made(catalogue.AutoScalingGroup, model.Values{"minSize": 3.0}, "launchTemplate LaunchTemplate")), 3 * (month*(0.0042+0.005) + 20*0.08)},

		{"a cluster", join(made(catalogue.Cluster, nil)), month * 0.10},
		{"nodes, the least", join(template, group(3, 9)), 3 * (month*0.0816 + 20*0.08)},
		{"nodes for two pods in two zones", join(template, group(1, 9), called("other", group(1, 9)), pods(0)), 2 * (month*0.0816 + 20*0.08)},
		{"nodes for eight pods", join(template, group(1, 9), called("other", group(1, 9)), pods(8)), 8 * (month*0.0816 + 20*0.08)},
		{"nodes, the most", join(template, group(1, 3), called("other", group(1, 3)), pods(8)), 6 * (month*0.0816 + 20*0.08)},
		{
			"nodes for an add-on", join(template, group(1, 9), called("other", group(1, 9)), pods(2),
				made(catalogue.Addon, model.Values{"addonName": "coredns"})), 2 * (month*0.0816 + 20*0.08),
		},

		{"a database", join(made(catalogue.Database, instance)), 2*(standby+vCPU) + 0.40},
		{"one without a standby", join(made(catalogue.Database, with(instance, "multiAz", false))), standby + vCPU + 0.40},
		{"one with insights for a week", join(made(catalogue.Database, with(instance, "performanceInsightsRetentionPeriod", 7.0))), 2*standby + 0.40},
		{"one that has no secret", join(made(catalogue.Database, with(instance, "manageMasterUserPassword", false))), 2 * (standby + vCPU)},
		{"a larger one", join(made(catalogue.Database, with(instance, "instanceClass", "db.r7g.2xlarge"))), 2*(4*month*0.239+100*0.115+4*vCPU) + 0.40},
		{"a search domain", join(domain(false)), 2 * (month*0.167 + 10*0.122)},
		{"one with dedicated masters", join(domain(true)), 2*(month*0.167+10*0.122) + 3*month*0.128},
		{"two queues", join(made(catalogue.Queue, model.Values{"fifoQueue": true}), called("other", made(catalogue.Queue, model.Values{"fifoQueue": true}))), 6 * 0.50},
		{"a bucket", join(made(catalogue.Bucket, nil)), 7 * 0.023},
		{"a bucket of the platform", join(called("storage-logs", made(catalogue.Bucket, nil))), 0},
		{"request metrics", join(made(catalogue.BucketMetric, nil)), 16 * 0.30},
		{"replication of one rule with metrics", join(made(catalogue.BucketReplication, model.Values{"rules": []any{
			map[string]any{"destination": map[string]any{"metrics": map[string]any{"status": "Enabled"}}}, map[string]any{"destination": map[string]any{}},
		}})), 4 * 0.30},
		{"backups", join(plan(), selection, made(catalogue.Database, with(instance, "storageType", "gp3"))), 2*(standby+vCPU) + 0.40 + 1.2*(14*0.05+100*0.095)},
		{
			"backups and their copies", join(plan(copies), selection, made(catalogue.Database, instance)),
			2*(standby+vCPU) + 0.40 + (1.2+1.5)*(14*0.05+100*0.095) + 114*0.01*month/24*0.02,
		},

		{"a distribution", join(made(catalogue.Distribution, nil)), 3*0.085 + 2*1.00},
		{"a firewall of two rules", join(made(catalogue.WebACL, model.Values{"rules": []any{map[string]any{}, map[string]any{}}})), 5 + 2 + 2*0.60},
		{"images", join(made(catalogue.ImageLifecyclePolicy, model.Values{
			"policy": `{"rules":[{"selection":{"countType":"imageCountMoreThan","countNumber":40}},{"selection":{"countType":"sinceImagePushed","countNumber":90}}]}`,
		})), 40 * 0.05 * 0.10},
		{"builds of releases", join(project("CODEPIPELINE")), 9 * 10 * 0.02},
		{"a build that a person starts", join(project("NO_ARTIFACTS")), 0},
		{
			"jobs of GitHub Actions", join(project("NO_ARTIFACTS"), made(catalogue.BuildWebhook, model.Values{
				"filterGroups": []any{map[string]any{"filters": []any{map[string]any{"type": "EVENT", "pattern": "WORKFLOW_JOB_QUEUED"}}}},
			}, "projectName Project")), 11 * 10 * 0.02,
		},
		{"a build after each push", join(project("NO_ARTIFACTS"), made(catalogue.BuildWebhook, nil, "projectName Project")), 0},
		{
			"a build by the clock", join(project("NO_ARTIFACTS"), made(catalogue.EventRule, model.Values{"scheduleExpression": "rate(30 minutes)"}),
				made(catalogue.EventTarget, nil, "arn Project", "rule EventRule")), 2 * month * 0.02,
		},
		{
			"a restore drill, which has a second database", join(made(catalogue.BuildProject, model.Values{
				"artifacts": map[string]any{"type": "NO_ARTIFACTS"}, "environment": map[string]any{
					"computeType":          "BUILD_GENERAL1_LARGE",
					"environmentVariables": []any{map[string]any{"name": "NAME", "value": "x"}, map[string]any{"name": "MINUTES", "value": "240"}},
				},
			}), made(catalogue.EventRule, model.Values{"scheduleExpression": "cron(23 13 2 * ? *)"}),
				made(catalogue.EventTarget, nil, "arn Project", "rule EventRule"), made(catalogue.Database, instance)),
			2*(standby+vCPU) + 0.40 + 240*0.02 + 4*0.239,
		},
		{"a pipeline", join(made(catalogue.Pipeline, model.Values{"pipelineType": "V2"})), 9 * 30 * 0.002},

		{"a component", join(&model.Resource{URN: urnOf("any"), Type: "legops:components:Any"}), 0},
		{"a service in the cluster", join(made(catalogue.Service, model.Values{"spec": map[string]any{"type": "NodePort"}})), 0},
	} {
		estimate, err := Of(c.of, use)
		require.NoError(t, err, c.what)
		assert.InDelta(t, c.usd, estimate.USD(), 0.0001, c.what)
	}
}

// Lines are of the component above the resource.
func TestLinesNameTheirComponent(t *testing.T) {
	component := &model.Resource{URN: urnOf("encryption"), Type: "legops:components:Encryption"}
	key := made(catalogue.Key, nil)
	key.Parent = component.URN
	estimate, err := Of(join(component, key), use)
	require.NoError(t, err)
	assert.Equal(t, Estimate{{"Encryption", "keys", "Key", "KMS key", 1, prices["KMS key"]}}, estimate)
}

// Spot is estimated at a part of the price.
func TestSpot(t *testing.T) {
	spot := group(2, 2)
	spot.Inputs["capacityType"] = "SPOT"
	estimate, err := Of(join(template, spot), use)
	require.NoError(t, err)
	assert.Equal(t, "m7g.large, Spot", estimate[0].Item)
	assert.InDelta(t, 2*730*0.0816*spotShare, estimate[0].USD(), 0.0001)
}

// Whatever has no price is an error that names the resource: an estimate without it would be wrong in silence.
func TestWhatHasNoPriceIsNamed(t *testing.T) {
	of := func(instanceTypes ...any) *model.Resource {
		g := group(1, 2)
		g.Inputs["instanceTypes"] = instanceTypes
		return g
	}
	for _, c := range []struct {
		of   *model.Graph
		want string
	}{
		{join(made("aws:dynamodb/table:Table", nil)), "Table: aws:dynamodb/table:Table has no row in internal/costs/rows.go: say there what it costs by, or in the catalogue that it is free"},
		{join(made(catalogue.Database, model.Values{"instanceClass": "db.x2g.large", "storageType": "gp3", "allocatedStorage": 1.0})), "Instance: db.x2g.large has no price: add it to internal/costs/prices.go"},
		{join(made(catalogue.Database, model.Values{"instanceClass": "db.m7g.large", "storageType": "gp3", "allocatedStorage": model.Unknown})), "Instance: allocatedStorage is " + model.Unknown + ": has to be a known number, or there is no price"},
		{join(template, of("m7g.large", "x2g.large")), "NodeGroup: x2g.large has no price: add it to internal/costs/prices.go"},
		{join(template, of("db.m7g.large")), "NodeGroup: instanceTypes: [db.m7g.large]: one has no size: add its family to internal/instances"},
		{join(group(1, 2)), "NodeGroup: launchTemplate: says nothing of a disk, so its size is not known"},
		{join(made(catalogue.VpcEndpoint, model.Values{"vpcEndpointType": "Interface"})), "VpcEndpoint: subnetIds: comes from no subnet of the stack, so in how many zones it is paid for is not known"},
		{join(made(catalogue.LoadBalancer, model.Values{"loadBalancerType": "network", "internal": true})), "LoadBalancer: network load balancer has no price: add it to internal/costs/prices.go"},
		{join(made(catalogue.Queue, nil)), "Queue: requests to a standard queue has no price: add it to internal/costs/prices.go"},
		{join(made(catalogue.Pipeline, model.Values{"pipelineType": "V1"})), "Pipeline: pipeline actions, V1 has no price: add it to internal/costs/prices.go"},
		{join(made(catalogue.LogGroup, nil)), "LogGroup: retentionInDays is <nil>: has to be a known number, or there is no price"},
		{join(made(catalogue.MetricAlarm, nil)), "MetricAlarm: watches no metric, so its price is not known"},
		{join(made(catalogue.ImageLifecyclePolicy, nil)), "LifecyclePolicy: policy: unexpected end of JSON input"},
		{join(made(catalogue.Service, model.Values{"spec": map[string]any{"type": "LoadBalancer"}})), "Service: spec.type is LoadBalancer: a load balancer that Kubernetes creates has no price"},
		{
			join(made(catalogue.BuildProject, nil), made(catalogue.EventRule, model.Values{"scheduleExpression": "rate(1 hour)"}), made(catalogue.EventTarget, nil, "arn Project", "rule EventRule")),
			"Project: scheduleExpression of EventRule: rate(1 hour) is no number of minutes, so how often it runs is not known",
		},
		{join(called("aws", made("pulumi:providers:aws", model.Values{"region": "eu-west-1"}))), "legops:region: eu-west-1: has no prices in internal/costs, only us-east-1 has"},
	} {
		_, err := Of(c.of, use)
		assert.EqualError(t, err, c.want)
	}
	_, err := Of(join(called("aws-replica", made("pulumi:providers:aws", model.Values{"region": "eu-west-1"}))), use)
	assert.NoError(t, err, "copies are estimated at the prices that there are")
}

// What has a price is complete: a unit, a source and a date, and what else is counted of it.
func TestPricesAreComplete(t *testing.T) {
	for item, price := range prices {
		assert.Positive(t, price.USD, item)
		for _, text := range []string{price.Unit, price.Source, price.Date} {
			assert.NotEmpty(t, text, item)
		}
		if strings.HasPrefix(item, "db.") {
			assert.Positive(t, databaseCPUs[item], item)
		}
	}
	for i := range catalogue.Types {
		known := &catalogue.Types[i]
		assert.Equal(t, known.IsFree(), rows[known.Token] == nil, "%s costs by %q: it has a row, or is free", known.Token, known.Costs)
	}
}

// A larger one of a family is told by one that has a price; what is below large, or of no family that has one, is not.
func TestPricesFollowTheSize(t *testing.T) {
	for _, c := range []struct {
		item string
		want float64
	}{
		{"m7g.large", 0.0816}, {"m7g.2xlarge", 4 * 0.0816}, {"m7g.16xlarge", 32 * 0.0816},
		{"db.r7g.xlarge", 2 * 0.239}, {"r6g.2xlarge.search", 4 * 0.167},
		{"m7g.medium", 0}, {"x2g.large", 0}, {"m7g.metal", 0}, {"m7g.-2xlarge", 0}, {"NAT gateway", 0.045}, {"", 0},
	} {
		price, known := priceOf(c.item)
		assert.Equal(t, c.want != 0, known, c.item)
		assert.InDelta(t, c.want, price.USD, 1e-9, c.item)
	}
}
