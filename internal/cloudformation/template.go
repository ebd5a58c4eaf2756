// Package cloudformation works out what CloudFormation makes of a template: the functions, conditions and names that bootstrap/account.yaml
// uses, and no others.
package cloudformation

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Template is a CloudFormation template.
type Template struct {
	Parameters map[string]Parameter `yaml:"Parameters"`
	Conditions map[string]any       `yaml:"Conditions"`
	Resources  map[string]any       `yaml:"Resources"`
	Outputs    map[string]any       `yaml:"Outputs"`
}

// Parameter is a parameter of a template.
type Parameter struct {
	Default        string `yaml:"Default"`
	AllowedPattern string `yaml:"AllowedPattern"`
}

// Parse reads a template with the short form of functions, such as !Ref.
func Parse(text string) (*Template, error) {
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(text), &document); err != nil {
		return nil, err
	}
	functions(&document)
	t := &Template{}
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

// Deployment is the result of a template with values for its parameters, as CloudFormation computes it.
type Deployment struct {
	Template  *Template
	Values    map[string]string // of parameters, passed and default, and of pseudo parameters
	Used      map[string]bool   // the parameters that something reads
	Resources map[string]Resource
	Outputs   map[string]string
	Problems  []string
}

// Resource is a resource with every function evaluated. Its fields are those that CloudFormation supports.
type Resource struct {
	Type, Condition, DeletionPolicy, UpdateReplacePolicy string
	Properties                                           map[string]any
	Raw                                                  map[string]any
}

// noValue removes the property whose value it is.
type noValue struct{}

// Deploy evaluates a template for a stack of CloudFormation in an account and region.
func Deploy(t *Template, stack, account, region string, parameters map[string]string) *Deployment {
	d := &Deployment{
		Template: t, Used: map[string]bool{}, Resources: map[string]Resource{}, Outputs: map[string]string{},
		Values: map[string]string{"AWS::AccountId": account, "AWS::Partition": "aws", "AWS::Region": region, "AWS::StackName": stack},
	}
	for name, parameter := range t.Parameters {
		d.Values[name] = parameter.Default
	}
	for name, value := range parameters {
		if !regexp.MustCompile(t.Parameters[name].AllowedPattern).MatchString(value) {
			d.problem("parameter %s: %q does not match %s", name, value, t.Parameters[name].AllowedPattern)
		}
		d.Values[name] = value
	}
	if len(d.Problems) > 0 {
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
		d.Resources[name] = Resource{
			Type: text("Type"), Condition: text("Condition"), DeletionPolicy: text("DeletionPolicy"),
			UpdateReplacePolicy: text("UpdateReplacePolicy"), Properties: properties, Raw: worked,
		}
	}
	for name, output := range t.Outputs {
		worked, _ := d.work(output).(map[string]any)
		d.Outputs[name], _ = worked["Value"].(string)
	}
	return d
}

func (d *Deployment) problem(format string, values ...any) {
	if text := fmt.Sprintf(format, values...); !slices.Contains(d.Problems, text) {
		d.Problems = append(d.Problems, text)
	}
}

func (d *Deployment) condition(name string) bool {
	condition, known := d.Template.Conditions[name]
	if !known {
		d.problem("unknown condition %s", name)
	}
	holds, _ := d.work(condition).(bool)
	return holds
}

// work evaluates the functions in a value.
func (d *Deployment) work(value any) any {
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

func (d *Deployment) function(name string, argument any) any {
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
	"AWS::IAM::ManagedPolicy": {"ManagedPolicyName", "arn:aws:iam::{account}:policy/%s", nil},
	"AWS::IAM::OIDCProvider": {"", "arn:aws:iam::{account}:oidc-provider/token.actions.githubusercontent.com",
		map[string]string{"Arn": "arn:aws:iam::{account}:oidc-provider/token.actions.githubusercontent.com"}},
	"AWS::IAM::Role":  {"RoleName", "%s", map[string]string{"Arn": "arn:aws:iam::{account}:role/%s"}},
	"AWS::KMS::Alias": {"AliasName", "%s", nil},
	"AWS::KMS::Key":   {"", "1234", map[string]string{"Arn": "arn:aws:kms:{region}:{account}:key/1234"}},
	"AWS::S3::Bucket": {"BucketName", "%s", map[string]string{"Arn": "arn:aws:s3:::%s"}},
}

// reference returns the value of a name, or of its attribute.
func (d *Deployment) reference(name, attribute string) any {
	if name == "AWS::NoValue" {
		return noValue{}
	}
	if value, known := d.Values[name]; known && attribute == "" {
		d.Used[name] = true
		return value
	}
	raw, _ := d.Template.Resources[name].(map[string]any)
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
	form = strings.NewReplacer("{account}", d.Values["AWS::AccountId"], "{region}", d.Values["AWS::Region"]).Replace(form)
	if !strings.Contains(form, "%s") {
		return form
	}
	properties, _ := raw["Properties"].(map[string]any)
	return fmt.Sprintf(form, d.work(properties[identity.name]))
}
