package checkout

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// alone is a list of applications as a stack file may have it, in place of that of Pulumi.yaml. Its only application has queues, a
// bucket, the database, search, a secret and a setting.
const alone = `  legops:applications:
    - name: alone
      path: /
      port: 8080
      cpu: 250m
      memory: 512Mi
      produces: [document-signing]
      consumes: [matter-traceability]
      buckets:
        - {name: documents, prefix: alone/, access: write}
      database: true
      search: true
      secrets: [session-key]
      settings: {PAGE_SIZE: "50"}
`

// Small is the text of a stack file with one application in place of nine, from the text of that file. The stack then has less than half as many
// resources, of the same kinds, and every operation takes half the processor time: for what is said of the platform or of the engine,
// whatever applications there are.
func Small(stackFile string) string {
	stackFile = tunedOnly(stackFile)
	return strings.Replace(stackFile, "\nconfig:\n", "\nconfig:\n"+alone, 1)
}

// tunedOnly is the text of a stack file that tunes, of single applications, only some.
func tunedOnly(stackFile string, kept ...string) string {
	const start = "\n    applications:\n"
	before, tuning, tunes := strings.Cut(stackFile, start)
	if !tunes {
		return stackFile
	}
	var stay strings.Builder
	keeping := false
	for tuning != "" {
		line, rest, _ := strings.Cut(tuning, "\n")
		if strings.TrimSpace(line) != "" && !strings.HasPrefix(line, "     ") {
			break // of the tuning, of the configuration or of the file
		}
		if name, _, is := strings.Cut(strings.TrimPrefix(line, "      "), ":"); is && !strings.HasPrefix(name, " ") && !strings.HasPrefix(name, "#") {
			keeping = slices.Contains(kept, name)
			if keeping && stay.Len() == 0 {
				stay.WriteString(start[1:])
			}
		}
		if keeping {
			stay.WriteString(line + "\n")
		}
		tuning = rest
	}
	return before + "\n" + stay.String() + tuning
}

// Few are the files of Edit with some of the nine applications: as they are, but that they call only one another.
func Few(t testing.TB, files map[string]string, names ...string) map[string]string {
	t.Helper()
	few := map[string]string{}
	for file, text := range files {
		few[file] = tunedOnly(text, names...)
	}
	const project, start, item = "Pulumi.yaml", "\n    default:\n", "\n      - name: "
	before, list, found := strings.Cut(few[project], start)
	require.True(t, found && !strings.Contains(list, start), "%s has one list of applications", project)
	entries := strings.Split("\n"+list, item)[1:]
	require.NotEmpty(t, entries)
	few[project] = before + start[:len(start)-1]
	nameOf := func(entry string) string { name, _, _ := strings.Cut(entry, "\n"); return name }
	for _, entry := range entries {
		if !slices.Contains(names, nameOf(entry)) {
			continue
		}
		for _, other := range entries {
			if !slices.Contains(names, nameOf(other)) {
				entry = strings.ReplaceAll(entry, "\n          - "+nameOf(other)+"\n", "\n")
			}
		}
		few[project] += item + strings.Replace(strings.TrimSuffix(entry, "\n"), "\n        calls:\n        settings", "\n        settings", 1)
	}
	few[project] += "\n"
	return few
}
