// Command oracle is the real AWS provider of Terraform behind the real bridge of Pulumi, without an account: it says what the
// provider knows of its resource types, and answers Check and Diff.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"strings"

	pfprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	rschema "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
)

// property is what a provider's schema says of one input, by its path in Terraform.
type property struct {
	Kind       string   `json:"kind"` // string, bool, int, float, list, set, map, object
	ForceNew   bool     `json:"forceNew,omitempty"`
	ForceNewIf bool     `json:"forceNewIf,omitempty"`
	Computed   bool     `json:"computed,omitempty"`
	Optional   bool     `json:"optional,omitempty"`
	Required   bool     `json:"required,omitempty"`
	MaxItems   int      `json:"maxItems,omitempty"`
	Default    any      `json:"default,omitempty"`
	Suppress   string   `json:"suppress,omitempty"`
	State      string   `json:"state,omitempty"`
	Modifiers  []string `json:"modifiers,omitempty"`
	Type       string   `json:"type,omitempty"`
	Terraform  string   `json:"terraform,omitempty"`
	Block      bool     `json:"block,omitempty"`
	AutoName   bool     `json:"autoName,omitempty"`
}

type typ struct {
	DeleteFirst bool                `json:"deleteFirst,omitempty"`
	Terraform   string              `json:"terraform"`
	Framework   bool                `json:"framework,omitempty"`
	Properties  map[string]property `json:"properties"`
}

func funcName(f any) string {
	v := reflect.ValueOf(f)
	if !v.IsValid() || v.IsNil() {
		return ""
	}
	n := runtime.FuncForPC(v.Pointer()).Name()
	return n[strings.LastIndexByte(n, '/')+1:]
}

var kinds = map[schema.ValueType]string{schema.TypeBool: "bool", schema.TypeInt: "int", schema.TypeFloat: "float", schema.TypeString: "string", schema.TypeList: "list", schema.TypeSet: "set", schema.TypeMap: "map"}

func walk(into map[string]property, at string, fields map[string]*schema.Schema) {
	for name, s := range fields {
		path := at + name
		p := property{Kind: kinds[s.Type], ForceNew: s.ForceNew, Computed: s.Computed, Optional: s.Optional, Required: s.Required,
			MaxItems: s.MaxItems, Default: s.Default, Suppress: funcName(s.DiffSuppressFunc), State: funcName(s.StateFunc)}
		into[path] = p
		if inner, ok := s.Elem.(*schema.Resource); ok {
			walk(into, path+".", inner.SchemaMap())
		}
	}
}

// modifiers are the plan modifiers of an attribute or block of the plugin framework, by the names of their types.
func modifiers(v any) (all []string) {
	r := reflect.Indirect(reflect.ValueOf(v))
	f := r.FieldByName("PlanModifiers")
	if !f.IsValid() {
		return nil
	}
	for i := range f.Len() {
		m := f.Index(i).Interface()
		text := fmt.Sprintf("%T", m)
		if d, ok := m.(interface{ Description(context.Context) string }); ok {
			text += ": " + d.Description(context.Background())
		}
		all = append(all, text)
	}
	return all
}

func attributes(into map[string]property, at string, attrs map[string]rschema.Attribute, blocks map[string]rschema.Block) {
	for name, a := range attrs {
		p := property{Computed: a.IsComputed(), Optional: a.IsOptional(), Required: a.IsRequired(), Modifiers: modifiers(a),
			Kind: strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%T", a), "schema."), "Attribute")), Type: fmt.Sprintf("%T", a.GetType())}
		p.ForceNew, p.ForceNewIf = forced(p.Modifiers)
		into[at+name] = p
		nest := reflect.ValueOf(a)
		if f := nest.FieldByName("NestedObject"); f.IsValid() {
			if o, ok := f.Interface().(rschema.NestedAttributeObject); ok {
				attributes(into, at+name+".", o.Attributes, nil)
			}
		}
		if f := nest.FieldByName("Attributes"); f.IsValid() {
			if o, ok := f.Interface().(map[string]rschema.Attribute); ok {
				attributes(into, at+name+".", o, nil)
			}
		}
	}
	for name, b := range blocks {
		p := property{Optional: true, Modifiers: modifiers(b), Kind: strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%T", b), "schema."), "NestedBlock"))}
		p.ForceNew, p.ForceNewIf = forced(p.Modifiers)
		into[at+name] = p
		switch b := b.(type) {
		case rschema.ListNestedBlock:
			attributes(into, at+name+".", b.NestedObject.Attributes, b.NestedObject.Blocks)
		case rschema.SetNestedBlock:
			attributes(into, at+name+".", b.NestedObject.Attributes, b.NestedObject.Blocks)
		case rschema.SingleNestedBlock:
			attributes(into, at+name+".", b.Attributes, b.Blocks)
		}
	}
}

func forced(modifiers []string) (always, when bool) {
	for _, m := range modifiers {
		replaces := strings.Contains(m, "destroy and recreate")
		always = always || replaces && strings.Contains(m, "attribute changes")
		when = when || replaces && !strings.Contains(m, "attribute changes")
	}
	return always, when
}

// named gives each property its path in Pulumi, [*] for an element of a list or a set, and takes those out that have none.
func named(properties map[string]property, tf, pulumi string, fields shim.SchemaMap, infos map[string]*tfbridge.SchemaInfo, into map[string]property) {
	fields.Range(func(name string, s shim.Schema) bool {
		path := pulumi + tfbridge.TerraformToPulumiNameV2(name, fields, infos)
		p, ok := properties[tf+name]
		if !ok {
			fmt.Fprintln(os.Stderr, "no facts of", tf+name)
			return true
		}
		p.Terraform = tf + name
		info := infos[name]
		one := tfbridge.IsMaxItemsOne(s, info)
		_, p.Block = s.Elem().(shim.Resource)
		if info != nil && info.HasDefault() && info.Default.AutoNamed {
			p.AutoName = true
		}
		into[path] = p
		inner := path + "."
		if (s.Type() == shim.TypeList || s.Type() == shim.TypeSet) && !one {
			inner = path + "[*]."
		}
		if r, ok := s.Elem().(shim.Resource); ok {
			var nested map[string]*tfbridge.SchemaInfo
			if info != nil {
				if info.Elem != nil {
					nested = info.Elem.Fields
				} else {
					nested = info.Fields
				}
			}
			named(properties, tf+name+".", inner, r.Schema(), nested, into)
		}
		return true
	})
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	ctx := context.Background()
	sdk, frame, err := providers(ctx)
	check(err)
	framed := map[string]bool{}
	all := map[string]typ{}
	frameRs := frameworkResources(ctx, frame)
	for token, name := range terraform {
		if r, ok := sdk.ResourcesMap[name]; ok {
			t := typ{Properties: map[string]property{}}
			walk(t.Properties, "", r.SchemaMap())
			all[token] = t
		} else if r, ok := frameRs[name]; ok {
			framed[token] = true
			var response resource.SchemaResponse
			r.Schema(ctx, resource.SchemaRequest{}, &response)
			t := typ{Framework: true, Properties: map[string]property{}}
			attributes(t.Properties, "", response.Schema.Attributes, response.Schema.Blocks)
			all[token] = t
		} else {
			fmt.Fprintln(os.Stderr, "no type", name)
		}
	}
	s, err := serve(ctx, sdk, frame, framed)
	check(err)
	for token, t := range all {
		info := s.info
		if framed[token] {
			info = s.finfo
		}
		name := terraform[token]
		paths := map[string]property{}
		named(t.Properties, "", "", info.P.ResourcesMap().Get(name).Schema(), info.Resources[name].Fields, paths)
		t.Properties = paths
		t.Terraform, t.DeleteFirst = name, info.Resources[name].DeleteBeforeReplace
		all[token] = t
	}
	s.facts = all
	if len(os.Args) > 1 && os.Args[1] == "ask" {
		questions(ctx, s)
		return
	}
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", " ")
	check(out.Encode(all))
}

func frameworkResources(ctx context.Context, p pfprovider.Provider) map[string]resource.Resource {
	all := map[string]resource.Resource{}
	for _, f := range p.Resources(ctx) {
		r := f()
		var m resource.MetadataResponse
		r.Metadata(ctx, resource.MetadataRequest{ProviderTypeName: "aws"}, &m)
		all[m.TypeName] = r
	}
	return all
}
