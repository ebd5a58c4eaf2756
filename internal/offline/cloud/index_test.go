package cloud

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// rebuilt is the index that a look at every entry would make.
func rebuilt(r *Record) index {
	fresh := index{}
	for _, e := range r.entries {
		fresh.put(e)
	}
	return fresh
}

// The index says at any moment what a full scan would, also after a journal is read again.
func TestIndexAgreesWithAFullScan(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cloud.jsonl")
	record, err := OpenRecord(path)
	require.NoError(t, err)
	p := start(t, record, nil)
	c := connect(t, p, "aws", account, region)
	agrees := func() {
		t.Helper()
		record.mu.Lock()
		defer record.mu.Unlock()
		assert.Equal(t, rebuilt(record), record.index)
		for _, e := range record.entries {
			scanned := []*Entry{}
			for _, other := range record.entries {
				for _, u := range other.uses() {
					if other != e && record.used(other, u) == e {
						scanned = append(scanned, other)
						break
					}
				}
			}
			assert.ElementsMatch(t, scanned, p.users(e), e.URN)
		}
	}
	network := c.network()
	database := c.databaseInputs(network)
	id, _ := c.made(catalogue.Database, "database", database)
	c.versioned("documents")
	inside, clusterID, _ := cluster(c, "platform")
	inside.made(catalogue.Namespace, "apps", named("", "apps"))
	inside.made(catalogue.ConfigMap, "config", named("apps", "config"))
	agrees()
	database["identifier"], database["vpcSecurityGroupIds"] = "renamed", []any{}
	require.NoError(t, c.update(catalogue.Database, "database", id, database))
	agrees()
	require.NoError(t, c.remove(catalogue.Bucket, "documents", "documents"))
	require.NoError(t, c.remove(catalogue.Cluster, "platform", clusterID))
	agrees()
	before := len(record.entries)
	require.NoError(t, record.Close())

	again, err := OpenRecord(path)
	require.NoError(t, err)
	assert.Len(t, again.entries, before)
	assert.Equal(t, rebuilt(again), again.index)
}

// What ten thousand things cost, one more costs about as much as the first.
func TestCallsDoNotGrowWithTheCloud(t *testing.T) {
	p := newCloud(t)
	c := &connection{pkg: "aws", account: account, region: region}
	batch := func(from, to int) time.Duration {
		began := time.Now()
		for i := from; i < to; i++ {
			name := fmt.Sprintf("app-%d", i)
			_, err := p.create(c, urn(catalogue.Queue, name), model.Values{"name": name})
			require.NoError(t, err)
			_, err = p.create(c, urn(catalogue.QueuePolicy, name), model.Values{
				"queueUrl": "https://sqs.us-east-1.amazonaws.com/" + account + "/" + name, "policy": allows(values{"Service": "events.amazonaws.com"}, queueBase+name),
			})
			require.NoError(t, err)
		}
		return time.Since(began)
	}
	first := batch(0, 500)
	batch(500, 4500)
	last := batch(4500, 5000)
	assert.Less(t, last, 10*first+time.Second, "a scan of everything would take a hundred times as long")
	assert.Len(t, p.record.entries, 10_000)
}
