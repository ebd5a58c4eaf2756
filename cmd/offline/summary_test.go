package main

import (
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
	"legops/internal/offline"
)

// Lines as the CLI writes them, cut to what a summary reads.
const (
	urn      = `urn:pulumi:dev::legops::`
	stack    = urn + `pulumi:pulumi:Stack::legops-dev`
	network  = urn + `legops:components:Network::network`
	vpc      = urn + `legops:components:Network$aws:ec2/vpc:Vpc::network-vpc`
	gateway  = urn + `legops:components:Network$aws:ec2/vpc:Vpc$aws:ec2/internetGateway:InternetGateway::network-gateway`
	provider = urn + `pulumi:providers:aws::aws`
	engines  = urn + `pulumi:providers:random::default_4_18_3`
)

// ended is the end of an operation on a resource with a parent.
func ended(op, urn, typ, parent string) string {
	return `{"resOutputsEvent":{"metadata":{"op":"` + op + `","urn":"` + urn + `","old":null,"new":{"urn":"` + urn + `","type":"` + typ +
		`","parent":"` + parent + `","outputs":{"url":"https://dev.legops.example"}}}}}`
}

// printed is the summary of a log.
func printed(t *testing.T, lines ...string) string {
	t.Helper()
	s, err := readSummary([]byte(strings.Join(lines, "\n") + "\n"))
	require.NoError(t, err)
	var out strings.Builder
	require.NoError(t, s.print(&out))
	return out.String()
}

func TestSummary(t *testing.T) {
	assert.Equal(t, `  network           2 created, 1 imported, 2 updated, 1 replaced
  others            1 created
  providers of AWS  1 created
warning: the certificate ends soon
Outputs:
    url: https://dev.legops.example
Deployment succeeded in 7 s: 4 created, 1 imported, 2 updated, 1 replaced
`, printed(t,
		`{"resourcePreEvent":{"metadata":{"op":"create","urn":"`+vpc+`"}}}`, // begins, and counts when it ends
		ended("create", provider, "pulumi:providers:aws", stack),
		ended("create", engines, "pulumi:providers:random", ""),
		ended("create", urn+"aws:sqs/queue:Queue::alone", "aws:sqs/queue:Queue", stack),
		ended("create", vpc, "aws:ec2/vpc:Vpc", network),
		ended("import", vpc+"-2", "aws:ec2/vpc:Vpc", network), // as it is, and then as the program wants it
		ended("update", vpc+"-2", "aws:ec2/vpc:Vpc", network),
		ended("create", network, "legops:components:Network", stack),
		ended("update", gateway, "aws:ec2/internetGateway:InternetGateway", vpc),
		ended("create-replacement", gateway+"-2", "aws:ec2/internetGateway:InternetGateway", vpc),
		ended("replace", gateway+"-2", "aws:ec2/internetGateway:InternetGateway", vpc),
		ended("delete-replaced", gateway+"-2", "aws:ec2/internetGateway:InternetGateway", vpc),
		ended("same", stack, "pulumi:pulumi:Stack", ""),
		`{"diagnosticEvent":{"prefix":"warning: ","message":"the certificate ends soon\n","severity":"warning"}}`,
		`{"diagnosticEvent":{"prefix":"debug: ","message":"Registering\n","severity":"debug"}}`,
		`{"summaryEvent":{"durationSeconds":7,"result":"succeeded"}}`,
	))
}

// A component whose resources could not all be deleted has no event.
func TestSummaryOfAFailure(t *testing.T) {
	deleted := func(event, urn, parent string) string {
		return `{"` + event + `":{"metadata":{"op":"delete","old":{"urn":"` + urn + `","type":"t","parent":"` + parent + `"},"new":null}}}`
	}
	lines := []string{
		deleted("resOutputsEvent", gateway, network),
		deleted("resOpFailedEvent", vpc, network),
		`{"diagnosticEvent":{"urn":"` + vpc + `","prefix":"error: ","message":"the VPC has dependencies\n  that stay\n","severity":"error"}}`,
	}
	assert.Equal(t, `  network  1 deleted, 1 failed
error: `+vpc+` the VPC has dependencies
  that stay
Deployment did not come to its end: 1 deleted, 1 failed
`, printed(t, lines...))
	assert.Contains(t, printed(t, append(lines, `{"summaryEvent":{"durationSeconds":1,"result":"failed"}}`)...), "\nDeployment failed in 1 s: 1 deleted, 1 failed\n")

	_, err := readSummary([]byte("{\n{}\n"))
	assert.ErrorContains(t, err, "reading the events of the deployment: unexpected end of JSON input")
}

// The CLI previews before it deploys. What a preview foresees did not happen, whether it failed or somebody interrupted it.
func TestSummaryOfAPreview(t *testing.T) {
	lines := []string{
		strings.Replace(ended("create", vpc, "aws:ec2/vpc:Vpc", network), `"metadata"`, `"planning":true,"metadata"`, 1),
		`{"diagnosticEvent":{"prefix":"error: ","message":"no such zone","severity":"error"}}`,
	}
	assert.Equal(t, "error: no such zone\nPreview did not come to its end: nothing was deployed\n", printed(t, lines...))
	assert.Equal(t, "Preview did not come to its end: nothing was deployed\n",
		printed(t, `{"resourcePreEvent":{"metadata":{"op":"create","urn":"`+vpc+`"},"planning":true}}`))
	assert.Equal(t, "Preview failed in 0 s: nothing was deployed\n", printed(t, `{"summaryEvent":{"isPreview":true,"result":"failed"}}`))
	assert.Equal(t, "error: no such zone\nPreview failed in 3 s: nothing was deployed\n",
		printed(t, append(lines, `{"summaryEvent":{"isPreview":true,"durationSeconds":3,"result":"failed"}}`)...))
}

// What a deployment leaves in the account is not deleted. A patch goes with its object.
func TestSummaryOfWhatStays(t *testing.T) {
	deleted := func(op, name, typ, retain string) string {
		return `{"resOutputsEvent":{"metadata":{"op":"` + op + `","new":null,"old":{"urn":"` + vpc + name + `","type":"` + typ + `","parent":"` + network + `","retainOnDelete":` + retain + `}}}}`
	}
	lines := []string{
		deleted("delete", "-1", "aws:s3/bucket:Bucket", "true"),
		deleted("delete", "-2", "aws:s3/bucket:Bucket", "false"),
		deleted("delete", "-3", "kubernetes:apps/v1:DeploymentPatch", "true"),
	}
	assert.Equal(t, "  network  2 deleted, 1 stays in the account\nDeployment did not come to its end: 2 deleted, 1 stays in the account\n", printed(t, lines...))
	lines = append(lines, deleted("delete-replaced", "-4", "aws:kms/key:Key", "true"), deleted("delete-replaced", "-5", "aws:kms/key:Key", "false"))
	assert.Equal(t, "  network  2 deleted, 2 stay in the account\nDeployment did not come to its end: 2 deleted, 2 stay in the account\n", printed(t, lines...))
}

// The outputs of a deleted stack name what is gone.
func TestSummaryOfADestruction(t *testing.T) {
	deleted := `{"resOutputsEvent":{"metadata":{"op":"delete","new":null,"old":{"urn":"` + stack + `","type":"pulumi:pulumi:Stack",` +
		`"outputs":{"url":"https://dev.legops.example"}}}}}`
	assert.Equal(t, "  the stack itself  1 deleted\nDeployment succeeded in 2 s: 1 deleted\n",
		printed(t, deleted, `{"summaryEvent":{"durationSeconds":2,"result":"succeeded"}}`))
}

// up runs up in a folder, with more arguments, with a CLI that is this script, in which $events is the file for events.
func up(t *testing.T, root, script string, more ...string) (code int, out string, err error) {
	t.Helper()
	checkout.Write(t, root, map[string]string{
		"Pulumi.yaml": "name: legops\nruntime: go\n", "Pulumi.dev.yaml": "config: {}\n",
		"bin/pulumi": "#!/bin/sh\nfor events; do :; done\n" + script,
	})
	session, err := offline.Open(offline.Options{Root: root, Program: "/none"})
	require.NoError(t, err)
	defer func() { require.NoError(t, session.Close()) }()
	var printed strings.Builder
	code, err = summarised(t.Context(), session, filepath.Join(root, ".offline", "logs"), &printed, io.Discard, append([]string{"up"}, more...))
	return code, strings.ReplaceAll(printed.String(), root, ""), err
}

func TestAFailureNamesTheLog(t *testing.T) {
	const log, last = "Every step is written to /.offline/logs/deployment.log\n",
		"Every step, and all that the program printed, is in /.offline/logs/deployment.log\n"
	create := "echo '" + ended("create", vpc, "aws:ec2/vpc:Vpc", network) + "' >\"$events\"\n"
	for name, test := range map[string]struct {
		script, out, err string
		code             int
	}{
		"success":     {create + `echo '{"summaryEvent":{"result":"succeeded"}}' >>"$events"`, log + "  network  1 created\nDeployment succeeded in 0 s: 1 created\n", "", 0},
		"failure":     {create + "echo begun; exit 5", log + "  network  1 created\nDeployment did not come to its end: 1 created\n" + last, "", 5},
		"refusal":     {"echo 'no such flag' >&2; exit 6", log + last, "", 6},
		"silence":     {"exit 6", log, "", 6},
		"killed":      {create + "echo begun; printf '{\"summ' >>\"$events\"; kill -KILL $$", log + "  network  1 created\nDeployment did not come to its end: 1 created\n" + last, "signal: killed", 1},
		"both errors": {"echo begun; echo '{' >\"$events\"; kill -KILL $$", log + last, "signal: killed\nreading the events of the deployment: unexpected end of JSON input", 1},
	} {
		code, out, err := up(t, t.TempDir(), test.script)
		assert.Equal(t, test.out, out, name)
		assert.Equal(t, test.code, code, name)
		if test.err == "" {
			assert.NoError(t, err, name)
		} else {
			assert.ErrorContains(t, err, test.err, name)
		}
	}
}

// A deployment that cannot begin leaves the log of the last one.
func TestTheLogOfTheLastDeploymentStays(t *testing.T) {
	root := t.TempDir()
	_, _, err := up(t, root, "echo every step")
	require.NoError(t, err)
	code, out, err := up(t, root, "", "--stack", "tset")
	assert.Equal(t, 1, code)
	assert.Empty(t, out)
	assert.ErrorContains(t, err, "stack tset: Pulumi.tset.yaml is missing")
	assert.Equal(t, "every step\n", checkout.Read(t, root, ".offline", "logs", "deployment.log"))
}

func TestSummarises(t *testing.T) {
	for line, want := range map[string]bool{
		"up --yes --stack dev": true, "update --stack=dev": true, "destroy --yes": true,
		"": false, "preview --stack dev": false, "stack output": false, "refresh": false,
		"up --json": false, "up --diff --yes": false, "up --event-log=f": false, "up --help": false, "destroy -v 3": false, "destroy --preview-only": false,
	} {
		assert.Equal(t, want, summarises(strings.Fields(line)), line)
	}
}
