// Package nginx knows the inputs of F5 NGINX Ingress Controller and the configuration that it writes, and runs a real NGINX
// with that on loopback. Tests cannot import the controller as a Go module; the facts about it are in controller.yaml.
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

// Controller is the facts about one release of the controller.
type Controller struct {
	Repository, Release string
	// Nginx is the version of NGINX in its image.
	Nginx string
	// Arguments and Settings are the types of its arguments, and of the values in its ConfigMap.
	Arguments, Settings map[string]string
	// Since is the first NGINX version with each directive of the snippets.
	Since map[string]string
	// Annotations are the annotations that it reads, with the types of Ingress that may have them: master, minion.
	Annotations map[string][]string
	// Directives are the directives that it writes, by context of NGINX.
	Directives map[string][]Directive
}

// Directive is a directive of NGINX that the controller writes.
type Directive struct {
	// Name is the directive's name; empty if the value is the whole directive.
	Name string
	// Value is its fixed value, Setting the key of the ConfigMap with its value, Default its value without that key.
	// Without any of them the controller does not write it.
	Value, Setting, Default string
	// Form is the form of a bool or an int: switch, flag or amount.
	Form string
	// Each is set if the value is a list, of which each element gets a directive.
	Each bool
}

// Known returns the release that the platform runs.
func Known() (*Controller, error) {
	c := &Controller{}
	if err := yaml.Unmarshal(knowledge, c); err != nil {
		return nil, fmt.Errorf("controller.yaml: %w", err)
	}
	return c, nil
}

// valueTypes are the forms of values by type: as the controller parses them (internal/configs/parsing_helpers.go), or
// as NGINX does.
var valueTypes = map[string]struct {
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
	"snippet": {regexp.MustCompile(`^((?:[^;{}]+;|[^;{}]+\{(?:[^;{}]+;)+\s*\})\s*)+$`), "be directives that end with ; or a block of such"},
}

// CheckSettings returns all problems of the data of the ConfigMap.
func (c *Controller) CheckSettings(data map[string]string) []string {
	var problems []string
	for _, key := range slices.Sorted(maps.Keys(data)) {
		if valueType, known := c.Settings[key]; !known {
			problems = append(problems, fmt.Sprintf("setting %s: unknown, so release %s would ignore it: correct the key, or add it to controller.yaml", key, c.Release))
		} else if !valueTypes[valueType].form.MatchString(data[key]) {
			problems = append(problems, fmt.Sprintf("setting %s: %q must %s", key, data[key], valueTypes[valueType].must))
		}
	}
	return problems
}

// CheckArguments returns all problems of the controller's arguments.
func (c *Controller) CheckArguments(arguments []string) []string {
	var problems []string
	for _, argument := range arguments {
		name, value, hasValue := strings.Cut(strings.TrimLeft(argument, "-"), "=")
		valueType, known := c.Arguments[name]
		switch {
		case !known:
			problems = append(problems, fmt.Sprintf("argument %s: unknown, so release %s would not start: correct the name, or add it to controller.yaml", argument, c.Release))
		case valueType == "bool" && !hasValue: // true
		case !valueTypes[valueType].form.MatchString(value):
			problems = append(problems, fmt.Sprintf("argument %s: %q must %s", argument, value, valueTypes[valueType].must))
		}
	}
	return problems
}

// CheckAnnotations returns all problems of the controller's annotations of an Ingress. It ignores other annotations.
func (c *Controller) CheckAnnotations(annotations map[string]string) []string {
	var problems []string
	ingressType := annotations[mergeable]
	for _, key := range slices.Sorted(maps.Keys(annotations)) {
		if !strings.HasPrefix(key, "nginx.") {
			continue
		}
		switch may, known := c.Annotations[key]; {
		case !known:
			problems = append(problems, fmt.Sprintf("annotation %s: unknown, so release %s would ignore it: correct the key, or add it to controller.yaml", key, c.Release))
		case !slices.Contains(may, ingressType):
			problems = append(problems, fmt.Sprintf("annotation %s: not allowed on a %q, only on %s", key, ingressType, strings.Join(may, ", ")))
		}
	}
	return problems
}

// CheckPorts returns all problems of the ports at which NGINX listens. One server that speaks TLS at a port makes all of that port do so,
// and the health check of the load balancer, which asks for no host, comes to the port of the host.
func (c *Controller) CheckPorts(o Objects) []string {
	var problems []string
	host := o.Master.Annotations[listenPorts]
	if host == "" {
		host = "80"
	}
	if host != strconv.Itoa(o.Port) {
		problems = append(problems, fmt.Sprintf("annotation %s: the host listens at %s, and all other hosts at %d (-default-http-listener-port): make them the same", listenPorts, host, o.Port))
	}
	if o.Port == o.TLSPort {
		problems = append(problems, fmt.Sprintf("argument -default-https-listener-port: NGINX would speak TLS to all at %d: choose another port", o.TLSPort))
	}
	return problems
}

// listenPorts is the annotation with the ports at which a host is served in plain text.
const listenPorts = "nginx.org/listen-ports"

// mergeable is the annotation with the type of an Ingress.
const mergeable = "nginx.org/mergeable-ingress-type"

// values returns the values of a directive with these settings: none, one, or several.
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

// onOff converts a boolean to a switch of NGINX.
func onOff(value string) string {
	return strings.NewReplacer("on", "true", "off", "false").Replace(value)
}
