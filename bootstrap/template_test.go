// Package bootstrap_test checks the template of an account, and the script that deploys it: AWS accepts them, and they allow
// what the program needs and no more.
package bootstrap_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// template is a CloudFormation template.
type template struct {
	Parameters map[string]parameter `yaml:"Parameters"`
	Conditions map[string]any       `yaml:"Conditions"`
	Resources  map[string]any       `yaml:"Resources"`
	Outputs    map[string]any       `yaml:"Outputs"`
}

type parameter struct {
	Default        string `yaml:"Default"`
	AllowedPattern string `yaml:"AllowedPattern"`
}

// parse reads a template with the short form of functions, such as !Ref.
func parse(text string) (*template, error) {
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(text), &document); err != nil {
		return nil, err
	}
	functions(&document)
	t := &template{}
	return t, document.Decode(t)
}

// functions turns !Sub x into {Fn::Sub: x}, everywhere below a node.
func functions(node *yaml.Node) {
	for _, child := range node.Content {
		functions(child)
	}
	name, short := strings.CutPrefix(node.Tag, "!")
	if !short || strings.HasPrefix(name, "!") {
		return
	}
	value := *node
	value.Tag = ""
	switch {
	case name == "GetAtt":
		value = yaml.Node{Kind: yaml.SequenceNode}
		for part := range strings.SplitSeq(node.Value, ".") {
			value.Content = append(value.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: part})
		}
	case value.Kind == yaml.ScalarNode:
		value.Tag = "!!str"
	}
	if name != "Ref" {
		name = "Fn::" + name
	}
	*node = yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{{Kind: yaml.ScalarNode, Value: name}, &value}}
}

// deployment is the result of a template with values for its parameters, as CloudFormation computes it.
type deployment struct {
	template  *template
	values    map[string]string // of parameters, passed and default, and of pseudo parameters
	used      map[string]bool   // the parameters that something reads
	resources map[string]resource
	outputs   map[string]string
	problems  []string
}

// resource is a resource with every function evaluated. Its fields are those that CloudFormation supports.
type resource struct {
	Type, Condition, DeletionPolicy, UpdateReplacePolicy string
	Properties                                           map[string]any
	raw                                                  map[string]any
}

const account = "111111111111"

// noValue removes the property whose value it is.
type noValue struct{}

// deploy evaluates a template.
func deploy(t *template, parameters map[string]string) *deployment {
	d := &deployment{
		template: t, used: map[string]bool{}, resources: map[string]resource{}, outputs: map[string]string{},
		values: map[string]string{
			"AWS::AccountId": account, "AWS::Partition": "aws", "AWS::Region": "us-east-1",
			"AWS::StackName": "legops-" + parameters["Stack"] + "-bootstrap",
		},
	}
	for name, parameter := range t.Parameters {
		d.values[name] = parameter.Default
	}
	for name, value := range parameters {
		if !regexp.MustCompile(t.Parameters[name].AllowedPattern).MatchString(value) {
			d.problem("parameter %s: %q does not match %s", name, value, t.Parameters[name].AllowedPattern)
		}
		d.values[name] = value
	}
	if len(d.problems) > 0 {
		return d // CloudFormation stops here, too
	}
	for _, name := range slices.Sorted(maps.Keys(t.Resources)) {
		raw, _ := t.Resources[name].(map[string]any)
		if condition, _ := raw["Condition"].(string); condition != "" && !d.condition(condition) {
			continue
		}
		worked, _ := d.work(raw).(map[string]any)
		text := func(key string) string { value, _ := worked[key].(string); return value }
		properties, _ := worked["Properties"].(map[string]any)
		d.resources[name] = resource{
			Type: text("Type"), Condition: text("Condition"), DeletionPolicy: text("DeletionPolicy"),
			UpdateReplacePolicy: text("UpdateReplacePolicy"), Properties: properties, raw: worked,
		}
	}
	for name, output := range t.Outputs {
		worked, _ := d.work(output).(map[string]any)
		d.outputs[name], _ = worked["Value"].(string)
	}
	return d
}

func (d *deployment) problem(format string, values ...any) {
	if text := fmt.Sprintf(format, values...); !slices.Contains(d.problems, text) {
		d.problems = append(d.problems, text)
	}
}

func (d *deployment) condition(name string) bool {
	condition, known := d.template.Conditions[name]
	if !known {
		d.problem("unknown condition %s", name)
	}
	holds, _ := d.work(condition).(bool)
	return holds
}

// work evaluates the functions in a value.
func (d *deployment) work(value any) any {
	switch value := value.(type) {
	case []any:
		var list []any
		for _, item := range value {
			if worked := d.work(item); worked != (noValue{}) {
				list = append(list, worked)
			}
		}
		return list
	case map[string]any:
		if len(value) == 1 {
			for name, argument := range value {
				if name == "Ref" || strings.HasPrefix(name, "Fn::") {
					return d.function(name, argument)
				}
			}
		}
		worked := map[string]any{}
		for key, item := range value {
			if done := d.work(item); done != (noValue{}) {
				worked[key] = done
			}
		}
		return worked
	}
	return value
}

var variable = regexp.MustCompile(`\$\{([^}]+)\}`)

func (d *deployment) function(name string, argument any) any {
	list, _ := argument.([]any)
	text, _ := argument.(string)
	switch name {
	case "Ref":
		return d.reference(text, "")
	case "Fn::GetAtt":
		return d.reference(fmt.Sprint(list[0]), fmt.Sprint(list[1]))
	case "Fn::If":
		if d.condition(fmt.Sprint(list[0])) {
			return d.work(list[1])
		}
		return d.work(list[2])
	case "Fn::Equals":
		return d.work(list[0]) == d.work(list[1])
	case "Fn::Split":
		var parts []any
		for part := range strings.SplitSeq(d.work(list[1]).(string), list[0].(string)) {
			parts = append(parts, part)
		}
		return parts
	case "Fn::Select":
		return d.work(list[1]).([]any)[list[0].(int)]
	case "Fn::Sub":
		own := map[string]any{}
		if list != nil {
			text, _ = list[0].(string)
			own, _ = d.work(list[1]).(map[string]any)
		}
		return variable.ReplaceAllStringFunc(text, func(found string) string {
			name, attribute, _ := strings.Cut(variable.FindStringSubmatch(found)[1], ".")
			if value, given := own[name]; given {
				return fmt.Sprint(value)
			}
			return fmt.Sprint(d.reference(name, attribute))
		})
	}
	d.problem("%s is not a function that the template may use", name)
	return nil
}

// identities are the values of Ref and GetAtt by type, from CloudFormation's reference. %s is the name.
var identities = map[string]struct {
	name       string // the property that names it
	ref        string
	attributes map[string]string
}{
	"AWS::IAM::ManagedPolicy": {"ManagedPolicyName", "arn:aws:iam::" + account + ":policy/%s", nil},
	"AWS::IAM::OIDCProvider": {"", "arn:aws:iam::" + account + ":oidc-provider/token.actions.githubusercontent.com",
		map[string]string{"Arn": "arn:aws:iam::" + account + ":oidc-provider/token.actions.githubusercontent.com"}},
	"AWS::IAM::Role":  {"RoleName", "%s", map[string]string{"Arn": "arn:aws:iam::" + account + ":role/%s"}},
	"AWS::KMS::Alias": {"AliasName", "%s", nil},
	"AWS::KMS::Key":   {"", "1234", map[string]string{"Arn": "arn:aws:kms:us-east-1:" + account + ":key/1234"}},
	"AWS::S3::Bucket": {"BucketName", "%s", map[string]string{"Arn": "arn:aws:s3:::%s"}},
}

// reference returns the value of a name, or of its attribute.
func (d *deployment) reference(name, attribute string) any {
	if name == "AWS::NoValue" {
		return noValue{}
	}
	if value, known := d.values[name]; known && attribute == "" {
		d.used[name] = true
		return value
	}
	raw, _ := d.template.Resources[name].(map[string]any)
	condition, _ := raw["Condition"].(string)
	typ, _ := raw["Type"].(string)
	identity, known := identities[typ]
	form := identity.ref
	if attribute != "" {
		form, known = identity.attributes[attribute]
	}
	if !known || condition != "" && !d.condition(condition) {
		d.problem("nothing is called %s", strings.TrimSuffix(name+"."+attribute, "."))
		return ""
	}
	if !strings.Contains(form, "%s") {
		return form
	}
	properties, _ := raw["Properties"].(map[string]any)
	return fmt.Sprintf(form, d.work(properties[identity.name]))
}
