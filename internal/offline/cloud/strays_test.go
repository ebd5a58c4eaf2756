package cloud

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
)

// ids are those of strays of a kind.
func ids(strays []Stray, kind string) (found []string) {
	for _, s := range strays {
		if s.Kind == kind {
			found = append(found, s.ID)
		}
	}
	return found
}

// What GuardDuty and the VPC CNI leave keeps the network, and goes by hand: an endpoint before its group, an interface before the cluster's.
func TestStraysKeepTheNetwork(t *testing.T) {
	c := newClient(t)
	in := nodeGroup(c)
	nodes, _ := c.made(catalogue.NodeGroup, "nodes", in)
	subnet := in["subnetIds"].([]any)[0].(string)
	require.NoError(t, c.cloud.Guard())
	require.NoError(t, c.cloud.Guard())
	assert.Len(t, c.cloud.record.Strays(), 2, "GuardDuty makes one endpoint and one group")
	c.cloud.Linger(true)
	require.NoError(t, c.remove(catalogue.NodeGroup, "nodes", nodes))
	require.NoError(t, c.remove(catalogue.Cluster, "cluster", "legops"))

	strays := c.cloud.record.Strays()
	require.Len(t, strays, 4)
	assert.ErrorContains(t, c.remove(catalogue.Subnet, "subnet-use1-az4", subnet),
		"DependencyViolation: "+subnet+" has dependencies and cannot be deleted: network-interface eni-")
	for _, s := range strays {
		if s.Kind == StrayGroup {
			assert.ErrorContains(t, c.cloud.DeleteStray(s), "DependencyViolation: resource "+s.ID+" has a dependent object")
		}
	}
	for _, kind := range []string{StrayEndpoint, StrayInterface, StrayGroup} {
		for _, s := range strays {
			if s.Kind == kind {
				require.NoError(t, c.cloud.DeleteStray(s))
			}
		}
	}
	assert.ErrorContains(t, c.cloud.DeleteStray(strays[0]), "does not exist")
	assert.NoError(t, c.remove(catalogue.Subnet, "subnet-use1-az4", subnet))
}

// Without what lingers, a deletion leaves nothing.
func TestNothingLingersByItself(t *testing.T) {
	c := newClient(t)
	nodes, _ := c.made(catalogue.NodeGroup, "nodes", nodeGroup(c))
	require.NoError(t, c.remove(catalogue.NodeGroup, "nodes", nodes))
	require.NoError(t, c.remove(catalogue.Cluster, "cluster", "legops"))
	c.made(catalogue.LogGroup, "logs", values{"name": "/aws/eks/legops/cluster"})
	require.NoError(t, c.remove(catalogue.LogGroup, "logs", "/aws/eks/legops/cluster"))
	assert.Empty(t, c.cloud.record.Strays())
	assert.Empty(t, c.ask("aws:cloudwatch/getLogGroups:getLogGroups", values{"logGroupNamePrefix": "/aws/eks/"})["logGroupNames"])
}

// A log group that a service writes to comes back without what made it ours, and keeps its name from a new one; others are gone.
func TestLogGroupsComeBack(t *testing.T) {
	c := newClient(t)
	c.cloud.Linger(true)
	const late, gone = "/aws/eks/legops/cluster", "/aws/codebuild/legops"
	for _, name := range []string{late, gone} {
		c.made(catalogue.LogGroup, "logs", values{"name": name, "retentionInDays": 30})
		require.NoError(t, c.remove(catalogue.LogGroup, "logs", name))
	}
	assert.Equal(t, []any{late}, c.ask("aws:cloudwatch/getLogGroups:getLogGroups", values{"logGroupNamePrefix": "/aws/"})["logGroupNames"])
	assert.Equal(t, []any{}, c.ask("aws:cloudwatch/getLogGroups:getLogGroups", values{"logGroupNamePrefix": "/aws/codebuild/"})["logGroupNames"])
	c.refused(catalogue.LogGroup, "again", values{"name": late}, `AlreadyExists: "/aws/eks/legops/cluster" exists, made for by-itself`)
	left := c.cloud.record.Entries("")
	require.Len(t, left, 1)
	assert.NotContains(t, left[0].Inputs, "retentionInDays")
}

// The last snapshot of a database takes its name until somebody removes it.
func TestFinalSnapshot(t *testing.T) {
	c := newClient(t)
	in := c.databaseInputs(c.network())
	in["skipFinalSnapshot"], in["finalSnapshotIdentifier"], in["deletionProtection"] = false, "last", false
	id, _ := c.made(catalogue.Database, "database", in)
	require.NoError(t, c.remove(catalogue.Database, "database", id))
	require.Equal(t, []string{"last"}, ids(c.cloud.record.Strays(), StraySnapshot))

	id, _ = c.made(catalogue.Database, "database", in)
	assert.ErrorContains(t, c.remove(catalogue.Database, "database", id), "DBSnapshotAlreadyExists")
	last := c.cloud.record.Strays()[0]
	require.NoError(t, c.cloud.CopySnapshot(last, "kept"))
	assert.ErrorContains(t, c.cloud.CopySnapshot(last, "kept"), "DBSnapshotAlreadyExists: kept exists")
	require.NoError(t, c.cloud.DeleteStray(last))
	assert.ErrorContains(t, c.cloud.CopySnapshot(last, "other"), "DBSnapshotNotFound")
	require.NoError(t, c.remove(catalogue.Database, "database", id))
	assert.Equal(t, []string{"kept", "last"}, ids(c.cloud.record.Strays(), StraySnapshot))
}

// A vault goes with its recovery points if it may, and not as long as it is locked.
func TestVaultsGoWithTheirPoints(t *testing.T) {
	c := newClient(t)
	forced, _ := c.made(catalogue.BackupVault, "forced", values{"name": "forced", "forceDestroy": true})
	kept, _ := c.made(catalogue.BackupVault, "kept", values{"name": "kept"})
	lock, _ := c.made(catalogue.BackupVaultLock, "lock", values{"backupVaultName": "forced", "minRetentionDays": 7})
	require.NoError(t, c.cloud.BackUp())
	assert.ErrorContains(t, c.remove(catalogue.BackupVault, "kept", kept), "contains recovery points")
	assert.ErrorContains(t, c.remove(catalogue.BackupVault, "forced", forced), "the vault is locked")
	require.NoError(t, c.remove(catalogue.BackupVaultLock, "lock", lock))
	require.NoError(t, c.remove(catalogue.BackupVault, "forced", forced))
	require.Len(t, c.cloud.record.Strays(), 1)
	assert.Equal(t, "kept", c.cloud.record.Strays()[0].Name)
}

func TestStraysAreInTheJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cloud.jsonl")
	r, err := OpenRecord(path)
	require.NoError(t, err)
	kept, gone := Stray{Account: account, Region: region, Kind: StrayGroup, ID: "sg-1"}, Stray{Account: account, Region: region, Kind: StrayGroup, ID: "sg-2"}
	for _, c := range []change{strayed(kept), strayed(gone), {Gone: &gone}} {
		require.NoError(t, r.commit(c))
	}
	require.NoError(t, r.Close())
	r, err = OpenRecord(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, r.Close()) }()
	assert.Equal(t, []Stray{kept}, r.Strays())
	assert.Equal(t, []Stray{kept}, r.Copy().Strays())
}

// The name of a queue stays taken for a minute, for which the provider waits.
func TestQueueNamesStayTaken(t *testing.T) {
	c := newClient(t)
	again := func() error {
		id := c.queue("jobs", false)
		require.NoError(t, c.remove(catalogue.Queue, "jobs", id))
		_, err := c.create(catalogue.Queue, "jobs", values{"name": "jobs"})
		return err
	}
	require.NoError(t, again())
	require.Len(t, c.cloud.Awaited(), 1)
	assert.Equal(t, queueNameTakes, c.cloud.Awaited()[0].For)
	assert.Less(t, queueNameTakes, queueNamePatience)
	c = newClient(t)
	c.cloud.Hasty(catalogue.Queue)
	assert.ErrorContains(t, again(), "QueueDeletedRecently")
}
