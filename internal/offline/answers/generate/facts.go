package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/offline/schema"
)

// nestedStatement is what is within a firewall's statement that joins or negates others. The provider's schema repeats the same inputs there, thousands of
// them, three levels deep; they are left out.
var nestedStatement = regexp.MustCompile(`\.(and|or|not)Statement\.`)

// fact is what the provider's schema says of an attribute.
type fact struct {
	Kind, Suppress, State, Terraform                        string
	ForceNew, Computed, Optional, Required, AutoName, Block bool
	Default                                                 any
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

// asIn is which of two versions tells what 5.100 does, where they differ in an input.
type asIn string

const (
	older asIn = "5.68"
	newer asIn = "6.13"
)

// settled are the inputs, or what is below them, in which 5.68 and 6.13 differ. What the CHANGELOG of 6.13, which begins with 6.0.0, does
// not name was changed before 6.0.
var settled = map[string]asIn{
	// In place up to 5.99, a replacement from 6.0 on (hashicorp/terraform-provider-aws, issue 43500)
	"aws:route53/record:Record type": older,
	// 6.6.0, pull request 42591
	"aws:ec2/natGateway:NatGateway secondaryAllocationIds":         older,
	"aws:ec2/natGateway:NatGateway secondaryPrivateIpAddressCount": older,
	// 6.0.0, pull requests 42326 and 39858
	"aws:lb/listener:Listener mutualAuthentication.ignoreClientCertificateExpiry":    older,
	"aws:wafv2/webAcl:WebAcl rules[*].statement.managedRuleGroupStatement.managedRu": older,
	// Not named; the first is on the plugin framework since
	"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2": newer,
	"aws:codepipeline/pipeline:Pipeline triggers":                          newer,
	"aws:iam/openIdConnectProvider:OpenIdConnectProvider thumbprintLists":  newer,
	"aws:wafv2/ipSet:IpSet name":                                           newer,
	"aws:wafv2/webAcl:WebAcl name":                                         newer,
}

// since are inputs that 5.68 has not, and that 6.13 has otherwise than 5.100: 6.0 or later changed them, by the CHANGELOG of 6.13.
var since = map[string]func(*fact){
	// A replacement up to 6.10; in place from 6.11.0 on, pull request 42928, which also takes Computed from the networks of pods
	"aws:eks/cluster:Cluster remoteNetworkConfig":                          func(f *fact) { f.ForceNew = true },
	"aws:eks/cluster:Cluster remoteNetworkConfig.remoteNodeNetworks.cidrs": func(f *fact) { f.ForceNew = true },
	"aws:eks/cluster:Cluster remoteNetworkConfig.remotePodNetworks":        func(f *fact) { f.Computed = true },
	"aws:eks/cluster:Cluster remoteNetworkConfig.remotePodNetworks.cidrs":  func(f *fact) { f.ForceNew = true },
}

// settle is an input as 5.100 has it.
func settle(token, path string, before, now fact) (fact, error) {
	if before.ForceNew == now.ForceNew && before.Computed == now.Computed && before.Default == now.Default {
		return now, nil
	}
	for beginning, in := range settled {
		if strings.HasPrefix(token+" "+path, beginning) {
			if in == older {
				return before, nil
			}
			return now, nil
		}
	}
	return now, fmt.Errorf("%s %s is another input in 5.68 than in 6.13: find out what 5.100 does and add it to settled", token, path)
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
	var inputs, compared, forced int
	for _, token := range slices.Sorted(maps.Keys(now)) {
		t := now[token]
		known := catalogue.Provider{Type: t.Terraform, Framework: t.Framework, DeleteFirst: t.DeleteFirst, Inputs: map[string]catalogue.Input{}}
		for path, f := range before[token].Properties {
			if _, is := t.Properties[path]; !is {
				t.Properties[path] = f // gone since, and still in the SDK
			}
		}
		for _, path := range slices.Sorted(maps.Keys(t.Properties)) {
			f := t.Properties[path]
			if !f.Optional && !f.Required || nestedStatement.MatchString(path) || !has(table, table.Resources[token].Inputs, path) {
				continue
			}
			inputs++
			if was, is := before[token].Properties[path]; is {
				compared++
				if f, err = settle(token, path, was, f); err != nil {
					return err
				}
			} else if change, is := since[token+" "+path]; is {
				change(&f)
			}
			input := catalogue.Input{Replaces: f.ForceNew, Block: f.ForceNew && f.Block, Computed: f.Computed, Set: f.Kind == "set", Default: f.Default}
			input.JSON = slices.ContainsFunc(documents, func(of string) bool { return strings.Contains(f.Suppress+" "+f.State, of) })
			if slices.Contains(suppressed, token+" "+path) {
				input.Computed, input.Set = true, input.Set || path == "redactedFields"
			}
			if f.ForceNew {
				forced++
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
	fmt.Fprintf(os.Stderr, "%d types, %d inputs, %d of which replace; %d are in both versions\n", len(types), inputs, forced, compared)
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
