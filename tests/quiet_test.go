package tests

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/checkout"
	"legops/internal/model"
	"legops/internal/offline/cloud"
	"legops/internal/offline/engine"
)

// night is what the nightly drift run finds. As there, the state stays as it is.
type night struct {
	// Person are the changes that somebody has to do something about, Waiting those that take effect by themselves.
	Person, Waiting []string
}

// lookAt runs what drift.yml runs.
func lookAt(t *testing.T, stack *engine.Stack, source engine.Source) (n night) {
	t.Helper()
	stack, err := stack.Copy()
	require.NoError(t, err)
	drift, err := stack.Refresh(t.Context(), source)
	require.NoError(t, err)
	preview, err := stack.Preview(t.Context(), source)
	require.NoError(t, err)
	plans := map[string]*model.Plan{"refresh": drift, "preview": preview}
	files := map[string]string{"databases.json": described(t, stack.Record().Waiting())}
	for name, plan := range plans {
		files[name+".json"] = printed(t, plan)
	}
	pending := readPending(t, files)
	n.Waiting = pending.Waiting
	for _, line := range pending.Unasked {
		n.Person = append(n.Person, "unasked "+line)
	}
	for _, name := range []string{"refresh", "preview"} {
		for _, change := range changesOf(plans[name]) {
			if !slices.Contains(pending.Only[name], string(change.urn)) {
				n.Person = append(n.Person, name+" "+change.String())
			}
		}
	}
	return n
}

// described is what waits as `aws rds describe-db-instances` says it.
func described(t *testing.T, waiting []cloud.Waiting) string {
	t.Helper()
	type database struct {
		DBInstanceIdentifier, PreferredMaintenanceWindow string
		AllocatedStorage                                 any
		PendingModifiedValues                            map[string]any
	}
	fields := map[string]string{"instanceClass": "DBInstanceClass", "allocatedStorage": "AllocatedStorage", "engineVersion": "EngineVersion"}
	all := []database{}
	for _, w := range waiting {
		require.Contains(t, fields, w.Input)
		all = append(all, database{w.Inputs["identifier"].(string), w.Window, w.Outputs["allocatedStorage"], map[string]any{fields[w.Input]: w.Then}})
	}
	text, err := json.Marshal(all)
	require.NoError(t, err)
	return string(text)
}

// printed is a plan as the CLI prints it, as far as pending.mjs reads it.
func printed(t *testing.T, plan *model.Plan) string {
	t.Helper()
	var steps []map[string]any
	for _, s := range plan.Steps {
		one := map[string]any{"op": s.Op, "urn": s.Resource().URN, "detailedDiff": s.DetailedDiff}
		if s.Old != nil {
			one["oldState"] = map[string]any{"inputs": s.Old.Inputs}
		}
		if s.New != nil {
			one["newState"] = map[string]any{"inputs": s.New.Inputs}
		}
		steps = append(steps, one)
	}
	text, err := json.Marshal(map[string]any{"steps": steps})
	require.NoError(t, err)
	return string(text)
}

// planChange is a change of a plan.
type planChange struct {
	urn   resource.URN
	op    string
	paths []string
}

func (p planChange) String() string { return fmt.Sprintf("%s %s: %v", p.op, p.urn.Name(), p.paths) }

func changesOf(plan *model.Plan) (changes []planChange) {
	for _, s := range plan.Steps {
		if s.Op != "same" {
			changes = append(changes, planChange{s.Resource().URN, s.Op, slices.Sorted(maps.Keys(s.DetailedDiff))})
		}
	}
	return changes
}

// Nothing that a service holds otherwise than the program sent it shows as drift or in a preview, whatever is deployed.
func TestDriftIsQuiet(t *testing.T) {
	for _, name := range stackNames {
		t.Run(name, func(t *testing.T) {
			stack := deployedStack(t, name)
			plan, err := stack.Preview(t.Context(), program(""))
			require.NoError(t, err)
			assert.Empty(t, changesOf(plan), "without a refresh")
			found := lookAt(t, stack, program(""))
			assert.Empty(t, found.Person)
			assert.Empty(t, found.Waiting)
		})
	}
}

// For a week, the nightly run says only what somebody has to do: what was changed by hand, a class that RDS changes although it was
// taken back, and what AWS appended to a policy for somebody's delivery of logs. A class that the program asks for and that waits for its window is named, no more.
func TestDriftForAWeek(t *testing.T) {
	const class, xlarge = "instanceClass: db.t4g.medium", "instanceClass: db.t4g.xlarge"
	stack, asIs := deployedSmall(t, "dev"), small(t, "dev")
	larger := small(t, "dev", [2]string{class, "instanceClass: db.t4g.large"})
	again := small(t, "dev", [2]string{class, xlarge})
	up := func(source engine.Source) { require.NoError(t, stack.Up(t.Context(), source)) }
	pass := func() { require.NoError(t, stack.Cloud().Maintain()) }
	// Somebody changes how long a log is kept. The stacks of all tests share what is in their clouds.
	keep := func(days any) (before any) {
		for _, e := range stack.Record().Entries("") {
			if e.Type == catalogue.LogGroup && strings.HasSuffix(e.URN, "::network-flow-logs") {
				before = e.Inputs["retentionInDays"]
				e.Inputs["retentionInDays"], e.Outputs["retentionInDays"] = days, days
			}
		}
		return before
	}
	var days any
	t.Cleanup(func() {
		if days != nil {
			keep(days)
		}
	})
	// Somebody has logs delivered to a bucket, and AWS appends its statement to the policy.
	deliver := func() {
		for _, e := range stack.Record().Entries("") {
			if e.Type == catalogue.Bucket && strings.HasSuffix(e.URN, "::storage-logs") {
				require.NoError(t, stack.Cloud().DeliverByHand(e, "arn:aws:logs:us-east-1:111111111111:delivery-source:by-hand"))
			}
		}
	}
	waits := "- `legops-dev-database`: `instanceClass` changes in the maintenance window at "
	main := asIs
	for number, test := range []struct {
		day     func()
		waiting bool
		person  []string
	}{
		{func() { main = larger; up(main) }, true, nil},
		{func() { days = keep(3.0) }, true, []string{
			"preview update network-flow-logs: [retentionInDays]", "refresh update network-flow-logs: [retentionInDays]",
		}},
		{func() { keep(days); up(main) }, true, nil},
		{pass, false, nil},
		{func() { up(again); up(main) }, false, []string{"unasked " + waits}},
		{func() { pass(); deliver() }, false, []string{
			"preview update rds-instance: [instanceClass]", "preview update storage-logs: [policy]",
			"refresh update rds-instance: [instanceClass]", "refresh update storage-logs: [policy]",
		}},
		// An update alone compares with the state, which says what was asked for: docs/runbooks/drift.md refreshes.
		{func() {
			_, err := stack.Refresh(t.Context(), main)
			require.NoError(t, err)
			up(main)
		}, true, nil},
	} {
		test.day()
		found := lookAt(t, stack, main)
		slices.Sort(found.Person)
		assert.Len(t, found.Person, len(test.person), "night %d: %v", number+1, found)
		for i, says := range test.person {
			assert.Contains(t, found.Person[i], says, "night %d", number+1)
		}
		assert.Equal(t, test.waiting, len(found.Waiting) == 1, "night %d: %v", number+1, found)
		if test.waiting {
			assert.Contains(t, found.Waiting[0], waits)
		}
	}
}

// Storage that RDS makes larger than the stack file says is no drift, before the window and after it.
func TestDriftIsQuietOfRoundedStorage(t *testing.T) {
	stack := deployedSmall(t, "dev")
	larger := small(t, "dev", [2]string{"storageGiB: 20", "storageGiB: 21"})
	require.NoError(t, stack.Up(t.Context(), larger))
	found := lookAt(t, stack, larger)
	assert.Empty(t, found.Person)
	require.Len(t, found.Waiting, 1)
	assert.Contains(t, found.Waiting[0], "- `legops-dev-database`: `allocatedStorage` changes in the maintenance window at ")
	require.NoError(t, stack.Cloud().Maintain())
	assert.InDelta(t, 22, databaseStorage(t, stack)[0], 0)
	found = lookAt(t, stack, larger)
	assert.Empty(t, found.Waiting)
	assert.Empty(t, found.Person)
}

// docs/offline.md has a row for everything that a service holds otherwise than it was sent, and for what the provider does not read back, with
// where that was read.
func TestHeldValuesAreFresh(t *testing.T) {
	name := func(v cloud.HeldValue) string {
		require.NotEmpty(t, v.Source, v.Type)
		_, name, _ := strings.Cut(v.Type, "aws:")
		return cmp.Or(name, v.Type)
	}
	var held, unread [][]string
	for _, v := range cloud.HeldValues() {
		require.NotEmpty(t, v.Says, v.Type)
		held = append(held, []string{name(v), strings.Join(v.Inputs, ", "), v.Says, v.Source})
	}
	for _, v := range cloud.UnreadValues() {
		unread = append(unread, []string{name(v), strings.Join(v.Inputs, ", "), v.Source})
	}
	const page = "docs/offline.md"
	text := checkout.Read(t, root, page)
	for head, rows := range map[string][][]string{
		"Type | Inputs | What the service does | Source": held,
		"Type | Not read back | Source":                  unread,
	} {
		before, rest, found := strings.Cut(text, "| "+head+" |")
		require.True(t, found, "%s has no table %s", page, head)
		_, after, _ := strings.Cut(rest, "\n\n")
		text = before + markdown(strings.Split(head, " | "), rows) + "\n" + after
	}
	fresh(t, page, text)
}
