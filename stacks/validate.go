package stacks

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"legops/internal/instances"
	"legops/internal/regions"
	"legops/internal/settings"
)

// rule is a check of several values together.
type rule struct {
	name  string
	check func(*checker)
}

// rules are the cross-rules. Each reports every violation, independently of the others.
var rules = []rule{
	{"ranges have no host bits", hostBits},
	{"the VPC has a size that AWS and the platform support", vpcSize},
	{"subnets lie in the VPC, apart from each other and large enough", subnets},
	{"the region has every service of the platform", region},
	{"zones belong to the region and support EKS", zones},
	{"the cluster endpoint is closed to the world and open to no private range", endpoint},
	{"every interface endpoint has a caller", interfaceEndpoints},
	{"administrators and viewers are roles of the account, named once", accessEntries},
	{"bastion and deployer run Linux", linux},
	{"nodes have valid bounds and the images' architecture", nodes},
	{"pods fit on the nodes", capacityOf},
	{"the database can grow, and its windows do not overlap", database},
	{"a major upgrade is allowed to the version that is asked for", majorUpgrade},
	{"kube-proxy is of a version that runs in the cluster", kubeProxyVersion},
	{"search nodes divide evenly over the zones", searchDomain},
	{"the search version exists, or is newer than the program", searchVersion},
	{"the ingress has valid bounds", ingress},
	{"a preloaded HSTS rule covers everything for a year", preload},
	{"the Content-Security-Policy is valid", contentSecurityPolicy},
	{"static paths hold nothing personal", staticPaths},
	{"CloudFront can forward the headers, with the behaviours and policies that takes", forwarding},
	{"upload paths are their application's own", uploads},
	{"connections of applications lead to public networks, on ports that are closed otherwise", connections},
	{"paths of WebSockets are their application's own, and not cached", webSockets},
	{"an address has a higher limit than one of its sessions", sessions},
	{"names of queues and buckets are unique, and differ from the platform's buckets", names},
	{"the buckets' copy is in another region", replica},
	{"the vault's lock allows the backups, and they avoid the windows of RDS", backups},
	{"applications have unique names and paths, and use queues, buckets and applications that exist", applications},
	{"settings are environment variables and no secrets", environmentVariables},
	{"a migration is a program and its arguments", migrations},
	{"schedules have times, and commands that can run within them", schedules},
	{"workers have names of their own, and valid bounds", workers},
	{"pipeline.loadTest needs a load test, and only production allows load on production", loadTest},
	{"what is adopted has a place, once, with an id of its kind from this account", adopt},
	{"production refuses every weaker setting", production},
}

// checker is one run of the rules.
type checker struct {
	*Config
	// bad are the keys of missing or malformed values, which the Config lacks.
	bad []string
	// declared is what the declarations alone say of the applications, and tuned, by the key of an application's member, where its value stands.
	declared []layer
	tuned    map[string]string
	problems Problems
}

// checkRules tunes the applications, and runs every rule on the well-formed part of the configuration.
func checkRules(config *Config, bad []string) Problems {
	c := &checker{Config: config, bad: bad}
	tune(c)
	for _, r := range rules {
		r.check(c)
	}
	return c.problems
}

// ok reports whether all values, and all values inside them, exist and are well-formed. Keys lack the namespace.
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

// report adds a problem at the place of its value, unless that is bad anyway. It does not show a nil value.
func (c *checker) report(key string, value any, rule, fix string) {
	if !c.ok(key) {
		return
	}
	p := Problem{Key: full(c.place(key)), Rule: rule, Fix: fix}
	if value != nil {
		p.Value = show(value)
	}
	c.problems = append(c.problems, p)
}

func full(key string) string { return Project + ":" + key }

// element is the key of an element of a list.
func element(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }

// unique reports each value that repeats an earlier one; keyOf returns the key of the i-th value.
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
		c.report("region", name, "lacks a service that the platform needs", "choose one of "+strings.Join(regions.All(), ", "))
	}
}

// zoneName matches the name of an Availability Zone, as opposed to its id.
var zoneName = regexp.MustCompile("^[a-z]+(-[a-z]+)+-[0-9][a-z]$")

func zones(c *checker) {
	there := regions.Zones(string(c.Region))
	if !c.ok("region") || len(there) == 0 {
		return
	}
	fit := slices.DeleteFunc(slices.Clone(there), func(zone string) bool { return !regions.HasEks(zone) })
	choose := "choose one of " + strings.Join(fit, ", ")
	for i, zone := range c.Network.AvailabilityZones {
		key := element("network.availabilityZones", i)
		switch {
		case zoneName.MatchString(zone):
			c.report(key, zone, "a zone's name, which differs by account", "write the id of a zone: "+choose)
		case !slices.Contains(there, zone):
			c.report(key, zone, "not an Availability Zone of "+string(c.Region), choose)
		case !regions.HasEks(zone):
			c.report(key, zone, "does not support EKS", choose)
		}
	}
}

// accessEntries refuses a role that is listed twice: it has one entry per cluster. Names of roles are unique in an account, in whatever
// path and case (IAM API, CreateRole).
func accessEntries(c *checker) {
	var names, keys []string
	for _, list := range []struct {
		key   string
		roles []settings.RoleARN
	}{{"eks.administrators", c.Eks.Administrators}, {"eks.viewers", c.Eks.Viewers}} {
		for i, role := range list.roles {
			key := element(list.key, i)
			names, keys = append(names, strings.ToLower(role.Name())), append(keys, key)
			// arn:aws:iam::account:role/name
			parts := strings.Split(string(role), ":")
			if c.ok("account") && len(parts) == 6 && parts[4] != c.Account {
				c.report(key, string(role), "must be a role of account "+c.Account, "choose a role of the stack's own account")
			}
		}
	}
	c.unique(names, func(i int) string { return keys[i] }, "remove one")
}

func linux(c *checker) {
	for _, instance := range []struct {
		key, what string
		of        settings.InstanceType
	}{
		{"bastion.instanceType", "the bastion", c.Bastion.InstanceType},
		{"pipeline.deployerInstanceType", "the deployer", c.Pipeline.DeployerInstanceType},
	} {
		if instance.of.IsMac() {
			c.report(instance.key, string(instance.of), "a Mac cannot be "+instance.what, "choose another instance type")
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
			c.report(element(list, i), string(name), "a Mac cannot be a node", "choose another instance type")
		case first < 0:
			first = i
		case name.Architecture() != n.InstanceTypes[first].Architecture():
			mixed = true
			c.report(element(list, i), string(name), fmt.Sprintf("is %s, but %s (%s) is %s", name.Architecture(),
				full(element(list, first)), n.InstanceTypes[first], n.InstanceTypes[first].Architecture()),
				"choose instance types of one architecture")
		}
	}
	if first < 0 || mixed {
		return
	}
	images := c.Registry.ImageArchitecture
	if architecture := n.InstanceTypes[first].Architecture(); images != "" && images != architecture {
		c.report("registry.imageArchitecture", string(images), fmt.Sprintf("the nodes are %s (%s: %s)", architecture,
			full(element(list, first)), n.InstanceTypes[first]),
			fmt.Sprintf("set it to %s, or choose %s instance types", architecture, images))
	}
}

func searchDomain(c *checker) {
	s := c.OpenSearch
	if c.ok("opensearch.zoneAware", "opensearch.dataNodes") && s.ZoneAware && s.DataNodes%2 != 0 {
		c.report("opensearch.dataNodes", s.DataNodes, "zoneAware divides the data nodes evenly over two zones",
			"choose an even number")
	}
	if !c.ok("opensearch.instanceType", "opensearch.volumeGiB") {
		return
	}
	switch most, known := instances.SearchVolume(string(s.InstanceType)); {
	case !known:
	case most == 0:
		c.report("opensearch.instanceType", string(s.InstanceType), "takes no gp3 volumes, which every domain has here",
			"choose a type that does, such as r6g.large.search")
	case s.VolumeGiB > most:
		c.report("opensearch.volumeGiB", s.VolumeGiB, fmt.Sprintf("more than %s takes, which is %d", s.InstanceType, most),
			"lower it, or choose larger instances or more of them")
	}
}

func names(c *checker) {
	name := func(list string) func(int) string {
		return func(i int) string { return element(list, i) + ".name" }
	}
	c.unique(queueNames(c.Config), name("queues"), "rename one")
	c.unique(bucketNames(c.Config), name("storage.buckets"), "rename one")
	for i, bucket := range c.Storage.Buckets {
		if slices.Contains(platformBuckets, bucket.Name) {
			c.report(name("storage.buckets")(i), bucket.Name, "the platform itself has a bucket of this name", "rename it")
		}
	}
}

// platformBuckets are the names of the platform's own buckets.
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
		c.report("storage.replicaRegion", string(*copies), "is in the partition "+partition+", whose accounts are separate", "choose a region of the partition "+regions.Commercial)
	}
}

func ingress(c *checker) {
	if i := c.Ingress; c.ok("ingress.minReplicas", "ingress.maxReplicas") && i.MinReplicas > i.MaxReplicas {
		c.report("ingress.minReplicas", i.MinReplicas, fmt.Sprintf("above maxReplicas, which is %d", i.MaxReplicas),
			"lower minReplicas or raise maxReplicas")
	}
}

// loadTest refuses the permission for production in other stacks too, so that a copy of their file for production does
// not have it.
func loadTest(c *checker) {
	if c.Pipeline.LoadTest && c.LoadTest == nil && c.ok("loadTest") {
		c.report("pipeline.loadTest", true, "legops:loadTest is missing", "add it, with profile and computeType, or set this to false")
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

// exists reports a name that the list lacks, unless the list itself is bad: malformed, or with a missing or
// repeated name, which is probably the one meant.
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

// settled reports whether no name is empty or repeated.
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

// usable reports whether a range is valid and has no host bits.
func usable(r netip.Prefix) bool { return r.IsValid() && r == r.Masked() }

// within reports whether the whole of a range lies in another.
func within(inner, outer netip.Prefix) bool {
	return inner.Bits() >= outer.Bits() && outer.Contains(inner.Addr())
}
