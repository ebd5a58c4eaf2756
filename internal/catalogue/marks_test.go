package catalogue_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/checkout"
	"legops/internal/offline/schema"
)

// marksFile is what published sources say of each type, which tools/marks writes.
type marksFile struct {
	// Sources are the versions that were read.
	Sources map[string]string
	Types   map[string]marks
}

// marks are the inputs of a type that sources name as such whose change replaces the resource. What is below one is not listed.
type marks struct {
	// Text are those of which the SDK's own comments say so.
	Text []string
	// CloudFormation is the type of the same resource there, None why there is none. CreateOnly are what its schema says to be
	// create-only, Maybe what it says to be so under some conditions, which it does not tell.
	CloudFormation, None string
	CreateOnly, Maybe    []string
	// OnlyHere are the inputs without a property there, OnlyThere the properties without an input, of which MarkedOnlyThere are
	// create-only. Each without what is below. Properties are all of them.
	OnlyHere, OnlyThere, MarkedOnlyThere []string
	Properties                           int
	// List is what pulumi-kubernetes replaces, Option what it replaces unless an option of the provider is set.
	List, Option []string
}

// difference is an input on which a source and the catalogue do not agree.
type difference struct {
	path string
	// markedBy are the sources that say that it replaces, where the catalogue does not; none where only the catalogue does.
	markedBy []string
}

func (d difference) String() string {
	if len(d.markedBy) == 0 {
		return d.path + " replaces in the catalogue, and no source that knows it marks it"
	}
	return fmt.Sprintf("%s is marked by %s, and does not replace in the catalogue", d.path, strings.Join(d.markedBy, " and "))
}

// says are the marks by the name of their source.
func (m marks) says() map[string][]string {
	return map[string][]string{
		"CloudFormation (create-only)": m.CreateOnly, "CloudFormation (perhaps create-only)": m.Maybe,
		"the SDK's comments": m.Text, "pulumi-kubernetes": m.List, "pulumi-kubernetes (without its option)": m.Option,
	}
}

// differences compares the marks of a type with what replaces it.
func (m marks) differences(inputs, replacedBy []string) []difference {
	said := m.says()
	var found []difference
	for _, input := range inputs {
		var markedBy []string
		for _, source := range slices.Sorted(maps.Keys(said)) {
			if isWithin(input, said[source]) {
				markedBy = append(markedBy, source)
			}
		}
		replaces := isWithin(input, replacedBy)
		if !replaces && markedBy != nil || replaces && markedBy == nil && m.knows(input) {
			found = append(found, difference{input, markedBy})
		}
	}
	return found
}

// knows says whether a source that names all that replaces has an input: of another that it does not name, nothing follows.
func (m marks) knows(input string) bool {
	return m.List != nil || m.CloudFormation != "" && !isWithin(input, m.OnlyHere)
}

// isWithin says whether an input is one of the paths, or below one.
func isWithin(input string, paths []string) bool {
	return slices.ContainsFunc(paths, func(path string) bool {
		below, is := strings.CutPrefix(input, path)
		return is && (below == "" || below[0] == '.' || below[0] == '[')
	})
}

// leaves are the inputs that hold a value, not other inputs. A shape that contains itself ends there.
func leaves(table *schema.Schema, properties map[string]schema.Property, above string, shapes ...string) []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		path, property := above+name, properties[name]
		for property.Kind == schema.Array {
			path, property = path+"[*]", *property.Elem
		}
		if property.Kind == schema.Object && !slices.Contains(shapes, property.Object) {
			all = append(all, leaves(table, table.Objects[property.Object], path+".", append(shapes, property.Object)...)...)
		} else {
			all = append(all, strings.TrimSuffix(path, "[*]"))
		}
	}
	return all
}

// loadMarks reads what tools/marks wrote.
func loadMarks(t *testing.T) marksFile {
	t.Helper()
	var file marksFile
	decoder := json.NewDecoder(strings.NewReader(checkout.Read(t, "marks.json")))
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(&file))
	return file
}

// replacedBy are the inputs that replace a type in the catalogue, always or by their values.
func replacedBy(token string) []string {
	var paths []string
	known := catalogue.Of(token)
	for _, path := range known.Replaces {
		paths = append(paths, strings.TrimRight(path, "!"))
	}
	if provider := known.Provider(); provider != nil {
		for path, input := range provider.Inputs {
			if input.Replaces && !input.Block { // of a block, only its coming or going replaces
				paths = append(paths, path)
			}
		}
	}
	return paths
}

// settlements are those of a type.
func settlements(token string) []*settlement {
	var all []*settlement
	for beginning, rows := range settled {
		if strings.HasPrefix(token, beginning) {
			for i := range rows {
				all = append(all, &rows[i])
			}
		}
	}
	return all
}

// judge says what is the matter with the settlements of a difference: the empty string if nothing is.
func judge(d difference, rows []*settlement) string {
	covering := slices.DeleteFunc(slices.Clone(rows), func(s *settlement) bool { return !isWithin(d.path, []string{s.path}) })
	switch {
	case len(covering) == 0:
		return d.String() + ": read in the provider's source what it does, and add a row to settled_test.go, or correct the catalogue"
	case len(covering) > 1:
		return fmt.Sprintf("%s is settled by %d rows of settled_test.go: leave one", d.path, len(covering))
	}
	if s := covering[0]; disagrees(s.does, d) {
		return fmt.Sprintf("%s: settled_test.go says that the provider %s, so the catalogue is wrong: correct it", d, s.does)
	}
	return ""
}

// disagrees says whether the catalogue does not do what the provider does.
func disagrees(does outcome, d difference) bool {
	if does == depends { // which the catalogue may tell either way
		return false
	}
	return (does == replaces) != (len(d.markedBy) == 0)
}

// Whatever a published source says of replacements, and the catalogue does not, is settled by the provider's own source.
func TestDifferencesFromPublishedSourcesAreSettled(t *testing.T) {
	table, err := schema.Load()
	require.NoError(t, err)
	file := loadMarks(t)
	used := map[*settlement]bool{}
	for _, token := range catalogue.Tokens() {
		rows := settlements(token)
		for _, d := range file.Types[token].differences(leaves(table, table.Resources[token].Inputs, ""), replacedBy(token)) {
			assert.Empty(t, judge(d, rows), token)
			for _, row := range rows {
				used[row] = used[row] || isWithin(d.path, []string{row.path})
			}
		}
	}
	for token, rows := range settled {
		for i := range rows {
			assert.True(t, used[&rows[i]], "%s: the sources and the catalogue agree on %s: remove its row from settled_test.go", token, rows[i].path)
			assert.Regexp(t, `^(internal/service|provider/pkg|pkg)/[\w/]+\.go$`, rows[i].file, "%s: the file that tells of %s", token, rows[i].path)
			assert.NotEmpty(t, rows[i].why, "%s: why, of %s", token, rows[i].path)
		}
	}
}

// The marks are those of the versions in use, of every type.
func TestMarksAreOfTheVersionsInUse(t *testing.T) {
	const fix = "run tools/marks.sh, and settle what is new"
	table, err := schema.Load()
	require.NoError(t, err)
	file := loadMarks(t)
	want := maps.Clone(table.Modules)
	for name, from := range map[string]string{
		"@aws-cdk/aws-service-spec":                       "../../tools/marks/package.json",
		"github.com/pulumi/pulumi-kubernetes/provider/v4": "../../tools/kubernetes/go.mod",
	} {
		version := regexp.MustCompile(regexp.QuoteMeta(name) + `(?:": "| )(v?\d[\w.-]*)`).FindStringSubmatch(checkout.Read(t, from))
		require.NotNil(t, version, "%s names no version of %s", from, name)
		want[name] = version[1]
	}
	assert.Equal(t, want, file.Sources, fix)
	assert.ElementsMatch(t, catalogue.Tokens(), slices.Collect(maps.Keys(file.Types)), fix)
	for token, marked := range file.Types {
		inputs := leaves(table, table.Resources[token].Inputs, "")
		for _, paths := range append(slices.Collect(maps.Values(marked.says())), marked.OnlyHere) {
			for _, path := range paths {
				assert.True(t, slices.ContainsFunc(inputs, func(input string) bool { return isWithin(input, []string{path}) }),
					"%s has no input %s: %s", token, path, fix)
			}
		}
		assert.False(t, strings.HasPrefix(token, "aws:") && (marked.CloudFormation == "") == (marked.None == ""), "%s: %s", token, fix)
	}
}

// comparison is what the sources and the catalogue were compared by, and what came of it.
type comparison struct {
	// counts say how many of what, in words.
	counts map[string]int
	// differ are the inputs that differ, by what the provider does with them, and lines those and what settles each.
	differ map[outcome]int
	lines  []string
}

// compare holds the catalogue against the sources.
func compare(table *schema.Schema, file marksFile) comparison {
	c := comparison{counts: map[string]int{}, differ: map[outcome]int{}}
	for _, token := range catalogue.Tokens() {
		marked, rows := file.Types[token], settlements(token)
		inputs := leaves(table, table.Resources[token].Inputs, "")
		c.counts["types"]++
		c.counts["inputs"] += len(inputs)
		for _, input := range inputs {
			switch {
			case marked.knows(input):
				c.counts["inputs known to CloudFormation or pulumi-kubernetes"]++
			case isWithin(input, replacedBy(token)):
				c.counts["inputs that replace, unknown to both"]++
			}
		}
		c.counts["properties of CloudFormation"] += marked.Properties
		c.counts["properties of CloudFormation without an input"] += len(marked.OnlyThere) + len(marked.MarkedOnlyThere)
		c.counts["properties of CloudFormation without an input, create-only"] += len(marked.MarkedOnlyThere)
		c.counts["inputs without a property"] += len(marked.OnlyHere)
		for source, paths := range marked.says() {
			c.counts["inputs marked by "+source] += len(paths)
		}
		switch {
		case marked.CloudFormation != "":
			c.counts["types with one of CloudFormation"]++
		case marked.None != "":
			c.counts["types without one of CloudFormation"]++
		}
		for _, d := range marked.differences(inputs, replacedBy(token)) {
			c.counts["inputs that differ"]++
			for _, row := range rows {
				if isWithin(d.path, []string{row.path}) {
					c.differ[row.does]++
					c.lines = append(c.lines, fmt.Sprintf("%s: %s; the provider %s (%s: %s)", token, d, row.does, row.file, row.why))
					if row.does == depends && d.markedBy != nil {
						c.counts["inputs that differ, by a condition that the catalogue does not have"]++
					}
				}
			}
		}
	}
	return c
}

// Logs what the comparison covered and what differs, with go test -v; docs/undecided.md has the numbers.
func TestMarksAreCounted(t *testing.T) {
	table, err := schema.Load()
	require.NoError(t, err)
	c := compare(table, loadMarks(t))
	for _, line := range c.lines {
		t.Log(line)
	}
	assert.Equal(t, c.counts["inputs that differ"], sum(c.differ), "settled each once")
}

func sum[K comparable](counts map[K]int) (total int) {
	for _, count := range counts {
		total += count
	}
	return total
}

// A source that changes, a catalogue that changes and a row that no longer settles anything are each told, with what to do.
func TestWhatIsNotSettledIsTold(t *testing.T) {
	inputs := []string{"engine", "port", "vpc.id", "vpc.zone", "tags"}
	marked := marks{CloudFormation: "AWS::A::B", CreateOnly: []string{"vpc"}, Maybe: []string{"port"}, Text: []string{"port"}, OnlyHere: []string{"engine"}}
	assert.Equal(t, []difference{
		{"port", []string{"CloudFormation (perhaps create-only)", "the SDK's comments"}}, {"vpc.zone", []string{"CloudFormation (create-only)"}}, {"tags", nil},
	}, marked.differences(inputs, []string{"engine", "tags", "vpc.id"}))
	assert.Empty(t, marks{Text: []string{"port"}}.differences(inputs, []string{"port", "engine"}), "comments do not name everything")

	byOne, byCatalogue := difference{"port", []string{"the SDK's comments"}}, difference{"port", nil}
	row := func(does outcome) *settlement { return &settlement{path: "port", does: does} }
	for _, c := range []struct {
		d    difference
		rows []*settlement
		told string
	}{
		{byOne, nil, "port is marked by the SDK's comments, and does not replace in the catalogue: read in the provider's source"},
		{byCatalogue, nil, "port replaces in the catalogue, and no source that knows it marks it: read in the provider's source"},
		{byOne, []*settlement{row(inPlace), {path: "port"}}, "port is settled by 2 rows"},
		{byOne, []*settlement{{path: "por"}}, "read in the provider's source"},
		{byOne, []*settlement{row(replaces)}, "the catalogue is wrong"},
		{byCatalogue, []*settlement{row(inPlace)}, "the catalogue is wrong"},
	} {
		assert.Contains(t, judge(c.d, c.rows), c.told)
	}
	for _, c := range []struct {
		d difference
		s *settlement
	}{
		{byOne, row(inPlace)}, {byOne, row(depends)}, {byCatalogue, row(replaces)},
		{byCatalogue, row(depends)}, {difference{"port[*].id", nil}, row(replaces)},
	} {
		assert.Empty(t, judge(c.d, []*settlement{c.s}))
	}
}
