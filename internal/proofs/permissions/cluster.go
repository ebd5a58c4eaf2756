package permissions

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// clusterText says who may do what in the cluster: access entries, and what bindings of roles give to service accounts and groups.
func (w *World) clusterText() string {
	var b strings.Builder
	b.WriteString("EKS lets in the roles of these access entries; whoever created the cluster is an administrator, too.\n\n| Role | As |\n| --- | --- |\n")
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
		fmt.Fprintf(&b, "| `%s` | %s |\n", w.label(entry.Text("principalArn")), strings.Join(as, ", "))
	}
	b.WriteString(`
What the group and the service accounts may is by these rules. A real API server answers for them in the tests: what each service account
needs and may not (` + "`tests/rights_test.go`" + `), and that the group only releases (` + "`tests/rehearsal/policy_test.go`" + `).

| Who | In | May |
| --- | --- | --- |
`)
	rows := map[string][]string{}
	for _, kind := range []string{"kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding"} {
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

// rulesOf are the rules of the role that a binding refers to.
func (w *World) rulesOf(binding *model.Resource) string {
	kind := "kubernetes:rbac.authorization.k8s.io/v1:" + binding.Text("roleRef.kind")
	var rules []string
	for _, role := range w.graph.OfType(kind) {
		if role.Text("metadata.name") != binding.Text("roleRef.name") || kind != "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole" && role.Text("metadata.namespace") != binding.Text("metadata.namespace") {
			continue
		}
		for _, rule := range role.Objects("rules") {
			on := strings.Join(rule.Texts("resources"), ", ")
			if named := rule.Texts("resourceNames"); len(named) > 0 {
				on += " named " + strings.Join(named, ", ")
			}
			rules = append(rules, strings.Join(rule.Texts("verbs"), ", ")+" "+on)
		}
	}
	return strings.Join(rules, "; ")
}
