package components_test

import (
	"encoding/base64"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components"
)

func bastion(args components.BastionArgs) construct {
	return func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
		_, err := components.NewBastion(ctx, "bastion", &args, opts...)
		return err
	}
}

var bastionArgs = components.BastionArgs{
	Name: "legops-test", Location: location, VpcID: pulumi.String("vpc"),
	SubnetIDs:    pulumi.ToStringArray([]string{"public-a", "public-b"}),
	InstanceType: "t4g.nano", Architecture: "arm64", KubernetesVersion: "1.35", PostgresVersion: "17",
	VolumeKeyArn: pulumi.String("volumes-key"), Tags: map[string]string{"Owner": "ops@example.com"},
}

func TestBastion(t *testing.T) {
	behaves(t, "legops:components:Bastion", "bastion", bastion(bastionArgs))
	r := record(t, bastion(bastionArgs))
	expect(t, r.One(t, "aws:autoscaling/group:Group", "bastion"), map[string]any{
		"name": "legops-test-bastion", "minSize": 1.0, "maxSize": 1.0, "maxInstanceLifetime": 2592000.0,
		"vpcZoneIdentifiers[0]": "public-a", "vpcZoneIdentifiers[1]": "public-b",
		"launchTemplate.id": "bastion-template-id", "launchTemplate.version": "7",
		"instanceRefresh.preferences.minHealthyPercentage": 0.0,
		"tags[0].key": "Name", "tags[0].value": "legops-test-bastion", "tags[1].key": "Owner", "tags[1].value": "ops@example.com",
	})
	template := r.One(t, "aws:ec2/launchTemplate:LaunchTemplate", "bastion-template")
	expect(t, template, map[string]any{
		"imageId":      "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64",
		"instanceType": "t4g.nano", "keyName": nil, "vpcSecurityGroupIds": nil,
		"iamInstanceProfile.arn":     "arn:of:bastion-profile",
		"metadataOptions.httpTokens": "required", "metadataOptions.httpPutResponseHopLimit": 1.0,
		"networkInterfaces[0].securityGroups[0]": "bastion-group-id", "networkInterfaces[0].associatePublicIpAddress": "true",
		"blockDeviceMappings[0].ebs.encrypted": "true", "blockDeviceMappings[0].ebs.kmsKeyId": "volumes-key",
		"tagSpecifications[0].tags.Name": "legops-test-bastion", "tagSpecifications[1].resourceType": "volume",
		"tagSpecifications[1].tags.Owner": "ops@example.com",
	})
	group := r.One(t, "aws:ec2/securityGroup:SecurityGroup", "bastion-group")
	expect(t, group, map[string]any{"ingress": nil, "egress": nil, "vpcId": "vpc"})
}

// It may talk to Session Manager and nothing else: whoever uses it brings rights of their own.
func TestBastionRights(t *testing.T) {
	r := record(t, bastion(bastionArgs))
	assert.Empty(t, r.OfType("aws:iam/rolePolicy:RolePolicy"))
	attachments := r.OfType("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
	require.Len(t, attachments, 1)
	expect(t, attachments[0], map[string]any{"policyArn": "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore", "role": "legops-test-bastion"})
	trust := policyOf(t, r.One(t, "aws:iam/role:Role", "bastion-role"), "assumeRolePolicy").Statement[0]
	assert.Equal(t, []string{"ec2.amazonaws.com"}, trust.Principal.Service)
	assert.Contains(t, r.One(t, "aws:autoscaling/group:Group", "bastion").DependsOn, attachments[0].URN)
}

// bastionScript is the script that the bastion runs when it starts.
func bastionScript(t *testing.T, args components.BastionArgs) string {
	t.Helper()
	encoded := record(t, bastion(args)).One(t, "aws:ec2/launchTemplate:LaunchTemplate", "bastion-template").Get("userData").(string)
	text, err := base64.StdEncoding.DecodeString(encoded)
	require.NoError(t, err)
	return string(text)
}

func TestBastionInstallsTheTools(t *testing.T) {
	assert.NotContains(t, bastionScript(t, bastionArgs), "@")
	args := bastionArgs
	args.Architecture, args.KubernetesVersion, args.PostgresVersion = "amd64", "1.34", "16"
	amd := bastionScript(t, args)
	assert.Contains(t, amd, " postgresql16\n")
	assert.Contains(t, amd, "https://dl.k8s.io/release/v1.34.2/bin/linux/amd64/kubectl\n")
}

func TestBastionOfAnotherArchitecture(t *testing.T) {
	args := bastionArgs
	args.Architecture = "amd64"
	expect(t, record(t, bastion(args)).One(t, "aws:ec2/launchTemplate:LaunchTemplate", "bastion-template"), map[string]any{
		"imageId": "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
	})
}

func TestBastionRefuses(t *testing.T) {
	refuses(t, bastion(components.BastionArgs{Architecture: "sparc", KubernetesVersion: "1.1"}),
		"bastion bastion: Name is missing", "InstanceType is missing", "PostgresVersion is missing", "VpcID is missing", "SubnetIDs is missing",
		"VolumeKeyArn is missing", `Architecture "sparc" must be one of [amd64 arm64]`, `KubernetesVersion "1.1" must be one of [1.34 1.35]`, "Location.Account")
}
