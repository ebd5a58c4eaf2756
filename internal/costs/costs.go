// Package costs estimates what a stack costs in a month, from its stack file, a table of prices and assumptions about
// its traffic.
package costs

import (
	"errors"
	"fmt"
	"math"

	"legops/stacks"
)

// pricedRegion is the region of the prices.
const pricedRegion = "us-east-1"

// Line is one item of an estimate.
type Line struct {
	// Component is the part of the platform that the item belongs to.
	Component string
	// Kind is what it is there, such as nodes; the same for every stack, and once in a component.
	Kind string
	// Item is what has the price, such as m7g.large.
	Item string
	// Quantity is how many units a month.
	Quantity float64
	// Price is that of a unit.
	Price Price
}

// USD is what the line costs in a month.
func (l Line) USD() float64 { return l.Quantity * l.Price.USD }

// Estimate is what a stack costs in a month.
type Estimate []Line

// USD is the sum of the lines.
func (e Estimate) USD() float64 {
	sum := 0.0
	for _, line := range e {
		sum += line.USD()
	}
	return sum
}

// Component is the sum of the lines of a component.
func (e Estimate) Component(name string) float64 {
	sum := 0.0
	for _, line := range e {
		if line.Component == name {
			sum += line.USD()
		}
	}
	return sum
}

// Of estimates a stack. It is an error if something has no price; the error names all of it.
func Of(cfg *stacks.Config) (Estimate, error) {
	if cfg.Region != pricedRegion {
		return nil, fmt.Errorf("%s:region: %s: has no prices in internal/costs, only %s has", stacks.Project, cfg.Region, pricedRegion)
	}
	e := &estimator{Config: cfg, traffic: Assumed[cfg.Environment]}
	for _, part := range []func(){
		e.network, e.cluster, e.database, e.search, e.storage, e.backup, e.edge, e.delivery, e.operations,
	} {
		part()
	}
	return e.lines, errors.Join(e.unknown...)
}

// estimator collects the lines.
type estimator struct {
	*stacks.Config
	traffic   Traffic
	component string
	lines     Estimate
	unknown   []error
}

// add puts a line under the current component; one of nothing is left out.
func (e *estimator) add(kind, item string, quantity float64) {
	price, known := priceOf(item)
	if !known {
		e.unknown = append(e.unknown, fmt.Errorf("%s: %s has no price: add it to internal/costs/prices.go", e.component, item))
	} else if quantity != 0 {
		e.lines = append(e.lines, Line{e.component, kind, item, quantity, price})
	}
}

// spot makes the last line one at the price of Spot.
func (e *estimator) spot() {
	line := &e.lines[len(e.lines)-1]
	line.Item += ", Spot"
	line.Price.USD *= spotShare
	line.Price.Source = fmt.Sprintf("%g of the price on demand, assumed", spotShare)
}

func (e *estimator) network() {
	e.component = "network"
	gateways := float64(e.Network.NatGateways)
	e.add("NAT gateways", "NAT gateway", gateways*hours)
	e.add("data through NAT", "NAT gateway, data", e.traffic.NatGB)
	endpoints := float64(len(e.Network.InterfaceEndpoints))
	e.add("interface endpoints in both zones", "interface endpoint in a zone", endpoints*zones*hours)
	addresses := gateways + balancerAddresses
	if e.Bastion.Enabled {
		addresses++
		e.add("bastion", string(e.Bastion.InstanceType), hours)
		e.add("disk of the bastion", "EBS gp3 volume", instanceGB)
	}
	e.add("addresses", "public IPv4 address", addresses*hours)
}

func (e *estimator) cluster() {
	e.component = "cluster"
	group := e.Eks.Nodes
	e.add("control plane", "EKS control plane", hours)
	counts, err := e.NodesAtLeast()
	if err != nil {
		e.unknown = append(e.unknown, fmt.Errorf("%s: %w", e.component, err))
		return
	}
	disks := 0
	for i, zone := range []string{"first", "second"} {
		e.add("nodes in the "+zone+" zone", string(group.InstanceTypes[0]), float64(counts[i])*hours)
		if group.CapacityType == stacks.Spot {
			e.spot()
		}
		disks += counts[i] * group.DiskGiB
	}
	e.add("disks of the nodes", "EBS gp3 volume", float64(disks))
}

// databaseCPUs are the virtual CPUs of the database.
func (e *estimator) databaseCPUs() float64 {
	class, times, _ := relative(databaseCPUs, e.Rds.InstanceClass)
	return times * databaseCPUs[class]
}

func (e *estimator) database() {
	e.component = "database"
	instances := 1.0
	if e.Rds.MultiAz {
		instances = 2
	}
	e.add("instance, and standby", string(e.Rds.InstanceClass), instances*hours)
	e.add("storage of both", "RDS gp3 storage", instances*float64(e.Rds.StorageGiB))
	if e.Rds.PerformanceInsightsRetentionDays > 7 { // seven days are free
		e.add("insights", "Performance Insights, 24 months", instances*e.databaseCPUs())
	}
}

func (e *estimator) search() {
	e.component = "search"
	nodes := float64(e.OpenSearch.DataNodes)
	e.add("data nodes", string(e.OpenSearch.InstanceType), nodes*hours)
	if masters := e.OpenSearch.DedicatedMasters; masters != nil {
		e.add("dedicated masters", string(masters.InstanceType), float64(masters.Count)*hours)
	}
	e.add("volumes", "OpenSearch gp3 volume", nodes*float64(e.OpenSearch.VolumeGiB))
}

func (e *estimator) storage() {
	e.component = "queues and buckets"
	e.add("requests to queues", "FIFO queue requests", e.traffic.Messages)
	e.add("documents", "S3 Standard", e.traffic.DocumentGB)
	if e.Storage.ReplicaRegion != nil {
		e.add("their copies", "S3 Standard", e.traffic.DocumentGB)
	}
}

func (e *estimator) backup() {
	e.component = "backup"
	keep := func(of string, days int) {
		held := 1 + dailyChange*float64(days)
		e.add(of+" of buckets", "S3 backup", e.traffic.DocumentGB*held)
		e.add(of+" of the database", "RDS snapshot", float64(e.Rds.StorageGiB)*held)
	}
	keep("backups", e.Backup.RetentionDays)
	if days := e.Backup.CopyRetentionDays; days != nil {
		keep("copies", *days)
		const daysOfMonth = hours / 24.0
		daily := (e.traffic.DocumentGB + float64(e.Rds.StorageGiB)) * dailyChange
		e.add("copying", "copy of a backup, between regions", daily*daysOfMonth)
	}
}

func (e *estimator) edge() {
	e.component = "edge"
	e.add("load balancer", "Application Load Balancer", hours)
	e.add("its capacity", "load balancer capacity unit", e.traffic.CapacityUnits*hours)
	e.add("data to visitors", "CloudFront, data to visitors", e.traffic.VisitorGB)
	e.add("requests", "CloudFront, HTTPS requests", e.traffic.Requests)
	e.add("firewall", "firewall, web ACL", 1)
	rules := firewallRules
	if e.LoadTest != nil {
		rules++
	}
	e.add("its rules", "firewall, rule", float64(rules))
	e.add("its requests", "firewall, requests", e.traffic.Requests)
	e.add("domain", "hosted zone", 1)
}

func (e *estimator) delivery() {
	e.component = "delivery"
	applications := float64(len(e.Applications))
	releases := applications * e.traffic.Releases
	e.add("images", "container images", applications*keptImages*float64(e.Registry.KeepImages)*imageGB)
	e.add("builds", string(e.Pipeline.ComputeType), releases*buildMinutes)
	comparisons := applications * math.Floor(hours*60/float64(e.Pipeline.MirrorMinutes))
	e.add("mirrors", "BUILD_GENERAL1_SMALL", comparisons*mirrorMinutes)
	if e.Runner != nil {
		e.add("runner", string(e.Runner.ComputeType), e.traffic.Updates*updateMinutes)
	}
	e.add("pipelines", "pipeline actions", releases*(buildMinutes+releaseMinutes))
	e.add("deployer", string(e.Pipeline.DeployerInstanceType), hours)
	e.add("disk of the deployer", "EBS gp3 volume", instanceGB)
}

func (e *estimator) operations() {
	e.component = "operations"
	count := keys
	if e.Storage.ReplicaRegion != nil {
		count++
	}
	if e.Backup.CopyRetentionDays != nil {
		count++
	}
	e.add("keys", "KMS key", float64(count))
	secrets := 1 // the password of the database
	if e.LoadTest != nil {
		secrets++
	}
	for _, application := range e.Applications {
		secrets += len(application.Secrets)
	}
	e.add("secrets", "secret", float64(secrets))
	e.add("logs written", "logs, ingested", e.traffic.LogGB)
	e.add("logs kept", "logs, kept", e.traffic.LogGB*float64(e.Monitoring.LogRetention)*24/hours)
	e.add("alarms, about", "alarm", alarms)
	e.add("dashboards", "dashboard", dashboards)
}
