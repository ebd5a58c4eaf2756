package foundation

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
	"legops/internal/settings"
)

// endpoints creates the ways to AWS services that do not leave the VPC: S3 by a gateway, which is free, others by interfaces in the
// application subnets. The data tier has none: nothing there calls anybody.
func (b *networkBuild) endpoints(application []*ec2.RouteTable) error {
	tables := pulumi.StringArray{}
	for _, table := range application {
		tables = append(tables, table.ID())
	}
	s3, err := ec2.NewVpcEndpoint(b.Ctx, b.Name+"-endpoint-s3", &ec2.VpcEndpointArgs{
		VpcId:           b.vpc.ID(),
		ServiceName:     b.serviceName("s3"),
		VpcEndpointType: pulumi.String("Gateway"),
		RouteTableIds:   tables,
		Policy:          b.throughGateway(),
		Tags:            kit.NameTag(b.args.Name + "-s3"),
	}, b.Parent)
	if err != nil {
		return err
	}
	b.c.S3PrefixListID = s3.PrefixListId

	// The group is there without any endpoint too, so that the connectivity table is the same in every account.
	group, err := kit.NewSecurityGroup(b.Ctx, b.Name+"-endpoints", b.args.Name+"-endpoints",
		"Interface endpoints of AWS services", b.vpc.ID(), b.Parent)
	if err != nil {
		return err
	}
	b.c.EndpointSecurityGroupID = group.ID().ToStringOutput()
	for _, service := range b.args.InterfaceEndpoints {
		if _, err := ec2.NewVpcEndpoint(b.Ctx, fmt.Sprintf("%s-endpoint-%s", b.Name, service), &ec2.VpcEndpointArgs{
			VpcId:             b.vpc.ID(),
			ServiceName:       b.serviceName(service),
			VpcEndpointType:   pulumi.String("Interface"),
			SubnetIds:         b.c.ApplicationSubnetIDs,
			SecurityGroupIds:  pulumi.StringArray{group.ID()},
			PrivateDnsEnabled: pulumi.Bool(true),
			Policy:            b.throughInterface(service),
			Tags:              kit.NameTag(fmt.Sprintf("%s-%s", b.args.Name, service)),
		}, b.Parent); err != nil {
			return err
		}
	}
	return nil
}

func (b *networkBuild) serviceName(service settings.EndpointService) pulumi.String {
	return pulumi.String(fmt.Sprintf("com.amazonaws.%s.%s", b.args.Location.Region, service))
}

// flowLogs keeps a record of every connection, accepted or refused.
func (b *networkBuild) flowLogs() error {
	l := b.args.Location
	logs, err := kit.NewLogGroup(b.Ctx, b.Name+"-flow-logs", kit.LogGroupArgs{
		Path: b.flowLogName(), Days: b.args.FlowLogRetention, KeyArn: b.args.LogKeyArn, Protect: b.args.Protect,
	}, b.Parent)
	if err != nil {
		return err
	}
	writer, err := kit.NewRole(b.Ctx, b.Name+"-flow-logs-writer", l, kit.RoleArgs{
		Name:        b.args.Name + "-flow-logs",
		Description: "Writes VPC flow logs",
		Trust: kit.Trust("vpc-flow-logs.amazonaws.com", components.Conditions{
			"StringEquals": {"aws:SourceAccount": {l.Account}},
			"ArnLike":      {"aws:SourceArn": {l.ARN("ec2", "vpc-flow-log/*")}},
		}),
		Statements: []components.Statement{{
			Sid:       "WriteFlowLogs",
			Actions:   []string{"logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"},
			Resources: kit.ARNs(l.ARN("logs", "log-group:"+b.flowLogName()+":*")),
		}, {
			Sid:       "FindLogGroup",
			Actions:   []string{"logs:DescribeLogGroups"},
			Resources: kit.ARNs(l.ARN("logs", "log-group:*")), // a list call: it has no narrower resource
		}},
	}, b.Parent)
	if err != nil {
		return err
	}
	_, err = ec2.NewFlowLog(b.Ctx, b.Name+"-flow-logs", &ec2.FlowLogArgs{
		VpcId:              b.vpc.ID(),
		TrafficType:        pulumi.String("ALL"),
		LogDestinationType: pulumi.String("cloud-watch-logs"),
		LogDestination:     logs.Arn,
		IamRoleArn:         writer.Arn,
		Tags:               kit.NameTag(b.args.Name),
	}, b.Parent, pulumi.DependsOn(writer.Grants))
	return err
}

func (b *networkBuild) flowLogName() string { return fmt.Sprintf("/%s/vpc-flow-logs", b.args.Name) }
