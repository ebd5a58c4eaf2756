package operations

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/internal/kit"
)

// The events of a pipeline's executions, as CodePipeline reports them ("Monitoring CodePipeline events" in its user guide): the
// pipeline's own, and those of the source action, whose result names the revision. done and broken are 1 where the
// pipeline itself succeeded or failed; at is when, in milliseconds.
const pipelineEvents = "filter `detail-type` = 'CodePipeline Pipeline Execution State Change' or (detail.type.category = 'Source' and detail.state = 'SUCCEEDED')" +
	" | fields strcontains(`detail-type`, 'Pipeline Execution') as whole, detail.pipeline as pipeline, `detail.execution-id` as execution," +
	" `detail.execution-result.external-execution-id` as commit, toMillis(@timestamp) as at" +
	" | fields whole * strcontains(detail.state, 'SUCCEEDED') as done, whole * strcontains(detail.state, 'FAILED') as broken"

// leadMinutes is how long an execution took, from the commit's arrival to its end.
const leadMinutes = "(max(at) - min(at)) / 60000"

// The questions of the delivery dashboard, to the log of deliveries. What stats does not define is gone after it, and a
// second one sees nothing that was made of the first's: so what a table shows is computed in stats itself.
const (
	// deployedQuery: what is deployed, since when, by which revision, and how long its way took from arriving in the account.
	// Only limit may follow dedup, so that the columns stay as stats makes them.
	deployedQuery = pipelineEvents +
		" | stats sortsLast(commit) as revision, fromMillis(max(at)) as since, " + leadMinutes + " as leadMinutes, max(done) as deployed by pipeline, execution" +
		" | filter deployed = 1 | sort since desc | dedup pipeline"
	// releasesQuery: the latest releases and how they ended.
	releasesQuery = pipelineEvents +
		" | stats fromMillis(min(at)) as arrived, sortsLast(commit) as revision, max(done) as deployed, max(broken) as failed, " + leadMinutes + " as minutes by pipeline, execution" +
		" | sort arrived desc | limit 50 | display arrived, pipeline, revision, deployed, failed, minutes"
	// failuresQuery: how often each pipeline failed, and how long a release takes that does not.
	failuresQuery = pipelineEvents +
		" | stats max(done) as deployed, max(broken) as failed, max(done) * " + leadMinutes + " as minutes by pipeline, execution" +
		" | stats sum(deployed) as releases, sum(failed) as failures, sum(minutes) / sum(deployed) as averageLeadMinutes, max(minutes) as longestLeadMinutes by pipeline" +
		" | sort pipeline asc"
	// deploymentsQuery: deployments that failed or were stopped, and the reverts that CodeDeploy made of them.
	deploymentsQuery = "filter source = 'aws.codedeploy' and detail.state in ['FAILURE', 'STOP']" +
		" | fields @timestamp as at, detail.application as application, detail.state as state, detail.deploymentId as deployment" +
		" | sort at desc | limit 50"
)

// DeliveryWindow is how far the delivery dashboard looks back: four weeks, since an application may be released rarely.
// Its tables can have no window of their own: the body knows start and end of a dashboard and of graphs, not of log widgets
// ("Dashboard Body Structure and Syntax" in the CloudWatch API reference).
const DeliveryWindow = "-P4W"

// DeliveryDashboardArgs are what the delivery dashboard shows.
type DeliveryDashboardArgs struct {
	// Group is the log group of DeliveryLog.
	Group pulumi.StringInput
	// Pipelines, Builds and Mirrors are the names of pipelines and of CodeBuild projects, by application.
	Pipelines, Builds, Mirrors map[string]pulumi.StringInput
	// Alarms are the alarms of delivery.
	Alarms []pulumi.StringInput
}

// DeliveryRows are the delivery dashboard: for each application what is deployed, since when, by which revision, how long it
// took, and what failed.
func DeliveryRows(a DeliveryDashboardArgs) []Row {
	counted := func(namespace, metric, dimension, statistic string, names map[string]pulumi.StringInput) []Series {
		var all []Series
		for _, application := range kit.SortedKeys(names) {
			all = append(all, Series{Label: application, Metric: Metric{
				Namespace: namespace, Name: metric, Statistic: statistic, Dimensions: pulumi.StringMap{dimension: names[application]},
			}})
		}
		return all
	}
	rows := []Row{
		Heading("# Delivery\nWhat is deployed, by which revision, and how it got there. Lead time counts from the commit's arrival in the account; a mirror brings it within minutes of its push."),
		{Height: 3, Widgets: []Widget{AlarmStatus{Title: "Alarms of delivery", Arns: a.Alarms}}},
		{Height: 8, Widgets: []Widget{
			LogTable{Title: "Deployed now: application, revision, since when, lead time in minutes", Group: a.Group, Query: deployedQuery},
			LogTable{Title: "Releases, failures, and lead time in minutes, by application", Group: a.Group, Query: failuresQuery},
		}},
		{Height: 8, Widgets: []Widget{LogTable{Title: "The latest releases, how they ended, and their duration in minutes", Group: a.Group, Query: releasesQuery}}},
		{Height: 6, Widgets: []Widget{LogTable{Title: "Deployments that failed or were stopped", Group: a.Group, Query: deploymentsQuery}}},
	}
	for _, part := range [][]Graph{{
		{Title: "Pipelines that failed", Unit: "executions", Series: counted("AWS/CodePipeline", "FailedPipelineExecutions", "PipelineName", "Sum", a.Pipelines), Period: 3600},
		{Title: "Builds that failed", Unit: "builds", Series: counted("AWS/CodeBuild", "FailedBuilds", "ProjectName", "Sum", a.Builds), Period: 3600},
		{Title: "Duration of builds", Unit: "seconds", Series: counted("AWS/CodeBuild", "Duration", "ProjectName", "Average", a.Builds), Period: 3600},
	}, {
		{Title: "Mirrors that failed", Unit: "runs", Series: counted("AWS/CodeBuild", "FailedBuilds", "ProjectName", "Sum", a.Mirrors), Period: 3600},
		{Title: "Copies that mirrors made", Unit: "runs", Series: counted("AWS/CodeBuild", "SucceededBuilds", "ProjectName", "Sum", a.Mirrors), Period: 3600},
	}} {
		row := Row{Height: 6}
		for _, graph := range part {
			if len(graph.Series) > 0 {
				row.Widgets = append(row.Widgets, graph)
			}
		}
		if len(row.Widgets) > 0 {
			rows = append(rows, row)
		}
	}
	return rows
}

// byName are series of one metric, one for each of several names of a dimension.
func byName(names []string, of func(name string) Metric) []Series {
	var all []Series
	for _, name := range names {
		all = append(all, Series{Metric: of(name), Label: name})
	}
	return all
}

// percent is how a limit in per cent is named.
func percent(value int) *Limit {
	return &Limit{Label: fmt.Sprintf("alarm: %d %%", value), Value: float64(value)}
}
