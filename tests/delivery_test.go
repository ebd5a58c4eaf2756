package tests

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/recorder"
	"legops/internal/registered"
	"legops/internal/settings"
	"legops/stacks"
)

// stageShape is what has to be true of a stage's one action.
type stageShape struct{ name, category, provider, in, out string }

// shapeOf are the stages that a stack file asks for, in order.
func shapeOf(cfg *stacks.Config) []stageShape {
	shape := []stageShape{
		{"Source", "Source", "CodeCommit", "", "Source"},
		{"Build", "Build", "CodeBuild", "Source", "Release"},
	}
	if cfg.Pipeline.ManualApproval {
		shape = append(shape, stageShape{"Approve", "Approval", "Manual", "", ""})
	}
	shape = append(shape, stageShape{"Deploy", "Deploy", "CodeDeploy", "Release", ""})
	if cfg.Pipeline.LoadTest {
		shape = append(shape, stageShape{"LoadTest", "Test", "CodeBuild", "Release", ""})
	}
	return shape
}

func TestPipelinesHaveTheStagesThatTheStackFileAsksFor(t *testing.T) {
	each(t, func(t *testing.T, cfg *stacks.Config, r *recorder.Recorder) {
		require.Len(t, r.OfType("aws:codepipeline/pipeline:Pipeline"), len(cfg.Applications))
		for _, application := range cfg.Applications {
			pipeline := r.One(t, "aws:codepipeline/pipeline:Pipeline", "pipeline-"+application.Name)
			assert.Equal(t, "V2", pipeline.Get("pipelineType"))
			assert.NotEmpty(t, pipeline.Get("artifactStores[0].encryptionKey.id"), pipeline.URN)
			var got []stageShape
			produced, consumed := map[string]int{}, map[string]int{}
			for _, stage := range pipeline.Objects("stages") {
				require.Len(t, stage.List("actions"), 1, pipeline.URN)
				action := stage.Values("actions[0]")
				s := stageShape{
					name: stage.Text("name"), category: action.Text("category"), provider: action.Text("provider"),
					in: action.Text("inputArtifacts[0]"), out: action.Text("outputArtifacts[0]"),
				}
				got = append(got, s)
				produced[s.out]++
				consumed[s.in]++
				watched := stage.Has("beforeEntry") && stage.Has("onSuccess")
				assert.Equal(t, s.name == "Deploy", watched, "%s %s: conditions", pipeline.URN, s.name)
			}
			assert.Equal(t, shapeOf(cfg), got, pipeline.URN)
			for artifact, times := range produced {
				assert.True(t, artifact == "" || times == 1 && consumed[artifact] >= 1, "%s: nothing consumes %s", pipeline.URN, artifact)
			}

			group := r.One(t, "aws:codedeploy/deploymentGroup:DeploymentGroup", "pipeline-"+application.Name)
			assert.Equal(t, []any{"DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"}, group.Get("autoRollbackConfiguration.events"), group.URN)
			assert.Equal(t, true, group.Get("autoRollbackConfiguration.enabled"), group.URN)
			assert.Len(t, group.Get("alarmConfiguration.alarms"), 2, group.URN)
		}
	})
}

// deliveryRights are the policies of delivery, with exactly what each may do: action and resource. PREFIX stands for
// <project>-<stack>, APP for the application, PIPE for the folder of its pipeline's artifacts, SCRIPTS for that of the
// scripts and LOADTESTS of those of the load tests, ARN(service) for the beginning of an ARN of the account and its region.
var deliveryRights = map[string][]string{
	"mirror-APP-role-policy": {
		"codeconnections:GetConnection CONNECTION", "codeconnections:GetConnectionToken CONNECTION", "codeconnections:UseConnection CONNECTION",
		"codecommit:GitPull ARN(codecommit):PREFIX-APP", "codecommit:GitPush ARN(codecommit):PREFIX-APP",
		"codecommit:UpdateDefaultBranch ARN(codecommit):PREFIX-APP",
		"kms:Decrypt KEY(source)", "kms:DescribeKey KEY(source)", "kms:Encrypt KEY(source)", "kms:GenerateDataKey* KEY(source)", "kms:ReEncrypt* KEY(source)",
		"logs:CreateLogStream ARN(logs):log-group:/aws/codebuild/PREFIX-mirror-APP:*",
		"logs:PutLogEvents ARN(logs):log-group:/aws/codebuild/PREFIX-mirror-APP:*",
		"s3:GetObject SCRIPTS/mirror.sh", "kms:Decrypt KEY(storage)",
	},
	"mirror-APP-schedule-role-policy": {"codebuild:StartBuild ARN(codebuild):project/PREFIX-mirror-APP"},
	"pipeline-APP-trigger-policy":     {"codepipeline:StartPipelineExecution ARN(codepipeline):PREFIX-APP"},
	"pipeline-APP-role-policy": {
		"sts:AssumeRole ROLE/PREFIX-pipeline-APP-source", "sts:AssumeRole ROLE/PREFIX-pipeline-APP-build",
		"sts:AssumeRole ROLE/PREFIX-pipeline-APP-deploy", "cloudwatch:DescribeAlarms ARN(cloudwatch):alarm:*",
	},
	"pipeline-APP-source-policy": {
		"codecommit:CancelUploadArchive ARN(codecommit):PREFIX-APP", "codecommit:GetBranch ARN(codecommit):PREFIX-APP",
		"codecommit:GetCommit ARN(codecommit):PREFIX-APP", "codecommit:GetRepository ARN(codecommit):PREFIX-APP",
		"codecommit:GetUploadArchiveStatus ARN(codecommit):PREFIX-APP", "codecommit:UploadArchive ARN(codecommit):PREFIX-APP",
		"kms:Decrypt KEY(source)", "kms:DescribeKey KEY(source)",
		"s3:GetBucketAcl BUCKET", "s3:GetBucketLocation BUCKET", "s3:GetBucketVersioning BUCKET", "s3:PutObject BUCKET/PIPE/Source/*",
		"kms:Decrypt KEY(storage)", "kms:GenerateDataKey KEY(storage)",
	},
	"pipeline-APP-build-policy": {
		"codebuild:BatchGetBuilds ARN(codebuild):project/PREFIX-build-APP", "codebuild:StartBuild ARN(codebuild):project/PREFIX-build-APP",
		"codebuild:StopBuild ARN(codebuild):project/PREFIX-build-APP",
	},
	"pipeline-APP-build-rights": { // of the build itself
		"logs:CreateLogStream ARN(logs):log-group:/aws/codebuild/PREFIX-build-APP:*",
		"logs:PutLogEvents ARN(logs):log-group:/aws/codebuild/PREFIX-build-APP:*",
		"ecr:GetAuthorizationToken *", "ecr-public:GetAuthorizationToken *", "sts:GetServiceBearerToken *",
		"ecr:BatchCheckLayerAvailability IMAGES", "ecr:BatchGetImage IMAGES", "ecr:CompleteLayerUpload IMAGES",
		"ecr:DescribeImageScanFindings IMAGES", "ecr:DescribeImages IMAGES", "ecr:GetDownloadUrlForLayer IMAGES",
		"ecr:InitiateLayerUpload IMAGES", "ecr:PutImage IMAGES", "ecr:UploadLayerPart IMAGES",
		"s3:GetBucketAcl BUCKET", "s3:GetBucketLocation BUCKET", "s3:GetBucketVersioning BUCKET",
		"s3:GetObject BUCKET/PIPE/Source/*", "s3:GetObjectVersion BUCKET/PIPE/Source/*", "s3:PutObject BUCKET/PIPE/Release/*",
		"kms:Decrypt KEY(storage)", "kms:GenerateDataKey KEY(storage)",
		"s3:ListBucket BUCKET", "s3:GetObject SCRIPTS/build.sh", "s3:GetObject SCRIPTS/release/*", "kms:Decrypt KEY(storage)",
		"codedeploy:ListDeployments ARN(codedeploy):deploymentgroup:PREFIX-APP/PREFIX-APP",
	},
	"pipeline-APP-approve-policy": {"sns:Publish arn:of:alerts-warning", "kms:Decrypt KEY(alerts)", "kms:GenerateDataKey KEY(alerts)"},
	"pipeline-APP-deploy-policy": {
		"codedeploy:GetApplication ARN(codedeploy):application:PREFIX-APP", "codedeploy:GetApplicationRevision ARN(codedeploy):application:PREFIX-APP",
		"codedeploy:RegisterApplicationRevision ARN(codedeploy):application:PREFIX-APP",
		"codedeploy:CreateDeployment ARN(codedeploy):deploymentgroup:PREFIX-APP/PREFIX-APP",
		"codedeploy:GetDeployment ARN(codedeploy):deploymentgroup:PREFIX-APP/PREFIX-APP",
		"codedeploy:GetDeploymentConfig ARN(codedeploy):deploymentconfig:CodeDeployDefault.AllAtOnce",
		"s3:GetBucketAcl BUCKET", "s3:GetBucketLocation BUCKET", "s3:GetBucketVersioning BUCKET",
		"s3:GetObject BUCKET/PIPE/Release/*", "s3:GetObjectVersion BUCKET/PIPE/Release/*", "kms:Decrypt KEY(storage)",
	},
	"pipeline-APP-loadtest-policy": {
		"codebuild:BatchGetBuilds ARN(codebuild):project/PREFIX-loadtest", "codebuild:StartBuild ARN(codebuild):project/PREFIX-loadtest",
		"codebuild:StopBuild ARN(codebuild):project/PREFIX-loadtest",
	},
	"runner-role-policy": {
		"ec2:DescribeDhcpOptions *", "ec2:DescribeNetworkInterfaces *", "ec2:DescribeSecurityGroups *", "ec2:DescribeSubnets *", "ec2:DescribeVpcs *",
		"ec2:CreateNetworkInterface ARN(ec2):network-interface/*", "ec2:CreateNetworkInterface ARN(ec2):subnet/*",
		"ec2:CreateNetworkInterface ARN(ec2):security-group/runner-id", "ec2:DeleteNetworkInterface ARN(ec2):network-interface/*",
		"ec2:CreateNetworkInterfacePermission ARN(ec2):network-interface/*",
		"codeconnections:GetConnection CONNECTION", "codeconnections:GetConnectionToken CONNECTION", "codeconnections:UseConnection CONNECTION",
		"logs:CreateLogStream ARN(logs):log-group:/aws/codebuild/PREFIX-runner:*",
		"logs:PutLogEvents ARN(logs):log-group:/aws/codebuild/PREFIX-runner:*",
	},
	"loadtest-role-policy": {
		"ec2:DescribeDhcpOptions *", "ec2:DescribeNetworkInterfaces *", "ec2:DescribeSecurityGroups *", "ec2:DescribeSubnets *", "ec2:DescribeVpcs *",
		"ec2:CreateNetworkInterface ARN(ec2):network-interface/*", "ec2:CreateNetworkInterface ARN(ec2):subnet/*",
		"ec2:CreateNetworkInterface ARN(ec2):security-group/loadtest-id", "ec2:DeleteNetworkInterface ARN(ec2):network-interface/*",
		"ec2:CreateNetworkInterfacePermission ARN(ec2):network-interface/*",
		"logs:CreateLogStream ARN(logs):log-group:/aws/codebuild/PREFIX-loadtest:*",
		"logs:PutLogEvents ARN(logs):log-group:/aws/codebuild/PREFIX-loadtest:*",
		"secretsmanager:GetSecretValue ARN(secretsmanager):secret:PREFIX-loadtest-??????", "kms:Decrypt KEY(credentials)",
		"s3:GetBucketAcl BUCKET", "s3:GetBucketLocation BUCKET", "s3:GetBucketVersioning BUCKET",
		"s3:GetObject BUCKET/*/Release/*", "s3:GetObjectVersion BUCKET/*/Release/*", "s3:PutObject BUCKET/loadtest/*",
		"kms:Decrypt KEY(storage)", "kms:GenerateDataKey KEY(storage)",
		"s3:ListBucket BUCKET", "s3:GetObject LOADTESTS/loadtest/*", "kms:Decrypt KEY(storage)",
	},
	"deployer-role-policy": {
		"s3:GetObject BUCKET/*/Release/*", "s3:GetObjectVersion BUCKET/*/Release/*", "kms:Decrypt KEY(storage)",
		"eks:DescribeCluster ARN(eks):cluster/PREFIX",
		"codedeploy:GetDeployment ARN(codedeploy):deploymentgroup:PREFIX-*/PREFIX-*",
		"ecr:BatchGetImage ARN(ecr us-east-1):repository/PREFIX/*", "ecr:PutImage ARN(ecr us-east-1):repository/PREFIX/*",
	},
	"deployer-service-policy": {
		"ec2:DescribeInstanceStatus *", "ec2:DescribeInstances *", "tag:GetResources *", "cloudwatch:DescribeAlarms ARN(cloudwatch):alarm:*",
	},
}

// optionalRights are the policies that a stack file asks for.
var optionalRights = map[string]func(*stacks.Config) bool{
	"pipeline-APP-approve-policy":  func(cfg *stacks.Config) bool { return cfg.Pipeline.ManualApproval },
	"pipeline-APP-loadtest-policy": func(cfg *stacks.Config) bool { return cfg.Pipeline.LoadTest },
	"runner-role-policy":           func(cfg *stacks.Config) bool { return cfg.Runner != nil },
	"loadtest-role-policy":         func(cfg *stacks.Config) bool { return cfg.LoadTest != nil },
}

func TestRolesOfDeliveryHaveExactlyTheirRights(t *testing.T) {
	each(t, func(t *testing.T, cfg *stacks.Config, r *recorder.Recorder) {
		want := map[string][]string{}
		for policy, rights := range deliveryRights {
			for _, application := range cfg.Applications {
				if asked, optional := optionalRights[policy]; optional && !asked(cfg) {
					continue
				}
				name := strings.ReplaceAll(policy, "APP", application.Name)
				want[name] = fill(t, rights, cfg, r, application.Name)
				for _, stage := range []string{"approve", "loadtest"} {
					if policy == "pipeline-APP-role-policy" && optionalRights["pipeline-APP-"+stage+"-policy"](cfg) {
						want[name] = append(want[name], fill(t, []string{"sts:AssumeRole ROLE/PREFIX-pipeline-APP-" + stage}, cfg, r, application.Name)...)
					}
				}
				slices.Sort(want[name])
			}
		}
		got := map[string][]string{}
		for _, found := range r.OfType("aws:iam/rolePolicy:RolePolicy") {
			part, _, _ := strings.Cut(found.Name(), "-")
			if !slices.Contains([]string{"mirror", "builder", "pipeline", "deployer", "runner", "loadtest"}, part) {
				continue
			}
			for _, s := range statements(t, found) {
				for _, action := range s.Action {
					for _, resource := range s.Resource {
						got[found.Name()] = append(got[found.Name()], action+" "+resource)
					}
				}
			}
			slices.Sort(got[found.Name()])
		}
		assert.Equal(t, want, got)
	})
}

// The agent asks for work by an endpoint, or by NAT. Endpoint, setting and rights are there together, or none of them is: each alone
// would be paid for and not used, or leave the deployer without work.
func TestTheAgentOfCodeDeployGoesOneWay(t *testing.T) {
	for _, stack := range stackNames {
		for _, secure := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/%t", stack, secure), func(t *testing.T) {
				cfg := config(t, stack)
				cfg.Network.InterfaceEndpoints = slices.DeleteFunc(cfg.Network.InterfaceEndpoints, func(s settings.EndpointService) bool { return s == stacks.SecureCommands })
				if secure {
					cfg.Network.InterfaceEndpoints = append(cfg.Network.InterfaceEndpoints, stacks.SecureCommands)
				}
				r := registered.Stack(t, stack, cfg)
				endpoint := slices.ContainsFunc(r.OfType("aws:ec2/vpcEndpoint:VpcEndpoint"), func(e recorder.Resource) bool {
					return e.Text("serviceName") == fmt.Sprintf("com.amazonaws.%s.%s", cfg.Region, stacks.SecureCommands)
				})
				assert.Equal(t, secure, endpoint, "the endpoint")
				script, err := base64.StdEncoding.DecodeString(r.One(t, "aws:ec2/launchTemplate:LaunchTemplate", "deployer-template").Text("userData"))
				require.NoError(t, err)
				assert.Contains(t, string(script), fmt.Sprintf("\tenable_auth_policy: %t\n", secure), "the setting")
				rights := r.One(t, "aws:iam/rolePolicy:RolePolicy", "deployer-role-policy").Text("policy")
				assert.Equal(t, secure, strings.Contains(rights, "codedeploy-commands-secure:PollHostCommand"), "the rights")
			})
		}
	}
}

// Every role that an action takes is one of the table, and every role of the table is taken.
func TestActionsTakeTheirOwnRoles(t *testing.T) {
	each(t, func(t *testing.T, cfg *stacks.Config, r *recorder.Recorder) {
		taken := map[any]string{}
		for _, pipeline := range r.OfType("aws:codepipeline/pipeline:Pipeline") {
			for _, role := range pipeline.All("stages[*].actions[0].roleArn") {
				require.NotEmpty(t, role, pipeline.URN)
				assert.Empty(t, taken[role], "%s: role %v is taken twice", pipeline.URN, role)
				taken[role] = pipeline.Name()
			}
		}
		assert.Len(t, taken, len(cfg.Applications)*len(shapeOf(cfg)))
	})
}

func fill(t *testing.T, rights []string, cfg *stacks.Config, r *recorder.Recorder, application string) []string {
	prefix := project + "-" + r.Stack
	pipe := prefix + "-" + application
	bucket := fmt.Sprintf("arn:aws:s3:::%s-%s-artifacts", prefix, cfg.Account)
	scripts := strings.TrimSuffix(r.One(t, "aws:s3/bucketObjectv2:BucketObjectv2", "scripts-mirror.sh").Text("key"), "/mirror.sh")
	replacements := []string{
		"PIPE", pipe[:min(len(pipe), 20)],
		"PREFIX", prefix, "APP", application,
		"ROLE/", fmt.Sprintf("arn:aws:iam::%s:role/", cfg.Account),
		"BUCKET", bucket, "SCRIPTS", bucket + "/" + scripts,
		"IMAGES", fmt.Sprintf("arn:aws:ecr:us-east-1:%s:repository/%s/%s", cfg.Account, prefix, application),
		"CONNECTION", "arn:of:github-connection",
		"ARN(ecr us-east-1)", fmt.Sprintf("arn:aws:ecr:us-east-1:%s", cfg.Account),
	}
	if cfg.LoadTest != nil {
		runner := r.One(t, "aws:s3/bucketObjectv2:BucketObjectv2", "loadtest-scripts-loadtest-run.sh").Text("key")
		replacements = append(replacements, "LOADTESTS", bucket+"/"+strings.TrimSuffix(runner, "/loadtest/run.sh"))
	}
	for _, service := range []string{
		"cloudwatch", "codecommit", "codebuild", "codedeploy", "codepipeline", "ec2", "eks", "logs", "secretsmanager",
	} {
		replacements = append(replacements, "ARN("+service+")", fmt.Sprintf("arn:aws:%s:%s:%s", service, cfg.Region, cfg.Account))
	}
	for _, key := range []string{"source", "storage", "alerts", "credentials"} {
		replacements = append(replacements, "KEY("+key+")", "arn:of:encryption-"+key)
	}
	var filled []string
	for _, right := range rights {
		filled = append(filled, strings.NewReplacer(replacements...).Replace(right))
	}
	return filled
}
