package cloud

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
)

// What a service keeps of what was deleted survives a restart, keeps its name or id, and comes back when a person says so.
func TestRecoverable(t *testing.T) {
	c := newClient(t)
	forced := values{"name": "forced", "recoveryWindowInDays": 0}
	id, _ := c.made(catalogue.Secret, "forced", forced)
	require.NoError(t, c.remove(catalogue.Secret, "forced", id))
	c.made(catalogue.Secret, "forced", forced)

	kept := values{"name": "kept"}
	id, _ = c.made(catalogue.Secret, "kept", kept)
	require.NoError(t, c.remove(catalogue.Secret, "kept", id))
	c.refused(catalogue.Secret, "other", kept, "already scheduled for deletion: "+id)

	key, _ := c.made(catalogue.Key, "key", values{})
	require.NoError(t, c.remove(catalogue.Key, "key", key))
	another, _ := c.made(catalogue.Key, "key", values{})
	assert.NotEqual(t, key, another, "the old key still has its id")

	left := c.cloud.record.Copy().Recoverable()
	require.Len(t, left, 2)
	for _, e := range left {
		require.NoError(t, c.cloud.RestoreByHand(e))
	}
	assert.Empty(t, c.cloud.record.Recoverable())
	c.refused(catalogue.Secret, "other", kept, "exists, made for kept")
}

func TestRecoverableIsInTheJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cloud.jsonl")
	r, err := OpenRecord(path)
	require.NoError(t, err)
	secret := &Entry{Type: catalogue.Secret, ID: "arn", Account: "111111111111", Region: "us-east-1"}
	require.NoError(t, r.commit(change{Put: secret}))
	require.NoError(t, r.commit(deleted(secret)))
	require.NoError(t, r.Close())
	r, err = OpenRecord(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, r.Close()) }()
	assert.Empty(t, r.Entries(""))
	assert.Len(t, r.Recoverable(), 1)
}
