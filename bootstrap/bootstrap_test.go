// Package bootstrap_test checks the template of an account, and the script that deploys it: AWS accepts them, and they allow
// what the program needs and no more.
package bootstrap_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
	"legops/internal/cloudformation"
	"legops/internal/registered"
)

var stackNames = []string{"dev", "test", "prod"}

// deployment is what CloudFormation makes of the template.
type deployment struct{ *cloudformation.Deployment }

const account = "111111111111"

func deployed(t *testing.T, text string, parameters map[string]string) *deployment {
	t.Helper()
	parsed, err := cloudformation.Parse(text)
	require.NoError(t, err)
	return &deployment{cloudformation.Deploy(parsed, "legops-"+parameters["Stack"]+"-bootstrap", account, "us-east-1", parameters)}
}

func TestTemplate(t *testing.T) {
	text := checkout.Read(t, "account.yaml")
	for _, stack := range stackNames {
		for name, more := range map[string]map[string]string{
			"as it is":           {},
			"with an id":         {"GitHubRepositoryId": "42"},
			"with a provider":    {"GitHubOidcProviderArn": "arn:aws:iam::" + account + ":oidc-provider/" + gitHub},
			"with both, by name": {"GitHubRepositoryId": "42", "GitHubRepository": "legops/platform", "Branch": "main"},
		} {
			t.Run(stack+" "+name, func(t *testing.T) {
				parameters := map[string]string{"Stack": stack}
				for key, value := range more {
					parameters[key] = value
				}
				d := deployed(t, text, parameters)
				assert.Empty(t, d.check())
				_, exists := d.Resources["GitHubOidcProvider"]
				assert.Equal(t, more["GitHubOidcProviderArn"] == "", exists)
				assert.Equal(t, map[string]string{
					"BackendUrl":      "s3://legops-" + stack + "-state-" + account + "?region=us-east-1",
					"SecretsProvider": "awskms://alias/legops-" + stack + "-state?region=us-east-1",
					"PreviewRoleArn":  "arn:aws:iam::" + account + ":role/legops-" + stack + "-preview",
					"DeployRoleArn":   "arn:aws:iam::" + account + ":role/legops-" + stack + "-deploy",
					"StateBucket":     "legops-" + stack + "-state-" + account,
					"StateKeyArn":     "arn:aws:kms:us-east-1:" + account + ":key/1234",
				}, d.Outputs)
			})
		}
	}
}

// A parameter that goes into a trust policy accepts no wildcard.
func TestParametersRefuseWildcards(t *testing.T) {
	text := checkout.Read(t, "account.yaml")
	for name, values := range map[string][]string{
		"GitHubRepository":      {"legops/*", "*/platform", "legops", "legops/platform:x", "legops/a/b"},
		"GitHubRepositoryId":    {"*", "legops"},
		"Branch":                {"*", "release/?"},
		"GitHubOidcProviderArn": {"arn:aws:iam::111111111111:oidc-provider/example.com", "*"},
	} {
		for _, value := range values {
			d := deployed(t, text, map[string]string{"Stack": "dev", name: value})
			assert.Contains(t, d.Problems, fmt.Sprintf("parameter %s: %q does not match %s", name, value, d.Template.Parameters[name].AllowedPattern))
		}
	}
}

// TestTemplateRefusesMistakes proves that the checks find mistakes in the template.
func TestTemplateRefusesMistakes(t *testing.T) {
	text := checkout.Read(t, "account.yaml")
	for _, mistake := range []struct{ name, old, spoiled, want string }{
		{"an unknown property", "EnableKeyRotation: true", "EnableKeyRotations: true", "additional properties 'EnableKeyRotations'"},
		{"a value of the wrong type", "MaxSessionDuration: 3600", "MaxSessionDuration: an hour", "MaxSessionDuration"},
		{"an unknown type", "Type: AWS::KMS::Alias", "Type: AWS::KMS::Aliases", "AWS::KMS::Aliases"},
		{"a Ref to nothing", "TargetKeyId: !Ref StateKey", "TargetKeyId: !Ref Key", "nothing is called Key"},
		{"an unknown attribute", "DeployRole.Arn", "DeployRole.ARN", "nothing is called DeployRole.ARN"},
		{"a Sub of nothing", "refs/heads/${Branch}", "refs/heads/${Branche}", "nothing is called Branche"},
		{"a parameter that nothing reads", "refs/heads/${Branch}", "refs/heads/main", "nothing reads the parameter Branch"},
		{"an unknown condition", "Condition: CreatesOidcProvider", "Condition: CreatesProvider", "unknown condition CreatesProvider"},
		{"a bucket deleted with the stack", "DeletionPolicy: RetainExceptOnCreate\n    UpdateReplacePolicy: Retain\n    Properties:\n      BucketName: !Sub legops-${Stack}-state-$", "DeletionPolicy: Delete\n    UpdateReplacePolicy: Retain\n    Properties:\n      BucketName: !Sub legops-${Stack}-state-$", "StateBucket: is deleted with the stack"},
		{"no versions", "VersioningConfiguration: {Status: Enabled}", "VersioningConfiguration: {Status: Suspended}", "StateBucket: VersioningConfiguration"},
		{"another encryption", "SSEAlgorithm: aws:kms, ", "SSEAlgorithm: aws:kms:dsse, ", "StateBucket: BucketEncryption"},
		{"public by ACL", "IgnorePublicAcls: true", "IgnorePublicAcls: false", "PublicAccessBlockConfiguration"},
		{"a key that is not rotated", "EnableKeyRotation: true", "EnableKeyRotation: false", "StateKey: EnableKeyRotation"},
		{"TLS that is not required", `"aws:SecureTransport": "false"`, `"aws:SecureTransport": "true"`, "state bucket: s3:GetObject"},
		{"an AWS managed key", `"s3:x-amz-server-side-encryption-aws-kms-key-id": "true"`, `"s3:x-amz-server-side-encryption-aws-kms-key-id": "false"`, "state bucket: s3:PutObject"},
		{"no Null before a negated operator", `              "Null": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "false"}` + "\n", "", "map[aws:SecureTransport:true]: must be allowed"},
		{"a bucket for everybody", "- Sid: OverTLSOnly\n            Effect: Deny", "- Sid: OverTLSOnly\n            Effect: Allow", "allows everybody"},
		{"logs from anywhere", `              ArnEquals: {"aws:SourceArn": !GetAtt StateBucket.Arn}` + "\n", "", "log bucket: s3:PutObject"},
		{"an unknown action", "s3:DeleteObjectVersion, ", "s3:DeleteObjectVersions, ", "s3:DeleteObjectVersions is not an action of AWS"},
		{"an unknown condition key", `"iam:PermissionsBoundary": `, `"iam:PermissionBoundary": `, "iam:PermissionBoundary is not a condition key of AWS"},
		{"a claim that AWS does not support", gitHub + ":ref:", gitHub + ":head_ref:", ":head_ref is not a condition key of AWS"},
		{"any branch", "                " + gitHub + ":ref: !Sub refs/heads/${Branch}\n", "", "another branch"},
		{"any environment", "environment: !Ref Stack", "environment: staging", "DeployRole trusts others"},
		{"any subject", "- !Sub repo:${GitHubRepository}:environment:${Stack}\n", "- \"*\"\n", "DeployRole trusts others"},
		{"any repository", "                " + gitHub + ":repository: !Ref GitHubRepository\n", "", "trusts others"},
		{"a preview that reads documents", "-artifacts/delivery/*", "-*", "preview role: s3:GetObject"},
		{"a preview that decrypts", "NotResource: !GetAtt StateKey.Arn", `NotResource: "*"`, "preview role: kms:Decrypt"},
		{"a preview that reads messages", "sqs:ReceiveMessage, ", "", "preview role: sqs:ReceiveMessage"},
		{"a preview that writes state", "[s3:GetObject, s3:ListBucket]", "[s3:GetObject, s3:PutObject, s3:ListBucket]", "preview role, without ReadOnlyAccess: s3:PutObject"},
		{"a role without boundary", "iam:CreateRole, iam:PutRolePermissionsBoundary, iam:PutRolePolicy", "iam:PutRolePermissionsBoundary, iam:PutRolePolicy", "deploy role: iam:CreateRole"},
		{"a boundary that can be lifted", "iam:DeleteRolePermissionsBoundary, ", "", "deploy role: iam:DeleteRolePermissionsBoundary"},
		{"a boundary that stops the program", "role/legops-${Stack}-*", "role/legops-${Stack}-app-*", "must be allowed"},
		{"a bootstrap that can be changed", "role/legops-${Stack}-deploy", "role/legops-${Stack}-deployment", "deploy role: iam:PutRolePolicy"},
		{"a statement with the Sid of another", "Sid: NoOtherKey", "Sid: NoOtherEncryption", "needs a Sid of its own"},
		{"a boundary that is too long", "organizations:*,", "organizations:*, " + strings.Repeat("cloudtrail:*, ", 300), "must be at most 6144"},
		{"an unknown function", "!Ref StateBucket\n      PolicyDocument", "!ImportValue StateBucket\n      PolicyDocument", "Fn::ImportValue is not a function"},
	} {
		t.Run(mistake.name, func(t *testing.T) {
			require.Contains(t, text, mistake.old)
			d := deployed(t, strings.ReplaceAll(text, mistake.old, mistake.spoiled), map[string]string{"Stack": "dev"})
			assert.Contains(t, strings.Join(d.check(), "\n"), mistake.want)
		})
	}
}

// The roles may do what the program needs: its names, the boundary, and the objects that a preview reads.
func TestProgramFitsTheAccount(t *testing.T) {
	text := checkout.Read(t, "account.yaml")
	for _, stack := range stackNames {
		t.Run(stack, func(t *testing.T) {
			cfg := checkout.Config(t, "..", stack)
			program := registered.Stack(t, stack, cfg)
			d := deployed(t, text, map[string]string{"Stack": stack})
			here := strings.NewReplacer(cfg.Account, account).Replace
			deploy := d.policies()["Boundary.PolicyDocument"]
			roles := program.OfType("aws:iam/role:Role")
			require.NotEmpty(t, roles)
			for _, role := range roles {
				boundary := role.Text("permissionsBoundary")
				r := request{"iam:CreateRole", fmt.Sprintf("arn:aws:iam::%s:role/%s", account, role.Get("name")), map[string]string{"iam:PermissionsBoundary": here(boundary)}}
				assert.Equal(t, "Allow", decide(deploy, r), "%s: role %s with boundary %q", role.Name(), role.Get("name"), boundary)
			}
			objects := program.OfType("aws:s3/bucketObjectv2:BucketObjectv2")
			require.NotEmpty(t, objects)
			for _, object := range objects {
				r := request{"s3:GetObject", here(fmt.Sprintf("arn:aws:s3:::%s/%s", object.Get("bucket"), object.Get("key"))), nil}
				assert.NotEqual(t, "Deny", decide(d.policies()["PreviewRole.no-documents"], r), "%s: a refresh reads %s", object.Name(), r.resource)
			}
		})
	}
}
