package components

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// serviceRole is the role of the pipeline itself. It may take the roles of its actions and see the alarms of its
// conditions, which CodePipeline looks at without another role.
func (b *pipelineBuild) serviceRole(stages []stage) (*role, error) {
	var acting []string
	for _, s := range stages {
		acting = append(acting, b.args.Location.Role(b.args.roleName(s.suffix())))
	}
	return newRole(b.ctx, b.name+"-role", b.args.Location, roleArgs{
		name:        b.args.roleName(""),
		description: fmt.Sprintf("Pipeline of %s", b.args.Application),
		trust: trust("codepipeline.amazonaws.com", Conditions{"StringEquals": {
			"aws:SourceAccount": {b.args.Location.Account},
		}}),
		statements: []Statement{
			{Sid: "Act", Actions: []string{"sts:AssumeRole"}, Resources: arns(acting...)},
			// CloudWatch checks a description, even of one alarm by its name, against all alarms.
			{Sid: "SeeAlarms", Actions: []string{"cloudwatch:DescribeAlarms"}, Resources: arns(b.args.Location.ARN("cloudwatch", "alarm:*"))},
		},
	}, b.parent)
}

// actionRole is the role of a stage's action, which only this pipeline may take.
func (b *pipelineBuild) actionRole(s stage, service *role) (*role, error) {
	return newRole(b.ctx, b.name+s.suffix(), b.args.Location, roleArgs{
		name:        b.args.roleName(s.suffix()),
		description: fmt.Sprintf("Pipeline of %s: %s", b.args.Application, s.name),
		trust:       Statement{Principals: pulumi.StringArray{service.Arn}, Actions: []string{"sts:AssumeRole"}},
		statements:  s.rights,
	}, b.parent)
}

func (s stage) suffix() string { return "-" + strings.ToLower(s.name) }

// sourceRights read the branch and let CodeCommit put an archive of it into the bucket, with the key of the repository
// as far as CodeCommit uses it.
func (b *pipelineBuild) sourceRights() []Statement {
	return append([]Statement{
		{
			Sid: "Archive",
			Actions: []string{
				"codecommit:CancelUploadArchive", "codecommit:GetBranch", "codecommit:GetCommit",
				"codecommit:GetRepository", "codecommit:GetUploadArchiveStatus", "codecommit:UploadArchive",
			},
			Resources: arns(b.args.Location.ARN("codecommit", b.args.delivered())),
		},
		{
			Sid: "SourceKey", Actions: []string{"kms:Decrypt", "kms:DescribeKey"}, Resources: pulumi.StringArray{b.args.SourceKeyArn},
			Conditions: b.through("codecommit"),
		},
	}, b.artifacts(nil, []string{sourceArtifact})...)
}

// runRights run a CodeBuild project. Its artifacts are the business of the project's own role.
func (b *pipelineBuild) runRights(project string) []Statement {
	return []Statement{{
		Sid:       "Run",
		Actions:   []string{"codebuild:BatchGetBuilds", "codebuild:StartBuild", "codebuild:StopBuild"},
		Resources: arns(b.args.Location.ARN("codebuild", "project/"+project)),
	}}
}

// approveRights ask for approval.
func (b *pipelineBuild) approveRights() []Statement {
	return []Statement{
		{Sid: "Ask", Actions: []string{"sns:Publish"}, Resources: pulumi.StringArray{b.args.TopicArn}},
		{
			Sid: "TopicKey", Actions: []string{"kms:Decrypt", "kms:GenerateDataKey"}, Resources: pulumi.StringArray{b.args.TopicKeyArn},
			Conditions: b.through("sns"),
		},
	}
}

// deployRights deploy a bundle to the application's one group.
func (b *pipelineBuild) deployRights() []Statement {
	name := b.args.delivered()
	codedeploy := func(resource string) pulumi.StringArray { return arns(b.args.Location.ARN("codedeploy", resource)) }
	return append([]Statement{
		{
			Sid:       "Register",
			Actions:   []string{"codedeploy:GetApplication", "codedeploy:GetApplicationRevision", "codedeploy:RegisterApplicationRevision"},
			Resources: codedeploy("application:" + name),
		},
		{
			Sid:       "Deploy",
			Actions:   []string{"codedeploy:CreateDeployment", "codedeploy:GetDeployment"},
			Resources: codedeploy(b.args.deploymentGroup()),
		},
		{
			Sid:       "Configuration",
			Actions:   []string{"codedeploy:GetDeploymentConfig"},
			Resources: codedeploy("deploymentconfig:" + allAtOnce),
		},
	}, b.artifacts([]string{releaseArtifact}, nil)...)
}

// artifacts take some artifacts of this pipeline and hand on others.
func (b *pipelineBuild) artifacts(in, out []string) []Statement {
	bucket := b.args.ArtifactBucketArn
	rights := []Statement{{
		Sid:       "Bucket",
		Actions:   []string{"s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"},
		Resources: arns(bucket),
	}}
	use := []string{"kms:Decrypt"} // also to put together what was uploaded in parts
	for _, artifact := range in {
		rights = append(rights, Statement{
			Sid: "Take" + artifact, Actions: []string{"s3:GetObject", "s3:GetObjectVersion"}, Resources: arns(b.args.artifactPath(artifact)),
		})
	}
	for _, artifact := range out {
		rights = append(rights, Statement{
			Sid: "HandOn" + artifact, Actions: []string{"s3:PutObject"}, Resources: arns(b.args.artifactPath(artifact)),
		})
		use = []string{"kms:Decrypt", "kms:GenerateDataKey"}
	}
	return append(rights, Statement{
		Sid: "ArtifactKey", Actions: use, Resources: pulumi.StringArray{b.args.ArtifactKeyArn},
		Conditions: throughS3(b.args.Location, bucket),
	})
}

// through limits the use of a key to a service of the pipeline's region.
func (b *pipelineBuild) through(service string) Conditions {
	return Conditions{"StringEquals": {"kms:ViaService": {fmt.Sprintf("%s.%s.amazonaws.com", service, b.args.Location.Region)}}}
}
