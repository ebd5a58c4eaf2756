package delivery

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
)

// serviceRole is the role of the pipeline itself. It may take the roles of its actions and see the alarms of its
// conditions, which CodePipeline looks at without another role.
func (b *pipelineBuild) serviceRole(stages []stage) (*kit.Role, error) {
	var acting []string
	for _, s := range stages {
		acting = append(acting, b.args.Location.Role(b.args.roleName(s.suffix())))
	}
	return kit.NewRole(b.Ctx, b.Name+"-role", b.args.Location, kit.RoleArgs{
		Name:        b.args.roleName(""),
		Description: fmt.Sprintf("Pipeline of %s", b.args.Application),
		Trust: kit.Trust("codepipeline.amazonaws.com", components.Conditions{"StringEquals": {
			"aws:SourceAccount": {b.args.Location.Account},
		}}),
		Statements: []components.Statement{
			{Sid: "Act", Actions: []string{"sts:AssumeRole"}, Resources: kit.ARNs(acting...)},
			// CloudWatch checks a description, even of one alarm by its name, against all alarms.
			{Sid: "SeeAlarms", Actions: []string{"cloudwatch:DescribeAlarms"}, Resources: kit.ARNs(b.args.Location.ARN("cloudwatch", "alarm:*"))},
		},
	}, b.Parent)
}

// actionRole is the role of a stage's action, which only this pipeline may take.
func (b *pipelineBuild) actionRole(s stage, service *kit.Role) (*kit.Role, error) {
	return kit.NewRole(b.Ctx, b.Name+s.suffix(), b.args.Location, kit.RoleArgs{
		Name:        b.args.roleName(s.suffix()),
		Description: fmt.Sprintf("Pipeline of %s: %s", b.args.Application, s.name),
		Trust:       components.Statement{Principals: pulumi.StringArray{service.Arn}, Actions: []string{"sts:AssumeRole"}},
		Statements:  s.rights,
	}, b.Parent)
}

func (s stage) suffix() string { return "-" + strings.ToLower(s.name) }

// sourceRights read the branch and let CodeCommit put an archive of it into the bucket, with the key of the repository
// as far as CodeCommit uses it.
func (b *pipelineBuild) sourceRights() []components.Statement {
	return append([]components.Statement{
		{
			Sid: "Archive",
			Actions: []string{
				"codecommit:CancelUploadArchive", "codecommit:GetBranch", "codecommit:GetCommit",
				"codecommit:GetRepository", "codecommit:GetUploadArchiveStatus", "codecommit:UploadArchive",
			},
			Resources: kit.ARNs(b.args.Location.ARN("codecommit", b.args.delivered())),
		},
		{
			Sid: "SourceKey", Actions: []string{"kms:Decrypt", "kms:DescribeKey"}, Resources: pulumi.StringArray{b.args.SourceKeyArn},
			Conditions: kit.Through(b.args.Location, "codecommit"),
		},
	}, b.artifacts(nil, []string{sourceArtifact})...)
}

// runRights run a CodeBuild project. Its artifacts are the business of the project's own role.
func (b *pipelineBuild) runRights(project string) []components.Statement {
	return []components.Statement{{
		Sid:       "Run",
		Actions:   []string{"codebuild:BatchGetBuilds", "codebuild:StartBuild", "codebuild:StopBuild"},
		Resources: kit.ARNs(b.args.Location.ARN("codebuild", "project/"+project)),
	}}
}

// approveRights ask for approval.
func (b *pipelineBuild) approveRights() []components.Statement {
	return []components.Statement{
		{Sid: "Ask", Actions: []string{"sns:Publish"}, Resources: pulumi.StringArray{b.args.TopicArn}},
		{
			Sid: "TopicKey", Actions: []string{"kms:Decrypt", "kms:GenerateDataKey"}, Resources: pulumi.StringArray{b.args.TopicKeyArn},
			Conditions: kit.Through(b.args.Location, "sns"),
		},
	}
}

// deployRights deploy a bundle to the application's one group.
func (b *pipelineBuild) deployRights() []components.Statement {
	name := b.args.delivered()
	codedeploy := func(resource string) pulumi.StringArray { return kit.ARNs(b.args.Location.ARN("codedeploy", resource)) }
	return append([]components.Statement{
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
func (b *pipelineBuild) artifacts(in, out []string) []components.Statement {
	bucket := b.args.ArtifactBucketArn
	rights := []components.Statement{{
		Sid:       "Bucket",
		Actions:   []string{"s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"},
		Resources: kit.ARNs(bucket),
	}}
	use := []string{"kms:Decrypt"} // also to put together what was uploaded in parts
	for _, artifact := range in {
		rights = append(rights, components.Statement{
			Sid: "Take" + artifact, Actions: []string{"s3:GetObject", "s3:GetObjectVersion"}, Resources: kit.ARNs(b.args.artifactPath(artifact)),
		})
	}
	for _, artifact := range out {
		rights = append(rights, components.Statement{
			Sid: "HandOn" + artifact, Actions: []string{"s3:PutObject"}, Resources: kit.ARNs(b.args.artifactPath(artifact)),
		})
		use = []string{"kms:Decrypt", "kms:GenerateDataKey"}
	}
	return append(rights, components.Statement{
		Sid: "ArtifactKey", Actions: use, Resources: pulumi.StringArray{b.args.ArtifactKeyArn},
		Conditions: kit.ThroughS3(b.args.Location, bucket),
	})
}
