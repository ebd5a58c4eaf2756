package delivery_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components/delivery"
	"legops/components/internal/componenttest"
	"legops/internal/settings"
)

const loadTestArn = "arn:aws:codebuild:eu-west-1:111122223333:project/legops-test-loadtest"

func loadTestArgs(t *testing.T) delivery.LoadTestArgs {
	t.Helper()
	return delivery.LoadTestArgs{
		Name: "legops-test", Location: componenttest.Location, Target: "https://test.legops.example", Environment: "test",
		LoadTest: settings.LoadTest{Profile: "load", ComputeType: "BUILD_GENERAL1_LARGE"}, Buildspec: "version: 0.2", Scripts: madeScripts(t),
		VpcID: pulumi.String("vpc"), SubnetIDs: pulumi.ToStringArray([]string{"subnet-a", "subnet-b"}),
		ArtifactBucket: pulumi.String("artifacts"), ArtifactBucketArn: artifactsArn, ArtifactKeyArn: pulumi.String("storage-key"),
		SecretKeyArn: pulumi.String("credentials-key"), LogKeyArn: pulumi.String("logs-key"), LogRetention: 90, Protect: true,
	}
}

var loadTest = componenttest.Of("loadtest", delivery.NewLoadTest)

// loadTestVariables are what a run finds in its environment; the type of a value is told where it is not plain.
func loadTestVariables(t *testing.T, args delivery.LoadTestArgs) map[string]string {
	t.Helper()
	variables := map[string]string{}
	for _, one := range componenttest.Record(t, loadTest(args)).One(t, typeProject, "loadtest-project").Get("environment.environmentVariables").([]any) {
		variable := one.(map[string]any)
		value := variable["value"].(string)
		if variable["type"] != "PLAINTEXT" {
			value = variable["type"].(string) + " " + value
		}
		variables[variable["name"].(string)] = value
	}
	return variables
}

const typeProject = "aws:codebuild/project:Project"

func TestLoadTest(t *testing.T) {
	args := loadTestArgs(t)
	r := componenttest.Behaves(t, "legops:components:LoadTest", "loadtest", loadTest(args))
	project := r.One(t, typeProject, "loadtest-project")
	componenttest.Expect(t, project, map[string]any{
		"name": "legops-test-loadtest", "serviceRole": "arn:of:loadtest-role", "encryptionKey": "storage-key",
		"description": "Puts https://test.legops.example under load",
		// CodeBuild takes CODEPIPELINE for both or for none, and with it no start by hand.
		"source":           map[string]any{"type": "NO_SOURCE", "buildspec": "version: 0.2"},
		"artifacts":        map[string]any{"type": "NO_ARTIFACTS"},
		"environment.type": "ARM_CONTAINER", "environment.image": "aws/codebuild/amazonlinux-aarch64-standard:3.0",
		"environment.computeType": "BUILD_GENERAL1_LARGE", "environment.privilegedMode": false,
		"logsConfig": map[string]any{"cloudwatchLogs": map[string]any{"status": "ENABLED", "groupName": "/aws/codebuild/legops-test-loadtest"}},
		"vpcConfig": map[string]any{
			"vpcId": "vpc", "subnets": []any{"subnet-a", "subnet-b"}, "securityGroupIds": []any{"loadtest-id"},
		},
		"concurrentBuildLimit": 1.0, "buildTimeout": 60.0, "queuedTimeout": 30.0,
	})
	assert.Contains(t, project.DependsOn, r.One(t, typeRolePolicy, "loadtest-role-policy").URN, "CodeBuild looks at the VPC with these rights")
	logs := r.One(t, "aws:cloudwatch/logGroup:LogGroup", "loadtest-logs")
	componenttest.Expect(t, logs, map[string]any{"name": "/aws/codebuild/legops-test-loadtest", "kmsKeyId": "logs-key", "retentionInDays": 90.0})
	password := r.One(t, "aws:secretsmanager/secret:Secret", "loadtest-password")
	componenttest.Expect(t, password, map[string]any{"name": "legops-test-loadtest", "kmsKeyId": "credentials-key", "recoveryWindowInDays": 30.0})
	assert.Empty(t, r.OfType("aws:secretsmanager/secretVersion:SecretVersion"), "people put its value in")
	componenttest.Expect(t, r.One(t, "aws:ec2/securityGroup:SecurityGroup", "loadtest"), map[string]any{"vpcId": "vpc", "ingress": nil, "egress": nil})
	assert.True(t, logs.Protect)
	assert.True(t, password.Protect)

	args.Protect = false
	loose := componenttest.Record(t, loadTest(args))
	assert.False(t, loose.One(t, "aws:cloudwatch/logGroup:LogGroup", "loadtest-logs").Protect)
	password = loose.One(t, "aws:secretsmanager/secret:Secret", "loadtest-password")
	assert.False(t, password.Protect)
	componenttest.Expect(t, password, map[string]any{"recoveryWindowInDays": 0.0})
}

func TestLoadTestEnvironment(t *testing.T) {
	args := loadTestArgs(t)
	variables := map[string]string{
		"SCRIPTS": "s3://artifacts/delivery/37a87345435b", "REPORTS": "s3://artifacts/loadtest", "TARGET": "https://test.legops.example",
		"ENVIRONMENT": "test", "PROFILE": "load", "SIGN_IN_PASSWORD": "SECRETS_MANAGER legops-test-loadtest",
	}
	assert.Equal(t, variables, loadTestVariables(t, args))
	args.Environment, args.AllowProduction = "production", true
	variables["ENVIRONMENT"], variables["ALLOW_PRODUCTION"] = "production", "true"
	assert.Equal(t, variables, loadTestVariables(t, args))
}

func TestLoadTestRights(t *testing.T) {
	args := loadTestArgs(t)
	r := componenttest.Record(t, loadTest(args))
	role := r.One(t, typeRole, "loadtest-role")
	componenttest.Expect(t, role, map[string]any{"name": "legops-test-loadtest"})
	trust := componenttest.PolicyOf(t, role, "assumeRolePolicy")
	require.Len(t, trust.Statement, 1)
	assert.Equal(t, []string{"codebuild.amazonaws.com"}, trust.Statement[0].Principal.Service)
	assert.Equal(t, map[string]map[string][]string{
		"StringEquals": {"aws:SourceAccount": {"111122223333"}, "aws:SourceArn": {loadTestArn}},
	}, trust.Statement[0].Condition)

	const secret = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:legops-test-loadtest-??????"
	statements := componenttest.PolicyOf(t, r.One(t, typeRolePolicy, "loadtest-role-policy"), "policy").Statement
	rights := rightsOf(t, r, "loadtest-role-policy")
	delete(rights, "") // those of the scripts
	throughSecrets := through("secretsmanager")
	throughSecrets["StringLike"] = map[string][]string{"kms:EncryptionContext:SecretARN": {secret}}
	assert.Equal(t, withNetwork("loadtest-id", map[string]right{
		"WriteLog": {
			[]string{"logs:CreateLogStream", "logs:PutLogEvents"},
			[]string{"arn:aws:logs:eu-west-1:111122223333:log-group:/aws/codebuild/legops-test-loadtest:*"}, nil,
		},
		"ReadPassword":    {[]string{"secretsmanager:GetSecretValue"}, []string{secret}, nil},
		"DecryptPassword": {[]string{"kms:Decrypt"}, []string{"credentials-key"}, throughSecrets},
		"Bucket":          bucketRight,
		"TakeRelease":     {takeObjects, []string{artifactsArn + "/*/Release/*"}, nil},
		"KeepReport":      {[]string{"s3:PutObject"}, []string{artifactsArn + "/loadtest/*"}, nil},
		"ArtifactKey":     {[]string{"kms:Decrypt", "kms:GenerateDataKey"}, []string{"storage-key"}, throughS3},
	}), rights)
	scripts := args.Scripts.Read("loadtest/")
	require.Len(t, statements, len(rights)+len(scripts))
	for i, script := range scripts {
		assert.Equal(t, script.Actions, statements[len(rights)+i].Action)
	}
	assert.Contains(t, r.One(t, typeRolePolicy, "loadtest-role-policy").Get("policy"), "/37a87345435b/loadtest/*")
}

func TestLoadTestOutputs(t *testing.T) {
	got := componenttest.Resolved(t, "loadtest", delivery.NewLoadTest, loadTestArgs(t), func(l *delivery.LoadTest) []any {
		assert.Equal(t, "legops-test-loadtest", l.Name)
		return []any{l.ProjectName, l.SecurityGroupID}
	})
	assert.Equal(t, []any{"legops-test-loadtest", "loadtest-id"}, got)
}

func TestLoadTestRefuses(t *testing.T) {
	componenttest.Refuses(t, loadTest(delivery.LoadTestArgs{}),
		"LoadTest loadtest: Name is missing", "ComputeType is missing", "Buildspec is missing", "ArtifactBucketArn is missing", "VpcID is missing",
		"SubnetIDs is missing", "ArtifactBucket is missing", "ArtifactKeyArn is missing", "SecretKeyArn is missing", "LogKeyArn is missing",
		"Location.Account", "Scripts is missing", `Target "" must be an address`, "Profile is missing", "Environment is missing")
	componenttest.RefusesEach(t, loadTest, func() delivery.LoadTestArgs { return loadTestArgs(t) }, map[string]func(*delivery.LoadTestArgs){
		`Target "http://test.legops.example" must be`:     func(a *delivery.LoadTestArgs) { a.Target = "http://test.legops.example" },
		"Environment is production: set AllowProduction,": func(a *delivery.LoadTestArgs) { a.Environment = "production" },
		"-loadtest is 65 characters long, must be 64":     func(a *delivery.LoadTestArgs) { a.Name = strings.Repeat("n", 56) },
	})
}

// withNetwork are rights with those of a project whose builds run in the VPC, in a security group.
func withNetwork(group string, rights map[string]right) map[string]right {
	const ec2 = "arn:aws:ec2:eu-west-1:111122223333:"
	maps.Copy(rights, map[string]right{
		"SeeNetwork": {[]string{
			"ec2:DescribeDhcpOptions", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs",
		}, []string{"*"}, nil},
		"StandInNetwork": {
			[]string{"ec2:CreateNetworkInterface"}, []string{ec2 + "network-interface/*", ec2 + "subnet/*", ec2 + "security-group/" + group}, nil,
		},
		"LeaveNetwork": {[]string{"ec2:DeleteNetworkInterface"}, []string{ec2 + "network-interface/*"}, nil},
		"HandOverInterface": {
			[]string{"ec2:CreateNetworkInterfacePermission"}, []string{ec2 + "network-interface/*"},
			map[string]map[string][]string{"StringEquals": {"ec2:AuthorizedService": {"codebuild.amazonaws.com"}}},
		},
	})
	return rights
}
