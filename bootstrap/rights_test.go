package bootstrap_test

import (
	"fmt"

	"github.com/google/go-cmp/cmp"

	"legops/internal/iam"
)

// gitHub is the issuer of the workflows' tokens.
const gitHub = "token.actions.githubusercontent.com"

// claims are those of GitHub's tokens that AWS supports as condition keys, since January 2026:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
var claims = []string{
	"aud", "sub", "actor", "actor_id", "job_workflow_ref", "repository", "repository_id", "workflow", "ref", "environment", "enterprise_id",
}

// environments are the GitHub environments whose jobs may take the roles; %s is the stack.
var environments = map[string]string{"PreviewRole": "%s-preview", "DeployRole": "%s"}

// token returns the context of a job of legops/platform on main. The changes are name, value, name, value; an empty value
// removes the claim.
func token(environment string, changes ...string) map[string]string {
	context := map[string]string{
		gitHub + ":aud": "sts.amazonaws.com", gitHub + ":repository": "legops/platform", gitHub + ":repository_id": "42",
		gitHub + ":ref": "refs/heads/main", gitHub + ":environment": environment,
		gitHub + ":sub": "repo:legops/platform:environment:" + environment,
	}
	for i := 0; i < len(changes); i += 2 {
		context[gitHub+":"+changes[i]] = changes[i+1]
		if changes[i+1] == "" {
			delete(context, gitHub+":"+changes[i])
		}
	}
	return context
}

// checkTrust compares the trust policies with the ones below, and evaluates them for tokens.
func checkTrust(d *deployment) (problems []string) {
	policies := d.policies()
	for role, form := range environments {
		environment := fmt.Sprintf(form, d.Values["Stack"])
		equals := map[string]iam.Values{
			gitHub + ":aud": {"sts.amazonaws.com"}, gitHub + ":repository": {"legops/platform"},
			gitHub + ":ref": {"refs/heads/main"}, gitHub + ":environment": {environment},
		}
		if id := d.Values["GitHubRepositoryId"]; id != "" {
			equals[gitHub+":repository_id"] = iam.Values{id}
		}
		wanted := []statement{{iam.Statement{
			Sid: "GitHubActions", Effect: "Allow", Action: iam.Values{"sts:AssumeRoleWithWebIdentity"},
			Principal: iam.Principals{"Federated": {"arn:aws:iam::" + account + ":oidc-provider/" + gitHub}},
			Condition: iam.Conditions{
				"StringEquals": equals,
				"StringLike": {gitHub + ":sub": {
					"repo:legops/platform:environment:" + environment, "repo:legops@*/platform@*:environment:" + environment,
				}},
			},
		}, []string{}}}
		trust := policies[role+".AssumeRolePolicyDocument"]
		if difference := cmp.Diff(wanted, trust, cmp.AllowUnexported(statement{})); difference != "" {
			problems = append(problems, fmt.Sprintf("%s trusts others than it should: %s", role, difference))
		}
		for name, attempt := range map[string]struct {
			context map[string]string
			want    string
		}{
			"a job on main":                   {token(environment), "Allow"},
			"a repository created after 2026": {token(environment, "sub", "repo:legops@1/platform@42:environment:"+environment), "Allow"},
			"another branch":                  {token(environment, "ref", "refs/heads/feature"), ""},
			"a pull request":                  {token(environment, "ref", "refs/pull/1/merge"), ""},
			"a tag":                           {token(environment, "ref", "refs/tags/main"), ""},
			"no environment":                  {token("", "environment", "", "sub", "repo:legops/platform:ref:refs/heads/main"), ""},
			"another environment":             {token("staging"), ""},
			"another repository":              {token(environment, "repository", "legops/portal", "sub", "repo:legops/portal:environment:"+environment), ""},
			"a fork":                          {token(environment, "repository", "mallory/platform", "sub", "repo:mallory/platform:environment:"+environment), ""},
			"another audience":                {token(environment, "aud", "https://github.com/legops"), ""},
			"a subject without a repository":  {token(environment, "sub", ""), ""},
		} {
			if got := decide(trust, request{"sts:AssumeRoleWithWebIdentity", "", attempt.context}); got != attempt.want {
				problems = append(problems, fmt.Sprintf("%s: %s: %q, must be %q", role, name, got, attempt.want))
			}
		}
	}
	return problems
}

// checkRights evaluates the policies for calls that each role must be able to make, and for calls that it must not.
func checkRights(d *deployment) (problems []string) {
	policies, stack := d.policies(), d.Values["Stack"]
	everything := []statement{{Statement: iam.Statement{Sid: "Everything", Effect: "Allow", Action: iam.Values{"*"}, Resource: iam.Values{"*"}}}}
	own, state := "legops-"+stack+"-", "arn:aws:s3:::legops-"+stack+"-state-"+account
	iamARN := func(path string) string { return "arn:aws:iam::" + account + ":" + path }
	kms := "arn:aws:kms:us-east-1:" + account + ":"
	bounded := map[string]string{"iam:PermissionsBoundary": iamARN("policy/" + own + "boundary")}
	encryption, keyID := "s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id"
	sent := func(pairs ...string) map[string]string {
		context := map[string]string{"aws:SecureTransport": "true"}
		for i := 0; i < len(pairs); i += 2 {
			context[pairs[i]] = pairs[i+1]
		}
		return context
	}
	for _, group := range []struct {
		who string
		// The template does not contain AWS's managed policies, so assume the worst: they allow everything.
		policy []statement
		may    []request
		mayNot []request
	}{
		{"preview role", append(append(everything, policies["PreviewRole.state"]...), policies["PreviewRole.no-documents"]...), []request{
			{"s3:GetObject", state + "/.pulumi/stacks/legops/" + stack + ".json", nil},
			{"s3:GetObject", "arn:aws:s3:::" + own + account + "-artifacts/delivery/0123456789ab/build.sh", nil},
			{"s3:GetObject", "arn:aws:s3:::" + own + account + "-errors/404.html", nil},
			{"s3:GetBucketPolicy", "arn:aws:s3:::" + own + account + "-documents", nil},
			{"kms:Decrypt", kms + "key/1234", nil},
			{"ssm:GetParameters", "arn:aws:ssm:us-east-1::parameter/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64", nil},
			{"secretsmanager:DescribeSecret", "*", nil}, {"secretsmanager:GetResourcePolicy", "*", nil}, {"ecr:DescribeRepositories", "*", nil},
		}, []request{
			{"s3:GetObject", "arn:aws:s3:::" + own + account + "-documents/contract.pdf", nil},
			{"s3:GetObjectVersion", "arn:aws:s3:::" + own + account + "-documents/contract.pdf", nil},
			{"s3:GetObject", "arn:aws:s3:::" + own + account + "-artifacts/portal/source.zip", nil},
			{"kms:Decrypt", kms + "key/5678", nil},
			{"ssm:GetParameter", "arn:aws:ssm:us-east-1:" + account + ":parameter/password", nil},
			{"secretsmanager:GetSecretValue", "*", nil}, {"secretsmanager:BatchGetSecretValue", "*", nil},
			{"sqs:ReceiveMessage", "*", nil}, {"logs:GetLogEvents", "*", nil}, {"logs:FilterLogEvents", "*", nil},
			{"logs:StartQuery", "*", nil}, {"codecommit:GitPull", "*", nil}, {"rds-data:ExecuteStatement", "*", nil},
			{"rds-db:connect", "*", nil}, {"es:ESHttpGet", "*", nil}, {"dynamodb:GetItem", "*", nil}, {"dynamodb:Scan", "*", nil},
			{"ebs:GetSnapshotBlock", "*", nil}, {"ec2:GetConsoleOutput", "*", nil}, {"ecr:GetDownloadUrlForLayer", "*", nil},
		}},
		{"preview role, without ReadOnlyAccess", policies["PreviewRole.state"], []request{
			{"s3:ListBucket", state, nil}, {"s3:GetObject", state + "/.pulumi/meta.yaml", nil},
			{"kms:Decrypt", kms + "key/1234", nil},
		}, []request{
			{"s3:PutObject", state + "/.pulumi/locks/organization/legops/" + stack + "/1.json", nil},
			{"s3:PutObject", state + "/.pulumi/stacks/legops/" + stack + ".json", nil},
			{"s3:DeleteObject", state + "/.pulumi/stacks/legops/" + stack + ".json", nil},
		}},
		// And every role that the deploy role creates.
		{"deploy role", policies["Boundary.PolicyDocument"], []request{
			{"iam:CreateRole", iamARN("role/" + own + "matters"), bounded}, {"iam:PutRolePolicy", iamARN("role/" + own + "matters"), bounded},
			{"iam:AttachRolePolicy", iamARN("role/" + own + "matters"), bounded}, {"iam:PassRole", iamARN("role/" + own + "matters"), nil},
			{"iam:UpdateAssumeRolePolicy", iamARN("role/" + own + "matters"), nil}, {"iam:DeleteRole", iamARN("role/" + own + "matters"), nil},
			{"iam:CreateInstanceProfile", iamARN("instance-profile/" + own + "bastion"), nil},
			{"iam:CreateServiceLinkedRole", iamARN("role/aws-service-role/opensearchservice.amazonaws.com/X"), nil},
			{"s3:PutObject", state + "/.pulumi/stacks/legops/" + stack + ".json", nil}, {"s3:DeleteObject", state + "/.pulumi/locks/1.json", nil},
			{"s3:PutBucketPolicy", "arn:aws:s3:::" + own + account + "-documents", nil},
			{"kms:Decrypt", kms + "key/1234", nil}, {"kms:GenerateDataKey", kms + "key/1234", nil},
			{"kms:PutKeyPolicy", kms + "key/5678", nil}, {"eks:CreateCluster", "*", nil}, {"rds:CreateDBInstance", "*", nil},
		}, []request{
			{"iam:CreateRole", iamARN("role/" + own + "matters"), nil},
			{"iam:CreateRole", iamARN("role/" + own + "matters"), map[string]string{"iam:PermissionsBoundary": iamARN("policy/other")}},
			{"iam:CreateRole", iamARN("role/helper"), bounded}, {"iam:PutRolePermissionsBoundary", iamARN("role/" + own + "matters"), nil},
			{"iam:DeleteRolePermissionsBoundary", iamARN("role/" + own + "matters"), nil}, {"iam:PutRolePolicy", iamARN("role/" + own + "matters"), nil},
			{"iam:PutRolePolicy", iamARN("role/" + own + "deploy"), bounded}, {"iam:DeleteRole", iamARN("role/" + own + "preview"), nil},
			{"iam:UpdateAssumeRolePolicy", iamARN("role/" + own + "deploy"), nil}, {"sts:AssumeRole", iamARN("role/OrganizationAccountAccessRole"), nil},
			{"iam:PassRole", iamARN("role/Administrator"), nil},
			{"iam:DeleteServiceLinkedRole", iamARN("role/aws-service-role/opensearchservice.amazonaws.com/AWSServiceRoleForAmazonOpenSearchService"), nil},
			{"iam:CreatePolicyVersion", iamARN("policy/" + own + "boundary"), nil},
			{"iam:DeletePolicy", iamARN("policy/" + own + "boundary"), nil},
			{"iam:CreateOpenIDConnectProvider", iamARN("oidc-provider/example.com"), nil},
			{"iam:UpdateOpenIDConnectProviderThumbprint", iamARN("oidc-provider/" + gitHub), nil},
			{"iam:CreateUser", iamARN("user/x"), nil}, {"iam:CreateAccessKey", iamARN("user/x"), nil},
			{"s3:DeleteBucket", state, nil}, {"s3:PutBucketPolicy", state, nil}, {"s3:DeleteBucketPolicy", state, nil},
			{"s3:PutBucketVersioning", state, nil}, {"s3:PutBucketPublicAccessBlock", state, nil}, {"s3:PutLifecycleConfiguration", state, nil},
			{"s3:DeleteObjectVersion", state + "/.pulumi/stacks/legops/" + stack + ".json", nil},
			{"s3:DeleteObject", "arn:aws:s3:::" + own + "state-logs-" + account + "/state/x", nil},
			{"kms:ScheduleKeyDeletion", kms + "key/1234", nil}, {"kms:PutKeyPolicy", kms + "key/1234", nil},
			{"kms:UpdateAlias", kms + "alias/" + own + "state", nil},
			{"cloudformation:UpdateStack", "arn:aws:cloudformation:us-east-1:" + account + ":stack/" + own + "bootstrap/1", nil},
			{"cloudtrail:StopLogging", "*", nil}, {"organizations:LeaveOrganization", "*", nil}, {"account:CloseAccount", "*", nil},
		}},
		{"state bucket", append(everything, policies["StateBucketPolicy.PolicyDocument"]...), []request{
			{"s3:PutObject", state + "/x", sent()}, // as Pulumi does
			{"s3:PutObject", state + "/x", sent(encryption, "aws:kms", keyID, kms+"key/1234")},
			{"s3:GetObject", state + "/x", sent()},
		}, []request{
			{"s3:GetObject", state + "/x", map[string]string{"aws:SecureTransport": "false"}},
			{"s3:ListBucket", state, map[string]string{"aws:SecureTransport": "false"}},
			{"s3:PutObject", state + "/x", sent(encryption, "AES256")},
			{"s3:PutObject", state + "/x", sent(encryption, "aws:kms")},
			{"s3:PutObject", state + "/x", sent(encryption, "aws:kms", keyID, kms+"key/5678")},
			{"s3:PutObject", state + "/x", sent("s3:x-amz-server-side-encryption-customer-algorithm", "AES256")},
		}},
		{"log bucket", policies["LogBucketPolicy.PolicyDocument"], []request{
			{"s3:PutObject", "arn:aws:s3:::" + own + "state-logs-" + account + "/state/x", sent("aws:SourceAccount", account, "aws:SourceArn", state)},
		}, []request{
			{"s3:PutObject", "arn:aws:s3:::" + own + "state-logs-" + account + "/state/x", sent("aws:SourceAccount", "9", "aws:SourceArn", state)},
			{"s3:PutObject", "arn:aws:s3:::" + own + "state-logs-" + account + "/state/x", sent("aws:SourceAccount", account, "aws:SourceArn", state+"-x")},
		}},
	} {
		for _, r := range group.may {
			if decide(group.policy, r) != "Allow" {
				problems = append(problems, fmt.Sprintf("%s: %s on %s %v: must be allowed", group.who, r.action, r.resource, r.context))
			}
		}
		for _, r := range group.mayNot {
			if decide(group.policy, r) == "Allow" {
				problems = append(problems, fmt.Sprintf("%s: %s on %s %v: must be refused", group.who, r.action, r.resource, r.context))
			}
		}
	}
	return problems
}
