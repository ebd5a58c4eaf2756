package cloud

import (
	"testing"

	"legops/internal/catalogue"
)

// projectInputs are of a build of code from GitHub, by a connection.
func (c client) projectInputs() values {
	c.made(catalogue.LogGroup, "builds", values{"name": "/builds"})
	return values{
		"name": "mirror", "serviceRole": c.serviceRole("mirror", "codebuild", "codeconnections:*"),
		"source": values{
			"type": "GITHUB", "location": "https://github.com/legops/matters", "buildspec": "version: 0.2",
			"auth": values{"type": "CODECONNECTIONS", "resource": c.connection()},
		},
		"artifacts":   values{"type": "NO_ARTIFACTS"},
		"environment": values{"type": "ARM_CONTAINER", "computeType": "BUILD_GENERAL1_SMALL", "image": "aws/codebuild/amazonlinux-aarch64-standard:3.0"},
		"logsConfig":  values{"cloudwatchLogs": values{"groupName": "/builds"}},
	}
}

// piped turns inputs into those of a build inside a pipeline.
func piped(in values) {
	in["source"], in["artifacts"] = values{"type": "CODEPIPELINE"}, values{"type": "CODEPIPELINE"}
}

func variables(list ...values) []any {
	var all []any
	for _, variable := range list {
		all = append(all, variable)
	}
	return all
}

func TestProjectRules(t *testing.T) {
	refuses(t, catalogue.BuildProject, client.projectInputs, map[string]mistake{
		"no role":                sets("serviceRole", "arn:aws:iam::111111111111:role/nobody", "NotFound: serviceRole arn:aws:iam::111111111111:role/nobody"),
		"a role by its name":     sets("serviceRole", "mirror", `serviceRole: "mirror" is no ARN of a role`),
		"another service's role": {func(c client, in values) { in["serviceRole"] = c.role("eks") }, "role/eks cannot be assumed by codebuild.amazonaws.com"},
		"a role without rights":  {func(c client, in values) { in["serviceRole"] = c.serviceRole("weak", "codebuild") }, "OAuthProviderException: weak may not codeconnections:GetConnection on arn:aws:codeconnections"},
		"a role with half of them": {func(c client, in values) {
			in["serviceRole"] = c.serviceRole("half", "codebuild", "codeconnections:GetConnection")
		}, "half may not codeconnections:GetConnectionToken"},
		"no connection":          sets("source.auth.resource", "arn:aws:codeconnections:us-east-1:111111111111:connection/1", "NotFound: resource arn:aws:codeconnections"),
		"no log group":           sets("logsConfig.cloudwatchLogs.groupName", "/nothing", "NotFound: groupName /nothing"),
		"a source":               sets("source.type", "SVN", `source.type is "SVN"`),
		"half in a pipeline":     sets("artifacts.type", "CODEPIPELINE", "must both be of the type CODEPIPELINE, or neither"),
		"artifacts":              sets("artifacts.type", "FTP", `artifacts.type is "FTP"`),
		"artifacts nowhere":      sets("artifacts.type", "S3", "artifacts.location must be given for S3"),
		"nothing to do":          sets("source", values{"type": "NO_SOURCE"}, "source.buildspec must be given where there is NO_SOURCE"),
		"no place":               sets("source.location", nil, `source.location is "" with the type GITHUB`),
		"a place in a pipeline":  {func(_ client, in values) { piped(in); set(in, "source.location", "here") }, `source.location is "here" with the type CODEPIPELINE`},
		"not on GitHub":          sets("source.location", "https://example.com/legops/matters", `source.location "https://example.com/legops/matters" does not match`),
		"told to nobody":         {func(_ client, in values) { piped(in); set(in, "source.reportBuildStatus", true) }, "source.reportBuildStatus is not for CODEPIPELINE"},
		"an environment":         sets("environment.type", "MAC_ARM", `environment.type "MAC_ARM" is not known here`),
		"a size":                 sets("environment.computeType", "BUILD_LAMBDA_1GB", `environment.computeType "BUILD_LAMBDA_1GB" is not for ARM_CONTAINER`),
		"another architecture":   sets("environment.image", "aws/codebuild/amazonlinux-x86_64-standard:5.0", "curated image aws/codebuild/amazonlinux-x86_64-standard:5.0 is not supported for projects with environment type ARM_CONTAINER"),
		"an image for functions": sets("environment.image", "aws/codebuild/amazonlinux-aarch64-lambda-standard:nodejs20", "is not supported for projects with environment type ARM_CONTAINER"),
		"pulled by the role":     sets("environment.imagePullCredentialsType", "SERVICE_ROLE", "imagePullCredentialsType must be CODEBUILD"),
		"too short":              sets("buildTimeout", 4, "buildTimeout is 4, must be 5 to 2160"),
		"too long":               sets("buildTimeout", 2161, "buildTimeout is 2161"),
		"too long a wait":        sets("queuedTimeout", 481, "queuedTimeout is 481, must be 5 to 480"),
		"none at a time":         sets("concurrentBuildLimit", 0, "concurrentBuildLimit is 0, must be 1 to"),
		"a reserved variable":    sets("environment.environmentVariables", variables(values{"name": "CODEBUILD_X", "value": "1"}), "names that begin with CODEBUILD_ are reserved"),
		"a variable twice":       sets("environment.environmentVariables", variables(values{"name": "X", "value": "1"}, values{"name": "X", "value": "2"}), `the environment variable "X" must be there once`),
		"a kind of variable":     sets("environment.environmentVariables", variables(values{"name": "X", "value": "1", "type": "VAULT"}), `environment.environmentVariables "X": InvalidParameterValue: type is "VAULT"`),
		"an output that is none": sets("encryptionKey", "arn:aws:kms:us-east-1:111111111111:key/1", "NotFound: encryptionKey"),
		"logs":                   sets("logsConfig.cloudwatchLogs.status", "ON", `cloudwatchLogs.status is "ON"`),
		"in two networks": {func(c client, in values) {
			here := c.network()
			in["vpcConfig"] = values{"vpcId": here.vpc, "subnets": here.subnets, "securityGroupIds": []any{c.elsewhere()}}
		}, "vpcConfig.vpcId and vpcConfig.subnets and vpcConfig.securityGroupIds lie in different VPCs"},
		"not in its network": {func(c client, in values) {
			other, _ := c.made(catalogue.Vpc, "other", values{"cidrBlock": "10.9.0.0/16"})
			in["vpcConfig"] = values{"vpcId": other, "subnets": c.network().subnets}
		}, "lie in different VPCs"},
	})
}

func filters(list ...values) []any { return []any{values{"filters": variables(list...)}} }

func TestWebhookRules(t *testing.T) {
	push := values{"type": "EVENT", "pattern": "PUSH"}
	refuses(t, catalogue.BuildWebhook, func(c client) values {
		c.made(catalogue.BuildProject, "mirror", c.projectInputs())
		return values{"projectName": "mirror", "filterGroups": filters(push, values{"type": "HEAD_REF", "pattern": "^refs/heads/main$"})}
	}, map[string]mistake{
		"no project":  sets("projectName", "nothing", "NotFound: projectName nothing"),
		"two filters": sets("branchFilter", "main", "filterGroups and branchFilter exclude each other"),
		"no event":    sets("filterGroups", filters(values{"type": "HEAD_REF", "pattern": "main"}), "has 0 of the type EVENT, must have one"),
		"an event":    sets("filterGroups", filters(values{"type": "EVENT", "pattern": "PUSH, TAG"}), `event " TAG" must be one of PUSH`),
		"a filter":    sets("filterGroups", filters(push, values{"type": "BRANCH", "pattern": "main"}), `filter type "BRANCH" must be one of EVENT`),
		"a pattern":   sets("filterGroups", filters(push, values{"type": "HEAD_REF", "pattern": "("}), "the pattern of a filter HEAD_REF: error parsing regexp"),
		"twice":       {func(c client, in values) { c.made(catalogue.BuildWebhook, "first", in) }, "AlreadyExists"},
		"a source that cannot call": {func(c client, in values) {
			project := values{
				"name": "piped", "serviceRole": c.serviceRole("piped", "codebuild"),
				"environment": values{"type": "LINUX_CONTAINER", "computeType": "BUILD_GENERAL1_SMALL", "image": "aws/codebuild/standard:7.0"},
			}
			piped(project)
			c.made(catalogue.BuildProject, "piped", project)
			in["projectName"] = "piped"
		}, "project piped has a source of the type CODEPIPELINE, which cannot call"},
	})
}
