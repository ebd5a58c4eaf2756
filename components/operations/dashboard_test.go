package operations_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components/internal/componenttest"
	"legops/components/operations"
	"legops/internal/insights"
	"legops/internal/settings"
)

const typeDashboard = "aws:cloudwatch/dashboard:Dashboard"

func dashboard(rows ...operations.Row) componenttest.Construct {
	return func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
		_, err := operations.NewDashboard(ctx, "dashboard", &operations.DashboardArgs{Name: "legops-test", Location: componenttest.Location, Window: "-P3D", Rows: rows}, opts...)
		return err
	}
}

// inputs are values to look at, by name.
func inputs(names ...string) map[string]pulumi.StringInput {
	all := map[string]pulumi.StringInput{}
	for _, name := range names {
		all[name] = pulumi.String("of-" + name)
	}
	return all
}

// dashboards are those of the platform, of two applications.
func dashboards() map[string][]operations.Row {
	name, arn := pulumi.String("x"), pulumi.String("arn:x")
	queues := map[string]string{"signing": "legops-signing.fifo", "trace": "legops-trace.fifo"}
	thresholds := settings.Thresholds{
		CdnErrorPercent: 5, BlockedRequests: 7, LatencyMilliseconds: 1500, NodeCPUPercent: 81,
		DatabaseConnectionsPercent: 50, DatabaseFreeStoragePercent: 15, SearchFreeStoragePercent: 25,
	}
	return map[string][]operations.Row{
		"platform": operations.PlatformRows(operations.PlatformDashboardArgs{
			Alarms:        []pulumi.StringInput{arn},
			Edge:          operations.EdgeAlarmArgs{DistributionID: name, WebACL: name, CertificateArn: name, Thresholds: thresholds},
			Balancer:      operations.BalancerAlarmArgs{LoadBalancer: name, TargetGroup: name, CertificateArn: name, Thresholds: thresholds},
			Cluster:       operations.ClusterAlarmArgs{ClusterName: name, Applications: []string{"matters", "portal"}, Thresholds: thresholds},
			Database:      operations.DatabaseAlarmArgs{Identifier: name, Rds: settings.Rds{InstanceClass: "db.m7g.large", StorageGiB: 100}, Thresholds: thresholds},
			Search:        operations.SearchAlarmArgs{DomainName: name, Account: "111122223333", OpenSearch: settings.OpenSearch{VolumeGiB: 100}, Thresholds: thresholds},
			NatGatewayIDs: inputs("euw1-az1"), Queues: queues, DeadLetters: queues, QueueAgeSeconds: 900,
		}),
		"delivery": operations.DeliveryRows(operations.DeliveryDashboardArgs{
			Group: name, Pipelines: inputs("matters", "portal"), Builds: inputs("matters"), Mirrors: inputs("matters"), Alarms: []pulumi.StringInput{arn},
		}),
	}
}

// place is what the tests look at in a widget.
type place struct {
	Type                string
	X, Y, Width, Height int
	Properties          struct {
		Title, Markdown, Query, Region string
		Metrics                        [][]any
		Annotations                    struct{ Horizontal []struct{ Value float64 } }
	}
}

// schemaOfDashboards is the documented structure.
func schemaOfDashboards(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := os.ReadFile("testdata/dashboard.schema.json")
	require.NoError(t, err)
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource("dashboard.schema.json", document))
	schema, err := compiler.Compile("dashboard.schema.json")
	require.NoError(t, err)
	return schema
}

// Both dashboards keep to the documented structure, and nothing on them lies over something else or goes by another's title.
func TestDashboardsKeepToTheDocumentedStructure(t *testing.T) {
	schema := schemaOfDashboards(t)
	for name, rows := range dashboards() {
		text := componenttest.Record(t, dashboard(rows...)).One(t, typeDashboard, "dashboard").Get("dashboardBody").(string)
		body, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		require.NoError(t, err)
		require.NoError(t, schema.Validate(body), name)
		var parsed struct{ Widgets []place }
		require.NoError(t, json.Unmarshal([]byte(text), &parsed))
		taken, titles := map[string]bool{}, map[string]bool{}
		for _, w := range parsed.Widgets {
			assert.LessOrEqual(t, w.X+w.Width, 24, w.Properties.Title)
			for x := range w.Width {
				for y := range w.Height {
					cell := fmt.Sprint(w.X+x, " ", w.Y+y)
					assert.False(t, taken[cell], "%s lies over something at %s", w.Properties.Title, cell)
					taken[cell] = true
				}
			}
			title := w.Properties.Title + w.Properties.Markdown
			assert.False(t, titles[title], "%s is there twice", title)
			titles[title] = true
			for _, line := range w.Properties.Metrics {
				assert.Zero(t, (len(line)-1)%2, "%s: %v has a dimension without a value", title, line)
			}
			if w.Type == "log" {
				assert.NoError(t, insights.Check(w.Properties.Query), title)
			}
		}
	}
}

// A body that is not as documented does not pass.
func TestDashboardSchemaRefusesMistakes(t *testing.T) {
	schema := schemaOfDashboards(t)
	good := componenttest.Record(t, dashboard(dashboards()["platform"]...)).One(t, typeDashboard, "dashboard").Get("dashboardBody").(string)
	for name, replace := range map[string][2]string{
		"a kind": {`"type":"metric"`, `"type":"graph"`}, "a width": {`"width":24`, `"width":25`}, "no title": {`"title":"Nodes"`, `"title":""`},
		"a statistic": {`"stat":"Sum"`, `"stat":"Total"`}, "an unknown property": {`"stacked":false`, `"piled":false`},
		"no unit": {`"label":"nodes","min"`, `"min"`}, "a region": {`"region":"us-east-1"`, `"region":"Global"`}, "no alarms": {`"alarms":["arn:x"]`, `"alarms":[]`},
		"a period": {`"period":300`, `"period":90`}, "a number for a dimension": {`"QueueName","legops-signing.fifo"`, `"QueueName",7`},
	} {
		require.Contains(t, good, replace[0], name)
		body, err := jsonschema.UnmarshalJSON(strings.NewReader(strings.Replace(good, replace[0], replace[1], 1)))
		require.NoError(t, err, name)
		assert.Error(t, schema.Validate(body), name)
	}
}

// Graphs show where their alarms go off, and what an application's are of.
func TestPlatformDashboardShowsLimits(t *testing.T) {
	text := componenttest.Record(t, dashboard(dashboards()["platform"]...)).One(t, typeDashboard, "dashboard").Get("dashboardBody").(string)
	var parsed struct{ Widgets []place }
	require.NoError(t, json.Unmarshal([]byte(text), &parsed))
	limits := map[string]float64{}
	for _, w := range parsed.Widgets {
		for _, line := range w.Properties.Annotations.Horizontal {
			limits[w.Properties.Title] = line.Value
		}
		if strings.HasSuffix(w.Properties.Title, "firewall") {
			assert.Equal(t, "us-east-1", w.Properties.Region)
		}
	}
	for title, limit := range map[string]float64{
		"Answers with an error, CloudFront": 5, "Requests at the firewall": 7, "Time to answer": 1.5, "Processor of nodes": 81, "Connections": 450,
		"Free storage of the database": 15 << 30, "Free storage of search nodes": 25600, "Age of the oldest message": 900,
	} {
		assert.InDelta(t, limit, limits[title], 0.001, title)
	}
	assert.Contains(t, text, `["ContainerInsights","replicas_ready","ClusterName","x","Namespace","matters","PodName","matters",{"label":"matters","stat":"Minimum"}]`)
}

// Every question that people have of delivery is on its dashboard: what, when, which revision, how long, what failed.
func TestDeliveryDashboardAnswers(t *testing.T) {
	text := componenttest.Record(t, dashboard(dashboards()["delivery"]...)).One(t, typeDashboard, "dashboard").Get("dashboardBody").(string)
	for _, answer := range []string{"as revision", "as since", "as leadMinutes", "as failures", "as releases", "FailedPipelineExecutions", `"Duration"`} {
		assert.Contains(t, text, answer)
	}
	assert.Contains(t, text, `"start":"-P3D"`)
	queries := regexp.MustCompile(`"query":"([^"]+)"`).FindAllStringSubmatch(text, -1)
	assert.Len(t, queries, 4)
	for _, query := range queries {
		assert.True(t, strings.HasPrefix(query[1], "SOURCE 'x' | "), query[1])
	}
}

func TestDashboardBehaves(t *testing.T) {
	componenttest.Behaves(t, "legops:components:Dashboard", "dashboard", dashboard(operations.Heading("# Hello")))
}

func TestDashboardRefuses(t *testing.T) {
	wide := operations.Row{Height: 3, Widgets: slices.Repeat([]operations.Widget{operations.Text("a")}, 25)}
	componenttest.Refuses(t, dashboard(), "Rows is empty")
	for _, window := range []string{"", "PT12H", "-P0W", "-PT4W", "-PT90S", "-P4W2D"} {
		componenttest.Refuses(t, func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
			_, err := operations.NewDashboard(ctx, "dashboard", &operations.DashboardArgs{
				Name: "legops-test", Location: componenttest.Location, Window: window, Rows: []operations.Row{operations.Heading("a")},
			}, opts...)
			return err
		}, fmt.Sprintf("Window %q must be such as -PT12H or -P4W", window))
	}
	componenttest.Refuses(t, dashboard(wide, operations.Row{Widgets: []operations.Widget{operations.Text("a")}}), "row 0 has 25 widgets, must be 1 to 24", "row 1 has no height")
	componenttest.Refuses(t, dashboard(slices.Repeat([]operations.Row{operations.Heading("a")}, 501)...), "there are 501 widgets, CloudWatch takes 500")
}

var deliveryLog = componenttest.Of("delivery", operations.NewDeliveryLog)

// What pipelines and deployments report is kept, encrypted and for a time.
func TestDeliveryLog(t *testing.T) {
	args := operations.DeliveryLogArgs{Name: "legops-test", Location: componenttest.Location, KeyArn: pulumi.String("logs-key"), Retention: 90, Protect: true}
	r := componenttest.Behaves(t, "legops:components:DeliveryLog", "delivery", deliveryLog(args))
	group := r.One(t, "aws:cloudwatch/logGroup:LogGroup", "delivery")
	componenttest.Expect(t, group, map[string]any{"name": "/aws/events/legops-test-delivery", "kmsKeyId": "logs-key", "retentionInDays": 90.0})
	assert.True(t, group.Protect)
	allowed := r.One(t, "aws:cloudwatch/logResourcePolicy:LogResourcePolicy", "delivery")
	statements := componenttest.PolicyOf(t, allowed, "policyDocument").Statement
	require.Len(t, statements, 1)
	assert.Equal(t, []string{"events.amazonaws.com", "delivery.logs.amazonaws.com"}, statements[0].Principal.Service)
	assert.Equal(t, []string{"arn:aws:logs:eu-west-1:111122223333:log-group:/aws/events/legops-test-delivery:*"}, statements[0].Resource)
	assert.JSONEq(t, `{
		"source": ["aws.codepipeline", "aws.codedeploy"],
		"detail-type": ["CodePipeline Pipeline Execution State Change", "CodePipeline Action Execution State Change", "CodeDeploy Deployment State-change Notification"]
	}`, r.One(t, "aws:cloudwatch/eventRule:EventRule", "delivery").Get("eventPattern").(string))
	target := r.One(t, "aws:cloudwatch/eventTarget:EventTarget", "delivery")
	assert.Contains(t, target.DependsOn, allowed.URN)
	componenttest.Refuses(t, deliveryLog(operations.DeliveryLogArgs{}), "Name is missing", "KeyArn is missing", "Location.Account")
}
