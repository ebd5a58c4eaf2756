package cloud

import (
	"math"
	"regexp"
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// What CodeBuild computes and refuses, from its API reference and user guide, and where the provider is stricter, from its schema.
var _ = simulate(map[string]simulation{
	catalogue.BuildProject: {
		outputs: outputs{
			"badgeUrl":           always(""),
			"description":        always(""),
			"publicProjectAlias": always(""),
			"encryptionKey":      func(m made) any { return m.ownKey("s3") },
		},
		rules: []rule{
			assumable("serviceRole", "codebuild"), buildSource, buildConnection, buildEnvironment,
			once("environment.environmentVariables[*].name", `InvalidInputException: the environment variable "{}" must be there once`),
			each("environment.environmentVariables",
				when(func(in model.Values) bool { return in.Text("name") == "" }, "InvalidInputException: an environment variable has no name"),
				when(func(in model.Values) bool { return strings.HasPrefix(in.Text("name"), "CODEBUILD_") },
					"InvalidInputException: names that begin with CODEBUILD_ are reserved"),
				oneOf("type", "PLAINTEXT", "PARAMETER_STORE", "SECRETS_MANAGER")),
			sameVpc("vpcConfig.vpcId", "vpcConfig.subnets", "vpcConfig.securityGroupIds"),
			within(limit{"buildTimeout", 5, 2160}, limit{"queuedTimeout", 5, 480}, limit{"concurrentBuildLimit", 1, math.MaxInt32}),
			oneOf("logsConfig.cloudwatchLogs.status", "ENABLED", "DISABLED"),
		},
	},
	catalogue.BuildWebhook: {rules: []rule{
		webhookHearsOfSomething,
		when(func(in model.Values) bool { return given(in, "filterGroups", "branchFilter") > 1 },
			"InvalidInputException: filterGroups and branchFilter exclude each other"),
		each("filterGroups", oneEventFilter, each("filters", webhookFilterFits)),
	}},
})

// gitHosts are the sources of a build that CodeBuild can tell how it went, and that can call it.
var gitHosts = []string{"GITHUB", "GITHUB_ENTERPRISE", "BITBUCKET", "GITLAB", "GITLAB_SELF_MANAGED"}

var githubAddress = regexp.MustCompile(`^https://github\.com/[\w.-]+/[\w.-]+$`)

// buildSource is CodeBuild's rule that what goes in and what comes out belong together, and are where they must be.
func buildSource(_ *Provider, e *Entry) error {
	source, artifacts := e.in().Values("source"), e.in().Values("artifacts")
	kind, location := source.Text("type"), source.Text("location")
	piped := kind == "CODEPIPELINE"
	switch {
	case !slices.Contains(append([]string{"CODECOMMIT", "CODEPIPELINE", "S3", "NO_SOURCE"}, gitHosts...), kind):
		return e.refusal("InvalidInputException: source.type is %q", kind)
	case piped != (artifacts.Text("type") == "CODEPIPELINE"):
		return e.refusal("InvalidInputException: source and artifacts must both be of the type CODEPIPELINE, or neither")
	case !slices.Contains([]string{"CODEPIPELINE", "S3", "NO_ARTIFACTS"}, artifacts.Text("type")):
		return e.refusal("InvalidInputException: artifacts.type is %q, must be CODEPIPELINE, S3 or NO_ARTIFACTS", artifacts.Text("type"))
	case artifacts.Text("type") == "S3" && artifacts.Text("location") == "":
		return e.refusal("InvalidInputException: artifacts.location must be given for S3")
	case kind == "NO_SOURCE" && source.Text("buildspec") == "":
		return e.refusal("InvalidInputException: source.buildspec must be given where there is NO_SOURCE")
	case (piped || kind == "NO_SOURCE") == (location != ""):
		return e.refusal("InvalidInputException: source.location is %q with the type %s", location, kind)
	case kind == "GITHUB" && !githubAddress.MatchString(location):
		return e.refusal("InvalidInputException: source.location %q does not match %s", location, githubAddress)
	case source.Flag("reportBuildStatus") && !slices.Contains(gitHosts, kind):
		return e.refusal("InvalidInputException: source.reportBuildStatus is not for %s", kind)
	}
	return nil
}

// buildConnection is what CodeBuild tries at once: that the project's role may use the connection to its source.
func buildConnection(p *Provider, e *Entry) error {
	auth := e.in().Values("source.auth")
	role := p.record.referred(e.Account, e.in().Text("serviceRole"))
	if auth.Text("type") != "CODECONNECTIONS" || role == nil {
		return nil
	}
	for _, action := range []string{"codeconnections:GetConnection", "codeconnections:GetConnectionToken"} {
		if !p.may(role, action, auth.Text("resource")) {
			return e.refusal("OAuthProviderException: %s may not %s on %s", role.ID, action, auth.Text("resource"))
		}
	}
	if p.unapproved {
		return e.refusal("OAuthProviderException: the connection %s is PENDING", auth.Text("resource")) // believed, also of a change
	}
	return nil
}

// computeTypes are the sizes of CodeBuild's environments, of those that it keeps itself.
var computeTypes = map[string]*regexp.Regexp{
	"LINUX_CONTAINER":        regexp.MustCompile(`^BUILD_GENERAL1_(?:SMALL|MEDIUM|LARGE|XLARGE|2XLARGE)$`),
	"ARM_CONTAINER":          regexp.MustCompile(`^BUILD_GENERAL1_(?:SMALL|MEDIUM|LARGE|XLARGE|2XLARGE)$`),
	"LINUX_GPU_CONTAINER":    regexp.MustCompile(`^BUILD_GENERAL1_(?:SMALL|LARGE)$`),
	"LINUX_LAMBDA_CONTAINER": regexp.MustCompile(`^BUILD_LAMBDA_(?:1|2|4|8|10)GB$`),
	"ARM_LAMBDA_CONTAINER":   regexp.MustCompile(`^BUILD_LAMBDA_(?:1|2|4|8|10)GB$`),
}

// buildEnvironment is CodeBuild's rule on size, architecture and image. Its own images tell in their names what they
// are for, and are pulled by CodeBuild itself.
func buildEnvironment(_ *Provider, e *Entry) error {
	in := e.in().Values("environment")
	kind, compute, image := in.Text("type"), in.Text("computeType"), in.Text("image")
	sizes, known := computeTypes[kind]
	curated := strings.HasPrefix(image, "aws/codebuild/")
	unfit := strings.Contains(image, "aarch64") != strings.HasPrefix(kind, "ARM_") || strings.Contains(image, "-lambda-") != strings.Contains(kind, "_LAMBDA_")
	switch {
	case !known:
		return e.refusal("InvalidInputException: environment.type %q is not known here", kind)
	case !sizes.MatchString(compute):
		return e.refusal("InvalidInputException: environment.computeType %q is not for %s", compute, kind)
	case curated && unfit:
		return e.refusal("InvalidInputException: AWS CodeBuild curated image %s is not supported for projects with environment type %s", image, kind)
	case curated && orElse(in.Text("imagePullCredentialsType"), "CODEBUILD") != "CODEBUILD":
		return e.refusal("InvalidInputException: environment.imagePullCredentialsType must be CODEBUILD for the image %s", image)
	}
	return nil
}

// webhookHearsOfSomething is CodeBuild's rule that a webhook is for a project whose source can call.
func webhookHearsOfSomething(p *Provider, e *Entry) error {
	name := e.in().Text("projectName")
	project := p.record.named(e, catalogue.BuildProject, name)
	if project == nil {
		return nil // refused as a reference to nothing
	}
	if kind := project.in().Text("source.type"); !slices.Contains(gitHosts, kind) {
		return e.refusal("InvalidInputException: project %s has a source of the type %s, which cannot call", name, kind)
	}
	return nil
}

var (
	webhookFilterTypes = []string{
		"EVENT", "ACTOR_ACCOUNT_ID", "HEAD_REF", "BASE_REF", "FILE_PATH", "COMMIT_MESSAGE", "TAG_NAME", "RELEASE_NAME",
		"REPOSITORY_NAME", "ORGANIZATION_NAME", "WORKFLOW_NAME",
	}
	webhookEvents = []string{
		"PUSH", "PULL_REQUEST_CREATED", "PULL_REQUEST_UPDATED", "PULL_REQUEST_CLOSED", "PULL_REQUEST_REOPENED",
		"PULL_REQUEST_MERGED", "RELEASED", "PRERELEASED", "WORKFLOW_JOB_QUEUED",
	}
)

// oneEventFilter is CodeBuild's rule that each group of filters names events once, beside patterns.
func oneEventFilter(_ *Provider, e *Entry) error {
	events := len(slices.DeleteFunc(e.in().Texts("filters[*].type"), func(kind string) bool { return kind != "EVENT" }))
	if events != 1 {
		return e.refusal("InvalidInputException: a group of filters has %d of the type EVENT, must have one", events)
	}
	return nil
}

// webhookFilterFits is CodeBuild's rule on what a webhook listens for: events, and patterns of something else.
func webhookFilterFits(_ *Provider, e *Entry) error {
	kind, pattern := e.in().Text("type"), e.in().Text("pattern")
	_, err := regexp.Compile(pattern)
	switch {
	case !slices.Contains(webhookFilterTypes, kind):
		return e.refusal("InvalidInputException: filter type %q must be one of %s", kind, strings.Join(webhookFilterTypes, ", "))
	case kind != "EVENT" && err != nil:
		return e.refusal("InvalidInputException: the pattern of a filter %s: %v", kind, err)
	case kind != "EVENT":
		return nil
	}
	for _, event := range strings.Split(pattern, ",") {
		if !slices.Contains(webhookEvents, strings.TrimSpace(event)) {
			return e.refusal("InvalidInputException: event %q must be one of %s", event, strings.Join(webhookEvents, ", "))
		}
	}
	return nil
}
