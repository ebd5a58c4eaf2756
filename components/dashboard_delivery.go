package components

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// The events of a pipeline's executions, as CodePipeline reports them ("Monitoring CodePipeline events" in its user guide): the
// pipeline's own, and those of the source action, whose result names the revision. done, begun and broken are 1 where
// the pipeline itself succeeded, started or failed.
const pipelineEvents = "filter `detail-type` = 'CodePipeline Pipeline Execution State Change' or detail.type.category = 'Source' and detail.state = 'SUCCEEDED'" +
	" | fields strcontains(`detail-type`, 'Pipeline Execution') as whole, detail.pipeline as pipeline, `detail.execution-id` as execution," +
	" `detail.execution-result.external-execution-id` as commit," +
	" whole * strcontains(detail.state, 'SUCCEEDED') as done, whole * strcontains(detail.state, 'FAILED') as broken, toMillis(@timestamp) as at"

// The questions of the delivery dashboard, to the log of deliveries.
const (
	// deployedQuery: what is deployed, since when, by which revision, and how long its way took from arriving in the account.
	deployedQuery = pipelineEvents +
		" | stats max(done) as deployed, sortsLast(commit) as revision, min(at) as arrived, max(at) as finished by pipeline, execution" +
		" | filter deployed = 1 | sort finished desc | dedup pipeline" +
		" | display pipeline, revision, fromMillis(finished) as since, (finished - arrived) / 60000 as leadMinutes"
	// releasesQuery: the latest releases and how they ended.
	releasesQuery = pipelineEvents +
		" | stats max(done) as deployed, max(broken) as failed, sortsLast(commit) as revision, min(at) as arrived, max(at) as finished by pipeline, execution" +
		" | sort arrived desc | limit 50" +
		" | display fromMillis(arrived) as arrivedAt, pipeline, revision, deployed, failed, (finished - arrived) / 60000 as minutes"
	// failuresQuery: how often each pipeline failed, and how long a release takes that does not.
	failuresQuery = pipelineEvents +
		" | stats max(done) as deployed, max(broken) as failed, min(at) as arrived, max(at) as finished by pipeline, execution" +
		" | fields deployed * (finished - arrived) / 60000 as minutes" +
		" | stats sum(deployed) as releases, sum(failed) as failures, sum(minutes) / sum(deployed) as averageLeadMinutes, max(minutes) as longestLeadMinutes by pipeline" +
		" | sort pipeline asc"
	// deploymentsQuery: deployments that failed or were stopped, and the reverts that CodeDeploy made of them.
	deploymentsQuery = "filter source = 'aws.codedeploy' and detail.state in ['FAILURE', 'STOP']" +
		" | fields @timestamp as at, detail.application as application, detail.state as state, detail.deploymentId as deployment" +
		" | sort at desc | limit 50"
)

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
		for _, application := range sortedKeys(names) {
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
