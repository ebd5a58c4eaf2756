package tests

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"legops/internal/checkout"
	"legops/internal/model"
)

// The golden previews are production in full, and the other stacks as differences from it. What there is once for each application
// is shown once, as that of goldenApplication with a placeholder, and as differences from that.
const (
	goldenStack       = "prod"
	goldenApplication = "regulations"
	anyApplication    = "{application}"
)

// goldenDocument is a golden preview: resources of the stack, those of each application, and what differs in some applications.
type goldenDocument struct {
	Words        map[string]string `json:"words,omitempty"`
	Resources    delta             `json:"resources"`
	Each         delta             `json:"each application"`
	Applications map[string]delta  `json:"applications"`
}

// TestGoldenPreviews previews every stack from nothing on the real engine and compares what would be created with the reviewed text
// under golden. A change to the infrastructure shows there, in the same commit: make golden. What is written is read again, and has to
// be the previews.
func TestGoldenPreviews(t *testing.T) {
	production := plannedOf(t, previews[goldenStack](t))
	for _, stack := range slices.Backward(stackNames) {
		t.Run(stack, func(t *testing.T) {
			want := plannedOf(t, previews[stack](t))
			from := planned{}
			if stack != goldenStack {
				from = production
			}
			text := goldenText(t, stack, from, want)
			if diff := cmp.Diff(want, readGolden(t, text, from)); diff != "" {
				t.Fatalf("the text does not say all of the preview (-preview +text):\n%s", diff)
			}
			path := filepath.Join("golden", stack+".yaml")
			if os.Getenv("UPDATE_GOLDEN") != "" {
				require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
				return
			}
			if diff := cmp.Diff(strings.Split(checkout.Read(t, path), "\n"), strings.Split(text, "\n")); diff != "" {
				t.Errorf("%s is not what the program creates (-golden +program); if that is meant, run make golden:\n%s", path, diff)
			}
		})
	}
}

// goldenText writes a stack as what differs from another one, once that has the words of this one.
func goldenText(t *testing.T, stack string, from, want planned) string {
	t.Helper()
	d := goldenDocument{Words: map[string]string{}, Applications: map[string]delta{}}
	if len(from) > 0 {
		before, after := words(t, goldenStack), words(t, stack)
		for i := range before {
			d.Words[before[i]] = after[i]
		}
	}
	expected := from.rewrite(d.replacer())
	applications := applicationNames(t, stack)
	require.Contains(t, applications, goldenApplication)
	owner := owners(applications, expected, want)

	d.Resources = differ(expected.of(owner, ""), want.of(owner, ""))
	d.Each = differ(expected.of(owner, goldenApplication), want.of(owner, goldenApplication)).rewrite(strings.NewReplacer(goldenApplication, anyApplication))
	for _, name := range applications {
		d.Applications[name] = differ(d.Each.rewrite(strings.NewReplacer(anyApplication, name)).apply(expected.of(owner, name)), want.of(owner, name))
	}
	header := "# What a first update creates in " + stack + ". docs/testing.md says how to read this; make golden writes it.\n"
	return header + d.text(t)
}

// readGolden makes the resources again that a text was written for.
func readGolden(t *testing.T, text string, from planned) planned {
	t.Helper()
	var value any
	require.NoError(t, yaml.Unmarshal([]byte(text), &value))
	var d goldenDocument
	convert(t, value, &d)
	all := d.Resources.apply(from.rewrite(d.replacer()))
	for name, own := range d.Applications {
		all = own.apply(d.Each.rewrite(strings.NewReplacer(anyApplication, name)).apply(all))
	}
	return all
}

// words are what every stack has and calls otherwise.
func words(t *testing.T, stack string) []string {
	t.Helper()
	cfg := config(t, stack)
	network := strings.Split(cfg.Network.CIDR.String(), ".")
	return []string{
		project + "-" + stack, "-" + stack + "-", cfg.Account, cfg.Domain.Name, cfg.Domain.HostedZoneID, network[0] + "." + network[1] + ".",
		cfg.Tags.Owner,
	}
}

func (d goldenDocument) replacer() *strings.Replacer {
	var pairs []string
	for _, word := range slices.Sorted(maps.Keys(d.Words)) {
		pairs = append(pairs, word, d.Words[word])
	}
	return strings.NewReplacer(pairs...)
}

func applicationNames(t *testing.T, stack string) []string {
	t.Helper()
	var names []string
	for _, a := range config(t, stack).Applications {
		names = append(names, a.Name)
	}
	return names
}

// owners find the application that a resource is of, by its key: every application has one like it, or its name begins as that of a
// component that every application has.
func owners(applications []string, sets ...planned) func(key string) string {
	type candidate struct{ key, name, like string }
	var all []candidate
	has := map[string]map[string]bool{}
	for _, name := range applications {
		word := regexp.MustCompile(`([ -])` + regexp.QuoteMeta(name) + `(-|$)`)
		for _, set := range sets {
			for key := range set {
				like := word.ReplaceAllString(key, "${1}"+anyApplication+"${2}")
				if like == key {
					continue
				}
				all = append(all, candidate{key, name, like})
				if has[like] == nil {
					has[like] = map[string]bool{}
				}
				has[like][name] = true
			}
		}
	}
	owned, components := map[string]string{}, map[string]string{}
	for _, c := range all {
		if len(has[c.like]) == len(applications) {
			owned[c.key] = c.name
			if token, component, _ := strings.Cut(c.key, " "); strings.HasPrefix(token, model.ComponentPrefix) {
				components[component+"-"] = c.name
			}
		}
	}
	return func(key string) string {
		if name := owned[key]; name != "" {
			return name
		}
		for prefix, name := range components {
			if _, resource, _ := strings.Cut(key, " "); strings.HasPrefix(resource, prefix) {
				return name
			}
		}
		return ""
	}
}

// of are the resources of an application, or of none.
func (p planned) of(owner func(string) string, application string) planned {
	some := planned{}
	for key, value := range p {
		if owner(key) == application {
			some[key] = value
		}
	}
	return some
}

// text is a document as it is written.
func (d goldenDocument) text(t *testing.T) string {
	t.Helper()
	var sections map[string]any
	convert(t, d, &sections)
	text := ""
	for _, section := range []string{"words", "resources", "each application", "applications"} {
		if value, is := sections[section]; is {
			text += yamlText(map[string]any{section: value})
		}
	}
	return text
}

// convert brings a value into another form, as JSON has it.
func convert(t *testing.T, from, to any) {
	t.Helper()
	text, err := json.Marshal(from)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, to))
}
