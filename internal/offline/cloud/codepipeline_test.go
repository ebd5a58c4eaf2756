package cloud

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/internal/catalogue"
)

const pipelineRole = "arn:aws:iam::111111111111:role/pipeline"

// actionRole makes a role that only another role may take.
func (c client) actionRole(name, by string) string {
	_, role := c.made(catalogue.Role, name, values{"name": name, "assumeRolePolicy": statementOf(values{
		"Effect": "Allow", "Principal": values{"AWS": by}, "Action": "sts:AssumeRole",
	})})
	return role["arn"].(string)
}

func action(name, category, provider string, configuration values) values {
	return values{"name": name, "category": category, "owner": "AWS", "provider": provider, "version": "1", "configuration": configuration}
}

func with(in values, more values) values {
	for path, value := range more {
		set(in, path, value)
	}
	return in
}

// pipelineInputs are of a pipeline from source to release, with everything that it needs.
func (c client) pipelineInputs() values {
	c.made(catalogue.DeploymentGroup, "matters", c.groupInputs())
	c.made(catalogue.CodeRepository, "matters", values{"repositoryName": "matters"})
	build := c.projectInputs()
	piped(build)
	c.made(catalogue.BuildProject, "build", with(build, values{"name": "build"}))
	role := c.serviceRole("pipeline", "codepipeline", "sts:AssumeRole")
	stage := func(name string, more values, actions ...any) values {
		return with(values{"name": name, "actions": actions}, more)
	}
	alarmed := values{"condition": values{"result": "ROLLBACK", "rules": []any{values{
		"name": "Restarts", "ruleTypeId": values{"category": "Rule", "owner": "AWS", "provider": "CloudWatchAlarm", "version": "1"},
		"configuration": values{"AlarmName": "restarts"},
	}}}}
	return values{
		"name": "matters", "pipelineType": "V2", "executionMode": "QUEUED", "roleArn": role,
		"artifactStores": []any{values{"type": "S3", "location": c.bucket("artifacts")}},
		"stages": []any{
			stage("Source", nil, with(action("Source", "Source", "CodeCommit", values{"RepositoryName": "matters", "BranchName": "main"}),
				values{"outputArtifacts": []any{"Source"}, "roleArn": c.actionRole("source", role), "namespace": "Source"})),
			stage("Build", nil, with(action("Build", "Build", "CodeBuild", values{"ProjectName": "build"}),
				values{"inputArtifacts": []any{"Source"}, "outputArtifacts": []any{"Release"}, "namespace": "Build"})),
			stage("Deploy", values{"onSuccess": alarmed, "onFailure": values{"result": "ROLLBACK"}},
				with(action("Approve", "Approval", "Manual", values{}), values{"runOrder": 1}),
				with(action("Deploy", "Deploy", "CodeDeploy", values{"ApplicationName": "matters", "DeploymentGroupName": "matters"}),
					values{"inputArtifacts": []any{"Release"}, "runOrder": 2})),
		},
	}
}

// inStage changes a stage, inAction the first action of a stage.
func inStage(stage int, path string, value any, want string) mistake {
	return mistake{func(_ client, in values) { set(in["stages"].([]any)[stage].(values), path, value) }, want}
}

func inAction(stage int, path string, value any, want string) mistake {
	return mistake{func(_ client, in values) { set(firstAction(in, stage), path, value) }, want}
}

func firstAction(in values, stage int) values {
	return in["stages"].([]any)[stage].(values)["actions"].([]any)[0].(values)
}

func TestPipelineRules(t *testing.T) {
	refuses(t, catalogue.Pipeline, client.pipelineInputs, map[string]mistake{
		"a type":                 sets("pipelineType", "V3", `pipelineType is "V3", must be one of V1, V2`),
		"a mode":                 sets("executionMode", "RANDOM", `executionMode is "RANDOM"`),
		"another service's role": {func(c client, in values) { in["roleArn"] = c.role("eks") }, "role/eks cannot be assumed by codepipeline.amazonaws.com"},
		"no bucket":              sets("artifactStores", []any{values{"type": "S3", "location": "nothing"}}, "NotFound: location nothing"),
		"a place":                sets("artifactStores", []any{values{"type": "EFS", "location": "artifacts"}}, `artifactStores: InvalidParameterValue: type is "EFS"`),
		"no kind of place":       sets("artifactStores", []any{values{"type": "", "location": "artifacts"}}, `artifactStores: InvalidParameterValue: type is "", must be one of S3`),
		"one place with a region": sets("artifactStores", []any{values{"type": "S3", "location": "artifacts", "region": region}},
			"artifact stores have a region each where there are several"),
		"a region twice": sets("artifactStores", []any{
			values{"type": "S3", "location": "artifacts", "region": region}, values{"type": "S3", "location": "artifacts", "region": region},
		}, "artifact stores have a region each"),
		"only elsewhere": sets("artifactStores", []any{
			values{"type": "S3", "location": "artifacts", "region": "eu-west-1"}, values{"type": "S3", "location": "artifacts", "region": "eu-west-2"},
		}, "there is no artifact store in us-east-1"),
		"a kind of key": sets("artifactStores", []any{values{"type": "S3", "location": "artifacts", "encryptionKey": values{"id": "a", "type": "PGP"}}},
			`artifactStores: encryptionKey "a": InvalidParameterValue: type is "PGP"`),
		"no kind of key": sets("artifactStores", []any{values{"type": "S3", "location": "artifacts", "encryptionKey": values{"id": "a", "type": ""}}},
			`artifactStores: encryptionKey "a": InvalidParameterValue: type is "", must be one of KMS`),
		"no key": sets("artifactStores", []any{values{"type": "S3", "location": "artifacts", "encryptionKey": values{
			"id": "arn:aws:kms:us-east-1:111111111111:key/1", "type": "KMS",
		}}}, "NotFound: id arn:aws:kms"),
		"one stage":        {func(_ client, in values) { in["stages"] = in["stages"].([]any)[:1] }, "the pipeline has 1 stages, must have 2 to 50"},
		"a stage's name":   inStage(1, "name", "Build it", `stage name "Build it" must match`),
		"a stage twice":    inStage(1, "name", "Deploy", `stage name "Deploy" is there twice`),
		"an empty stage":   inStage(1, "actions", []any{}, `stages "Build": InvalidStructureException: the stage has 0 actions`),
		"an action's name": inAction(1, "name", "Build it", `stages "Build": InvalidStructureException: action name "Build it" must match`),
		"an action twice":  inAction(2, "name", "Deploy", `stages "Deploy": InvalidStructureException: action name "Deploy" is there twice`),
		"no source first":  inAction(0, "category", "Build", "action Source.Source: all actions of the first stage"),
		"a source later":   inAction(1, "category", "Source", "action Build.Build: all actions of the first stage, and no others"),
		"an unknown kind":  inAction(1, "provider", "Jenkins", "Build AWS Jenkins is not known here"),
		"a version":        inAction(1, "version", "2", `stages "Build": actions "Build": InvalidParameterValue: version is "2", must be one of 1`),
		"no version":       inAction(1, "version", "", `stages "Build": actions "Build": InvalidParameterValue: version is "", must be one of 1`),
		"no branch":        inAction(0, "configuration.BranchName", nil, "its configuration has no BranchName"),
		"no project named": inAction(1, "configuration", values{}, "its configuration has no ProjectName"),
		"an empty setting": inAction(1, "configuration.EnvironmentVariables", "", "EnvironmentVariables in its configuration has 0 characters"),
		"a long setting":   inAction(1, "configuration.EnvironmentVariables", strings.Repeat("a", 1001), "EnvironmentVariables in its configuration has 1001 characters, must have 1 to 1000"),
		"no repository":    inAction(0, "configuration.RepositoryName", "nothing", "NotFound: RepositoryName nothing"),
		"no project":       inAction(1, "configuration.ProjectName", "nothing", "NotFound: ProjectName nothing"),
		"no group": {func(_ client, in values) {
			set(in["stages"].([]any)[2].(values)["actions"].([]any)[1].(values), "configuration.DeploymentGroupName", "nothing")
		}, "action Deploy.Deploy: DeploymentGroupName nothing does not exist in the application matters"},
		"a namespace twice": inAction(1, "namespace", "Source", "action Build.Build: the namespace Source is there twice"),
		"another region":    inAction(1, "region", "eu-west-1", "actions in other regions are not known here"),
		"too many inputs":   inAction(2, "inputArtifacts", []any{"Release"}, "it has 1 inputArtifacts, must have 0 to 0"),
		"no output":         inAction(0, "outputArtifacts", []any{}, "it has 0 outputArtifacts, must have 1 to 1"),
		"out of nowhere":    inAction(1, "inputArtifacts", []any{"Sauce"}, "action Build.Build: no earlier action has the output artifact Sauce"),
		"an output twice":   inAction(1, "outputArtifacts", []any{"Source"}, `output artifact "Source" must match`),
		"an output's name":  inAction(0, "outputArtifacts", []any{"The source"}, `output artifact "The source" must match`),
		"an order":          inAction(1, "runOrder", 1000, "runOrder is 1000"),
		"a time limit":      inAction(2, "timeoutInMinutes", 4, "timeoutInMinutes is 4, must be 5 to 86400"),
		"no role":           inAction(0, "roleArn", "arn:aws:iam::111111111111:role/nobody", "NotFound: roleArn arn:aws:iam"),
		"a role that is not for it": {func(c client, in values) { set(firstAction(in, 0), "roleArn", c.role("eks")) },
			"action Source.Source: pipeline role " + pipelineRole + " is not authorized to perform AssumeRole on action role arn:aws:iam::111111111111:role/eks"},
		"a role that it may not take": {func(c client, in values) {
			in["roleArn"] = c.serviceRole("weak", "codepipeline", "s3:*")
			set(firstAction(in, 0), "roleArn", c.actionRole("for-weak", in["roleArn"].(string)))
		}, "role/weak is not authorized to perform AssumeRole on action role"},
	})
	c := newClient(t)
	in := c.pipelineInputs()
	set(firstAction(in, 0), "namespace", "")
	set(firstAction(in, 1), "namespace", "")
	c.made(catalogue.Pipeline, "two actions without a namespace", in)
}

// In a stage, what an action takes must have been made at an earlier moment.
func TestArtifactsAreMadeBeforeTheyAreUsed(t *testing.T) {
	c := newClient(t)
	in := c.pipelineInputs()
	build, stages := firstAction(in, 1), in["stages"].([]any)
	deploy := stages[2].(values)["actions"].([]any)[1].(values)
	all := values{"name": "All", "actions": []any{build, deploy}}
	in["stages"] = []any{stages[0], all}
	build["runOrder"] = 2
	c.refused(catalogue.Pipeline, "pipeline", in, "action All.Deploy: no earlier action has the output artifact Release")
	all["actions"], build["runOrder"] = []any{deploy, build}, 1
	id, out := c.made(catalogue.Pipeline, "pipeline", in)
	assert.Equal(t, "matters", id)
	assert.Equal(t, "arn:aws:codepipeline:us-east-1:111111111111:matters", out["arn"])
}

func TestPipelineConditions(t *testing.T) {
	const condition, on = "onSuccess.condition.", `stages "Deploy": onSuccess.condition: `
	rules := func(more values) []any {
		return []any{with(values{"name": "Restarts", "ruleTypeId": values{"category": "Rule", "provider": "CloudWatchAlarm"}, "configuration": values{"AlarmName": "restarts"}}, more)}
	}
	refuses(t, catalogue.Pipeline, client.pipelineInputs, map[string]mistake{
		"a result":        inStage(2, condition+"result", "SKIP", on+`InvalidParameterValue: result is "SKIP", must be one of FAIL, ROLLBACK`),
		"no result":       inStage(2, condition+"result", nil, on+`InvalidParameterValue: result is "", must be one of FAIL, ROLLBACK`),
		"no rules":        inStage(2, condition+"rules", []any{}, on+"InvalidStageDeclarationException: the condition has 0 rules, must have 1 to 5"),
		"a rule's name":   inStage(2, condition+"rules", rules(values{"name": "the restarts"}), on+`InvalidStructureException: rule name "the restarts" must match`),
		"a rule twice":    inStage(2, condition+"rules", append(rules(nil), rules(nil)...), on+`InvalidStructureException: rule name "Restarts" is there twice`),
		"an unknown rule": inStage(2, condition+"rules", rules(values{"ruleTypeId.provider": "Oracle"}), on+`rules "Restarts": InvalidStageDeclarationException: the provider "Oracle" is not known here`),
		"a category":      inStage(2, condition+"rules", rules(values{"ruleTypeId.category": "Test"}), "ruleTypeId must have the category Rule"),
		"no alarm named":  inStage(2, condition+"rules", rules(values{"configuration": values{}}), on+`rules "Restarts": InvalidStageDeclarationException: its configuration has no AlarmName`),
		"no alarm":        inStage(2, condition+"rules", rules(values{"configuration.AlarmName": "nothing"}), "NotFound: AlarmName nothing"),
		"after a failure": inStage(2, "onFailure.result", "SKIP", `stages "Deploy": InvalidParameterValue: onFailure.result is "SKIP"`),
	})
}

// What is new in pipelines of the type V2 is refused in others.
func TestPipelinesOfTheFirstType(t *testing.T) {
	first := func(edit func(in values)) func(client, values) {
		return func(_ client, in values) {
			delete(in, "pipelineType")
			delete(in, "executionMode")
			deploy := in["stages"].([]any)[2].(values)
			delete(deploy, "onSuccess")
			delete(deploy, "onFailure")
			edit(in)
		}
	}
	set := func(path string, value any) func(in values) { return func(in values) { set(in, path, value) } }
	refuses(t, catalogue.Pipeline, client.pipelineInputs, map[string]mistake{
		"a mode":      {first(set("executionMode", "QUEUED")), "the execution mode QUEUED can only be used with V2 pipelines"},
		"variables":   {first(set("variables", []any{values{"name": "A"}})), "variables can only be used with V2 pipelines"},
		"a condition": {first(func(in values) { in["stages"].([]any)[1].(values)["onFailure"] = values{"result": "RETRY"} }), "onFailure can only be used with V2 pipelines"},
	})
	c := newClient(t)
	in := c.pipelineInputs()
	first(func(values) {})(c, in)
	c.made(catalogue.Pipeline, "pipeline", in)
}
