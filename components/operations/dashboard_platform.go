package operations

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
)

// PlatformDashboardArgs are what the platform dashboard shows: what the alarms watch, and their limits.
type PlatformDashboardArgs struct {
	// Alarms are the alarms of every layer.
	Alarms []pulumi.StringInput
	// Edge, Balancer, Cluster, Database and Search are as the alarms have them.
	Edge     EdgeAlarmArgs
	Balancer BalancerAlarmArgs
	Cluster  ClusterAlarmArgs
	Database DatabaseAlarmArgs
	Search   SearchAlarmArgs
	// NatGatewayIDs are the NAT gateways, by zone.
	NatGatewayIDs map[string]pulumi.StringInput
	// Queues and DeadLetters are the names in SQS, by name; QueueAgeSeconds is from where on a message waits too long.
	Queues, DeadLetters map[string]string
	QueueAgeSeconds     int
}

// PlatformWindow is how far the platform dashboard looks back.
const PlatformWindow = "-PT12H"

// PlatformRows are the platform dashboard: from the edge to the data, in the order in which a request passes.
func PlatformRows(a PlatformDashboardArgs) []Row {
	rows := []Row{
		Heading("# Platform\nFrom the visitor to the data, in the order in which a request passes. Red lines are where alarms go off."),
		{Height: 4, Widgets: []Widget{AlarmStatus{Title: "Alarms by layer", Arns: a.Alarms}}},
	}
	for _, part := range [][]Row{a.edge(), a.balancer(), a.cluster(), a.database(), a.search(), a.queues(), a.network()} {
		rows = append(rows, part...)
	}
	return rows
}

func (a PlatformDashboardArgs) edge() []Row {
	distribution := func(label, name, statistic string) Series {
		return Series{Label: label, Metric: Metric{Namespace: "AWS/CloudFront", Name: name, Statistic: statistic,
			Dimensions: pulumi.StringMap{"DistributionId": a.Edge.DistributionID, "Region": pulumi.String("Global")}}}
	}
	firewall := func(label, name string) Series {
		return Series{Label: label, Metric: Metric{Namespace: "AWS/WAFV2", Name: name, Statistic: "Sum",
			Dimensions: pulumi.StringMap{"WebACL": a.Edge.WebACL, "Rule": pulumi.String("ALL")}}}
	}
	return []Row{Heading("## Edge: CloudFront and its firewall"), {Height: 6, Widgets: []Widget{
		Graph{Title: "Requests of visitors", Unit: "requests", Region: components.GlobalRegion, Series: []Series{distribution("requests", "Requests", "Sum")}},
		Graph{
			Title: "Answers with an error, CloudFront", Unit: "per cent", Region: components.GlobalRegion, Limit: percent(a.Edge.CdnErrorPercent),
			Series: []Series{distribution("of the server (5xx)", "5xxErrorRate", "Average"), distribution("of the visitor (4xx)", "4xxErrorRate", "Average")},
		},
		Graph{
			Title: "Requests at the firewall", Unit: "requests", Region: components.GlobalRegion,
			Limit:  &Limit{Label: fmt.Sprintf("alarm: %d blocked", a.Edge.BlockedRequests), Value: float64(a.Edge.BlockedRequests)},
			Series: []Series{firewall("blocked", "BlockedRequests"), firewall("let through", "AllowedRequests")},
		},
	}}}
}

func (a PlatformDashboardArgs) balancer() []Row {
	of := func(label, name, statistic string) Series {
		return Series{Label: label, Metric: Metric{Namespace: "AWS/ApplicationELB", Name: name, Statistic: statistic,
			Dimensions: pulumi.StringMap{"LoadBalancer": a.Balancer.LoadBalancer}}}
	}
	targets := func(label, name, statistic string) Series {
		s := of(label, name, statistic)
		s.Dimensions = pulumi.StringMap{"LoadBalancer": a.Balancer.LoadBalancer, "TargetGroup": a.Balancer.TargetGroup}
		return s
	}
	seconds := float64(a.Balancer.LatencyMilliseconds) / 1000
	return []Row{Heading("## Load balancer"), {Height: 6, Widgets: []Widget{
		Graph{Title: "Requests and errors", Unit: "requests", Series: []Series{
			of("requests", "RequestCount", "Sum"), of("errors of applications (5xx)", "HTTPCode_Target_5XX_Count", "Sum"),
			of("errors of the load balancer (5xx)", "HTTPCode_ELB_5XX_Count", "Sum"),
		}},
		Graph{
			Title: "Time to answer", Unit: "seconds", Limit: &Limit{Label: fmt.Sprintf("alarm: p95 of %g s", seconds), Value: seconds},
			Series: []Series{of("p50", "TargetResponseTime", "p50"), of("p95", "TargetResponseTime", "p95"), of("p99", "TargetResponseTime", "p99")},
		},
		Graph{Title: "Nodes that answer", Unit: "nodes", Series: []Series{
			targets("healthy", "HealthyHostCount", "Minimum"), targets("unhealthy", "UnHealthyHostCount", "Maximum"),
		}},
	}}}
}

func (a PlatformDashboardArgs) cluster() []Row {
	of := func(label, name, statistic string) Series {
		return Series{Label: label, Metric: Metric{Namespace: "ContainerInsights", Name: name, Statistic: statistic,
			Dimensions: pulumi.StringMap{"ClusterName": a.Cluster.ClusterName}}}
	}
	use := func(title, metric string, limit int) Widget {
		return Graph{Title: title, Unit: "per cent", Limit: percent(limit), Series: []Series{of("fullest node", metric, "Maximum"), of("average", metric, "Average")}}
	}
	applications := func(title, unit, metric, statistic string) Widget {
		return Graph{Title: title, Unit: unit, Series: byName(a.Cluster.Applications, func(application string) Metric {
			return Metric{Namespace: "ContainerInsights", Name: metric, Statistic: statistic, Dimensions: pulumi.StringMap{
				"ClusterName": a.Cluster.ClusterName, "Namespace": pulumi.String(application), "PodName": pulumi.String(application),
			}}
		})}
	}
	return []Row{
		Heading("## Cluster: nodes and applications"),
		{Height: 6, Widgets: []Widget{
			Graph{Title: "Nodes", Unit: "nodes", Series: []Series{of("nodes", "cluster_node_count", "Maximum"), of("failed", "cluster_failed_node_count", "Maximum")}},
			use("Processor of nodes", "node_cpu_utilization", a.Cluster.NodeCPUPercent),
			use("Memory of nodes", "node_memory_utilization", a.Cluster.NodeMemoryPercent),
			use("Disk of nodes", "node_filesystem_utilization", a.Cluster.NodeDiskPercent),
		}},
		{Height: 6, Widgets: []Widget{
			applications("Ready pods of each application", "pods", "replicas_ready", "Minimum"),
			applications("Restarts of containers", "restarts", "pod_number_of_container_restarts", "Sum"),
			applications("Processor, of what a node has", "per cent", "pod_cpu_utilization", "Average"),
			applications("Memory, of what a node has", "per cent", "pod_memory_utilization", "Average"),
		}},
	}
}

func (a PlatformDashboardArgs) database() []Row {
	of := func(label, name, statistic string) Series {
		return Series{Label: label, Metric: Metric{Namespace: "AWS/RDS", Name: name, Statistic: statistic,
			Dimensions: pulumi.StringMap{"DBInstanceIdentifier": a.Database.Identifier}}}
	}
	connections := a.Database.mostConnections() * a.Database.DatabaseConnectionsPercent / 100
	free := a.Database.lowStorage()
	return []Row{Heading("## Database"), {Height: 6, Widgets: []Widget{
		Graph{Title: "Processor of the database", Unit: "per cent", Limit: percent(a.Database.DatabaseCPUPercent), Series: []Series{of("processor", "CPUUtilization", "Average")}},
		Graph{
			Title: "Connections", Unit: "connections", Limit: &Limit{Label: fmt.Sprintf("alarm: %d", connections), Value: float64(connections)},
			Series: []Series{of("connections", "DatabaseConnections", "Maximum")},
		},
		Graph{
			Title: "Free storage of the database", Unit: "bytes", Limit: &Limit{Label: fmt.Sprintf("alarm: %d %% free", a.Database.DatabaseFreeStoragePercent), Value: free},
			Series: []Series{of("free", "FreeStorageSpace", "Minimum")},
		},
		Graph{Title: "Time of a read or write on disk", Unit: "seconds", Series: []Series{of("read", "ReadLatency", "Average"), of("write", "WriteLatency", "Average")}},
	}}}
}

func (a PlatformDashboardArgs) search() []Row {
	of := func(label, name, statistic string) Series {
		return Series{Label: label, Metric: Metric{Namespace: "AWS/ES", Name: name, Statistic: statistic,
			Dimensions: pulumi.StringMap{"DomainName": a.Search.DomainName, "ClientId": pulumi.String(a.Search.Account)}}}
	}
	return []Row{Heading("## Search"), {Height: 6, Widgets: []Widget{
		Graph{Title: "Status of the search domain", Unit: "1 if so", Series: []Series{of("red", "ClusterStatus.red", "Maximum"), of("yellow", "ClusterStatus.yellow", "Maximum")}},
		Graph{Title: "Memory of search nodes", Unit: "per cent", Limit: percent(a.Search.SearchMemoryPercent), Series: []Series{of("Java heap, fullest node", "JVMMemoryPressure", "Maximum")}},
		Graph{
			Title: "Free storage of search nodes", Unit: "MiB", Limit: &Limit{Label: fmt.Sprintf("alarm: %d %% free", a.Search.SearchFreeStoragePercent), Value: a.Search.lowStorage()},
			Series: []Series{of("fullest node", "FreeStorageSpace", "Minimum")},
		},
		Graph{Title: "Time of a search", Unit: "milliseconds", Series: []Series{of("search", "SearchLatency", "Average"), of("indexing", "IndexingLatency", "Average")}},
	}}}
}

func (a PlatformDashboardArgs) queues() []Row {
	of := func(metric string, physical map[string]string) []Series {
		return byName(kit.SortedKeys(physical), func(name string) Metric {
			return Metric{Namespace: "AWS/SQS", Name: metric, Statistic: "Maximum", Dimensions: pulumi.StringMap{"QueueName": pulumi.String(physical[name])}}
		})
	}
	if len(a.Queues) == 0 {
		return nil
	}
	return []Row{Heading("## Queues"), {Height: 6, Widgets: []Widget{
		Graph{
			Title: "Age of the oldest message", Unit: "seconds", Limit: &Limit{Label: fmt.Sprintf("alarm: %d s", a.QueueAgeSeconds), Value: float64(a.QueueAgeSeconds)},
			Series: of("ApproximateAgeOfOldestMessage", a.Queues),
		},
		Graph{Title: "Messages that wait", Unit: "messages", Series: of("ApproximateNumberOfMessagesVisible", a.Queues)},
		Graph{Title: "Messages given up (dead letters)", Unit: "messages", Series: of("ApproximateNumberOfMessagesVisible", a.DeadLetters)},
	}}}
}

func (a PlatformDashboardArgs) network() []Row {
	of := func(metric, statistic string) []Series {
		return byName(kit.SortedKeys(a.NatGatewayIDs), func(zone string) Metric {
			return Metric{Namespace: "AWS/NATGateway", Name: metric, Statistic: statistic, Dimensions: pulumi.StringMap{"NatGatewayId": a.NatGatewayIDs[zone]}}
		})
	}
	return []Row{Heading("## Way out: NAT gateways"), {Height: 6, Widgets: []Widget{
		Graph{Title: "Sent to the internet", Unit: "bytes", Series: of("BytesOutToDestination", "Sum")},
		Graph{Title: "Connections that got no port", Unit: "connections", Series: of("ErrorPortAllocation", "Sum")},
	}}}
}
