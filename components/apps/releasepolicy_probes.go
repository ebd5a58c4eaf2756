package apps

import (
	"fmt"
	"strings"
)

// releaseProbes are the probes of a container. A release sets their paths with the image.
var releaseProbes = []string{"startupProbe", "livenessProbe", "readinessProbe"}

// releaseProbeParts are the parts of a Deployment that lead to the paths.
func releaseProbeParts() []releasePart {
	var parts []releasePart
	for _, probe := range releaseProbes {
		path := "spec.template.spec.containers[" + AppContainer + "]." + probe + "."
		part := func(path, field, key string) releasePart {
			now, before := "variables.container.?"+field, "variables.containerBefore.?"+field
			// Where all of it is gone, the part above says so.
			return releasePart{path, now + ".orValue({})", fmt.Sprintf("%s.hasValue() ? %s.orValue({}) : {}", now, before), []string{key}}
		}
		parts = append(parts, part(path, probe, "httpGet"), part(path+"httpGet.", probe+".?httpGet", "path"))
	}
	return parts
}

// releaseProbeLevels are the levels of an entry of metadata.managedFields that lead to the paths.
func releaseProbeLevels() []releaseLevel {
	var levels []releaseLevel
	for _, probe := range releaseProbes {
		at := releaseContainerAt + "[?'f:" + probe + "']"
		levels = append(levels, releaseLevel{at: at, leads: "'f:httpGet'"}, releaseLevel{at: at + "[?'f:httpGet']", sets: "'f:path'"})
	}
	return levels
}

// probePathsIn are the paths of a container's probes, in their order, as one text.
func probePathsIn(container string) string {
	var paths []string
	for _, probe := range releaseProbes {
		paths = append(paths, fmt.Sprintf("string(%s.?%s.?httpGet.?path.orValue(''))", container, probe))
	}
	return "[" + strings.Join(paths, ", ") + "].join(' ')"
}

// probeVariables are what the rule looks at.
var probeVariables = []admissionExpression{
	{"probes", `PROBES(variables.container)`},
	{"probesBefore", `PROBES(variables.containerBefore)`},
	// Pairs of paths, of liveness and of readiness: what Pulumi declares, what the object names already, and what the placeholder has.
	{"knownProbes", `(['FIRST_PROBES'] +
(variables.deployment ? [string(variables.annotationsBefore[?'DECLARED_PROBES'].orValue('')),
  variables.probesBefore.substring(variables.probesBefore.indexOf(' ') + 1)] : []) +
PROBE_ANNOTATIONS.filter(k, k in variables.annotationsBefore).map(k, string(variables.annotationsBefore[k]))).filter(p, p != '')`},
}

// probeRules say what is wrong with paths of probes. The startup probe has that of liveness. A ConfigMap cannot be compared with the Deployment:
// there it is their form alone, as of an image. They are read when somebody has deleted the Deployment.
var probeRules = []admissionExpression{{"wrongProbes", `((!variables.deployment || variables.probes == variables.probesBefore ||
    variables.knownProbes.exists(p, variables.probes == p.split(' ')[0] + ' ' + p) ? [] :
  ['the paths of startupProbe, livenessProbe and readinessProbe in spec.template.spec.containers[APP] become ' + variables.probes]) +
PROBE_ANNOTATIONS.filter(k, k in variables.annotations && !(string(variables.annotations[k]) in variables.knownProbes))
  .map(k, 'metadata.annotations.' + k + ' becomes ' + string(variables.annotations[k])))
.map(t, t + ', must be those that the annotation DECLARED_PROBES declares, or that the object names already, or FIRST_PROBES') +
(variables.configMap && !string(object.?data.?probes.orValue('FIRST_PROBES')).matches('^/[!-~]* /[!-~]*$') ?
  ['data.probes becomes ' + string(object.data.probes) + ', must be two paths, such as FIRST_PROBES'] : [])`}}
