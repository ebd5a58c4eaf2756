package permissions

// goal is what nobody may reach who has no business there: actions, on any of the things.
type goal struct {
	name string
	// actions are patterns, on the actions that AWS documents; changes are patterns, too, of which those count that change anything.
	actions, changes []string
	// things says of the resources of the account which are meant, by label.
	things []string
}

// goals are what the search tries to reach from every role, by every way of becoming another.
var goals = []goal{
	{"documents", []string{"s3:*"}, nil, []string{"documents/*", "evidence/*", "documents-replica/*", "evidence-replica/*"}},
	{"documents", []string{"s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"}, []string{"s3:*"}, []string{"documents", "evidence", "documents-replica", "evidence-replica"}},
	{"messages", []string{"sqs:ReceiveMessage"}, []string{"sqs:*"}, []string{"*.fifo"}},
	{"secrets", []string{"secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue"}, []string{"secretsmanager:*"}, []string{"secret:*"}},
	{"secrets", []string{"ssm:GetParameter*"}, []string{"ssm:*Parameter*"}, []string{"parameter/*"}},
	{"database", []string{"rds-db:connect"}, nil, []string{"dbuser:*"}},
	{"database", []string{"rds:DownloadDBLogFilePortion", "rds:DownloadCompleteDBLogFile"}, []string{"rds:*"}, []string{"db:*"}},
	{"search domain", []string{"es:ESHttp*"}, []string{"es:*"}, []string{"domain/*"}},
	{"source", []string{"codecommit:Git*", "codecommit:Get*", "codecommit:BatchGet*"}, []string{"codecommit:*"}, []string{"*"}},
	{"artifacts", []string{"s3:*"}, nil, []string{"artifacts/*"}},
	{"artifacts", []string{"s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"}, []string{"s3:*"}, []string{"artifacts"}},
	{"images", nil, []string{"ecr:*"}, []string{"repository/*"}},
	{"more rights", nil, []string{"iam:*"}, []string{"*"}},
	{"more rights", nil, []string{"eks:*"}, []string{"*"}},
	{"more rights", []string{
		"lambda:CreateFunction", "lambda:UpdateFunctionCode", "lambda:InvokeFunction", "ec2:RunInstances", "ec2:ModifyInstanceAttribute", "ec2:CreateLaunchTemplateVersion",
		"ec2:AssociateIamInstanceProfile", "ssm:SendCommand", "ssm:StartSession", "ssm:ResumeSession", "ssm:StartAutomationExecution", "ssm:CreateAssociation", "ecs:RunTask",
		"glue:CreateJob", "cloudformation:CreateStack",
		"cloudformation:UpdateStack", "codebuild:CreateProject", "codebuild:UpdateProject", "codepipeline:UpdatePipeline", "codepipeline:CreatePipeline", "codedeploy:UpdateDeploymentGroup",
		"sagemaker:CreateNotebookInstance", "states:CreateStateMachine", "scheduler:CreateSchedule", "events:PutTargets", "autoscaling:CreateLaunchConfiguration",
		"ec2-instance-connect:SendSSHPublicKey", "organizations:*Policy*", "sts:AssumeRoot", "sso:Create*",
	}, nil, []string{"*"}},
	{"state", []string{"s3:*"}, nil, []string{"state-<account>/*"}},
	{"state", []string{"s3:ListBucket", "s3:ListBucketVersions"}, []string{"s3:*"}, []string{"state-<account>"}},
	{"state", nil, []string{"kms:*"}, []string{"key/state"}},
	{"keys", []string{"kms:CreateGrant", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:DisableKeyRotation", "kms:DeleteImportedKeyMaterial"}, nil, []string{"key/*"}},
	{"backups", []string{
		"backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle", "backup:DisassociateRecoveryPoint", "backup:StartRestoreJob", "backup:StartCopyJob",
		"backup:PutBackupVaultAccessPolicy", "backup:DeleteBackupVaultAccessPolicy", "backup:DeleteBackupVaultLockConfiguration", "backup:DeleteBackupVault",
		"backup:PutBackupVaultLockConfiguration", "backup:DeleteBackupPlan", "backup:UpdateBackupPlan", "backup:DeleteBackupSelection", "backup:CopyFromBackupVault",
	}, nil, []string{"backup-vault:*", "recovery-point:*", "backup-plan:*", "*"}},
	{"backups", []string{
		"rds:DeleteDBSnapshot", "rds:ModifyDBSnapshotAttribute", "rds:CopyDBSnapshot", "rds:CreateDBSnapshot", "rds:DeleteDBInstanceAutomatedBackup", "rds:StartExportTask",
		"rds:RestoreDBInstanceFromDBSnapshot",
	}, nil, []string{"snapshot:*", "auto-backup:*", "db:*"}},
	{"logs", []string{
		"logs:DeleteLogGroup", "logs:DeleteLogStream", "logs:PutRetentionPolicy", "logs:DeleteRetentionPolicy", "logs:DisassociateKmsKey", "logs:DeleteDelivery",
		"logs:DeleteDeliverySource", "logs:DeleteDeliveryDestination", "logs:PutDataProtectionPolicy", "logs:DeleteSubscriptionFilter",
		"logs:GetLogEvents", "logs:FilterLogEvents", "logs:StartQuery", "logs:StartLiveTail", "logs:GetLogRecord", "logs:Unmask", "logs:CreateExportTask",
	}, nil, []string{"*"}},
	{"logs", []string{"s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"}, nil, []string{"logs/*", "state-logs-<account>/*"}},
	{"logs", []string{
		"cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "cloudtrail:UpdateTrail", "cloudtrail:PutEventSelectors", "cloudtrail:PutInsightSelectors", "cloudtrail:DeleteEventDataStore",
		"cloudtrail:UpdateEventDataStore", "cloudtrail:StopEventDataStoreIngestion", "config:StopConfigurationRecorder", "config:DeleteConfigurationRecorder", "config:PutConfigurationRecorder",
		"config:DeleteDeliveryChannel", "config:PutDeliveryChannel", "guardduty:DeleteDetector", "guardduty:UpdateDetector", "guardduty:CreateFilter", "guardduty:StopMonitoringMembers",
		"guardduty:CreateIPSet", "securityhub:DisableSecurityHub", "securityhub:BatchDisableStandards", "access-analyzer:DeleteAnalyzer", "access-analyzer:CreateArchiveRule",
		"inspector2:Disable", "macie2:DisableMacie", "ec2:DeleteFlowLogs", "wafv2:DeleteLoggingConfiguration", "wafv2:PutLoggingConfiguration", "cloudwatch:DeleteAlarms",
		"cloudwatch:DisableAlarmActions", "events:DisableRule", "events:RemoveTargets", "events:DeleteRule", "sns:SetTopicAttributes", "sns:DeleteTopic", "sns:Unsubscribe",
	}, nil, []string{"*"}},
}

// owner are roles that may reach a goal, and why: it is what they are for.
type owner struct {
	form, goal string
	// things are those by label, all of the goal if empty; actions those by pattern, all if empty.
	things, actions []string
	why             string
}

// reads are what reads an artifact.
var reads = []string{"s3:GetObject", "s3:GetObjectVersion"}

// What the policies of AWS allow that such roles need.
const (
	forGrants     = "a policy of AWS: for resources of AWS only (kms:GrantIsForAWSResource), such as a snapshot or a database"
	forKeys       = "a policy of AWS is about every key; the bucket of the state is denied, and a key alone reads nothing"
	forParameters = "AmazonSSMManagedInstanceCore, without which Session Manager does not work; the platform keeps nothing in Systems Manager"
)

// own are the goals that roles may reach themselves, by form. What an application declares in the stack file is its own, too (declares).
var own = []owner{
	{form: "replication", goal: "documents", things: []string{"documents", "evidence"}, actions: []string{"s3:ListBucket"}, why: "copies the objects, and lists what it has not copied yet"},
	{
		form: "replication", goal: "documents", things: []string{"documents/*", "evidence/*"},
		actions: []string{"s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging", "s3:GetObjectRetention", "s3:GetObjectLegalHold"},
		why:     "reads what it copies",
	},
	{form: "replication", goal: "documents", things: []string{"documents-replica/*", "evidence-replica/*"}, actions: []string{"s3:Replicate*"}, why: "writes the copies"},
	{form: "backup", goal: "documents", actions: []string{"s3:GetObject*", "s3:ListBucket*", "s3:PutBucketNotification", "s3:PutInventoryConfiguration"}, why: "AWSBackupServiceRolePolicyForS3Backup, which AWS manages: reads every bucket of the account; only AWS Backup takes the role"},
	{
		form: "restore", goal: "documents",
		actions: []string{
			"s3:GetObject*", "s3:ListBucket*", "s3:ListMultipartUploadParts", "s3:PutObject", "s3:PutObjectAcl", "s3:PutObjectTagging", "s3:PutObjectVersionAcl", "s3:DeleteObject",
			"s3:CreateBucket", "s3:PutBucketOwnershipControls", "s3:PutBucketVersioning",
		},
		why: "AWSBackupServiceRolePolicyForS3Restore, which AWS manages: writes to every bucket of the account; only AWS Backup takes the role",
	},
	{form: "search-master", goal: "search domain", things: []string{"domain/<stack>*"}, actions: []string{"es:ESHttp*"}, why: "administrates the domain; administrators of the cluster and the deployment may take it, and the job that makes the roles of applications has it (docs/decisions/0050-roles-in-the-search-domain.md)"},
	{form: "mirror-{application}", goal: "source", things: []string{"{application}"}, actions: []string{"codecommit:GitPull", "codecommit:GitPush", "codecommit:UpdateDefaultBranch"}, why: "copies the repository from GitHub"},
	{
		form: "pipeline-{application}-source", goal: "source", things: []string{"{application}"},
		actions: []string{"codecommit:GetBranch", "codecommit:GetCommit", "codecommit:GetRepository", "codecommit:GetUploadArchiveStatus", "codecommit:UploadArchive", "codecommit:CancelUploadArchive"},
		why:     "hands the repository to the build",
	},
	{form: "mirror-{application}", goal: "artifacts", things: []string{"artifacts/delivery/<digest>/mirror.sh"}, actions: []string{"s3:GetObject"}, why: "what it runs"},
	{form: "pipeline-{application}-source", goal: "artifacts", things: []string{"artifacts/{application}/Source/*"}, actions: []string{"s3:PutObject"}, why: "hands the source to the build"},
	{form: "pipeline-{application}-deploy", goal: "artifacts", things: []string{"artifacts/{application}/Release/*"}, actions: reads, why: "hands the release to CodeDeploy"},
	{form: "build-{application}", goal: "artifacts", things: []string{"artifacts/{application}/Source/*"}, actions: reads, why: "builds the source"},
	{form: "build-{application}", goal: "artifacts", things: []string{"artifacts/{application}/Release/*"}, actions: []string{"s3:PutObject"}, why: "hands on the release"},
	{form: "build-{application}", goal: "artifacts", things: []string{"artifacts/delivery/*"}, actions: []string{"s3:GetObject"}, why: "what it runs, and what a release runs"},
	{form: "build-{application}", goal: "artifacts", things: []string{"artifacts"}, actions: []string{"s3:ListBucket"}, why: "of those scripts alone (s3:prefix)"},
	{form: "deployer", goal: "artifacts", things: []string{"artifacts/*/Release/*"}, actions: reads, why: "releases them"},
	{form: "loadtest", goal: "artifacts", things: []string{"artifacts/*/Release/*"}, actions: reads, why: "CodePipeline gives it the release as its source, and it reads nothing of it"},
	{form: "loadtest", goal: "artifacts", things: []string{"artifacts/delivery/*"}, actions: []string{"s3:GetObject"}, why: "what it runs"},
	{form: "loadtest", goal: "artifacts", things: []string{"artifacts"}, actions: []string{"s3:ListBucket"}, why: "of those scripts alone (s3:prefix)"},
	{form: "loadtest", goal: "artifacts", things: []string{"artifacts/loadtest/*"}, actions: []string{"s3:PutObject"}, why: "keeps its report"},
	{form: "restore-drill", goal: "artifacts", things: []string{"artifacts/delivery/*"}, actions: []string{"s3:GetObject"}, why: "what it runs"},
	{form: "restore-drill", goal: "artifacts", things: []string{"artifacts"}, actions: []string{"s3:ListBucket"}, why: "of those scripts alone (s3:prefix)"},
	{form: "build-{application}", goal: "images", things: []string{"repository/{application}"}, actions: []string{"ecr:PutImage", "ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload"}, why: "pushes the image that it has built"},
	{form: "deployer", goal: "images", things: []string{"repository/*"}, actions: []string{"ecr:PutImage"}, why: "marks an image that is there as released (docs/decisions/0030-what-serves-stays.md); it cannot upload a layer, so no new one"},
	{
		form: "backup", goal: "backups",
		actions: []string{
			"backup:CopyFromBackupVault", "rds:CopyDBSnapshot", "rds:CreateDBSnapshot", "rds:DeleteDBInstanceAutomatedBackup", "rds:DeleteDBSnapshot", "rds:ModifyDBSnapshotAttribute",
		},
		why: "makes them, and deletes snapshots whose time is over",
	},
	{form: "restore", goal: "backups", actions: []string{"backup:StartRestoreJob", "rds:RestoreDBInstanceFromDBSnapshot"}, why: "restores them"},
	{
		form: "restore-drill", goal: "backups", things: []string{"snapshot:awsbackup:*", "db:drill-*"}, actions: []string{"rds:RestoreDBInstanceFromDBSnapshot"},
		why: "restores the newest one beside the database, under a name and with the tag of drills (docs/decisions/0056-restore-drill.md)",
	},
	{
		form: "restore-drill", goal: "database", things: []string{"db:drill-*"},
		actions: []string{"rds:AddTagsToResource", "rds:DeleteDBInstance", "rds:ModifyDBInstance", "rds:RestoreDBInstanceFromDBSnapshot"},
		why:     "restores, opens and removes what has a name and the tag of drills, never the database that serves",
	},
	{
		form: "restore-drill", goal: "backups", things: []string{"recovery-point:*"}, actions: []string{"backup:StartRestoreJob"},
		why: "restores the newest one of a bucket, with a role that writes into buckets of drills alone (docs/decisions/0059-drills-of-buckets.md)",
	},
	{
		form: "restore-drill", goal: "documents", things: []string{"documents", "evidence"}, actions: []string{"s3:ListBucketVersions"},
		why: "compares what is in the backup with what serves",
	},
	{
		form: "restore-drill", goal: "documents", things: []string{"documents/*", "evidence/*"}, actions: []string{"s3:GetObjectVersion"},
		why: "compares the newest object with the one that it has restored",
	},
	{form: "backup", goal: "database", actions: []string{"rds:AddTagsToResource", "rds:CreateDBSnapshot", "rds:ModifyDBInstance"}, why: "makes backups of it, and turns them on"},
	{
		form: "restore", goal: "database",
		actions: []string{
			"rds:AddTagsToResource", "rds:CreateDBInstance", "rds:CreateTenantDatabase", "rds:DeleteDBInstance", "rds:DeleteTenantDatabase", "rds:RestoreDBInstance*",
		},
		why: "AWSBackupServiceRolePolicyForRestores, which AWS manages: restores it, and deletes what it could not; only AWS Backup takes the role",
	},
	{form: "backup", goal: "keys", actions: []string{"kms:CreateGrant"}, why: forGrants},
	{form: "restore", goal: "keys", actions: []string{"kms:CreateGrant"}, why: forGrants},
	{form: "restore-drill", goal: "more rights", things: []string{"role/restore-drill-buckets"}, actions: []string{"iam:PassRole"}, why: "AWS Backup restores with it, into buckets of drills alone (docs/decisions/0059-drills-of-buckets.md)"},
	{form: "restore-drill", goal: "keys", things: []string{"key/database"}, actions: []string{"kms:CreateGrant"}, why: "gives RDS the key for what it restores: for resources of AWS only (kms:GrantIsForAWSResource)"},
	{form: "backup", goal: "state", actions: []string{"kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"}, why: forKeys},
	{form: "restore", goal: "state", actions: []string{"kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:Encrypt"}, why: forKeys},
	{form: "backup", goal: "logs", things: []string{"rule/AwsBackupManagedRule*"}, why: "the rules by which AWS Backup follows buckets"},
	{form: "backup", goal: "more rights", things: []string{"rule/AwsBackupManagedRule*"}, why: "the same rules"},
	{form: "bastion", goal: "secrets", things: []string{"parameter/*"}, actions: []string{"ssm:GetParameter", "ssm:GetParameters"}, why: forParameters},
	{form: "deployer", goal: "secrets", things: []string{"parameter/*"}, actions: []string{"ssm:GetParameter", "ssm:GetParameters"}, why: forParameters},
	{form: "eks-nodes", goal: "secrets", things: []string{"parameter/*"}, actions: []string{"ssm:GetParameter", "ssm:GetParameters"}, why: forParameters},
	{form: "eks-nodes", goal: "images", actions: []string{"ecr:BatchImportUpstreamImage"}, why: "AmazonEC2ContainerRegistryPullOnly, which AWS manages; the registry has no rule by which it would import anything"},
	{form: "loadtest", goal: "secrets", things: []string{"secret:loadtest"}, actions: []string{"secretsmanager:GetSecretValue"}, why: "signs in as the user of the load test, in stacks that have one"},
	{form: "database-roles", goal: "secrets", things: []string{"secret:rds!db-<id>"}, actions: []string{"secretsmanager:GetSecretValue"}, why: "signs in as the master user and makes the roles of applications (docs/decisions/0045-roles-in-the-database.md)"},
	{form: "ebs-csi-controller-sa", goal: "keys", things: []string{"key/volumes"}, actions: []string{"kms:CreateGrant"}, why: "attaches encrypted volumes: for resources of AWS only (kms:GrantIsForAWSResource)"},
	{
		form: "database-monitoring", goal: "logs", things: []string{"log-group:RDS*"}, actions: []string{"logs:PutRetentionPolicy", "logs:GetLogEvents"},
		why: "AmazonRDSEnhancedMonitoringRole, which AWS manages: the group of RDS's own measurements",
	},
	{form: "eks-service", goal: "more rights", actions: []string{"iam:CreateServiceLinkedRole"}, why: "AmazonEKSClusterPolicy: the role of load balancing alone (iam:AWSServiceName)"},
	{form: "eks-service", goal: "more rights", actions: []string{"ec2:ModifyInstanceAttribute"}, why: "AmazonEKSClusterPolicy, which AWS requires of a cluster's role; only EKS takes it"},
}
