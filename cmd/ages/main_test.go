package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRun(t *testing.T) {
	const state = `{"version":3,"deployment":{"resources":[{"urn":"urn:pulumi:prod::legops::aws:eks/cluster:Cluster::eks-eksCluster","type":"aws:eks/cluster:Cluster","id":"c",` +
		`"inputs":{"version":"1.35","upgradePolicy":{"supportType":"STANDARD"}}}]}}`
	for _, c := range []struct {
		name, in string
		args     []string
		prints   []string
		err      string
	}{
		{name: "100 days before", in: state, args: []string{"-day", "2026-12-17"}, prints: []string{
			`"id": "Kubernetes on EKS 1.35"`, `"stage": "standard-120"`, `ends on 2027-03-27, in 100 days: extended support is off: EKS upgrades`,
			`"eks-eksCluster"`, `"runbook": "runbooks/cluster-version-upgrade.md"`,
		}},
		{name: "121 days before", in: state, args: []string{"-day", "2026-11-26"}, prints: []string{"[]"}},
		{name: "past", in: state, args: []string{"-day", "2027-03-28"}, prints: []string{`"stage": "standard-past"`, "1 day ago"}},
		{name: "nothing that ages", in: `{"version":3,"deployment":{"resources":[]}}`, prints: []string{"[]"}},
		{name: "the program", args: []string{"-program", "../..", "-day", "2026-11-30"}, prints: []string{`"id": "Node.js 20"`, ".github/workflows/test.yml"}},
		{name: "another folder", args: []string{"-program", "."}, err: "go.mod: names no version of Go"},
		{name: "no day", in: state, args: []string{"-day", "17.12.2026"}, err: `-day: "17.12.2026" is no day: write one such as 2026-12-17`},
		{name: "pulumi printed nothing", err: "no state: pipe the output of pulumi stack export to it"},
		{name: "pulumi printed something else", in: "error: no stack", err: "reading the state"},
		{name: "a file", in: state, args: []string{"state.json"}, err: `unexpected argument "state.json": pipe the output`},
	} {
		var out strings.Builder
		err := run(c.args, strings.NewReader(c.in), &out)
		if c.err != "" {
			require.ErrorContains(t, err, c.err, c.name)
			continue
		}
		require.NoError(t, err, c.name)
		for _, prints := range c.prints {
			assert.Contains(t, out.String(), prints, c.name)
		}
	}
}
