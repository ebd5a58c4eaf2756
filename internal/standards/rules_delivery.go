package standards

import (
	"fmt"
	"regexp"

	"legops/internal/catalogue"
	"legops/internal/model"
)

var deliveryRules = []Rule{
	{
		ID: "ECR-TAGS", What: "tags of images cannot be moved", Reason: "what was tested would not be what runs", Source: "ECR.2",
		Settings: []Setting{{catalogue.ImageRepository, "imageTagMutability", is("IMMUTABLE"), nil}},
	}, {
		ID: "ECR-SCAN", What: "images are scanned when they are pushed", Reason: "known holes would be released", Source: "ECR.1",
		Settings: []Setting{{catalogue.ImageRepository, "imageScanningConfiguration.scanOnPush", is(true), nil}},
	}, {
		ID: "ECR-LIFECYCLE", What: "old images go", Reason: "they pile up, are paid for, and can be started", Source: "ECR.3",
		Companions: []Companion{{catalogue.ImageRepository, catalogue.ImageLifecyclePolicy, "repository"}},
	}, {
		ID: "ECR-KEY", What: "images are under a key of this project",
		Reason: "they are the applications' source, compiled", Source: "ECR.5",
		Settings: []Setting{
			{catalogue.ImageRepository, "encryptionConfigurations[*].encryptionType", oneOf("KMS", "KMS_DSSE"), nil},
			{catalogue.ImageRepository, "encryptionConfigurations[*].kmsKey", ownKey(), nil},
		},
	}, {
		ID: "CODE-KEY", What: "sources and artifacts of delivery are under keys of this project",
		Reason: "whoever changes an artifact changes what is released", Source: own,
		Settings: []Setting{
			{catalogue.CodeRepository, "kmsKeyId", ownKey(), nil},
			{catalogue.Pipeline, "artifactStores[*].encryptionKey.id", ownKey(), nil},
		},
		Types: []string{catalogue.BuildProject}, UnknownPasses: true,
		Check: func(_ *platform, r *model.Resource) []string {
			if r.Text("artifacts.type") == "NO_ARTIFACTS" || ownKey().met(r.Inputs["encryptionKey"]) {
				return nil
			}
			return []string{"it has artifacts and no encryptionKey of this project"}
		},
	}, {
		ID: "BUILD-LOGS", What: "builds write a log", Reason: "a strange build could not be looked into", Source: "CodeBuild.4",
		Settings: []Setting{{catalogue.BuildProject, "logsConfig.cloudwatchLogs.status", is("ENABLED"), nil}},
	}, {
		ID: "BUILD-SECRETS", What: "builds have no secrets in plain variables",
		Reason: "whoever may look at a project could read them", Source: "CodeBuild.2",
		Types: []string{catalogue.BuildProject}, UnknownPasses: true, Check: plainSecrets,
	}, {
		ID: "BUILD-PRIVILEGED", What: "builds are not privileged", Reason: "a dependency that is built could leave its container", Source: own,
		Settings: []Setting{{catalogue.BuildProject, "environment.privilegedMode", off(), nil}},
	}, {
		ID: "BUILD-SIZE", What: "builds are of a size that their environment may have",
		Reason: "a slip of one word multiplies the bill", Source: own,
		Fix: "set legops:pipeline.computeType, legops:runner.computeType or legops:loadTest.computeType in the stack file to one of those, or allow more in internal/standards/rules_delivery.go",
		Settings: []Setting{
			{catalogue.BuildProject, "environment.computeType", oneOf("BUILD_GENERAL1_SMALL", "BUILD_GENERAL1_MEDIUM"), []string{development, production}},
			{catalogue.BuildProject, "environment.computeType", oneOf("BUILD_GENERAL1_SMALL", "BUILD_GENERAL1_MEDIUM", "BUILD_GENERAL1_LARGE"), []string{test}},
		},
	},
}

// secretName and secretValue are what a secret is told by: its name, or a key of IAM.
var (
	secretName  = regexp.MustCompile(`(?i)(password|passwd|secret|token|credential|private_?key|api_?key|access_?key)`)
	secretValue = regexp.MustCompile(`\b(AKIA|ASIA)[A-Z0-9]{16}\b`)
)

// plainSecrets lets pass a value that is not known yet, unless its name says what it is.
func plainSecrets(_ *platform, r *model.Resource) []string {
	var problems []string
	for _, variable := range r.Objects("environment.environmentVariables") {
		name, value := variable.Text("name"), variable.Text("value")
		plain := variable["type"] == "PLAINTEXT" || variable["type"] == nil
		if plain && (secretName.MatchString(name) || secretValue.MatchString(value) || value == model.Secret) {
			problems = append(problems, fmt.Sprintf("variable %s is plain: take it from SECRETS_MANAGER", name))
		}
	}
	return problems
}
