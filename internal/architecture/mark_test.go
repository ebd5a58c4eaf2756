package architecture

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestHighlight(t *testing.T) {
	p := Draw(graph(t, "prod"), "prod")
	unseen := p.Highlight([]Mark{
		{Type: "aws:sqs/queue:Queue", Name: "queues-document-signing", Component: "Queues", Kind: "deleted"},
		{Type: "aws:sqs/queue:Queue", Name: "queues-other", Component: "Queues", Kind: "created"},
		{Type: "aws:sqs/queuePolicy:QueuePolicy", Name: "queues-other", Component: "Queues", Kind: "created"},
		{Type: "aws:ec2/subnet:Subnet", Name: "network-data-use1-az4", Component: "Network", Kind: "updated"},
		{Type: "aws:s3/bucketV2:BucketV2", Name: "storage-documents-replica", Component: "Storage", Kind: "updated"},
		{Type: "aws:iam/role:Role", Name: "app-matters-role", Component: "App", Kind: "updated"},
		{Type: "aws:ground/station:Station", Name: "new", Component: "", Kind: "created"},
	})
	assert.Equal(t, 1, unseen, "nothing stands for a type of nobody")
	marks := map[string]string{}
	for _, box := range p.Boxes {
		if box.Mark != "" {
			marks[box.ID] = box.Mark
			assert.False(t, box.Dim, box.ID)
		} else {
			assert.True(t, box.Dim, box.ID)
		}
	}
	for _, zone := range p.Zones {
		if zone.Mark != "" {
			marks[zone.ID] = zone.Mark
		}
	}
	assert.Equal(t, map[string]string{
		"queues": "1 deleted, 2 created", "vpc": "1 updated", "replicas": "1 updated", "applications": "1 updated",
	}, marks)
	require.True(t, p.box("queues").Loses)
	require.False(t, p.box("replicas").Loses)
	svg := p.SVG()
	assert.Contains(t, svg, ">1 deleted, 2 created</text>")
	assert.Contains(t, svg, `<g opacity="0.3">`)
	assert.NotContains(t, Draw(graph(t, "prod"), "prod").SVG(), "opacity", "a picture without marks is as it was")
	// A mark is read like any other text: white on its colour.
	for _, color := range []string{changesColor, losesColor} {
		contrast := (luminance(t, paper) + 0.05) / (luminance(t, color) + 0.05)
		assert.Greater(t, contrast, 4.5, color)
	}
}
