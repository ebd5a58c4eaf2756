package tests

import (
	"encoding/json"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
)

// stackSchema is the JSON Schema of stack files.
func stackSchema(t *testing.T) map[string]any {
	t.Helper()
	var decoded map[string]any
	require.NoError(t, json.Unmarshal([]byte(checkout.Read(t, root, "stacks/stack.schema.json")), &decoded))
	return decoded
}

var index = regexp.MustCompile(`\[\d+\]`)

// hasKey tells whether a stack file may have a key, such as eks.nodes.instanceTypes[0].
func hasKey(schema map[string]any, key string) bool {
	at, _ := schema["properties"].(map[string]any)["config"].(map[string]any)
	parts := strings.Split(index.ReplaceAllString(key, ""), ".")
	parts[0] = project + ":" + parts[0]
	for _, part := range parts {
		if items, ok := at["items"].(map[string]any); ok {
			at = items
		}
		if reference, ok := at["$ref"].(string); ok {
			at, _ = schema["$defs"].(map[string]any)[path.Base(reference)].(map[string]any)
		}
		properties, _ := at["properties"].(map[string]any)
		next, ok := properties[part].(map[string]any)
		if !ok {
			return false
		}
		at = next
	}
	return true
}

var (
	inlineCode = regexp.MustCompile("`([^`\n]+)`")
	// kubernetesGroup and the tag of what restore drills make look like keys of the configuration.
	kubernetesGroup, drillTag = project + ":delivery", project + ":restore-drill"
	markdownLink              = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading                   = regexp.MustCompile(`(?m)^#+ +(.+)$`)
)

// prose is a document without its blocks.
func (d document) prose() string { return fence.ReplaceAllString(d.text, "") }

// Keys of the configuration that a document names exist.
func TestConfigurationKeysInDocuments(t *testing.T) {
	known := stackSchema(t)
	found := 0
	for _, document := range documents(t) {
		for _, code := range inlineCode.FindAllStringSubmatch(document.prose(), -1) {
			key := configKey.FindStringSubmatch(code[1])
			if key == nil || code[1] == kubernetesGroup || code[1] == drillTag || strings.HasPrefix(code[1], "aws:") { // a condition on a tag
				continue
			}
			found++
			assert.True(t, hasKey(known, key[1]), "%s: %s is no configuration key", document.path, code[1])
		}
	}
	assert.Greater(t, found, 20)
	assert.False(t, hasKey(known, "eks.nodes.types"), "a key that there is not")
}

// Links from document to document, and to files, lead somewhere.
func TestLinksInDocuments(t *testing.T) {
	anchors := map[string]map[string]bool{}
	all := documents(t)
	for _, document := range all {
		anchors[document.path] = map[string]bool{}
		for _, match := range heading.FindAllStringSubmatch(document.prose(), -1) {
			anchors[document.path][anchor(match[1])] = true
		}
	}
	for _, document := range all {
		for _, match := range markdownLink.FindAllStringSubmatch(document.prose(), -1) {
			target, at, _ := strings.Cut(match[1], "#")
			if strings.Contains(target, "://") {
				continue
			}
			file := document.path
			if target != "" {
				file = path.Join(path.Dir(document.path), target)
			}
			_, err := os.Stat(filepath.Join(root, file))
			assert.NoError(t, err, "%s links to %s", document.path, match[1])
			if at != "" {
				assert.True(t, anchors[file][at], "%s links to %s: there is no such heading", document.path, match[1])
			}
		}
	}
}

// anchor is what GitHub makes of a heading.
func anchor(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
}

// Every folder with documents has an index that leads to all of them. docs/README.md leads to everything that no
// index of a folder below leads to.
func TestIndexesAreComplete(t *testing.T) {
	all := documents(t)
	indexes := map[string]string{} // text by folder
	for _, document := range all {
		if path.Base(document.path) == "README.md" {
			indexes[path.Dir(document.path)] = document.text
		}
	}
	for _, document := range all {
		folder, file := path.Split(document.path)
		folder = path.Clean(folder)
		switch {
		case document.path == "README.md" || document.path == "docs/README.md":
			continue
		case file == "README.md":
			folder, file = path.Dir(folder), path.Join(path.Base(folder), file)
		case indexes[folder] == "":
			file, folder = path.Join(path.Base(folder), file), path.Dir(folder)
		}
		assert.True(t, strings.Contains(indexes[folder], "]("+file+")"), "%s/README.md has no line for %s", folder, document.path)
	}
}

// What rows of docs/well-architected.md are made of: a file with what to find in it, and the test that checks it.
var (
	where    = regexp.MustCompile("\\[`([^`]+)`\\]\\(([^)]+)\\) `([^`]+)`")
	testFunc = regexp.MustCompile("`(Test\\w+)`")
	pillars  = []string{
		"Operational excellence", "Security", "Reliability", "Performance efficiency", "Cost optimisation", "Sustainability",
	}
)

// What docs/well-architected.md points to is there: each row names a file and what in it does it, and what checks it.
func TestWellArchitectedPointsToWhatIsThere(t *testing.T) {
	text := checkout.Read(t, root, "docs", "well-architected.md")
	tests := allTests(t)
	for _, pillar := range pillars {
		_, section, found := strings.Cut(text, "\n## "+pillar+"\n")
		require.True(t, found, pillar)
		section, _, _ = strings.Cut(section, "\n## ")
		rows := 0
		for row := range strings.Lines(section) {
			cells := strings.Split(strings.Trim(strings.TrimSpace(row), "|"), " | ")
			if !strings.HasPrefix(row, "|") || strings.HasPrefix(row, "| ---") || strings.HasPrefix(row, "| Decision") {
				continue
			}
			rows++
			if !assert.Len(t, cells, 4, row) {
				continue
			}
			places := where.FindAllStringSubmatch(cells[2], -1)
			assert.NotEmpty(t, places, "%s: no file with what is in it: %s", pillar, cells[0])
			rules := where.FindAllStringSubmatch(cells[3], -1) // what is no test, such as a policy
			for _, place := range slices.Concat(places, rules) {
				assert.Equal(t, "../"+place[1], place[2])
				source, err := os.ReadFile(filepath.Join(root, place[1]))
				if assert.NoError(t, err, cells[0]) {
					assert.True(t, strings.Contains(string(source), place[3]), "%s: %s has no %s", cells[0], place[1], place[3])
				}
			}
			named := testFunc.FindAllStringSubmatch(cells[3], -1)
			assert.True(t, len(named)+len(rules) > 0 || strings.TrimSpace(cells[3]) == "none", "%s: what checks it? %s", pillar, cells[0])
			for _, test := range named {
				assert.NotEmpty(t, tests[test[1]], "%s: there is no test %s", cells[0], test[1])
			}
		}
		assert.GreaterOrEqual(t, rows, 6, pillar)
	}
}

// namedTest is a test that a document names, and behind a slash one of its cases, as the test's table has it.
var namedTest = regexp.MustCompile("`(Test\\w+)(?:/([^`]+))?`")

// Every test that a document names is there, and so is the case of it.
func TestDocumentsNameTestsThatAreThere(t *testing.T) {
	tests, cases := allTests(t), 0
	for _, document := range documents(t) {
		for _, named := range namedTest.FindAllStringSubmatch(document.text, -1) {
			source, is := tests[named[1]]
			if !assert.True(t, is, "%s: there is no test %s", document.path, named[1]) || named[2] == "" {
				continue
			}
			cases++
			assert.True(t, strings.Contains(source, `"`+named[2]+`"`), "%s: %s has no case %q", document.path, named[1], named[2])
		}
	}
	assert.Greater(t, cases, 30, "docs/testing.md names the cases of what was wrong once")
}

// allTests are all tests by name, each with the source of its file.
func allTests(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, pattern := range []string{"*/", "*/*/", "*/*/*/"} {
		folders, err := filepath.Glob(filepath.Join(root, pattern))
		require.NoError(t, err)
		for _, folder := range folders {
			maps.Copy(found, testsIn(folder))
		}
	}
	return found
}

var declared = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)

// testsIn are the tests in a folder by name, each with the source of its file.
func testsIn(folder string) map[string]string {
	paths, _ := filepath.Glob(filepath.Join(folder, "*_test.go")) // the pattern is well-formed
	found := map[string]string{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			panic(err)
		}
		for _, match := range declared.FindAllStringSubmatch(string(text), -1) {
			found[match[1]] = string(text)
		}
	}
	return found
}
