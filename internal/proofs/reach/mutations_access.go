package reach

import (
	"slices"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// mutationsOfAccess are changes of who is let in once connected: into the cluster as somebody, and by the paths of the host.
var mutationsOfAccess = []mutation{
	{"a path of the host is gone", func(w *world) []change { return w.gone(catalogue.Ingress, "app-") }},
	{"the cluster lets others in", func(w *world) []change {
		return []change{w.added("entry", catalogue.AccessEntry, model.Values{"clusterName": "legops-" + w.name, "principalArn": "arn:aws:iam::" + w.cfg.Account + ":role/other"})}
	}},
	{"the cluster lets others in as somebody known", func(w *world) []change {
		return slices.Concat(
			w.edited(catalogue.AccessEntry, to("arn:aws:iam::"+w.cfg.Account+":role/legops-"+w.name+"-bastion", "principalArn")),
			w.edited(catalogue.AccessPolicyAssociation, to("arn:aws:iam::"+w.cfg.Account+":role/legops-"+w.name+"-deployer", "principalArn")),
		)
	}},
	{"the cluster lets in with more rights", func(w *world) []change {
		return slices.Concat(
			w.edited(catalogue.AccessPolicyAssociation, to("arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy", "policyArn"), "view"),
			w.edited(catalogue.AccessPolicyAssociation, to("arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy", "policyArn"), "view"),
			w.edited(catalogue.AccessEntry, to([]any{"system:masters"}, "kubernetesGroups")),
			w.edited(catalogue.AccessEntry, to([]any{"legops:delivery"}, "kubernetesGroups"), "preview", "Role"),
			w.edited(catalogue.AccessEntry, to("EC2_LINUX", "type"), "deployer-access", "eks-platform", "eks-legops-"+w.name+"-preview", "eks-legops-"+w.name+"-deploy"),
			[]change{w.added("association", catalogue.AccessPolicyAssociation, model.Values{
				"clusterName": "legops-" + w.name, "principalArn": "arn:aws:iam::" + w.cfg.Account + ":role/legops-" + w.name + "-deployer",
				"policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy", "accessScope": map[string]any{"type": "cluster"},
			})},
		)
	}},
	{"the cluster lets in with fewer rights", func(w *world) []change {
		return slices.Concat(
			w.gone(catalogue.AccessPolicyAssociation),
			w.edited(catalogue.AccessPolicyAssociation, to(map[string]any{"type": "namespace", "namespaces": []any{"portal"}}, "accessScope")),
			w.edited(catalogue.AccessEntry, to([]any{}, "kubernetesGroups"), "deployer-access"),
			w.edited(catalogue.AccessEntry, to("STANDARD", "type"), "Role"),
		)
	}},
	{"a path of the host leads elsewhere", func(w *world) []change {
		paths := func(edit func(path map[string]any)) []change {
			return w.edited(catalogue.Ingress, func(in, _ model.Values) bool {
				for _, rule := range objects(in.Get("spec.rules")) {
					http, _ := rule["http"].(map[string]any)
					for _, path := range objects(http["paths"]) {
						edit(path)
					}
				}
				return true
			}, "app-")
		}
		return slices.Concat(
			paths(func(path map[string]any) { path["path"] = "/admin" }),
			paths(func(path map[string]any) { path["pathType"] = "ImplementationSpecific" }),
			paths(func(path map[string]any) {
				path["backend"] = map[string]any{"service": map[string]any{"name": "other", "port": map[string]any{"name": "http"}}}
			}),
			paths(func(path map[string]any) {
				path["backend"].(map[string]any)["service"].(map[string]any)["port"] = map[string]any{"name": "metrics"} //nolint:forcetypeassert // as the program has it
			}),
			w.edited(catalogue.Ingress, func(in, _ model.Values) bool {
				objects(in.Get("spec.rules"))[0]["host"] = "other.example"
				return true
			}),
			w.edited(catalogue.Ingress, to(map[string]any{"service": map[string]any{"name": "other"}}, "spec", "defaultBackend")),
		)
	}},
	{"the cluster asks its ConfigMap, too", func(w *world) []change {
		return w.edited(catalogue.Cluster, to("API_AND_CONFIG_MAP", "accessConfig", "authenticationMode"))
	}},
	{"the cluster lets less in", func(w *world) []change {
		return w.gone(catalogue.AccessEntry, "eks-platform", "eks-legops-"+w.name+"-deploy", "eks-legops-"+w.name+"-preview")
	}},
}
