package catalogue

// Resource types of Elastic Load Balancing.
const (
	LoadBalancer = "aws:lb/loadBalancer:LoadBalancer"
	Listener     = "aws:lb/listener:Listener"
	ListenerRule = "aws:lb/listenerRule:ListenerRule"
	TargetGroup  = "aws:lb/targetGroup:TargetGroup"
)

var _ = add([]Type{
	{Token: LoadBalancer, ID: "arn:{partition}:elasticloadbalancing:{region}:{account}:loadbalancer/app/{name}/{hex16}",
		Name:  Name{Input: "name", Form: form(`^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,30}[a-zA-Z0-9])?$`), Reserved: []string{"internal-"}},
		Links: []Link{{"accessLogs.bucket", Bucket}, {"connectionLogs.bucket", Bucket}}, Lock: "enableDeletionProtection",
		Quota: Quota{Limit: 50}, Box: "balancer", Holds: Nothing, Costs: "hours, capacity and addresses",
		Failure: "every request comes through it", Restarts: uninterrupted,
		Guarded: []Guard{{"enableDeletionProtection", Off, "the service no longer refuses to delete it"}},
		Metrics: published(
			Metric{Namespace: "AWS/ApplicationELB", Sets: [][]Dimension{{ofLoadBalancer}, {ofLoadBalancer, ofTargetGroup}}, Every: 60,
				Source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html"},
			Metric{Statistics: counted, Most: Unlimited, Names: []string{
				"RequestCount", "HTTPCode_ELB_4XX_Count", "HTTPCode_ELB_5XX_Count", "HTTPCode_Target_2XX_Count",
				"HTTPCode_Target_4XX_Count", "HTTPCode_Target_5XX_Count", "RejectedConnectionCount", "NewConnectionCount",
				"TargetConnectionErrorCount", "ProcessedBytes",
			}},
			// In seconds; the load balancer gives up after 4000
			Metric{Names: []string{"TargetResponseTime"}, Statistics: gauge, Percentiles: true, Most: 4000},
			Metric{Names: []string{"HealthyHostCount", "UnHealthyHostCount"}, Sets: [][]Dimension{{ofLoadBalancer, ofTargetGroup}},
				Statistics: gauge, Most: Unlimited},
		)},
	{Token: Listener, ID: "{listener}/{hex16}", PartOf: Link{"loadBalancerArn", LoadBalancer},
		Quota: Quota{Limit: 50, Per: "loadBalancerArn"}, Box: "balancer", Inert: true},
	{Token: ListenerRule, ID: "{listenerRule}/{hex16}", PartOf: Link{"listenerArn", Listener},
		Quota: Quota{Limit: 100, Per: "listenerArn"}, Box: "balancer", Inert: true},
	{Token: TargetGroup, ID: "arn:{partition}:elasticloadbalancing:{region}:{account}:targetgroup/{name}/{hex16}",
		Name:    Name{Input: "name", Form: form(`^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,30}[a-zA-Z0-9])?$`)},
		InUseBy: []string{Listener, ListenerRule}, Quota: Quota{Limit: 3000}, Box: "balancer", Holds: Nothing, Costs: Free,
		Failure: "what is in it serves", Restarts: uninterrupted},
})

var (
	ofLoadBalancer = Dimension{"LoadBalancer", LoadBalancer, "arnSuffix"}
	ofTargetGroup  = Dimension{"TargetGroup", TargetGroup, "arnSuffix"}
)
