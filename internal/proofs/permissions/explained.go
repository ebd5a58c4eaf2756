package permissions

import (
	"fmt"
	"slices"
	"strings"
)

// explained is a step from a role to another that is meant to be possible.
type explained struct {
	// from and to are forms of roles, to with * for any name; both are of the same application where both say {application}.
	from, to string
	// gives are the goals that whoever takes the step comes to, beside those of the role that he begins at.
	gives []string
	why   string
}

// data are the goals that are what an application keeps.
var data = []string{"documents", "messages", "secrets", "database", "search domain"}

// meant are the steps. Any other is a finding.
var meant = []explained{
	{"pipeline-{application}", "pipeline-{application}-*", nil, "each action has a role of its own"},
	{"pipeline-{application}-source", "build-{application}", []string{"images"}, "it hands the source to the build, which runs it"},
	{"pipeline-{application}-build", "build-{application}", []string{"images"}, "it starts the build; CodePipeline passes no commands, and nobody else takes the role"},
	{"pipeline-{application}-deploy", "deployer", []string{"images"}, "it hands the release to CodeDeploy; nobody but the pipeline takes the role"},
	{"pipeline-{application}-loadtest", "loadtest", []string{"secrets"}, "it starts the load test, in stacks that have one"},
	{"mirror-{application}", "build-{application}", []string{"images"}, "what is pushed to GitHub is built: the code of an application decides what its build does"},
	{"mirror-{application}-schedule", "mirror-{application}", []string{"source"}, "EventBridge starts the mirror, with the input of the rule"},
	{"build-{application}", "app-{application}", data, "the image that it pushes runs as the application after its release, and only as that one"},
	{"build-{application}", "deployer", []string{"images"}, "the hooks of a release run as root on the deployer (docs/decisions/0014-deployer.md); a policy of the cluster keeps it to releases (0029)"},
	{"eks-nodes", "*", append(slices.Clone(data), "logs", "keys"), "whoever is root on a node is every pod that runs there; pods have their own roles to be kept from each other, not from the node"},
	{"eks-service", "*", []string{"source", "images", "documents", "messages", "secrets", "database", "search domain", "logs", "keys"}, "AmazonEKSClusterPolicy may change instances; AWS requires it of a cluster's role, and only EKS takes that"},
	{"deploy", "*", nil, "it is an administrator within the boundary (docs/decisions/0019-bootstrap.md)"},
}

// meantFor is what explains a step; nil if nothing does.
func (w *World) meantFor(s step) *explained {
	from, application := w.form(s.from)
	to, other := w.form(s.to)
	for i, m := range meant {
		same := !strings.Contains(m.from, "{application}") || !strings.Contains(m.to, "{application}") || application == other
		if m.from == from && like(m.to, to) && same {
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

// chained are the goals that a role comes to over others, and that neither are its own nor explained by a step of the chain.
func (w *World) chained(steps []step, owned map[*Principal][]string) (found []string) {
	for _, from := range w.Principals {
		if w.wide(from) {
			continue
		}
		for to, chain := range reach(steps, from) {
			known := slices.Clone(owned[from])
			for _, s := range chain {
				if m := w.meantFor(s); m != nil {
					known = append(known, m.gives...)
				}
			}
			for _, goal := range owned[to] {
				if !slices.Contains(known, goal) {
					found = append(found, fmt.Sprintf("%s comes to %s: %s", from.Name, goal, path(chain)))
				}
			}
		}
	}
	slices.Sort(found)
	return found
}
