package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"legops/internal/offline/schema"
)

func TestCommittedFileIsFresh(t *testing.T) {
	// go test caches by the files that a test opens. It does not see those
	// that `go list` reads, and would not rerun this for a new SDK version.
	if _, err := os.ReadFile("../../../../go.mod"); err != nil {
		t.Fatal(err)
	}
	want, err := render()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("schema.json does not match the SDKs in go.mod and the catalogue; run `make generate`")
	}
	if limit := 512 << 10; len(want) > limit {
		t.Errorf("schema.json has %d bytes, too many to review; want at most %d", len(want), limit)
	}
}

// TestWideSample covers types that the stacks are likely to need next, among
// them the deepest and the ones that contain themselves.
func TestWideSample(t *testing.T) {
	resources := []string{
		"aws:cloudfront/distribution:Distribution",
		"aws:codepipeline/pipeline:Pipeline",
		"aws:lambda/function:Function",
		"aws:lb/listener:Listener",
		"aws:lb/loadBalancer:LoadBalancer",
		"aws:opensearch/domain:Domain",
		"aws:rds/instance:Instance",
		"aws:s3/bucketV2:BucketV2",
		"aws:wafv2/webAcl:WebAcl",
		"kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",
		"kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
		"kubernetes:networking.k8s.io/v1:Ingress",
	}
	s, err := newGenerator(modules, goList).schema(resources, []string{"aws:iam/getPolicyDocument:getPolicyDocument"})
	if err != nil {
		t.Fatal(err)
	}
	for token, r := range s.Resources {
		if len(r.Inputs) == 0 || len(r.Outputs) == 0 {
			t.Errorf("%s has %d inputs and %d outputs", token, len(r.Inputs), len(r.Outputs))
		}
	}
	if p := s.Resources["aws:rds/instance:Instance"].Outputs["password"]; !p.Secret {
		t.Errorf("the password of an rds Instance is %+v, want a secret", p)
	}
	key := "kubernetes:apiextensions/v1:JSONSchemaProps"
	want := schema.Property{Kind: schema.Object, Object: key}
	if got := s.Objects[key]["not"]; !reflect.DeepEqual(got, want) {
		t.Errorf("JSONSchemaProps.not is %+v, want %+v", got, want)
	}
}

// fake is an SDK of one type, whose arguments and outputs a test fills in.
const fake = `package thing

import (
	"errors"
	"reflect"

	"example.com/fake/sdk/go/fake/shared"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

type Thing struct {
	pulumi.CustomResourceState

	OUTPUTS
}

func NewThing(ctx *pulumi.Context, name string, args *ThingArgs, opts ...pulumi.ResourceOption) (*Thing, error) {
	if args.Must == nil {
		return nil, errors.New("invalid value for required argument 'Must'")
	}
	if args.Level == nil {
		args.Level = pulumi.IntPtr(3)
	}
	if args.Code != nil {
		args.Code = pulumi.ToSecret(args.Code).(pulumi.StringPtrInput)
	}
	secrets := pulumi.AdditionalSecretOutputs([]string{"code"})
	opts = append(opts, secrets)
	var resource Thing
	err := ctx.RegisterResource("fake:odd.module/v1:Thing", name, args, &resource, opts...)
	return &resource, err
}

type thingArgs struct {
	INPUTS
}

type ThingArgs struct{}

func (ThingArgs) ElementType() reflect.Type { return reflect.TypeOf((*thingArgs)(nil)).Elem() }
`

const fakeShared = `package shared

import "reflect"

type Color string

type Tree struct {
	Color    *Color          ` + "`pulumi:\"color\"`" + `
	Branches map[string]Tree ` + "`pulumi:\"branches\"`" + `
}

type TreePtrOutput struct{}

func (TreePtrOutput) ElementType() reflect.Type { return reflect.TypeOf((**Tree)(nil)).Elem() }
`

const fakeToken = "fake:odd.module/v1:Thing"

// fakeGenerator reads the SDK with the fields, each written `Name type|property`.
func fakeGenerator(t *testing.T, inputs, outputs []string) *generator {
	t.Helper()
	fields := func(list []string) string {
		var b strings.Builder
		for _, field := range list {
			declaration, name, _ := strings.Cut(field, "|")
			b.WriteString(declaration + " `pulumi:\"" + name + "\"`\n")
		}
		return b.String()
	}
	dir := t.TempDir()
	files := map[string]string{
		"thing/thing.go":        strings.NewReplacer("INPUTS", fields(inputs), "OUTPUTS", fields(outputs)).Replace(fake),
		"shared/pulumiTypes.go": fakeShared,
	}
	for name, content := range files {
		file := filepath.Join(dir, "go", "fake", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return newGenerator(map[string]string{"fake": "example.com/fake/sdk"}, func(string) (module, error) {
		return module{dir, "v1.0.0"}, nil
	})
}

func TestFakeSDK(t *testing.T) {
	g := fakeGenerator(t,
		[]string{"Must []string|must", "Level *int|level", "Code *string|code", "Ratio float64|ratio", "Maybe string|maybe,optional", "Tree *shared.Tree|tree", "Self *Thing|self", "File pulumi.AssetOrArchive|file"},
		[]string{"Code pulumi.StringPtrOutput|code", "Groups pulumi.StringArrayMapOutput|groups", "Tree shared.TreePtrOutput|tree"})
	s, err := g.schema([]string{fakeToken}, nil)
	if err != nil {
		t.Fatal(err)
	}
	tree := schema.Property{Kind: schema.Object, Object: "fake:shared:Tree"}
	strings := schema.Property{Kind: schema.Array, Elem: &schema.Property{Kind: schema.String}}
	want := &schema.Schema{
		Modules: map[string]string{"example.com/fake/sdk": "v1.0.0"},
		Resources: map[string]schema.Resource{fakeToken: {
			Inputs: map[string]schema.Property{
				"code":  {Kind: schema.String},
				"file":  {Kind: schema.Asset},
				"level": {Kind: schema.Integer},
				"maybe": {Kind: schema.String},
				"must":  {Kind: schema.Array, Required: true, Elem: strings.Elem},
				"ratio": {Kind: schema.Number, Required: true},
				"self":  {Kind: schema.Any},
				"tree":  tree,
			},
			Outputs: map[string]schema.Property{
				"code":   {Kind: schema.String, Secret: true},
				"groups": {Kind: schema.Map, Elem: &strings},
				"tree":   tree,
			},
		}},
		Functions: map[string]schema.Function{},
		Objects: map[string]map[string]schema.Property{"fake:shared:Tree": {
			"branches": {Kind: schema.Map, Elem: &tree},
			"color":    {Kind: schema.String},
		}},
	}
	if !reflect.DeepEqual(s, want) {
		t.Errorf("got %+v, want %+v", s, want)
	}
	text, err := encode(s)
	if err != nil {
		t.Fatal(err)
	}
	var back schema.Schema
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(&back, want) {
		t.Errorf("the encoded table reads as %+v, want %+v", &back, want)
	}
}

// TestOmitted leaves a property out, of inputs, outputs and nested shapes, in the package that is named only.
func TestOmitted(t *testing.T) {
	g := fakeGenerator(t, []string{"Tree *shared.Tree|tree", "Branches string|branches"}, []string{"Tree shared.TreePtrOutput|tree"})
	g.omitted = map[string]map[string]bool{"fake:shared": {"branches": true}}
	s, err := g.schema([]string{fakeToken}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if shape := s.Objects["fake:shared:Tree"]; len(shape) != 1 || shape["color"].Kind != schema.String {
		t.Errorf("the shape of a tree is %+v, want color only", shape)
	}
	if _, ok := s.Resources[fakeToken].Inputs["branches"]; !ok {
		t.Error("the input branches of another package is left out")
	}
}

func TestErrorsNameTheirCause(t *testing.T) {
	tests := map[string]struct {
		token           string
		inputs, outputs []string
		want            []string
	}{
		"unknown type":        {token: "fake:thing:Ghost", want: []string{"fake:thing:Ghost", "no such type"}},
		"type of other token": {token: "fake:thing:Thing", want: []string{"fake:thing:Thing", "no such type"}},
		"unknown SDK":         {token: "other:thing:Thing", want: []string{"other:thing:Thing", `no SDK for "other"`}},
		"odd Go type":         {inputs: []string{"Wait chan int|wait"}, want: []string{fakeToken, `"wait"`, "chan int"}},
		"odd map":             {inputs: []string{"Wait map[int]string|wait"}, want: []string{`"wait"`, "map by int"}},
		"odd shared type":     {inputs: []string{"Wait pulumi.Context|wait"}, want: []string{`"wait"`, "pulumi.Context"}},
		"missing shape":       {inputs: []string{"Wait []Gone|wait"}, want: []string{`"wait"`, "no type Gone"}},
		"foreign package":     {inputs: []string{"Wait errors.Error|wait"}, want: []string{`"wait"`, `"errors"`}},
		"no name":             {inputs: []string{"Wait string|"}, want: []string{"Wait", "no pulumi tag"}},
		"odd output":          {outputs: []string{"Wait pulumi.StringInput|wait"}, want: []string{`"wait"`, "not an output"}},
		"odd shared output":   {outputs: []string{"Wait pulumi.OddOutput|wait"}, want: []string{`"wait"`, "pulumi.Odd"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			token := tt.token
			if token == "" {
				token = fakeToken
			}
			_, err := fakeGenerator(t, tt.inputs, tt.outputs).schema([]string{token}, nil)
			if err == nil {
				t.Fatal("no error")
			}
			for _, part := range tt.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not mention %q", err, part)
				}
			}
		})
	}
}
