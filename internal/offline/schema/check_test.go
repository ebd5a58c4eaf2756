package schema

import (
	"math"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/asset"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// testSchema has a property of every kind.
func testSchema() (*Schema, map[string]Property) {
	s := &Schema{Objects: map[string]map[string]Property{
		"test:Node": {
			"name":  {Kind: String, Required: true},
			"ids":   {Kind: Array, Elem: &Property{Kind: String}},
			"child": {Kind: Object, Object: "test:Node"},
		},
	}}
	return s, map[string]Property{
		"any":     {Kind: Any},
		"asset":   {Kind: Asset},
		"boolean": {Kind: Boolean},
		"integer": {Kind: Integer},
		"json":    {Kind: Object, Object: "test:Node", JSONString: true},
		"list":    {Kind: Array, Elem: &Property{Kind: Integer}},
		"map":     {Kind: Map, Elem: &Property{Kind: String}},
		"node":    {Kind: Object, Object: "test:Node"},
		"number":  {Kind: Number},
		"string":  {Kind: String},
	}
}

var (
	text    = resource.NewProperty("text")
	null    = resource.NewNullProperty()
	unknown = resource.MakeComputed(text)
)

func object(m resource.PropertyMap) resource.PropertyValue { return resource.NewProperty(m) }

func list(v ...resource.PropertyValue) resource.PropertyValue { return resource.NewProperty(v) }

func output(v resource.PropertyValue, known bool) resource.PropertyValue {
	return resource.NewProperty(resource.Output{Element: v, Known: known})
}

func TestCheckAccepts(t *testing.T) {
	file, err := asset.FromText("content")
	require.NoError(t, err)
	node := object(resource.PropertyMap{"name": text, "ids": list(text), "child": object(resource.PropertyMap{"name": text})})
	reference := resource.MakeCustomResourceReference("urn:pulumi:test::test::test:Type::name", "id", "")
	values := map[string][]resource.PropertyValue{
		"any":     {text, resource.NewProperty(1.5), list(null), node, reference},
		"asset":   {resource.NewProperty(file)},
		"boolean": {resource.NewProperty(true)},
		"integer": {resource.NewProperty(3.0), resource.NewProperty(-3.0)},
		"json":    {node, resource.NewProperty(`{"name":"text","ids":["a"]}`), resource.MakeSecret(resource.NewProperty(`{"name":"text"}`))},
		"list":    {list(), list(resource.NewProperty(1.0), unknown)},
		"map":     {object(resource.PropertyMap{"a.b/c": text, "gone": null, "later": unknown})},
		"node":    {node, object(resource.PropertyMap{"name": unknown})},
		"number":  {resource.NewProperty(1.5)},
		"string":  {text, resource.NewProperty(""), reference},
	}
	s, props := testSchema()
	for name, accepted := range values {
		for _, v := range accepted {
			for _, v := range []resource.PropertyValue{v, resource.MakeSecret(v), output(v, true)} {
				assert.Nil(t, s.Check(props, resource.PropertyMap{resource.PropertyKey(name): v}), "%s: %v", name, v)
			}
		}
		for _, v := range []resource.PropertyValue{null, unknown, output(text, false), resource.MakeSecret(unknown)} {
			assert.Nil(t, s.Check(props, resource.PropertyMap{resource.PropertyKey(name): v}), "%s: %v", name, v)
		}
	}
}

func TestCheckRefuses(t *testing.T) {
	type in = resource.PropertyMap
	tests := map[string]struct {
		value in
		want  []Failure
	}{
		"unknown name":      {in{"strnig": text}, []Failure{{"strnig", "unknown property"}}},
		"unknown, computed": {in{"strnig": unknown}, []Failure{{"strnig", "unknown property"}}},
		"number as string":  {in{"string": resource.NewProperty(1.0)}, []Failure{{"string", "want string, got number"}}},
		"string as boolean": {in{"boolean": resource.NewProperty("true")}, []Failure{{"boolean", "want boolean, got string"}}},
		"string as integer": {in{"integer": resource.NewProperty("1")}, []Failure{{"integer", "want integer, got string"}}},
		"fraction":          {in{"integer": resource.NewProperty(1.5)}, []Failure{{"integer", "want integer, got number"}}},
		"infinity":          {in{"integer": resource.NewProperty(math.Inf(1))}, []Failure{{"integer", "want integer, got number"}}},
		"string as number":  {in{"number": text}, []Failure{{"number", "want number, got string"}}},
		"string as asset":   {in{"asset": text}, []Failure{{"asset", "want asset, got string"}}},
		"string as array":   {in{"list": text}, []Failure{{"list", "want array, got string"}}},
		"string as object":  {in{"node": text}, []Failure{{"node", "want object, got string"}}},
		"inside a secret":   {in{"string": resource.MakeSecret(list())}, []Failure{{"string", "want string, got []"}}},
		"inside an output":  {in{"string": output(list(), true)}, []Failure{{"string", "want string, got []"}}},
		"element":           {in{"list": list(resource.NewProperty(1.0), text)}, []Failure{{"list[1]", "want integer, got string"}}},
		"hole in an array":  {in{"list": list(null)}, []Failure{{"list[0]", "want integer, got null"}}},
		"entry":             {in{"map": object(in{"a.b": list()})}, []Failure{{`map["a.b"]`, "want string, got []"}}},
		"missing in object": {in{"node": object(in{})}, []Failure{{"node.name", "required property is missing"}}},
		"null if required":  {in{"node": object(in{"name": null})}, []Failure{{"node.name", "required property is missing"}}},
		"secret null":       {in{"node": object(in{"name": resource.MakeSecret(null)})}, []Failure{{"node.name", "required property is missing"}}},
		"deep": {
			in{"node": object(in{"name": text, "child": object(in{"ids": list(list()), "title": text})})},
			[]Failure{
				{"node.child.ids[0]", "want string, got []"},
				{"node.child.title", "unknown property"},
				{"node.child.name", "required property is missing"},
			},
		},
		"not JSON":           {in{"json": text}, []Failure{{"json", "want object, got string"}}},
		"JSON of wrong kind": {in{"json": resource.NewProperty("[1]")}, []Failure{{"json", "want object, got []"}}},
		"inside JSON":        {in{"json": resource.NewProperty(`{"name":1}`)}, []Failure{{"json.name", "want string, got number"}}},
		"JSON elsewhere":     {in{"node": resource.NewProperty(`{"name":"text"}`)}, []Failure{{"node", "want object, got string"}}},
	}
	s, props := testSchema()
	for name, tt := range tests {
		assert.Equal(t, tt.want, s.Check(props, tt.value), name)
	}
}

// TestCheckCluster holds a real shape against the real table.
func TestCheckCluster(t *testing.T) {
	s := loaded(t)
	got := s.Check(s.Resources["aws:eks/cluster:Cluster"].Inputs, resource.PropertyMap{
		"vpcConfig": object(resource.PropertyMap{
			"subnetIds":            list(resource.NewProperty(1.0)),
			"endpointPublicAccess": resource.NewProperty("false"),
		}),
	})
	assert.Equal(t, []Failure{
		{"vpcConfig.endpointPublicAccess", "want boolean, got string"},
		{"vpcConfig.subnetIds[0]", "want string, got number"},
		{"roleArn", "required property is missing"},
	}, got)
}
