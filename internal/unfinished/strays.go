package unfinished

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/offline/schema"
)

// ours are the tags that tell a stack's resources from others: infra/providers.go puts them on everything that takes tags.
var ours = []string{"Project", "Environment"}

// Stray is something in an account that carries a stack's tags and is not in its state.
type Stray struct {
	ARN string
	// Name is its tag Name, "" if it has none.
	Name string
	// Service is the first of AWS's own tags, "" if it has none: then a service made it, of what may be in the state.
	Service string
}

// listing is what `aws resourcegroupstaggingapi get-resources` prints: botocore 1.43.11, data/resourcegroupstaggingapi/2017-01-26/service-2.json.
type listing struct {
	Resources *[]struct {
		ARN  string `json:"ResourceARN"`
		Tags []struct{ Key, Value string }
	} `json:"ResourceTagMappingList"`
	// PaginationToken and NextToken say that the list goes on: with --no-paginate and with --max-items.
	PaginationToken, NextToken string
}

const list = "aws resourcegroupstaggingapi get-resources --tag-filters Key=Project,Values=... Key=Environment,Values=... --output json"

// Strays reads a state and what aws lists by the stack's tags: the output of a call for each region, one after the other. What does not fit together
// is an error, since a list of another account or region would find nothing.
func Strays(state []byte, lists io.Reader) ([]Stray, error) {
	graph, err := model.ReadState(state)
	if err != nil {
		return nil, err
	}
	k := newKnown(graph)
	found := map[string]Stray{}
	decoder := json.NewDecoder(lists)
	for read := 0; ; read++ {
		var l listing
		if err := decoder.Decode(&l); errors.Is(err, io.EOF) {
			if read == 0 {
				return nil, fmt.Errorf("the list is empty: give what this prints, for each region of the stack: %s", list)
			}
			break
		} else if err != nil {
			return nil, fmt.Errorf("the list is not what this prints: %s: %w", list, err)
		}
		if l.Resources == nil {
			return nil, fmt.Errorf("the list has no ResourceTagMappingList: give the whole output, without --query, of: %s", list)
		}
		if l.PaginationToken+l.NextToken != "" {
			return nil, errors.New("the list goes on: leave out --no-paginate and --max-items")
		}
		for _, r := range *l.Resources {
			tags := map[string]string{}
			for _, tag := range r.Tags {
				tags[tag.Key] = tag.Value
			}
			if err := k.see(r.ARN, tags); err != nil {
				return nil, err
			}
			if !k.has(r.ARN) {
				found[r.ARN] = Stray{r.ARN, tags["Name"], service(tags)}
			}
		}
	}
	if err := k.complete(); err != nil {
		return nil, err
	}
	return slices.SortedFunc(maps.Values(found), func(a, b Stray) int { return strings.Compare(a.ARN, b.ARN) }), nil
}

// known is what a state has of AWS.
type known struct {
	// arns are all that its resources name, ids those of resources that have none.
	arns, ids map[string]bool
	// tags are the stack's, listed those of the list so far, if the state has nothing with tags.
	tags map[string]string
	// regions have resources with tags; the value says whether the list has something of it that the state has, too.
	regions map[string]bool
}

func newKnown(graph *model.Graph) *known {
	k := &known{map[string]bool{}, map[string]bool{}, map[string]string{}, map[string]bool{}}
	for _, r := range graph.Resources {
		if !r.Custom || !strings.HasPrefix(r.Type, "aws:") {
			continue
		}
		k.name(r.ID)
		k.name(map[string]any(r.Outputs))
		if r.Outputs.Text("arn") == "" {
			k.ids[r.ID] = true
		}
		if tags := r.Outputs.Values("tagsAll"); len(tags) > 0 {
			for _, name := range ours {
				k.tags[name] = tags.Text(name)
			}
			if region := field(r.Outputs.Text("arn"), 3); region != "" && catalogue.Of(r.Type).Listed() {
				k.regions[region] = false
			}
		}
	}
	return k
}

// name keeps all ARNs in a value.
func (k *known) name(value any) {
	switch value := value.(type) {
	case string:
		if strings.HasPrefix(value, "arn:") {
			k.arns[value] = true
		}
	case []any:
		for _, element := range value {
			k.name(element)
		}
	case map[string]any:
		for _, element := range value {
			k.name(element)
		}
	}
}

// has says whether the state has what an ARN names: under that ARN, or under the id that it ends with.
func (k *known) has(arn string) bool {
	if k.arns[arn] {
		return true
	}
	for id := range k.ids {
		if strings.HasSuffix(arn, "/"+id) || strings.HasSuffix(arn, ":"+id) {
			return true
		}
	}
	return false
}

// see checks that what is listed can be of this stack.
func (k *known) see(arn string, tags map[string]string) error {
	if field(arn, 5) == "" {
		return fmt.Errorf("the list names %q, which is no ARN", arn)
	}
	for _, name := range ours {
		if k.tags[name] == "" {
			k.tags[name] = tags[name] // the state has nothing
		}
		if tags[name] != k.tags[name] || tags[name] == "" {
			return fmt.Errorf("the list has %s, whose tag %s is %q, where the stack has %q: give both filters: %s", arn, name, tags[name], k.tags[name], list)
		}
	}
	if k.has(arn) {
		if _, is := k.regions[field(arn, 3)]; is {
			k.regions[field(arn, 3)] = true
		}
	}
	return nil
}

// complete checks that there is a list of every region.
func (k *known) complete() error {
	for _, region := range slices.Sorted(maps.Keys(k.regions)) {
		if !k.regions[region] {
			return fmt.Errorf("the list has nothing of %s that the state has there: it is of another account, or that region is missing: add --region %s to: %s",
				region, region, list)
		}
	}
	return nil
}

// field is a part of an ARN: 2 is the service, 3 the region, 5 the resource. "" if it is no ARN.
func field(arn string, at int) string {
	fields := strings.SplitN(arn, ":", 6)
	if len(fields) < 6 || fields[0] != "arn" {
		return ""
	}
	return fields[at]
}

// service is the first of AWS's own tags: nobody else may use the prefix.
func service(tags map[string]string) string {
	for _, name := range slices.Sorted(maps.Keys(tags)) {
		if strings.HasPrefix(name, "aws:") {
			return name
		}
	}
	return ""
}

// Unseen are the types of AWS that Strays cannot find, although one can be left over: they take no tags, or aws does not list them. What the next
// update finds again, or overwrites, cannot be left over.
func Unseen() ([]string, error) {
	table, err := schema.Load()
	if err != nil {
		return nil, err
	}
	var found []string
	for i := range catalogue.Types {
		t := &catalogue.Types[i]
		_, takes := table.Resources[t.Token].Outputs["tagsAll"]
		if strings.HasPrefix(t.Token, "aws:") && t.Again() != catalogue.Same && (!takes || !t.Listed()) {
			found = append(found, t.Token)
		}
	}
	slices.Sort(found)
	return found, nil
}

// StrayLines are strays as a list in Markdown: a line for each, and one for all that a service made of a kind, which may be of what is in the state.
func StrayLines(strays []Stray) string {
	var text strings.Builder
	made := map[string]int{}
	for _, s := range strays {
		if s.Service != "" {
			resource, _, _ := strings.Cut(strings.ReplaceAll(field(s.ARN, 5), ":", "/"), "/")
			made[code(field(s.ARN, 2)+":"+resource)+" with the tag "+code(s.Service)]++
			continue
		}
		fmt.Fprintf(&text, "- %s", code(s.ARN))
		if s.Name != "" {
			fmt.Fprintf(&text, " (%s)", code(s.Name))
		}
		text.WriteString(": carries the stack's tags, and is in no state.\n")
	}
	for _, kind := range slices.Sorted(maps.Keys(made)) {
		fmt.Fprintf(&text, "- %d %s: made by a service, which also deletes them once what it made them of is gone.\n", made[kind], kind)
	}
	return text.String()
}
