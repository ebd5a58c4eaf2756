package operations

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/apps"
	"legops/components/internal/kit"
	"legops/internal/settings"
)

// NetworkAlarms watch the NAT gateways, by their zones.
func NetworkAlarms(natGatewayIDs map[string]pulumi.StringInput) []Alarm {
	var alarms []Alarm
	for _, zone := range kit.SortedKeys(natGatewayIDs) {
		alarms = append(alarms, Alarm{
			Name: "nat-ports-" + zone, Severity: Warning,
			Meaning: "The NAT gateway in " + zone + " has no port left: requests to one address on the internet fail",
			Metrics: []Metric{{
				Namespace: "AWS/NATGateway", Name: "ErrorPortAllocation", Statistic: "Sum",
				Dimensions: pulumi.StringMap{"NatGatewayId": natGatewayIDs[zone]},
			}},
			Period: 60, Periods: 5, Bad: 3, Comparison: Above, Threshold: 0,
			Missing: MissingIsGood, // a gateway that nothing passes through publishes nothing
		})
	}
	return alarms
}

// ClusterAlarmArgs are what ClusterAlarms watch, and from where on.
type ClusterAlarmArgs struct {
	settings.Thresholds

	// ClusterName is the cluster.
	ClusterName pulumi.StringInput
	// Applications are the names of the applications, which are those of their namespaces and Deployments.
	Applications []string
}

// ClusterAlarms watch nodes and pods. Container Insights publishes every metric once a minute, as long as its agent runs.
func ClusterAlarms(a ClusterAlarmArgs) []Alarm {
	of := func(name, statistic string) []Metric {
		return []Metric{{Namespace: insights, Name: name, Statistic: statistic, Dimensions: pulumi.StringMap{"ClusterName": a.ClusterName}}}
	}
	full := func(name, what, metric string, percent int) Alarm {
		return Alarm{
			Name: name, Severity: Warning, Meaning: fmt.Sprintf("The %s of a node is used up to %d %%", what, percent),
			Metrics: of(metric, "Maximum"),
			Period:  300, Periods: 3, Comparison: Above, Threshold: float64(percent),
			Missing: MissingIsUnknown,
		}
	}
	alarms := []Alarm{
		{
			Name: "ingress", Severity: Critical, Meaning: "No pod of the ingress controller is ready: no request reaches an application",
			Metrics: readyPods(a.ClusterName, apps.IngressNamespace, apps.IngressController),
			Period:  60, Periods: 3, Comparison: Below, Threshold: 1,
			Missing: MissingIsUnknown,
		},
		{
			Name: "ingress-reload", Severity: Critical,
			Meaning: "NGINX does not load what the ingress controller writes: it knows of no pod that comes or goes from now on. " +
				"OK again means that nothing was tried for an hour, not that it is mended: see docs/runbooks/alarms.md",
			Metrics: []Metric{{Namespace: apps.IngressMetrics, Name: apps.IngressFailedReload, Statistic: "Sum"}},
			// It is counted when it fails, and it fails again at the next change. So it is on for an hour after the last time. A
			// good reload leaves no line of the controller (internal/nginx/manager.go, Reload: at its level debug alone).
			Period: 300, Periods: 12, Bad: 1, Comparison: AtLeast, Threshold: 1,
			Missing: MissingIsGood,
		},
		{
			Name: "failed-nodes", Severity: Warning, Meaning: "A node has failed; its pods have moved to the others",
			Metrics: of("cluster_failed_node_count", "Maximum"),
			Period:  60, Periods: 5, Comparison: AtLeast, Threshold: 1,
			Missing: MissingIsUnknown,
		},
		{
			Name: "unwatched", Severity: Warning, Meaning: "Container Insights publishes nothing: no alarm of the cluster can fire",
			Metrics: of("cluster_node_count", "Minimum"),
			Period:  300, Periods: 3, Comparison: Below, Threshold: 1,
			Missing: MissingIsBad,
		},
		full("cpu", "processor", "node_cpu_utilization", a.NodeCPUPercent),
		full("memory", "memory", "node_memory_utilization", a.NodeMemoryPercent),
		full("disk", "disk", "node_filesystem_utilization", a.NodeDiskPercent),
		{
			Name: "pending", Severity: Warning,
			Meaning: fmt.Sprintf("Pods have waited for a node for %d minutes: the node groups are at their limits, or nothing fits", a.PendingPodMinutes),
			Metrics: of("pod_status_pending", "Maximum"),
			Period:  60, Periods: a.PendingPodMinutes, Comparison: AtLeast, Threshold: 1,
			Missing: MissingIsUnknown,
		},
		{
			Name: "crash-loop", Severity: Warning, Meaning: "A container starts, ends, and starts again",
			Metrics: of("pod_container_status_waiting_reason_crash_loop_back_off", "Maximum"),
			// The kubelet waits up to five minutes between two attempts.
			Period: 60, Periods: 15, Bad: 10, Comparison: AtLeast, Threshold: 1,
			Missing: MissingIsUnknown,
		},
	}
	for _, application := range a.Applications {
		alarms = append(alarms, Alarm{
			Name: application + "-down", Severity: Critical, Meaning: "No pod of " + application + " is ready: it answers nobody",
			Metrics: readyPods(a.ClusterName, application, application),
			Period:  60, Periods: 3, Comparison: Below, Threshold: 1,
			Missing: MissingIsUnknown,
		})
	}
	return alarms
}

// insights is the namespace of the metrics of Container Insights.
const insights = "ContainerInsights"

// readyPods are those of a Deployment, under whose name the agent counts them as PodName.
func readyPods(clusterName pulumi.StringInput, namespace, deployment string) []Metric {
	return []Metric{{Namespace: insights, Name: "replicas_ready", Statistic: "Maximum", Dimensions: pulumi.StringMap{
		"ClusterName": clusterName, "Namespace": pulumi.String(namespace), "PodName": pulumi.String(deployment),
	}}}
}

// workerMinutes is how long a worker may be without a ready pod: the only one of a small worker may have to wait for a node, when its own goes.
const workerMinutes = 10

// WorkerAlarms watch that each worker runs. They are on before the first release, which starts them.
func WorkerAlarms(clusterName pulumi.StringInput, applications []settings.Application) []Alarm {
	var alarms []Alarm
	for _, a := range applications {
		for _, w := range a.Workers {
			alarms = append(alarms, Alarm{
				Name: w.Label(a.Name) + "-stopped", Severity: Warning,
				Meaning: fmt.Sprintf("No pod of the worker %s of %s has been ready for %d minutes: nobody does what it does, or there is no release yet",
					w.Name, a.Name, workerMinutes),
				Metrics: readyPods(clusterName, a.Name, w.Name),
				Period:  60, Periods: workerMinutes, Comparison: Below, Threshold: 1,
				Missing: MissingIsUnknown,
			})
		}
	}
	return alarms
}
