package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Lines as the CLI writes them, cut to what a summary reads.
const (
	urn      = `urn:pulumi:dev::legops::`
	stack    = urn + `pulumi:pulumi:Stack::legops-dev`
	network  = urn + `legops:components:Network::network`
	vpc      = urn + `legops:components:Network$aws:ec2/vpc:Vpc::network-vpc`
	gateway  = urn + `legops:components:Network$aws:ec2/vpc:Vpc$aws:ec2/internetGateway:InternetGateway::network-gateway`
	provider = urn + `pulumi:providers:aws::aws`
)

// ended is the end of an operation on a resource with a parent.
func ended(op, urn, typ, parent string) string {
	return `{"resOutputsEvent":{"metadata":{"op":"` + op + `","urn":"` + urn + `","old":null,"new":{"urn":"` + urn + `","type":"` + typ +
		`","parent":"` + parent + `","outputs":{"url":"https://dev.legops.example"}}}}}`
}

// printed is the summary of a log.
func printed(t *testing.T, lines ...string) string {
	t.Helper()
	s, err := readSummary([]byte(strings.Join(lines, "\n")))
	require.NoError(t, err)
	var out strings.Builder
	require.NoError(t, s.print(&out))
	return out.String()
}

func TestSummary(t *testing.T) {
	assert.Equal(t, `  network  2 created, 1 updated, 1 replaced
  others   1 created
warning: the certificate ends soon
Outputs:
    url: https://dev.legops.example
Deployment succeeded in 7 s: 3 created, 1 updated, 1 replaced
`, printed(t,
		`{"resourcePreEvent":{"metadata":{"op":"create","urn":"`+vpc+`"}}}`, // begins, and counts when it ends
		ended("create", provider, "pulumi:providers:aws", stack),
		ended("create", vpc, "aws:ec2/vpc:Vpc", network),
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
Did not come to its end: 1 deleted, 1 failed
`, printed(t, lines...))
	assert.Contains(t, printed(t, append(lines, `{"summaryEvent":{"durationSeconds":1,"result":"failed"}}`)...), "\nDeployment failed in 1 s: 1 deleted, 1 failed\n")
	assert.Contains(t, printed(t, `{"summaryEvent":{"isPreview":true,"result":"failed"}}`), "Preview failed in 0 s: nothing changed\n")

	_, err := readSummary([]byte("{}\n{"))
	assert.ErrorContains(t, err, "reading the events of the deployment: unexpected end of JSON input")
}

func TestSummarises(t *testing.T) {
	for line, want := range map[string]bool{
		"up --yes --stack dev": true, "update --stack=dev": true, "destroy --yes": true,
		"": false, "preview --stack dev": false, "stack output": false, "refresh": false,
		"up --json": false, "up --diff --yes": false, "up --event-log=f": false, "up --help": false, "destroy -v 3": false,
	} {
		assert.Equal(t, want, summarises(strings.Fields(line)), line)
	}
}
