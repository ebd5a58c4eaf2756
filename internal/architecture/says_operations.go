package architecture

import (
	"fmt"
	"net/url"
	"path"
	"strings"
)

// variableOf is an environment variable of a build project.
func variableOf(project Resource, name string) string {
	for i := range project.list("environment.environmentVariables") {
		if at := fmt.Sprintf("environment.environmentVariables.%d.", i); project.text(at+"name") == name {
			return project.text(at + "value")
		}
	}
	return ""
}

func github(g *Graph, _ []Resource) []string {
	for _, project := range g.all("aws:codebuild/project:Project", "Mirror") {
		if source, err := url.Parse(variableOf(project, "SOURCE_URL")); err == nil {
			return []string{path.Dir(strings.TrimPrefix(source.Path, "/")) + "/*", "branch " + variableOf(project, "BRANCH")}
		}
	}
	return nil
}

func mirror(g *Graph, made []Resource) []string {
	lines := []string{count(len(made), "CodeBuild project")}
	for _, rule := range g.all("aws:cloudwatch/eventRule:EventRule", "Mirror") {
		if every := rule.text("scheduleExpression"); every != "" {
			every = strings.TrimSuffix(strings.TrimPrefix(every, "rate("), ")")
			return append(lines, "on a push, and every "+every)
		}
	}
	return lines
}

func repositories(_ *Graph, made []Resource) []string {
	return []string{count(len(made), "repository"), "a copy of GitHub"}
}

func pipelines(g *Graph, _ []Resource) []string {
	made := g.all("aws:codepipeline/pipeline:Pipeline")
	var stages []string
	for i := range made[0].list("stages") {
		stages = append(stages, made[0].text(fmt.Sprintf("stages.%d.name", i)))
	}
	return []string{count(len(made), "pipeline") + ":", strings.Join(stages, ", ")}
}

func registry(g *Graph, made []Resource) []string {
	lines := []string{count(len(made), "repository"), "in " + g.region(made[0].Provider)}
	if made[0].text("imageTagMutability") == "IMMUTABLE" {
		lines = append(lines, "tags never move")
	}
	return lines
}

func loadTest(_ *Graph, made []Resource) []string {
	return []string{count(len(made), "CodeBuild project"), "takes the way of a browser"}
}

func onCall(_ *Graph, made []Resource) []string {
	addresses := map[string]bool{}
	for _, subscription := range made {
		addresses[subscription.text("endpoint")] = true
	}
	n := len(addresses)
	if n == 1 {
		return []string{"1 address"}
	}
	return []string{fmt.Sprintf("%d addresses", n)}
}

func topics(_ *Graph, made []Resource) []string {
	return []string{count(len(made), "topic"), "critical and warning"}
}

func alarms(g *Graph, _ []Resource) []string {
	lines := []string{fmt.Sprintf("%d of metrics", len(g.all("aws:cloudwatch/metricAlarm:MetricAlarm")))}
	if composite := g.all("aws:cloudwatch/compositeAlarm:CompositeAlarm"); len(composite) > 0 {
		lines = append(lines, fmt.Sprintf("%d composite", len(composite)))
	}
	return lines
}

func logs(g *Graph, _ []Resource) []string {
	lines := []string{count(len(g.all("aws:cloudwatch/logGroup:LogGroup")), "log group")}
	if dashboards := g.all("aws:cloudwatch/dashboard:Dashboard"); len(dashboards) > 0 {
		lines = append(lines, count(len(dashboards), "dashboard"))
	}
	return lines
}

func vault(g *Graph, _ []Resource) []string {
	for _, plan := range g.all("aws:backup/plan:Plan") {
		return []string{"daily, kept " + plan.text("rules.0.lifecycle.deleteAfter") + " days", "database, buckets, volumes"}
	}
	return nil
}

func vaultCopy(g *Graph, _ []Resource) []string {
	for _, plan := range g.all("aws:backup/plan:Plan") {
		return []string{"kept " + plan.text("rules.0.copyActions.0.lifecycle.deleteAfter") + " days"}
	}
	return nil
}

func keys(_ *Graph, made []Resource) []string {
	return []string{count(len(made), "key"), "for all data"}
}

func budget(_ *Graph, made []Resource) []string {
	return []string{made[0].text("limitAmount") + " " + made[0].text("limitUnit"), "a month"}
}
