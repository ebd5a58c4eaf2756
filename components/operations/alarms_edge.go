package operations

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/internal/kit"
	"legops/internal/settings"
)

// EdgeAlarmArgs are what EdgeAlarms watch, and from where on.
type EdgeAlarmArgs struct {
	settings.Thresholds

	// DistributionID is the CloudFront distribution, WebACL the metric name of its firewall, CertificateArn its certificate.
	DistributionID, WebACL, CertificateArn pulumi.StringInput
}

// EdgeAlarms watch CloudFront and its firewall, in us-east-1, where their metrics are.
func EdgeAlarms(a EdgeAlarmArgs) []Alarm {
	return []Alarm{{
		Name: "errors", Severity: Critical, Meaning: "CloudFront answers visitors with server errors",
		Metrics: []Metric{{
			Namespace: "AWS/CloudFront", Name: "5xxErrorRate", Statistic: "Average",
			Dimensions: pulumi.StringMap{"DistributionId": a.DistributionID, "Region": pulumi.String("Global")},
		}},
		Period: 60, Periods: 5, Bad: 3, Comparison: Above, Threshold: float64(a.CdnErrorPercent),
		Missing: MissingIsGood, // without a request there is no rate
	}, {
		Name: "blocked", Severity: Warning, Meaning: "The firewall blocks many more requests than usual: an attack, or a rule that hits visitors",
		Metrics: []Metric{{
			// The metrics of a firewall of CloudFront have no dimension Region.
			Namespace: "AWS/WAFV2", Name: "BlockedRequests", Statistic: "Sum",
			Dimensions: pulumi.StringMap{"WebACL": a.WebACL, "Rule": pulumi.String("ALL")},
		}},
		Period: 300, Periods: 1, Comparison: Above, Threshold: float64(a.BlockedRequests),
		Missing: MissingIsGood, // none is blocked, none is counted
	}, certificateAlarm(a.CertificateArn, a.CertificateDays)}
}

// certificateAlarm tells of a certificate that AWS should have renewed. ACM counts the days twice a day.
func certificateAlarm(arn pulumi.StringInput, days int) Alarm {
	return Alarm{
		Name: "certificate", Severity: Warning, Meaning: "The certificate was not renewed and expires soon: look at the validation records in the zone",
		Metrics: []Metric{{
			Namespace: "AWS/CertificateManager", Name: "DaysToExpiry", Statistic: "Minimum",
			Dimensions: pulumi.StringMap{"CertificateArn": arn},
		}},
		Period: 24 * 3600, Periods: 1, Comparison: Below, Threshold: float64(days),
		Missing: MissingIsUnknown,
	}
}

// leastBalancerRequests is how many requests a minute make a share of errors mean something.
const leastBalancerRequests = 20

// BalancerAlarmArgs are what BalancerAlarms watch, and from where on.
type BalancerAlarmArgs struct {
	settings.Thresholds

	// LoadBalancer and TargetGroup are the suffixes of the ARNs, CertificateArn is the certificate.
	LoadBalancer, TargetGroup, CertificateArn pulumi.StringInput
}

// BalancerAlarms watch the load balancer: what visitors feel of everything behind it.
func BalancerAlarms(a BalancerAlarmArgs) []Alarm {
	of := func(id, name, statistic string, dimensions pulumi.StringMap) Metric {
		return Metric{ID: id, Namespace: "AWS/ApplicationELB", Name: name, Statistic: statistic, Dimensions: dimensions}
	}
	all := pulumi.StringMap{"LoadBalancer": a.LoadBalancer}
	targets := pulumi.StringMap{"LoadBalancer": a.LoadBalancer, "TargetGroup": a.TargetGroup}
	return []Alarm{{
		Name: "errors", Severity: Critical, Meaning: "Requests end in server errors",
		Metrics: []Metric{
			of("requests", "RequestCount", "Sum", all),
			of("target", "HTTPCode_Target_5XX_Count", "Sum", all),
			of("balancer", "HTTPCode_ELB_5XX_Count", "Sum", all),
		},
		Expression: kit.ErrorShare(leastBalancerRequests),
		Period:     60, Periods: 5, Bad: 3, Comparison: Above, Threshold: float64(a.BalancerErrorPercent),
		Missing: MissingIsGood, // no requests, no errors
	}, {
		Name: "no-targets", Severity: Critical, Meaning: "No node answers the load balancer's health check: nothing is served",
		Metrics: []Metric{of("", "HealthyHostCount", "Maximum", targets)},
		Period:  60, Periods: 3, Comparison: Below, Threshold: 1,
		Missing: MissingIsBad, // it is published as long as there are targets
	}, {
		Name: "unhealthy", Severity: Warning, Meaning: "A node does not answer the load balancer's health check",
		Metrics: []Metric{of("", "UnHealthyHostCount", "Maximum", targets)},
		// A node that comes or goes is unhealthy for a few minutes.
		Period: 60, Periods: 10, Comparison: AtLeast, Threshold: 1,
		Missing: MissingIsGood,
	}, {
		Name: "latency", Severity: Warning, Meaning: "One request in twenty takes too long",
		Metrics: []Metric{of("", "TargetResponseTime", "p95", all)},
		Period:  60, Periods: 10, Bad: 8, Comparison: Above, Threshold: float64(a.LatencyMilliseconds) / 1000,
		Missing: MissingIsGood, // no request, nothing to wait for
	}, certificateAlarm(a.CertificateArn, a.CertificateDays)}
}
