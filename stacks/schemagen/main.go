// Command schemagen writes stack.schema.json, the JSON Schema of a stack file, from the types in package
// stacks, and project.schema.json, that of the applications in Pulumi.yaml. It is the only importer of the AWS SDK's enumerations, so that the program never compiles them.
//
// Run it in the directory of package stacks, as go generate does.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"reflect"

	"github.com/invopop/jsonschema"
	orderedmap "github.com/wk8/go-ordered-map/v2"

	"legops/internal/ages"
	"legops/internal/settings"
	"legops/stacks"
)

const (
	schemaFile  = "stack.schema.json"
	projectFile = "project.schema.json"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "schemagen:", err)
		os.Exit(1)
	}
}

func run() error {
	files, err := generate()
	if err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(name, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// generate returns the texts of the schemas by file. The working directory must be that of package stacks: its doc comments
// become the descriptions.
func generate() (map[string][]byte, error) {
	configType := reflect.TypeFor[stacks.Config]()
	reflector := &jsonschema.Reflector{Anonymous: true, ExpandedStruct: true, Mapper: mapType}
	for _, folder := range []string{".", "../internal/settings"} {
		if err := reflector.AddGoComments(configType.PkgPath(), folder); err != nil {
			return nil, fmt.Errorf("reading doc comments: %w", err)
		}
	}
	config := reflector.ReflectFromType(configType)

	files := map[string][]byte{}
	for name, schema := range map[string]*jsonschema.Schema{schemaFile: stackFile(config), projectFile: project()} {
		var text bytes.Buffer
		encoder := json.NewEncoder(&text)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(schema); err != nil {
			return nil, err
		}
		files[name] = text.Bytes()
	}
	return files, nil
}

// project is the schema of Pulumi.yaml: the list of applications is as in a stack file, and Pulumi itself checks the rest.
func project() *jsonschema.Schema {
	in := func(name string, schema *jsonschema.Schema) *jsonschema.Schema {
		return &jsonschema.Schema{Properties: orderedmap.New[string, *jsonschema.Schema](orderedmap.WithInitialData(property(name, schema)))}
	}
	const key = stacks.Project + ":applications"
	schema := in("config", in(key, in("default", &jsonschema.Schema{Ref: schemaFile + "#/properties/config/properties/" + key})))
	schema.Version, schema.Title = jsonschema.Version, "Pulumi.yaml"
	return schema
}

// stackFile wraps the schema of Config in that of a whole stack file.
func stackFile(config *jsonschema.Schema) *jsonschema.Schema {
	definitions := config.Definitions
	config.Definitions, config.Version = nil, ""

	properties := jsonschema.NewProperties()
	for pair := config.Properties.Oldest(); pair != nil; pair = pair.Next() {
		properties.Set(stacks.Project+":"+pair.Key, pair.Value)
	}
	config.Properties = properties
	for i, key := range config.Required {
		config.Required[i] = stacks.Project + ":" + key
	}
	config.PatternProperties = map[string]*jsonschema.Schema{"^pulumi:": jsonschema.TrueSchema}

	return &jsonschema.Schema{
		Version:     jsonschema.Version,
		Title:       "Stack file",
		Description: "One account of the platform: Pulumi.<account>.yaml.",
		Type:        "object",
		Properties: orderedmap.New[string, *jsonschema.Schema](orderedmap.WithInitialData(
			property("config", config),
			property("encryptionsalt", text("Written by Pulumi when secrets are encrypted with a passphrase.")),
			property("secretsprovider", text("The key that encrypts secrets, such as awskms://alias/pulumi.")),
			property("encryptedkey", text("Written by Pulumi: the data key, encrypted by the secrets provider.")),
			property("environment", &jsonschema.Schema{Description: "Pulumi ESC environments to import."}),
		)),
		AdditionalProperties: jsonschema.FalseSchema,
		Required:             []string{"config"},
		Definitions:          definitions,
	}
}

func property(name string, schema *jsonschema.Schema) orderedmap.Pair[string, *jsonschema.Schema] {
	return orderedmap.Pair[string, *jsonschema.Schema]{Key: name, Value: schema}
}

func text(description string) *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Description: description}
}

// ipv4Range admits what netip.ParsePrefix admits as IPv4, and nothing else.
const (
	octet     = `(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])`
	ipv4Range = `^(` + octet + `\.){3}` + octet + `/(3[0-2]|[12]?[0-9])$`
)

// form is the pattern of a type's values, and the description of it in a problem.
type form struct{ pattern, words string }

// examples are what editors offer for values of a type that has a form. Others may be there, too.
var examples = map[reflect.Type][]any{
	reflect.TypeFor[settings.SearchVersion](): list(ages.OpenSearchVersions()...),
}

// forms are those of list elements, whose field has tags that describe the list, and of types with examples.
var forms = map[reflect.Type]form{
	reflect.TypeFor[settings.SearchVersion](): {`^OpenSearch_[0-9]+\.[0-9]+$`, "a version such as OpenSearch_2.19"},
	reflect.TypeFor[netip.Prefix]():           {ipv4Range, "an IPv4 range such as 10.10.0.0/16"},
	reflect.TypeFor[settings.RoleARN](): {
		`^arn:aws[a-z-]*:iam::[0-9]{12}:role/([A-Za-z0-9+=,.@_-]+/)*[A-Za-z0-9+=,.@_-]{1,64}$`, "a role ARN such as arn:aws:iam::111111111111:role/platform",
	},
	reflect.TypeFor[settings.StaticPath](): {`^/[A-Za-z0-9/_.*-]+$`, "a path such as /static/*"},
	// A token of RFC 9110, as RFC 6265 requires for a cookie's name.
	reflect.TypeFor[settings.CookieName](): {"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$", "the name of a cookie"},
	reflect.TypeFor[settings.HeaderName](): {`^[A-Za-z][0-9A-Za-z-]*$`, "the name of a header such as Accept-Language"},
	reflect.TypeFor[settings.UploadPath](): {`^(/[a-z0-9-]+)+$`, "a path such as /documents/files"},
	// Frameworks choose these names: /matters/socket.io, /matters/_blazor, /matters/VAADIN/push.
	reflect.TypeFor[settings.WebSocketPath](): {`^(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)+$`, "a path such as /matters/live"},
	// What no shell, JSON text or URL takes for anything else. Of //host/path the kubelet would ask for /path: it parses this as a URL and
	// then sets the host (formatURL in pkg/probe/http/request.go of Kubernetes). A query may be there, since that is why it parses it.
	reflect.TypeFor[settings.ProbePath]():     {`^/([A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*/?)?([?][A-Za-z0-9._~=&/-]+)?$`, "a path such as /matters/health"},
	reflect.TypeFor[settings.Table]():         {`^[a-z][a-z0-9-]*\.[A-Za-z_][A-Za-z0-9_]*$`, "an application, a dot and a table, such as matters.notes"},
	reflect.TypeFor[settings.GithubAccount](): {`^(0|[1-9][0-9]{0,14})$`, "the id of a GitHub account such as 1234567, in quotes"},
	reflect.TypeFor[settings.CommandWord]():   {`^[^\x00]+$`, "a word that is not empty"},
	reflect.TypeFor[settings.SecretName]():    {`^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$`, "a name of lower-case letters digits and hyphens (40 at most)"},
}

// mapType returns the schema of types whose Go type does not define the allowed values: enumerations, strings with
// a pattern and maps with a fixed set of keys. It returns nil for every other type.
func mapType(t reflect.Type) *jsonschema.Schema {
	if t == reflect.TypeFor[map[settings.AddonName]string]() {
		return addonVersions()
	}
	if f, ok := forms[t]; ok {
		return &jsonschema.Schema{Type: "string", Pattern: f.pattern, Examples: examples[t], Extras: map[string]any{"patternErrorMessage": f.words}}
	}
	enumeration, ok := enumerations[t]
	if !ok {
		return nil
	}
	schema := &jsonschema.Schema{Type: "string", Title: enumeration.title, Enum: enumeration.values}
	if t.Kind() == reflect.Int {
		schema.Type = "integer"
	}
	return schema
}

// addonVersions lists the add-ons as properties, not as propertyNames: editors complete them, and the
// validator reports the wrong location for propertyNames.
func addonVersions() *jsonschema.Schema {
	versions := jsonschema.NewProperties()
	for _, addon := range enumerations[reflect.TypeFor[settings.AddonName]()].values {
		versions.Set(addon.(string), &jsonschema.Schema{
			Type:    "string",
			Pattern: `^v[0-9]+\.[0-9]+\.[0-9]+-eksbuild\.[0-9]+$`,
			Extras:  map[string]any{"patternErrorMessage": "an add-on version such as v1.19.0-eksbuild.1"},
		})
	}
	return &jsonschema.Schema{Type: "object", Properties: versions, AdditionalProperties: jsonschema.FalseSchema}
}
