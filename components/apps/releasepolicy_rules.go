package apps

import (
	"fmt"
	"slices"
	"strings"

	"legops/components/internal/kit"
)

// releaseManager is the field manager that a release names (delivery/release/common.sh).
const releaseManager = "legops-delivery"

// The annotations of a Deployment that a release writes, and those of them that name images, and the paths of their probes.
var (
	releaseAnnotations      = slices.Concat([]string{"kubernetes.io/change-cause", "legops/release"}, releaseImageAnnotations, releaseProbeAnnotations)
	releaseImageAnnotations = []string{"legops/replaced", "legops/serving"}
	releaseProbeAnnotations = []string{"legops/replaced-probes", "legops/serving-probes"}
)

// releasePart is a part of an object of which a release may set some keys. It sets no other and removes none, whatever keys
// Kubernetes gives to the part one day.
type releasePart struct {
	path        string // how messages begin the name of a key
	now, before string // the part with the request, and without
	keys        []string
}

var (
	releaseDeployment = append([]releasePart{
		{"", "object", "oldObject", []string{"metadata", "spec"}},
		// The API server itself counts generations. Of managedFields there is a rule of its own.
		{"metadata.", "object.metadata", "oldObject.metadata", []string{"annotations", "generation", "managedFields"}},
		{"metadata.annotations.", "variables.annotations", "variables.annotationsBefore", releaseAnnotations},
		{"spec.", "object.spec", "oldObject.spec", []string{"template"}},
		{"spec.template.", "object.spec.template", "oldObject.spec.template", []string{"spec"}},
		{"spec.template.spec.", "object.spec.template.spec", "oldObject.spec.template.spec", []string{"containers"}},
		{
			"spec.template.spec.containers[" + AppContainer + "].", "variables.container", "variables.containerBefore",
			append([]string{"image"}, releaseProbes...),
		},
	}, releaseProbeParts()...)
	releaseWorker = []releasePart{
		{"", "object", "oldObject", []string{"metadata", "spec"}},
		{"metadata.", "object.metadata", "oldObject.metadata", []string{"annotations", "generation", "managedFields"}},
		{
			"metadata.annotations.", "variables.annotations", "variables.annotationsBefore",
			[]string{"kubernetes.io/change-cause", "legops/release", "legops/serving"},
		},
		// Of the number of pods there is a rule of its own.
		{"spec.", "object.spec", "oldObject.spec", []string{"replicas", "template"}},
		{"spec.template.", "object.spec.template", "oldObject.spec.template", []string{"spec"}},
		{"spec.template.spec.", "object.spec.template.spec", "oldObject.spec.template.spec", []string{"containers"}},
		{"spec.template.spec.containers[" + AppContainer + "].", "variables.container", "variables.containerBefore", []string{"image"}},
	}
	releaseConfigMap = []releasePart{
		{"", "object", "oldObject", []string{"data", "metadata"}},
		{"metadata.", "object.metadata", "oldObject.metadata", []string{"managedFields"}},
		{"data.", "object.?data.orValue({})", "oldObject.?data.orValue({})", []string{"image", "probes"}},
	}
	releaseCronJob = []releasePart{
		{"", "object", "oldObject", []string{"metadata", "spec"}},
		{"metadata.", "object.metadata", "oldObject.metadata", []string{"annotations", "generation", "managedFields"}},
		{"metadata.annotations.", "variables.annotations", "variables.annotationsBefore", []string{"legops/release"}},
		{"spec.", "object.spec", "oldObject.spec", []string{"jobTemplate", "suspend"}},
		{"spec.jobTemplate.", "object.spec.jobTemplate", "oldObject.spec.jobTemplate", []string{"spec"}},
		{"spec.jobTemplate.spec.", "object.spec.jobTemplate.spec", "oldObject.spec.jobTemplate.spec", []string{"template"}},
		{"spec.jobTemplate.spec.template.", "object.spec.jobTemplate.spec.template", "oldObject.spec.jobTemplate.spec.template", []string{"spec"}},
		{
			"spec.jobTemplate.spec.template.spec.", "object.spec.jobTemplate.spec.template.spec", "oldObject.spec.jobTemplate.spec.template.spec",
			[]string{"containers"},
		},
		{"spec.jobTemplate.spec.template.spec.containers[" + AppContainer + "].", "variables.container", "variables.containerBefore", []string{"image"}},
	}
)

// releaseLevel is a level of an entry of metadata.managedFields. Its keys are fields, '.' for the level itself; what is owned in
// a field is below it, and {} for the field itself (kubernetes-sigs/structured-merge-diff, fieldpath/serialize.go).
type releaseLevel struct {
	at    string // where in the entry it is
	leads string // the fields in which a release sets something
	sets  string // the fields that a release sets
}

const (
	releaseContainer   = `'k:{"name":"` + AppContainer + `"}'`
	releaseContainerAt = "[?'f:spec'][?'f:template'][?'f:spec'][?'f:containers'][?" + releaseContainer + "]"
)

// releaseLevels lead to what a release sets in any of the objects. A map is owned, too, by whoever is the first to set a key of it.
var releaseLevels = append([]releaseLevel{
	{at: "", leads: "'f:metadata', 'f:spec', 'f:data'"},
	{at: "[?'f:metadata']", leads: "'f:annotations'"},
	{at: "[?'f:metadata'][?'f:annotations']", sets: "'.', 'f:" + strings.Join(releaseAnnotations, "', 'f:") + "'"},
	// The number of pods is a release's in a worker alone; elsewhere the second of these is the first again.
	{at: "[?'f:spec']", leads: "'f:template', 'f:jobTemplate'", sets: "'f:suspend', variables.worker ? 'f:replicas' : 'f:suspend'"},
	{at: "[?'f:spec'][?'f:template']", leads: "'f:spec'"},
	{at: "[?'f:spec'][?'f:template'][?'f:spec']", leads: "'f:containers'"},
	{at: "[?'f:spec'][?'f:template'][?'f:spec'][?'f:containers']", leads: releaseContainer},
	{at: releaseContainerAt, leads: "'f:" + strings.Join(releaseProbes, "', 'f:") + "'", sets: "'f:image'"},
	{at: "[?'f:spec'][?'f:jobTemplate']", leads: "'f:spec'"},
	{at: "[?'f:spec'][?'f:jobTemplate'][?'f:spec']", leads: "'f:template'"},
	{at: "[?'f:spec'][?'f:jobTemplate'][?'f:spec'][?'f:template']", leads: "'f:spec'"},
	{at: "[?'f:spec'][?'f:jobTemplate'][?'f:spec'][?'f:template'][?'f:spec']", leads: "'f:containers'"},
	{at: "[?'f:spec'][?'f:jobTemplate'][?'f:spec'][?'f:template'][?'f:spec'][?'f:containers']", leads: releaseContainer},
	{at: "[?'f:spec'][?'f:jobTemplate'][?'f:spec'][?'f:template'][?'f:spec'][?'f:containers'][?" + releaseContainer + "]", sets: "'f:image'"},
	{at: "[?'f:data']", sets: "'.', 'f:image', 'f:probes'"},
}, releaseProbeLevels()...)

// admissionExpression is a condition, or a variable that later expressions name variables.<Name>, in CEL.
type admissionExpression struct {
	Name       string `pulumi:"name"`
	Expression string `pulumi:"expression"`
}

// releaseVariables are what the rules look at. The API server works each out once at most, when a rule names it.
var releaseVariables = []admissionExpression{
	{"application", `request.?namespace.orValue('')`},
	{"request", `request.operation + ' of ' + request.resource.resource +
  (has(request.subResource) ? '/' + request.subResource : '') + ' ' + request.?name.orValue('')`},
	{"deployment", `request.resource.group == 'apps' && variables.request == 'UPDATE of deployments ' + variables.application`},
	// A worker that the application declares.
	{"worker", `request.resource.group == 'apps' && variables.application + ': ' + variables.request in WORKERS`},
	{"configMap", `request.resource.group == '' && variables.request == 'UPDATE of configmaps SERVING'`},
	// What such a Job may be is a matter of the policy of migrations (releasepolicy_migration.go).
	{"migration", `request.resource.group == 'batch' && request.operation == 'CREATE' && request.resource.resource == 'jobs' && !has(request.subResource) &&
  variables.application in MIGRATIONS`},
	// A schedule that the application declares. What else is a CronJob is none of a release's business.
	{"cronJob", `request.resource.group == 'batch' && variables.application + ': ' + variables.request in SCHEDULES`},
	{"workload", `variables.deployment || variables.worker || variables.cronJob`},
	{"annotations", `variables.workload ? object.metadata.?annotations.orValue({}) : {}`},
	{"annotationsBefore", `variables.workload ? oldObject.metadata.?annotations.orValue({}) : {}`},
	{"containers", `variables.cronJob ? object.spec.jobTemplate.spec.template.spec.containers :
variables.workload ? object.spec.template.spec.containers : []`},
	{"containersBefore", `variables.cronJob ? oldObject.spec.jobTemplate.spec.template.spec.containers :
variables.workload ? oldObject.spec.template.spec.containers : []`},
	{"containersKey", `(variables.cronJob ? 'spec.jobTemplate.' : '') + 'spec.template.spec.containers'`},
	{"container", `variables.containers.exists(c, c.name == 'APP') ? variables.containers.filter(c, c.name == 'APP')[0] : {}`},
	{"containerBefore", `variables.containersBefore.exists(c, c.name == 'APP') ? variables.containersBefore.filter(c, c.name == 'APP')[0] : {}`},
	{"parts", `variables.deployment ? DEPLOYMENT_PARTS :
variables.worker ? WORKER_PARTS :
variables.configMap ? CONFIGMAP_PARTS :
variables.cronJob ? CRONJOB_PARTS : []`},
	{"repository", `'REGISTRY/' + variables.application + '@sha256:'`},
	// Each with its key.
	{"images", `(variables.workload ? [[variables.containersKey + '[APP].image', string(variables.container.?image.orValue(''))]] :
  variables.configMap ? [['data.image', string(object.?data.?image.orValue(''))]] : []) +
IMAGE_ANNOTATIONS.filter(k, k in variables.annotations).map(k, ['metadata.annotations.' + k, string(variables.annotations[k])])`},
	// What a release that fails goes back to is among these.
	{"known", `['PLACEHOLDER'] +
(variables.workload ? [string(variables.containerBefore.?image.orValue(''))] :
  variables.configMap ? [string(oldObject.?data.?image.orValue(''))] : []) +
IMAGE_ANNOTATIONS.filter(k, k in variables.annotationsBefore).map(k, string(variables.annotationsBefore[k]))`},
	{"entries", `variables.workload || variables.configMap ? ENTRIES(object) : []`},
	{"entriesBefore", `variables.workload || variables.configMap ? ENTRIES(oldObject) : []`},
}

// releaseKeys finds the keys of parts that are other than they have to be.
const releaseKeys = `variables.parts.map(p, (p.now.filter(k, !(k in p.keys || k in p.before && p.now[k] == p.before[k])) +
    p.before.filter(k, !(k in p.now)))
  .map(k, p.path + k + ' becomes ' + SHOWN(p.now, different) + ', must stay ' + SHOWN(p.before, as it is)).join('; '))
.filter(t, t != '')`

// releaseRules are what is wrong with a request: lists of texts, empty where nothing is.
var releaseRules = []admissionExpression{
	// Roles give the group no more than these. What one gives by mistake is refused here.
	{"wrongRequest", `variables.workload || variables.configMap || variables.migration ? [] :
['it is the ' + variables.request + ', must be the UPDATE of deployments <application> or <a worker of the application>, of configmaps SERVING, or of cronjobs <a schedule of the application>, or the CREATE of jobs where the application has a migration']`},
	{"wrongKeys", releaseKeys},
	// Containers are told apart by their names, and stay in their order.
	{"wrongContainers", `(variables.containers.map(c, c.name) == variables.containersBefore.map(c, c.name) ? [] :
  [variables.containersKey + ' becomes ' + variables.containers.map(c, c.name).join(', ') +
    ', must stay ' + variables.containersBefore.map(c, c.name).join(', ')]) +
variables.containers.filter(c, c.name != 'APP' && variables.containersBefore.exists(b, b.name == c.name && b != c))
  .map(c, variables.containersKey + '[' + c.name + '] becomes different, must stay as it is')`},
	{"wrongImages", `variables.images.filter(i, !(i[1] in variables.known || i[1].startsWith(variables.repository) &&
    i[1].substring(variables.repository.size()).matches('^[0-9a-f]{64}$')))
  .map(i, i[0] + ' becomes ' + i[1] + ', must be ' + variables.repository + '<64 hex>, or what the object names already, or PLACEHOLDER')`},
	// A release lets a schedule run, and does not stop one that runs.
	{"wrongSuspension", `variables.cronJob && object.spec.?suspend.orValue(false) && !oldObject.spec.?suspend.orValue(false) ?
['spec.suspend becomes true, must stay false'] : []`},
	// A release starts a worker that has no pods, with one, and ends it where it goes back to before its first release. The rest is its
	// autoscaler's.
	{"wrongReplicas", `!variables.worker || object.spec.replicas == oldObject.spec.replicas || oldObject.spec.replicas == 0 && object.spec.replicas == 1 ||
  object.spec.replicas == 0 && string(variables.container.?image.orValue('')) == 'PLACEHOLDER' ? [] :
['spec.replicas becomes ' + string(object.spec.replicas) + ', must stay ' + string(oldObject.spec.replicas) + ', or become 1 from 0, or 0 with the image PLACEHOLDER']`},
	// Whose a field is decides what Pulumi removes with its next change. The API server itself gives this manager what a release
	// sets, and takes it from the others.
	{"wrongManagers", `variables.entriesBefore.filter(b, !(b.other.all(l, l == {}) ||
    variables.entries.exists(e, e.by == b.by && e.other == b.other)))
  .map(b, 'metadata.managedFields loses what ' + b.by[0] + ' had, must keep it') +
variables.entries.filter(e, !(e.by == ['MANAGER', 'Update', '', string(object.apiVersion)] && e.other.all(l, l == {}) ||
    variables.entriesBefore.exists(b, e.by == b.by && e.other == b.other && e.released.all(k, k in b.released))))
  .map(e, 'metadata.managedFields gains ' + e.by[0] + ' by ' + e.by[1] + ' with ' +
    (e.other.map(l, l.map(k, k).join(', ')) + e.released).filter(t, t != '').join(', ') +
    ', must gain no field manager but MANAGER by Update, with no field that a release does not set')`},
}

// releaseExpressions are variables and rules with the names in place.
func releaseExpressions(registry string, schedules, workers, migrations []string) []admissionExpression {
	all := expressions(registry, releaseVariables, probeVariables, releaseRules, probeRules)
	declared := strings.NewReplacer("SCHEDULES", quoted(schedules), "WORKERS", quoted(workers), "MIGRATIONS", quoted(migrations))
	for i := range all {
		all[i].Expression = declared.Replace(all[i].Expression)
	}
	return all
}

// expressions are those of a policy with the names in place.
func expressions(registry string, lists ...[]admissionExpression) []admissionExpression {
	names := strings.NewReplacer(
		"DEPLOYMENT_PARTS", releaseParts(releaseDeployment), "WORKER_PARTS", releaseParts(releaseWorker), "CONFIGMAP_PARTS", releaseParts(releaseConfigMap),
		"CRONJOB_PARTS", releaseParts(releaseCronJob), "JOB_PARTS", releaseParts(migrationJob),
		"IMAGE_ANNOTATIONS", quoted(releaseImageAnnotations), "PROBE_ANNOTATIONS", quoted(releaseProbeAnnotations),
		"PROBES(variables.container)", probePathsIn("variables.container"), "PROBES(variables.containerBefore)", probePathsIn("variables.containerBefore"),
		"DECLARED_PROBES", probesAnnotation, "FIRST_PROBES", firstProbes,
		"ENTRIES(object)", releaseEntries("object"), "ENTRIES(oldObject)", releaseEntries("oldObject"),
		"APP", AppContainer, "MIGRATE", MigrationName, "SERVING", servingName, "PLACEHOLDER", appFirstImage, "MANAGER", releaseManager, "REGISTRY", registry,
		"SHOWN(p.now, different)", shown("p.now", "different"), "SHOWN(p.before, as it is)", shown("p.before", "as it is"),
	)
	var all []admissionExpression
	for _, of := range lists {
		for _, e := range of {
			all = append(all, admissionExpression{e.Name, names.Replace(e.Expression)})
		}
	}
	return all
}

// releaseParts is a list in CEL, whose literals have elements of one type only.
func releaseParts(parts []releasePart) string {
	var all []string
	for _, p := range parts {
		all = append(all, fmt.Sprintf("{'path': dyn('%s'), 'now': dyn(%s), 'before': dyn(%s), 'keys': dyn(%s)}", p.path, p.now, p.before, quoted(p.keys)))
	}
	return "[\n  " + strings.Join(all, ",\n  ") + "]"
}

// releaseEntries are the entries of an object's metadata.managedFields: whose each is, what it has of what a release sets, and
// what else, level by level. (transformMap and transformList: in Kubernetes since 1.32, k8s.io/apiserver,
// pkg/cel/environment/base.go.)
func releaseEntries(object string) string {
	var released, other []string
	for _, l := range releaseLevels {
		fields, its := "m[?'fieldsV1']"+l.at+".orValue({})", []string{}
		if l.leads != "" {
			its = append(its, "k in ["+l.leads+"] && v != {}")
		}
		if l.sets != "" {
			set := "k in [" + l.sets + "] && v == {}"
			its = append(its, set)
			released = append(released, fmt.Sprintf("%s.transformList(k, v, %s, k)", fields, set))
		}
		other = append(other, fmt.Sprintf("%s.transformMap(k, v, !(%s), v)", fields, strings.Join(its, " || ")))
	}
	return object + `.metadata.?managedFields.orValue([]).map(m, {
  'by': dyn([m.?manager.orValue(''), m.operation, m.?subresource.orValue(''), m.apiVersion]),
  'released': dyn(` + strings.Join(released, " +\n    ") + `),
  'other': dyn([
    ` + strings.Join(other, ",\n    ") + `])})`
}

// quoted is a list of texts in CEL.
func quoted(texts []string) string { return "['" + strings.Join(texts, "', '") + "']" }

// shown is the value of key k of a part, if a word says it.
func shown(part, otherwise string) string {
	return fmt.Sprintf("(!(k in %[1]s) ? 'unset' :\n    type(%[1]s[k]) == string || type(%[1]s[k]) == int || type(%[1]s[k]) == bool ? string(%[1]s[k]) : '%[2]s')", part, otherwise)
}

// releaseValidation refuses what any rule finds, and tells all of it at once.
func releaseValidation() kit.Inputs {
	return validation(slices.Concat(releaseRules, probeRules), fmt.Sprintf(
		"%s may only release: set, of the Deployment of an application, the image of the container %s, the paths of its probes and the annotations %s, "+
			"of its ConfigMap %s data.image and data.probes, of the CronJobs of its schedules the image, the annotation legops/release and spec.suspend to false, "+
			"and of the Deployments of its workers the image, the annotations of a release and spec.replicas from 0 to 1 and back; and create a Job of its migration",
		DeliveryGroup, AppContainer, strings.Join(releaseAnnotations, ", "), servingName))
}

// validation refuses what any of the rules finds, and ends with what the group can do.
func validation(rules []admissionExpression, can string) kit.Inputs {
	var all []string
	for _, rule := range rules {
		all = append(all, "variables."+rule.Name)
	}
	found := "(" + strings.Join(all, " + ") + ")"
	return kit.Inputs{
		"expression": found + ".size() == 0", "reason": "Forbidden",
		"messageExpression": found + ".join('; ') + '. " + can + "'",
		"message":           can, // in place of a messageExpression that fails or gives more than 5 KiB
	}
}
