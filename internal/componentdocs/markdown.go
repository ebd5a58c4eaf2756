package componentdocs

import (
	"fmt"
	"strings"
)

// Table is a table in Markdown.
func Table(header []string, rows [][]string) string {
	var text strings.Builder
	line := func(cells []string) { fmt.Fprintf(&text, "| %s |\n", strings.Join(cells, " | ")) }
	line(header)
	rule := make([]string, len(header))
	for i := range rule {
		rule[i] = "---"
	}
	line(rule)
	for _, row := range rows {
		line(row)
	}
	return text.String()
}

func link(text, target string) string { return fmt.Sprintf("[%s](%s)", text, target) }

// markdownText is a comment as Markdown: what has a meaning there, and is meant as text here, is escaped. On one line it
// fits into a table.
func markdownText(comment string, oneLine bool) string {
	text := strings.NewReplacer("<", `\<`, "*", `\*`, "|", `\|`).Replace(strings.TrimSpace(comment))
	if oneLine {
		text = strings.Join(strings.Fields(text), " ")
	}
	return text
}
