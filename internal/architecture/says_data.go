package architecture

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// users are the applications with an environment variable, of the beginning of its name.
func users(g *model.Graph, prefix string) []string {
	var names []string
	for _, workload := range g.OfType(catalogue.DeploymentPatch, "App") {
		if isWorker(workload) {
			continue // with the variables of its application
		}
		variables := workload.All("spec.template.spec.containers[0].env[*].name")
		if slices.ContainsFunc(variables, func(v any) bool {
			name, _ := v.(string)
			return strings.HasPrefix(name, prefix)
		}) {
			names = append(names, workload.Sprint("metadata.name"))
		}
	}
	return names
}

// isWorker says whether a Deployment is that of a worker, and not of the pods that serve.
func isWorker(r *model.Resource) bool { return r.Text("metadata.labels.worker") != "" }

// usedBy says who has an environment variable; how many where that is most of them.
func usedBy(g *model.Graph, variable string) string {
	users, all := users(g, variable), len(slices.DeleteFunc(g.OfType(catalogue.Deployment, "App"), isWorker))
	if 2*len(users) > all {
		return fmt.Sprintf("used by %d applications", len(users))
	}
	return "used by " + strings.Join(users, ", ")
}

// variable is the part of an environment variable's name that names a queue or bucket.
func variable(name string) string { return strings.ToUpper(strings.ReplaceAll(name, "-", "_")) }

func database(g *model.Graph, made []*model.Resource) []string {
	db := made[0]
	return []string{
		"version " + db.Sprint("engineVersion"), db.Sprint("instanceClass"),
		between(db.Sprint("allocatedStorage"), db.Sprint("maxAllocatedStorage")) + " GiB " + db.Sprint("storageType"),
		usedBy(g, "DATABASE_HOST"),
	}
}

func search(g *model.Graph, made []*model.Resource) []string {
	domain := made[0]
	at := "clusterConfig."
	nodes := domain.Sprint(at+"instanceCount") + " × " + strings.TrimSuffix(domain.Sprint(at+"instanceType"), ".search")
	lines := []string{strings.ReplaceAll(domain.Sprint("engineVersion"), "OpenSearch_", "version "), nodes}
	where := "in one of the zones"
	if domain.Flag(at + "zoneAwarenessEnabled") {
		where = "in both zones"
	}
	lines = append(lines, where)
	if domain.Flag(at + "dedicatedMasterEnabled") {
		lines = append(lines, domain.Sprint(at+"dedicatedMasterCount")+" dedicated masters")
	}
	return append(lines, domain.Sprint("ebsOptions.volumeSize")+" GiB each", usedBy(g, "SEARCH_ENDPOINT"))
}

// queues are those that applications use; each has one for what cannot be processed, which is counted.
func queues(g *model.Graph, made []*model.Resource) []string {
	var lines []string
	dead := 0
	for _, queue := range made {
		name, isDead := strings.CutSuffix(strings.TrimPrefix(queue.Name(), "queues-"), "-dead")
		if isDead {
			dead++
			continue
		}
		kind := "standard"
		if queue.Flag("fifoQueue") {
			kind = "FIFO"
		}
		lines = append(lines, fmt.Sprintf("%s (%s)", name, kind), "  "+usedBy(g, "QUEUE_"+variable(name)))
	}
	return append(lines, count(dead, "dead-letter queue"))
}

func secrets(_ *model.Graph, made []*model.Resource) []string {
	names := map[string]bool{}
	for _, secret := range made {
		_, name, _ := strings.Cut(secret.Name(), "-")
		application, _, _ := strings.Cut(name, "-")
		names[application] = true
	}
	return []string{count(len(made), "secret") + " of " + strings.Join(slices.Sorted(maps.Keys(names)), ", ")}
}

// buckets are those of the applications, and below them the platform's own.
func buckets(g *model.Graph, made []*model.Resource) []string {
	var lines, own []string
	for _, bucket := range made {
		name := strings.TrimPrefix(bucket.Name(), "storage-")
		if len(users(g, "BUCKET_"+variable(name))) == 0 {
			own = append(own, name)
			continue
		}
		title := name
		for _, lock := range g.OfType(catalogue.BucketObjectLock) {
			if lock.Name() == bucket.Name() {
				title += fmt.Sprintf(", locked %s days", lock.Sprint("rule.defaultRetention.days"))
			}
		}
		lines = append(lines, title, "  "+usedBy(g, "BUCKET_"+variable(name)))
	}
	return append(lines, "the platform's own: "+strings.Join(own, ", "))
}

func replicas(_ *model.Graph, made []*model.Resource) []string {
	var names []string
	for _, bucket := range made {
		names = append(names, strings.TrimSuffix(strings.TrimPrefix(bucket.Name(), "storage-"), "-replica"))
	}
	return []string{strings.Join(names, ", ")}
}
