package cloud

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
)

// locked makes a vault that takes what is kept for 7 to 35 days.
func locked(c client) string {
	id, _ := c.made(catalogue.BackupVault, "vault", values{"name": "legops"})
	c.made(catalogue.BackupVaultLock, "lock", values{"backupVaultName": id, "minRetentionDays": 7, "maxRetentionDays": 35, "changeableForDays": 3})
	return id
}

func TestVaultLockRules(t *testing.T) {
	refuses(t, catalogue.BackupVaultLock, func(c client) values {
		c.made(catalogue.BackupVault, "vault", values{"name": "legops"})
		return values{"backupVaultName": "legops", "minRetentionDays": 7, "maxRetentionDays": 35, "changeableForDays": 3}
	}, map[string]mistake{
		"final at once": sets("changeableForDays", 2, "changeableForDays is 2, must be 3 to 36500"),
		"nothing fits":  sets("minRetentionDays", 36, "minRetentionDays 36 is above maxRetentionDays 35"),
		"no vault":      sets("backupVaultName", "other", "NotFound: backupVaultName other does not exist"),
	})
}

func planInputs(c client) values {
	vault := locked(c)
	return values{"name": "daily", "rules": []any{values{
		"ruleName": "daily", "targetVaultName": vault, "schedule": "cron(0 7 * * ? *)", "startWindow": 60, "completionWindow": 180,
		"lifecycle": values{"deleteAfter": 35},
	}}}
}

func TestPlanRules(t *testing.T) {
	ruled := func(path string, value any, want string) mistake {
		return mistake{func(_ client, in values) { set(in["rules"].([]any)[0].(values), path, value) }, want}
	}
	copied := func(to string, days int) []any {
		return []any{values{"destinationVaultArn": to, "lifecycle": values{"deleteAfter": days}}}
	}
	const vault = "arn:aws:backup:us-east-1:111111111111:backup-vault:"
	refuses(t, catalogue.BackupPlan, planInputs, map[string]mistake{
		"no rules":         sets("rules", []any{}, "a plan needs a rule"),
		"a schedule":       ruled("schedule", "0 7 * * *", `schedule "0 7 * * *" is not valid`),
		"no time to start": ruled("startWindow", 30, "it has 30 minutes to start and 180 to complete"),
		"no start given": {func(_ client, in values) {
			set(in["rules"].([]any)[0].(values), "startWindow", nil)
			set(in["rules"].([]any)[0].(values), "completionWindow", 100)
		}, `rules "daily": InvalidParameterValueException: it has 480 minutes to start and 100 to complete`},
		"no time to end":   ruled("completionWindow", 90, "it has 60 minutes to start and 90 to complete"),
		"a day too long":   ruled("lifecycle.deleteAfter", 36, "36 days are not the 7 to 35 that the lock of legops lets in"),
		"for ever":         ruled("lifecycle", values{}, "36500 days are not the 7 to 35"),
		"cold too late":    ruled("lifecycle", values{"coldStorageAfter": 30, "deleteAfter": 35}, "is kept for 90 more"),
		"a copy too short": ruled("copyActions", copied(vault+"legops", 6), "6 days are not the 7 to 35"),
		"a copy nowhere":   ruled("copyActions", copied(vault+"other", 7), "NotFound: destinationVaultArn"),
		"no vault":         ruled("targetVaultName", "other", "NotFound: targetVaultName other does not exist"),
	})
}

func TestSelectionRules(t *testing.T) {
	refuses(t, catalogue.BackupSelection, func(c client) values {
		id, _ := c.made(catalogue.BackupPlan, "plan", planInputs(c))
		return values{"name": "data", "planId": id, "iamRoleArn": c.serviceRole("backup", "backup"), "resources": []any{"arn:aws:ec2:*:*:volume/*"}}
	}, map[string]mistake{
		"nothing":  sets("resources", nil, "a selection needs resources or selectionTags"),
		"too much": sets("resources", make([]any, 0), "a selection needs resources or selectionTags"),
		"no plan":  sets("planId", "other", "NotFound: planId other does not exist"),
		"a role":   {func(c client, in values) { in["iamRoleArn"] = c.serviceRole("other", "ec2") }, "backup.amazonaws.com"},
	})
}

// What a vault's lock keeps nobody deletes, and a lock that has days nobody lifts once these are over. A drill restores from a recovery point only.
func TestLockKeepsRecoveryPoints(t *testing.T) {
	c := newClient(t)
	vault, _ := c.made(catalogue.BackupVault, "vault", values{"name": "legops"})
	lock, _ := c.made(catalogue.BackupVaultLock, "lock", values{"backupVaultName": vault, "minRetentionDays": 7, "maxRetentionDays": 35, "changeableForDays": 3})
	require.ErrorContains(t, c.cloud.Restore("legops-drill-1"), "no vault has a recovery point that could be restored as legops-drill-1")
	require.NoError(t, c.cloud.BackUp())
	require.NoError(t, c.cloud.Restore("legops-drill-1"))
	kinds := map[string]Stray{}
	for _, s := range c.cloud.record.Strays() {
		kinds[s.Kind] = s
	}
	require.Len(t, kinds, 3)
	for _, kind := range []string{StrayDatabase, StrayBucket} {
		assert.Equal(t, "legops-drill-1", kinds[kind].ID)
		require.NoError(t, c.cloud.DeleteStray(kinds[kind]))
	}
	assert.ErrorContains(t, c.cloud.DeleteStray(kinds[StrayPoint]), "cannot be deleted: the vault is locked")
	c.cloud.Pass(3)
	assert.ErrorContains(t, c.remove(catalogue.BackupVaultLock, "lock", lock), "InvalidRequestException: the lock of legops has been immutable since its 3 days were over")
	c.cloud.Pass(-1) // the day before
	require.NoError(t, c.remove(catalogue.BackupVaultLock, "lock", lock))
	assert.NoError(t, c.cloud.DeleteStray(kinds[StrayPoint]))
}
