package architecture

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/model"
)

// markOf is one of a resource that something happens to.
func markOf(token, name, component, kind string) Mark {
	urn := resource.URN("urn:pulumi:prod::legops::" + token + "::" + name)
	return Mark{Resource: &model.Resource{URN: urn, Type: token}, Component: component, Kind: kind}
}

func TestHighlight(t *testing.T) {
	p := Draw(graphOf(t, "prod"), "prod")
	unseen := p.Highlight([]Mark{
		markOf("aws:sqs/queue:Queue", "queues-document-signing", "Queues", "deleted"),
		markOf("aws:sqs/queue:Queue", "queues-other", "Queues", "created"),
		markOf("aws:sqs/queuePolicy:QueuePolicy", "queues-other", "Queues", "created"),
		markOf("aws:ec2/subnet:Subnet", "network-data-use1-az4", "Network", "updated"),
		markOf("aws:s3/bucketV2:BucketV2", "storage-documents-replica", "Storage", "updated"),
		markOf("aws:iam/role:Role", "app-matters-role", "App", "updated"),
		markOf("aws:ground/station:Station", "new", "", "created"),
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
	assert.NotContains(t, Draw(graphOf(t, "prod"), "prod").SVG(), "opacity", "a picture without marks is as it was")
	// A mark is read like any other text: white on its colour.
	for _, color := range []string{changesColor, losesColor} {
		contrast := (luminance(t, paper) + 0.05) / (luminance(t, color) + 0.05)
		assert.Greater(t, contrast, 4.5, color)
	}
}
