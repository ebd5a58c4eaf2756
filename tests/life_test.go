package tests

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/checkout"
	"legops/internal/model"
	"legops/internal/offline/cloud"
	"legops/internal/offline/engine"
	"legops/internal/proofs/permissions"
)

// life is an account that a test lives in, day by day.
type life struct {
	*testing.T
	stack *engine.Stack
	name  string
	// main is what is on main, files the folder with its stack file.
	main  engine.Source
	files string
	// drills are the records of restore drills, the newest first.
	drills []any
	github *github
	// previewed is what the previews of the day said.
	previewed []string
}

// merge puts edits of the stack file onto main, previews and deploys them.
func (l *life) merge(edits ...[2]string) {
	l.Helper()
	l.files = smallFiles(l.T, l.name, edits...)
	l.main = program(l.files)
	l.deploy()
}

// deploy is what deploy.yml does: a preview, which an approver reads, and the update.
func (l *life) deploy() {
	l.Helper()
	plan, err := l.stack.Preview(l.Context(), l.main)
	require.NoError(l, err)
	for _, change := range changesOf(plan) {
		l.previewed = append(l.previewed, change.String())
	}
	for _, warning := range plan.Warnings {
		l.previewed = append(l.previewed, "warning: "+warning)
	}
	require.NoError(l, l.stack.Up(l.Context(), l.main))
}

// entry is what there is of a type and a name.
func (l *life) entry(typ, called string) cloud.Entry {
	l.Helper()
	entries := l.stack.Record().Entries("")
	at := slices.IndexFunc(entries, func(e cloud.Entry) bool { return e.Type == typ && name(e.URN) == called })
	require.GreaterOrEqual(l, at, 0, called)
	return entries[at]
}

// byHand changes an input of something, as a person or a program beside Pulumi does.
func (l *life) byHand(typ, called string, value any, path ...any) {
	l.Helper()
	e := l.entry(typ, called)
	for _, of := range []map[string]any{e.Inputs, e.Outputs} {
		var at any = of
		for _, step := range path[:len(path)-1] {
			if i, is := step.(int); is {
				at = at.([]any)[i]
			} else {
				at = at.(map[string]any)[step.(string)]
			}
		}
		at.(map[string]any)[path[len(path)-1].(string)] = value
	}
}

// night runs what drift.yml runs, and returns what its issue says: headings and lines. Without an issue it is empty.
func (l *life) night() (issue []string) {
	l.Helper()
	stack, err := l.stack.Copy() // the state stays as it is
	require.NoError(l, err)
	drift, err := stack.Refresh(l.Context(), l.main)
	require.NoError(l, err)
	preview, err := stack.Preview(l.Context(), l.main)
	require.NoError(l, err)
	left := map[string][]string{cloud.StrayDatabase: {}, cloud.StrayBucket: {}}
	for _, s := range l.stack.Record().Strays() {
		if strings.HasPrefix(s.ID, "legops-"+l.name+"-drill-") {
			left[s.Kind] = append(left[s.Kind], s.ID)
		}
	}
	drills, err := json.Marshal([]any{
		map[string]any{"projects": []any{map[string]any{"created": time.Now().Add(-24 * time.Hour).Unix()}}}, map[string]any{"builds": append([]any{}, l.drills...)},
		map[string]any{"left": left[cloud.StrayDatabase]}, map[string]any{"buckets": left[cloud.StrayBucket]},
	})
	require.NoError(l, err)
	files := map[string]string{"databases.json": described(l.T, l.stack.Record().Waiting()), "unfinished.md": "", "drill.json": string(drills)}
	for name, plan := range map[string]*model.Plan{"refresh": drift, "preview": preview} {
		files[name+".json"], files[name+".code"] = printed(l.T, plan), "0\n"
		if plan.Changes() {
			files[name+".code"] = "7\n"
		}
	}
	out, code := l.github.node("drift.mjs", files, "STACK="+l.name, "GITHUB_RUN_ID=42", "GITHUB_SHA="+headSHA)
	require.Zero(l, code, out)
	for _, post := range l.github.issues {
		if post.State != "open" {
			continue
		}
		for line := range strings.Lines(post.Body) {
			if line = strings.TrimSpace(line); strings.HasPrefix(line, "#") || strings.HasPrefix(line, "- ") {
				issue = append(issue, ofNight.ReplaceAllString(line, "DATE"))
			}
		}
	}
	return issue
}

var ofNight = regexp.MustCompile(`\d{4}-\d\d-\d\d( \d\d:\d\d UTC)?|` + headSHA)

// Headings of the issue of the night.
const (
	changedOutside = "## Changed outside Pulumi since its last update"
	wouldChange    = "## What an update from DATE would change: it undoes the above, and deploys what is on main"
	backupsUnknown = "## The backups are not known to be good: see [the runbook of restore drills](https://github.example/" + repository + "/blob/DATE/docs/runbooks/restore-drill.md)"
)

// Ten days of test, each with what happens, what the previews of the day say, what waits for the database's window, and what the issue of the night says. At
// the end there is nothing that nobody knows of.
func TestTenDays(t *testing.T) {
	const drilled = "legops-test-drill-20261130132300"
	l := &life{T: t, name: "test", github: &github{t: t}}
	l.stack = stackOf(t, l.name)
	spot, locked := [2]string{"capacityType: ON_DEMAND", "capacityType: SPOT"}, [2]string{"maxRetentionDays: 35", "maxRetentionDays: 35\n      changeableForDays: 3"}
	older, class := [2]string{`engineVersion: "17"`, `engineVersion: "16"`}, [2]string{"instanceClass: db.m7g.large", "instanceClass: db.m7g.xlarge"}
	upgrade := [2]string{`engineVersion: "17"`, "engineVersion: \"17\"\n    majorUpgrade: \"17\""}
	l.merge(spot, locked, older)
	aws, record := l.stack.Cloud(), l.stack.Record()
	drill := func(status, report string) {
		l.drills = slices.Insert(l.drills, 0, any(map[string]any{
			"status": status, "start": time.Now().Unix(), "log": "https://logs.example", "variables": []any{map[string]any{"name": "REPORT", "value": report}},
		}))
	}
	for day, d := range []struct {
		name      string
		happens   func()
		previewed []string
		waits     string
		night     []string
	}{
		{name: "AWS adds what it adds, and backs up", happens: func() { require.NoError(t, aws.Guard()) }},
		{name: "a release", happens: func() {
			const image = "222222222222.dkr.ecr.us-east-1.amazonaws.com/legops-test/alone@sha256:aa"
			l.byHand("kubernetes:apps/v1:Deployment", "app-alone-deployment", image, "spec", "template", "spec", "containers", 0, "image")
			l.byHand("kubernetes:core/v1:ConfigMap", "app-alone-serving", image, "data", "image")
		}},
		{name: "somebody keeps a log for less long", happens: func() { l.byHand(catalogue.LogGroup, "network-flow-logs", 3.0, "retentionInDays") }, night: []string{
			changedOutside, "- update `aws:cloudwatch/logGroup:LogGroup` `network-flow-logs`: `retentionInDays`",
			wouldChange, "- update `aws:cloudwatch/logGroup:LogGroup` `network-flow-logs`: `retentionInDays`",
		}},
		{name: "that is reverted by the runbook, and the database gets another class", happens: func() {
			_, err := l.stack.Refresh(t.Context(), l.main)
			require.NoError(t, err)
			l.deploy()
			l.merge(spot, locked, older, class)
		}, previewed: []string{
			"update network-flow-logs: [retentionInDays]", "update alarms-database-connections: [threshold]", "update alarms-database-memory: [threshold]",
			"update dashboard-platform: [dashboardBody]", "update rds-instance: [instanceClass]",
		}, waits: "instanceClass"},
		{name: "the database's window", happens: func() { require.NoError(t, aws.Maintain()) }},
		{name: "the database is upgraded", happens: func() { l.merge(spot, locked, class, upgrade) }, previewed: []string{
			"update bastion: [launchTemplate.version]", "update bastion-template: [userData]",
			"update rds-instance: [allowMajorVersionUpgrade applyImmediately engineVersion instanceClass parameterGroupName]", "replace rds-parameters: [family]",
			"update restoredrill-project: [environment.environmentVariables[9].value]",
			"warning: legops:rds.engineVersion: 17: the update upgrades the database from PostgreSQL 16 at once: it stops meanwhile, and only a restore goes back: " +
				"follow docs/runbooks/database-version-upgrade.md",
		}, night: []string{
			wouldChange, "- update `aws:rds/instance:Instance` `rds-instance`: `allowMajorVersionUpgrade`, `applyImmediately`",
		}},
		{name: "the key of the upgrade is taken back", happens: func() { l.merge(spot, locked, class) }, previewed: []string{
			"update rds-instance: [allowMajorVersionUpgrade applyImmediately]",
		}},
		// AWS takes a node: pods move, the autoscaler adds one to the other zone for as long as there is no room.
		{name: "spot takes a node", happens: func() { require.NoError(t, aws.Scale("eks-nodes-"+zone(t, l, 1), 2)) }},
		{name: "a restore drill is killed", happens: func() {
			require.NoError(t, aws.Scale("eks-nodes-"+zone(t, l, 1), 1))
			require.NoError(t, aws.Restore(drilled))
			drill("STOPPED", "problem it was stopped")
		}, night: []string{
			backupsUnknown, "- The drill of DATE ended as STOPPED: [its log](https://logs.example)", "- `it was stopped`",
			"- `" + drilled + "`, which a drill has restored, is still there and paid by the hour.", "- `" + drilled + "`, which a drill has restored, is still there and paid by the gigabyte.",
		}},
		{name: "the next drill removes what is left and is good; somebody attacks the backups", happens: func() {
			for _, s := range record.Strays() {
				if s.ID == drilled {
					require.NoError(t, aws.DeleteStray(s))
				}
			}
			drill("SUCCEEDED", "fact good")
			l.attack()
		}},
	} {
		l.previewed = nil
		d.happens()
		require.NoError(t, aws.BackUp())
		assert.Equal(t, d.previewed, l.previewed, "day %d, %s: the previews", day+1, d.name)
		var waits []string
		for _, w := range record.Waiting() {
			waits = append(waits, w.Input)
		}
		assert.Equal(t, d.waits, strings.Join(waits, " "), "day %d, %s: what waits", day+1, d.name)
		assert.Equal(t, d.night, l.night(), "day %d, %s: the night", day+1, d.name)
		aws.Pass(1)
	}

	exported, err := l.stack.State(t.Context())
	require.NoError(t, err)
	assert.Equal(t, inState(t, exported), existing(t, record), "what Pulumi knows of, and what there is")
	plan, err := l.stack.Preview(t.Context(), l.main)
	require.NoError(t, err)
	assert.False(t, plan.Changes())
	assert.Empty(t, plan.Warnings)
	assert.Empty(t, record.Waiting())
	// What AWS has added, and the words by which a runbook knows it.
	runbook := checkout.Read(t, root, "docs/runbooks/destroy-account.md")
	known := map[string]string{
		cloud.StrayEndpoint + " com.amazonaws.us-east-1.guardduty-data": "`guardduty-data`", cloud.StrayGroup + " GuardDutyManagedSecurityGroup-": "GuardDutyManagedSecurityGroup-",
		cloud.StrayPoint + " legops-test": "A locked vault keeps its recovery points until they expire",
	}
	for _, s := range record.Strays() {
		called, found := s.Kind+" "+s.Name, false
		for is, says := range known {
			if strings.HasPrefix(called, is) {
				assert.Contains(t, runbook, says)
				delete(known, is)
				found = true
			}
		}
		assert.True(t, found, "nobody knows of %s", called)
	}
	assert.Empty(t, known, "what is not there")
}

// zone is the id of a zone of the stack.
func zone(t *testing.T, l *life, at int) string {
	t.Helper()
	return smallConfig(t, l.name, l.files).Network.AvailabilityZones[at]
}

// attack is what somebody tries who has taken over one role after the other, to blackmail the firm with what nobody can restore any more. IAM says
// what each role may (docs/decisions/0040-permissions.md); what it may is tried, and has to fail by what AWS Backup refuses.
func (l *life) attack() {
	l.Helper()
	exported, err := l.stack.State(l.Context())
	require.NoError(l, err)
	graph, err := model.ReadState(exported)
	require.NoError(l, err)
	cfg := smallConfig(l.T, l.name, l.files)
	account, err := permissions.OpenAccount(l.Context(), root, l.name, cfg, graph)
	require.NoError(l, err)
	defer func() { require.NoError(l, account.Close()) }()

	aws, record := l.stack.Cloud(), l.stack.Record()
	points := slices.DeleteFunc(record.Strays(), func(s cloud.Stray) bool { return s.Kind != cloud.StrayPoint })
	require.NotEmpty(l, points)
	point, vault := points[0], l.entry(catalogue.BackupVault, "backup-vault")
	lock := l.entry(catalogue.BackupVaultLock, "backup-vault")
	inVault := fmt.Sprintf("arn:aws:backup:%s:%s:", cfg.Region, cfg.Account)
	may := map[string][]string{}
	ask := func(ask func(role, action, arn string) (permissions.Answer, error), what, action, resource string) {
		for _, role := range account.Roles() {
			answer, err := ask(role, action, inVault+resource)
			require.NoError(l, err)
			if answer.Allowed() {
				may[what] = append(may[what], role)
			}
		}
	}
	const onPoint, onVault = "recovery-point:", "backup-vault:"
	ask(account.Ask, "delete a backup", "backup:DeleteRecoveryPoint", onPoint+point.ID)
	ask(account.Ask, "shorten its time", "backup:UpdateRecoveryPointLifecycle", onPoint+point.ID)
	ask(account.Ask, "take the vault's policy away", "backup:DeleteBackupVaultAccessPolicy", onVault+vault.ID)
	ask(account.AskWithoutPolicy, "delete a backup after that", "backup:DeleteRecoveryPoint", onPoint+point.ID)
	ask(account.Ask, "lift the lock", "backup:DeleteBackupVaultLockConfiguration", onVault+vault.ID)
	ask(account.Ask, "delete the vault", "backup:DeleteBackupVault", onVault+vault.ID)
	// The deployer takes stacks down, so it may do all that the vault's policy does not refuse, and may take that away: AWS Backup refuses the rest.
	assert.Equal(l, map[string][]string{
		"take the vault's policy away": {"deploy"}, "delete a backup after that": {"deploy"}, "lift the lock": {"deploy"}, "delete the vault": {"deploy"},
	}, may)
	stays := []struct {
		what  string
		try   func() error
		fails string
	}{
		{"lift the lock", func() error { return aws.DeleteByHand(lock) }, "the lock of legops-test has been immutable since its 3 days were over"},
		{"delete a backup after that", func() error { return aws.DeleteStray(point) }, "cannot be deleted: the vault is locked"},
		{"delete the vault", func() error { return aws.DeleteByHand(vault) }, "cannot be deleted: the vault is locked"},
	}
	for _, s := range stays {
		assert.ErrorContains(l, s.try(), s.fails, s.what)
	}
	assert.Equal(l, points, slices.DeleteFunc(record.Strays(), func(s cloud.Stray) bool { return s.Kind != cloud.StrayPoint }), "the backups")
}
