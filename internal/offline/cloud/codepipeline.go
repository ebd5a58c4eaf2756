package cloud

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/regions"
)

// What CodePipeline computes and refuses, from its structure, action and rule references.
var _ = simulate(map[string]simulation{
	catalogue.Pipeline: {
		rules: slices.Concat([]rule{
			assumable("roleArn", "codepipeline"), oneOf("pipelineType", "V1", "V2"), oneOf("executionMode", "SUPERSEDED", "QUEUED", "PARALLEL"),
			pipelineStores,
			each("artifactStores", mustBeOneOf("type", "S3"), each("encryptionKey", mustBeOneOf("type", "KMS"))),
			when(func(in model.Values) bool {
				return ofTypeV1(in) && slices.Contains([]string{"QUEUED", "PARALLEL"}, in.Text("executionMode"))
			}, "InvalidStructureException: the execution mode {executionMode} can only be used with V2 pipelines"),
			forbids(ofTypeV1, "InvalidStructureException: {} can only be used with V2 pipelines",
				"triggers", "variables", "stages[*].beforeEntry", "stages[*].onSuccess", "stages[*].onFailure"),
			size("stages", 2, 50, "InvalidStructureException: the pipeline has {} stages, must have 2 to 50"),
			each("stages", append(stepNames("actions[*].name", "action name"),
				size("actions", 1, 50, "InvalidStructureException: the stage has {} actions, must have 1 to 50"),
				each("actions", mustBeOneOf("version", "1")))...),
			sourcesFirst, pipelineActions, pipelineArtifacts,
			each("stages", conditioned("beforeEntry", "FAIL", "SKIP"), conditioned("onSuccess", "FAIL", "ROLLBACK"), conditioned("onFailure", "ROLLBACK"),
				oneOf("onFailure.result", "ROLLBACK", "RETRY")),
		}, stepNames("stages[*].name", "stage name")),
	},
})

// ofTypeV1 says whether a pipeline is not of the type V2, so that it lacks some features.
func ofTypeV1(in model.Values) bool { return in.Text("pipelineType") != "V2" }

// stepNames are the rules on the names of stages, actions or rules at a path.
func stepNames(path, what string) []rule {
	return []rule{
		matching(path, stepName, "InvalidStructureException: "+what+` "{}" must match `+stepName.String()),
		once(path, "InvalidStructureException: "+what+` "{}" is there twice`),
	}
}

// stepName is what stages, actions and rules may be called, artifactName what they hand on.
var (
	stepName     = regexp.MustCompile(`^[A-Za-z0-9.@_-]{1,100}$`)
	artifactName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,100}$`)
)

// step is a kind of action or of rule that CodePipeline runs.
type step struct {
	// inputs and outputs are how many artifacts it takes and makes, at least and at most.
	inputs, outputs [2]int
	// needs are the settings that it cannot do without.
	needs []string
}

// actionSteps are the actions that are known here, by category, owner and provider.
var actionSteps = map[string]step{
	"Source AWS CodeCommit": {outputs: [2]int{1, 1}, needs: []string{"RepositoryName", "BranchName"}},
	"Build AWS CodeBuild":   {inputs: [2]int{1, 5}, outputs: [2]int{0, 5}, needs: []string{"ProjectName"}},
	"Test AWS CodeBuild":    {inputs: [2]int{1, 5}, outputs: [2]int{0, 5}, needs: []string{"ProjectName"}},
	"Deploy AWS CodeDeploy": {inputs: [2]int{1, 1}, needs: []string{"ApplicationName", "DeploymentGroupName"}},
	"Approval AWS Manual":   {},
}

// ruleSteps are the rules of conditions that are known here, by provider.
var ruleSteps = map[string]step{
	"CloudWatchAlarm":  {needs: []string{"AlarmName"}},
	"DeploymentWindow": {needs: []string{"Cron"}},
	"VariableCheck":    {needs: []string{"Variable", "Operator", "Value"}},
}

// stageActions are the actions of a stage in the order in which they run.
func stageActions(stage model.Values) []model.Values {
	return slices.SortedStableFunc(slices.Values(stage.Objects("actions")), func(a, b model.Values) int {
		return int(a.Number("runOrder", 1)) - int(b.Number("runOrder", 1))
	})
}

// pipelineStores is the rule that a pipeline has one bucket in its region, or one in each of several.
func pipelineStores(_ *Provider, e *Entry) error {
	stores := e.in().Objects("artifactStores")
	regions := map[string]bool{}
	for _, store := range stores {
		region := store.Text("region")
		if (len(stores) == 1) != (region == "") || regions[region] {
			return e.refusal("InvalidStructureException: artifact stores have a region each where there are several, one has none")
		}
		regions[orElse(region, e.Region)] = true
	}
	if !regions[e.Region] {
		return e.refusal("InvalidStructureException: there is no artifact store in %s", e.Region)
	}
	return nil
}

// sourcesFirst is the rule that all sources are in the first stage, and nothing else is.
func sourcesFirst(_ *Provider, e *Entry) error {
	for i, stage := range e.in().Objects("stages") {
		for _, action := range stage.Objects("actions") {
			if (i == 0) != (action.Text("category") == "Source") {
				return e.refusal("InvalidStructureException: action %s.%s: all actions of the first stage, and no others, must be of the category Source",
					stage.Text("name"), action.Text("name"))
			}
		}
	}
	return nil
}

// pipelineActions is the rule on single actions: what they are, what they need, where and as whom they run.
func pipelineActions(p *Provider, e *Entry) error {
	namespaces := map[string]bool{}
	for _, stage := range e.in().Objects("stages") {
		for _, action := range stage.Objects("actions") {
			where := "action " + stage.Text("name") + "." + action.Text("name")
			kind := strings.Join([]string{action.Text("category"), action.Text("owner"), action.Text("provider")}, " ")
			known, ok := actionSteps[kind]
			namespace := action.Text("namespace")
			switch {
			case !ok:
				return e.refusal("InvalidActionDeclarationException: %s: %s is not known here: add it to actionSteps", where, kind)
			case namespace != "" && namespaces[namespace]:
				return e.refusal("InvalidStructureException: %s: the namespace %s is there twice", where, namespace)
			case orElse(action.Text("region"), e.Region) != e.Region:
				return e.refusal("InvalidActionDeclarationException: %s: actions in other regions are not known here", where)
			}
			namespaces[namespace] = true
			if problem := known.problem(action); problem != "" {
				return e.refusal("InvalidActionDeclarationException: %s: %s", where, problem)
			}
			if err := p.refuseActionRole(e, where, action.Text("roleArn")); err != nil {
				return err
			}
			if err := p.refuseGroup(e, where, action.Values("configuration")); err != nil {
				return err
			}
		}
	}
	return nil
}

// problem says what an action or a rule lacks, or has too much of.
func (s step) problem(in model.Values) string {
	for _, artifacts := range []struct {
		path   string
		bounds [2]int
	}{{"inputArtifacts", s.inputs}, {"outputArtifacts", s.outputs}} {
		if count := len(in.Texts(artifacts.path)); count < artifacts.bounds[0] || count > artifacts.bounds[1] {
			return fmt.Sprintf("it has %d %s, must have %d to %d", count, artifacts.path, artifacts.bounds[0], artifacts.bounds[1])
		}
	}
	settings := in.Values("configuration")
	for _, name := range s.needs {
		if settings.Text(name) == "" {
			return "its configuration has no " + name
		}
	}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		if value := settings.Text(name); value == "" || len(value) > 1000 {
			return fmt.Sprintf("%s in its configuration has %d characters, must have 1 to 1000", name, len(value))
		}
	}
	if minutes := in.Number("timeoutInMinutes", 5); minutes < 5 || minutes > 86400 {
		return fmt.Sprintf("timeoutInMinutes is %v, must be 5 to 86400", minutes)
	}
	if order := in.Number("runOrder", 1); order < 1 || order > 999 {
		return fmt.Sprintf("runOrder is %v, must be 1 to 999", order)
	}
	return ""
}

// refuseActionRole says why the pipeline cannot take the role of an action, which CodePipeline tries at once.
func (p *Provider) refuseActionRole(e *Entry, where, arn string) error {
	own := p.record.referred(e.Account, e.in().Text("roleArn"))
	role := p.record.referred(e.Account, arn)
	if arn == "" || own == nil || role == nil {
		return nil // nothing to take, or refused as a reference to nothing
	}
	ownArn := e.in().Text("roleArn")
	trusted := []string{ownArn, e.Account, "*", fmt.Sprintf("arn:%s:iam::%s:root", regions.Partition(e.Region), e.Account)}
	if !role.policyOf().trusts("AWS", trusted...) || !p.may(own, "sts:AssumeRole", arn) {
		return e.refusal("InvalidStructureException: %s: pipeline role %s is not authorized to perform AssumeRole on action role %s", where, ownArn, arn)
	}
	return nil
}

// refuseGroup says which deployment group is not in its application.
func (p *Provider) refuseGroup(e *Entry, where string, settings model.Values) error {
	name := settings.Text("DeploymentGroupName")
	group := &Entry{Type: catalogue.DeploymentGroup, Account: e.Account, Region: e.Region, Inputs: model.Values{"appName": settings.Text("ApplicationName")}}
	if name != "" && len(p.record.index.find(byName(group, name))) == 0 {
		return e.refusal("NotFound: %s: DeploymentGroupName %s does not exist in the application %s", where, name, settings.Text("ApplicationName"))
	}
	return nil
}

// pipelineArtifacts is the rule that an artifact is made once, before it is used.
func pipelineArtifacts(_ *Provider, e *Entry) error {
	made := map[string]bool{}
	for _, stage := range e.in().Objects("stages") {
		fresh := map[string]float64{} // by when in the stage
		for _, action := range stageActions(stage) {
			where, order := "action "+stage.Text("name")+"."+action.Text("name"), action.Number("runOrder", 1)
			for _, name := range action.Texts("inputArtifacts") {
				if at, here := fresh[name]; !made[name] && (!here || at >= order) {
					return e.refusal("InvalidStructureException: %s: no earlier action has the output artifact %s", where, name)
				}
			}
			for _, name := range action.Texts("outputArtifacts") {
				if _, here := fresh[name]; here || made[name] || !artifactName.MatchString(name) {
					return e.refusal("InvalidStructureException: %s: output artifact %q must match %s, and be made once", where, name, artifactName)
				}
				fresh[name] = order
			}
		}
		for name := range fresh {
			made[name] = true
		}
	}
	return nil
}

// conditioned makes the rule on what a stage asks for before it begins or when it ends, and what may then happen.
func conditioned(when string, results ...string) rule {
	return each(when+".condition", append(stepNames("rules[*].name", "rule name"), mustBeOneOf("result", results...),
		size("rules", 1, 5, "InvalidStageDeclarationException: the condition has {} rules, must have 1 to 5"),
		each("rules", conditionFits))...)
}

func conditionFits(_ *Provider, e *Entry) error {
	kind := e.in().Values("ruleTypeId")
	known, ok := ruleSteps[kind.Text("provider")]
	problem := ""
	switch {
	case !ok:
		problem = fmt.Sprintf("the provider %q is not known here: add it to ruleSteps", kind.Text("provider"))
	case kind.Text("category") != "Rule" || orElse(kind.Text("owner"), "AWS") != "AWS" || orElse(kind.Text("version"), "1") != "1":
		problem = "ruleTypeId must have the category Rule, the owner AWS and the version 1"
	default:
		problem = known.problem(e.in())
	}
	if problem != "" {
		return e.refusal("InvalidStageDeclarationException: %s", problem)
	}
	return nil
}
