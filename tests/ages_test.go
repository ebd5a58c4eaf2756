package tests

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/ages"
	"legops/internal/ages/inuse"
)

// Every version that a stack file names or may name, and every one that the program uses by itself, is in the calendar.
func TestVersionsAreInTheCalendar(t *testing.T) {
	for _, stack := range stackNames {
		uses := inuse.Of(previews[stack](t))
		var products []string
		for _, use := range uses {
			assert.True(t, ages.Knows(use), "%s: %s %s has no row in internal/ages/products.go", stack, use.Product, use.Version)
			products = append(products, use.Product)
		}
		assert.Equal(t, []string{
			ages.Kubernetes, ages.PostgreSQL, ages.OpenSearch, ages.AmazonLinux, ages.BuildImage, ages.NGINX, ages.Agent,
		}, slices.Compact(products), stack)
		for _, use := range uses {
			switch use.Product {
			case ages.Kubernetes, ages.PostgreSQL:
				assert.False(t, use.Extended, "%s: extended support of %s is off unless a stack file says otherwise", stack, use.Product)
			}
		}
	}
	definitions := stackSchema(t)["$defs"].(map[string]any)
	for product, at := range map[string][2]string{ages.Kubernetes: {"Eks", "version"}, ages.PostgreSQL: {"Rds", "engineVersion"}} {
		property := definitions[at[0]].(map[string]any)["properties"].(map[string]any)[at[1]].(map[string]any)
		allowed, _ := property["enum"].([]any)
		assert.NotEmpty(t, allowed, "%s.%s", at[0], at[1])
		for _, version := range allowed {
			assert.True(t, ages.Knows(ages.Use{Product: product, Version: version.(string)}), "a stack file may say %s %v, which has no row in internal/ages/products.go", product, version)
		}
	}
}

// used says where a version is in use, such as dev, test, prod.
func used(t *testing.T, product, version string) string {
	t.Helper()
	var places []string
	for _, stack := range stackNames {
		for _, use := range inuse.Of(previews[stack](t)) {
			if use.Product == product && use.Version == version {
				places = append(places, stack)
			}
		}
	}
	program, err := inuse.Program(os.DirFS(root))
	require.NoError(t, err)
	for _, use := range program {
		if use.Product == product && use.Version == version {
			places = append(places, "the program")
		}
	}
	return strings.Join(places, ", ")
}

func TestAgesAreFresh(t *testing.T) {
	text := `# What ages by itself

Generated from the calendar in ` + "`internal/ages/products.go`" + ` by ` + "`make docs`" + `. It has the versions that the stacks and the program use, and those that a
stack file may name, with the days on which their support ends and the file in which each day was read. A day that nobody published is not
in it.

An end is told 120 days before it, and again 60 and 14 days before and when it is past:

- every [review](review.md) has a line of what a stack uses, also where nothing changes; ` + "`bin/review --day 2026-12-17`" + ` answers as on another day;
- each night, [drift.yml](workflows.md) opens an issue ` + "`Ages: <stack>: <version>`" + `, says it anew when the end has come nearer, and closes it when the
  version is no longer in use;
- AWS Health announces the changes that AWS plans to resources of the account, and a rule of EventBridge mails them to
  ` + "`legops:monitoring.alarmEmails`" + ` ([decision 0052](decisions/0052-what-ages.md)).

Extended support costs, and is off unless a stack file says ` + "`legops:eks.extendedSupport`" + ` or ` + "`legops:rds.extendedSupport`" + `. **Off means that AWS
upgrades by itself when standard support ends**, at a time that it chooses: upgrade before.

The calendar is a copy. To compare it with what AWS says, in an account:

` + "```sh" + `
aws eks describe-cluster-versions --output text --query 'clusterVersions[].[clusterVersion,endOfStandardSupportDate,endOfExtendedSupportDate]'
aws rds describe-db-major-engine-versions --engine postgres --output text --query 'DBMajorEngineVersions[].[MajorEngineVersion,SupportedEngineLifecycles]'
aws opensearch list-versions --output text
` + "```" + `

A new version, or a day that has changed: a row in ` + "`internal/ages/products.go`" + `, with its source. Tests refuse an end before another, a day
without a source, and a version in use without a row.
`
	for _, product := range ages.Products() {
		text += fmt.Sprintf("\n## %s\n\nChosen by %s. When its support ends: %s.\n\n", product.Name, product.Chosen, product.Then)
		if product.Extended != "" {
			text += fmt.Sprintf("- With extended support: %s. When that ends: %s.\n", product.Extended, product.After)
		}
		text += fmt.Sprintf("- A newer version: %s.\n- To upgrade: [%s](%s).\n- Source: %s.\n\n", product.Newer, product.Runbook, product.Runbook, product.Source)
		columns := []string{"Version", "Support ends", "Extended support ends", "In use by"}
		var rows [][]string
		for _, v := range product.Versions {
			rows = append(rows, []string{v.Name, orNone(v.Ends), orNone(v.ExtendedEnds), used(t, product.Name, v.Name)})
		}
		if product.Extended == "" {
			columns = slices.Delete(columns, 2, 3)
			for i := range rows {
				rows[i] = slices.Delete(rows[i], 2, 3)
			}
		}
		text += markdown(columns, rows)
	}
	fresh(t, "docs/ages.md", text)
}

func orNone(day string) string {
	if day == "" {
		return "no day published that we read"
	}
	return day
}
