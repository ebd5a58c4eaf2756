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
	"legops/internal/recorder"
	"legops/stacks"
)

// estimates are of the three stack files: everything in them has a price.
func estimates(t *testing.T) map[string]costs.Estimate {
	t.Helper()
	all := map[string]costs.Estimate{}
	for _, stack := range stackNames {
		estimate, err := costs.Of(config(t, stack))
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

// Any type of node may be had: all of them need a price, not only the first.
func TestEveryInstanceTypeHasAPrice(t *testing.T) {
	for _, stack := range stackNames {
		for _, instance := range config(t, stack).Eks.Nodes.InstanceTypes {
			cfg := config(t, stack)
			cfg.Eks.Nodes.InstanceTypes = []stacks.InstanceType{instance}
			_, err := costs.Of(cfg)
			assert.NoError(t, err, stack)
		}
	}
}

// What an estimate counts is what the program makes.
func TestEstimatesCountWhatThereIs(t *testing.T) {
	each(t, func(t *testing.T, cfg *stacks.Config, r *recorder.Recorder) {
		estimate, err := costs.Of(cfg)
		require.NoError(t, err)
		quantity := map[string]float64{}
		for _, line := range estimate {
			quantity[line.Item] += line.Quantity
		}
		assert.InDelta(t, len(r.OfType("aws:kms/key:Key")), quantity["KMS key"], 0, "keys")
		assert.InDelta(t, len(r.OfType("aws:secretsmanager/secret:Secret"))+1, quantity["secret"], 0, "secrets, and that of the database")
		assert.InDelta(t, len(r.OfType("aws:ec2/natGateway:NatGateway"))*730, quantity["NAT gateway"], 0, "NAT gateways")
		rules := r.One(t, "aws:wafv2/webAcl:WebAcl", "firewall").List("rules")
		assert.InDelta(t, len(rules), quantity["firewall, rule"], 0, "rules of the firewall")
		alarms := len(r.OfType("aws:cloudwatch/metricAlarm:MetricAlarm")) + len(r.OfType("aws:cloudwatch/compositeAlarm:CompositeAlarm"))
		assert.LessOrEqual(t, float64(alarms), quantity["alarm"], "alarms")
		assert.LessOrEqual(t, float64(len(r.OfType("aws:cloudwatch/dashboard:Dashboard"))), quantity["dashboard"], "dashboards")
	})
}

// costRow is a row of the document: what is paid for, in every stack that has it.
type costRow struct {
	component, kind string
	of              map[string]costs.Line // by stack
}

// costRows are those of all stacks, in the order of the estimate of production, which has everything.
func costRows(t *testing.T, all map[string]costs.Estimate) []costRow {
	t.Helper()
	var rows []costRow
	for _, line := range all["prod"] {
		rows = append(rows, costRow{line.Component, line.Kind, map[string]costs.Line{}})
	}
	for stack, estimate := range all {
		for _, line := range estimate {
			i := slices.IndexFunc(rows, func(r costRow) bool { return r.component == line.Component && r.kind == line.Kind })
			require.GreaterOrEqual(t, i, 0, "%s: %s is not in production", line.Component, line.Kind)
			require.NotContains(t, rows[i].of, stack, "%s: %s is there twice", line.Component, line.Kind)
			rows[i].of[stack] = line
		}
	}
	return rows
}

// cells are what the document shows of a row.
func (r costRow) cells() []string {
	var items, quantities, usd []string
	unit := ""
	for _, stack := range stackNames {
		line, there := r.of[stack]
		if there && !slices.Contains(items, line.Item) {
			items = append(items, line.Item)
		}
		if there {
			unit = line.Price.Unit
		}
		quantities = append(quantities, rounded(line.Quantity))
		usd = append(usd, fmt.Sprintf("%.2f", line.USD()))
	}
	return append([]string{r.component, r.kind, strings.Join(items, "; "), strings.Join(quantities, ", ") + " " + unit}, usd...)
}

func rounded(quantity float64) string {
	return strconv.FormatFloat(math.Round(quantity*10)/10, 'f', -1, 64)
}

// costTables are the estimate, with sums, and the prices it is made of.
func costTables(t *testing.T) (estimate, sources [][]string) {
	t.Helper()
	all := estimates(t)
	rows := costRows(t, all)
	priced := map[string]bool{}
	for i, row := range rows {
		estimate = append(estimate, row.cells())
		if i == len(rows)-1 || rows[i+1].component != row.component {
			estimate = append(estimate, sums("*"+row.component+"*", func(stack string) float64 { return all[stack].Component(row.component) }))
		}
		for _, stack := range stackNames {
			if line, there := row.of[stack]; there && !priced[line.Item] {
				priced[line.Item] = true
				usd := strconv.FormatFloat(line.Price.USD, 'f', -1, 64)
				sources = append(sources, []string{line.Item, usd, line.Price.Unit, line.Price.Source, line.Price.Date})
			}
		}
	}
	return append(estimate,
		sums("**Estimate**", func(stack string) float64 { return all[stack].USD() }),
		sums("**Budget**", func(stack string) float64 { return float64(config(t, stack).Monitoring.MonthlyBudgetUSD) })), sources
}

// nodeTable is what the nodes of one zone cost, with their disks, where the estimate has as many as the least needs.
func nodeTable(t *testing.T) [][]string {
	t.Helper()
	rows := [][]string{{"the fewest"}, {"estimated, first zone"}, {"estimated, second zone"}, {"the most"}}
	all := estimates(t)
	for _, stack := range stackNames {
		estimate, nodes := all[stack], config(t, stack).Eks.Nodes
		price := map[string]float64{}
		for _, line := range estimate {
			price[line.Kind] = line.Price.USD
		}
		node := price["nodes in the first zone"]*730 + price["disks of the nodes"]*float64(nodes.DiskGiB)
		counts, err := config(t, stack).NodesAtLeast()
		require.NoError(t, err)
		for i, count := range []int{nodes.MinSizePerZone, counts[0], counts[1], nodes.MaxSizePerZone} {
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
	estimate, sources := costTables(t)
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
		{"Documents kept (GB)", func(a costs.Traffic) float64 { return a.DocumentGB }},
		{"Logs written (GB)", func(a costs.Traffic) float64 { return a.LogGB }},
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

Generated from the three stack files, the prices in `+"`internal/costs/prices.go` and the assumptions in `internal/costs/assumptions.go`"+`
by `+"`make docs`"+`. It is an estimate to choose budgets by and to compare changes with, not a quotation: the bill follows what is used.

## Estimate

USD a month in us-east-1, on demand, 730 hours, without free tier, taxes, discounts and commitments. The budget is
`+"`legops:monitoring.monthlyBudgetUsd`"+`.

`+markdown([]string{"Component", "What", "Paid as", "Quantity: dev, test, prod", "USD: dev", "test", "prod"}, estimate)+`
AWS Budgets tells `+"`legops:monitoring.alarmEmails`"+` at 80 % and 100 % of the budget, and when the forecast reaches it.

## Nodes of a zone

How many nodes the group of each zone has, and what they cost with their disks, USD a month:

`+markdown(header, nodeTable(t))+`
## Assumptions

What a stack file does not say, a month:

`+markdown(header, traffic)+`
- Each zone has the nodes that its half of the least number of pods of every application, the ingress and the add-ons needs,
  beside what the nodes' own agents take (`+"`internal/capacity`"+`). Spot costs half of the price on demand.
- A hundredth of the data is new or changed each day, and backups hold that once more. The first copy of everything to another
  region is not in it.
- A build takes 10 minutes, the rest of a release 20; the pipeline's actions are paid for as long as they run.
- Builds on ARM are counted at the price of those on x86, which is somewhat higher.
- Logs are kept for as long as those of applications, uncompressed.
- Alarms are about 150.

## Not counted

- Traffic between zones and regions, but for copies of backups; traffic through interface endpoints.
- Metrics of Container Insights and enhanced monitoring, which grow with pods and nodes; CloudWatch queries.
- Nodes beyond the least, storage of the database beyond the start, its own backups beyond the size of the database.
- Requests to S3, KMS and Secrets Manager; older versions of documents; access logs and artifacts; older versions of KMS keys.
- Registry scans, CodeCommit beyond five users, load tests, restores, support.

## Prices

Those from memory, from tables of others, or without a date have to be checked before money depends on them.

`+markdown([]string{"Item", "USD", "Unit", "Source", "Date"}, sources))
}
