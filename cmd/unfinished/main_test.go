package main

import (
	"os"
	"path/filepath"
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
		{name: "no such list", in: state, args: []string{"-tagged", "none.json"}, err: "open none.json"},
		{name: "no list", in: state, args: []string{"-tagged", "main.go"}, err: "main.go: the list is not what this prints: aws resourcegroupstaggingapi"},
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

func TestTagged(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tagged.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"ResourceTagMappingList":[{"ResourceARN":"arn:aws:ec2:us-east-1:333333333333:vpc/vpc-1",
		"Tags":[{"Key":"Project","Value":"legops"},{"Key":"Environment","Value":"production"}]}]}`), 0o600))
	var out strings.Builder
	require.NoError(t, run([]string{"-tagged", file}, strings.NewReader(`{"version":3,"deployment":{"resources":[]}}`), &out))
	assert.Contains(t, out.String(), "- `arn:aws:ec2:us-east-1:333333333333:vpc/vpc-1`: carries the stack's tags, and is in no state.\n")
	assert.Contains(t, out.String(), "Not found this way, since they carry no tags or AWS does not list them: `aws:")
}
