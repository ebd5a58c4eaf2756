package permissions

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
)

const clusterIntroduction = `EKS lets in the roles of access entries; whoever created the cluster is an administrator, too. What a group and the service accounts may
is by the rules of the second table. A real API server answers for them in the tests: what each service account needs and may not
(` + "`tests/rights_test.go`" + `), and that the group only releases (` + "`tests/rehearsal/policy_test.go`" + `).

`

// clusters is what the clusters of all stacks say: once, where it is the same.
func clusters(worlds []*World) string {
	of := map[string][]string{}
	for _, w := range worlds {
		of[w.clusterText()] = append(of[w.clusterText()], w.Stack)
	}
	byHolders := map[string]string{}
	for text, who := range of {
		byHolders[holders(worlds, who)] = text
	}
	var parts []string
	for _, who := range slices.Sorted(maps.Keys(byHolders)) {
		parts = append(parts, strings.ToUpper(who[:1])+who[1:]+":\n\n"+byHolders[who])
	}
	return strings.Join(parts, "\n")
}

// clusterText says who may do what in the cluster: access entries, and what bindings of roles give to service accounts and groups.
func (w *World) clusterText() string {
	var b strings.Builder
	b.WriteString("| Role | As |\n| --- | --- |\n")
	var entries []string // whose order in the state is that of the threads that made them
	for _, entry := range w.graph.OfType(catalogue.AccessEntry) {
		var as []string
		for _, a := range w.graph.OfType(catalogue.AccessPolicyAssociation) {
			if policy := a.Text("policyArn"); a.Text("principalArn") == entry.Text("principalArn") {
				as = append(as, policy[strings.LastIndex(policy, "/")+1:])
			}
		}
		for _, group := range entry.Texts("kubernetesGroups") {
			as = append(as, "group "+group)
		}
		if entry.Text("type") == "EC2_LINUX" {
			as = append(as, "a node")
		}
		entries = append(entries, fmt.Sprintf("| `%s` | %s |\n", w.label(entry.Text("principalArn")), strings.Join(as, ", ")))
	}
	slices.Sort(entries)
	b.WriteString(strings.Join(entries, "") + "\n| Who | In | May |\n| --- | --- | --- |\n")
	rows := map[string][]string{}
	for _, kind := range bindings {
		for _, binding := range w.graph.OfType(kind) {
			namespace := binding.Text("metadata.namespace")
			in := namespace
			if slices.Contains(w.applications, namespace) {
				in = "{application}"
			} else if in == "" {
				in = "the cluster"
			}
			for _, subject := range binding.Objects("subjects") {
				who := strings.ToLower(subject.Text("kind")) + " " + strings.TrimPrefix(subject.Text("namespace")+"/"+subject.Text("name"), "/")
				text := w.rulesOf(binding)
				if in == "{application}" {
					text = word(namespace).ReplaceAllString(text, "{application}")
				}
				row := fmt.Sprintf("| %s | %s | %s |", who, in, text)
				rows[row] = append(rows[row], namespace)
			}
		}
	}
	b.WriteString(strings.Join(slices.Sorted(maps.Keys(rows)), "\n") + "\n")
	return b.String()
}

// runs are the resources whose change runs something in the cluster, or that give a token of a service account.
var runs = []string{"*", "pods", "pods/exec", "pods/attach", "pods/ephemeralcontainers", "deployments", "replicasets", "statefulsets", "daemonsets", "jobs", "cronjobs", "replicationcontrollers", "serviceaccounts/token"}

// deploys are the steps of those whose group may change what runs in the cluster: they can act as the roles of the pods there.
func (w *World) deploys(from []*Principal) (steps []step) {
	for _, entry := range w.graph.OfType(catalogue.AccessEntry) {
		for _, p := range from {
			if p.ARN != entry.Text("principalArn") {
				continue
			}
			for _, kind := range bindings {
				for _, binding := range w.graph.OfType(kind) {
					bound := slices.ContainsFunc(binding.Objects("subjects"), func(subject model.Values) bool {
						return subject.Text("kind") == "Group" && slices.Contains(entry.Texts("kubernetesGroups"), subject.Text("name"))
					})
					if !bound || !w.changes(binding) {
						continue
					}
					namespace := binding.Text("metadata.namespace")
					for _, to := range w.pods("") {
						if namespace == "" || to.Name == "app-"+namespace || !strings.HasPrefix(to.Name, "app-") && !slices.Contains(w.applications, namespace) {
							steps = append(steps, step{p, to, "changes what runs in " + cmp.Or(namespace, "the cluster"), "may change what the pods run (" + binding.Text("roleRef.name") + ")"})
						}
					}
				}
			}
		}
	}
	return steps
}

// changes says whether the role of a binding may change what runs.
func (w *World) changes(binding *model.Resource) bool {
	return slices.ContainsFunc(w.boundRules(binding), func(rule model.Values) bool {
		reads := !slices.ContainsFunc(rule.Texts("verbs"), func(verb string) bool { return !slices.Contains([]string{"get", "list", "watch"}, verb) })
		return !reads && slices.ContainsFunc(rule.Texts("resources"), func(resource string) bool { return slices.Contains(runs, resource) })
	})
}

// bindings are the types that bind a role to somebody.
var bindings = []string{"kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding"}

// boundRules are the rules of the role that a binding refers to.
func (w *World) boundRules(binding *model.Resource) (rules []model.Values) {
	kind := "kubernetes:rbac.authorization.k8s.io/v1:" + binding.Text("roleRef.kind")
	for _, role := range w.graph.OfType(kind) {
		if role.Text("metadata.name") != binding.Text("roleRef.name") || kind != "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole" && role.Text("metadata.namespace") != binding.Text("metadata.namespace") {
			continue
		}
		rules = append(rules, role.Objects("rules")...)
	}
	return rules
}

// rulesOf are the rules of the role that a binding refers to, as text.
func (w *World) rulesOf(binding *model.Resource) string {
	var rules []string
	for _, rule := range w.boundRules(binding) {
		on := strings.Join(rule.Texts("resources"), ", ")
		if named := rule.Texts("resourceNames"); len(named) > 0 {
			on += " named " + strings.Join(named, ", ")
		}
		rules = append(rules, strings.Join(rule.Texts("verbs"), ", ")+" "+on)
	}
	return strings.Join(rules, "; ")
}
