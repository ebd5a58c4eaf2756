package stacks

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"legops/internal/adoption"
	"legops/internal/model"
	"legops/internal/regions"
	"legops/internal/settings"
)

// adoptedKeys are the purposes of the keys that can be adopted: those that encrypt what can be.
var adoptedKeys = []string{"database", "queues", "search", "storage"}

// Places are the resources for which legops:adopt can name an existing one, in order of their names.
func (c *Config) Places() []adoption.Place {
	region := string(c.Region)
	var places []adoption.Place
	add := func(kind *adoption.Kind, in string, names ...string) {
		for _, name := range names {
			places = append(places, adoption.Place{Name: name, Kind: kind, Region: in})
		}
	}
	add(adoption.Vpc, region, AdoptedVpc)
	for _, t := range tiers(c) {
		for _, zone := range c.Network.AvailabilityZones[:min(len(t.ranges), len(c.Network.AvailabilityZones))] {
			add(adoption.Subnet, region, AdoptedSubnet(t.name, zone))
		}
	}
	for _, bucket := range bucketNames(c) {
		add(adoption.Bucket, region, "storage-"+bucket)
	}
	for _, queue := range queueNames(c) {
		add(adoption.Queue, region, "queues-"+queue, "queues-"+queue+"-dead")
	}
	for _, application := range c.Applications {
		add(adoption.Repository, regions.Global, "registry-"+application.Name)
	}
	for _, purpose := range adoptedKeys {
		add(adoption.Key, region, "encryption-"+purpose)
	}
	add(adoption.Database, region, AdoptedDatabase)
	add(adoption.SubnetGroup, region, adoptedSubnetGroup)
	add(adoption.ParameterGroup, region, "rds-parameters")
	add(adoption.LogGroup, region, databaseLog("postgresql"), databaseLog("upgrade"))
	add(adoption.SearchDomain, region, AdoptedDomain)
	add(adoption.Certificate, region, "certificates-regional")
	add(adoption.Certificate, regions.Global, "certificates-global")
	slices.SortFunc(places, func(a, b adoption.Place) int { return strings.Compare(a.Name, b.Name) })
	return places
}

// The names of places that others depend on.
const (
	AdoptedVpc         = "network-vpc"
	AdoptedDatabase    = "rds-instance"
	adoptedSubnetGroup = "rds-subnets"
	AdoptedDomain      = "opensearch-domain"
)

// AdoptedSubnet is the name of the subnet of a tier in a zone.
func AdoptedSubnet(tier, zone string) string { return "network-" + tier + "-" + zone }

func databaseLog(log string) string { return "rds-log-" + log }

// OriginName is the name by which CloudFront reaches the load balancer of a domain.
func OriginName(domain string) string { return "origin." + domain }

// Adopted is what legops:adopt names, by name.
func (c *Config) Adopted() map[string]Adopted {
	all := map[string]Adopted{}
	for _, place := range c.Places() {
		if id, is := c.Adopt[place.Name]; is {
			all[place.Name] = Adopted{place, id}
		}
	}
	return all
}

// AdoptsDatabase says whether the database is adopted.
func (c *Config) AdoptsDatabase() bool { return c.Adopt[AdoptedDatabase] != "" }

// Adopted is an existing resource in its place.
type Adopted struct {
	adoption.Place
	// ID is its id, as `pulumi import` takes it.
	ID string
}

// Physical is its physical name.
func (a Adopted) Physical() string { return a.Kind.Physical(a.ID) }

// Problem is something wrong with it.
func (a Adopted) Problem(rule, fix string) Problem {
	return Problem{Key: full(adoptKey(a.Name)), Value: show(a.ID), Rule: rule, Fix: fix}
}

// PhysicalNames are the physical names of what is adopted whose names begin with a prefix, by the rest of the name.
func (c *Config) PhysicalNames(prefix string) map[string]string {
	names := map[string]string{}
	for name, adopted := range c.Adopted() {
		if rest, is := strings.CutPrefix(name, prefix); is {
			names[rest] = adopted.Physical()
		}
	}
	return names
}

func adoptKey(name string) string { return "adopt." + name }

// adopt refuses what can be told to be wrong from the file alone. What only the account knows, the program asks before it registers anything.
func adopt(c *checker) {
	if !c.ok("adopt") || len(c.Adopt) == 0 {
		return
	}
	// Names come from these, and where they are bad, an adopted name may be that of what was meant.
	known := c.ok("region", "network.availabilityZones", "network.subnets", "storage.buckets", "queues", "applications")
	places := map[string]adoption.Place{}
	for _, place := range c.Places() {
		places[place.Name] = place
	}
	first := map[Adopted]string{} // the first name with an id, by kind: a bucket and a database may have the same
	for _, name := range slices.Sorted(maps.Keys(c.Adopt)) {
		id := c.Adopt[name]
		place, is := places[name]
		if !is {
			if known {
				c.unadoptable(name, slices.Sorted(maps.Keys(places)))
			}
			continue
		}
		if rule, fix := place.Mistake(c.Account, id); rule != "" && c.ok("account") {
			c.report(adoptKey(name), id, rule, fix)
		}
		one := Adopted{Place: adoption.Place{Kind: place.Kind}, ID: id}
		if other, twice := first[one]; twice {
			c.report(adoptKey(name), id, "is also "+full(adoptKey(other)), "each resource has one place: remove one")
			continue
		}
		first[one] = name
	}
	c.together()
}

// unadoptable reports a name that is no place.
func (c *checker) unadoptable(name string, known []string) {
	rule, fix := "nothing that can be adopted has this name", "choose one of those in docs/configuration.md"
	if why := adoption.WhyNever(name); why != "" {
		rule, fix = why, "remove it"
	} else if similar := nearest(name, known); similar != "" {
		fix = didYouMean(similar)
	}
	c.report(adoptKey(name), c.Adopt[name], rule, fix)
}

// together refuses one without what it lives in.
func (c *checker) together() {
	needs := func(name, other, why string) {
		id, is := c.Adopt[name]
		if _, has := c.Adopt[other]; is && !has {
			c.report(adoptKey(name), id, why, "add "+full(adoptKey(other)))
		}
	}
	for _, t := range tiers(c.Config) {
		for _, zone := range c.Network.AvailabilityZones {
			needs(AdoptedSubnet(t.name, zone), AdoptedVpc, "a subnet stays in its VPC, which is not adopted")
			if t.name == "data" {
				needs(adoptedSubnetGroup, AdoptedSubnet(t.name, zone), "RDS takes no subnet from a group while a database is in it, and the group gets the data subnets")
			}
		}
	}
	needs(adoptedSubnetGroup, AdoptedVpc, "a group of subnets stays in its VPC, which is not adopted")
	needs(AdoptedDatabase, adoptedSubnetGroup, "RDS moves no database to another subnet group of the same VPC")
	if c.Rds.MajorUpgrade != "" && c.AdoptsDatabase() {
		c.report("rds.majorUpgrade", c.Rds.MajorUpgrade, "the database is adopted ("+full(adoptKey(AdoptedDatabase))+"), and the program never sends it a version",
			"remove it, and upgrade the database by hand before you set "+full("rds.engineVersion"))
	}
	needs(AdoptedDomain, AdoptedVpc, "a domain stays in its VPC, which is not adopted")
	for _, log := range []string{"postgresql", "upgrade"} {
		name := databaseLog(log)
		path, is := c.Adopt[name]
		database, has := c.Adopt[AdoptedDatabase]
		if want := fmt.Sprintf("/aws/rds/instance/%s/%s", database, log); is && has && path != want {
			c.report(adoptKey(name), path, "RDS writes this log of "+database+" to another group", "write "+want)
		}
		needs(name, AdoptedDatabase, "RDS writes the logs of a database to groups that are named after it")
	}
	for i, bucket := range bucketNames(c.Config) {
		// The copy is named after the bucket: components/data/storage_replica.go.
		const copied, bound = "-replica", 63
		name := "storage-" + bucket
		if id := c.Adopt[name]; c.Storage.ReplicaRegion != nil && len(id)+len(copied) > bound {
			c.report(adoptKey(name), id, fmt.Sprintf("the name of its copy, with %s behind it, is longer than %d characters", copied, bound),
				fmt.Sprintf("copy the objects into %s of the platform by hand, and remove this", full(element("storage.buckets", i))))
		}
	}
}

// Looked is what AWS said of an adopted resource, by the names of the outputs of the provider's function.
type Looked = map[string]any

// CheckAdopted returns an error if something that legops:adopt names is not as the program needs it: it would have to be replaced, or AWS would
// refuse a change in the middle of the update. Stack is <project>-<stack>.
func (c *Config) CheckAdopted(stack string, looked map[string]Looked) error {
	var problems Problems
	adopted := c.Adopted()
	for _, name := range slices.Sorted(maps.Keys(looked)) {
		a := adopted[name]
		if fix, is := drilled[a.Kind]; is && strings.HasPrefix(a.Physical(), stack+settings.Drills+"-") {
			problems = append(problems, a.Problem(fmt.Sprintf("what has a name that begins with %s%s- may be removed by restore drills", stack, settings.Drills), fix))
		}
		for _, f := range c.demands(stack, name, a) {
			if is := model.Values(looked[name]).Sprint(f.output); is != f.want {
				problems = append(problems, a.Problem(fmt.Sprintf("its %s is %s, and has to be %s", f.what, orNone(is), f.want), f.fix))
			}
		}
	}
	return problems.orNil()
}

// drilled are the kinds of what restore drills make and remove, with what to do about one that is there under such a name.
var drilled = map[*adoption.Kind]string{
	adoption.Bucket:   "leave it out: the program makes one, into which you copy the objects",
	adoption.Database: "rename it first: aws rds modify-db-instance --new-db-instance-identifier",
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

// demand is what an output of an adopted resource, by its path, has to be.
type demand struct{ output, what, want, fix string }

func (c *Config) demands(stack, name string, a Adopted) []demand {
	vpc := c.Adopt[AdoptedVpc]
	switch a.Kind {
	case adoption.Vpc:
		return []demand{
			{"cidrBlock", "range", c.Network.CIDR.String(), "set legops:network.cidr to the range that it has"},
			{"instanceTenancy", "tenancy", "default", "leave it where it is, and let the program make a VPC"},
		}
	case adoption.Subnet:
		cidr, zone := c.subnetOf(name)
		return []demand{
			{"vpcId", "VPC", vpc, "choose a subnet of the VPC that is adopted"},
			{"cidrBlock", "range", cidr.String(), "set the range in legops:network.subnets to the one that it has"},
			{"availabilityZoneId", "zone", zone, "choose a subnet in that zone, or change legops:network.availabilityZones"},
		}
	case adoption.Bucket:
		return []demand{{"region", "region", a.Region, "leave it out: the program makes one, into which you copy the objects"}}
	case adoption.Repository:
		application := strings.TrimPrefix(name, "registry-")
		return []demand{{"name", "name", stack + "/" + application, "leave it out, and copy the images: releases run images of repositories with that name alone"}}
	case adoption.Key:
		return []demand{
			{"keyManager", "manager", "CUSTOMER", "leave it out: nobody can change a key of AWS itself"},
			{"customerMasterKeySpec", "kind", "SYMMETRIC_DEFAULT", "leave it out: only symmetric keys encrypt what AWS stores"},
			{"keyUsage", "usage", "ENCRYPT_DECRYPT", "leave it out"},
			{"customKeyStoreId", "key store", "", "leave it out: the program has keys in the store of AWS alone"},
		}
	case adoption.Database:
		return []demand{
			{"engine", "engine", "postgres", "leave it out, and move the data: the program runs PostgreSQL"},
			{"storageEncrypted", "encryption", "true", "copy a snapshot of it with a key, restore that, and adopt what you restored: no database is ever encrypted in place"},
			{"dbSubnetGroup", "subnet group", c.Adopt[adoptedSubnetGroup], "set legops:adopt." + adoptedSubnetGroup + " to the one that it has"},
		}
	case adoption.SubnetGroup:
		return []demand{{"vpcId", "VPC", vpc, "choose the group of a database in the VPC that is adopted"}}
	case adoption.SearchDomain:
		return []demand{{"vpcOptions[0].vpcId", "VPC", vpc, "leave it out, and restore a snapshot of it: no domain moves to another VPC, or into one"}}
	case adoption.ParameterGroup:
		return []demand{{"family", "family", "postgres" + c.Rds.EngineVersion, "leave it out: the program makes a group for the version"}}
	}
	return nil
}

// subnetOf is the range and the zone of the subnet in a place.
func (c *Config) subnetOf(name string) (cidr netip.Prefix, zone string) {
	for _, t := range tiers(c) {
		for i, zone := range c.Network.AvailabilityZones {
			if AdoptedSubnet(t.name, zone) == name && i < len(t.ranges) {
				return t.ranges[i], zone
			}
		}
	}
	return netip.Prefix{}, ""
}
