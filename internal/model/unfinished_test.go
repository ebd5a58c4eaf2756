package model

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is still to be deleted has the URN of its replacement, and is no resource of the stack any more.
func TestReadUnfinished(t *testing.T) {
	const urn = "urn:pulumi:x::legops::aws:ec2/vpc:Vpc::vpc"
	exported := []byte(`{"version": 3, "deployment": {"resources": [
	  {"urn": "` + urn + `", "type": "aws:ec2/vpc:Vpc", "id": "new"},
	  {"urn": "` + urn + `", "type": "aws:ec2/vpc:Vpc", "id": "old", "delete": true},
	  {"urn": "urn:pulumi:x::legops::aws:ec2/subnet:Subnet::one", "type": "aws:ec2/subnet:Subnet", "id": "gone", "pendingReplacement": true}
	], "pending_operations": [{"type": "creating", "resource": {"urn": "urn:pulumi:x::legops::aws:ec2/eip:Eip::one", "inputs": {
	  "password": {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}}}}]}}`)
	g, err := ReadState(exported)
	require.NoError(t, err)
	assert.Len(t, g.Resources, 2)
	assert.Equal(t, "new", g.At(urn).ID)

	left, err := ReadUnfinished(exported)
	require.NoError(t, err)
	require.Len(t, left.Deletions, 1)
	assert.Equal(t, "old", left.Deletions[0].ID)
	require.Len(t, left.Replacements, 1)
	assert.Equal(t, "gone", left.Replacements[0].ID)
	require.Len(t, left.Operations, 1)
	assert.Equal(t, "creating", left.Operations[0].Type)
	assert.Equal(t, Secret, left.Operations[0].Resource.Text("password"))
}
