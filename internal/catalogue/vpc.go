package catalogue

// Resource types of Virtual Private Cloud, which Pulumi keeps under ec2.
const (
	Vpc                   = "aws:ec2/vpc:Vpc"
	Subnet                = "aws:ec2/subnet:Subnet"
	InternetGateway       = "aws:ec2/internetGateway:InternetGateway"
	NatGateway            = "aws:ec2/natGateway:NatGateway"
	Eip                   = "aws:ec2/eip:Eip"
	RouteTable            = "aws:ec2/routeTable:RouteTable"
	RouteTableAssociation = "aws:ec2/routeTableAssociation:RouteTableAssociation"
	Route                 = "aws:ec2/route:Route"
	VpcEndpoint           = "aws:ec2/vpcEndpoint:VpcEndpoint"
	FlowLog               = "aws:ec2/flowLog:FlowLog"
)

var _ = add([]Type{
	{Token: Vpc, ID: "vpc-{hex17}", ARN: "arn:{partition}:ec2:{region}:{account}:vpc/{id}",
		InUseBy: anything, Box: "vpc", Inert: true},
	{Token: Subnet, ID: "subnet-{hex17}", ARN: "arn:{partition}:ec2:{region}:{account}:subnet/{id}",
		InUseBy: anything,
		Quota:   Quota{Limit: 200, Per: "vpcId"}, Box: "vpc", Inert: true},
	{Token: InternetGateway, ID: "igw-{hex17}", ARN: "arn:{partition}:ec2:{region}:{account}:internet-gateway/{id}",
		InUseBy: anything, Box: "vpc", Inert: true},
	{Token: NatGateway, ID: "nat-{hex17}", Box: "nat-1", Holds: Nothing, Costs: "hours, and GB through it",
		Failure: "every request to the internet leaves through it", Restarts: uninterrupted,
		Metrics: published(
			Metric{Namespace: "AWS/NATGateway", Sets: [][]Dimension{{{"NatGatewayId", NatGateway, "id"}}}, Every: 60,
				Source: "https://docs.aws.amazon.com/vpc/latest/userguide/metrics-dimensions-nat-gateway.html"},
			Metric{Statistics: counted, Most: Unlimited, Names: []string{
				"ErrorPortAllocation", "PacketsDropCount", "BytesOutToDestination", "BytesInFromDestination",
				"ConnectionAttemptCount", "IdleTimeoutCount",
			}},
			Metric{Names: []string{"ActiveConnectionCount"}, Statistics: gauge, Most: Unlimited},
		)},
	{Token: Eip, ID: "eipalloc-{hex17}", ARN: "arn:{partition}:ec2:{region}:{account}:elastic-ip/{id}",
		InUseBy: anything, Box: "nat-1", Holds: Nothing,
		Costs: "hours", Unwatched: isSetting},
	{Token: RouteTable, ID: "rtb-{hex17}", ARN: "arn:{partition}:ec2:{region}:{account}:route-table/{id}",
		InUseBy: anything, Box: "vpc", Inert: true},
	{Token: RouteTableAssociation, ID: "rtbassoc-{hex17}", Box: "vpc", Inert: true},
	{Token: Route, ID: "{routeTableId}_{destinationCidrBlock}_{destinationIpv6CidrBlock}_{destinationPrefixListId}",
		PartOf: Link{"routeTableId", RouteTable}, Box: "vpc", Inert: true},
	{Token: VpcEndpoint, ID: "vpce-{hex17}", ARN: "arn:{partition}:ec2:{region}:{account}:vpc-endpoint/{id}",
		Policy: Policy{Input: "policy", Principal: Must, Resource: Must, Limit: 20480},
		Box:    "endpoints", Holds: Nothing,
		Costs: "hours in each zone, unless it is a gateway", Unwatched: "who cannot reach a service through it fails, and tells"},
	{Token: FlowLog, ID: "fl-{hex17}", ARN: "arn:{partition}:ec2:{region}:{account}:vpc-flow-log/{id}",
		Box: "logs", Inert: true},
})
