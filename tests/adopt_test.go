package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/adoption"
	"legops/internal/adoption/inventory"
	"legops/internal/adoption/proposal"
	"legops/internal/catalogue"
	"legops/internal/checkout"
	"legops/internal/model"
	"legops/internal/offline/cloud"
	"legops/internal/offline/engine"
	"legops/stacks"
)

// handMade is what an operator made with the console: tests/testdata/existing/dev.
func handMade(t *testing.T) []adoption.Existing {
	t.Helper()
	existing, err := inventory.Of("testdata", "dev")
	require.NoError(t, err)
	return existing
}

// smallConfig is the configuration of a small stack.
func smallConfig(t *testing.T, stack, folder string) *stacks.Config {
	t.Helper()
	checkout.Write(t, folder, map[string]string{"Pulumi.yaml": checkout.Read(t, root, "Pulumi.yaml")})
	values, err := stacks.ReadFile(filepath.Join(folder, "Pulumi."+stack+".yaml"))
	require.NoError(t, err)
	cfg, err := stacks.Load(stacks.Project, values)
	require.NoError(t, err)
	return cfg
}

// adopting is a folder with the file of the small dev, edited as a proposal says, with the map as it is written.
func adopting(t *testing.T, p *proposal.Proposal, cfg *stacks.Config) string {
	t.Helper()
	file := checkout.Small(checkout.Read(t, root, "Pulumi.dev.yaml"))
	for _, edit := range p.Edits {
		old := cfg.Network.CIDR.String()
		if place := regexp.MustCompile(`^legops:network\.subnets\.(\w+)\[(\d)\]$`).FindStringSubmatch(edit.Key); place != nil {
			at, err := strconv.Atoi(place[2])
			require.NoError(t, err)
			s := cfg.Network.Subnets
			old = map[string]string{"public": s.Public[at].String(), "application": s.Application[at].String(), "data": s.Data[at].String()}[place[1]]
		}
		require.Contains(t, file, old, edit.Key)
		file = strings.Replace(file, old, edit.Value, 1)
	}
	var written strings.Builder
	require.NoError(t, p.Write(&written))
	folder := t.TempDir()
	checkout.Write(t, folder, map[string]string{"Pulumi.dev.yaml": file + written.String()})
	return folder
}

// An account that somebody made by hand is taken over: the map is proposed, nothing that exists is replaced or deleted, the second update finds
// nothing to do, and of everything that is not taken over the reason is told.
func TestHandMadeAccountIsTakenOver(t *testing.T) {
	existing := handMade(t)
	assert.GreaterOrEqual(t, len(existing), 40)
	cfg := smallConfig(t, "dev", smallFiles(t, "dev"))
	p, err := proposal.Of(cfg, "legops-dev", existing)
	require.NoError(t, err)
	told(t, p, existing)

	source := program(adopting(t, p, cfg))
	s := stackOf(t, "dev")
	require.NoError(t, s.Exists(existing))
	before := s.Record().Entries("")
	plan, err := s.Preview(t.Context(), source)
	require.NoError(t, err)
	imported := map[string]bool{}
	for _, step := range plan.Steps {
		if step.Op == "import" {
			imported[step.Resource().Type+" "+step.Resource().Name()] = true
			continue
		}
		assert.Contains(t, []string{"create", "same"}, step.Op, step.Resource().URN)
	}
	for _, place := range cfg.Places() {
		proposed := slices.ContainsFunc(p.Lines, func(line proposal.Line) bool { return line.Name == place.Name })
		assert.Equal(t, proposed, imported[place.Type+" "+place.Name], "%s is imported", place.Name)
	}
	assert.Len(t, imported, len(p.Lines)+1+5, "the internet gateway, and the route tables of five subnets, come along")

	require.NoError(t, s.Up(t.Context(), source))
	plan, err = s.Preview(t.Context(), source)
	require.NoError(t, err)
	for _, step := range plan.Steps {
		if step.Op != "same" {
			assert.Equal(t, "rds-instance", step.Resource().Name(), "nothing else waits for a window: %v", step.DetailedDiff)
		}
	}
	require.NoError(t, s.Cloud().Maintain())
	_, err = s.Refresh(t.Context(), source)
	require.NoError(t, err)
	for _, e := range before {
		assert.True(t, slices.ContainsFunc(s.Record().Entries(""), func(now cloud.Entry) bool { return now.Type == e.Type && now.ID == e.ID }), "%s %s is gone", e.Type, e.ID)
	}
	quiet(t, s, source)
	require.NoError(t, s.Up(t.Context(), source))
	quiet(t, s, source)
	staysReadable(t, s, source, before)
}

// staysReadable destroys a stack: what was there before stays, and so does every key under which something of it has come.
func staysReadable(t *testing.T, s *engine.Stack, source engine.Source, before []cloud.Entry) {
	t.Helper()
	there := func(e cloud.Entry) bool {
		return slices.ContainsFunc(s.Record().Entries(""), func(now cloud.Entry) bool { return now.Type == e.Type && now.ID == e.ID })
	}
	uses := map[string][]string{} // keys, and what has come under them
	for _, e := range s.Record().Entries("") {
		name := resource.URN(e.URN).Name()
		of := slices.ContainsFunc(before, func(old cloud.Entry) bool {
			return old.Type == e.Type && old.ID == e.ID || e.Type == catalogue.BucketEncryption && old.ID == model.Values(e.Inputs).Text("bucket")
		})
		for _, key := range regexp.MustCompile(`:key/([0-9a-f-]{36})`).FindAllStringSubmatch(fmt.Sprint(e.Inputs), -1) {
			if of {
				uses[key[1]] = append(uses[key[1]], name)
			}
		}
	}
	require.GreaterOrEqual(t, len(uses), 4, "buckets, queues, logs and the master password are each under one")
	s.Unprotect()
	require.NoError(t, s.Destroy(t.Context(), source))
	for _, e := range before {
		// The table of a subnet is the program's by now: without it, the subnet is back at the main one of its VPC.
		assert.Equal(t, e.Type != "aws:ec2/routeTableAssociation:RouteTableAssociation", there(e), "%s %s", e.Type, e.ID)
	}
	for key, users := range uses {
		assert.True(t, there(cloud.Entry{Type: catalogue.Key, ID: key}), "the key of %v goes", users)
	}
}

// quiet fails if an update would do anything.
func quiet(t *testing.T, s *engine.Stack, source engine.Source) {
	t.Helper()
	plan, err := s.Preview(t.Context(), source)
	require.NoError(t, err)
	for _, step := range plan.Steps {
		assert.Equal(t, "same", step.Op, "%s: %v", step.Resource().URN, step.DetailedDiff)
	}
}

// told fails if something that exists is neither taken over nor told, and compares what is told with the file beside the inventory.
func told(t *testing.T, p *proposal.Proposal, existing []adoption.Existing) {
	t.Helper()
	said := map[string]bool{}
	for _, line := range p.Lines {
		assert.NotEmpty(t, line.Because)
		said[line.ID] = true
	}
	for _, left := range p.Left {
		assert.NotEmpty(t, left.Why)
		said[left.ID] = true
	}
	for _, e := range existing {
		assert.True(t, said[e.ID], "%s %s is neither adopted nor told", e.Type, e.ID)
	}
	var written strings.Builder
	require.NoError(t, p.Write(&written))
	const file = "testdata/existing/proposal.txt"
	if os.Getenv("UPDATE_GOLDEN") != "" {
		require.NoError(t, os.WriteFile(file, []byte(written.String()), 0o600))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), written.String())
}

// What would have to be replaced is refused before anything is registered, with the key, and so is what is not there.
func TestWhatCannotBeAdoptedIsRefused(t *testing.T) {
	existing := handMade(t)
	cfg := smallConfig(t, "dev", smallFiles(t, "dev"))
	p, err := proposal.Of(cfg, "legops-dev", existing)
	require.NoError(t, err)
	folder := adopting(t, p, cfg)
	file := checkout.Read(t, folder, "Pulumi.dev.yaml")
	line := func(name string) string {
		return regexp.MustCompile(`(?m)^    ` + name + `: .*$`).FindString(file)
	}
	s := stackOf(t, "dev")
	require.NoError(t, s.Exists(existing))
	before := s.Record().Entries("")
	for id, want := range map[string]string{
		"rds-instance: acme-billing":                              "legops:adopt.rds-instance: acme-billing: its encryption is false, and has to be true: copy a snapshot of it",
		"rds-instance: acme-crm":                                  "legops:adopt.rds-instance: acme-crm: its engine is mysql, and has to be postgres",
		"rds-instance: acme-reports":                              "legops:rds.engineVersion: 17: the database runs PostgreSQL 18.1, and no version goes back",
		"rds-instance: acme-nothing":                              "legops:adopt.rds-instance: acme-nothing: cannot be read: ",
		"network-data-use1-az4: subnet-" + ids(0x500):             "legops:adopt.network-data-use1-az4: subnet-00000000000000500: its VPC is vpc-000000000000000d1, and has to be vpc-000000000000000a1: choose a subnet of the VPC that is adopted",
		"storage-documents: acme-nothing":                         "legops:adopt.storage-documents: acme-nothing: cannot be read: ",
		"storage-documents: acme-archive-evidence":                "legops:adopt.storage-documents: acme-archive-evidence: its region is eu-west-1, and has to be us-east-1",
		"registry-alone: portal":                                  "legops:adopt.registry-alone: portal: its name is portal, and has to be legops-dev/alone",
		"encryption-queues: 0c0ffee0-aaaa-4aaa-8aaa-000000000001": "legops:adopt.encryption-queues: 0c0ffee0-aaaa-4aaa-8aaa-000000000001: its manager is AWS, and has to be CUSTOMER",
	} {
		name, _, _ := strings.Cut(id, ":")
		require.NotEmpty(t, line(name), name)
		edited := t.TempDir()
		text := strings.Replace(file, line(name), "    "+id, 1)
		if strings.HasSuffix(id, "acme-nothing") || name == "rds-instance" {
			text = strings.Replace(text, line("rds-log-postgresql"), "", 1)
		}
		checkout.Write(t, edited, map[string]string{"Pulumi.dev.yaml": text})
		plan, err := s.Deploy(t.Context(), program(edited))
		assert.ErrorContains(t, err, want)
		if plan != nil {
			for urn := range plan.Inputs {
				assert.Contains(t, string(urn), "pulumi:", "registered before it was refused")
			}
		}
	}
	assert.Equal(t, before, s.Record().Entries(""), "nothing has changed")
}

func ids(n int) string { return fmt.Sprintf("%017x", n) }

// A certificate that the stack has made goes when another one is adopted in its place, but only after all that uses it has got the other: so this is not
// refused, unlike all else that a stack can have made (TestAdoptionDeletesNothingThatTheStackHasMade).
func TestCertificateIsAdoptedBesideAnother(t *testing.T) {
	const arn = "arn:aws:acm:us-east-1:111111111111:certificate/12345678-1234-4234-8234-000000000001"
	s := deployedSmall(t, "dev")
	require.NoError(t, s.Exists([]adoption.Existing{{
		Type: catalogue.Certificate, ID: arn, Name: "acme", Account: "111111111111", Region: "us-east-1",
		Inputs: map[string]any{"domainName": "dev.legops.example", "validationMethod": "DNS"},
	}}))
	uses := func(of string) (types []string) {
		for _, e := range s.Record().Entries("") {
			if text := fmt.Sprint(e.Inputs); strings.Contains(text, of) {
				types = append(types, e.Type)
			}
		}
		return types
	}
	own := ""
	for _, e := range s.Record().Entries("") {
		if e.Type == catalogue.Certificate && strings.HasSuffix(e.URN, "::certificates-global") {
			own = e.ID
		}
	}
	used := uses(own)
	require.Contains(t, used, catalogue.Distribution)
	folder := smallFiles(t, "dev")
	checkout.Write(t, folder, map[string]string{"Pulumi.dev.yaml": checkout.Read(t, folder, "Pulumi.dev.yaml") + "  legops:adopt:\n    certificates-global: " + arn + "\n"})
	require.NoError(t, s.Up(t.Context(), program(folder)))
	assert.Empty(t, uses(own))
	assert.Subset(t, uses(arn), used)
	quiet(t, s, program(folder))
}
