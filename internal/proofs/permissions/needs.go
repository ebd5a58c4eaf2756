package permissions

import (
	"fmt"
	"slices"
	"strings"

	"legops/internal/settings"
)

// need is a request that a role makes in its work: an action, what it is on by label, and the context that the service sends with it.
type need struct{ form, actions, on, context string }

// The contexts of requests that a service makes for a role. With a bucket key, as all buckets here have, S3 gives KMS the ARN of the bucket
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html).
const (
	throughS3      = "kms:ViaService=s3.<region>.amazonaws.com kms:EncryptionContext:aws:s3:arn=arn:aws:s3:::<stack>-<account>-"
	throughCommits = "kms:ViaService=codecommit.<region>.amazonaws.com"
	throughQueues  = "kms:ViaService=sqs.<region>.amazonaws.com"
	throughTopics  = "kms:ViaService=sns.<region>.amazonaws.com"
	throughSecrets = "kms:ViaService=secretsmanager.<region>.amazonaws.com"
	// Names of buckets are of the whole world.
	ofAccount = "aws:ResourceAccount=<account>"
	// Pulumi names no encryption.
	withoutEncryption = "s3:x-amz-server-side-encryption= s3:x-amz-server-side-encryption-aws-kms-key-id= s3:x-amz-server-side-encryption-customer-algorithm="
)

// needs are what the roles do in their work, by what runs there: the scripts under delivery, what AWS documents of the action of a
// pipeline, the source of a controller. What applications need is what they declare (declared).
var needs = []need{
	{"mirror-{application}", "codeconnections:GetConnection codeconnections:GetConnectionToken codeconnections:UseConnection", "connection/github-connection", ""},
	{"mirror-{application}", "codecommit:GitPull codecommit:GitPush codecommit:UpdateDefaultBranch", "{application}", ""},
	{"mirror-{application}", "kms:Decrypt kms:Encrypt kms:GenerateDataKey kms:ReEncryptFrom kms:ReEncryptTo kms:DescribeKey", "key/source", throughCommits},
	{"mirror-{application}", "s3:GetObject", "artifacts/delivery/<digest>/mirror.sh", ""},
	{"mirror-{application}", "kms:Decrypt", "key/storage", throughS3 + "artifacts"},
	{"mirror-{application}", "logs:CreateLogStream logs:PutLogEvents", "log-group:/aws/codebuild/mirror-{application}:log-stream:example", ""},
	{"mirror-{application}-schedule", "codebuild:StartBuild", "project/mirror-{application}", ""},

	{"pipeline-{application}-trigger", "codepipeline:StartPipelineExecution", "{application}", ""},
	{"pipeline-{application}", "sts:AssumeRole", "role/pipeline-{application}-source", ""},
	{"pipeline-{application}", "sts:AssumeRole", "role/pipeline-{application}-build", ""},
	{"pipeline-{application}", "sts:AssumeRole", "role/pipeline-{application}-deploy", ""},
	{"pipeline-{application}", "cloudwatch:DescribeAlarms", "alarm:example", ""},
	{"pipeline-{application}-source", "codecommit:CancelUploadArchive codecommit:GetBranch codecommit:GetCommit codecommit:GetRepository codecommit:GetUploadArchiveStatus codecommit:UploadArchive", "{application}", ""},
	{"pipeline-{application}-source", "kms:Decrypt kms:DescribeKey", "key/source", throughCommits},
	{"pipeline-{application}-source", "s3:PutObject", "artifacts/{application}/Source/example", ""},
	{"pipeline-{application}-source", "s3:GetBucketAcl s3:GetBucketLocation s3:GetBucketVersioning", "artifacts", ""},
	{"pipeline-{application}-source", "kms:Decrypt kms:GenerateDataKey", "key/storage", throughS3 + "artifacts"},
	{"pipeline-{application}-build", "codebuild:BatchGetBuilds codebuild:StartBuild codebuild:StopBuild", "project/build-{application}", ""},
	{"pipeline-{application}-approve", "sns:Publish", "warning", ""},
	{"pipeline-{application}-approve", "kms:Decrypt kms:GenerateDataKey", "key/alerts", throughTopics},
	{"pipeline-{application}-deploy", "codedeploy:GetApplication codedeploy:GetApplicationRevision codedeploy:RegisterApplicationRevision", "application:{application}", ""},
	{"pipeline-{application}-deploy", "codedeploy:CreateDeployment codedeploy:GetDeployment", "deploymentgroup:{application}/{application}", ""},
	{"pipeline-{application}-deploy", "codedeploy:GetDeploymentConfig", "deploymentconfig:CodeDeployDefault.AllAtOnce", ""},
	{"pipeline-{application}-deploy", "s3:GetObject s3:GetObjectVersion", "artifacts/{application}/Release/example", ""},
	{"pipeline-{application}-deploy", "s3:GetBucketAcl s3:GetBucketLocation s3:GetBucketVersioning", "artifacts", ""},
	{"pipeline-{application}-deploy", "kms:Decrypt", "key/storage", throughS3 + "artifacts"},
	{"pipeline-{application}-loadtest", "codebuild:BatchGetBuilds codebuild:StartBuild codebuild:StopBuild", "project/loadtest", ""},

	{"build-{application}", "logs:CreateLogStream logs:PutLogEvents", "log-group:/aws/codebuild/build-{application}:log-stream:example", ""},
	{"build-{application}", "ecr:GetAuthorizationToken ecr-public:GetAuthorizationToken", "*", ""},
	{"build-{application}", "sts:GetServiceBearerToken", "*", "sts:AWSServiceName=ecr-public.amazonaws.com"},
	{
		"build-{application}", "ecr:BatchCheckLayerAvailability ecr:BatchGetImage ecr:CompleteLayerUpload ecr:DescribeImageScanFindings ecr:DescribeImages ecr:GetDownloadUrlForLayer " +
			"ecr:InitiateLayerUpload ecr:PutImage ecr:UploadLayerPart", "repository/{application}", "",
	},
	{"build-{application}", "s3:GetObject s3:GetObjectVersion", "artifacts/{application}/Source/example", ""},
	{"build-{application}", "s3:PutObject", "artifacts/{application}/Release/example", ""},
	{"build-{application}", "s3:GetBucketAcl s3:GetBucketLocation s3:GetBucketVersioning", "artifacts", ""},
	{"build-{application}", "s3:GetObject", "artifacts/delivery/<digest>/build.sh", ""},
	{"build-{application}", "s3:GetObject", "artifacts/delivery/<digest>/release/example", ""},
	{"build-{application}", "kms:Decrypt kms:GenerateDataKey", "key/storage", throughS3 + "artifacts"},
	{"build-{application}", "codedeploy:ListDeployments", "deploymentgroup:{application}/{application}", ""},

	{"deployer", "s3:GetObject s3:GetObjectVersion", "artifacts/matters/Release/example", ""},
	{"deployer", "kms:Decrypt", "key/storage", throughS3 + "artifacts"},
	{"deployer", "eks:DescribeCluster", "cluster/<stack>", ""},
	{"deployer", "codedeploy:GetDeployment", "deploymentgroup:matters/matters", ""},
	{"deployer", "ecr:BatchGetImage ecr:PutImage", "repository/matters", ""},
	{"deployer", "ssm:UpdateInstanceInformation", "instance/example", ""},
	{"deployer", "ssmmessages:CreateControlChannel ssmmessages:OpenDataChannel", "*", ""},
	{"codedeploy", "ec2:DescribeInstances ec2:DescribeInstanceStatus tag:GetResources", "*", ""},
	{"codedeploy", "cloudwatch:DescribeAlarms", "alarm:example", ""},
	{"bastion", "ssm:UpdateInstanceInformation", "instance/example", ""},
	{"bastion", "ssmmessages:CreateControlChannel ssmmessages:OpenDataChannel", "*", ""},

	{"runner", "ec2:DescribeDhcpOptions ec2:DescribeNetworkInterfaces ec2:DescribeSecurityGroups ec2:DescribeSubnets ec2:DescribeVpcs", "*", ""},
	{"runner", "ec2:CreateNetworkInterface ec2:DeleteNetworkInterface", "network-interface/example", ""},
	{"runner", "ec2:CreateNetworkInterface", "security-group/runner", ""},
	{"runner", "ec2:CreateNetworkInterfacePermission", "network-interface/example", "ec2:AuthorizedService=codebuild.amazonaws.com"},
	{"runner", "codeconnections:GetConnectionToken", "connection/github-connection", ""},
	{"runner", "logs:CreateLogStream logs:PutLogEvents", "log-group:/aws/codebuild/runner:log-stream:example", ""},
	{"loadtest", "ec2:CreateNetworkInterface", "security-group/loadtest", ""},
	{"loadtest", "ec2:CreateNetworkInterfacePermission", "network-interface/example", "ec2:AuthorizedService=codebuild.amazonaws.com"},
	{"loadtest", "logs:CreateLogStream logs:PutLogEvents", "log-group:/aws/codebuild/loadtest:log-stream:example", ""},
	{"loadtest", "secretsmanager:GetSecretValue", "secret:loadtest", ""},
	{"database-roles", "secretsmanager:GetSecretValue", "secret:rds!db-<id>", ""},
	{"database-roles", "kms:Decrypt", "key/credentials", throughSecrets},
	{"restore-drill", "ec2:CreateNetworkInterface", "security-group/restoredrill", ""},
	{"restore-drill", "ec2:CreateNetworkInterfacePermission", "network-interface/example", "ec2:AuthorizedService=codebuild.amazonaws.com"},
	{"restore-drill", "logs:CreateLogStream logs:PutLogEvents", "log-group:/aws/codebuild/restore-drill:log-stream:example", ""},
	{"restore-drill", "s3:GetObject", "artifacts/delivery/<digest>/restore/drill.sh", ""},
	{"restore-drill", "kms:Decrypt", "key/storage", throughS3 + "artifacts"},
	{"restore-drill", "rds:DescribeDBInstances", "db:database", ""},
	{"restore-drill", "backup:ListRecoveryPointsByBackupVault", "backup-vault:<stack>", ""},
	{"restore-drill", "rds:RestoreDBInstanceFromDBSnapshot", "snapshot:awsbackup:example", "aws:RequestTag/legops:restore-drill=<stack>-database"},
	{"restore-drill", "rds:RestoreDBInstanceFromDBSnapshot rds:AddTagsToResource", "db:drill-example", "aws:RequestTag/legops:restore-drill=<stack>-database"},
	{"restore-drill", "rds:DeleteDBInstance rds:ModifyDBInstance", "db:drill-example", "aws:ResourceTag/legops:restore-drill=<stack>-database"},
	{"restore-drill", "kms:CreateGrant", "key/database", "kms:GrantIsForAWSResource=true kms:ViaService=rds.<region>.amazonaws.com"},
	{"restore-drill", "kms:DescribeKey", "key/database", ""},
	{"restore-drill", "rds:DescribeDBSnapshots", "snapshot:awsbackup:example", ""},
	{"restore-drill", "backup:StartRestoreJob", "recovery-point:example", ""},
	{"restore-drill", "backup:DescribeRestoreJob s3:ListAllMyBuckets", "*", ""},
	{"restore-drill", "iam:PassRole", "role/restore-drill-buckets", "iam:PassedToService=backup.amazonaws.com"},
	{"restore-drill", "s3:ListBucketVersions", "documents", ""},
	{"restore-drill", "s3:GetObjectVersion", "documents/example", ""},
	{"restore-drill", "kms:Decrypt", "key/storage", throughS3 + "documents"},
	{"restore-drill", "s3:CreateBucket", "drill-example", ""},
	{"restore-drill", "s3:PutBucketTagging s3:GetBucketTagging s3:PutBucketVersioning s3:ListBucketVersions s3:DeleteBucket", "drill-example", ofAccount},
	{"restore-drill", "s3:GetObject s3:DeleteObjectVersion", "drill-example/example", ofAccount},
	{"restore-drill-buckets", "s3:ListBucket s3:ListBucketVersions s3:GetBucketVersioning s3:GetBucketLocation s3:GetBucketOwnershipControls", "drill-example", ofAccount},
	{"restore-drill-buckets", "s3:PutObject s3:PutObjectTagging s3:GetObjectVersion s3:ListMultipartUploadParts", "drill-example/example", ofAccount},
	{"restore-drill-buckets", "kms:GenerateDataKey kms:Decrypt kms:DescribeKey", "key/storage", "kms:ViaService=s3.<region>.amazonaws.com"},
	{"restore-drill-schedule", "codebuild:StartBuild", "project/restore-drill", ""},
	{"loadtest", "kms:Decrypt", "key/credentials", throughSecrets},
	{"loadtest", "s3:GetObject s3:GetObjectVersion", "artifacts/matters/Release/example", ""},
	{"loadtest", "s3:PutObject", "artifacts/loadtest/example", ""},
	{"loadtest", "kms:Decrypt kms:GenerateDataKey", "key/storage", throughS3 + "artifacts"},

	{"flow-logs", "logs:CreateLogStream logs:PutLogEvents", "log-group:/vpc-flow-logs:log-stream:example", ""},
	{"replication", "s3:GetReplicationConfiguration s3:ListBucket", "documents", ""},
	{"replication", "s3:GetObjectVersionForReplication s3:GetObjectVersionAcl s3:GetObjectVersionTagging", "documents/example", ""},
	{"replication", "s3:ReplicateObject s3:ReplicateDelete s3:ReplicateTags", "documents-replica/example", ""},
	{"replication", "kms:Decrypt", "key/storage", throughS3 + "documents"},
	{"replication", "kms:Encrypt kms:GenerateDataKey", "key/replica-storage in us-west-2", "kms:ViaService=s3.us-west-2.amazonaws.com kms:EncryptionContext:aws:s3:arn=arn:aws:s3:::<stack>-<account>-documents-replica"},
	{"backup", "backup:CopyIntoBackupVault", "backup-vault:<stack>", ""},
	{"backup", "rds:CreateDBSnapshot", "db:database", ""},
	{"backup", "s3:GetObjectVersion", "documents/example", ""},
	{"restore", "rds:RestoreDBInstanceFromDBSnapshot", "db:example", ""},
	{"restore", "s3:PutObject", "documents/example", ""},
	{"eks-nodes", "eks-auth:AssumeRoleForPodIdentity", "cluster/<stack>", ""},
	{"eks-nodes", "ecr:BatchGetImage ecr:GetDownloadUrlForLayer", "repository/matters", ""},
	{"eks-nodes", "ecr:GetAuthorizationToken", "*", ""},
	{"eks-service", "kms:Decrypt kms:DescribeKey kms:Encrypt kms:ListGrants", "key/secrets", ""},
	{"aws-node", "ec2:CreateNetworkInterface", "network-interface/example", ""},
	{"ebs-csi-controller-sa", "ec2:AttachVolume", "volume/example", ""},
	{"ebs-csi-controller-sa", "kms:CreateGrant", "key/volumes", "kms:GrantIsForAWSResource=true"},
	{"cloudwatch-agent", "cloudwatch:PutMetricData", "dataset/example", ""},
	{"cloudwatch-agent", "logs:PutLogEvents logs:CreateLogStream", "log-group:/aws/containerinsights/example:log-stream:example", ""},
	{"cluster-autoscaler", "autoscaling:DescribeAutoScalingGroups ec2:DescribeInstanceTypes", "*", ""},
	{
		"cluster-autoscaler", "autoscaling:SetDesiredCapacity autoscaling:TerminateInstanceInAutoScalingGroup", "autoScalingGroup:example:autoScalingGroupName/eks-example",
		"aws:ResourceTag/k8s.io/cluster-autoscaler/<stack>=owned",
	},
	{"search-master", "es:ESHttpDelete es:ESHttpGet es:ESHttpPatch es:ESHttpPut", "domain/<stack>/example", ""},

	// What the program looks up before it changes anything (infra/present.go).
	{"preview", "ec2:DescribeSubnets ec2:DescribeVpcs eks:ListClusters", "*", ""},
	{"preview", "iam:GetRole", "role/deployer", ""},
	{"preview", "s3:GetObject", "state-<account>/example", ""},
	{"preview", "s3:ListBucket", "state-<account>", ""},
	{"preview", "kms:Decrypt", "key/state", ""},
	{"preview", "s3:GetObject", "artifacts/delivery/<digest>/build.sh", ""},
	{"preview", "s3:GetBucketPolicy", "documents", ""},
	{"preview", "secretsmanager:DescribeSecret secretsmanager:GetResourcePolicy", "secret:portal/session-key", ""},
	{"deploy", "s3:GetObject s3:DeleteObject", "state-<account>/example", ""},
	{"deploy", "s3:PutObject", "state-<account>/example", withoutEncryption},
	{"deploy", "s3:PutObject", "state-<account>/example", "s3:x-amz-server-side-encryption=aws:kms s3:x-amz-server-side-encryption-aws-kms-key-id=arn:aws:kms:<region>:<account>:key/1234 s3:x-amz-server-side-encryption-customer-algorithm="},
	{"deploy", "kms:Decrypt kms:GenerateDataKey", "key/state", ""},
	{"deploy", "iam:CreateRole iam:PutRolePolicy iam:AttachRolePolicy", "role/app-matters", "iam:PermissionsBoundary=arn:aws:iam::<account>:policy/<stack>-boundary"},
	{"deploy", "iam:PassRole iam:DeleteRole iam:UpdateAssumeRolePolicy iam:DeleteRolePolicy iam:TagRole", "role/app-matters", ""},
	{"deploy", "iam:CreateInstanceProfile iam:AddRoleToInstanceProfile", "instance-profile/bastion", ""},
	{"deploy", "kms:PutKeyPolicy kms:ScheduleKeyDeletion", "key/storage", ""},
	{"deploy", "s3:PutBucketPolicy s3:CreateBucket s3:DeleteBucket", "documents", ""},
	{"deploy", "eks:CreateCluster", "*", ""},
	{"deploy", "rds:CreateDBInstance", "db:database", ""},
}

// declared are the needs of an application by its declaration in the stack file.
func declared(a settings.Application) (needs []need) {
	form := "app-" + a.Name
	for _, queue := range a.Produces {
		needs = append(needs, need{form, "sqs:SendMessage", queue + ".fifo", ""}, need{form, "kms:GenerateDataKey kms:Decrypt", "key/queues", throughQueues})
	}
	for _, queue := range a.Consumes {
		needs = append(needs, need{form, "sqs:ReceiveMessage sqs:DeleteMessage sqs:ChangeMessageVisibility", queue + ".fifo", ""}, need{form, "kms:Decrypt", "key/queues", throughQueues})
	}
	for _, access := range a.Buckets {
		objects := access.Name + "/" + access.Prefix + "example"
		needs = append(needs, need{form, "s3:ListBucket", access.Name, "s3:prefix=" + access.Prefix + "x"}, need{form, "s3:GetObject", objects, ""},
			need{form, "kms:Decrypt", "key/storage", throughS3 + access.Name})
		if access.Access == "write" {
			needs = append(needs, need{form, "s3:PutObject s3:DeleteObject s3:AbortMultipartUpload s3:ListMultipartUploadParts", objects, ""},
				need{form, "kms:GenerateDataKey", "key/storage", throughS3 + access.Name})
		}
	}
	if a.Database {
		needs = append(needs, need{form, "rds-db:connect", "dbuser:database/" + a.Name, ""})
	}
	if a.Search {
		needs = append(needs, need{form, "es:ESHttpDelete es:ESHttpGet es:ESHttpHead es:ESHttpPost es:ESHttpPut", "domain/<stack>/example", ""})
	}
	for _, secret := range a.Secrets {
		label := "secret:" + a.Name + "/" + string(secret)
		needs = append(needs, need{form, "secretsmanager:GetSecretValue secretsmanager:DescribeSecret", label, ""}, need{form, "kms:Decrypt", "key/credentials", throughSecrets})
	}
	return needs
}

// needed asks for what roles need. It returns what they may not, and the number of questions.
func (w *World) needed(e *Evaluator, from []*Principal) (missing []string, asked int, err error) {
	for _, p := range from {
		form, application := w.form(p)
		var questions []Question
		for _, n := range w.needsOf(form, application) {
			for action := range strings.FieldsSeq(n.actions) {
				on := strings.ReplaceAll(n.on, "{application}", application)
				found := slices.IndexFunc(w.targets(action), func(arn string) bool { return w.label(arn) == on })
				if found < 0 {
					missing = append(missing, fmt.Sprintf("%s needs %s on %s, and there is no such thing", p.Name, action, on))
					continue
				}
				q := w.question(p, action, w.targets(action)[found])
				w.fill(q, n.context)
				if n.actions == "kms:Decrypt" && n.context == throughSecrets {
					q.Context["kms:EncryptionContext:SecretARN"] = w.secretOf(p)
				}
				questions = append(questions, q)
			}
		}
		questions = append(questions, w.passed(questions)...)
		answers, err := e.Ask(questions)
		if err != nil {
			return nil, 0, err
		}
		asked += len(answers)
		for i, a := range answers {
			if q := questions[i]; !a.Allowed() || a.If != "" {
				missing = append(missing, fmt.Sprintf("%s needs %s on %s, and may not%s: %s%s", p.Name, q.Action, w.label(q.Resource), prefixed(" through ", q.Endpoint),
					a.Result+a.Error, prefixed(" if ", a.If)))
			}
		}
	}
	return missing, asked, nil
}

// secretOf is a secret that a role reads.
func (w *World) secretOf(p *Principal) string {
	for _, arn := range w.targets("secretsmanager:GetSecretValue") {
		name := strings.TrimPrefix(p.Name, "app-")
		if p.Name == "database-roles" {
			name = "rds!db-<id>"
		}
		if strings.HasPrefix(w.label(arn), "secret:"+name) && !strings.Contains(arn, "xxxxxx") {
			return arn
		}
	}
	return ""
}

// needsOf are the needs of a role by its form.
func (w *World) needsOf(form, application string) (of []need) {
	for _, a := range w.config.Applications {
		if form == "app-{application}" && a.Name == application {
			of = append(of, declared(a)...)
		}
	}
	for _, n := range needs {
		if n.form == form {
			of = append(of, n)
		}
	}
	return of
}
