package permissions

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// goal is what nobody may reach who has no business there: actions, on any of the things.
type goal struct {
	name string
	// actions are patterns, on the actions that AWS documents.
	actions []string
	// things says of the resources of the account which are meant, by label.
	things []string
}

// goals are what the search tries to reach from every role, by every way of becoming another.
var goals = []goal{
	{"documents", []string{"s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:PutObjectAcl", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:RestoreObject", "s3:BypassGovernanceRetention"},
		[]string{"documents/*", "evidence/*", "documents-replica/*", "evidence-replica/*"}},
	{"documents", []string{"s3:ListBucket", "s3:ListBucketVersions", "s3:PutBucketPolicy", "s3:DeleteBucket", "s3:PutBucketVersioning", "s3:PutReplicationConfiguration", "s3:PutLifecycleConfiguration", "s3:PutBucketPublicAccessBlock"},
		[]string{"documents", "evidence", "documents-replica", "evidence-replica"}},
	{"messages", []string{"sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:PurgeQueue", "sqs:SetQueueAttributes", "sqs:AddPermission"}, []string{"*.fifo"}},
	{"secrets", []string{"secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecret", "secretsmanager:PutResourcePolicy", "secretsmanager:ReplicateSecretToRegions"}, []string{"secret:*"}},
	{"secrets", []string{"ssm:GetParameter", "ssm:GetParametersByPath", "ssm:PutParameter"}, []string{"parameter/*"}},
	{"database", []string{"rds-db:connect"}, []string{"dbuser:*"}},
	{"database", []string{"rds:ModifyDBInstance", "rds:DeleteDBInstance", "rds:RestoreDBInstanceToPointInTime", "rds:DownloadDBLogFilePortion"}, []string{"db:*"}},
	{"search domain", []string{"es:ESHttpGet", "es:ESHttpPost", "es:ESHttpPut", "es:ESHttpDelete", "es:UpdateDomainConfig", "es:DeleteDomain"}, []string{"domain/*"}},
	{"source", []string{"codecommit:GitPull", "codecommit:GitPush", "codecommit:GetFile", "codecommit:PutFile", "codecommit:MergeBranchesByFastForward"}, []string{"*"}},
	{"images", []string{"ecr:PutImage", "ecr:InitiateLayerUpload", "ecr:BatchDeleteImage", "ecr:SetRepositoryPolicy", "ecr:PutImageTagMutability"}, []string{"repository/*"}},
	{"more rights", []string{
		"iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:DetachRolePolicy", "iam:DeleteRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:PutRolePermissionsBoundary",
		"iam:DeleteRolePermissionsBoundary", "iam:CreateRole", "iam:PassRole", "iam:AddRoleToInstanceProfile",
	}, []string{"role/app-matters", "role/deploy", "role/preview", "role/deployer", "role/example", "instance-profile/*"}},
	{"more rights", []string{"iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:CreatePolicy", "iam:DeletePolicy"}, []string{"policy/*"}},
	{"more rights", []string{
		"iam:CreateUser", "iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:PutUserPolicy", "iam:UploadSSHPublicKey", "iam:CreateServiceSpecificCredential",
		"iam:UploadSigningCertificate",
	}, []string{"user/*"}},
	{"more rights", []string{"iam:CreateOpenIDConnectProvider", "iam:UpdateOpenIDConnectProviderThumbprint", "iam:AddClientIDToOpenIDConnectProvider", "iam:CreateSAMLProvider"}, []string{"*"}},
	{"more rights", []string{
		"eks:CreateAccessEntry", "eks:AssociateAccessPolicy", "eks:UpdateAccessEntry", "eks:CreatePodIdentityAssociation", "eks:UpdatePodIdentityAssociation", "eks:UpdateClusterConfig",
		"eks:CreateNodegroup", "eks:UpdateNodegroupConfig", "eks:CreateAddon", "eks:UpdateAddon",
	}, []string{"*"}},
	{"more rights", []string{
		"lambda:CreateFunction", "lambda:UpdateFunctionCode", "lambda:InvokeFunction", "ec2:RunInstances", "ec2:ModifyInstanceAttribute", "ec2:CreateLaunchTemplateVersion",
		"ec2:AssociateIamInstanceProfile", "ssm:SendCommand", "ssm:StartSession", "ssm:StartAutomationExecution", "ecs:RunTask", "glue:CreateJob", "cloudformation:CreateStack",
		"cloudformation:UpdateStack", "codebuild:CreateProject", "codebuild:UpdateProject", "codepipeline:UpdatePipeline", "codepipeline:CreatePipeline", "codedeploy:UpdateDeploymentGroup",
		"sagemaker:CreateNotebookInstance", "states:CreateStateMachine", "scheduler:CreateSchedule", "events:PutTargets", "autoscaling:CreateLaunchConfiguration",
		"ec2-instance-connect:SendSSHPublicKey", "organizations:*Policy*", "sts:AssumeRoot", "sso:Create*",
	}, []string{"*"}},
	{"state", []string{"s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:GetObjectVersion"}, []string{"state-<account>/*"}},
	{"state", []string{"s3:ListBucket", "s3:PutBucketPolicy", "s3:DeleteBucket", "s3:PutBucketVersioning", "s3:PutLifecycleConfiguration"}, []string{"state-<account>"}},
	{"state", []string{"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:CreateGrant", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:ReEncryptFrom"}, []string{"key/state"}},
	{"keys", []string{"kms:CreateGrant", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:DeleteImportedKeyMaterial"}, []string{"key/*"}},
	{"backups", []string{
		"backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle", "backup:DisassociateRecoveryPoint", "backup:StartRestoreJob", "backup:StartCopyJob",
		"backup:PutBackupVaultAccessPolicy", "backup:DeleteBackupVaultAccessPolicy", "backup:DeleteBackupVaultLockConfiguration", "backup:DeleteBackupVault",
		"backup:PutBackupVaultLockConfiguration", "backup:DeleteBackupPlan", "backup:UpdateBackupPlan", "backup:DeleteBackupSelection", "backup:CopyFromBackupVault",
	}, []string{"backup-vault:*", "recovery-point:*", "backup-plan:*", "*"}},
	{"backups", []string{
		"rds:DeleteDBSnapshot", "rds:ModifyDBSnapshotAttribute", "rds:CopyDBSnapshot", "rds:CreateDBSnapshot", "rds:DeleteDBInstanceAutomatedBackup", "rds:StartExportTask",
		"rds:RestoreDBInstanceFromDBSnapshot",
	}, []string{"snapshot:*", "auto-backup:*", "db:*"}},
	{"logs", []string{
		"logs:DeleteLogGroup", "logs:DeleteLogStream", "logs:PutRetentionPolicy", "logs:DeleteRetentionPolicy", "logs:DisassociateKmsKey", "logs:DeleteDelivery",
		"logs:DeleteDeliverySource", "logs:DeleteDeliveryDestination", "logs:PutDataProtectionPolicy", "logs:DeleteSubscriptionFilter",
	}, []string{"*"}},
	{"logs", []string{"s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"}, []string{"logs/*", "state-logs-<account>/*"}},
	{"logs", []string{
		"cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "cloudtrail:UpdateTrail", "cloudtrail:PutEventSelectors", "cloudtrail:PutInsightSelectors", "cloudtrail:DeleteEventDataStore",
		"cloudtrail:UpdateEventDataStore", "cloudtrail:StopEventDataStoreIngestion", "config:StopConfigurationRecorder", "config:DeleteConfigurationRecorder", "config:PutConfigurationRecorder",
		"config:DeleteDeliveryChannel", "config:PutDeliveryChannel", "guardduty:DeleteDetector", "guardduty:UpdateDetector", "guardduty:CreateFilter", "guardduty:StopMonitoringMembers",
		"guardduty:CreateIPSet", "securityhub:DisableSecurityHub", "securityhub:BatchDisableStandards", "access-analyzer:DeleteAnalyzer", "access-analyzer:CreateArchiveRule",
		"inspector2:Disable", "macie2:DisableMacie", "ec2:DeleteFlowLogs", "wafv2:DeleteLoggingConfiguration", "wafv2:PutLoggingConfiguration", "cloudwatch:DeleteAlarms",
		"cloudwatch:DisableAlarmActions", "events:DisableRule", "events:RemoveTargets", "events:DeleteRule", "sns:SetTopicAttributes", "sns:DeleteTopic", "sns:Unsubscribe",
	}, []string{"*"}},
}

// owner are roles that may reach a goal, and why: it is what they are for.
type owner struct {
	form, goal string
	// things are those by label, all of the goal if empty; actions those by pattern, all if empty.
	things, actions []string
	why             string
}

// What the policies of AWS allow that such roles need.
const (
	forGrants     = "a policy of AWS: for resources of AWS only (kms:GrantIsForAWSResource), such as a snapshot or a database"
	forKeys       = "a policy of AWS is about every key; the bucket of the state is denied, and a key alone reads nothing"
	forParameters = "AmazonSSMManagedInstanceCore, without which Session Manager does not work; the platform keeps nothing in Systems Manager"
)

// own are the goals that roles may reach themselves, by form. What an application declares in the stack file is its own, too (declares).
var own = []owner{
	{form: "replication", goal: "documents", things: []string{"documents", "evidence"}, actions: []string{"s3:ListBucket"}, why: "copies the objects, and lists what it has not copied yet"},
	{form: "backup", goal: "documents", why: "AWSBackupServiceRolePolicyForS3Backup, which AWS manages: reads every bucket of the account; only AWS Backup takes the role"},
	{form: "restore", goal: "documents", why: "AWSBackupServiceRolePolicyForS3Restore, which AWS manages: writes to every bucket of the account; only AWS Backup takes the role"},
	{form: "search-master", goal: "search domain", things: []string{"domain/<stack>*"}, actions: []string{"es:ESHttp*"}, why: "administrates the domain; administrators of the cluster and the deployment may take it"},
	{form: "mirror-{application}", goal: "source", things: []string{"{application}"}, actions: []string{"codecommit:Git*"}, why: "copies the repository from GitHub"},
	{form: "build-{application}", goal: "images", things: []string{"repository/{application}"}, actions: []string{"ecr:PutImage", "ecr:InitiateLayerUpload"}, why: "pushes the image that it has built"},
	{form: "deployer", goal: "images", things: []string{"repository/*"}, actions: []string{"ecr:PutImage"}, why: "marks an image that is there as released (docs/decisions/0030-what-serves-stays.md); it cannot upload a layer, so no new one"},
	{form: "backup", goal: "backups", why: "makes the backups"},
	{form: "restore", goal: "backups", why: "restores them"},
	{form: "backup", goal: "database", actions: []string{"rds:*"}, why: "makes backups of it"},
	{form: "restore", goal: "database", actions: []string{"rds:*"}, why: "restores it"},
	{form: "backup", goal: "keys", actions: []string{"kms:CreateGrant"}, why: forGrants},
	{form: "restore", goal: "keys", actions: []string{"kms:CreateGrant"}, why: forGrants},
	{form: "backup", goal: "state", actions: []string{"kms:*"}, why: forKeys},
	{form: "restore", goal: "state", actions: []string{"kms:*"}, why: forKeys},
	{form: "backup", goal: "logs", things: []string{"rule/AwsBackupManagedRule*"}, why: "the rules by which AWS Backup follows buckets"},
	{form: "backup", goal: "more rights", things: []string{"rule/AwsBackupManagedRule*"}, why: "the same rules"},
	{form: "bastion", goal: "secrets", things: []string{"parameter/*"}, actions: []string{"ssm:GetParameter"}, why: forParameters},
	{form: "deployer", goal: "secrets", things: []string{"parameter/*"}, actions: []string{"ssm:GetParameter"}, why: forParameters},
	{form: "eks-nodes", goal: "secrets", things: []string{"parameter/*"}, actions: []string{"ssm:GetParameter"}, why: forParameters},
	{form: "eks-service", goal: "more rights", actions: []string{"ec2:ModifyInstanceAttribute"}, why: "AmazonEKSClusterPolicy, which AWS requires of a cluster's role; only EKS takes it"},
}

// declares says whether an application has a thing of a goal by its declaration in the stack file.
func (w *World) declares(name string, question Question, label string) bool {
	for _, a := range w.config.Applications {
		if "app-"+a.Name != name {
			continue
		}
		service, action, _ := strings.Cut(question.Action, ":")
		switch service {
		case "s3":
			for _, access := range a.Buckets {
				reads := action == "GetObject" && strings.HasPrefix(label, access.Name+"/"+access.Prefix) || action == "ListBucket" && label == access.Name
				writes := (action == "PutObject" || action == "DeleteObject") && strings.HasPrefix(label, access.Name+"/"+access.Prefix)
				if reads || writes && access.Access == "write" {
					return true
				}
			}
		case "sqs":
			queue := strings.TrimSuffix(label, ".fifo")
			return action == "SendMessage" && slices.Contains(a.Produces, queue) ||
				(action == "ReceiveMessage" || action == "DeleteMessage") && slices.Contains(a.Consumes, queue)
		case "secretsmanager":
			for _, secret := range a.Secrets {
				if action == "GetSecretValue" && label == "secret:"+a.Name+"/"+string(secret) {
					return true
				}
			}
		case "rds-db":
			return a.Database && label == "dbuser:database/"+a.Name
		case "es":
			return a.Search && strings.HasPrefix(action, "ESHttp") && strings.HasPrefix(label, "domain/<stack>/")
		}
	}
	return false
}

// allowedTo says whether what a role can reach is its own, and why.
func (w *World) allowedTo(p *Principal, g goal, question Question, label string) (string, bool) {
	if w.declares(p.Name, question, label) {
		return "declared in the stack file", true
	}
	form, application := w.form(p)
	for _, o := range own {
		matches := func(patterns []string, text string) bool {
			return len(patterns) == 0 || slices.ContainsFunc(patterns, func(pattern string) bool {
				return like(strings.ReplaceAll(pattern, "{application}", application), text)
			})
		}
		if o.form == form && o.goal == g.name && matches(o.things, label) && matches(o.actions, question.Action) {
			return o.why, true
		}
	}
	return "", false
}

// attempts are the questions of a goal for a role: every action on every thing that is meant. Where anything is meant, two of each form do.
func (w *World) attempts(p *Principal, g goal) (questions []Question) {
	for _, pattern := range g.actions {
		for _, name := range w.facts.expand(pattern) {
			for _, arn := range w.meant(g, name) {
				questions = append(questions, w.question(p, name, arn))
			}
		}
	}
	return questions
}

// meant are the things of a goal that an action takes.
func (w *World) meant(g goal, name string) (arns []string) {
	if !slices.Contains(g.things, "*") {
		return slices.DeleteFunc(slices.Clone(w.targets(name)), func(arn string) bool {
			return !slices.ContainsFunc(g.things, func(thing string) bool { return like(thing, w.label(arn)) })
		})
	}
	forms := w.facts.actions[name].On
	if len(forms) == 0 {
		return []string{"*"}
	}
	for _, form := range forms {
		of := w.ofForm(form)
		arns = append(arns, of[:min(2, len(of))]...)
	}
	return arns
}

// reached is a goal that a role reached which is not its own.
type reached struct {
	by       *Principal
	goal     goal
	question Question
	answer   Answer
}

func (r reached) text(w *World) string {
	return fmt.Sprintf("%s: %s on %s, by %s", r.goal.name, r.question.Action, w.label(r.question.Resource), strings.Join(r.answer.By, ", "))
}

// refuse asks for all goals from roles, and returns what was reached that is not their own, and which goals each reaches that are. It
// counts the questions.
func (w *World) refuse(e *Evaluator, from []*Principal) (found []reached, owned map[*Principal][]string, asked int, err error) {
	owned = map[*Principal][]string{}
	for _, p := range from {
		var questions []Question
		var of []goal
		for _, g := range goals {
			for _, q := range w.attempts(p, g) {
				questions, of = append(questions, q), append(of, g)
			}
		}
		answers, err := e.Ask(questions)
		if err != nil {
			return nil, nil, asked, err
		}
		for i, a := range answers {
			if a.Error == "" {
				asked++
			}
			if !a.Allowed() || w.everybodys(questions[i].Action, w.label(questions[i].Resource)) {
				continue
			}
			if _, is := w.allowedTo(p, of[i], questions[i], w.label(questions[i].Resource)); !is {
				found = append(found, reached{p, of[i], questions[i], a})
			} else if !slices.Contains(owned[p], of[i].name) {
				owned[p] = append(owned[p], of[i].name)
			}
		}
	}
	return found, owned, asked, nil
}

// everybodys says whether it is a right of every role of the account: see the document.
func (w *World) everybodys(action, label string) bool {
	return action == "kms:CreateGrant" && label == "key/volumes" // for a disk of EC2, which needs rights of EC2 as well
}

// goalNames are the goals, each once, in order.
func goalNames() []string {
	all := map[string]bool{}
	for _, g := range goals {
		all[g.name] = true
	}
	return slices.Sorted(maps.Keys(all))
}
