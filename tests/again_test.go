package tests

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/offline/cloud"
)

// TestDownAndUpAgain takes test down, deploys it again in the same account and takes it down for good, by the commands of
// docs/runbooks/destroy-account.md, while AWS does what it does by itself: GuardDuty keeps the VPC, interfaces of nodes are left, EKS, its agents and RDS
// go on writing, names of queues stay taken, and there are backups in the vaults.
func TestDownAndUpAgain(t *testing.T) {
	const runbook, stack = "destroy-account.md", "test"
	source, deployed := small(t, stack), deployedSmall(t, stack)
	record, aws := deployed.Record(), deployed.Cloud()
	made := kindAndName(existing(t, record))
	h := handsOn(t, stack, deployed, source)
	aws.Linger(true)
	// One of another cluster, whose name begins with that of this one. It is in the VPC, and holds nothing up here.
	foreign := cloud.Stray{
		Kind: cloud.StrayGroup, ID: "sg-00000000000000077", Name: "eks-cluster-sg-legops-test-2-12345678",
		Tags: map[string]string{"aws:eks:cluster-name": "legops-test-2", "kubernetes.io/cluster/legops-test-2": "owned"},
	}
	down := func() {
		for _, e := range record.Entries("") {
			if e.Type == catalogue.Vpc {
				foreign.Account, foreign.Region, foreign.Vpc = e.Account, e.Region, e.ID
			}
		}
		require.NotEmpty(t, foreign.Vpc)
		require.NoError(t, aws.Leave(foreign))
		require.NoError(t, aws.Guard())
		require.NoError(t, aws.BackUp())
		h.follow(runbook, "Development and test", stack)
		assert.Equal(t, []string{"pulumi destroy --stack test"}, h.failed, "the first; the second finds nothing in its way")
		if others := record.Strays(); assert.Len(t, others, 1, "of the other cluster") {
			assert.Equal(t, foreign.ID, others[0].ID)
		}
		assert.Equal(t, cameBack, left(record), "what is there in spite of the destruction")
		for _, e := range record.Recoverable() {
			assert.Equal(t, catalogue.Key, e.Type)
		}
	}
	down()

	said := h.follow(runbook, "Coming back", stack)
	assert.Empty(t, h.failed)
	for _, group := range cameBack {
		assert.Contains(t, said, "the log group "+group+" is there already, from an earlier deployment")
	}
	assert.Equal(t, made, kindAndName(existing(t, record)))
	for _, e := range record.Entries("") {
		if e.Type == catalogue.LogGroup {
			assert.NotEmpty(t, e.Inputs["kmsKeyId"], e.ID)
			assert.NotEmpty(t, e.Inputs["retentionInDays"], e.ID)
			assert.NotEmpty(t, e.Inputs["tags"], e.ID)
		}
	}
	queues := map[string]bool{}
	for _, a := range aws.Awaited() {
		if a.URN.Type() == catalogue.Queue {
			queues[a.URN.Name()] = true
		}
	}
	assert.Len(t, queues, 4, "queues whose names the provider had to wait for")
	calls := aws.Calls()
	require.NoError(t, deployed.Up(t.Context(), source))
	assert.Empty(t, deployed.Warnings())
	assert.Equal(t, calls, aws.Calls(), "calls that change the cloud in an up that changes nothing")

	down()
	aws.Linger(false) // an hour later
	h.follow(runbook, "Not coming back", stack)
	assert.Empty(t, h.failed)
	assert.Empty(t, record.Entries(""))
}

// cameBack are the log groups that services make anew after test is gone.
var cameBack = []string{
	"/aws/containerinsights/legops-test/application", "/aws/containerinsights/legops-test/dataplane", "/aws/containerinsights/legops-test/host",
	"/aws/containerinsights/legops-test/performance", "/aws/eks/legops-test/cluster",
	"/aws/rds/instance/legops-test-database/postgresql", "/aws/rds/instance/legops-test-database/upgrade",
}

// left are the ids of what exists.
func left(record *cloud.Record) (ids []string) {
	for _, e := range record.Entries("") {
		ids = append(ids, e.ID)
	}
	return ids
}

// kindAndName is what exists by type and name, since what is deleted and made again has another id.
func kindAndName(things []string) []string {
	found := map[string]bool{}
	for _, t := range things {
		found[strings.Join(strings.Fields(t)[:2], " ")] = true
	}
	return slices.Sorted(maps.Keys(found))
}

// RDS refuses a last snapshot under the name of an earlier one. The commands of the runbook keep the earlier one under another name.
func TestFinalSnapshotMakesRoom(t *testing.T) {
	stack := deployedSmall(t, "prod")
	stack.Unprotect()
	require.NoError(t, stack.Cloud().Unlock())
	require.NoError(t, stack.Destroy(t.Context(), small(t, "prod")))
	require.Len(t, stack.Record().Strays(), 1)
	first := stack.Record().Strays()[0]
	assert.Equal(t, "legops-prod-database-final", first.ID)

	h := handsOn(t, "prod", stack, small(t, "prod"))
	h.follow("destroy-account.md", "A final snapshot from before", "prod")
	assert.Empty(t, h.failed)
	require.Len(t, stack.Record().Strays(), 1)
	assert.Regexp(t, `^legops-prod-database-final-\d{8}$`, stack.Record().Strays()[0].ID)
}
