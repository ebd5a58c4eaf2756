package model

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const preview = `warning: something the CLI says
{
  "config": {"legops:password": "[secret]"},
  "steps": [
    {"op": "same", "urn": "urn:pulumi:dev::legops::legops:components:Queues::queues",
     "oldState": {"urn": "urn:pulumi:dev::legops::legops:components:Queues::queues", "type": "legops:components:Queues"},
     "newState": {"urn": "urn:pulumi:dev::legops::legops:components:Queues::queues", "type": "legops:components:Queues"}},
    {"op": "create-replacement", "diffReasons": ["name", "list"], "replaceReasons": ["name", "list"], "detailedDiff": {"name": {"kind": "update-replace", "inputDiff": true}, "list[0]": {"kind": "add"}},
     "oldState": {"urn": "urn:pulumi:dev::legops::aws:sqs/queue:Queue::signing", "type": "aws:sqs/queue:Queue", "inputs": {"name": "a"}},
     "newState": {"urn": "urn:pulumi:dev::legops::aws:sqs/queue:Queue::signing", "type": "aws:sqs/queue:Queue",
      "parent": "urn:pulumi:dev::legops::legops:components:Queues::queues", "provider": "urn:pulumi:dev::legops::pulumi:providers:aws::aws-global::id",
      "inputs": {"name": "b", "__internal": {}, "list": ["[secret]", {"deep": "[secret]"}], "marked": {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}}}},
    {"op": "replace",
     "oldState": {"urn": "urn:pulumi:dev::legops::aws:sqs/queue:Queue::signing", "type": "aws:sqs/queue:Queue"},
     "newState": {"urn": "urn:pulumi:dev::legops::aws:sqs/queue:Queue::signing", "type": "aws:sqs/queue:Queue"}},
    {"op": "delete", "oldState": {"urn": "urn:pulumi:dev::legops::aws:sqs/queue:Queue::old", "type": "aws:sqs/queue:Queue"}}
  ],
  "diagnostics": [{"severity": "warning", "message": "careful"}]
}`

func TestRead(t *testing.T) {
	p, err := ReadPreview([]byte(preview))
	require.NoError(t, err)
	require.Len(t, p.Steps, 4)
	base, head := p.Base(), p.Head()
	require.Len(t, base.Resources, 3, "a replacement is one resource")
	require.Len(t, head.Resources, 2)
	queue := head.Named("aws:sqs/queue:Queue", "signing")
	assert.Equal(t, queue, head.Resources[0], "ordered by URN")
	assert.Equal(t, "aws-global", queue.ProviderName())
	for path, replaces := range map[string]bool{"name": true, "list[0]": false} {
		assert.Equal(t, replaces, p.Steps[1].DetailedDiff[path].Replaces(), path)
	}
	for _, reasons := range [][]string{p.Steps[1].DiffReasons, p.Steps[1].ReplaceReasons} {
		assert.Equal(t, []string{"list", "name"}, reasons, "in order of their names")
	}
	assert.Equal(t, Values{"name": "b", "list": []any{Secret, map[string]any{"deep": Secret}}, "marked": Secret}, queue.Inputs)
	assert.Equal(t, "Queues", head.Kind(queue))
	assert.Nil(t, base.Component(base.Resources[0]), "it is part of nothing")
	assert.Equal(t, "old", p.Steps[0].Resource().Name())
}

func TestWhatIsNoPreviewIsAnError(t *testing.T) {
	for output, want := range map[string]string{
		"":                     "the preview printed no JSON: ",
		"error: no such stack": "the preview printed no JSON: error: no such stack",
		"{":                    "reading the preview: ",
		`{"diagnostics": [{"severity": "error", "message": "legops:rds.multiAz: must be true\n"}, {"severity": "error", "message": "preview failed"}]}`: "legops:rds.multiAz: must be true\npreview failed",
	} {
		_, err := ReadPreview([]byte(output))
		assert.ErrorContains(t, err, want, output)
	}
}

func TestZones(t *testing.T) {
	g := NewGraph([]*Resource{
		{URN: "urn:pulumi:dev::legops::a:b/c:Any::one", Type: "aws:ec2/subnet:Subnet", Inputs: Values{"availabilityZoneId": "use1-az2"}},
		{URN: "urn:pulumi:dev::legops::a:b/c:Any::two", Type: "aws:ec2/subnet:Subnet", Inputs: Values{"availabilityZoneId": "use1-az1"}},
		{
			URN: "urn:pulumi:dev::legops::a:b/c:Any::association", Type: "aws:ec2/routeTableAssociation:RouteTableAssociation",
			PropertyDependencies: map[string][]resource.URN{"subnetId": {"urn:pulumi:dev::legops::a:b/c:Any::two"}, "routeTableId": {"urn:pulumi:dev::legops::a:b/c:Any::one"}},
		},
	})
	balancer := &Resource{PropertyDependencies: map[string][]resource.URN{
		"subnets": {"urn:pulumi:dev::legops::a:b/c:Any::one", "urn:pulumi:dev::legops::a:b/c:Any::association", "urn:pulumi:dev::legops::a:b/c:Any::gone"},
	}}
	assert.Equal(t, []string{"use1-az1", "use1-az2"}, g.Zones(balancer, "subnets"))
	assert.Empty(t, g.Zones(balancer, "securityGroups"))
}

// An import and the update that comes with it are one step: what there is, and what the program makes of it.
func TestImportIsOneStep(t *testing.T) {
	const urn = `"urn": "urn:pulumi:dev::legops::aws:sqs/queue:Queue::signing", "type": "aws:sqs/queue:Queue"`
	p, err := ReadPreview([]byte(`{"steps": [
		{"op": "import", "newState": {` + urn + `, "inputs": {"name": "old", "delaySeconds": 5}}},
		{"op": "update", "detailedDiff": {"delaySeconds": {"kind": "update"}},
		 "oldState": {` + urn + `, "id": "url", "inputs": {"name": "old", "delaySeconds": 1}}, "newState": {` + urn + `, "inputs": {"name": "old", "delaySeconds": 5}}},
		{"op": "update", "newState": {"urn": "urn:pulumi:dev::legops::aws:sqs/queue:Queue::writing", "type": "aws:sqs/queue:Queue"}}
	]}`))
	require.NoError(t, err)
	require.Len(t, p.Steps, 2)
	step := p.Steps[0]
	assert.Equal(t, "import", step.Op)
	assert.InDelta(t, 1, step.Old.Number("delaySeconds", 0), 0)
	assert.Len(t, step.DetailedDiff, 1)
	assert.Equal(t, "update", p.Steps[1].Op, "one of another resource stays what it is")
}
