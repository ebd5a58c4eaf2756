package stacks

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"legops/internal/regions"
)

// rule is what no single value shows.
type rule struct {
	name  string
	check func(*checker)
}

// rules are the cross-rules. Each reports every breach, and knows nothing of the others.
var rules = []rule{
	{"ranges have no host bits", hostBits},
	{"the VPC is of a size AWS and the platform can use", vpcSize},
	{"subnets lie in the VPC, apart from each other and large enough", subnets},
	{"the region has everything", region},
	{"zones are of the region, and take a cluster", zones},
	{"the cluster endpoint is closed to the world and open to no private range", endpoint},
	{"interface endpoints are of services that something calls", interfaceEndpoints},
	{"administrators and viewers are roles of the account, named once", accessEntries},
	{"bastion and deployer run Linux", linux},
	{"nodes have a size and an architecture that images run on", nodes},
	{"pods find nodes", capacityOf},
	{"the database has room to grow and time for backups", database},
	{"search nodes divide over the zones", searchDomain},
	{"the ingress has a size", ingress},
	{"a preloaded HSTS rule covers everything for a year", preload},
	{"the Content-Security-Policy says what it means", contentSecurityPolicy},
	{"what is forwarded can be, and static paths hold nothing personal", forwarding},
	{"queues and buckets are named once, and no bucket like one of the platform's", names},
	{"the copy of the buckets is elsewhere", replica},
	{"backups are let into the vault, and RDS has time for them", backups},
	{"applications are named once, answer apart and use what is there", applications},
	{"settings are environment variables and no secrets", settings},
	{"a release is tested under load where there is a load test, and production only where it says so", loadTest},
	{"production refuses every weakening", production},
}

// checker is one run of the rules.
type checker struct {
	*Config
	// bad are the keys of what is missing or malformed, which the Config lacks.
	bad      []string
	problems Problems
}

// checkRules runs every rule against what is well-formed of the configuration.
func checkRules(config *Config, bad []string) Problems {
	c := &checker{Config: config, bad: bad}
	for _, r := range rules {
		r.check(c)
	}
	return c.problems
}

// ok reports whether all values, and all within them, are there and well-formed. Keys lack the namespace.
func (c *checker) ok(keys ...string) bool {
	for _, key := range keys {
		for _, bad := range c.bad {
			if touches(Project+":"+key, bad) {
				return false
			}
		}
	}
	return true
}

// report adds a problem, unless its value was refused already. A nil value is not shown.
func (c *checker) report(key string, value any, rule, fix string) {
	if !c.ok(key) {
		return
	}
	p := Problem{Key: full(key), Rule: rule, Fix: fix}
	if value != nil {
		p.Value = show(value)
	}
	c.problems = append(c.problems, p)
}

func full(key string) string { return Project + ":" + key }

// at is the key of an element of a list.
func at(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }

// unique reports each value that an earlier element has, too; keyOf is where the i-th element says it.
func (c *checker) unique(values []string, keyOf func(i int) string, fix string) {
	first := map[string]int{}
	for i, value := range values {
		if earlier, ok := first[value]; ok && value != "" {
			c.report(keyOf(i), value, "is also "+full(keyOf(earlier)), fix)
			continue
		}
		first[value] = i
	}
}

// region refuses a region that lacks a service of the platform.
func region(c *checker) {
	if name := string(c.Region); c.ok("region") && len(regions.Zones(name)) == 0 {
		c.report("region", name, "lacks a service that the platform is made of", "choose one of "+strings.Join(regions.All(), ", "))
	}
}

// zoneName is the form of an Availability Zone's name, which is not its id.
var zoneName = regexp.MustCompile("^[a-z]+(-[a-z]+)+-[0-9][a-z]$")

func zones(c *checker) {
	there := regions.Zones(string(c.Region))
	if !c.ok("region") || len(there) == 0 {
		return
	}
	fit := slices.DeleteFunc(slices.Clone(there), func(zone string) bool { return !regions.HasEks(zone) })
	choose := "choose one of " + strings.Join(fit, ", ")
	for i, zone := range c.Network.AvailabilityZones {
		key := at("network.availabilityZones", i)
		switch {
		case zoneName.MatchString(zone):
			c.report(key, zone, "a name, which is another zone in another account", "write the id of a zone: "+choose)
		case !slices.Contains(there, zone):
			c.report(key, zone, "not an Availability Zone of "+string(c.Region), choose)
		case !regions.HasEks(zone):
			c.report(key, zone, "takes no EKS cluster", choose)
		}
	}
}

// accessEntries are those of one cluster, so an administrator is no viewer.
func accessEntries(c *checker) {
	var names, roles, keys []string
	for _, list := range []struct {
		key     string
		entries []AccessEntry
	}{{"eks.administrators", c.Eks.Administrators}, {"eks.viewers", c.Eks.Viewers}} {
		for i, entry := range list.entries {
			names, roles, keys = append(names, entry.Name), append(roles, entry.RoleArn), append(keys, at(list.key, i))
			// arn:aws:iam::account:role/name
			parts := strings.Split(entry.RoleArn, ":")
			if c.ok("account") && len(parts) == 6 && parts[4] != c.Account {
				c.report(at(list.key, i)+".roleArn", entry.RoleArn, "a role of another account than "+c.Account,
					"choose a role of the stack's own account")
			}
		}
	}
	c.unique(names, func(i int) string { return keys[i] + ".name" }, "rename one")
	c.unique(roles, func(i int) string { return keys[i] + ".roleArn" }, "remove one")
}

func linux(c *checker) {
	for _, instance := range []struct {
		key, what string
		of        InstanceType
	}{
		{"bastion.instanceType", "the bastion", c.Bastion.InstanceType},
		{"pipeline.deployerInstanceType", "the deployer", c.Pipeline.DeployerInstanceType},
	} {
		if instance.of.IsMac() {
			c.report(instance.key, instance.of.text(), "a Mac cannot be "+instance.what, "choose another instance type")
		}
	}
}

func nodes(c *checker) {
	n := c.Eks.Nodes
	if c.ok("eks.nodes.minSizePerZone", "eks.nodes.maxSizePerZone") && n.MinSizePerZone > n.MaxSizePerZone {
		c.report("eks.nodes.minSizePerZone", n.MinSizePerZone, fmt.Sprintf("above maxSizePerZone, which is %d", n.MaxSizePerZone),
			"lower minSizePerZone or raise maxSizePerZone")
	}
	const list = "eks.nodes.instanceTypes"
	first, mixed := -1, false
	for i, name := range n.InstanceTypes {
		switch {
		case name == "":
		case name.IsMac():
			c.report(at(list, i), name.text(), "a Mac cannot be a node", "choose another instance type")
		case first < 0:
			first = i
		case name.Architecture() != n.InstanceTypes[first].Architecture():
			mixed = true
			c.report(at(list, i), name.text(), fmt.Sprintf("is %s, but %s (%s) is %s", name.Architecture(),
				full(at(list, first)), n.InstanceTypes[first], n.InstanceTypes[first].Architecture()),
				"choose instance types of one architecture")
		}
	}
	if first < 0 || mixed {
		return
	}
	images := c.Registry.ImageArchitecture
	if architecture := n.InstanceTypes[first].Architecture(); images != "" && images != architecture {
		c.report("registry.imageArchitecture", string(images), fmt.Sprintf("the nodes are %s (%s: %s)", architecture,
			full(at(list, first)), n.InstanceTypes[first]),
			fmt.Sprintf("set it to %s, or choose %s instance types", architecture, images))
	}
}

func searchDomain(c *checker) {
	s := c.OpenSearch
	if c.ok("opensearch.zoneAware", "opensearch.dataNodes") && s.ZoneAware && s.DataNodes%2 != 0 {
		c.report("opensearch.dataNodes", s.DataNodes, "zoneAware divides the data nodes evenly over two zones",
			"choose an even number")
	}
}

func names(c *checker) {
	name := func(list string) func(int) string {
		return func(i int) string { return at(list, i) + ".name" }
	}
	c.unique(queueNames(c.Config), name("queues"), "rename one")
	c.unique(bucketNames(c.Config), name("storage.buckets"), "rename one")
	for i, bucket := range c.Storage.Buckets {
		if slices.Contains(platformBuckets, bucket.Name) {
			c.report(name("storage.buckets")(i), bucket.Name, "the platform has a bucket of that name", "rename it")
		}
	}
}

// platformBuckets are what the platform calls its own buckets.
var platformBuckets = []string{"logs", "artifacts", "errors"}

func replica(c *checker) {
	copies := c.Storage.ReplicaRegion
	if copies == nil {
		return
	}
	if c.ok("region") && *copies == c.Region {
		c.report("storage.replicaRegion", string(*copies), "is the region itself, legops:region", "choose another region")
	}
	if partition := regions.Partition(string(*copies)); partition != regions.Commercial {
		c.report("storage.replicaRegion", string(*copies), "is of the partition "+partition+", which has accounts of its own", "choose a region of the partition "+regions.Commercial)
	}
}

func ingress(c *checker) {
	if i := c.Ingress; c.ok("ingress.minReplicas", "ingress.maxReplicas") && i.MinReplicas > i.MaxReplicas {
		c.report("ingress.minReplicas", i.MinReplicas, fmt.Sprintf("above maxReplicas, which is %d", i.MaxReplicas),
			"lower minReplicas or raise maxReplicas")
	}
}

// loadTest refuses the permission for production elsewhere, too: a stack file that is copied for production must not bring
// it along.
func loadTest(c *checker) {
	if c.Pipeline.LoadTest && c.LoadTest == nil && c.ok("loadTest") {
		c.report("pipeline.loadTest", true, "there is no legops:loadTest to run", "add it, with profile and computeType, or set this to false")
	}
	if c.LoadTest != nil && c.LoadTest.AllowProduction && c.ok("environment") && c.Environment != Production {
		c.report("loadTest.allowProduction", true, "is for production only", "remove it")
	}
}

func queueNames(config *Config) []string {
	var all []string
	for _, queue := range config.Queues {
		all = append(all, queue.Name)
	}
	return all
}

func bucketNames(config *Config) []string {
	var all []string
	for _, bucket := range config.Storage.Buckets {
		all = append(all, bucket.Name)
	}
	return all
}

// exists reports a name that the list lacks, unless the list itself is in doubt: malformed, or with a name
// missing or twice, which is likely to be the one meant.
func (c *checker) exists(key, name, what, list string, known []string) {
	if slices.Contains(known, name) || !settled(known) || len(known) == 0 && !c.ok(list) {
		return
	}
	fix := "add it to " + full(list)
	if similar := nearest(name, known); similar != "" {
		fix = didYouMean(similar)
	}
	c.report(key, name, "no such "+what, fix)
}

// settled reports whether every name is there, once.
func settled(names []string) bool {
	seen := map[string]bool{"": true}
	for _, name := range names {
		if seen[name] {
			return false
		}
		seen[name] = true
	}
	return true
}

// usable reports whether a range is there and says what it means.
func usable(r CIDR) bool { return r.IsValid() && r.Prefix == r.Masked() }

// within reports whether the whole of a range lies in another.
func within(inner, outer netip.Prefix) bool {
	return inner.Bits() >= outer.Bits() && outer.Contains(inner.Addr())
}
