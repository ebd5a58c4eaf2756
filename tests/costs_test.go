package tests

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/costs"
	"legops/internal/model"
	"legops/internal/recorder"
	"legops/internal/registered"
	"legops/stacks"
)

// estimates are of the previews of the three stacks: everything in them has a price.
func estimates(t *testing.T) map[string]costs.Estimate {
	t.Helper()
	all := map[string]costs.Estimate{}
	for _, stack := range stackNames {
		estimate, err := costs.Of(previews[stack](t), costs.Assumed[config(t, stack).Environment])
		require.NoError(t, err, stack)
		all[stack] = estimate
	}
	return all
}

func TestBudgetsAreAboveTheEstimates(t *testing.T) {
	for stack, estimate := range estimates(t) {
		assert.Greater(t, float64(config(t, stack).Monitoring.MonthlyBudgetUSD), estimate.USD(), stack)
	}
}

// What a component adds to a stack, or makes larger, makes it dearer by its price.
func TestEstimatesRiseWithTheStack(t *testing.T) {
	graph, traffic := previews["prod"](t), costs.Assumed[stacks.Production]
	before, err := costs.Of(graph, traffic)
	require.NoError(t, err)
	for _, c := range []struct {
		token, name string
		usd         float64
	}{
		{"aws:cloudwatch/metricAlarm:MetricAlarm", "alarms-database-cpu", 0.10},
		{"aws:cloudwatch/metricAlarm:MetricAlarm", "deployer-errors", 0.30}, // of three metrics
		{"aws:cloudwatch/compositeAlarm:CompositeAlarm", "alarms-database-critical", 0.50},
		{"aws:ec2/vpcEndpoint:VpcEndpoint", "network-endpoint-sts", 2 * 730 * 0.01},
		{"aws:kms/key:Key", "encryption-queues", 1},
		{"aws:s3/bucketMetric:BucketMetric", "storage-documents", 16 * 0.30},
		{"aws:s3/bucketReplicationConfig:BucketReplicationConfig", "storage-documents-replication", 4 * 0.30},
		{"aws:secretsmanager/secret:Secret", "app-portal-secret-session-key", 0.40},
		{"aws:wafv2/webAcl:WebAcl", "firewall", 5 + 5},                                                  // its requests are shared
		{"aws:rds/instance:Instance", "rds-instance", 2*(730*0.239+200*0.115+2*3.815) + 0.40 + 4*0.239}, // four hours a month of a restore drill
		{"aws:iam/role:Role", "backup-role-backup", 0},
	} {
		found := graph.Named(c.token, c.name)
		require.NotNil(t, found, c.name)
		second := *found
		second.URN = second.URN.Rename(c.name + "-second")
		after, err := costs.Of(model.NewGraph(append(slices.Clone(graph.Resources), &second)), traffic)
		require.NoError(t, err)
		assert.InDelta(t, c.usd, after.USD()-before.USD(), 0.0001, c.name)
	}
	// More pods need more nodes, whoever asks for them.
	larger := slices.Clone(graph.Resources)
	i := slices.IndexFunc(larger, func(r *model.Resource) bool { return r.Name() == "ingress-autoscaler" })
	autoscaler := *larger[i]
	autoscaler.Inputs = model.Values{"metadata": autoscaler.Get("metadata"), "spec": map[string]any{"minReplicas": 60.0, "scaleTargetRef": autoscaler.Get("spec.scaleTargetRef")}}
	larger[i] = &autoscaler
	after, err := costs.Of(model.NewGraph(larger), traffic)
	require.NoError(t, err)
	node := 730*0.1632 + 100*0.08
	more := (after.USD() - before.USD()) / node
	assert.GreaterOrEqual(t, more, 2.0)
	assert.InDelta(t, math.Round(more), more, 0.0001, "whole nodes")
}

// A key of the stack file reaches the estimate with its price.
func TestKeysOfTheStackFileHaveTheirPrice(t *testing.T) {
	of := func(r *recorder.Recorder) float64 {
		estimate, err := costs.Of(r.Graph(), costs.Assumed[stacks.Production])
		require.NoError(t, err)
		return estimate.USD()
	}
	before := of(registered.Real(t, root, "prod"))
	for key, c := range map[string]struct {
		change func(*stacks.Config)
		usd    float64
	}{
		"rds.multiAz":                 {func(cfg *stacks.Config) { cfg.Rds.MultiAz = false }, -(730*0.239 + 200*0.115 + 2*3.815)},
		"opensearch.dedicatedMasters": {func(cfg *stacks.Config) { cfg.OpenSearch.DedicatedMasters = nil }, -3 * 730 * 0.128},
	} {
		cfg := config(t, "prod")
		c.change(cfg)
		assert.InDelta(t, c.usd, of(registered.Stack(t, "prod", cfg))-before, 0.0001, key)
	}
}

// The nodes that the estimate finds in a preview are those that the stack file asks for, which the quotas count.
func TestEstimatesHaveTheNodesOfTheStackFile(t *testing.T) {
	for stack, estimate := range estimates(t) {
		counts, err := config(t, stack).NodesAtLeast()
		require.NoError(t, err)
		var nodes []int
		for _, line := range estimate {
			if line.Kind == "nodes" {
				nodes = append(nodes, int(line.Quantity/730))
			}
		}
		assert.Equal(t, counts[:], nodes, stack)
	}
}

// What is in the platform's own buckets is not counted, and that of the applications' buckets is.
func TestEstimatesCountTheBucketsOfApplications(t *testing.T) {
	for stack, estimate := range estimates(t) {
		counted := map[string]bool{}
		for _, line := range estimate {
			counted[line.Resource] = counted[line.Resource] || line.Kind == "documents"
		}
		want := map[string]bool{}
		for _, bucket := range config(t, stack).Storage.Buckets {
			want["storage-"+bucket.Name] = true
		}
		for _, r := range previews[stack](t).OfType("aws:s3/bucketV2:BucketV2") {
			assert.Equal(t, want[strings.TrimSuffix(r.Name(), "-replica")], counted[r.Name()], r.Name())
		}
	}
}

// costRow is a row of the document: what is paid for in every stack that has it.
type costRow struct {
	component, kind string
	of              map[string]costs.Estimate // by stack
}

// costRows are those of all stacks, by component.
func costRows(all map[string]costs.Estimate) []costRow {
	var rows []costRow
	for _, stack := range slices.Backward(stackNames) { // production has nearly everything
		for _, line := range all[stack] {
			i := slices.IndexFunc(rows, func(r costRow) bool { return r.component == line.Component && r.kind == line.Kind })
			if i < 0 {
				i = len(rows)
				rows = append(rows, costRow{line.Component, line.Kind, map[string]costs.Estimate{}})
			}
			rows[i].of[stack] = append(rows[i].of[stack], line)
		}
	}
	slices.SortStableFunc(rows, func(a, b costRow) int { return strings.Compare(a.component, b.component) })
	return rows
}

// cells are what the document shows of a row.
func (r costRow) cells() []string {
	var items, quantities, usd []string
	unit := ""
	for _, stack := range stackNames {
		quantity := 0.0
		for _, line := range r.of[stack] {
			if !slices.Contains(items, line.Item) {
				items = append(items, line.Item)
			}
			unit = line.Price.Unit
			quantity += line.Quantity
		}
		quantities = append(quantities, rounded(quantity))
		usd = append(usd, fmt.Sprintf("%.2f", r.of[stack].USD()))
	}
	return append([]string{r.component, r.kind, strings.Join(items, "; "), strings.Join(quantities, ", ") + " " + unit}, usd...)
}

func rounded(quantity float64) string {
	return strconv.FormatFloat(math.Round(quantity*10)/10, 'f', -1, 64)
}

// costTables are the estimate, with sums, and the prices it is made of.
func costTables(t *testing.T, all map[string]costs.Estimate) (estimate, sources [][]string) {
	t.Helper()
	rows := costRows(all)
	priced := map[string]bool{}
	component := map[string]costs.Estimate{} // by stack
	for i, row := range rows {
		estimate = append(estimate, row.cells())
		for _, stack := range stackNames {
			component[stack] = append(component[stack], row.of[stack]...)
			for _, line := range row.of[stack] {
				if !priced[line.Item] {
					priced[line.Item] = true
					usd := strconv.FormatFloat(line.Price.USD, 'f', -1, 64)
					sources = append(sources, []string{line.Item, usd, line.Price.Unit, line.Price.Source, line.Price.Date})
				}
			}
		}
		if i == len(rows)-1 || rows[i+1].component != row.component {
			estimate = append(estimate, sums("*"+row.component+"*", func(stack string) float64 { return component[stack].USD() }))
			component = map[string]costs.Estimate{}
		}
	}
	slices.SortFunc(sources, slices.Compare)
	return append(estimate,
		sums("**Estimate**", func(stack string) float64 { return all[stack].USD() }),
		sums("**Budget**", func(stack string) float64 { return float64(config(t, stack).Monitoring.MonthlyBudgetUSD) })), sources
}

// nodeTable is what the nodes of one zone cost, with their disks, where the estimate has as many as the least needs.
func nodeTable(t *testing.T, all map[string]costs.Estimate) [][]string {
	t.Helper()
	rows := [][]string{{"the fewest"}, {"estimated, first zone"}, {"estimated, second zone"}, {"the most"}}
	for _, stack := range stackNames {
		nodes := config(t, stack).Eks.Nodes
		counts, node := []int{nodes.MinSizePerZone}, 0.0
		for _, line := range all[stack] {
			if line.Component != "Eks" {
				continue
			}
			switch line.Kind {
			case "nodes":
				counts, node = append(counts, int(line.Quantity/730)), line.Price.USD*730
			case "disks":
				node += line.USD() / float64(counts[len(counts)-1])
			}
		}
		for i, count := range append(counts, nodes.MaxSizePerZone) {
			rows[i] = append(rows[i], fmt.Sprintf("%d: %.0f", count, float64(count)*node))
		}
	}
	return rows
}

func sums(name string, of func(stack string) float64) []string {
	row := []string{name, "", "", ""}
	for _, stack := range stackNames {
		row = append(row, fmt.Sprintf("**%.0f**", of(stack)))
	}
	return row
}

func TestCostsAreFresh(t *testing.T) {
	all := estimates(t)
	estimate, sources := costTables(t, all)
	var traffic [][]string
	for _, a := range []struct {
		what string
		of   func(costs.Traffic) float64
	}{
		{"Requests of visitors (million)", func(a costs.Traffic) float64 { return a.Requests }},
		{"Data to visitors (GB)", func(a costs.Traffic) float64 { return a.VisitorGB }},
		{"Load balancer capacity units, on average", func(a costs.Traffic) float64 { return a.CapacityUnits }},
		{"Data through NAT (GB)", func(a costs.Traffic) float64 { return a.NatGB }},
		{"Requests to the queues, polls among them (million)", func(a costs.Traffic) float64 { return a.Messages }},
		{"Documents in each bucket (GB)", func(a costs.Traffic) float64 { return a.DocumentGB }},
		{"Logs written to each log group, but for those of builds (GB)", func(a costs.Traffic) float64 { return a.LogGB }},
		{"Previews, updates and refreshes of the platform", func(a costs.Traffic) float64 { return a.Updates }},
		{"Releases of each application", func(a costs.Traffic) float64 { return a.Releases }},
	} {
		row := []string{a.what}
		for _, stack := range stackNames {
			row = append(row, strconv.FormatFloat(a.of(costs.Assumed[config(t, stack).Environment]), 'f', -1, 64))
		}
		traffic = append(traffic, row)
	}
	header := append([]string{""}, stackNames...)
	fresh(t, "docs/costs.md", `# What the accounts cost

Generated from the previews of the three stacks by `+"`make docs`"+`: what each type of resource costs by is the table in
`+"`internal/costs/rows.go`, with the prices in `internal/costs/prices.go` and the assumptions in `internal/costs/assumptions.go`"+`.
It is an estimate to choose budgets by and to compare changes with, not a quotation: the bill follows what is used.

## Estimate

USD a month in us-east-1, on demand, 730 hours, without free tier, taxes, discounts and commitments. The budget is
`+"`legops:monitoring.monthlyBudgetUsd`"+`.

`+markdown([]string{"Component", "What", "Paid as", "Quantity: dev, test, prod", "USD: dev", "test", "prod"}, estimate)+`
AWS Budgets tells `+"`legops:monitoring.alarmEmails`"+` at 80 % and 100 % of the budget, and when the forecast reaches it.

## Nodes of a zone

How many nodes the group of each zone has, and what they cost with their disks, USD a month:

`+markdown(header, nodeTable(t, all))+`
## Assumptions

What a preview does not say, a month:

`+markdown(header, traffic)+`
- Each zone has the nodes that its half of the least number of pods of every application, the ingress and the add-ons needs,
  beside what the nodes' own agents take (`+"`internal/capacity`"+`). Spot costs half of the price on demand.
- A hundredth of the data is new or changed each day, and backups hold that once more. The first copy of everything to another
  region is not in it.
- A build takes 10 minutes, the rest of a release 20; the pipeline's actions are paid for as long as they run.
- Builds on ARM are counted at the price of those on x86, which is somewhat higher.
- Logs are uncompressed. Each log group keeps them for as long as it is set to.
- An alarm is paid for by the metrics that it watches. S3 publishes 16 request metrics for a bucket, and 4 metrics for a rule of
  replication, all of which have values.
- The copies of buckets in another region are counted at the prices of us-east-1.

## Not counted

- Traffic between zones and regions, but for copies of backups; traffic through interface endpoints.
- Metrics of Container Insights and enhanced monitoring, which grow with pods and nodes; CloudWatch queries.
- Nodes beyond the least, storage of the database beyond the start, its own backups beyond the size of the database.
- What the stack does not create: the hosted zone, 0.50 USD a month, and the bucket and key of Pulumi's state.
- Requests to S3, KMS and Secrets Manager; older versions of documents; access logs and artifacts; older versions of KMS keys.
- Registry scans, CodeCommit beyond five users, load tests, restores, what drills restore of a bucket (200 GiB at most, once a month), support.

## Prices

Those from memory, from tables of others, or without a date have to be checked before money depends on them.

`+markdown([]string{"Item", "USD", "Unit", "Source", "Date"}, sources))
}
