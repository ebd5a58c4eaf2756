package delivery_test

import (
	"encoding/base64"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components"
	"legops/components/delivery"
	"legops/components/internal/componenttest"
)

func deployer(args delivery.DeployerArgs, use ...func(*pulumi.Context, *delivery.Deployer) error) componenttest.Construct {
	return func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
		made, err := delivery.NewDeployer(ctx, "deployer", &args, opts...)
		if err != nil {
			return err
		}
		for _, u := range use {
			if err := u(ctx, made); err != nil {
				return err
			}
		}
		return nil
	}
}

var deployerArgs = delivery.DeployerArgs{
	Instance: components.Instance{
		VpcID: pulumi.String("vpc"), SubnetIDs: pulumi.ToStringArray([]string{"application-a", "application-b"}), InstanceType: "t4g.micro",
		KubernetesVersion: "1.35", VolumeKeyArn: pulumi.String("volumes-key"), Tags: map[string]string{"Owner": "ops@example.com"},
	},
	Name: "legops-test", Location: componenttest.Location,
	Cluster: "legops-test", ClusterName: pulumi.String("legops-test"),
	RegistryLocation:  components.Location{Account: "111122223333", Region: "us-east-1"},
	ArtifactBucketArn: "arn:aws:s3:::legops-test-artifacts", ArtifactKeyArn: pulumi.String("storage-key"),
	LoadBalancerArnSuffix: pulumi.String("app/legops-test/1"),
}

func TestDeployer(t *testing.T) {
	r := componenttest.Behaves(t, "legops:components:Deployer", "deployer", deployer(deployerArgs))
	group := r.One(t, "aws:autoscaling/group:Group", "deployer")
	componenttest.Expect(t, group, map[string]any{
		"name": "legops-test-deployer", "minSize": 1.0, "maxSize": 1.0, "maxInstanceLifetime": 2592000.0,
		"vpcZoneIdentifiers":       []any{"application-a", "application-b"},
		"launchTemplate.id":        "deployer-template-id",
		"tags[1].key":              "Owner",
		"healthCheckType":          "EC2",
		"instanceRefresh.strategy": "Rolling",
	})
	componenttest.Expect(t, r.One(t, "aws:ec2/launchTemplate:LaunchTemplate", "deployer-template"), map[string]any{
		"imageId":      "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64",
		"instanceType": "t4g.micro", "keyName": nil,
		"iamInstanceProfile.arn":     "arn:of:deployer-profile",
		"metadataOptions.httpTokens": "required", "metadataOptions.httpPutResponseHopLimit": 1.0,
		"networkInterfaces[0].securityGroups[0]": "deployer-group-id", "networkInterfaces[0].associatePublicIpAddress": "false",
		"blockDeviceMappings[0].ebs.encrypted": "true", "blockDeviceMappings[0].ebs.kmsKeyId": "volumes-key",
		"tagSpecifications[0].resourceType": "instance",
		"tagSpecifications[0].tags":         map[string]any{"Name": "legops-test-deployer", "Owner": "ops@example.com"},
	})
	componenttest.Expect(t, r.One(t, "aws:ec2/securityGroup:SecurityGroup", "deployer-group"), map[string]any{"ingress": nil, "egress": nil, "vpcId": "vpc"})

	// Starting without one of them, it would have to fail.
	for _, needed := range []struct{ typ, name string }{
		{"aws:eks/accessEntry:AccessEntry", "deployer-access"},
		{"aws:iam/rolePolicy:RolePolicy", "deployer-role-policy"},
		{"aws:iam/rolePolicyAttachment:RolePolicyAttachment", "deployer-role-AmazonSSMManagedInstanceCore"},
	} {
		assert.Contains(t, group.DependsOn, r.One(t, needed.typ, needed.name).URN)
	}
}

func TestDeployerOutputs(t *testing.T) {
	told := map[string]string{}
	var mutex sync.Mutex // values arrive each by itself
	r := componenttest.Record(t, deployer(deployerArgs, func(ctx *pulumi.Context, d *delivery.Deployer) error {
		for name, output := range map[string]pulumi.StringOutput{
			"securityGroup": d.SecurityGroupID, "group": d.GroupName, "role": d.RoleArn, "alarm": d.AlarmName,
		} {
			output.ApplyT(func(s string) string {
				mutex.Lock()
				defer mutex.Unlock()
				told[name] = s
				return s
			})
		}
		assert.Equal(t, "legops-test-deployer", d.TagName)
		user := pulumi.Map{"role": d.ServiceRoleArn}
		return ctx.RegisterResource("test:index:User", "user", user, &pulumi.CustomResourceState{})
	}))
	assert.Equal(t, map[string]string{
		"securityGroup": "deployer-group-id", "group": "legops-test-deployer", "role": "arn:of:deployer-role", "alarm": "legops-test-release-errors",
	}, told)
	user := r.One(t, "test:index:User", "user")
	assert.Equal(t, "arn:of:deployer-service", user.Get("role"))
	assert.Contains(t, user.DependsOn, r.One(t, "aws:iam/rolePolicy:RolePolicy", "deployer-service-policy").URN,
		"whoever takes the role waits for its rights")
}

func TestDeployerRights(t *testing.T) {
	r := componenttest.Record(t, deployer(deployerArgs))
	assert.Len(t, r.OfType("aws:iam/rolePolicyAttachment:RolePolicyAttachment"), 1)
	role := r.One(t, "aws:iam/role:Role", "deployer-role")
	componenttest.Expect(t, role, map[string]any{"name": "legops-test-deployer"})
	assert.Equal(t, []string{"ec2.amazonaws.com"}, componenttest.PolicyOf(t, role, "assumeRolePolicy").Statement[0].Principal.Service)

	rights := componenttest.PolicyOf(t, r.One(t, "aws:iam/rolePolicy:RolePolicy", "deployer-role-policy"), "policy").Statement
	require.Len(t, rights, 5)
	assert.Equal(t, []string{"s3:GetObject", "s3:GetObjectVersion"}, rights[0].Action)
	assert.Equal(t, []string{"arn:aws:s3:::legops-test-artifacts/*/Release/*"}, rights[0].Resource)
	assert.Equal(t, []string{"kms:Decrypt"}, rights[1].Action)
	assert.Equal(t, []string{"storage-key"}, rights[1].Resource)
	assert.Equal(t, map[string]map[string][]string{
		"StringEquals": {"kms:ViaService": {"s3.eu-west-1.amazonaws.com"}},
		"StringLike":   {"kms:EncryptionContext:aws:s3:arn": {"arn:aws:s3:::legops-test-artifacts", "arn:aws:s3:::legops-test-artifacts/*"}},
	}, rights[1].Condition)
	assert.Equal(t, []string{"eks:DescribeCluster"}, rights[2].Action)
	assert.Equal(t, []string{"arn:aws:eks:eu-west-1:111122223333:cluster/legops-test"}, rights[2].Resource)
	assert.Equal(t, []string{"codedeploy:GetDeployment"}, rights[3].Action)
	assert.Equal(t, []string{"arn:aws:codedeploy:eu-west-1:111122223333:deploymentgroup:legops-test-*/legops-test-*"}, rights[3].Resource)
	assert.Equal(t, []string{"ecr:BatchGetImage", "ecr:PutImage"}, rights[4].Action, "neither layers nor deletions")
	assert.Equal(t, []string{"arn:aws:ecr:us-east-1:111122223333:repository/legops-test/*"}, rights[4].Resource)
}

// The setting of the agent and its rights come together.
func TestDeployerAsksForWorkAsItsRole(t *testing.T) {
	args := deployerArgs
	args.SecureCommands = true
	assert.Contains(t, deployerScript(t, args), "\n\tenable_auth_policy: true\n")
	rights := componenttest.PolicyOf(t, componenttest.Record(t, deployer(args)).One(t, "aws:iam/rolePolicy:RolePolicy", "deployer-role-policy"), "policy").Statement
	require.Len(t, rights, 6)
	assert.Equal(t, []string{
		"codedeploy-commands-secure:GetDeploymentSpecification", "codedeploy-commands-secure:PollHostCommand",
		"codedeploy-commands-secure:PutHostCommandAcknowledgement", "codedeploy-commands-secure:PutHostCommandComplete",
	}, rights[5].Action)
	assert.Equal(t, []string{"*"}, rights[5].Resource)
}

// On the cluster it is in a group and has no policy of EKS, which would be for whole namespaces.
func TestDeployerOnTheCluster(t *testing.T) {
	r := componenttest.Record(t, deployer(deployerArgs))
	componenttest.Expect(t, r.One(t, "aws:eks/accessEntry:AccessEntry", "deployer-access"), map[string]any{
		"clusterName": "legops-test", "principalArn": "arn:of:deployer-role", "type": "STANDARD",
		"kubernetesGroups": []any{"legops:delivery"}, "userName": nil,
	})
	assert.Empty(t, r.OfType("aws:eks/accessPolicyAssociation:AccessPolicyAssociation"))
}

func TestDeployerServiceRole(t *testing.T) {
	r := componenttest.Record(t, deployer(deployerArgs))
	role := r.One(t, "aws:iam/role:Role", "deployer-service")
	componenttest.Expect(t, role, map[string]any{"name": "legops-test-codedeploy"})
	trust := componenttest.PolicyOf(t, role, "assumeRolePolicy").Statement
	require.Len(t, trust, 1)
	assert.Equal(t, []string{"codedeploy.amazonaws.com"}, trust[0].Principal.Service)
	assert.Equal(t, map[string]map[string][]string{
		"StringEquals": {"aws:SourceAccount": {"111122223333"}},
		"ArnLike":      {"aws:SourceArn": {"arn:aws:codedeploy:eu-west-1:111122223333:deploymentgroup:legops-test-*/legops-test-*"}},
	}, trust[0].Condition)

	rights := componenttest.PolicyOf(t, r.One(t, "aws:iam/rolePolicy:RolePolicy", "deployer-service-policy"), "policy").Statement
	require.Len(t, rights, 2)
	assert.Equal(t, []string{"ec2:DescribeInstanceStatus", "ec2:DescribeInstances", "tag:GetResources"}, rights[0].Action)
	assert.Equal(t, []string{"*"}, rights[0].Resource)
	assert.Equal(t, []string{"cloudwatch:DescribeAlarms"}, rights[1].Action)
	assert.Equal(t, []string{"arn:aws:cloudwatch:eu-west-1:111122223333:alarm:*"}, rights[1].Resource)
}

func TestDeployerAlarm(t *testing.T) {
	alarm := componenttest.Record(t, deployer(deployerArgs)).One(t, "aws:cloudwatch/metricAlarm:MetricAlarm", "deployer-errors")
	count := func(id, metric string) map[string]any {
		return map[string]any{"id": id, "metric": map[string]any{
			"namespace": "AWS/ApplicationELB", "metricName": metric, "period": 60.0, "stat": "Sum",
			"dimensions": map[string]any{"LoadBalancer": "app/legops-test/1"},
		}}
	}
	componenttest.Expect(t, alarm, map[string]any{
		"name": "legops-test-release-errors",
		"metricQueries": []any{
			map[string]any{
				"id": "share", "label": "Requests answered with an error (%)", "returnData": true,
				"expression": "IF(MAX([FILL(requests, 0), FILL(balancer, 0)]) >= 20, 100 * SUM([FILL(target, 0), FILL(balancer, 0)]) / MAX([FILL(requests, 0), FILL(balancer, 0)]), 0)",
			},
			count("requests", "RequestCount"), count("target", "HTTPCode_Target_5XX_Count"), count("balancer", "HTTPCode_ELB_5XX_Count"),
		},
		"comparisonOperator": "GreaterThanThreshold", "threshold": 5.0, "evaluationPeriods": 3.0, "datapointsToAlarm": 2.0,
		"treatMissingData": "notBreaching", "alarmActions": nil, "okActions": nil,
		"insufficientDataActions": nil,
	})
	assert.Contains(t, alarm.Get("alarmDescription"), "More than 5 % of the requests to legops-test ")
}

func deployerScript(t *testing.T, args delivery.DeployerArgs) string {
	t.Helper()
	encoded := componenttest.Record(t, deployer(args)).One(t, "aws:ec2/launchTemplate:LaunchTemplate", "deployer-template").Get("userData").(string)
	text, err := base64.StdEncoding.DecodeString(encoded)
	require.NoError(t, err)
	return string(text)
}

func TestDeployerOfAnotherArchitecture(t *testing.T) {
	args := deployerArgs
	args.InstanceType, args.KubernetesVersion = "t3.micro", "1.34"
	assert.Contains(t, deployerScript(t, args), "https://dl.k8s.io/release/v1.34.2/bin/linux/amd64/kubectl\n")
	componenttest.Expect(t, componenttest.Record(t, deployer(args)).One(t, "aws:ec2/launchTemplate:LaunchTemplate", "deployer-template"), map[string]any{
		"imageId": "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
	})
}

func TestDeployerRefuses(t *testing.T) {
	componenttest.Refuses(t, deployer(delivery.DeployerArgs{Instance: components.Instance{KubernetesVersion: "1.1"}}),
		"Deployer deployer: Name is missing", "InstanceType is missing", "Cluster is missing", "VpcID is missing", "SubnetIDs is missing",
		"ClusterName is missing", "VolumeKeyArn is missing", "ArtifactKeyArn is missing", "LoadBalancerArnSuffix is missing",
		`KubernetesVersion "1.1" must be one of [1.34 1.35]`, "Location.Account",
		`ArtifactBucketArn "" must be the ARN of a bucket, arn:aws:s3:::<name>`)
	componenttest.RefusesEach(t, func(args delivery.DeployerArgs) componenttest.Construct { return deployer(args) }, func() delivery.DeployerArgs { return deployerArgs }, map[string]func(*delivery.DeployerArgs){
		"-codedeploy is 65 characters long, must be 64 at most": func(a *delivery.DeployerArgs) { a.Name = strings.Repeat("a", 54) },
		`ArtifactBucketArn "artifacts" must be`:                 func(a *delivery.DeployerArgs) { a.ArtifactBucketArn = "artifacts" },
		`ArtifactBucketArn "arn:aws:s3:::*" must be`:            func(a *delivery.DeployerArgs) { a.ArtifactBucketArn = "arn:aws:s3:::*" },
	})
}
