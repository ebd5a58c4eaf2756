package permissions

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/proofs"
	"legops/internal/proofs/prooftest"
)

// mutation is a way of breaking the rights of production, and the part of the search that has to find it.
type mutation struct {
	name string
	// edits are resources of the program by type and name, and what stands for what in the input: old, new.
	edits []edit
	// template are texts of bootstrap/account.yaml that stand for others.
	template [2]string
	// role is whose rights are searched, if only one's are; search is the part of the proof.
	role   string
	search func(*search, *World, []*Principal) error
	// finds is part of the finding.
	finds string
}

type edit struct{ typ, name, input, old, new string }

// The parts of the search, for some roles.
func rights(o *search, w *World, of []*Principal) error {
	written, err := os.ReadFile(filepath.Join(prooftest.Root, document))
	if err != nil {
		return err
	}
	return o.compare(w, of, string(written))
}
func chainsOf(o *search, w *World, of []*Principal) error { return o.hunt(w, of) }
func goalsOf(o *search, w *World, of []*Principal) error  { return reaches("")(o, w, of) }

// reaches is the search for one goal, or for all if it has no name: where a mutation opens some thousand actions, one is enough.
func reaches(name string) func(*search, *World, []*Principal) error {
	return func(o *search, w *World, of []*Principal) error {
		some := slices.DeleteFunc(slices.Clone(goals), func(g goal) bool { return name != "" && g.name != name })
		found, _, _, err := w.refuse(o.evaluator, of, some)
		for _, r := range found {
			o.Find("%s reaches %s", r.by.Name, r.text(w))
		}
		return err
	}
}
func stepsOf(o *search, w *World, of []*Principal) error {
	steps, err := w.steps(o.evaluator, of)
	for _, text := range w.unexplained(steps) {
		o.Find("%s", text)
	}
	return err
}
func needsOf(o *search, w *World, of []*Principal) error { return o.needs(w, of) }
func strangers(o *search, w *World, _ []*Principal) error {
	return o.report(w, "", w.outsiders)
}
func letIn(o *search, w *World, _ []*Principal) error {
	for _, text := range w.admitted() {
		o.Find("%s", text)
	}
	return nil
}
func fromTest(o *search, w *World, _ []*Principal) error {
	return o.report(w, "", func(e *Evaluator) ([]string, int, error) {
		return w.acrossAccounts(e, "test", []*Principal{{ARN: "arn:aws:iam::222222222222:role/legops-test-app-matters", Account: "222222222222", Name: "app-matters"}}, w.offeredByARN())
	})
}
func gitHubsJobs(o *search, w *World, _ []*Principal) error { return o.report(w, "", w.gitHubJobs) }
func held(o *search, _ *World, _ []*Principal) error {
	written, err := os.ReadFile(filepath.Join(prooftest.Root, document))
	o.texts(string(written))
	return err
}

// through is the search of the endpoint of a service.
func through(service string) func(*search, *World, []*Principal) error {
	return func(o *search, w *World, _ []*Principal) error {
		return o.report(w, "", func(e *Evaluator) ([]string, int, error) { return w.throughEndpoints(e, service) })
	}
}
func withoutTLS(o *search, w *World, _ []*Principal) error { return o.report(w, "", w.plain) }
func templates(o *search, w *World, _ []*Principal) error {
	return o.report(w, "", func(e *Evaluator) ([]string, int, error) {
		found, asked, err := w.refusedAlways(e)
		return append(found, w.unbounded()...), asked, err
	})
}

const allowEverybody = `"Statement":[{"Sid":"Open","Effect":"Allow","Principal":{"AWS":["*"]},`

// allow begins a statement for principals, in front of others.
func allow(principals string) string {
	return `"Statement":[{"Sid":"Open","Effect":"Allow","Principal":{` + principals + `},`
}

var mutations = []mutation{
	{"a wildcard action", []edit{{catalogue.RolePolicy, "app-matters-role-policy", "policy", `"s3:GetObject"`, `"s3:*"`}}, [2]string{}, "app-matters", reaches("documents"), "DeleteObjectVersion on documents/matters/"},
	{"a wildcard resource", []edit{{catalogue.RolePolicy, "app-portal-role-policy", "policy", "portal/session-key-??????", "*"}}, [2]string{}, "app-portal", goalsOf, "GetSecretValue on secret:identity/token-signing-key"},
	{"a prefix dropped", []edit{{catalogue.RolePolicy, "app-certifications-role-policy", "policy", "-evidence/certifications/*", "-evidence/*"}}, [2]string{}, "app-certifications", goalsOf, "evidence/signatures/"},
	{"a drill that removes any database", []edit{{catalogue.RolePolicy, "restoredrill-role-policy", "policy", `"Resource":["arn:aws:rds:us-east-1:333333333333:db:legops-prod-drill-*"],"Condition":{"Null":{"aws:ResourceTag/legops:restore-drill":["false"]}}`, `"Resource":["arn:aws:rds:us-east-1:333333333333:db:legops-prod-*"]`}}, [2]string{}, "restore-drill", reaches("database"), "restore-drill reaches database: rds:DeleteDBInstance on db:database"},
	{"a drill that restores over what serves", []edit{{catalogue.RolePolicy, "restoredrill-buckets-role-policy", "policy", `"arn:aws:s3:::legops-prod-drill-*/*"`, `"arn:aws:s3:::legops-prod-*/*"`}}, [2]string{}, "restore-drill-buckets", reaches("documents"), "restore-drill-buckets reaches documents: s3:"},
	{"a drill that hands over any role", []edit{{catalogue.RolePolicy, "restoredrill-role-policy", "policy", `role/legops-prod-restore-drill-buckets`, `role/legops-prod-restore*`}}, [2]string{}, "restore-drill", rights, "restore-drill"},
	{"a condition dropped", []edit{{catalogue.RolePolicy, "deployer-role-policy", "policy", `,"Condition":{"StringEquals":{"kms:ViaService":["s3.us-east-1.amazonaws.com"]},"StringLike"`, `,"Condition":{"StringLike"`}}, [2]string{}, "deployer", rights, "deployer"},
	{"NotAction", []edit{{catalogue.RolePolicy, "runner-role-policy", "policy", `"Statement":[`, `"Statement":[{"Effect":"Allow","NotAction":["iam:*"],"Resource":["arn:aws:s3:::*"]},`}}, [2]string{}, "runner", reaches("documents"), "runner reaches documents"},
	{"NotResource", []edit{{catalogue.RolePolicy, "app-identity-role-policy", "policy", `"Statement":[`, `"Statement":[{"Effect":"Allow","Action":["sqs:ReceiveMessage"],"NotResource":["arn:aws:sqs:::x"]},`}}, [2]string{}, "app-identity", goalsOf, "ReceiveMessage on document-signing.fifo"},
	{"the boundary dropped", []edit{{catalogue.Role, "app-matters-role", "permissionsBoundary", "*", ""}}, [2]string{}, "", templates, "role app-matters has no permissions boundary"},
	{"the boundary of the deployment dropped", nil, [2]string{"      PermissionsBoundary: !Ref Boundary\n", ""}, "", templates, "role/deploy may iam:CreateUser"},
	{"a Deny of the boundary removed", nil, [2]string{"iam:*SSHPublicKey*,", ""}, "", templates, "iam:UploadSSHPublicKey"},
	{"a Deny of the boundary narrowed", nil, [2]string{"Action: [iam:DeleteRolePermissionsBoundary, iam:CreatePolicyVersion, ", "Action: [iam:CreatePolicyVersion, "}, "", templates, "iam:DeleteRolePermissionsBoundary"},
	{"a preview that decrypts", nil, [2]string{"NotResource: !GetAtt StateKey.Arn", `NotResource: "*"`}, "", templates, "role/preview may kms:"},
	{"trust in any branch", nil, [2]string{"                token.actions.githubusercontent.com:ref: !Sub refs/heads/${Branch}\n", ""}, "", gitHubsJobs, "a job on another branch"},
	{"trust in any environment", nil, [2]string{"environment: !Ref Stack\n", "environment: staging\n"}, "", gitHubsJobs, "DeployRole.trust: a job on main in the environment"},
	{"trust in another repository", nil, [2]string{"token.actions.githubusercontent.com:repository: !Ref GitHubRepository\n", "token.actions.githubusercontent.com:repository: legops/portal\n"}, "", gitHubsJobs, "a job on main in the environment"},
	{"a key opened", []edit{{catalogue.Key, "encryption-storage", "policy", `"Statement":[`, allowEverybody + `"Action":["kms:Decrypt"],"Resource":["*"]},`}}, [2]string{}, "", strangers, "an administrator of another account, for an account elsewhere: kms:Decrypt on key/storage"},
	{"a bucket opened", []edit{{catalogue.BucketPolicy, "storage-documents", "policy", `"Statement":[`, allowEverybody + `"Action":["s3:GetObject"],"Resource":["arn:aws:s3:::legops-prod-333333333333-documents/*"]},`}}, [2]string{}, "", strangers, "nobody signed in, for an account elsewhere: s3:GetObject on documents/"},
	{"a service's account dropped", []edit{{catalogue.BucketPolicy, "storage-logs", "policy", `"Condition":{"ArnLike":{"aws:SourceArn":["arn:aws:logs:us-east-1:333333333333:delivery-source:*"]},"StringEquals":{"aws:SourceAccount":["333333333333"],`, `"Condition":{"StringEquals":{`}}, [2]string{}, "", strangers, "delivery.logs.amazonaws.com, for an account elsewhere: s3:PutObject"},
	{"TLS no longer required", []edit{{catalogue.QueuePolicy, "queues-document-signing", "policy", `"aws:SecureTransport":["false"]`, `"aws:SecureTransport":["true"]`}}, [2]string{}, "", withoutTLS, "an administrator without TLS: sqs:"},
	{"backups that can be deleted", []edit{{catalogue.BackupVaultPolicy, "backup-vault", "policy", "backup:DeleteRecoveryPoint", "backup:StopBackupJob"}}, [2]string{}, "", templates, "role/deploy may backup:DeleteRecoveryPoint"},
	{"any role passed", []edit{{catalogue.RolePolicy, "deployer-role-policy", "policy", `"Statement":[`, `"Statement":[{"Effect":"Allow","Action":["iam:PassRole"],"Resource":["*"]},`}}, [2]string{}, "deployer", stepsOf, "deployer can act as backup"},
	{"a Deny removed from what restores", []edit{{catalogue.RolePolicy, "backup-role-restore-policy", "policy", `"iam:PassRole"`, `"iam:GetUser"`}}, [2]string{}, "restore", stepsOf, "restore can act as"},
	{"commands on any instance", []edit{{catalogue.RolePolicy, "app-search-role-policy", "policy", `"Statement":[`, `"Statement":[{"Effect":"Allow","Action":["ssm:SendCommand"],"Resource":["*"]},`}}, [2]string{}, "app-search", stepsOf, "app-search can act as bastion"},
	{"builds of others", []edit{{catalogue.RolePolicy, "pipeline-matters-build-policy", "policy", "project/legops-prod-build-matters", "project/*"}}, [2]string{}, "pipeline-matters-build", stepsOf, "pipeline-matters-build can act as build-portal"},
	{"a role that others may take", []edit{{catalogue.Role, "app-documents-role", "assumeRolePolicy", `"Statement":[`, `"Statement":[{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::333333333333:role/legops-prod-app-matters"]},"Action":["sts:AssumeRole"]},`}}, [2]string{}, "app-matters", stepsOf, "app-matters can act as app-documents"},
	{"a condition of trust dropped", []edit{{catalogue.Role, "opensearch-master", "assumeRolePolicy", `"aws:PrincipalArn":["arn:aws:iam::333333333333:role/platform","arn:aws:iam::333333333333:role/legops-prod-deploy"]`, `"aws:PrincipalArn":["arn:aws:iam::333333333333:role/*"]`}}, [2]string{}, "an administrator of the account", rights, "search-master"},
	{"an administrator of the cluster", []edit{{catalogue.AccessPolicyAssociation, "eks-legops-prod-preview-view", "policyArn", "AmazonEKSAdminViewPolicy", "AmazonEKSClusterAdminPolicy"}}, [2]string{}, "preview", stepsOf, "preview can act as app-matters"},
	{"a policy of AWS attached", []edit{{catalogue.RolePolicyAttachment, "deployer-role-AmazonSSMManagedInstanceCore", "policyArn", "AmazonSSMManagedInstanceCore", "CloudWatchAgentServerPolicy"}}, [2]string{}, "deployer", goalsOf, "logs:PutRetentionPolicy"},
	{"a bucket opened to an account", []edit{{catalogue.BucketPolicy, "storage-documents", "policy", `"Statement":[`, allow(`"AWS":["arn:aws:iam::444444444444:root"]`) + `"Action":["s3:GetObject"],"Resource":["arn:aws:s3:::legops-prod-333333333333-documents/*"]},`}}, [2]string{}, "", letIn, "storage-documents lets in arn:aws:iam::444444444444:root"},
	{"a key opened to an account by its number", []edit{{catalogue.Key, "encryption-storage", "policy", `"Statement":[`, allow(`"AWS":["444444444444"]`) + `"Action":["kms:Decrypt"],"Resource":["*"]},`}}, [2]string{}, "", letIn, "lets in 444444444444"},
	{"a key opened to a role that nobody makes here", []edit{{catalogue.Key, "encryption-storage", "policy", `"Statement":[`, allow(`"AWS":["arn:aws:iam::333333333333:role/somebody"]`) + `"Action":["kms:Decrypt"],"Resource":["*"]},`}}, [2]string{}, "", letIn, "encryption-storage lets in arn:aws:iam::333333333333:role/somebody"},
	{"a bucket opened to a role of test", []edit{{catalogue.BucketPolicy, "storage-documents", "policy", `"Statement":[`, allowEverybody + `"Action":["s3:GetObject"],"Resource":["arn:aws:s3:::legops-prod-333333333333-documents/*"],"Condition":{"ArnLike":{"aws:PrincipalArn":["arn:aws:iam::*:role/legops-test-app-matters"]}}},`}}, [2]string{}, "", fromTest, "app-matters of test: s3:GetObject on documents/"},
	{"the source of another application's release", []edit{{catalogue.RolePolicy, "pipeline-portal-build-rights", "policy", "/legops-prod-portal/Source/*", "/*/Source/*"}}, [2]string{}, "build-portal", goalsOf, "artifacts: s3:GetObject on artifacts/matters/Source/"},
	{"a bucket opened to a canonical user", []edit{{catalogue.BucketPolicy, "storage-documents", "policy", `"Statement":[`, allow(`"CanonicalUser":["79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"]`) + `"Action":["s3:GetObject"],"Resource":["arn:aws:s3:::legops-prod-333333333333-documents/*"]},`}}, [2]string{}, "", letIn, "storage-documents lets in 79a59df9"},
	{"a bucket opened to all but one", []edit{{catalogue.BucketPolicy, "storage-documents", "policy", `"Statement":[`, strings.Replace(allow(`"AWS":["arn:aws:iam::444444444444:root"]`), "Principal", "NotPrincipal", 1) + `"Action":["s3:GetObject"],"Resource":["arn:aws:s3:::legops-prod-333333333333-documents/*"]},`}}, [2]string{}, "", letIn, "storage-documents lets in everybody but"},
	{"trust in another account", []edit{{catalogue.Role, "app-matters-role", "assumeRolePolicy", `"Statement":[`, allow(`"AWS":["arn:aws:iam::444444444444:role/somebody"]`) + `"Action":["sts:AssumeRole"]},`}}, [2]string{}, "", letIn, "app-matters-role lets in arn:aws:iam::444444444444:role/somebody"},
	{"trust in jobs of GitHub", []edit{{catalogue.Role, "app-matters-role", "assumeRolePolicy", `"Statement":[`, allow(`"Federated":["arn:aws:iam::333333333333:oidc-provider/token.actions.githubusercontent.com"]`) + `"Action":["sts:AssumeRoleWithWebIdentity"],"Condition":{"StringLike":{"token.actions.githubusercontent.com:sub":["repo:mallory/*"]}}},`}}, [2]string{}, "", letIn, "app-matters-role lets in arn:aws:iam::333333333333:oidc-provider/"},
	{"trust in Cognito", nil, [2]string{"Federated: !If [CreatesOidcProvider, !Ref GitHubOidcProvider, !Ref GitHubOidcProviderArn]", "Federated: cognito-identity.amazonaws.com"}, "", letIn, "lets in cognito-identity.amazonaws.com"},
	{"a bucket opened to the account", []edit{{catalogue.BucketPolicy, "storage-artifacts", "policy", `"Statement":[`, allowEverybody + `"Action":["s3:GetObject"],"Resource":["arn:aws:s3:::legops-prod-333333333333-artifacts/*"],"Condition":{"StringEquals":{"aws:PrincipalAccount":["333333333333"]}}},`}}, [2]string{}, "", rights, "everybody in the account"},
	{"an object below an opened bucket", []edit{{catalogue.BucketPolicy, "storage-artifacts", "policy", `"Statement":[`, allowEverybody + `"Action":["s3:GetObject"],"Resource":["arn:aws:s3:::legops-prod-333333333333-artifacts/*"]},`}}, [2]string{}, "", strangers, "s3:GetObject on artifacts/delivery/<digest>/mirror.sh"},
	{"another right in the cluster", []edit{{catalogue.AccessPolicyAssociation, "eks-legops-prod-preview-view", "policyArn", "AmazonEKSAdminViewPolicy", "AmazonEKSViewPolicy"}}, [2]string{}, "", held, "the cluster of prod"},
	{"commands by a document of AWS", []edit{{catalogue.RolePolicy, "app-search-role-policy", "policy", `"Statement":[`, `"Statement":[{"Effect":"Allow","Action":["ssm:SendCommand"],"Resource":["arn:aws:ec2:*:*:instance/*","arn:aws:ssm:*::document/AWS-RunShellScript"]},`}}, [2]string{}, "app-search", stepsOf, "app-search can act as bastion"},
	{"the source of another application", []edit{{catalogue.RolePolicy, "app-portal-role-policy", "policy", `"Statement":[`, `"Statement":[{"Effect":"Allow","Action":["codecommit:GitPull"],"Resource":["arn:aws:codecommit:us-east-1:333333333333:legops-prod-matters","arn:aws:codecommit:us-east-1:333333333333:matters"]},`}}, [2]string{}, "app-portal", goalsOf, "codecommit:GitPull on matters"},
	{"a log that can be deleted", []edit{{catalogue.RolePolicy, "app-portal-role-policy", "policy", `"Statement":[`, `"Statement":[{"Effect":"Allow","Action":["logs:DeleteLogGroup"],"Resource":["arn:aws:logs:us-east-1:333333333333:log-group:/aws/codebuild/legops-prod-build-portal*"]},`}}, [2]string{}, "app-portal", goalsOf, "logs:DeleteLogGroup on log-group:/aws/codebuild/build-portal"},
	{"other actions that do the same", []edit{{catalogue.RolePolicy, "app-portal-role-policy", "policy", `"Statement":[`, `"Statement":[{"Effect":"Allow","Action":["ssm:GetParameters","s3:DeleteBucketPolicy","codecommit:GetBlob","secretsmanager:DeleteSecret","es:ESHttpPatch"],"Resource":["*"]},`}}, [2]string{}, "app-portal", goalsOf, "s3:DeleteBucketPolicy on documents"},
	{"another role's rights", []edit{{catalogue.RolePolicy, "app-portal-role-policy", "policy", `"Statement":[`, `"Statement":[{"Effect":"Allow","Action":["iam:TagRole"],"Resource":["arn:aws:iam::333333333333:role/legops-prod-pipeline-matters"]},`}}, [2]string{}, "app-portal", goalsOf, "iam:TagRole on role/pipeline-matters"},
	{"a backup role that lifts the lock", []edit{{catalogue.RolePolicy, "backup-role-restore-policy", "policy", `"Statement":[`, `"Statement":[{"Effect":"Allow","Action":["backup:DeleteBackupVaultLockConfiguration"],"Resource":["*"]},`}}, [2]string{}, "restore", reaches("backups"), "backup:DeleteBackupVaultLockConfiguration"},
	{"a grant on the key of disks", []edit{{catalogue.RolePolicy, "app-portal-role-policy", "policy", `"Statement":[`, `"Statement":[{"Effect":"Allow","Action":["kms:CreateGrant"],"Resource":["*"]},`}}, [2]string{}, "app-portal", goalsOf, "kms:CreateGrant on key/volumes"},
	{"more behind a step", []edit{{catalogue.RolePolicy, "pipeline-matters-build-rights", "policy", `"Statement":[`, `"Statement":[{"Effect":"Allow","Action":["ecr:PutImage","ecr:InitiateLayerUpload"],"Resource":["arn:aws:ecr:us-east-1:333333333333:repository/*"]},`}}, [2]string{}, "pipeline-matters-source", chainsOf, "pipeline-matters-source comes to images: repository/"},
	{"more behind a longer chain", []edit{{catalogue.RolePolicy, "deployer-role-policy", "policy", `"Statement":[`, `"Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::legops-prod-333333333333-documents/*"]},`}}, [2]string{}, "build-portal", chainsOf, "build-portal comes to documents: documents/elsewhere/example as deployer"},
	{"an endpoint without a policy", []edit{{catalogue.VpcEndpoint, "network-endpoint-sqs", "policy", "*", ""}}, [2]string{}, "", through("sqs"), "the endpoint of sqs has no policy"},
	{"the gateway to S3 without a policy", []edit{{catalogue.VpcEndpoint, "network-endpoint-s3", "policy", "*", ""}}, [2]string{}, "", through("s3"), "the endpoint of s3 has no policy"},
	{"a stranger's buckets", []edit{{catalogue.VpcEndpoint, "network-endpoint-s3", "policy", `,"aws:ResourceAccount":["333333333333"]`, ""}}, [2]string{}, "", through("s3"), "an administrator of this account: s3:PutObject on arn:aws:s3:::amazon-ssm-us-east-1-of-a-stranger/example is Allowed"},
	{"a stranger's credentials", []edit{{catalogue.VpcEndpoint, "network-endpoint-kms", "policy", `,"Condition":{"StringEquals":{"aws:PrincipalAccount":["333333333333"]}}`, ""}}, [2]string{}, "", through("kms"), "network-endpoint-kms, a stranger with credentials of his own: kms:Encrypt"},
	{"writing to public buckets", []edit{{catalogue.VpcEndpoint, "network-endpoint-s3", "policy", `"s3:GetObject"`, `"s3:GetObject","s3:PutObject"`}}, [2]string{}, "", through("s3"), "nobody signed in: s3:PutObject on arn:aws:s3:::aws-codedeploy-us-east-1/example is Allowed"},
	{"buckets named like public ones", []edit{{catalogue.VpcEndpoint, "network-endpoint-s3", "policy", "amazon-ssm-us-east-1/*", "amazon-ssm-us-east-1*"}}, [2]string{}, "", through("s3"), "s3:GetObject on arn:aws:s3:::amazon-ssm-us-east-1-of-a-stranger/example is Allowed"},
	{"layers of images out of reach", []edit{{catalogue.VpcEndpoint, "network-endpoint-s3", "policy", "prod-us-east-1-starport-layer-bucket", "prod-us-east-1-layers"}}, [2]string{}, "", through("s3"), "nobody signed in: s3:GetObject on arn:aws:s3:::prod-us-east-1-starport-layer-bucket/example is ImplicitlyDenied"},
	{"no roles for GitHub's jobs on the runner", []edit{{catalogue.VpcEndpoint, "network-endpoint-sts", "policy", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"}}, [2]string{}, "", through("sts"), "network-endpoint-sts, a job of GitHub"},
	{"an endpoint that keeps out a role", []edit{{catalogue.VpcEndpoint, "network-endpoint-secretsmanager", "policy", `"Action":["*"]`, `"Action":["secretsmanager:DescribeSecret"]`}}, [2]string{}, "app-portal", needsOf, "may not through network-endpoint-secretsmanager"},
	{"a right missing", []edit{{catalogue.RolePolicy, "pipeline-matters-build-rights", "policy", `"ecr:PutImage",`, ""}}, [2]string{}, "build-matters", rights, "ecr"},
	{"a right on a key missing", []edit{{catalogue.RolePolicy, "app-matters-role-policy", "policy", `"kms:GenerateDataKey"`, `"kms:Decrypt"`}}, [2]string{}, "app-matters", needsOf, "app-matters needs kms:GenerateDataKey"},
}

// production is prod as it is deployed, with what its world is made of, and an evaluator that ends with the test.
func production(t *testing.T) (graph *model.Graph, f *facts, template string, e *Evaluator) {
	t.Helper()
	graph, err := deployed(t.Context(), prooftest.Search(t, 1), "prod")
	require.NoError(t, err)
	f, err = readFacts(prooftest.Root)
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(prooftest.Root, "bootstrap", "account.yaml"))
	require.NoError(t, err)
	e, err = StartEvaluator(context.Background(), prooftest.Root) // the test's own context ends before it closes
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.Close()) })
	return graph, f, string(text), e
}

// Every mutation is found.
func TestMutationsAreFound(t *testing.T) {
	graph, f, template, e := production(t)
	for _, m := range mutations {
		t.Run(m.name, func(t *testing.T) {
			text := template
			if m.template[0] != "" {
				require.Contains(t, text, m.template[0])
				text = strings.ReplaceAll(text, m.template[0], m.template[1])
			}
			w, err := worldOf(f, prooftest.Root, "prod", mutated(t, graph, m.edits), text)
			require.NoError(t, err)
			o := &search{Search: &proofs.Search{Root: prooftest.Root, Sample: 1, Log: t.Output()}, evaluator: e, facts: f, worlds: []*World{w}}
			require.NoError(t, e.Keep(w.policies()...))
			of := w.choose(func(p *Principal) bool { return p.Name == m.role })
			if m.role == w.administrator().Name {
				of = []*Principal{w.administrator()}
			}
			require.NoError(t, m.search(o, w, of))
			assert.Contains(t, strings.Join(o.Found(), "\n"), m.finds)
		})
	}
}

// mutated is a graph with edits.
func mutated(t *testing.T, graph *model.Graph, edits []edit) *model.Graph {
	t.Helper()
	resources := slices.Clone(graph.Resources)
	for _, e := range edits {
		i := slices.IndexFunc(resources, func(r *model.Resource) bool { return r.Type == e.typ && r.URN.Name() == e.name })
		require.GreaterOrEqual(t, i, 0, "%s %s", e.typ, e.name)
		changed := *resources[i]
		changed.Inputs = maps.Clone(changed.Inputs)
		was := changed.Text(e.input)
		if e.old == "*" {
			changed.Inputs[e.input] = e.new
		} else {
			require.Contains(t, was, e.old, "%s %s", e.typ, e.name)
			changed.Inputs[e.input] = strings.ReplaceAll(was, e.old, e.new)
		}
		resources[i] = &changed
	}
	return model.NewGraph(resources)
}

// Every way of acting as another role is found, for a role that may take just that one on everything.
func TestWaysAreFound(t *testing.T) {
	graph, f, template, e := production(t)
	w, err := worldOf(f, prooftest.Root, "prod", graph, template)
	require.NoError(t, err)
	require.NoError(t, e.Keep(w.policies()...))
	for i, by := range ways {
		if by.actions[0] == "sts:AssumeRole" {
			continue // the other role has to trust it, as in one of the mutations
		}
		actions := slices.Clone(by.actions)
		for _, request := range by.beside {
			action, _, _ := strings.Cut(request, " ")
			actions = append(actions, action)
		}
		name := fmt.Sprintf("way %d", i)
		allows, err := newPolicy(name, "identity", "", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["`+strings.Join(actions, `","`)+`"],"Resource":["*"]}]}`)
		require.NoError(t, err)
		require.NoError(t, e.Keep(allows))
		whoever := &Principal{ARN: "arn:aws:iam::" + w.Account + ":role/whoever", Account: w.Account, Name: "whoever", Identity: []*Policy{allows}, Trust: &Policy{}}
		steps, err := w.steps(e, []*Principal{whoever})
		require.NoError(t, err)
		assert.True(t, slices.ContainsFunc(steps, func(s step) bool { return s.how == by.how }), "%v", actions)
		assert.NotEmpty(t, w.unexplained(steps), "%v", actions)
	}
	assert.Empty(t, e.Failed())
}

// A question that the evaluator cannot answer is no refusal.
func TestQuestionsWithoutAnswerAreFound(t *testing.T) {
	e, err := StartEvaluator(t.Context(), prooftest.Root)
	require.NoError(t, err)
	defer func() { require.NoError(t, e.Close()) }()
	_, err = e.Ask([]Question{{Principal: "arn:aws:iam::333333333333:role/app", Action: "eks:AssociateAccessPolicy", Resource: "arn:aws:eks:us-east-1:333333333333:cluster/legops", Account: "333333333333"}})
	require.NoError(t, err)
	assert.Contains(t, strings.Join(e.Failed(), "\n"), "eks:AssociateAccessPolicy on arn:aws:eks:us-east-1:333333333333:cluster/legops")
}

// The application of a role is the longest that fits, and a role of no application has none.
func TestFormsOfRoles(t *testing.T) {
	w := &World{applications: []string{"build", "case", "case-files", "nodes"}}
	for name, expected := range map[string][2]string{
		"app-case-files":           {"app-{application}", "case-files"},
		"pipeline-case-files-test": {"pipeline-{application}-test", "case-files"},
		"pipeline-case":            {"pipeline-{application}", "case"},
		"pipeline-build-build":     {"pipeline-{application}-build", "build"},
		"eks-nodes":                {"eks-nodes", ""},
	} {
		form, application := w.form(&Principal{Name: name})
		assert.Equal(t, expected, [2]string{form, application}, name)
	}
}
