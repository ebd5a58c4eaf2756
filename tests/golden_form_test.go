package tests

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"legops/internal/model"
)

// planned are the resources of a stack as the golden previews show them, by type and name: what the program asks for, without the
// engine's marks.
type planned map[string]any

// plannedOf brings a preview into the form of the golden previews.
func plannedOf(t *testing.T, g *model.Graph) planned {
	t.Helper()
	all := planned{}
	automatic := automaticNames(g)
	for _, r := range g.Resources {
		unmarked(t, r)
		key := r.Type + " " + r.Name()
		require.NotContains(t, all, key, "two resources of a type have one name")
		inputs := map[string]any{}
		for property, value := range r.Inputs {
			inputs[property] = automatic(readable(value, fromMark(r.Sources(property))))
		}
		if text, is := r.Inputs["userData"].(string); is {
			inputs["userData"] = decoded(text)
		}
		withoutDefaults(inputs, g.At(r.ProviderURN()))
		shown := map[string]any{"inputs": inputs}
		for option, value := range map[string]any{
			"parent": name(r.Parent), "provider": r.ProviderName(), "protect": r.Protect, "retainOnDelete": r.RetainOnDelete,
			"deletedWith": name(r.DeletedWith), "ignoreChanges": texts(r.IgnoreChanges), "dependsOn": texts(named(r)),
		} {
			if !slices.Contains([]string{"", "false", "[]"}, fmt.Sprint(value)) {
				shown[option] = value
			}
		}
		all[key] = shown
	}
	return all
}

// marks are what the golden previews write in place of something else: in texts, and as keys.
var marks = []string{absent, anyApplication, "<from ", "<resource ", "<automatic name of ", "<defaults>", "<none>", "<secret>", "JSON", "BASE64", "BY NAME"}

// unmarked is that no input says itself what a mark says.
func unmarked(t *testing.T, r *model.Resource) {
	t.Helper()
	model.Walk(r.Inputs, func(path model.Path, value any) {
		text, _ := value.(string)
		for _, mark := range marks {
			if strings.HasPrefix(mark, "<") || mark == anyApplication {
				require.NotContains(t, text, mark, "%s: %s: choose another mark", r.URN, path)
			}
			require.NotContains(t, path, mark, "%s: %s: choose another mark", r.URN, path)
		}
	})
}

// named are the resources that the program names in dependsOn, beside what inputs come from.
func named(r *model.Resource) []string {
	from := slices.Concat(slices.Collect(maps.Values(r.PropertyDependencies))...)
	var names []string
	for _, urn := range r.DependsOn {
		if !slices.Contains(from, urn) && urn != r.Parent {
			names = append(names, name(urn))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func texts(list []string) []any {
	values := make([]any, len(list))
	for i := range list {
		values[i] = list[i]
	}
	return values
}

// name is the last part of a URN, "" of none.
func name[T ~string](urn T) string {
	if urn == "" {
		return ""
	}
	return resource.URN(urn).Name()
}

// automaticNames replaces the names that the provider makes of a resource's own, which say nothing: rds-subnets-dc0da1a.
func automaticNames(g *model.Graph) func(any) any {
	suffix := regexp.MustCompile(`^(.+)-[0-9a-f]{7}$`)
	names := map[string]string{}
	for _, r := range g.Resources {
		for _, value := range r.Inputs {
			if text, _ := value.(string); suffix.MatchString(text) && suffix.FindStringSubmatch(text)[1] == r.Name() {
				names[text] = "<automatic name of " + r.Name() + ">"
			}
		}
	}
	var replaced func(any) any
	replaced = func(value any) any {
		switch value := value.(type) {
		case string:
			if mark, is := names[value]; is {
				return mark
			}
		case []any:
			for i := range value {
				value[i] = replaced(value[i])
			}
		case map[string]any:
			for key := range value {
				value[key] = replaced(value[key])
			}
		}
		return value
	}
	return replaced
}

// withoutDefaults takes away the tags that the provider puts on everything. One that a resource lacks is shown.
func withoutDefaults(inputs map[string]any, provider *model.Resource) {
	tags, is := inputs["tags"].(map[string]any)
	if !is || provider == nil {
		return
	}
	for tag, value := range provider.Values("defaultTags.tags") {
		switch given, there := tags[tag]; {
		case !there:
			tags[tag] = "<none>"
		case given == value:
			delete(tags, tag)
		}
	}
	if len(tags) == 0 {
		inputs["tags"] = "<defaults>"
	}
}

// fromMark names what an unknown value comes from.
func fromMark(names []string) string { return "<from " + strings.Join(names, ", ") + ">" }

// decoded is a text in base64, if that is what it is.
func decoded(text string) any {
	plain, err := base64.StdEncoding.DecodeString(text)
	if err != nil || base64.StdEncoding.EncodeToString(plain) != text || strings.ContainsFunc(string(plain), func(r rune) bool {
		return r == unicode.ReplacementChar || unicode.IsControl(r) && r != '\n' && r != '\t'
	}) {
		return text
	}
	return map[string]any{"BASE64": string(plain)}
}

// byName are the elements of a list that is in the order of their names, such as environment variables, by name: one that comes or goes
// changes no other. It is the list itself where it is none of these.
func byName(list []any) any {
	members, before := map[string]any{}, ""
	for _, element := range list {
		named, _ := element.(map[string]any)
		name, _ := named["name"].(string)
		if name <= before || len(list) < 2 {
			return list
		}
		rest := maps.Clone(named)
		delete(rest, "name")
		members[name], before = rest, name
	}
	if len(members) == 0 {
		return list
	}
	return map[string]any{"BY NAME": members}
}

// readable replaces the engine's marks and unfolds JSON documents such as policies. Whatever comes out belongs to the caller.
func readable(value any, from string) any {
	switch value := value.(type) {
	case string:
		if value == model.Unknown {
			return from
		}
		var document any
		if strings.HasPrefix(value, "{") && json.Unmarshal([]byte(value), &document) == nil {
			return map[string]any{"JSON": readable(document, from)}
		}
		return strings.ReplaceAll(value, model.Unknown, from)
	case []any:
		elements := make([]any, len(value))
		for i := range value {
			elements[i] = readable(value[i], from)
		}
		return byName(elements)
	case model.Values:
		return readable(map[string]any(value), from)
	case map[string]any:
		switch value[resource.SigKey] {
		case nil:
		case resource.ResourceReferenceSig:
			urn, _ := value["urn"].(string)
			return "<resource " + name(urn) + ">"
		default:
			return "<secret>"
		}
		properties := map[string]any{}
		for key := range value {
			properties[key] = readable(value[key], from)
		}
		return properties
	}
	return value
}
