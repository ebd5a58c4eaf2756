package catalogue

// Resource types of EC2: instances and security groups.
const (
	LaunchTemplate           = "aws:ec2/launchTemplate:LaunchTemplate"
	SecurityGroup            = "aws:ec2/securityGroup:SecurityGroup"
	DefaultSecurityGroup     = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
	SecurityGroupIngressRule = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
	SecurityGroupEgressRule  = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
	SecurityGroupRule        = "aws:ec2/securityGroupRule:SecurityGroupRule"
)

var _ = add([]Type{
	{Token: LaunchTemplate, ID: "lt-{hex17}", ARN: "arn:{partition}:ec2:{region}:{account}:launch-template/{id}",
		Name: Name{Input: "name", Form: form(`^[a-zA-Z0-9().\-/_]{3,128}$`)}, Links: []Link{{"iamInstanceProfile.name", InstanceProfile}}, Box: "deployer", Inert: true},
	{Token: SecurityGroup, ID: "sg-{hex17}", ARN: "arn:{partition}:ec2:{region}:{account}:security-group/{id}",
		Name: Name{
			Input: "name", Form: form(`^[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}$`), Reserved: []string{"sg-"},
			Within: "vpcId",
		},
		InUseBy: anything, Box: "vpc", Inert: true},
	{Token: DefaultSecurityGroup, ID: "{vpcId}", Box: "vpc", Inert: true},
	{Token: SecurityGroupIngressRule, ID: "sgr-{hex17}",
		ARN: "arn:{partition}:ec2:{region}:{account}:security-group-rule/{id}", PartOf: Link{"securityGroupId", SecurityGroup},
		Quota: Quota{Limit: 60, Per: "securityGroupId"}, Box: "vpc", Inert: true},
	{Token: SecurityGroupEgressRule, ID: "sgr-{hex17}",
		ARN: "arn:{partition}:ec2:{region}:{account}:security-group-rule/{id}", PartOf: Link{"securityGroupId", SecurityGroup},
		Quota: Quota{Limit: 60, Per: "securityGroupId"}, Box: "bastion", Inert: true},
	{Token: SecurityGroupRule, ID: "sgrule-{hex17}",
		Box: "cluster", Inert: true},
})
