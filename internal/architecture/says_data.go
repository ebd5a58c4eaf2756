package architecture

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// users are the applications with an environment variable, of the beginning of its name.
func (g *Graph) users(prefix string) []string {
	var names []string
	for _, workload := range g.all("kubernetes:apps/v1:DeploymentPatch", "App") {
		variables, _ := workload.get("spec.template.spec.containers.0.env").([]any)
		if slices.ContainsFunc(variables, func(v any) bool {
			name, _ := v.(map[string]any)["name"].(string)
			return strings.HasPrefix(name, prefix)
		}) {
			names = append(names, workload.text("metadata.name"))
		}
	}
	return names
}

// usedBy says who has an environment variable; how many where that is most of them.
func (g *Graph) usedBy(variable string) string {
	users, all := g.users(variable), len(g.all("kubernetes:apps/v1:Deployment", "App"))
	if 2*len(users) > all {
		return fmt.Sprintf("used by %d applications", len(users))
	}
	return "used by " + strings.Join(users, ", ")
}

// variable is the part of an environment variable's name that names a queue or bucket.
func variable(name string) string { return strings.ToUpper(strings.ReplaceAll(name, "-", "_")) }

func database(g *Graph, made []Resource) []string {
	db := made[0]
	return []string{
		"version " + db.text("engineVersion"), db.text("instanceClass"),
		between(db.text("allocatedStorage"), db.text("maxAllocatedStorage")) + " GiB " + db.text("storageType"),
		g.usedBy("DATABASE_HOST"),
	}
}

func standby(*Graph, []Resource) []string { return []string{"in the other zone,", "takes over"} }

func search(g *Graph, made []Resource) []string {
	domain := made[0]
	at := "clusterConfig."
	nodes := domain.text(at+"instanceCount") + " × " + strings.TrimSuffix(domain.text(at+"instanceType"), ".search")
	lines := []string{strings.ReplaceAll(domain.text("engineVersion"), "OpenSearch_", "version "), nodes}
	where := "in one of the zones"
	if domain.yes(at + "zoneAwarenessEnabled") {
		where = "in both zones"
	}
	lines = append(lines, where)
	if domain.yes(at + "dedicatedMasterEnabled") {
		lines = append(lines, domain.text(at+"dedicatedMasterCount")+" dedicated masters")
	}
	return append(lines, domain.text("ebsOptions.volumeSize")+" GiB each", g.usedBy("SEARCH_ENDPOINT"))
}

// queues are those that applications use; each has one for what cannot be processed, which is counted.
func queues(g *Graph, made []Resource) []string {
	var lines []string
	dead := 0
	for _, queue := range made {
		name, isDead := strings.CutSuffix(strings.TrimPrefix(queue.Name, "queues-"), "-dead")
		if isDead {
			dead++
			continue
		}
		kind := "standard"
		if queue.yes("fifoQueue") {
			kind = "FIFO"
		}
		lines = append(lines, fmt.Sprintf("%s (%s)", name, kind), "  "+g.usedBy("QUEUE_"+variable(name)))
	}
	return append(lines, count(dead, "dead-letter queue"))
}

func secrets(_ *Graph, made []Resource) []string {
	names := map[string]bool{}
	for _, secret := range made {
		names[strings.Split(secret.Name, "-")[1]] = true
	}
	return []string{count(len(made), "secret") + " of " + strings.Join(slices.Sorted(maps.Keys(names)), ", ")}
}

// buckets are those of the applications, and below them the platform's own.
func buckets(g *Graph, made []Resource) []string {
	var lines, own []string
	for _, bucket := range made {
		name := strings.TrimPrefix(bucket.Name, "storage-")
		if len(g.users("BUCKET_"+variable(name))) == 0 {
			own = append(own, name)
			continue
		}
		title := name
		for _, lock := range g.all("aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2") {
			if lock.Name == bucket.Name {
				title += fmt.Sprintf(", locked %s days", lock.text("rule.defaultRetention.days"))
			}
		}
		lines = append(lines, title, "  "+g.usedBy("BUCKET_"+variable(name)))
	}
	return append(lines, "the platform's own: "+strings.Join(own, ", "))
}

func replicas(_ *Graph, made []Resource) []string {
	var names []string
	for _, bucket := range made {
		names = append(names, strings.TrimSuffix(strings.TrimPrefix(bucket.Name, "storage-"), "-replica"))
	}
	return []string{strings.Join(names, ", ")}
}
