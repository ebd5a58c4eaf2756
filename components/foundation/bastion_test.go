package foundation_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components"
	"legops/components/foundation"
	"legops/components/internal/componenttest"
)

var bastion = componenttest.Of("bastion", foundation.NewBastion)

var bastionArgs = foundation.BastionArgs{
	Instance: components.Instance{
		VpcID: pulumi.String("vpc"), SubnetIDs: pulumi.ToStringArray([]string{"public-a", "public-b"}), InstanceType: "t4g.nano",
		KubernetesVersion: "1.35", VolumeKeyArn: pulumi.String("volumes-key"), Tags: map[string]string{"Owner": "ops@example.com"},
	},
	Name: "legops-test", Location: componenttest.Location, PostgresVersion: "17",
}

func TestBastion(t *testing.T) {
	r := componenttest.Behaves(t, "legops:components:Bastion", "bastion", bastion(bastionArgs))
	componenttest.Expect(t, r.One(t, "aws:autoscaling/group:Group", "bastion"), map[string]any{
		"name": "legops-test-bastion", "minSize": 1.0, "maxSize": 1.0, "maxInstanceLifetime": 2592000.0,
		"vpcZoneIdentifiers[0]": "public-a", "vpcZoneIdentifiers[1]": "public-b",
		"launchTemplate.id": "bastion-template-id", "launchTemplate.version": "7",
		"instanceRefresh.preferences.minHealthyPercentage": 0.0,
		"tags[0].key": "Name", "tags[0].value": "legops-test-bastion", "tags[1].key": "Owner", "tags[1].value": "ops@example.com",
	})
	template := r.One(t, "aws:ec2/launchTemplate:LaunchTemplate", "bastion-template")
	componenttest.Expect(t, template, map[string]any{
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
	componenttest.Expect(t, group, map[string]any{"ingress": nil, "egress": nil, "vpcId": "vpc"})
}

// It may talk to Session Manager and nothing else: whoever uses it brings rights of their own.
func TestBastionRights(t *testing.T) {
	r := componenttest.Record(t, bastion(bastionArgs))
	assert.Empty(t, r.OfType("aws:iam/rolePolicy:RolePolicy"))
	attachments := r.OfType("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
	require.Len(t, attachments, 1)
	componenttest.Expect(t, attachments[0], map[string]any{"policyArn": "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore", "role": "legops-test-bastion"})
	trust := componenttest.PolicyOf(t, r.One(t, "aws:iam/role:Role", "bastion-role"), "assumeRolePolicy").Statement[0]
	assert.Equal(t, []string{"ec2.amazonaws.com"}, trust.Principal.Service)
	assert.Contains(t, r.One(t, "aws:autoscaling/group:Group", "bastion").DependsOn, attachments[0].URN)
}

// bastionScript is the script that the bastion runs when it starts.
func bastionScript(t *testing.T, args foundation.BastionArgs) string {
	t.Helper()
	encoded := componenttest.Record(t, bastion(args)).One(t, "aws:ec2/launchTemplate:LaunchTemplate", "bastion-template").Get("userData").(string)
	text, err := base64.StdEncoding.DecodeString(encoded)
	require.NoError(t, err)
	return string(text)
}

func TestBastionInstallsTheTools(t *testing.T) {
	assert.NotContains(t, bastionScript(t, bastionArgs), "@")
	args := bastionArgs
	args.InstanceType, args.KubernetesVersion, args.PostgresVersion = "t3.nano", "1.34", "16"
	amd := bastionScript(t, args)
	assert.Contains(t, amd, " postgresql16\n")
	assert.Contains(t, amd, "https://dl.k8s.io/release/v1.34.2/bin/linux/amd64/kubectl\n")
}

func TestBastionOfAnotherArchitecture(t *testing.T) {
	args := bastionArgs
	args.InstanceType = "t3.nano"
	componenttest.Expect(t, componenttest.Record(t, bastion(args)).One(t, "aws:ec2/launchTemplate:LaunchTemplate", "bastion-template"), map[string]any{
		"imageId": "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
	})
}

func TestBastionRefuses(t *testing.T) {
	componenttest.Refuses(t, bastion(foundation.BastionArgs{Instance: components.Instance{KubernetesVersion: "1.1"}}),
		"Bastion bastion: Name is missing", "InstanceType is missing", "PostgresVersion is missing", "VpcID is missing", "SubnetIDs is missing",
		"VolumeKeyArn is missing", `KubernetesVersion "1.1" must be one of [1.34 1.35]`, "Location.Account")
}

// The package manager gives up without a way out, so what waits for one comes before it.
func TestBastionWaitsForItsWayOut(t *testing.T) {
	root, calls, err := componenttest.Start(t, bastionScript(t, bastionArgs))
	require.NoError(t, err)
	assert.Equal(t, []string{
		componenttest.Fetch + "/tmp/kubectl https://dl.k8s.io/release/v1.35.0/bin/linux/arm64/kubectl",
		componenttest.Fetch + "/tmp/kubectl.sha256 https://dl.k8s.io/release/v1.35.0/bin/linux/arm64/kubectl.sha256",
		componenttest.Fetch + "/etc/pki/rds.pem https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem",
		"dd if=/dev/zero of=/swapfile bs=1M count=1024 status=none",
		"mkswap /swapfile",
		"swapon /swapfile",
		"dnf install -y --setopt=install_weak_deps=False postgresql17",
	}, calls)
	assert.FileExists(t, filepath.Join(root, "usr/local/bin/kubectl"))
	table, err := os.ReadFile(filepath.Join(root, "etc/fstab"))
	require.NoError(t, err)
	assert.Equal(t, root+"/swapfile none swap defaults 0 0\n", string(table))
}
