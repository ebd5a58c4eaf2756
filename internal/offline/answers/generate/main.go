// Command generate turns what tools/provider reads out of the real AWS provider into the tables of this repository.
//
//	generate facts OLDER NEWER                  # internal/catalogue/provider.json, from the schemas of two versions
//	generate questions STACK.json...            # what to ask, from pulumi stack export --show-secrets
//	generate answers ANSWERS STACK.json...      # answers.json, from what was answered
//
// In place of stacks both take answers.json, to ask about the same resources once more.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/offline/answers"
	"legops/internal/offline/schema"
)

// question is one resource before and after a change; the first of each has none.
type question struct {
	Name  string         `json:"name"`
	Type  string         `json:"type"`
	Old   map[string]any `json:"old"`
	New   map[string]any `json:"new"`
	of    int
	path  string
	value any
}

// answer is what the provider said; Failures are its refusals, which no preview gets past.
type answer struct {
	Error    string   `json:"error"`
	Changes  bool     `json:"changes"`
	Replaces []string `json:"replaces"`
	First    bool     `json:"deleteBeforeReplace"`
	Failures []string `json:"failures"`
	// Differs are the paths that differ; the bridge tells none of types of the plugin framework.
	Differs map[string]string `json:"differs"`
}

func main() {
	var err error
	switch args := os.Args[1:]; {
	case len(args) == 3 && args[0] == "facts":
		err = facts(args[1], args[2], os.Stdout)
	case len(args) > 1 && args[0] == "questions":
		err = run("", args[1:], os.Stdout)
	case len(args) > 2 && args[0] == "answers":
		err = run(args[1], args[2:], os.Stdout)
	default:
		err = errors.New("usage: generate facts OLDER NEWER | questions and stacks | answers ANSWERS and stacks")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(from string, stacks []string, out io.Writer) error {
	resources, err := chosen(stacks)
	if err != nil {
		return err
	}
	questions, err := ask(resources)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(out)
	if from == "" {
		for _, q := range questions {
			if err := encoder.Encode(q); err != nil {
				return err
			}
		}
		return nil
	}
	given, err := os.Open(from) //nolint:gosec // a generator reads what it is told to
	if err != nil {
		return err
	}
	defer func() { _ = given.Close() }()
	all := answers.Answers{Resources: resources}
	if all.Versions, err = versions(); err != nil {
		return err
	}
	decoder := json.NewDecoder(given)
	var refused, failed, unsure int
	noise := map[int]answer{}
	for _, q := range questions {
		var a answer
		if err := decoder.Decode(&a); err != nil {
			return fmt.Errorf("%s: %w", from, err)
		}
		switch {
		case q.path == "" && (a.Error != "" || len(a.Failures) > 0):
			fmt.Fprintf(os.Stderr, "%s %s as it is: %s %v\n", q.Type, q.Name, a.Error, a.Failures)
		case a.Error != "":
			failed++
			all.Undecided = append(all.Undecided, answers.Undecided{Type: q.Type, Path: q.path, Why: a.Error})
		case len(a.Failures) > 0:
			refused++
		case q.path == "":
			noise[q.of] = a
			if len(a.Differs) > 0 {
				fmt.Fprintf(os.Stderr, "%s %s: differs without a change: %v\n", q.Type, q.Name, a.Differs)
			}
		default:
			before := noise[q.of]
			if !catalogue.Of(q.Type).Provider().Framework {
				// With a state that was made up there can be something to do without a change, too.
				maps.DeleteFunc(a.Differs, func(path, kind string) bool { return before.Differs[path] == kind })
				a.Changes = len(a.Differs) > 0
				top, _, _ := strings.Cut(strings.ReplaceAll(q.path, "[", "."), ".")
				if _, differed := before.Differs[top]; differed && !a.Changes {
					unsure++
					all.Undecided = append(all.Undecided, answers.Undecided{Type: q.Type, Path: q.path, Why: top + " differs from the state that was made up without the change, too"})
					continue
				}
			} else if before.Changes && len(a.Replaces) == 0 {
				unsure++
				all.Undecided = append(all.Undecided, answers.Undecided{Type: q.Type, Path: q.path, Why: "something differs from the state that was made up without the change, too, and the bridge does not tell what"})
				continue
			}
			for i, by := range a.Replaces {
				if by == "__meta" { // the provider's code decided, of the input that changed
					a.Replaces[i], _, _ = strings.Cut(q.path, ".")
				}
			}
			a.Replaces = slices.DeleteFunc(a.Replaces, func(by string) bool { return slices.Contains(before.Replaces, by) })
			slices.Sort(a.Replaces)
			a.Replaces = slices.Compact(a.Replaces)
			all.Cases = append(all.Cases, answers.Case{Of: q.of, Path: q.path, Value: q.value, Changes: a.Changes, Replaces: a.Replaces, First: a.First})
		}
	}
	all.Asked = answers.Asked{Questions: len(questions) - len(resources), Refused: refused, Failed: failed, Unsure: unsure}
	fmt.Fprintf(os.Stderr, "%d questions on %d resources: %d answered, %d refused by the provider's own checks, %d it could not answer, %d whose answer says nothing\n",
		len(questions), len(resources), len(all.Cases), refused, failed, unsure)
	encoder.SetIndent("", " ")
	return encoder.Encode(all)
}

// versions are those of what tools/provider/build.sh builds, and of the SDK whose provider it stands for.
func versions() (map[string]string, error) {
	const script = "tools/provider/build.sh"
	encoded, err := os.ReadFile(script)
	if err != nil {
		return nil, err
	}
	table, err := schema.Load()
	if err != nil {
		return nil, err
	}
	found := regexp.MustCompile(`(?s)bridge=(v[\d.]+).*\n(\d+\.\d+)\)[^\n]* layout=v6`).FindSubmatch(encoded)
	if found == nil {
		return nil, errors.New(script + ": no version of the bridge, or of the provider")
	}
	return map[string]string{
		"hashicorp/terraform-provider-aws": string(found[2]), "pulumi/pulumi-terraform-bridge": string(found[1]),
		"pulumi/pulumi-aws": table.Modules["github.com/pulumi/pulumi-aws/sdk/v6"],
	}, nil
}

// deployed is what a state has of a resource.
type deployed struct {
	URN, Type string
	Custom    bool
	Inputs    map[string]any
}

// chosen are resources of the stacks, so that each input that any of a type has is there once at least, and not many more.
func chosen(stacks []string) ([]answers.Resource, error) {
	table, err := schema.Load()
	if err != nil {
		return nil, err
	}
	var all []answers.Resource
	for _, path := range stacks {
		encoded, err := os.ReadFile(path) //nolint:gosec // a generator reads what it is told to
		if err != nil {
			return nil, err
		}
		var export struct {
			Deployment struct {
				Resources []deployed
			}
			Resources []answers.Resource
		}
		if err := json.Unmarshal(encoded, &export); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		all = append(all, export.Resources...)
		// The order of a state is that in which an update went, and another each time.
		slices.SortFunc(export.Deployment.Resources, func(a, b deployed) int { return strings.Compare(a.URN, b.URN) })
		for _, r := range export.Deployment.Resources {
			name := r.URN[strings.LastIndex(r.URN, "::")+2:]
			known := catalogue.Of(r.Type).Provider()
			if known == nil || !r.Custom {
				continue
			}
			inputs := revealed(r.Inputs).(map[string]any)
			if given, is := inputs[known.AutoName].(string); is && automatic.MatchString(strings.TrimPrefix(given, name)) {
				delete(inputs, known.AutoName)
			}
			for key := range inputs {
				if strings.HasPrefix(key, "__") || table.Resources[r.Type].Inputs[key].Kind == schema.Asset {
					delete(inputs, key)
				}
			}
			all = append(all, answers.Resource{Name: name, Type: r.Type, Inputs: inputs})
		}
	}
	seen := map[string]bool{}
	var some []answers.Resource
	for _, r := range slices.Concat(all, more) {
		news := isMore(r)
		if news && slices.ContainsFunc(some, func(s answers.Resource) bool { return s.Name == r.Name }) {
			continue // answers.json has it
		}
		for _, path := range paths(r.Inputs, "") {
			key := r.Type + " " + generic(path)
			news = news || !seen[key]
			seen[key] = true
		}
		if news {
			some = append(some, r)
		}
	}
	return some, nil
}

var automatic = regexp.MustCompile(`(?i)^-[0-9a-f]{7}(\.fifo)?$`)

// secret is what stands around a secret in a state (resource.SecretSig of the Pulumi SDK).
const (
	signature = "4dabf18193072939515e22adb298388d"
	secret    = "1b47061264138c4ac30d75fd1eb44270"
)

// revealed takes the wrapping off secrets.
func revealed(value any) any {
	switch v := value.(type) {
	case map[string]any:
		if v[signature] == secret {
			var inner any
			if text, is := v["plaintext"].(string); is && json.Unmarshal([]byte(text), &inner) == nil {
				return inner
			}
			return "secret"
		}
		for key, inner := range v {
			v[key] = revealed(inner)
		}
	case []any:
		for i, inner := range v {
			v[i] = revealed(inner)
		}
	case nil:
		return map[string]any{}
	}
	return value
}

// paths are those of all values in inputs, of one element of each list.
func paths(value any, at string) (all []string) {
	switch v := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			path := key
			if strings.ContainsAny(key, `."[]/: -`) {
				path = fmt.Sprintf("[%q]", key)
			} else if at != "" {
				path = "." + key
			}
			all = append(all, at+path)
			all = append(all, paths(v[key], at+path)...)
		}
	case []any:
		if len(v) > 0 {
			all = append(all, at+"[0]")
			all = append(all, paths(v[0], at+"[0]")...)
		}
	}
	return all
}

func generic(path string) string { return strings.ReplaceAll(path, "[0]", "[*]") }
