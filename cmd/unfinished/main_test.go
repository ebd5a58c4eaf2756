package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRun(t *testing.T) {
	const state = `{"version":3,"deployment":{"resources":[{"urn":"urn:pulumi:prod::legops::aws:sqs/queue:Queue::old","type":"aws:sqs/queue:Queue","id":"q","delete":true}]}}`
	for _, c := range []struct {
		name, in    string
		args        []string
		prints, err string
	}{
		{name: "something is left", in: state, prints: "- `aws:sqs/queue:Queue` `old` (`q`): its replacement exists; it holds messages that nobody has processed yet. The next update DELETES it, and its preview does not show that.\n"},
		{name: "nothing is left", in: `{"version":3,"deployment":{"resources":[]}}`},
		{name: "pulumi printed nothing", err: "no state: pipe the output of pulumi stack export to it"},
		{name: "pulumi printed something else", in: "error: no stack", err: "reading the state"},
		{name: "a file", in: state, args: []string{"state.json"}, err: `unexpected argument "state.json": pipe the output`},
	} {
		var out strings.Builder
		err := run(c.args, strings.NewReader(c.in), &out)
		if c.err == "" {
			require.NoError(t, err, c.name)
		} else {
			require.ErrorContains(t, err, c.err, c.name)
		}
		assert.Equal(t, c.prints, out.String(), c.name)
	}
}
