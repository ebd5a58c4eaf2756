package review

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"legops/internal/model"
)

// ordered are the lists whose order means something; of every other, the order is the service's own affair.
var ordered = []string{"orderedCacheBehaviors", "command", "args", "stages", "actions"}

// identities are what an element of a list goes by, so that it is compared with itself and not with its neighbour.
var identities = []string{"Sid", "name", "originId", "id", "key", "pathPattern", "containerPort"}

// differ writes what differs in the inputs of a resource.
type differ struct {
	new   *model.Resource
	found []Property
	// reordered says that elements of a list changed places, in a list whose order means nothing.
	reordered bool
}

// propertiesOf are what the provider says differs, with what was asked for and what is asked for now. It names elements of a list by
// their place and a document in a text as a whole: what differs within those is looked for here.
func propertiesOf(old, new *model.Resource, diff map[string]model.PropertyDiff) (_ []Property, reordered bool) {
	paths, replaces := map[string]model.Path{}, map[string]bool{}
	d := &differ{new: new}
	if len(diff) == 0 { // the engine replaces it for another reason, such as another provider, and asks no provider what differs
		for _, inputs := range []model.Values{old.Inputs, new.Inputs} {
			for key := range inputs {
				paths[key] = model.Path{key}
			}
		}
	}
	for name, property := range diff {
		path := model.PathOf(name)
		if secret := model.GetPath(old.Inputs, path); secret == any(model.Secret) && model.GetPath(new.Inputs, path) == secret {
			// Only the provider sees that it is another.
			d.found = append(d.found, Property{Path: name, Old: model.Secret, New: model.Secret, Replaces: property.Replaces()})
		}
		if i := slices.IndexFunc(path, func(step any) bool { _, is := step.(int); return is }); i >= 0 {
			path = path[:i]
		}
		text := path.String()
		paths[text], replaces[text] = path, replaces[text] || property.Replaces()
	}
	for _, text := range slices.Sorted(maps.Keys(paths)) {
		before, after, first := model.GetPath(old.Inputs, paths[text]), model.GetPath(new.Inputs, paths[text]), len(d.found)
		d.values(text, before, after)
		for i := range d.found[first:] {
			d.found[first+i].Replaces = replaces[text]
		}
	}
	slices.SortStableFunc(d.found, func(a, b Property) int { return strings.Compare(a.Path, b.Path) })
	return d.found, d.reordered
}

func (d *differ) objects(path string, old, new map[string]any) {
	both := maps.Clone(old)
	maps.Copy(both, new)
	for _, key := range slices.Sorted(maps.Keys(both)) {
		d.values(path+"."+key, old[key], new[key])
	}
}

func (d *differ) values(path string, old, new any) {
	old, new = readable(path, old), readable(path, new)
	if reflect.DeepEqual(old, new) {
		return
	}
	switch new := new.(type) {
	case map[string]any:
		if old, same := old.(map[string]any); same {
			d.objects(path, old, new)
			return
		}
	case []any:
		if old, same := old.([]any); same {
			d.lists(path, old, new)
			return
		}
	case string:
		if old, same := old.(string); same && strings.Contains(old+new, "\n") {
			d.lines(path, old, new)
			return
		}
	}
	d.found = append(d.found, Property{Path: path, Old: d.text(path, old), New: d.text(path, new)})
}

// lists compares two lists: what is in both is left out, and what is left is compared by identity or by place.
func (d *differ) lists(path string, old, new []any) {
	gone, come := without(old, new), without(new, old)
	if len(gone)+len(come) == 0 {
		if slices.Contains(ordered, path[strings.LastIndexByte(path, '.')+1:]) {
			d.found = append(d.found, Property{Path: path, Old: d.text(path, old), New: d.text(path, new)})
		} else {
			d.reordered = true
		}
		return
	}
	if len(old) == 1 && len(new) == 1 {
		d.values(path+"[0]", old[0], new[0])
		return
	}
	for i, element := range gone {
		at := fmt.Sprintf("%s[%s]", path, label(element, slices.IndexFunc(old, func(e any) bool { return reflect.DeepEqual(e, element) })))
		partner := slices.IndexFunc(come, func(e any) bool { return sameIdentity(element, e) })
		if partner < 0 && len(gone) == len(come) && isObject(element) && isObject(come[min(i, len(come)-1)]) && identity(element) == "" {
			partner = min(i, len(come)-1)
		}
		if partner < 0 || come[partner] == nil {
			d.found = append(d.found, Property{Path: at, Old: d.text(path, element)})
			continue
		}
		d.values(at, element, come[partner])
		come[partner] = nil
	}
	for _, element := range come {
		if element != nil {
			at := fmt.Sprintf("%s[%s]", path, label(element, slices.IndexFunc(new, func(e any) bool { return reflect.DeepEqual(e, element) })))
			d.found = append(d.found, Property{Path: at, New: d.text(path, element)})
		}
	}
}

// without are the elements of one list that another has not, each counted.
func without(list, other []any) []any {
	other = slices.Clone(other)
	var rest []any
	for _, element := range list {
		at := slices.IndexFunc(other, func(e any) bool { return reflect.DeepEqual(e, element) })
		if at < 0 {
			rest = append(rest, element)
		} else {
			other = slices.Delete(other, at, at+1)
		}
	}
	return rest
}

func isObject(element any) bool { _, is := element.(map[string]any); return is }

// identity is what an element of a list goes by; "" if it has nothing of the kind.
func identity(element any) string {
	object, _ := element.(map[string]any)
	for _, key := range identities {
		if text, is := object[key].(string); is {
			return text
		}
	}
	return ""
}

func sameIdentity(a, b any) bool { return identity(a) != "" && identity(a) == identity(b) }

func label(element any, index int) string {
	if name := identity(element); name != "" {
		return name
	}
	return strconv.Itoa(index)
}

// lines compares two texts of several lines: what stands between the first and the last line that differ.
func (d *differ) lines(path, old, new string) {
	before, after := strings.Split(old, "\n"), strings.Split(new, "\n")
	start := 0
	for start < min(len(before), len(after)) && before[start] == after[start] {
		start++
	}
	before, after = before[start:], after[start:]
	for len(before) > 0 && len(after) > 0 && before[len(before)-1] == after[len(after)-1] {
		before, after = before[:len(before)-1], after[:len(after)-1]
	}
	d.found = append(d.found, Property{
		Path: fmt.Sprintf("%s, line %d", path, start+1), Old: strings.Join(before, "\n"), New: strings.Join(after, "\n"),
	})
}

// readable unfolds what is packed into a text: a JSON document such as a policy, a script in base64.
func readable(path string, value any) any {
	text, is := value.(string)
	if !is {
		return value
	}
	var document any
	if (strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[")) && json.Unmarshal([]byte(text), &document) == nil {
		return document
	}
	if strings.HasSuffix(path, "serData") || strings.HasSuffix(path, "Base64") {
		if script, err := base64.StdEncoding.DecodeString(text); err == nil {
			return string(script)
		}
	}
	return value
}

// text is a value as a report shows it.
func (d *differ) text(path string, value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case string:
		return strings.ReplaceAll(value, model.Unknown, d.source(path))
	}
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return fmt.Sprint(value)
	}
	return strings.ReplaceAll(strings.TrimSpace(text.String()), model.Unknown, d.source(path))
}

// source names what a value comes from that is not known before the deployment.
func (d *differ) source(path string) string {
	property, _, _ := strings.Cut(path, ".")
	property, _, _ = strings.Cut(property, "[")
	if sources := d.new.Sources(property); len(sources) > 0 {
		return "<from " + strings.Join(sources, ", ") + ">"
	}
	return "<known after deployment>"
}
