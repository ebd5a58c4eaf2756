package components

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// connectionRights let CodeBuild reach GitHub. It documents the first two; making a project has been seen to need the third.
func connectionRights(connectionArn pulumi.StringInput) Statement {
	return Statement{
		Sid:       "UseConnection",
		Actions:   []string{"codeconnections:GetConnection", "codeconnections:GetConnectionToken", "codeconnections:UseConnection"},
		Resources: pulumi.StringArray{connectionArn},
	}
}

// networkRights let CodeBuild put a network interface into the VPC for a build, as its user guide lists them. A security
// group belongs to one VPC, so to name it is to name the VPC.
func networkRights(l Location, group pulumi.StringOutput) []Statement {
	ec2 := func(resource string) string { return l.ARN("ec2", resource) }
	return []Statement{
		{
			Sid: "SeeNetwork", // what describes has no resource to name
			Actions: []string{
				"ec2:DescribeDhcpOptions", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets",
				"ec2:DescribeVpcs",
			},
			Resources: arns("*"),
		},
		{
			Sid: "StandInNetwork", Actions: []string{"ec2:CreateNetworkInterface"},
			Resources: pulumi.StringArray{
				pulumi.String(ec2("network-interface/*")), pulumi.String(ec2("subnet/*")),
				pulumi.Sprintf("%s%s", ec2("security-group/"), group),
			},
		},
		// One in use is not deleted, whoever asks.
		{Sid: "LeaveNetwork", Actions: []string{"ec2:DeleteNetworkInterface"}, Resources: arns(ec2("network-interface/*"))},
		{
			Sid: "HandOverInterface", Actions: []string{"ec2:CreateNetworkInterfacePermission"},
			Resources:  arns(ec2("network-interface/*")),
			Conditions: Conditions{"StringEquals": {"ec2:AuthorizedService": {"codebuild.amazonaws.com"}}},
		},
	}
}
