package permissions

import (
	"fmt"
	"slices"
	"strings"
)

// explained is a step from a role to another that is meant to be possible.
type explained struct {
	// from and to are forms of roles, to with * for any name; both are of the same application where both say {application}. To may be
	// any that a service takes, too.
	from, to string
	// gives are patterns of what whoever takes the step comes to, beside what the role reaches that he begins at: goal, colon, label.
	gives []string
	why   string
}

// data are the goals that are what an application keeps.
var data = []string{"documents: *", "messages: *", "secrets: *", "database: *", "search domain: *"}

// building is what a build comes to, releasing what the deployer does.
var (
	building  = []string{"images: repository/{application}", "artifacts: artifacts/{application}/*", "artifacts: artifacts/delivery/*", "artifacts: artifacts"}
	releasing = []string{"images: *", "secrets: parameter/*", "artifacts: artifacts/*/Release/*"}
)

// meant are the steps. Any other is a finding.
var meant = []explained{
	{"pipeline-{application}", "pipeline-{application}-*", []string{"source: {application}", "artifacts: artifacts/{application}/*"}, "each action has a role of its own"},
	{"pipeline-{application}-source", "build-{application}", building, "it hands the source to the build, which runs it"},
	{"pipeline-{application}-build", "build-{application}", building, "it starts the build; CodePipeline passes no commands, and nobody else takes the role"},
	{"pipeline-{application}-deploy", "deployer", releasing, "it hands the release to CodeDeploy; nobody but the pipeline takes the role"},
	{"pipeline-{application}-loadtest", "loadtest", []string{"secrets: secret:loadtest", "artifacts: *"}, "it starts the load test, in stacks that have one"},
	{"mirror-{application}", "build-{application}", building, "what is pushed to GitHub is built: the code of an application decides what its build does"},
	{"mirror-{application}-schedule", "mirror-{application}", []string{"source: {application}", "artifacts: artifacts/delivery/*"}, "EventBridge starts the mirror, with the input of the rule"},
	{
		"restore-drill-schedule", "restore-drill", []string{"artifacts: artifacts/delivery/*", "artifacts: artifacts", "backups: snapshot:awsbackup:*", "backups: db:drill-*", "database: db:drill-*", "keys: key/database", "backups: recovery-point:*", "documents: documents", "documents: documents/*", "documents: evidence", "documents: evidence/*", "more rights: role/restore-drill-buckets"},
		"EventBridge starts the drill, with the input of the rule",
	},
	{"restore-drill", "restore-drill-buckets", nil, "it has AWS Backup restore with it, into buckets of drills alone (docs/decisions/0059-drills-of-buckets.md)"},
	{"build-{application}", "app-{application}", data, "the image that it pushes runs as the application after its release, and only as that one"},
	{"build-{application}", "deployer", releasing, "the hooks of a release run as root on the deployer (docs/decisions/0014-deployer.md); a policy of the cluster keeps it to releases (0029)"},
	{"deployer", "app-*", data, "it changes the images of deployments; a policy of the cluster keeps it to images of the registry that were released (docs/decisions/0029-only-releases.md)"},
	{"eks-nodes", anyOf + "pods.eks.amazonaws.com", append(slices.Clone(data), "logs: *", "keys: *"), "whoever is root on a node is every pod that runs there; pods have their own roles to be kept from each other, not from the node"},
	{"eks-service", anyOf + "ec2.amazonaws.com", []string{"images: *", "secrets: *", "logs: *", "keys: *", "artifacts: artifacts/*/Release/*"}, "AmazonEKSClusterPolicy may change instances; AWS requires it of a cluster's role, and only EKS takes that"},
	{"deploy", "*", nil, "it is an administrator within the boundary (docs/decisions/0019-bootstrap.md)"},
}

// anyOf begins the roles that a service takes.
const anyOf = "any role of "

// meantFor is what explains a step; nil if nothing does.
func (w *World) meantFor(s step) *explained {
	from, application := w.form(s.from)
	to, other := w.form(s.to)
	for i, m := range meant {
		same := !strings.Contains(m.from, "{application}") || !strings.Contains(m.to, "{application}") || application == other
		leads := like(m.to, to)
		if service, is := strings.CutPrefix(m.to, anyOf); is {
			leads = slices.Contains(w.trusting(service), s.to)
		}
		if m.from == from && leads && same {
			return &meant[i]
		}
	}
	return nil
}

// unexplained are the steps that nothing explains.
func (w *World) unexplained(steps []step) (found []string) {
	for _, s := range steps {
		if w.meantFor(s) == nil {
			found = append(found, fmt.Sprintf("%s can act as %s: it %s, by %s", s.from.Name, s.to.Name, s.how, s.by))
		}
	}
	return found
}

// chained are what a step leads to that neither the step gives nor the role reaches that it begins at. Where there is none, a chain leads
// to no more than what its steps give, whichever way it goes.
func (w *World) chained(steps []step, owned map[*Principal][]string) (found []string) {
	for _, s := range steps {
		m := w.meantFor(s)
		if m == nil || w.wide(s.from) {
			continue // found already, or everything
		}
		_, application := w.form(s.from)
		for _, thing := range owned[s.to] {
			given := slices.ContainsFunc(m.gives, func(pattern string) bool {
				return like(strings.ReplaceAll(pattern, "{application}", application), thing)
			})
			if !given && !slices.Contains(owned[s.from], thing) {
				found = append(found, fmt.Sprintf("%s comes to %s as %s: it %s, by %s", s.from.Name, thing, s.to.Name, s.how, s.by))
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}
