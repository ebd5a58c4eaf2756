package delivery

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codebuild"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
	"legops/internal/settings"
)

// buildMachines are the build environments, by architecture. The images are the current ones of CodeBuild on Amazon Linux
// 2023; AWS keeps them patched.
var buildMachines = map[settings.Architecture]struct{ environment, image string }{
	settings.Amd64: {"LINUX_CONTAINER", "aws/codebuild/amazonlinux-x86_64-standard:5.0"},
	settings.Arm64: {"ARM_CONTAINER", "aws/codebuild/amazonlinux-aarch64-standard:3.0"},
}

// codebuildArgs describe a project of CodeBuild with a role and a log group of its own.
type codebuildArgs struct {
	location     components.Location
	name         string                 // physical name of the project and of its role
	purpose      string                 // what the role is for
	statements   []components.Statement // what the role may do beyond writing the log
	computeType  settings.ComputeType
	environment  codebuild.ProjectEnvironmentEnvironmentVariableArray
	logRetention settings.RetentionDays // days
	logKeyArn    pulumi.StringInput     // KMS key of the region
	protect      bool                   // keeps Pulumi from deleting the log
}

// newCodebuildProject creates a project that hands on no artifacts, on the cheaper machine and without the rights of a Docker
// host, and puts its name, role, machine and log into what else it shall be. Its children are name-logs, name-role and
// name-project.
func newCodebuildProject(ctx *pulumi.Context, name string, args codebuildArgs, project *codebuild.ProjectArgs, parent pulumi.ResourceOption) (*codebuild.Project, error) {
	path := "/aws/codebuild/" + args.name
	logs, err := kit.NewLogGroup(ctx, name+"-logs", kit.LogGroupArgs{
		Path: path, Days: args.logRetention, KeyArn: args.logKeyArn, Protect: args.protect,
	}, parent)
	if err != nil {
		return nil, err
	}
	role, err := kit.NewRole(ctx, name+"-role", args.location, kit.RoleArgs{
		Name:        args.name,
		Description: args.purpose,
		Trust:       trustOf(args.location, "codebuild.amazonaws.com", args.location.ARN("codebuild", "project/"+args.name)),
		Statements:  append([]components.Statement{writeLog(args.location, path)}, args.statements...),
	}, parent)
	if err != nil {
		return nil, err
	}
	machine := buildMachines[settings.Arm64]
	project.Name = pulumi.String(args.name)
	project.ServiceRole = role.Arn
	project.Artifacts = codebuild.ProjectArtifactsArgs{Type: pulumi.String("NO_ARTIFACTS")}
	project.Environment = codebuild.ProjectEnvironmentArgs{
		Type:                 pulumi.String(machine.environment),
		Image:                pulumi.String(machine.image),
		ComputeType:          pulumi.String(args.computeType),
		PrivilegedMode:       pulumi.Bool(false),
		EnvironmentVariables: args.environment,
	}
	project.LogsConfig = logsTo(logs)
	// CodeBuild tries connection, subnets and group, with these rights, when it makes the project.
	return codebuild.NewProject(ctx, name+"-project", project, parent, pulumi.DependsOn(role.Grants))
}

func logsTo(group *cloudwatch.LogGroup) codebuild.ProjectLogsConfigArgs {
	return codebuild.ProjectLogsConfigArgs{CloudwatchLogs: codebuild.ProjectLogsConfigCloudwatchLogsArgs{
		Status: pulumi.String("ENABLED"), GroupName: group.Name,
	}}
}

// environmentVariables are plain variables of a build, in the order of their names.
func environmentVariables(values pulumi.StringMap) codebuild.ProjectEnvironmentEnvironmentVariableArray {
	var variables codebuild.ProjectEnvironmentEnvironmentVariableArray
	for _, name := range kit.SortedKeys(values) {
		variables = append(variables, codebuild.ProjectEnvironmentEnvironmentVariableArgs{
			Name: pulumi.String(name), Value: values[name], Type: pulumi.String("PLAINTEXT"),
		})
	}
	return variables
}

// writeLog lets a build write into the log group at a path.
func writeLog(l components.Location, path string) components.Statement {
	return components.Statement{
		Sid: "WriteLog", Actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"},
		Resources: kit.ARNs(l.ARN("logs", "log-group:"+path+":*")),
	}
}

// connectionRights let CodeBuild reach GitHub. It documents the first two; making a project has been seen to need the third.
func connectionRights(connectionArn pulumi.StringInput) components.Statement {
	return components.Statement{
		Sid:       "UseConnection",
		Actions:   []string{"codeconnections:GetConnection", "codeconnections:GetConnectionToken", "codeconnections:UseConnection"},
		Resources: pulumi.StringArray{connectionArn},
	}
}

// networkRights let CodeBuild put a network interface into the VPC for a build, as its user guide lists them. A security
// group belongs to one VPC, so to name it is to name the VPC.
func networkRights(l components.Location, group pulumi.StringOutput) []components.Statement {
	ec2 := func(resource string) string { return l.ARN("ec2", resource) }
	return []components.Statement{
		{
			Sid: "SeeNetwork", // what describes has no resource to name
			Actions: []string{
				"ec2:DescribeDhcpOptions", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets",
				"ec2:DescribeVpcs",
			},
			Resources: kit.ARNs("*"),
		},
		{
			Sid: "StandInNetwork", Actions: []string{"ec2:CreateNetworkInterface"},
			Resources: pulumi.StringArray{
				pulumi.String(ec2("network-interface/*")), pulumi.String(ec2("subnet/*")),
				pulumi.Sprintf("%s%s", ec2("security-group/"), group),
			},
		},
		// One in use is not deleted, whoever asks.
		{Sid: "LeaveNetwork", Actions: []string{"ec2:DeleteNetworkInterface"}, Resources: kit.ARNs(ec2("network-interface/*"))},
		{
			Sid: "HandOverInterface", Actions: []string{"ec2:CreateNetworkInterfacePermission"},
			Resources:  kit.ARNs(ec2("network-interface/*")),
			Conditions: components.Conditions{"StringEquals": {"ec2:AuthorizedService": {"codebuild.amazonaws.com"}}},
		},
	}
}

// trustOf lets an AWS service take a role, but only for one resource of the account.
func trustOf(l components.Location, service, resource string) components.Statement {
	return kit.Trust(service, components.Conditions{"StringEquals": {"aws:SourceAccount": {l.Account}, "aws:SourceArn": {resource}}})
}
