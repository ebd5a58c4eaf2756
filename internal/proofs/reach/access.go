package reach

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"legops/components/apps"
	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/stacks"
)

// applications finds applications that are not reached as they declare: by a Service that leads to their port, and by the paths of the host, which
// lead nowhere else.
func (v *verdict) applications(n *Network, cfg *stacks.Config) {
	declared := map[string]bool{}
	for _, app := range cfg.Applications {
		at := slices.IndexFunc(n.services, func(s *service) bool {
			return s.namespace == app.Name && s.leadsTo(n, application(app.Name))
		})
		if at < 0 {
			v.find("line without a path: legops:applications: no Service leads to %s", app.Name)
			continue
		}
		of := n.services[at].r
		for _, path := range requests(app.Path) {
			for _, port := range of.Texts("spec.ports[*].name") {
				declared[fmt.Sprintf("%s%s of %s to %s:%s", cfg.Domain.Name, path, app.Name, of.Text("metadata.name"), port)] = true
			}
		}
	}
	found := map[string]bool{}
	for _, r := range n.things {
		if r.Type != catalogue.Ingress {
			continue
		}
		if r.Has("spec.defaultBackend") {
			v.find("opening without a line: the Ingress %s leads on whatever has no path", r.Name())
		}
		for _, rule := range r.Objects("spec.rules") {
			v.doors++
			if rule.Text("host") != cfg.Domain.Name {
				v.find("opening without a line: the Ingress %s is for the host %q, which is not legops:domain", r.Name(), rule.Text("host"))
			}
			for _, path := range rule.Objects("http.paths") {
				v.doors++
				found[fmt.Sprintf("%s%s (%s) of %s to %s:%s", rule.Text("host"), path.Text("path"), path.Text("pathType"), r.Text("metadata.namespace"),
					path.Text("backend.service.name"), path.Text("backend.service.port.name"))] = true
			}
		}
	}
	v.same("the host", "legops:applications: no path of the host leads", declared, found)
}

// requests are the paths of an application: its own and all below it, but none that only begins with the same letters.
func requests(path string) []string {
	if path == "/" {
		return []string{"/ (Prefix)"}
	}
	return []string{path + " (Exact)", path + "/ (Prefix)"}
}

// same finds what only one of two sets has: what is said, and what there is.
func (v *verdict) same(whose, missing string, said, there map[string]bool) {
	for _, one := range slices.Sorted(maps.Keys(there)) {
		if !said[one] {
			v.find("opening without a line: %s lets in %s", whose, one)
		}
	}
	for _, one := range slices.Sorted(maps.Keys(said)) {
		if !there[one] {
			v.find("line without a path: %s: %s", missing, one)
		}
	}
}

// The type of an access entry is what EKS takes its principal for, STANDARD without a word; its groups are what bindings in the cluster
// name; the policies are EKS's own, for the whole cluster or for namespaces (EKS API, CreateAccessEntry and AssociateAccessPolicy).

// access looks at who is let into the cluster once a connection is open, and as what: those whom the stack names, nodes, and the deployer.
func (v *verdict) access(n *Network, cfg *stacks.Config) {
	declared := map[string]bool{}
	for _, role := range cfg.Eks.Administrators {
		declared[string(role)+" as STANDARD with AmazonEKSClusterAdminPolicy for the cluster"] = true
	}
	for _, role := range cfg.Eks.Viewers {
		declared[string(role)+" as STANDARD with AmazonEKSAdminViewPolicy for the cluster"] = true
	}
	associated := map[string][]string{}
	for _, r := range n.things {
		switch r.Type {
		case catalogue.NodeGroup:
			declared[r.Text("nodeRoleArn")+" as EC2_LINUX"] = true
		case catalogue.AutoScalingGroup:
			if kind(r) == "Deployer" {
				declared[n.roleOf(r)+" as STANDARD in the group "+apps.DeliveryGroup] = true
			}
		case catalogue.Cluster:
			if r.Text("accessConfig.authenticationMode") != "API" {
				v.find("opening without a line: %s also lets in whom its ConfigMap aws-auth names", r.Name())
			}
		case catalogue.AccessPolicyAssociation:
			policy := r.Text("policyArn")
			to := strings.TrimSuffix("for the "+r.Text("accessScope.type")+" "+strings.Join(r.Texts("accessScope.namespaces"), ", "), " ")
			associated[r.Text("principalArn")] = append(associated[r.Text("principalArn")], " with "+policy[strings.LastIndex(policy, "/")+1:]+" "+to)
		}
	}
	found := map[string]bool{}
	for _, r := range n.things {
		if r.Type != catalogue.AccessEntry {
			continue
		}
		v.doors++
		of := associated[r.Text("principalArn")]
		slices.Sort(of)
		as := r.Text("type")
		if as == "" {
			as = "STANDARD"
		}
		for _, group := range r.Texts("kubernetesGroups") {
			as += " in the group " + group
		}
		found[r.Text("principalArn")+" as "+as+strings.Join(of, "")] = true
	}
	v.same("the cluster", "legops:eks: nobody is let in", declared, found)
}

// roleOf is the role of instances.
func (n *Network) roleOf(instances *model.Resource) string {
	template := n.find(catalogue.LaunchTemplate, instances.Text("launchTemplate.id"))
	for _, profile := range n.things {
		if profile.Type != catalogue.InstanceProfile || template == nil || profile.Outputs.Text("arn") != template.Text("iamInstanceProfile.arn") {
			continue
		}
		for _, role := range n.things {
			if role.Type == catalogue.Role && role.Text("name") == profile.Text("role") {
				return role.Outputs.Text("arn")
			}
		}
	}
	n.cannotRead(instances, "its role is not there")
	return ""
}
