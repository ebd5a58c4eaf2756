package costs

import (
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"legops/internal/catalogue"
)

// rows say what a type costs by, from the inputs of a resource and what it comes from.
var rows = map[string]func(e *estimator){
	"pulumi:providers:aws": (*estimator).region,

	catalogue.NatGateway: func(e *estimator) {
		e.add("NAT gateways", "NAT gateway", hours)
		e.add("data through NAT", "NAT gateway, data", e.share(e.traffic.NatGB))
	},
	catalogue.Eip: func(e *estimator) { e.add("addresses", "public IPv4 address", hours) },
	catalogue.VpcEndpoint: func(e *estimator) {
		if kind := e.Text("vpcEndpointType"); kind != "Gateway" { // those are free
			e.add("interface endpoints", strings.ToLower(kind)+" endpoint in a zone", e.zones("subnetIds")*hours)
		}
	},
	catalogue.LoadBalancer: func(e *estimator) {
		e.add("load balancer", e.Text("loadBalancerType")+" load balancer", hours)
		e.add("its capacity", "load balancer capacity unit", e.share(e.traffic.CapacityUnits)*hours)
		if !e.Flag("internal") {
			e.add("addresses", "public IPv4 address", e.zones("subnets")*hours)
		}
	},
	catalogue.AutoScalingGroup: (*estimator).instances,

	catalogue.Cluster:   func(e *estimator) { e.add("control plane", "EKS control plane", hours) },
	catalogue.NodeGroup: (*estimator).nodes,

	catalogue.Database:     (*estimator).database,
	catalogue.SearchDomain: (*estimator).search,
	catalogue.Queue: func(e *estimator) {
		item := "requests to a standard queue"
		if e.Flag("fifoQueue") {
			item = "requests to a FIFO queue"
		}
		e.add("requests", item, e.share(e.traffic.Messages))
	},
	catalogue.Bucket: func(e *estimator) {
		if !ownBuckets[e.Name()] {
			e.add("documents", "S3 Standard", e.traffic.DocumentGB)
		}
	},
	catalogue.BucketMetric: func(e *estimator) { e.add("request metrics", "CloudWatch metric", requestMetrics) },
	catalogue.BucketReplication: func(e *estimator) {
		for _, rule := range e.Objects("rules") {
			if rule.Text("destination.metrics.status") == "Enabled" {
				e.add("replication metrics", "CloudWatch metric", replicationMetrics)
			}
		}
	},
	catalogue.BackupSelection: (*estimator).backup,

	catalogue.Distribution: func(e *estimator) {
		e.add("data to visitors", "CloudFront, data to visitors", e.share(e.traffic.VisitorGB))
		e.add("requests", "CloudFront, HTTPS requests", e.share(e.traffic.Requests))
	},
	catalogue.WebACL: func(e *estimator) {
		e.add("web ACL", "firewall, web ACL", 1)
		e.add("its rules", "firewall, rule", float64(len(e.List("rules"))))
		e.add("its requests", "firewall, requests", e.share(e.traffic.Requests))
	},

	catalogue.ImageLifecyclePolicy: (*estimator).images,
	catalogue.BuildProject:         (*estimator).builds,
	catalogue.Pipeline: func(e *estimator) {
		e.add("pipelines", "pipeline actions, "+e.Text("pipelineType"), e.traffic.Releases*(buildMinutes+releaseMinutes))
	},

	catalogue.Key:    func(e *estimator) { e.add("keys", "KMS key", 1) },
	catalogue.Secret: func(e *estimator) { e.add("secrets", "secret", 1) },
	catalogue.LogGroup: func(e *estimator) {
		if !strings.HasPrefix(e.Text("name"), buildLogs) {
			e.add("logs written", "logs, ingested", e.traffic.LogGB)
			e.add("logs kept", "logs, kept", e.traffic.LogGB*e.number("retentionInDays")/daysOfMonth)
		}
	},
	catalogue.LogMetricFilter: func(e *estimator) { e.add("metrics of logs", "CloudWatch metric", 1) },
	catalogue.MetricAlarm:     (*estimator).alarm,
	catalogue.CompositeAlarm:  func(e *estimator) { e.add("composite alarms", "composite alarm", 1) },
	catalogue.Service: func(e *estimator) {
		if kind := e.Text("spec.type"); kind == "LoadBalancer" {
			e.fail("spec.type is %s: a load balancer that Kubernetes creates has no price", kind)
		}
	},
	catalogue.Dashboard: func(e *estimator) { e.add("dashboards", "dashboard", 1) },
}

func (e *estimator) database() {
	instances := 1.0
	if e.Flag("multiAz") {
		instances = 2
	}
	class := e.Text("instanceClass")
	e.add("instance, and standby", class, instances*hours)
	e.add("storage of both", "RDS "+e.Text("storageType")+" storage", instances*e.number("allocatedStorage"))
	if days := e.Number("performanceInsightsRetentionPeriod", 0); days > 7 { // seven days are free
		known, times, _ := relative(databaseCPUs, class)
		e.add("insights", "Performance Insights, 24 months", instances*times*databaseCPUs[known])
	}
	if e.Flag("manageMasterUserPassword") {
		e.add("secret of the master user", "secret", 1)
	}
}

func (e *estimator) search() {
	cluster := e.Values("clusterConfig")
	nodes := e.number("clusterConfig.instanceCount")
	e.add("data nodes", cluster.Text("instanceType"), nodes*hours)
	if cluster.Flag("dedicatedMasterEnabled") {
		e.add("dedicated masters", cluster.Text("dedicatedMasterType"), e.number("clusterConfig.dedicatedMasterCount")*hours)
	}
	e.add("volumes", "OpenSearch "+e.Text("ebsOptions.volumeType")+" volume", nodes*e.number("ebsOptions.volumeSize"))
}

// backup estimates what a selection of resources takes in the vaults of its plan.
func (e *estimator) backup() {
	databaseGB, bucketGB := 0.0, 0.0
	for _, r := range e.from(e.Resource, "resources", catalogue.Database) {
		databaseGB += e.numberOf(r.Inputs, "allocatedStorage")
	}
	for _, arn := range e.Texts("resources") {
		if strings.HasPrefix(arn, "arn:aws:s3:::") {
			bucketGB += e.traffic.DocumentGB
		}
	}
	keep := func(of string, days float64) {
		held := 1 + dailyChange*days
		e.add(of+" of buckets", "S3 backup", bucketGB*held)
		e.add(of+" of the database", "RDS snapshot", databaseGB*held)
	}
	for _, plan := range e.from(e.Resource, "planId", catalogue.BackupPlan) {
		for _, rule := range plan.Objects("rules") {
			keep("backups", e.numberOf(rule, "lifecycle.deleteAfter"))
			for _, copied := range rule.Objects("copyActions") {
				keep("copies", e.numberOf(copied, "lifecycle.deleteAfter"))
				e.add("copying", "copy of a backup, between regions", (bucketGB+databaseGB)*dailyChange*daysOfMonth)
			}
		}
	}
}

// images estimates those that a repository keeps: the newest builds, while records of releases are few.
func (e *estimator) images() {
	var policy struct {
		Rules []struct {
			Selection struct {
				CountType   string
				CountNumber float64
			}
		}
	}
	if err := json.Unmarshal([]byte(e.Text("policy")), &policy); err != nil {
		e.fail("policy: %w", err)
		return
	}
	most := 0.0
	for _, rule := range policy.Rules {
		if rule.Selection.CountType == "imageCountMoreThan" {
			most = max(most, rule.Selection.CountNumber)
		}
	}
	e.add("images", "container images", most*imageGB)
}

// builds estimates how long a CodeBuild project runs: for every release, for every job of GitHub Actions, or by the clock. What a
// person starts by hand, such as a load test, is not counted.
func (e *estimator) builds() {
	item := e.Text("environment.computeType")
	if e.Text("artifacts.type") == "CODEPIPELINE" {
		e.add("builds", item, e.traffic.Releases*buildMinutes)
	}
	for _, hook := range e.into(catalogue.BuildWebhook, "projectName") {
		if slices.Contains(hook.All("filterGroups[*].filters[*].pattern"), "WORKFLOW_JOB_QUEUED") {
			e.add("jobs of GitHub Actions", item, e.traffic.Updates*updateMinutes)
		}
	}
	for _, target := range e.into(catalogue.EventTarget, "arn") {
		for _, rule := range e.from(target, "rule", catalogue.EventRule) {
			if monthly.MatchString(rule.Text("scheduleExpression")) {
				e.drill(item)
				continue
			}
			text, scheduled := strings.CutPrefix(rule.Text("scheduleExpression"), "rate(")
			if !scheduled {
				continue
			}
			minutes, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSuffix(text, " minute)"), " minutes)"))
			if err != nil {
				e.fail("scheduleExpression of %s: rate(%s is no number of minutes, so how often it runs is not known", rule.Name(), text)
				continue
			}
			e.add("comparisons", item, math.Floor(hours*60/float64(minutes))*mirrorMinutes)
		}
	}
}

// monthly matches the expression of once a month.
var monthly = regexp.MustCompile(`^cron\(\d+ \d+ \d+ \* \? \*\)$`)

// drill estimates the most that the monthly restore drill may take: its time limit, during which there is a second database of the same
// class and size, without a standby.
func (e *estimator) drill(item string) {
	for _, variable := range e.Objects("environment.environmentVariables") {
		if variable.Text("name") != "MINUTES" {
			continue
		}
		minutes, err := strconv.ParseFloat(variable.Text("value"), 64)
		if err != nil {
			e.fail("MINUTES is %q, so how long it may take is not known", variable.Text("value"))
			return
		}
		e.add("restore drill, at most", item, minutes)
		for _, r := range e.OfType(catalogue.Database) {
			e.add("restored database, at most", r.Text("instanceClass"), minutes/60)
		}
	}
}

// alarm estimates an alarm: each metric that it watches is paid for.
func (e *estimator) alarm() {
	item, metrics := "metric of an alarm", 0.0
	for _, of := range []string{"", "metricQueries[*].metric."} {
		for _, name := range e.All(of + "metricName") {
			if name != nil {
				metrics++
			}
		}
		for _, period := range e.All(of + "period") {
			if seconds, is := period.(float64); is && seconds < 60 {
				item = "metric of an alarm, within seconds"
			}
		}
	}
	if metrics == 0 {
		e.fail("watches no metric, so its price is not known")
	}
	e.add("alarms", item, metrics)
}
