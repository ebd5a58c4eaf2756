package permissions

import (
	"fmt"
	"strings"
)

// worst is the role of previews, if AWS's ReadOnlyAccess, which changes without us, allowed everything: what the template denies it has to
// stay denied.
const worst = "preview, whatever AWS's policy allows"

// never are requests that the roles of the bootstrap template must not make, though one is an administrator and the other reads
// everything. The context has KEY=VALUE, and KEY= of what the request lacks.
var never = []need{
	{worst, "s3:GetObject s3:GetObjectVersion", "documents/matters/example", ""},
	{worst, "s3:GetObject", "artifacts/matters/Source/example", ""},
	{"preview", "s3:PutObject s3:DeleteObject s3:DeleteObjectVersion", "state-<account>/example", ""},
	{worst, "kms:Decrypt kms:ReEncryptFrom kms:GenerateDataKey", "key/storage", ""},
	{worst, "kms:Decrypt", "key/credentials", ""},
	{"preview", "kms:Encrypt kms:GenerateDataKey kms:PutKeyPolicy kms:ScheduleKeyDeletion", "key/state", ""},
	{worst, "ssm:GetParameter ssm:GetParameters ssm:GetParameterHistory", "parameter/example", ""},
	{worst, "secretsmanager:GetSecretValue", "secret:portal/session-key", ""},
	{worst, "secretsmanager:BatchGetSecretValue", "*", ""},
	{worst, "secretsmanager:GetSecretValue", "secret:rds!db-<id>", ""},
	{worst, "sqs:ReceiveMessage", "document-signing.fifo", ""},
	{"preview", "sqs:SendMessage", "document-signing.fifo", ""},
	{worst, "logs:GetLogEvents", "log-group:/aws/codebuild/build-matters:log-stream:example", ""},
	{worst, "logs:FilterLogEvents logs:StartQuery", "log-group:/aws/codebuild/build-matters", ""},
	{worst, "codecommit:GitPull codecommit:GetFile", "matters", ""},
	{worst, "rds-db:connect", "dbuser:database/matters", ""},
	{worst, "es:ESHttpGet", "domain/<stack>/example", ""},
	{worst, "dynamodb:GetItem dynamodb:Scan", "table/example", ""},
	{worst, "ebs:GetSnapshotBlock", "snapshot/example", ""},
	{worst, "ec2:GetConsoleOutput", "instance/example", ""},
	{worst, "ecr:GetDownloadUrlForLayer", "repository/matters", ""},
	{"preview", "sts:AssumeRole", "role/search-master", ""},
	{"preview", "iam:PassRole iam:PutRolePolicy", "role/app-matters", ""},

	{"deploy", "iam:CreateRole iam:PutRolePolicy iam:AttachRolePolicy", "role/app-matters", "iam:PermissionsBoundary="},
	{"deploy", "iam:CreateRole iam:PutRolePermissionsBoundary", "role/app-matters", "iam:PermissionsBoundary=arn:aws:iam::<account>:policy/other"},
	{"deploy", "iam:DeleteRolePermissionsBoundary", "role/app-matters", ""},
	{"deploy", "iam:CreateRole iam:PutRolePolicy", "role/example", "iam:PermissionsBoundary=arn:aws:iam::<account>:policy/<stack>-boundary"},
	{"deploy", "iam:PassRole iam:UpdateAssumeRolePolicy iam:DeleteRole sts:AssumeRole", "role/example", ""},
	{"deploy", "iam:PutRolePolicy iam:UpdateAssumeRolePolicy iam:DeleteRole iam:PassRole iam:UpdateRole", "role/deploy", "iam:PermissionsBoundary=arn:aws:iam::<account>:policy/<stack>-boundary"},
	{"deploy", "iam:PutRolePolicy iam:UpdateAssumeRolePolicy iam:DeleteRole iam:PassRole", "role/preview", "iam:PermissionsBoundary=arn:aws:iam::<account>:policy/<stack>-boundary"},
	{"deploy", "iam:CreatePolicyVersion iam:SetDefaultPolicyVersion iam:DeletePolicy iam:DeletePolicyVersion", "policy/boundary", ""},
	{"deploy", "iam:CreateUser iam:CreateAccessKey iam:CreateLoginProfile iam:PutUserPolicy iam:UploadSSHPublicKey iam:CreateServiceSpecificCredential iam:UploadSigningCertificate", "user/example", ""},
	{"deploy", "iam:CreateOpenIDConnectProvider iam:UpdateOpenIDConnectProviderThumbprint iam:AddClientIDToOpenIDConnectProvider", "oidc-provider/example", ""},
	{"deploy", "s3:DeleteBucket s3:PutBucketPolicy s3:DeleteBucketPolicy s3:PutBucketVersioning s3:PutBucketPublicAccessBlock s3:PutLifecycleConfiguration s3:PutEncryptionConfiguration", "state-<account>", ""},
	{"deploy", "s3:DeleteObjectVersion", "state-<account>/example", ""},
	{"deploy", "s3:PutObject", "state-<account>/example", "s3:x-amz-server-side-encryption=AES256"},
	{"deploy", "s3:PutObject", "state-<account>/example", "s3:x-amz-server-side-encryption=aws:kms s3:x-amz-server-side-encryption-aws-kms-key-id=arn:aws:kms:<region>:<account>:key/5678"},
	{"deploy", "s3:PutObject", "state-<account>/example", "s3:x-amz-server-side-encryption=aws:kms s3:x-amz-server-side-encryption-aws-kms-key-id="},
	{"deploy", "s3:PutObject", "state-<account>/example", "s3:x-amz-server-side-encryption-customer-algorithm=AES256"},
	{"deploy", "s3:GetObject", "state-<account>/example", "aws:SecureTransport=false"},
	{"deploy", "s3:DeleteObject s3:PutObject s3:DeleteObjectVersion", "state-logs-<account>/state/example", ""},
	{"deploy", "kms:ScheduleKeyDeletion kms:PutKeyPolicy kms:CreateGrant kms:DisableKey", "key/state", ""},
	{"deploy", "backup:DeleteRecoveryPoint backup:UpdateRecoveryPointLifecycle", "recovery-point:example", ""},
	{"deploy", "cloudformation:UpdateStack cloudformation:DeleteStack cloudformation:CreateChangeSet", "stack/bootstrap/example", ""},
	{"deploy", "cloudtrail:StopLogging cloudtrail:DeleteTrail cloudtrail:UpdateTrail cloudtrail:PutEventSelectors", "trail/example", ""},
	{"deploy", "cloudtrail:DeleteEventDataStore cloudtrail:StopEventDataStoreIngestion cloudtrail:UpdateEventDataStore", "eventdatastore/example", ""},
	{"deploy", "config:PutConfigurationRecorder config:StopConfigurationRecorder config:PutDeliveryChannel", "", ""},
	{"deploy", "guardduty:UpdateDetector guardduty:DeleteDetector guardduty:CreateFilter guardduty:StopMonitoringMembers", "", ""},
	{"deploy", "securityhub:DisableSecurityHub securityhub:BatchDisableStandards access-analyzer:DeleteAnalyzer access-analyzer:CreateArchiveRule", "", ""},
	{"deploy", "organizations:LeaveOrganization", "*", ""},
	{"deploy", "account:CloseAccount account:PutAlternateContact", "", ""},
}

// refusedAlways asks what the template's roles must not do. On nothing in particular stands for the first thing that the action takes.
func (w *World) refusedAlways(e *Evaluator) (found []string, asked int, err error) {
	if err := e.Keep(w.administrator().Identity...); err != nil {
		return nil, 0, err
	}
	var questions []Question
	for _, n := range never {
		for action := range strings.FieldsSeq(n.actions) {
			targets := w.targets(action)
			i := 0
			for i < len(targets) && n.on != "" && w.label(targets[i]) != n.on {
				i++
			}
			if len(targets) == 0 || i == len(targets) {
				found = append(found, fmt.Sprintf("%s must not %s on %s, and there is no such thing", n.form, action, n.on))
				continue
			}
			form, _, _ := strings.Cut(n.form, ",")
			q := w.question(w.role(form), action, targets[i])
			if n.form == worst {
				q.Identity = append(q.Identity, w.administrator().Identity[0].Name)
			}
			w.fill(q, n.context)
			questions = append(questions, q)
		}
	}
	answers, err := e.Ask(questions)
	for i, a := range answers {
		if q := questions[i]; a.Error != "" || a.Allowed() {
			found = append(found, fmt.Sprintf("%s may %s on %s %v: %s%s", w.label(q.Principal), q.Action, w.label(q.Resource), q.Context, strings.Join(a.By, ", "), a.Error))
		}
	}
	return found, len(questions), err
}

// fill puts a context into a question.
func (w *World) fill(q Question, context string) {
	for pair := range strings.FieldsSeq(context) {
		key, value, _ := strings.Cut(pair, "=")
		fill := strings.NewReplacer("<region>", w.Region, "<account>", w.Account, "<stack>", w.prefix())
		q.Context[fill.Replace(key)] = fill.Replace(value)
	}
}

// plain asks for what comes without TLS, of an administrator of the account: of whatever has a policy that could refuse it.
func (w *World) plain(e *Evaluator) (found []string, asked int, err error) {
	administrator := w.administrator()
	if err := e.Keep(administrator.Identity...); err != nil {
		return nil, 0, err
	}
	var questions []Question
	for _, action := range []string{"s3:GetObject", "s3:PutObject", "s3:ListBucket", "sqs:SendMessage", "sqs:ReceiveMessage", "sns:Publish"} {
		for _, arn := range w.targets(action) {
			if q := w.question(administrator, action, arn); q.Policy != "" {
				q.Context["aws:SecureTransport"] = "false"
				questions = append(questions, q)
			}
		}
	}
	answers, err := e.Ask(questions)
	for i, a := range answers {
		if a.Allowed() {
			found = append(found, fmt.Sprintf("an administrator without TLS: %s on %s, by %s", questions[i].Action, w.label(questions[i].Resource), strings.Join(a.By, ", ")))
		}
	}
	return found, len(questions), err
}

// administrator is somebody in the account who may do everything that his own policies decide on.
func (w *World) administrator() *Principal {
	policy := &Policy{Name: "administrator", Kind: "identity", Text: []byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`)}
	return &Principal{ARN: "arn:aws:iam::" + w.Account + ":role/administrator", Account: w.Account, Name: "an administrator of the account", Identity: []*Policy{policy}}
}

// unbounded are the roles without the boundary. That of previews needs none: it cannot change anything.
func (w *World) unbounded() (found []string) {
	for _, p := range w.Principals {
		if len(p.Boundary) == 0 && p.Name != "preview" {
			found = append(found, fmt.Sprintf("role %s has no permissions boundary", p.Name))
		}
	}
	return found
}
