package foundation_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"legops/components/foundation"
	"legops/components/internal/componenttest"
	"legops/internal/settings"
)

func networkArgs() foundation.NetworkArgs {
	return foundation.NetworkArgs{
		Network: settings.Network{
			CIDR: componenttest.Prefixes("10.20.0.0/16")[0], AvailabilityZones: []string{"euw1-az1", "euw1-az2"}, NatGateways: 2,
			Subnets: settings.Subnets{
				Public:      componenttest.Prefixes("10.20.0.0/24", "10.20.1.0/24"),
				Application: componenttest.Prefixes("10.20.16.0/20", "10.20.32.0/20"),
				Data:        componenttest.Prefixes("10.20.2.0/24", "10.20.3.0/24"),
			},
			InterfaceEndpoints: []settings.EndpointService{"ecr.api", "sts"}, FlowLogRetention: 90,
		},
		Name:      "legops-test",
		Location:  componenttest.Location,
		LogKeyArn: pulumi.String("key"),
		Protect:   true,
	}
}

// network makes the component.
var network = componenttest.Of("network", foundation.NewNetwork)

func TestNetwork(t *testing.T) {
	r := componenttest.Behaves(t, "legops:components:Network", "network", network(networkArgs()))
	componenttest.Expect(t, r.One(t, "aws:ec2/vpc:Vpc", "network-vpc"), map[string]any{
		"cidrBlock": "10.20.0.0/16", "enableDnsHostnames": true, "enableDnsSupport": true, "tags.Name": "legops-test",
	})
	group := r.One(t, "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "network-default")
	componenttest.Expect(t, group, map[string]any{"vpcId": "network-vpc-id", "ingress": nil, "egress": nil})
}

func TestNetworkSubnets(t *testing.T) {
	r := componenttest.Record(t, network(networkArgs()))
	assert.Len(t, r.OfType("aws:ec2/subnet:Subnet"), 6)
	for _, subnet := range []struct{ name, zone, cidr, table, internal string }{
		{"network-public-euw1-az1", "euw1-az1", "10.20.0.0/24", "network-public-id", ""},
		{"network-public-euw1-az2", "euw1-az2", "10.20.1.0/24", "network-public-id", ""},
		{"network-application-euw1-az1", "euw1-az1", "10.20.16.0/20", "network-application-euw1-az1-id", "1"},
		{"network-application-euw1-az2", "euw1-az2", "10.20.32.0/20", "network-application-euw1-az2-id", "1"},
		{"network-data-euw1-az1", "euw1-az1", "10.20.2.0/24", "network-data-id", ""},
		{"network-data-euw1-az2", "euw1-az2", "10.20.3.0/24", "network-data-id", ""},
	} {
		found := r.One(t, "aws:ec2/subnet:Subnet", subnet.name)
		componenttest.Expect(t, found, map[string]any{
			"vpcId": "network-vpc-id", "availabilityZoneId": subnet.zone, "cidrBlock": subnet.cidr, "mapPublicIpOnLaunch": false,
		})
		tag, _ := found.Get(`tags["kubernetes.io/role/internal-elb"]`).(string)
		assert.Equal(t, subnet.internal, tag, subnet.name)
		assert.Nil(t, found.Get(`tags["kubernetes.io/role/elb"]`), subnet.name)
		componenttest.Expect(t, r.One(t, "aws:ec2/routeTableAssociation:RouteTableAssociation", subnet.name), map[string]any{
			"subnetId": subnet.name + "-id", "routeTableId": subnet.table,
		})
	}
}

func TestNetworkRoutes(t *testing.T) {
	for gateways, natOfSecondZone := range map[int]string{1: "network-nat-euw1-az1-id", 2: "network-nat-euw1-az2-id"} {
		args := networkArgs()
		args.NatGateways = gateways
		r := componenttest.Record(t, network(args))
		assert.Len(t, r.OfType("aws:ec2/natGateway:NatGateway"), gateways)
		assert.Len(t, r.OfType("aws:ec2/eip:Eip"), gateways)
		componenttest.Expect(t, r.One(t, "aws:ec2/natGateway:NatGateway", "network-nat-euw1-az1"), map[string]any{
			"subnetId": "network-public-euw1-az1-id", "allocationId": "network-nat-euw1-az1-allocation",
		})
		// Every route there is: none belongs to the data tier.
		assert.Len(t, r.OfType("aws:ec2/route:Route"), 3)
		for name, want := range map[string]map[string]any{
			"network-public-default":               {"routeTableId": "network-public-id", "gatewayId": "network-internet-id"},
			"network-application-euw1-az1-default": {"routeTableId": "network-application-euw1-az1-id", "natGatewayId": "network-nat-euw1-az1-id"},
			"network-application-euw1-az2-default": {"routeTableId": "network-application-euw1-az2-id", "natGatewayId": natOfSecondZone},
		} {
			route := r.One(t, "aws:ec2/route:Route", name)
			componenttest.Expect(t, route, want)
			componenttest.Expect(t, route, map[string]any{"destinationCidrBlock": "0.0.0.0/0"})
		}
	}
}

func TestNetworkEndpoints(t *testing.T) {
	r := componenttest.Record(t, network(networkArgs()))
	assert.Len(t, r.OfType("aws:ec2/vpcEndpoint:VpcEndpoint"), 3)
	componenttest.Expect(t, r.One(t, "aws:ec2/vpcEndpoint:VpcEndpoint", "network-endpoint-s3"), map[string]any{
		"serviceName": "com.amazonaws.eu-west-1.s3", "vpcEndpointType": "Gateway",
		// The data tier has no way out, not even to S3.
		"routeTableIds": []any{"network-application-euw1-az1-id", "network-application-euw1-az2-id"},
	})
	for _, service := range []string{"ecr.api", "sts"} {
		componenttest.Expect(t, r.One(t, "aws:ec2/vpcEndpoint:VpcEndpoint", "network-endpoint-"+service), map[string]any{
			"serviceName": "com.amazonaws.eu-west-1." + service, "vpcEndpointType": "Interface", "privateDnsEnabled": true,
			"subnetIds":        []any{"network-application-euw1-az1-id", "network-application-euw1-az2-id"},
			"securityGroupIds": []any{"network-endpoints-id"},
		})
	}
	componenttest.Expect(t, r.One(t, "aws:ec2/securityGroup:SecurityGroup", "network-endpoints"), map[string]any{"ingress": nil, "egress": nil})
}

func TestNetworkEndpointPolicies(t *testing.T) {
	args := networkArgs()
	args.InterfaceEndpoints = append(args.InterfaceEndpoints, "eks-auth")
	r := componenttest.Record(t, network(args))
	const own = `"aws:PrincipalAccount":["111122223333"]`
	principals := `{"Sid":"OwnPrincipals","Effect":"Allow","Principal":"*","Action":["*"],"Resource":["*"],"Condition":{"StringEquals":{` + own + `}}}`
	for endpoint, statements := range map[string]string{
		"ecr.api": principals,
		"sts": principals + `,{"Sid":"OwnRolesByToken","Effect":"Allow","Principal":"*","Action":["sts:AssumeRoleWithWebIdentity"],` +
			`"Resource":["arn:aws:iam::111122223333:role/*"]}`,
		"s3": `{"Sid":"OwnBuckets","Effect":"Allow","Principal":"*","Action":["s3:*"],"Resource":["*"],` +
			`"Condition":{"StringEquals":{` + own + `,"aws:ResourceAccount":["111122223333"]}}},` +
			`{"Sid":"NoBucket","Effect":"Allow","Principal":"*","Action":["s3:CreateBucket","s3:ListAllMyBuckets"],"Resource":["*"],"Condition":{"StringEquals":{` + own + `}}},` +
			`{"Sid":"PublicBuckets","Effect":"Allow","Principal":"*","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::prod-registry-k8s-io-eu-west-1/*",` +
			`"arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*","arn:aws:s3:::al2023-repos-eu-west-1-de612dc2/*",` +
			`"arn:aws:s3:::aws-codedeploy-eu-west-1/*","arn:aws:s3:::amazon-ssm-eu-west-1/*"]}`,
	} {
		found := r.One(t, "aws:ec2/vpcEndpoint:VpcEndpoint", "network-endpoint-"+endpoint)
		componenttest.Expect(t, found, map[string]any{"policy": `{"Version":"2012-10-17","Statement":[` + statements + `]}`})
	}
	componenttest.Expect(t, r.One(t, "aws:ec2/vpcEndpoint:VpcEndpoint", "network-endpoint-eks-auth"), map[string]any{"policy": nil})

	// In London the Kubernetes project has its images in a bucket of another name.
	args.Location.Region = "eu-west-2"
	gateway := componenttest.Record(t, network(args)).One(t, "aws:ec2/vpcEndpoint:VpcEndpoint", "network-endpoint-s3")
	assert.Contains(t, gateway.Get("policy"), "arn:aws:s3:::767373bbdcb8270361b96548387bf2a9ad0d48758c35-eu-west-2/*")
	assert.NotContains(t, gateway.Get("policy"), "prod-registry-k8s-io")
}

func TestNetworkFlowLogs(t *testing.T) {
	r := componenttest.Record(t, network(networkArgs()))
	logs := r.One(t, "aws:cloudwatch/logGroup:LogGroup", "network-flow-logs")
	componenttest.Expect(t, logs, map[string]any{"name": "/legops-test/vpc-flow-logs", "kmsKeyId": "key", "retentionInDays": 90.0})
	assert.True(t, logs.Protect)
	flow := r.One(t, "aws:ec2/flowLog:FlowLog", "network-flow-logs")
	componenttest.Expect(t, flow, map[string]any{
		"vpcId": "network-vpc-id", "trafficType": "ALL", "logDestinationType": "cloud-watch-logs",
		"logDestination": "arn:of:network-flow-logs", "iamRoleArn": "arn:of:network-flow-logs-writer",
	})
	rights := r.One(t, "aws:iam/rolePolicy:RolePolicy", "network-flow-logs-writer-policy")
	assert.Contains(t, flow.DependsOn, rights.URN)
	write := componenttest.PolicyOf(t, rights, "policy").Statement[0]
	assert.Equal(t, []string{"logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"}, write.Action)
	assert.Equal(t, []string{"arn:aws:logs:eu-west-1:111122223333:log-group:/legops-test/vpc-flow-logs:*"}, write.Resource)
	role := componenttest.PolicyOf(t, r.One(t, "aws:iam/role:Role", "network-flow-logs-writer"), "assumeRolePolicy").Statement[0]
	assert.Equal(t, []string{"vpc-flow-logs.amazonaws.com"}, role.Principal.Service)
	assert.Equal(t, []string{"111122223333"}, role.Condition["StringEquals"]["aws:SourceAccount"])
}

func TestNetworkOutputs(t *testing.T) {
	got := componenttest.Resolved(t, "network", foundation.NewNetwork, networkArgs(), func(n *foundation.Network) []any {
		return []any{n.VpcID, n.PublicSubnetIDs, n.ApplicationSubnetIDs, n.DataSubnetIDs, n.NatAddresses, n.EndpointSecurityGroupID, n.S3PrefixListID}
	})
	assert.Equal(t, []any{
		"network-vpc-id",
		[]string{"network-public-euw1-az1-id", "network-public-euw1-az2-id"},
		[]string{"network-application-euw1-az1-id", "network-application-euw1-az2-id"},
		[]string{"network-data-euw1-az1-id", "network-data-euw1-az2-id"},
		[]string{"network-nat-euw1-az1-address", "network-nat-euw1-az2-address"},
		"network-endpoints-id",
		"network-endpoint-s3-prefix-list",
	}, got)
}

func TestNetworkRefuses(t *testing.T) {
	componenttest.Refuses(t, network(foundation.NetworkArgs{}), "Network network: Name is missing", "LogKeyArn is missing", "Location.Region is missing")
	args := networkArgs()
	args.Subnets.Data, args.NatGateways = args.Subnets.Data[:1], 3
	componenttest.Refuses(t, network(args), "NatGateways is 3, must be", "Subnets.Data has 1 ranges, must be one per zone")
}
