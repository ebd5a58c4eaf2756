package main

import (
	"cmp"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
	"legops/internal/offline/schema"
)

func TestCommittedFileIsFresh(t *testing.T) {
	// go test caches by the files that a test opens. It does not see those
	// that `go list` reads, and would not rerun this for a new SDK version.
	checkout.Read(t, "../../../../go.mod")
	want, err := render()
	require.NoError(t, err)
	assert.True(t, checkout.Read(t, "../schema.json") == string(want), "schema.json does not match the SDKs in go.mod and the catalogue; run `make generate`")
	assert.LessOrEqual(t, len(want), 512<<10, "schema.json has too many bytes to review")
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
	require.NoError(t, err)
	for token, r := range s.Resources {
		assert.NotEmpty(t, r.Inputs, token)
		assert.NotEmpty(t, r.Outputs, token)
	}
	assert.True(t, s.Resources["aws:rds/instance:Instance"].Outputs["password"].Secret)
	key := "kubernetes:apiextensions/v1:JSONSchemaProps"
	assert.Equal(t, schema.Property{Kind: schema.Object, Object: key}, s.Objects[key]["not"])
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
	checkout.Write(t, dir, map[string]string{
		"go/fake/thing/thing.go":        strings.NewReplacer("INPUTS", fields(inputs), "OUTPUTS", fields(outputs)).Replace(fake),
		"go/fake/shared/pulumiTypes.go": fakeShared,
	})
	return newGenerator(map[string]string{"fake": "example.com/fake/sdk"}, func(string) (module, error) {
		return module{dir, "v1.0.0"}, nil
	})
}

func TestFakeSDK(t *testing.T) {
	g := fakeGenerator(t,
		[]string{"Must []string|must", "Level *int|level", "Code *string|code", "Ratio float64|ratio", "Maybe string|maybe,optional", "Tree *shared.Tree|tree", "Self *Thing|self", "File pulumi.AssetOrArchive|file"},
		[]string{"Code pulumi.StringPtrOutput|code", "Groups pulumi.StringArrayMapOutput|groups", "Tree shared.TreePtrOutput|tree"})
	s, err := g.schema([]string{fakeToken}, nil)
	require.NoError(t, err)
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
	assert.Equal(t, want, s)
	text, err := encode(s)
	require.NoError(t, err)
	var back schema.Schema
	require.NoError(t, json.Unmarshal(text, &back))
	assert.Equal(t, want, &back, "what the encoded table reads as")
}

// TestOmitted leaves a property out, of inputs, outputs and nested shapes, in the package that is named only.
func TestOmitted(t *testing.T) {
	g := fakeGenerator(t, []string{"Tree *shared.Tree|tree", "Branches string|branches"}, []string{"Tree shared.TreePtrOutput|tree"})
	g.omitted = map[string]map[string]bool{"fake:shared": {"branches": true}}
	s, err := g.schema([]string{fakeToken}, nil)
	require.NoError(t, err)
	assert.Equal(t, map[string]schema.Property{"color": {Kind: schema.String}}, s.Objects["fake:shared:Tree"])
	assert.Contains(t, s.Resources[fakeToken].Inputs, "branches", "that of another package stays")
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
			_, err := fakeGenerator(t, tt.inputs, tt.outputs).schema([]string{cmp.Or(tt.token, fakeToken)}, nil)
			for _, part := range tt.want {
				assert.ErrorContains(t, err, part)
			}
		})
	}
}
