package tests

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/offline/cloud"
)

// eksCalls are the calls of EKS that runbooks make, by method and path. A path has the names of a cluster and of what is in it; the forms are those of
// botocore, data/eks/2017-11-01/service-2.json.
var eksCalls = map[string]func(f *front, a eksAsked) (any, error){
	"GET /addons/supported-versions":                (*front).addonVersions,
	"GET /clusters/*":                               (*front).describeCluster,
	"POST /clusters/*/updates":                      (*front).updateCluster,
	"GET /clusters/*/updates":                       (*front).listUpdates,
	"GET /clusters/*/updates/*":                     (*front).describeUpdate,
	"GET /clusters/*/node-groups":                   (*front).listNodeGroups,
	"GET /clusters/*/node-groups/*":                 (*front).describeNodeGroup,
	"POST /clusters/*/node-groups/*/update-version": (*front).updateNodeGroup,
	"GET /clusters/*/addons/*":                      (*front).describeAddon,
	"POST /clusters/*/addons/*/update":              (*front).updateAddon,
	"POST /clusters/*/insights":                     (*front).listInsights,
	"GET /clusters/*/insights/*":                    (*front).describeInsight,
}

// eksAsked is a request to EKS.
type eksAsked struct {
	region, cluster, name string
	query                 url.Values
	body                  []byte
}

func (f *front) eks(region string, r *http.Request, body []byte) (any, error) {
	asked := eksAsked{region: region, query: r.URL.Query(), body: body}
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	for i, name := range map[int]*string{1: &asked.cluster, 3: &asked.name} {
		if parts[0] == "clusters" && len(parts) > i {
			*name, parts[i] = parts[i], "*"
		}
	}
	call := r.Method + " /" + strings.Join(parts, "/")
	if answer, known := eksCalls[call]; known {
		return answer(f, asked)
	}
	return nil, fmt.Errorf("ResourceNotFoundException: nothing here answers %s %s %s", r.Method, r.URL, body)
}

// of are the resources of a type of a cluster, by an input.
func (f *front) of(a eksAsked, typ, cluster, name string) map[string]cloud.Entry {
	found := map[string]cloud.Entry{}
	for _, e := range f.record.Entries(f.account) {
		if in := model.Values(e.Inputs); e.Type == typ && e.Region == a.region && in.Text(cluster) == a.cluster {
			found[in.Text(name)] = e
		}
	}
	return found
}

func (f *front) one(a eksAsked, typ, cluster, name string) (cloud.Entry, error) {
	e, there := f.of(a, typ, cluster, name)[a.name]
	if !there {
		return e, fmt.Errorf("ResourceNotFoundException: no %s %s in %s", typ, a.name, a.cluster)
	}
	return e, nil
}

func (f *front) cluster(a eksAsked) (cloud.Entry, error) {
	a.name = a.cluster
	return f.one(a, catalogue.Cluster, "name", "name")
}

func (f *front) nodeGroup(a eksAsked) (cloud.Entry, error) {
	return f.one(a, catalogue.NodeGroup, "clusterName", "nodeGroupName")
}

func (f *front) addon(a eksAsked) (cloud.Entry, error) {
	return f.one(a, catalogue.Addon, "clusterName", "addonName")
}

func (f *front) describeCluster(a eksAsked) (any, error) {
	e, err := f.cluster(a)
	return map[string]any{"cluster": map[string]any{"name": a.cluster, "status": "ACTIVE", "version": e.Inputs["version"]}}, err
}

func (f *front) listNodeGroups(a eksAsked) (any, error) {
	return map[string]any{"nodegroups": slices.Sorted(maps.Keys(f.of(a, catalogue.NodeGroup, "clusterName", "nodeGroupName")))}, nil
}

func (f *front) describeNodeGroup(a eksAsked) (any, error) {
	e, err := f.nodeGroup(a)
	return map[string]any{"nodegroup": map[string]any{
		"nodegroupName": a.name, "status": "ACTIVE", "version": e.Inputs["version"], "releaseVersion": e.Outputs["releaseVersion"],
	}}, err
}

func (f *front) describeAddon(a eksAsked) (any, error) {
	e, err := f.addon(a)
	return map[string]any{"addon": map[string]any{"addonName": a.name, "status": "ACTIVE", "addonVersion": e.Outputs["addonVersion"]}}, err
}

// begun is the answer to what begins an update, which is over by then.
func begun(err error) (any, error) {
	return map[string]any{"update": map[string]any{"id": "00000000-0000-0000-0000-000000000001", "status": "InProgress"}}, err
}

func (f *front) updateCluster(a eksAsked) (any, error) {
	var asked struct{ Version string }
	e, err := f.cluster(a)
	if err == nil {
		err = json.Unmarshal(a.body, &asked)
	}
	if err == nil {
		err = f.cloud.ChangeByHand(e, model.Values{"version": asked.Version})
	}
	return begun(err)
}

func (f *front) updateNodeGroup(a eksAsked) (any, error) {
	var asked struct{ Version, ReleaseVersion string }
	e, err := f.nodeGroup(a)
	if err == nil {
		err = json.Unmarshal(a.body, &asked)
	}
	if asked.Version == "" {
		asked.Version = model.Values(e.Inputs).Text("version")
	}
	if err == nil {
		err = f.cloud.UpdateNodes(e, asked.Version, asked.ReleaseVersion)
	}
	return begun(err)
}

func (f *front) updateAddon(a eksAsked) (any, error) {
	var asked struct{ AddonVersion string }
	e, err := f.addon(a)
	if err == nil {
		err = json.Unmarshal(a.body, &asked)
	}
	if err == nil {
		err = f.cloud.ChangeByHand(e, model.Values{"addonVersion": asked.AddonVersion})
	}
	return begun(err)
}

func (f *front) addonVersions(a eksAsked) (any, error) {
	name, version := a.query.Get("addonName"), a.query.Get("kubernetesVersion")
	return map[string]any{"addons": []any{map[string]any{"addonName": name, "addonVersions": []any{map[string]any{
		"addonVersion": cloud.AddonVersion(name, version), "compatibilities": []any{map[string]any{"clusterVersion": version, "defaultVersion": true}},
	}}}}}, nil
}

func (f *front) listUpdates(a eksAsked) (any, error) {
	ids := []string{}
	for _, u := range f.cloud.NodeUpdates() {
		if u.NodeGroup == a.query.Get("nodegroupName") {
			ids = append(ids, u.ID)
		}
	}
	return map[string]any{"updateIds": ids}, nil
}

func (f *front) describeUpdate(a eksAsked) (any, error) {
	for _, u := range f.cloud.NodeUpdates() {
		if u.ID == a.name && u.NodeGroup == a.query.Get("nodegroupName") {
			return map[string]any{"update": map[string]any{
				"id": u.ID, "status": "Failed", "type": "VersionUpdate",
				"errors": []any{map[string]any{"errorCode": u.Code, "errorMessage": u.Message, "resourceIds": u.Nodes}},
			}}, nil
		}
	}
	return nil, fmt.Errorf("ResourceNotFoundException: no update %s", a.name)
}

// insight is the id of the only insight that EKS has here: of APIs that the next version of Kubernetes lacks.
const insight = "00000000-0000-0000-0000-000000000000"

func (f *front) listInsights(eksAsked) (any, error) {
	return map[string]any{"insights": []any{map[string]any{
		"id": insight, "name": "Deprecated APIs removed in the next version", "insightStatus": map[string]string{"status": "PASSING"},
	}}}, nil
}

func (f *front) describeInsight(a eksAsked) (any, error) {
	if a.name != insight {
		return nil, fmt.Errorf("ResourceNotFoundException: no insight %s", a.name)
	}
	return map[string]any{"insight": map[string]any{"id": insight, "recommendation": "Update the clients that call them", "resources": []any{}}}, nil
}
