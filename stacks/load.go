package stacks

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"gopkg.in/yaml.v3"
)

// Load reads the configuration of a stack and checks it against the schema and the cross-rules. Pulumi passes
// the values to the program in PULUMI_CONFIG: by full key, JSON for mappings and lists, bare text for
// anything else.
//
// The error is of type Problems and holds every problem. A malformed value hides only the cross-rules that
// need it.
func Load(project string, values map[string]string) (*Config, error) {
	document, problems := readValues(project, values)
	names := applicationsIn(document)
	var bad []string
	malformed := checkForm(document)
	for _, f := range malformed {
		bad = append(bad, f.Key)
		if !f.silent {
			problems = append(problems, f.Problem)
		}
	}
	for _, f := range malformed {
		prune(document, f.path)
	}
	loaded, undecoded := decode(document)
	for _, p := range undecoded {
		bad = append(bad, p.Key)
		problems = append(problems, p)
	}
	problems = append(problems, checkRules(loaded, bad)...)
	if len(problems) > 0 {
		return nil, inNamespace(project, problems.named(names)).sort()
	}
	return loaded, nil
}

// applicationsIn are the names of the applications of a document of any form; empty of one without.
func applicationsIn(document map[string]any) []string {
	list, _ := document[full("applications")].([]any)
	names := make([]string, len(list))
	for i, one := range list {
		if application, is := one.(map[string]any); is {
			names[i], _ = application["name"].(string)
		}
	}
	return names
}

// ReadFile returns the values of a stack file, and those that Pulumi.yaml beside it sets for all, as Pulumi would pass them to Load. It
// refuses encrypted values, since the platform keeps its secrets in AWS, and a secrets provider whose key is outside the platform's
// region, which Pulumi does not pass to Load.
func ReadFile(path string) (map[string]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	values, err := readProject(filepath.Join(filepath.Dir(path), "Pulumi.yaml"))
	if err != nil {
		return nil, err
	}
	var file struct {
		SecretsProvider string     `yaml:"secretsprovider"`
		Config          config.Map `yaml:"config"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for key, value := range file.Config {
		if value.Secure() {
			return nil, fmt.Errorf("%s: %s: must not be encrypted: keep secrets in AWS Secrets Manager", path, key)
		}
		if values[key.String()], err = value.Value(config.NopDecrypter); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", path, key, err)
		}
	}
	if err := checkSecretsProvider(file.SecretsProvider, values[Project+":region"]); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return values, nil
}

// readProject returns the values that the project has for every stack that sets none, as Pulumi writes them (createConfigValue in
// sdk/go/common/workspace of pulumi v3.250.0): text and numbers bare, mappings and lists as JSON.
func readProject(path string) (map[string]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var project struct {
		Name   string `yaml:"name"`
		Config map[string]struct {
			Default any `yaml:"default"`
			Value   any `yaml:"value"`
		} `yaml:"config"`
	}
	if err := yaml.Unmarshal(text, &project); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	values := map[string]string{}
	for key, set := range project.Config {
		if !strings.Contains(key, ":") {
			key = project.Name + ":" + key
		}
		value := set.Default
		if value == nil {
			value = set.Value
		}
		switch value.(type) {
		case nil:
		case map[string]any, []any:
			text, err := json.Marshal(value)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", path, key, err)
			}
			values[key] = string(text)
		default:
			values[key] = fmt.Sprint(value)
		}
	}
	return values, nil
}

// checkSecretsProvider refuses a key outside the platform's region, in which make bootstrap creates the key.
func checkSecretsProvider(provider, region string) error {
	key, err := url.Parse(provider)
	switch {
	case err != nil:
		return fmt.Errorf("secretsprovider: %w", err)
	case key.Scheme != "awskms" || region == "" || key.Query().Get("region") == region:
		return nil
	}
	key.RawQuery = url.Values{"region": {region}}.Encode()
	return fmt.Errorf("secretsprovider: %s: its region must be %s:region, %s: write %s", provider, Project, region, key)
}

// readValues returns the values of the project's namespace as JSON would decode them, under the keys of the
// schema, and the problems with the other namespaces.
func readValues(project string, values map[string]string) (map[string]any, Problems) {
	document := map[string]any{}
	var problems Problems
	for _, key := range slices.Sorted(maps.Keys(values)) {
		namespace, name, _ := strings.Cut(key, ":")
		switch namespace {
		case project:
			path := Project + ":" + name
			document[path] = readValue(schema().nodeAt([]string{path}).Type, values[key])
		case "pulumi":
		default:
			problems = append(problems, foreign(key, namespace))
		}
	}
	return document, problems
}

// readValue reads one value. A value that is not of the type stays text, which the schema refuses.
func readValue(typeName, text string) any {
	var value any
	switch typeName {
	case "boolean":
		if text == "true" || text == "false" {
			return text == "true"
		}
	case "object", "array":
		if err := json.Unmarshal([]byte(text), &value); err == nil {
			return value
		}
	}
	return text
}

// insteadOf names the replacement of each key of a default provider.
var insteadOf = map[string]string{
	"aws:region":               "set legops:region",
	"aws:allowedAccountIds":    "set legops:account",
	"aws:defaultTags":          "set legops:tags",
	"aws:profile":              "set AWS_PROFILE in the environment",
	"aws:accessKey":            "leave credentials to the environment",
	"aws:secretKey":            "leave credentials to the environment",
	"aws:token":                "leave credentials to the environment",
	"kubernetes:kubeconfig":    "remove it: the program takes it from its cluster",
	"kubernetes:context":       "remove it: the program takes it from its cluster",
	"kubernetes:cluster":       "remove it: the program takes it from its cluster",
	"kubernetes:namespace":     "remove it: every object names its namespace",
	"aws:skipMetadataApiCheck": "remove it",
}

// foreign refuses a key of another namespace. Its value is not shown: it may be a credential.
func foreign(key, namespace string) Problem {
	rule := fmt.Sprintf("only keys of %s: and pulumi: are allowed", Project)
	if namespace == "aws" || namespace == "kubernetes" {
		rule = "has no effect: the program's providers are explicit"
	}
	fix := insteadOf[key]
	if fix == "" {
		fix = "remove it"
		if name := nearest(key, schema().config.known()); name != "" && namespace != "aws" && namespace != "kubernetes" {
			fix = didYouMean(name)
		}
	}
	return Problem{Key: showKey(key), Rule: rule, Fix: fix}
}

// prune removes a malformed value from the document, so that the rest can be decoded.
func prune(document map[string]any, path []string) {
	last := path[len(path)-1]
	switch holder := lookup(document, path[:len(path)-1]).(type) {
	case map[string]any:
		delete(holder, last)
	case []any:
		// An empty element keeps the positions of later ones.
		if i, err := strconv.Atoi(last); err == nil && i < len(holder) {
			holder[i] = nil
		}
	}
}

// decode fills a Config section by section. After the schema's check it finds a problem only if schema and types
// disagree.
func decode(document map[string]any) (*Config, Problems) {
	loaded := &Config{}
	var problems Problems
	if err := decodeStrictly(schema().defaults("Thresholds"), &loaded.Monitoring.Thresholds); err != nil {
		panic(fmt.Sprintf("stack.schema.json: %v", err))
	}
	fields := reflect.ValueOf(loaded).Elem()
	for i := range fields.NumField() {
		name, _, _ := strings.Cut(fields.Type().Field(i).Tag.Get("json"), ",")
		key := Project + ":" + name
		value, ok := document[key]
		if !ok {
			continue
		}
		if err := decodeStrictly(value, fields.Field(i).Addr().Interface()); err != nil {
			problems = append(problems, Problem{Key: key, Value: show(value), Rule: bound(show(err.Error()), 200), Fix: "write a value that stacks/stack.schema.json allows"})
		}
	}
	return loaded, problems
}

func decodeStrictly(value, into any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

// inNamespace replaces Project in the keys by the running project's name, which tests may choose.
func inNamespace(project string, problems Problems) Problems {
	if project == Project {
		return problems
	}
	rename := strings.NewReplacer(Project+":", project+":")
	for i, p := range problems {
		p.Key, p.Rule, p.Fix = rename.Replace(p.Key), rename.Replace(p.Rule), rename.Replace(p.Fix)
		problems[i] = p
	}
	return problems
}
