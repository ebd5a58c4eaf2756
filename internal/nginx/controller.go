// Package nginx knows what F5 NGINX Ingress Controller takes and what it writes, and runs a real NGINX with that on loopback.
// The controller itself is no Go module that a test could import; what is known of it is data, in controller.yaml.
package nginx

import (
	_ "embed"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

//go:embed controller.yaml
var knowledge []byte

// Controller is what is known of one release of the controller.
type Controller struct {
	Repository, Release string
	// Nginx is the version of NGINX in its image.
	Nginx string
	// Arguments and Settings are the kinds of the values of its arguments, and of the keys of its ConfigMap.
	Arguments, Settings map[string]string
	// Since are directives of snippets with the version of NGINX that has them first.
	Since map[string]string
	// Annotations are the annotations that it reads, with the kinds of Ingress that may have them: master, minion.
	Annotations map[string][]string
	// Directives are what it writes, by context of NGINX.
	Directives map[string][]Directive
}

// Directive is a directive of NGINX that the controller writes.
type Directive struct {
	// Name is the directive's; empty where the value is the whole of it.
	Name string
	// Value is what it always says, Setting the key of the ConfigMap that says it, Default what it says without that key.
	// Without any of them it is not written.
	Value, Setting, Default string
	// Form is how a bool or an int is written: switch, flag or amount.
	Form string
	// Each is whether the value is a list, each in a directive of its own.
	Each bool
}

// Known is the release that the platform runs.
func Known() (*Controller, error) {
	c := &Controller{}
	if err := yaml.Unmarshal(knowledge, c); err != nil {
		return nil, fmt.Errorf("controller.yaml: %w", err)
	}
	return c, nil
}

// kinds say what a value of each kind looks like: of the controller's own, as it reads them (internal/configs/parsing_helpers.go),
// of the others, as NGINX does.
var kinds = map[string]struct {
	form *regexp.Regexp
	must string
}{
	"bool":    {regexp.MustCompile(`^(1|t|T|true|TRUE|True|0|f|F|false|FALSE|False)$`), "be true or false"},
	"int":     {regexp.MustCompile(`^-?\d+$`), "be a whole number"},
	"number":  {regexp.MustCompile(`^[1-9]\d*$`), "be a whole number above 0"},
	"size":    {regexp.MustCompile(`^\d+[kKmM]?$`), "be a size such as 16k"},
	"buffers": {regexp.MustCompile(`^\d+ \d+[kKmM]?$`), "be a number and a size, such as 8 16k"},
	"time":    {regexp.MustCompile(`^\d+(ms|s|m|h|d)$`), "be a time with its unit, such as 60s"},
	"list":    {regexp.MustCompile(`^[^\s,;]+(,[^\s,;]+)*$`), "be values with commas between them, without spaces"},
	"text":    {regexp.MustCompile(`^[^\s;{}]+$`), "be one word"},
	"string":  {regexp.MustCompile(`^\S+$`), "be one word"},
	"snippet": {regexp.MustCompile(`^([^;{}]+;\s*)+$`), "be directives that end with ;"},
}

// CheckSettings says what is wrong with the data of the ConfigMap, all of it.
func (c *Controller) CheckSettings(data map[string]string) []string {
	var problems []string
	for _, key := range slices.Sorted(maps.Keys(data)) {
		if kind, known := c.Settings[key]; !known {
			problems = append(problems, fmt.Sprintf("setting %s: release %s is not known to read it, and would ignore it: mend the key, or add it to controller.yaml", key, c.Release))
		} else if !kinds[kind].form.MatchString(data[key]) {
			problems = append(problems, fmt.Sprintf("setting %s: %q must %s", key, data[key], kinds[kind].must))
		}
	}
	return problems
}

// CheckArguments says what is wrong with the controller's arguments.
func (c *Controller) CheckArguments(arguments []string) []string {
	var problems []string
	for _, argument := range arguments {
		name, value, hasValue := strings.Cut(strings.TrimLeft(argument, "-"), "=")
		kind, known := c.Arguments[name]
		switch {
		case !known:
			problems = append(problems, fmt.Sprintf("argument %s: release %s is not known to have it, and would not start: mend the name, or add it to controller.yaml", argument, c.Release))
		case kind == "bool" && !hasValue: // it is on
		case !kinds[kind].form.MatchString(value):
			problems = append(problems, fmt.Sprintf("argument %s: %q must %s", argument, value, kinds[kind].must))
		}
	}
	return problems
}

// CheckAnnotations says what is wrong with the annotations of an Ingress. Others than the controller's are none of its business.
func (c *Controller) CheckAnnotations(annotations map[string]string) []string {
	var problems []string
	kind := annotations[mergeable]
	for _, key := range slices.Sorted(maps.Keys(annotations)) {
		if !strings.HasPrefix(key, "nginx.") {
			continue
		}
		switch may, known := c.Annotations[key]; {
		case !known:
			problems = append(problems, fmt.Sprintf("annotation %s: release %s is not known to read it, and would ignore it: mend the key, or add it to controller.yaml", key, c.Release))
		case !slices.Contains(may, kind):
			problems = append(problems, fmt.Sprintf("annotation %s: not on a %q, only on %s", key, kind, strings.Join(may, ", ")))
		}
	}
	return problems
}

// mergeable is the annotation that says which kind of Ingress this is.
const mergeable = "nginx.org/mergeable-ingress-type"

// values are what a directive says with these settings: none, one, or one for each.
func (d Directive) values(settings map[string]string) ([]string, error) {
	value := d.Value
	if value == "" {
		value = d.Default
		if set, ok := settings[d.Setting]; ok {
			value = set
		}
	}
	if value == "" {
		return nil, nil
	}
	switch d.Form {
	case "switch", "flag":
		on, err := strconv.ParseBool(onOff(value))
		if err != nil {
			return nil, fmt.Errorf("setting %s: %w", d.Setting, err)
		}
		if !on && d.Form == "flag" {
			return nil, nil
		}
		return []string{map[bool]string{true: "on", false: "off"}[on]}, nil
	case "amount":
		if amount, err := strconv.Atoi(value); err != nil || amount <= 0 {
			return nil, err
		}
	}
	if d.Each {
		return strings.Split(value, ","), nil
	}
	return []string{value}, nil
}

// onOff is a switch of NGINX as a bool of Go.
func onOff(value string) string {
	return strings.NewReplacer("on", "true", "off", "false").Replace(value)
}
