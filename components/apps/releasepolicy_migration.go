package apps

import (
	"fmt"

	"legops/components/internal/kit"
)

// migrations holds the Jobs that the group creates to the template of the application's migrations: the CronJob MigrationName in their
// namespace, without which there may be none. The policy of releases leaves the creation of Jobs to this one: a policy that compares with
// an object in the namespace of the request cannot be held against requests that are in none.
func (a *ReleasePolicyArgs) migrations() admissionPolicy {
	return admissionPolicy{
		name: migrationPolicyName, child: "-migration",
		expressions: expressions(a.registry(), migrationVariables, migrationRules), validation: migrationValidation(),
		matches:   kit.Inputs{"apiGroups": []string{"batch"}, "apiVersions": []string{"*"}, "operations": []string{"CREATE"}, "resources": []string{"jobs"}},
		paramKind: kit.Inputs{"apiVersion": "batch/v1", "kind": "CronJob"}, param: MigrationName, namespaces: a.Migrations,
	}
}

// migrationJob are the parts of a Job, with those of the template. The API server itself sets the keys of metadata that are named here but
// for the name, the selector, and the four labels of the pods by which it finds them (generateSelector in pkg/registry/batch/job/strategy.go
// of Kubernetes); it refuses others of these unless manualSelector is true, which the template has as false.
var migrationJob = []releasePart{
	{"metadata.", "object.metadata", "variables.template.?metadata.orValue({})", []string{"creationTimestamp", "generation", "managedFields", "name", "namespace", "uid"}},
	{"spec.", "object.spec", "variables.template.spec", []string{"selector", "template"}},
	{"spec.template.", "object.spec.template", "variables.template.spec.template", []string{"metadata", "spec"}},
	{"spec.template.metadata.", "object.spec.template.metadata", "variables.template.spec.template.metadata", []string{"creationTimestamp", "labels"}},
	{
		"spec.template.metadata.labels.", "object.spec.template.metadata.labels", "variables.template.spec.template.metadata.labels",
		[]string{"batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "controller-uid", "job-name"},
	},
	{"spec.template.spec.", "object.spec.template.spec", "variables.template.spec.template.spec", []string{"containers"}},
	{"spec.template.spec.containers[" + AppContainer + "].", "variables.container", "variables.containerBefore", []string{"image"}},
}

// migrationVariables are what the rules look at.
var migrationVariables = []admissionExpression{
	{"template", `params.spec.jobTemplate`},
	{"name", `object.metadata.?name.orValue('')`},
	{"containers", `object.spec.template.spec.containers`},
	{"containersBefore", `variables.template.spec.template.spec.containers`},
	{"container", `variables.containers[0]`},
	{"containerBefore", `variables.containersBefore[0]`},
	{"parts", `JOB_PARTS`},
	{"repository", `'REGISTRY/' + request.namespace + '@sha256:'`},
	{"image", `string(variables.container.?image.orValue(''))`},
}

// migrationRules are what is wrong with a Job: lists of texts, empty where nothing is.
var migrationRules = []admissionExpression{
	{"wrongName", `variables.name.matches('^MIGRATE-d-[a-z0-9-]+$') ? [] :
['metadata.name becomes ' + variables.name + ', must be MIGRATE-<the deployment of CodeDeploy>']`},
	{"wrongKeys", releaseKeys},
	// Of the others nothing is compared.
	{"wrongContainers", `variables.containers.size() == 1 && variables.containersBefore.size() == 1 ? [] :
['spec.template.spec.containers becomes ' + variables.containers.map(c, c.name).join(', ') + ', must stay ' + variables.containersBefore.map(c, c.name).join(', ')]`},
	{"wrongImage", `variables.image.startsWith(variables.repository) &&
  variables.image.substring(variables.repository.size()).matches('^[0-9a-f]{64}$') ? [] :
['spec.template.spec.containers[APP].image becomes ' + variables.image + ', must be ' + variables.repository + '<64 hex>']`},
}

// migrationValidation refuses what any rule finds.
func migrationValidation() kit.Inputs {
	return validation(migrationRules, fmt.Sprintf(
		"%s may only run the migration of an application: create a Job as the CronJob %s of its namespace has it, with an image of its own", DeliveryGroup, MigrationName))
}
