package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/offline/schema"
)

// fact is what the provider's schema says of an attribute.
type fact struct {
	Kind, Suppress, State, Terraform                                    string
	ForceNew, ForceNewIf, Computed, Optional, Required, AutoName, Block bool
	Default                                                             any
	Type                                                                string
}

// typeFacts are those of a type.
type typeFacts struct {
	Terraform              string
	Framework, DeleteFirst bool
	Properties             map[string]fact
}

// documents are the functions by which the provider compares an input as JSON, or writes it in one form.
var documents = []string{"JSON", "Json", "EquivalentPolicy", "EquivalentIAMPolicy", "events.resourceRule.func1"}

// suppressed are inputs with a function of the provider's own that ignores that they are no longer given, and the order of the second.
var suppressed = []string{
	"aws:wafv2/ipSet:IpSet addresses", "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration redactedFields",
	"aws:codedeploy/deploymentGroup:DeploymentGroup deploymentStyle", "aws:opensearch/domain:Domain clusterConfig.zoneAwarenessConfig",
}

// settled is whether an input replaces in version 5.100, where 5.68 and 6.13 differ.
var settled = map[string]bool{
	// In place up to 5.99, a replacement from 6.0 on (hashicorp/terraform-provider-aws, issue 43500)
	"aws:route53/record:Record type": false,
	// Changed in 6.6.0 (pull request 42591 in its CHANGELOG.md)
	"aws:ec2/natGateway:NatGateway secondaryPrivateIpAddressCount": true,
}

// facts writes what two versions of the provider say of the inputs that the SDK of Pulumi has.
func facts(older, newer string, out io.Writer) error {
	table, err := schema.Load()
	if err != nil {
		return err
	}
	before, err := read(older)
	if err != nil {
		return err
	}
	now, err := read(newer)
	if err != nil {
		return err
	}
	types := map[string]catalogue.Provider{}
	var compared, forced int
	for _, token := range slices.Sorted(maps.Keys(now)) {
		t := now[token]
		known := catalogue.Provider{Type: t.Terraform, Framework: t.Framework, DeleteFirst: t.DeleteFirst, Inputs: map[string]catalogue.Input{}}
		for _, path := range slices.Sorted(maps.Keys(t.Properties)) {
			f := t.Properties[path]
			if !f.Optional && !f.Required || !has(table, table.Resources[token].Inputs, path) {
				continue
			}
			compared++
			input := catalogue.Input{Replaces: f.ForceNew, Block: f.ForceNew && f.Block, Computed: f.Computed, Set: f.Kind == "set", Default: f.Default}
			input.JSON = slices.ContainsFunc(documents, func(of string) bool { return strings.Contains(f.Suppress+" "+f.State, of) })
			if slices.Contains(suppressed, token+" "+path) {
				input.Computed, input.Set = true, input.Set || path == "redactedFields"
			}
			if f.ForceNew {
				forced++
			}
			if was, is := before[token].Properties[path]; is && was.ForceNew != f.ForceNew {
				decided, is := settled[token+" "+path]
				if !is {
					return fmt.Errorf("%s %s: it replaces in one of the two versions only: find out what 5.100 does and add it to settled", token, path)
				}
				input.Replaces = decided
			}
			if f.AutoName && !strings.Contains(path, ".") {
				known.AutoName = path
			}
			if input != (catalogue.Input{}) {
				known.Inputs[path] = input
			}
		}
		types[token] = known
	}
	fmt.Fprintf(os.Stderr, "%d types, %d inputs, %d of which replace\n", len(types), compared, forced)
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", " ")
	return encoder.Encode(map[string]any{"types": types})
}

func read(path string) (map[string]typeFacts, error) {
	encoded, err := os.ReadFile(path) //nolint:gosec // a generator reads what it is told to
	if err != nil {
		return nil, err
	}
	var all map[string]typeFacts
	if err := json.Unmarshal(encoded, &all); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return all, nil
}

// has says whether the SDK has an input at a path.
func has(table *schema.Schema, inputs map[string]schema.Property, path string) bool {
	name, rest, deeper := strings.Cut(path, ".")
	property, is := inputs[strings.TrimSuffix(name, "[*]")]
	if !is || !deeper {
		return is
	}
	for property.Kind == schema.Array {
		property = *property.Elem
	}
	return property.Kind == schema.Object && has(table, table.Objects[property.Object], rest)
}
