package delivery

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
)

// rights are what a run does besides writing its log: it stands in the VPC, reads the scripts, its password and the release
// that a pipeline hands over, and keeps its report.
func (b *loadTestBuild) rights(group pulumi.StringOutput) []components.Statement {
	l, bucket := b.args.Location, b.args.ArtifactBucketArn
	// Secrets Manager adds a hyphen and six characters of its own to the name.
	secret := l.ARN("secretsmanager", "secret:"+b.args.projectName()+"-??????")
	rights := append(networkRights(l, group), []components.Statement{
		{Sid: "ReadPassword", Actions: []string{"secretsmanager:GetSecretValue"}, Resources: kit.ARNs(secret)},
		{
			Sid: "DecryptPassword", Actions: []string{"kms:Decrypt"}, Resources: pulumi.StringArray{b.args.SecretKeyArn},
			Conditions: components.Conditions{
				"StringEquals": {"kms:ViaService": {fmt.Sprintf("secretsmanager.%s.amazonaws.com", l.Region)}},
				"StringLike":   {"kms:EncryptionContext:SecretARN": {secret}},
			},
		},
		{
			Sid: "Bucket", Actions: []string{"s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"},
			Resources: kit.ARNs(bucket),
		},
		// Of any pipeline: an action of CodeBuild takes an artifact whether or not the run reads it.
		{
			Sid: "TakeRelease", Actions: []string{"s3:GetObject", "s3:GetObjectVersion"},
			Resources: kit.ARNs(bucket + "/*/" + releaseArtifact + "/*"),
		},
		{Sid: "KeepReport", Actions: []string{"s3:PutObject"}, Resources: kit.ARNs(bucket + "/" + loadTestReports + "/*")},
		{
			Sid: "ArtifactKey", Actions: []string{"kms:Decrypt", "kms:GenerateDataKey"},
			Resources:  pulumi.StringArray{b.args.ArtifactKeyArn},
			Conditions: kit.ThroughS3(l, bucket),
		},
	}...)
	return append(rights, b.args.Scripts.Read(loadTestScripts)...)
}
