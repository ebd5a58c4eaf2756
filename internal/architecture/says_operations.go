package architecture

import (
	"fmt"
	"net/url"
	"path"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// variableOf is an environment variable of a build project.
func variableOf(project *model.Resource, name string) string {
	for _, variable := range project.Objects("environment.environmentVariables") {
		if variable.Text("name") == name {
			return variable.Text("value")
		}
	}
	return ""
}

func github(g *model.Graph, _ []*model.Resource) []string {
	for _, project := range g.OfType(catalogue.BuildProject, "Mirror") {
		if source, err := url.Parse(variableOf(project, "SOURCE_URL")); err == nil {
			return []string{path.Dir(strings.TrimPrefix(source.Path, "/")) + "/*", "branch " + variableOf(project, "BRANCH")}
		}
	}
	return nil
}

func mirror(g *model.Graph, made []*model.Resource) []string {
	lines := []string{count(len(made), "CodeBuild project")}
	for _, rule := range g.OfType(catalogue.EventRule, "Mirror") {
		if every := rule.Sprint("scheduleExpression"); every != "" {
			every = strings.TrimSuffix(strings.TrimPrefix(every, "rate("), ")")
			return append(lines, "on a push, and every "+every)
		}
	}
	return lines
}

func repositories(_ *model.Graph, made []*model.Resource) []string {
	return []string{count(len(made), "repository"), "a copy of GitHub"}
}

func pipelines(g *model.Graph, _ []*model.Resource) []string {
	made := g.OfType(catalogue.Pipeline)
	lines := []string{count(len(made), "pipeline") + ":"}
	if len(made) > 0 {
		lines = append(lines, strings.Join(made[0].Texts("stages[*].name"), ", "))
	}
	return lines
}

func registry(g *model.Graph, made []*model.Resource) []string {
	lines := []string{count(len(made), "repository"), "in " + g.Region(made[0])}
	if made[0].Sprint("imageTagMutability") == "IMMUTABLE" {
		lines = append(lines, "tags never move")
	}
	return lines
}

func loadTest(_ *model.Graph, made []*model.Resource) []string {
	return []string{count(len(made), "CodeBuild project"), "takes the way of a browser"}
}

func onCall(_ *model.Graph, made []*model.Resource) []string {
	addresses := map[string]bool{}
	for _, subscription := range made {
		addresses[subscription.Sprint("endpoint")] = true
	}
	return []string{count(len(addresses), "address")}
}

func topics(_ *model.Graph, made []*model.Resource) []string {
	return []string{count(len(made), "topic"), "critical and warning"}
}

func alarms(g *model.Graph, _ []*model.Resource) []string {
	lines := []string{fmt.Sprintf("%d of metrics", len(g.OfType(catalogue.MetricAlarm)))}
	if composite := g.OfType(catalogue.CompositeAlarm); len(composite) > 0 {
		lines = append(lines, fmt.Sprintf("%d composite", len(composite)))
	}
	return lines
}

func logs(g *model.Graph, _ []*model.Resource) []string {
	lines := []string{count(len(g.OfType(catalogue.LogGroup)), "log group")}
	if dashboards := g.OfType(catalogue.Dashboard); len(dashboards) > 0 {
		lines = append(lines, count(len(dashboards), "dashboard"))
	}
	return lines
}

// planned is what the backup plan says.
func planned(says func(plan *model.Resource) []string) func(*model.Graph, []*model.Resource) []string {
	return func(g *model.Graph, _ []*model.Resource) []string { return of(catalogue.BackupPlan, says)(g) }
}

var (
	vault = planned(func(plan *model.Resource) []string {
		return []string{"daily, kept " + plan.Sprint("rules[0].lifecycle.deleteAfter") + " days", "database, buckets, volumes"}
	})
	vaultCopy = planned(func(plan *model.Resource) []string {
		return []string{"kept " + plan.Sprint("rules[0].copyActions[0].lifecycle.deleteAfter") + " days"}
	})
)

func keys(_ *model.Graph, made []*model.Resource) []string {
	return []string{count(len(made), "key"), "for all data"}
}

func budget(_ *model.Graph, made []*model.Resource) []string {
	return []string{made[0].Sprint("limitAmount") + " " + made[0].Sprint("limitUnit"), "a month"}
}
