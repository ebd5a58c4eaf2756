package unfinished_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/unfinished"
)

// entry is a resource of a state.
func entry(token, name, more string) string {
	return `{"urn":"urn:pulumi:prod::legops::` + token + `::` + name + `","type":"` + token + `","custom":true,"id":"id-` + name + `"` + more + `}`
}

const (
	key      = "aws:kms/key:Key"
	queue    = "aws:sqs/queue:Queue"
	database = "aws:rds/instance:Instance"
	address  = "aws:ec2/eip:Eip"
)

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name, resources, operations string
		want                        []string
	}{
		{name: "an update that came to its end", resources: entry(key, "a", "")},
		{
			name: "a deletion", resources: entry(key, "a", "") + "," + entry(key, "a", `,"delete":true`),
			want: []string{"- `aws:kms/key:Key` `a` (`id-a`): its replacement exists; it holds the key, without which nothing that it encrypts can be read. " +
				"The next update DELETES it, and its preview does not show that."},
		},
		{
			name: "a deletion of what holds no data", resources: entry(address, "a", `,"delete":true`),
			want: []string{"- `aws:ec2/eip:Eip` `a` (`id-a`): its replacement exists. The next update DELETES it, and its preview does not show that."},
		},
		{
			name: "a deletion that the state itself keeps from happening", resources: entry(key, "a", `,"delete":true,"retainOnDelete":true`),
			want: []string{"- `aws:kms/key:Key` `a` (`id-a`): its replacement exists. The next update forgets it; it stays in the account; it holds the key, " +
				"without which nothing that it encrypts can be read."},
		},
		{
			name: "protection does not keep what is replaced", resources: entry(queue, "a", `,"delete":true,"protect":true`),
			want: []string{"The next update DELETES it"},
		},
		{
			name: "a deletion that the service refuses", resources: entry(database, "a", `,"delete":true,"inputs":{"deletionProtection":true}`),
			want: []string{"it holds the database. The next update tries to delete it, and fails while its deletionProtection is true."},
		},
		{
			name: "gone, and nothing in its place", resources: entry(database, "a", `,"pendingReplacement":true`),
			want: []string{"deleted by an update that did not create its replacement; it holds the database. The next update creates it, and cannot bring back"},
		},
		{
			name: "what loses data comes first", resources: entry(address, "a", `,"delete":true`) + "," + entry(key, "z", `,"delete":true`),
			want: []string{"`z`", "`a`"},
		},
		{
			name: "operations", operations: `{"type":"creating","resource":` + entry(key, "a", "") + `},{"type":"deleting","resource":` + entry(queue, "b", "") +
				`},{"type":"updating","resource":` + entry(address, "c", "") + `}`,
			want: []string{
				"`b` (`id-b`): an update was killed while it deleted this; it holds messages that nobody has processed yet. It may be gone",
				"`c` (`id-c`): an update was killed while it was updating this.",
				"`a` (`id-a`): an update was killed while it created this. It may exist, and the state does not have it",
			},
		},
	} {
		state := `{"version":3,"deployment":{"resources":[` + c.resources + `],"pending_operations":[` + c.operations + `]}}`
		require.True(t, json.Valid([]byte(state)), c.name)
		items, err := unfinished.Read([]byte(state))
		require.NoError(t, err, c.name)
		got := strings.SplitAfter(unfinished.Lines(items), "\n")
		got = got[:len(got)-1]
		require.Len(t, got, len(c.want), "%s: %s", c.name, got)
		for i := range c.want {
			assert.Contains(t, got[i], c.want[i], c.name)
		}
	}
}

// A state in which something is not as expected is an error, never an empty list.
func TestReadRefuses(t *testing.T) {
	for state, want := range map[string]string{
		"":                   "reading the state",
		`{"deployment":`:     "reading the state",
		`{"deployment":[1]}`: "reading the state",
		`{"deployment":{}}`:  "its version is 0, and what is unfinished is known of 3 to 4",
		`{"version":5}`:      "its version is 5",
		`{"version":3,"deployment":{"pending_operations":[{"type":"creating"}]}}`: `reading the state: an operation ("creating") names no resource`,
	} {
		_, err := unfinished.Read([]byte(state))
		require.ErrorContains(t, err, want)
	}
	items, err := unfinished.Read([]byte(`{"version":3,"deployment":null}`)) // nothing deployed yet
	require.NoError(t, err)
	assert.Empty(t, items)
}

// A list names no value, which may be a secret, and carries no markup of its own.
func TestLinesAreText(t *testing.T) {
	items, err := unfinished.Read([]byte(`{"version":3,"deployment":{"resources":[{"urn":"urn:pulumi:prod::legops::aws:sqs/queue:Queue::a","type":"aws:sqs/queue:Queue",` +
		"\"id\":\"x` [a](http://127.0.0.1)\\n- b\"" + `,"delete":true,"inputs":{"password":"hunter2"},"outputs":{"password":"hunter2"}}]}}`))
	require.NoError(t, err)
	lines := unfinished.Lines(items)
	assert.NotContains(t, lines, "hunter2")
	assert.Equal(t, 1, strings.Count(lines, "\n"))
	assert.Contains(t, lines, "(`x [a](http://127.0.0.1) - b`)")
}
