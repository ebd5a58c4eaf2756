package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/infra"
	"legops/internal/architecture"
	"legops/internal/checkout"
	"legops/internal/componentdocs"
	"legops/stacks"
)

// fresh compares a generated document with the committed one: make docs rewrites it.
func fresh(t *testing.T, path, got string) {
	t.Helper()
	path = filepath.Join(root, path)
	if os.Getenv("UPDATE_DOCS") != "" {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
		return
	}
	if diff := cmp.Diff(strings.Split(checkout.Read(t, path), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s is stale (-committed +generated): run make docs\n%s", path, diff)
	}
}

// markdown is a table.
var markdown = componentdocs.Table

func TestConnectivityMatrixIsFresh(t *testing.T) {
	var rows, unneeded [][]string
	for _, flow := range infra.Flows {
		ports := "all"
		if flow.Port > 0 {
			ports = fmt.Sprint(flow.Port)
		}
		if flow.ToPort > flow.Port {
			ports += fmt.Sprintf("-%d", flow.ToPort)
		}
		by := flow.OpenedBy
		if by == "" {
			by = "rules"
		}
		if row := []string{flow.From, flow.To, ports, flow.Protocol, by, flow.Why}; flow.Unneeded {
			unneeded = append(unneeded, row)
		} else {
			rows = append(rows, row)
		}
	}
	fresh(t, "docs/connectivity.md", `# Who may talk to whom

Generated from the table `+"`Flows` in `infra/connectivity.go`"+` by `+"`make docs`"+`. The security-group rules of the platform are made
from it: for each line that `+"`rules`"+` open, one where it starts and one where it ends. The other lines are open already, by whom
the table says. Beside it there is only what applications declare:

| From | To | Port | Declared by |
| --- | --- | --- | --- |
| ingress | each application | its port | its `+"`path` and `port`"+` |
| an application | another | the other's port | its `+"`calls`"+` |
| an application | database | 5432 | its `+"`database`"+` |
| an application | search | 443 | its `+"`search`"+` |
| an application | networks of the internet | a port | its `+"`connects`"+` |

`+"`make prove`"+` searches what was deployed for any other connection. A stack without a bastion, a load test, a runner or public access to its
cluster lacks their lines.

`+markdown([]string{"From", "To", "Port", "Protocol", "Opened by", "Why"}, rows)+`
Nodes are the nodes, the pods of add-ons, the autoscaler, and the control plane: one security group is on all of them. It is on the
pods of applications and ingress, too, but network policies close those in both directions but for the lines that name them.

## Open, although nobody needs it

What somebody else opens and the platform cannot close:

`+markdown([]string{"From", "To", "Port", "Protocol", "Opened by", "What keeps it open"}, unneeded)+`
By the port of its own node an application reaches the ingress, and through it the paths of every other application, without `+"`calls`"+`,
past CloudFront and its firewall, and with any address of a visitor that it cares to name
([decision 0011](decisions/0011-one-way-in.md)).

## AWS services

Generated from `+"`EndpointUses` in `stacks/endpoints.go`"+`: who calls which service from inside the VPC. Where a stack lists the
service in `+"`legops:network.interfaceEndpoints`"+`, the call stays inside; else it goes by NAT. A service that nothing in the stack
calls is refused. S3 has a gateway endpoint in every stack.

`+markdown([]string{"Service", "Who calls it", "Inside the VPC in"}, endpointUses(t))+`
Each endpoint has a policy (`+"`components/foundation/network_endpointpolicies.go`"+`), but for that of `+"`eks-auth`"+`, of which no source says that it takes
one. An interface endpoint lets through requests with credentials of the account, and no others: a pod cannot use a stranger's. That of STS lets
through the tokens of GitHub's jobs, too, for roles of the account. The gateway endpoint of S3 lets the account's credentials through to the
account's buckets, and reads of five buckets of others, from which nodes and instances install: layers of images in ECR and in registry.k8s.io,
Amazon Linux, the agents of CodeDeploy and Systems Manager. So a stranger's bucket of the same region is out of reach, whatever the credentials;
one of another region, like all that is public, is reached by NAT. What an endpoint refuses, AWS explains with "because no VPC endpoint policy
allows the action"; an application that needs others' buckets in its own region needs them in that policy.

Not in the list, since nothing calls them: `+"`ec2messages`"+`, to which the agent of Systems Manager falls back only where it may not use
`+"`ssmmessages`"+`; `+"`git-codecommit`"+`, since mirrors are builds outside of the VPC. The agent of CodeDeploy asks for work by
`+"`codedeploy-commands-secure`"+` where the stack has that endpoint: its setting (`+"`enable_auth_policy`"+`) and its rights come with it. Where
it has not, the agent has neither, and reaches `+"`codedeploy-commands`"+` by NAT.
`)
}

// endpointUses are the services that something in the VPC calls, and the stacks that have an endpoint for them.
func endpointUses(t *testing.T) [][]string {
	t.Helper()
	var rows [][]string
	for _, service := range stacks.EndpointServices() {
		var callers, there []string
		for _, use := range stacks.EndpointUses {
			if use.Service == service {
				callers = append(callers, use.By+": "+use.Why)
			}
		}
		for _, stack := range stackNames {
			if slices.Contains(config(t, stack).Network.InterfaceEndpoints, service) {
				there = append(there, stack)
			}
		}
		rows = append(rows, []string{"`" + string(service) + "`", strings.Join(callers, "; "), strings.Join(there, ", ")})
	}
	return rows
}

// difference is a line of the comparison of the accounts.
type difference struct {
	what string
	of   func(*stacks.Config) any
}

// differences are how the accounts differ, by the reason.
var differences = []struct {
	group string
	rows  []difference
}{
	{"Availability", []difference{
		{"NAT gateways", func(c *stacks.Config) any { return c.Network.NatGateways }},
		{"Database standby in the other zone", func(c *stacks.Config) any { return yes(c.Rds.MultiAz) }},
		{"Search nodes in both zones", func(c *stacks.Config) any { return yes(c.OpenSearch.ZoneAware) }},
		{"Dedicated search masters", func(c *stacks.Config) any {
			if c.OpenSearch.DedicatedMasters == nil {
				return 0
			}
			return c.OpenSearch.DedicatedMasters.Count
		}},
		{"Nodes", func(c *stacks.Config) any {
			return strings.ReplaceAll(strings.ToLower(string(c.Eks.Nodes.CapacityType)), "_", " ")
		}},
		{"Second copy of the buckets", func(c *stacks.Config) any {
			if c.Storage.ReplicaRegion == nil {
				return "no"
			}
			return "in " + string(*c.Storage.ReplicaRegion)
		}},
	}},
	{"Size", []difference{
		{"Node type, first choice", func(c *stacks.Config) any { return string(c.Eks.Nodes.InstanceTypes[0]) }},
		{"Number of nodes in each zone", func(c *stacks.Config) any {
			return fmt.Sprintf("%d to %d", c.Eks.Nodes.MinSizePerZone, c.Eks.Nodes.MaxSizePerZone)
		}},
		{"Pods of the ingress", func(c *stacks.Config) any {
			return fmt.Sprintf("%d to %d", c.Ingress.MinReplicas, c.Ingress.MaxReplicas)
		}},
		{"Pods of an application", func(c *stacks.Config) any {
			return fmt.Sprintf("%d to %d", c.Applications[0].MinReplicas, c.Applications[0].MaxReplicas)
		}},
		{"Database class", func(c *stacks.Config) any { return string(c.Rds.InstanceClass) }},
		{"Database storage (GiB)", func(c *stacks.Config) any { return fmt.Sprintf("%d to %d", c.Rds.StorageGiB, c.Rds.MaxStorageGiB) }},
		{"Search nodes", func(c *stacks.Config) any {
			return fmt.Sprintf("%d %s", c.OpenSearch.DataNodes, c.OpenSearch.InstanceType)
		}},
		{"CloudFront locations", func(c *stacks.Config) any { return string(c.Cdn.PriceClass) }},
		{"Monthly budget (USD)", func(c *stacks.Config) any { return c.Monitoring.MonthlyBudgetUSD }},
	}},
	{"Protection", []difference{
		{"Deletion protection", func(c *stacks.Config) any { return yes(c.DeletionProtection) }},
		{"Cluster endpoint from outside", func(c *stacks.Config) any {
			if len(c.Eks.PublicAccessCIDRs) == 0 {
				return "closed"
			}
			return fmt.Sprint(c.Eks.PublicAccessCIDRs)
		}},
		{"AWS services inside the VPC (interface endpoints)", func(c *stacks.Config) any { return len(c.Network.InterfaceEndpoints) }},
		{"Firewall", func(c *stacks.Config) any { return c.Cdn.Firewall.Mode + "s" }},
		{"Requests in five minutes and address", func(c *stacks.Config) any { return c.Cdn.Firewall.RateLimit }},
		{"HSTS (days)", func(c *stacks.Config) any { return fmt.Sprintf("%.4g", float64(c.Cdn.Hsts.MaxAgeSeconds)/86400) }},
		{"Backups are locked", func(c *stacks.Config) any {
			switch {
			case c.Backup.Lock == nil:
				return "no"
			case c.Backup.Lock.ChangeableForDays == nil:
				return "until the lock is lifted"
			default:
				return "for good"
			}
		}},
		{"Evidence cannot be deleted for (days)", func(c *stacks.Config) any {
			for _, bucket := range c.Storage.Buckets {
				if bucket.ObjectLock != nil {
					return bucket.ObjectLock.Days
				}
			}
			return 0
		}},
	}},
	{"Retention (days)", []difference{
		{"Database backups", func(c *stacks.Config) any { return c.Rds.BackupRetentionDays }},
		{"Backups in the vault", func(c *stacks.Config) any { return c.Backup.RetentionDays }},
		{"Their copies in another region", func(c *stacks.Config) any {
			if c.Backup.CopyRetentionDays == nil {
				return "none"
			}
			return *c.Backup.CopyRetentionDays
		}},
		{"Performance Insights", func(c *stacks.Config) any { return c.Rds.PerformanceInsightsRetentionDays }},
		{"Flow logs", func(c *stacks.Config) any { return int(c.Network.FlowLogRetention) }},
		{"Control-plane logs", func(c *stacks.Config) any { return int(c.Eks.LogRetention) }},
		{"Application logs", func(c *stacks.Config) any { return int(c.Monitoring.LogRetention) }},
		{"Access logs", func(c *stacks.Config) any { return c.Storage.LogRetentionDays }},
		{"Replaced and deleted documents", func(c *stacks.Config) any { return c.Storage.Buckets[0].NoncurrentRetentionDays }},
		{"Messages in queues", func(c *stacks.Config) any { return c.Queues[0].RetentionSeconds / 86400 }},
		{"Images of an application, built and released each (number)", func(c *stacks.Config) any { return c.Registry.KeepImages }},
	}},
	{"Release", []difference{
		{"Branch", func(c *stacks.Config) any { return "`" + c.Pipeline.Branch + "`" }},
		{"A person's approval", func(c *stacks.Config) any { return yes(c.Pipeline.ManualApproval) }},
		{"Load test", func(c *stacks.Config) any { return yes(c.Pipeline.LoadTest) }},
		{"Watched before it counts as good (minutes)", func(c *stacks.Config) any { return c.Pipeline.BakeMinutes }},
	}},
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func TestEnvironmentsAreFresh(t *testing.T) {
	var configs []*stacks.Config
	for _, stack := range stackNames {
		configs = append(configs, config(t, stack))
	}
	text := "# The accounts\n\nGenerated from the three stack files by `make docs`. The program is the same for all; this is all that differs\n" +
		"between them beside names, addresses and the settings of applications.\n"
	for _, group := range differences {
		var rows [][]string
		apart := 0
		for _, d := range group.rows {
			row := []string{d.what}
			for _, cfg := range configs {
				row = append(row, fmt.Sprint(d.of(cfg)))
			}
			rows = append(rows, row)
			assert.False(t, row[1] == row[2] && row[2] == row[3], "%s is the same in all accounts", d.what)
			if row[3] != row[1] && row[3] != row[2] {
				apart++
			}
		}
		assert.NotZero(t, apart, "%s: production has to differ from both others", group.group)
		text += "\n## " + group.group + "\n\n" + markdown(append([]string{""}, stackNames...), rows)
	}
	fresh(t, "docs/environments.md", text)
}

func TestArchitectureIsFresh(t *testing.T) {
	for stack, path := range map[string]string{"prod": "docs/architecture.svg", "dev": "docs/architecture-dev.svg"} {
		fresh(t, path, architecture.Draw(previews[stack](t), stack).SVG())
	}
}

func TestComponentPagesAreFresh(t *testing.T) {
	var previewed []componentdocs.Stack
	for _, stack := range stackNames {
		previewed = append(previewed, componentdocs.Stack{Name: stack, Graph: previews[stack](t)})
	}
	pages, err := componentdocs.Pages(root, previewed)
	require.NoError(t, err)
	folder := filepath.Join(root, "docs", "components")
	require.NoError(t, os.MkdirAll(folder, 0o755))
	for name, text := range pages {
		fresh(t, filepath.Join("docs", "components", name+".md"), text)
	}
	there, err := os.ReadDir(folder)
	require.NoError(t, err)
	for _, file := range there {
		if pages[strings.TrimSuffix(file.Name(), ".md")] != "" {
			continue
		}
		if os.Getenv("UPDATE_DOCS") != "" {
			require.NoError(t, os.Remove(filepath.Join(folder, file.Name())))
			continue
		}
		assert.Fail(t, "docs/components/"+file.Name()+" is of no component: run make docs")
	}
}
