package proposal

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"legops/internal/adoption"
	"legops/internal/adoption/inventory"
	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/stacks"
)

// database proposes the database that can be adopted, with its groups and logs.
func (f *finder) database() *adoption.Existing {
	var fit []adoption.Existing
	for _, e := range f.of(catalogue.Database) {
		major, _, _ := strings.Cut(text(e, "engineVersion"), ".")
		switch {
		case text(e, "engine") != "postgres":
			f.refuse(e, "runs %s, and the program PostgreSQL: move the data", text(e, "engine"))
		case text(e, "storageEncrypted") != "true":
			f.refuse(e, "is not encrypted, and no database is ever encrypted in place: copy a snapshot of it with a key (aws rds copy-db-snapshot --kms-key-id), "+
				"restore that, move over, and adopt the restored one")
		case major > f.cfg.Rds.EngineVersion:
			f.refuse(e, "runs PostgreSQL %s, newer than legops:rds.engineVersion, %s, and no version goes back: set that to %s", text(e, "engineVersion"), f.cfg.Rds.EngineVersion, major)
		case major < f.cfg.Rds.EngineVersion:
			f.refuse(e, "runs PostgreSQL %s, and is taken over as it is: set legops:rds.engineVersion to %s, or upgrade it first", text(e, "engineVersion"), major)
		default:
			fit = append(fit, e)
		}
	}
	e, is := f.best("rds-instance", fit)
	if !is {
		return nil
	}
	return &e
}

// vpc proposes the VPC of the database, or else the one with the range of the stack file, or the only one.
func (f *finder) vpc(database *adoption.Existing) *adoption.Existing {
	id, because := "", ""
	var all []adoption.Existing
	for _, e := range f.of(catalogue.Vpc) {
		switch {
		case e.Name == "default VPC":
			f.refuse(e, "is the default VPC, whose subnets are all public")
		case e.Region != string(f.cfg.Region):
			f.refuse(e, "is in %s, and the stack in %s", e.Region, f.cfg.Region)
		default:
			all = append(all, e)
			if text(e, "cidrBlock") == f.cfg.Network.CIDR.String() {
				id, because = e.ID, "it has the range of legops:network.cidr"
			}
		}
	}
	if database != nil {
		if group, is := f.one(catalogue.DatabaseSubnetGroup, text(*database, "dbSubnetGroupName")); is {
			for _, subnet := range model.Values(group.Inputs).Texts("subnetIds") {
				if in, is := f.one(catalogue.Subnet, subnet); is {
					id, because = text(in, "vpcId"), "the database "+database.ID+" is in it"
				}
			}
		}
	}
	if id == "" && len(all) == 1 {
		id, because = all[0].ID, "it is the only one"
	}
	for _, e := range all {
		if e.ID != id {
			f.refuse(e, "the program has one VPC, and another one fits better")
			continue
		}
		vpc, err := netip.ParsePrefix(text(e, "cidrBlock"))
		if err != nil || vpc.Bits() < 16 || vpc.Bits() > 20 {
			f.refuse(e, "its range, %s, is not /16 to /20", text(e, "cidrBlock"))
			return nil
		}
		if vpc != f.cfg.Network.CIDR {
			f.edit("network.cidr", vpc.String(), "the range of "+e.ID)
		}
		f.take(stacks.AdoptedVpc, e, because, "what in it uses the default security group loses its rules, which the program closes")
		return &e
	}
	return nil
}

// tiers are the tiers of subnets, with words by which people call them and the longest prefix that the program takes.
var tiers = []struct {
	name     string
	words    []string
	smallest int
}{
	{"data", []string{"data", "db", "database", "rds"}, 26},
	{"application", []string{"application", "app", "private", "apps"}, 22},
	{"public", []string{"public", "dmz", "web"}, 26},
}

// subnets proposes the subnets of a VPC: those of the database's group as the data tier, the others by range or by name. Then it proposes the
// database, if it can stay where it is.
func (f *finder) subnets(vpc, database *adoption.Existing) {
	var group adoption.Existing
	if database != nil {
		group, _ = f.one(catalogue.DatabaseSubnetGroup, text(*database, "dbSubnetGroupName"))
	}
	if vpc == nil {
		if database != nil {
			f.refuse(*database, "its VPC cannot be adopted, and no database moves to another by itself")
		}
		return
	}
	var found int
	for _, tier := range tiers {
		for i, zone := range f.cfg.Network.AvailabilityZones {
			e, because := f.subnetOf(*vpc, group, tier.name, tier.words, i, zone)
			if e == nil {
				continue
			}
			cidr, err := netip.ParsePrefix(text(*e, "cidrBlock"))
			if err != nil || cidr.Bits() > tier.smallest {
				f.refuse(*e, "its range, %s, is smaller than /%d, which a subnet for %s has to be", text(*e, "cidrBlock"), tier.smallest, tier.name)
				continue
			}
			if f.take(stacks.AdoptedSubnet(tier.name, zone), *e, because) {
				if cidr != f.ranges(tier.name)[i] {
					f.edit(fmt.Sprintf("network.subnets.%s[%d]", tier.name, i), cidr.String(), "the range of "+e.ID)
				}
				if tier.name == "data" && slices.Contains(model.Values(group.Inputs).Texts("subnetIds"), e.ID) {
					found++
				}
			}
		}
	}
	for _, e := range f.of(catalogue.Subnet) {
		if text(e, "vpcId") == vpc.ID && !f.taken[key(e)] {
			f.refuse(e, "no tier of the program in its zone is left for it; it stays as it is, and its range is not free")
		}
	}
	if database == nil {
		return
	}
	if found < len(f.cfg.Network.AvailabilityZones) || f.foreign(group, *vpc) {
		f.refuse(*database, "its subnet group, %s, has subnets that are not the data subnets of legops:network.availabilityZones, and RDS takes none from a group that is in use: "+
			"choose its zones there, or move it to such a group first", group.ID)
		f.refuse(group, "the database in it is not adopted")
		return
	}
	f.takeDatabase(*database, group)
}

// foreign says whether a group has a subnet that is none of the adopted ones.
func (f *finder) foreign(group, _ adoption.Existing) bool {
	return slices.ContainsFunc(model.Values(group.Inputs).Texts("subnetIds"), func(id string) bool { return !f.taken[catalogue.Subnet+" "+id] })
}

func (f *finder) takeDatabase(database, group adoption.Existing) {
	if !f.take("rds-instance", database, "it is the only database that runs PostgreSQL "+f.cfg.Rds.EngineVersion+", encrypted") {
		return
	}
	f.take("rds-subnets", group, "the database "+database.ID+" is in it")
	if parameters, is := f.one(catalogue.DatabaseParameterGroup, text(database, "parameterGroupName")); is {
		if family := "postgres" + f.cfg.Rds.EngineVersion; text(parameters, "family") != family {
			f.refuse(parameters, "is for %s, and the program needs %s", text(parameters, "family"), family)
		} else {
			f.take("rds-parameters", parameters, "the database "+database.ID+" has it")
		}
	}
	for _, log := range []string{"postgresql", "upgrade"} {
		if e, is := f.one(catalogue.LogGroup, fmt.Sprintf("/aws/rds/instance/%s/%s", database.ID, log)); is {
			f.take("rds-log-"+log, e, "RDS writes the log of "+database.ID+" to it")
		}
	}
}

// subnetOf finds the subnet of a VPC for a tier in a zone.
func (f *finder) subnetOf(vpc, group adoption.Existing, tier string, words []string, i int, zone string) (*adoption.Existing, string) {
	var named []adoption.Existing
	for _, e := range f.of(catalogue.Subnet) {
		if text(e, "vpcId") != vpc.ID || text(e, "availabilityZoneId") != zone || f.taken[key(e)] {
			continue
		}
		switch {
		case tier == "data" && slices.Contains(model.Values(group.Inputs).Texts("subnetIds"), e.ID):
			return &e, "it is in the subnet group of the database"
		case text(e, "cidrBlock") == f.ranges(tier)[i].String():
			return &e, "it has the range of the stack file"
		case slices.ContainsFunc(words, func(word string) bool { return mentions(e.Name, word) }):
			named = append(named, e)
		}
	}
	if e, is := f.best(stacks.AdoptedSubnet(tier, zone), named); is {
		return &e, fmt.Sprintf("it is called %s", e.Name)
	}
	return nil, ""
}

func (f *finder) ranges(tier string) []netip.Prefix {
	s := f.cfg.Network.Subnets
	return map[string][]netip.Prefix{"data": s.Data, "application": s.Application, "public": s.Public}[tier]
}

func (f *finder) domain(vpc *adoption.Existing) {
	var fit []adoption.Existing
	for _, e := range f.of(catalogue.SearchDomain) {
		in := model.Values(e.Inputs)
		subnets := in.Texts("vpcOptions.subnetIds")
		switch {
		case len(subnets) == 0:
			f.refuse(e, "has a public endpoint, and no domain moves into a VPC: restore a snapshot of it into the program's")
		case vpc == nil || !f.within(subnets, vpc.ID):
			f.refuse(e, "is in another VPC than the program's, and no domain moves: restore a snapshot of it")
		case !in.Flag("encryptAtRest.enabled"):
			f.refuse(e, "is not encrypted at rest: restore a snapshot of it")
		default:
			fit = append(fit, e)
		}
	}
	if e, is := f.best("opensearch-domain", fit); is {
		var unsure []string
		if version := text(e, "engineVersion"); version != string(f.cfg.OpenSearch.Version) {
			unsure = append(unsure, fmt.Sprintf("it runs %s, and legops:opensearch.version is %s", version, f.cfg.OpenSearch.Version))
		}
		f.take("opensearch-domain", e, "it is the only one in the VPC", unsure...)
	}
}

// within says whether subnets are in a VPC.
func (f *finder) within(subnets []string, vpc string) bool {
	return !slices.ContainsFunc(subnets, func(id string) bool {
		e, is := f.one(catalogue.Subnet, id)
		return !is || text(e, "vpcId") != vpc
	})
}

// called are those of a type, in a region, whose names mention a word.
func (f *finder) called(token, region, word string) (found []adoption.Existing) {
	for _, e := range f.of(token) {
		switch {
		case !mentions(e.Name, word) || f.taken[key(e)]:
		case e.Region != region:
			f.refuse(e, "is in %s, and has to be in %s: copy what is in it", e.Region, region)
		default:
			found = append(found, e)
		}
	}
	return found
}

func (f *finder) buckets() {
	for _, b := range f.cfg.Storage.Buckets {
		name := "storage-" + b.Name
		if e, is := f.best(name, f.called(catalogue.Bucket, f.places[name].Region, b.Name)); is {
			f.take(name, e, "its name mentions "+b.Name)
		}
	}
}

// dead are words by which people call dead-letter queues.
var dead = []string{"dead", "dlq", "deadletter", "dead-letter"}

func (f *finder) queues() {
	for _, e := range f.of(catalogue.Queue) {
		if !strings.HasSuffix(e.Name, ".fifo") {
			f.refuse(e, "is no FIFO queue, and never becomes one: drain it")
		}
	}
	for _, q := range f.cfg.Queues {
		var live, failed []adoption.Existing
		for _, e := range f.called(catalogue.Queue, string(f.cfg.Region), q.Name) {
			if !strings.HasSuffix(e.Name, ".fifo") {
				continue
			}
			if slices.ContainsFunc(dead, func(word string) bool { return mentions(e.Name, word) }) {
				failed = append(failed, e)
			} else {
				live = append(live, e)
			}
		}
		name := "queues-" + q.Name
		if e, is := f.best(name, live); is {
			f.take(name, e, "its name mentions "+q.Name)
		}
		if e, is := f.best(name+"-dead", failed); is {
			f.take(name+"-dead", e, "its name mentions "+q.Name+", and that it is for dead letters")
		}
	}
}

func (f *finder) repositories() {
	for _, a := range f.cfg.Applications {
		wanted := f.name + "/" + a.Name
		if e, is := f.one(catalogue.ImageRepository, wanted); is {
			f.take("registry-"+a.Name, e, "it has the name that the program gives it")
		}
	}
	for _, e := range f.of(catalogue.ImageRepository) {
		f.refuse(e, "releases run images of repositories called %s/<application> alone, and no repository changes its name: copy the images", f.name)
	}
}

func (f *finder) certificates() {
	domain := f.cfg.Domain.Name
	for _, place := range []struct {
		name  string
		names []string
	}{{"certificates-regional", []string{domain, stacks.OriginName(domain)}}, {"certificates-global", []string{domain}}} {
		var fit []adoption.Existing
		for _, e := range f.of(catalogue.Certificate) {
			has := append(model.Values(e.Inputs).Texts("subjectAlternativeNames"), text(e, "domainName"))
			lacks := slices.ContainsFunc(place.names, func(name string) bool { return !slices.Contains(has, name) })
			if e.Region == f.places[place.name].Region && !f.taken[key(e)] && !lacks {
				fit = append(fit, e)
			}
		}
		if e, is := f.best(place.name, fit); is {
			f.take(place.name, e, "it is for "+strings.Join(place.names, " and "))
		}
	}
	for _, e := range f.of(catalogue.Certificate) {
		f.refuse(e, "is not for the names that the program needs: it requests new ones, which cost nothing")
	}
}

// has says whether a place has been given something.
func (f *finder) has(place string) bool {
	return slices.ContainsFunc(f.p.Lines, func(line Line) bool { return line.Name == place })
}

// keys proposes the keys of what is adopted.
func (f *finder) keys() {
	for _, e := range f.of(catalogue.Key) {
		if strings.HasPrefix(e.Name, inventory.AWSKeys) {
			f.refuse(e, "is AWS's own; what it encrypts stays under it")
		}
	}
	for _, of := range []struct{ place, token, input string }{
		{"encryption-database", catalogue.Database, "kmsKeyId"}, {"encryption-search", catalogue.SearchDomain, "encryptAtRest.kmsKeyId"},
		{"encryption-queues", catalogue.Queue, "kmsMasterKeyId"},
	} {
		for _, e := range f.of(of.token) {
			id := text(e, of.input)
			if k, is := f.one(catalogue.Key, id[strings.LastIndexByte(id, '/')+1:]); is && f.taken[key(e)] && !f.has(of.place) && f.why[key(k)] == "" {
				f.take(of.place, k, e.ID+" is encrypted with it")
			}
		}
	}
}
