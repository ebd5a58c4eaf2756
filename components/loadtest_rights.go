package components

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// rights are what a run does: it stands in the VPC, writes its log, reads the scripts, its password and the release that a
// pipeline hands over, and keeps its report.
func (b *loadTestBuild) rights(logGroup string, group pulumi.StringOutput) []Statement {
	l, bucket := b.args.Location, b.args.ArtifactBucketArn
	// Secrets Manager adds a hyphen and six characters of its own to the name.
	secret := l.ARN("secretsmanager", "secret:"+b.args.projectName()+"-??????")
	rights := append(b.networkRights(group), []Statement{
		{
			Sid: "Log", Actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"},
			Resources: arns(l.ARN("logs", "log-group:"+logGroup+":*")),
		},
		{Sid: "ReadPassword", Actions: []string{"secretsmanager:GetSecretValue"}, Resources: arns(secret)},
		{
			Sid: "DecryptPassword", Actions: []string{"kms:Decrypt"}, Resources: pulumi.StringArray{b.args.SecretKeyArn},
			Conditions: Conditions{
				"StringEquals": {"kms:ViaService": {fmt.Sprintf("secretsmanager.%s.amazonaws.com", l.Region)}},
				"StringLike":   {"kms:EncryptionContext:SecretARN": {secret}},
			},
		},
		{
			Sid: "Bucket", Actions: []string{"s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"},
			Resources: arns(bucket),
		},
		// Of any pipeline: an action of CodeBuild takes an artifact whether or not the run reads it.
		{
			Sid: "TakeRelease", Actions: []string{"s3:GetObject", "s3:GetObjectVersion"},
			Resources: arns(bucket + "/*/" + releaseArtifact + "/*"),
		},
		{Sid: "KeepReport", Actions: []string{"s3:PutObject"}, Resources: arns(bucket + "/" + loadTestReports + "/*")},
		{
			Sid: "ArtifactKey", Actions: []string{"kms:Decrypt", "kms:GenerateDataKey"},
			Resources:  pulumi.StringArray{b.args.ArtifactKeyArn},
			Conditions: throughS3(l, bucket),
		},
	}...)
	return append(rights, b.args.Scripts.Read(loadTestScripts)...)
}

// networkRights let CodeBuild put a network interface into the VPC for a run, as its user guide lists them. A security
// group belongs to one VPC, so to name it is to name the VPC.
func (b *loadTestBuild) networkRights(group pulumi.StringOutput) []Statement {
	ec2 := func(resource string) string { return b.args.Location.ARN("ec2", resource) }
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
