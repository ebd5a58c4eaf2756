package review

import (
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// hundredDays is the day 100 days before the support of Kubernetes 1.35 ends.
var hundredDays = time.Date(2026, 12, 17, 8, 30, 0, 0, time.UTC)

// unchanged is a plan of a stack with a cluster, of which nothing changes.
func unchanged(support string) *model.Plan {
	cluster := &model.Resource{
		URN: resource.URN("urn:pulumi:dev::legops::" + catalogue.Cluster + "::eks-eksCluster"), Type: catalogue.Cluster, Custom: true,
		Inputs: model.Values{"version": "1.35", "upgradePolicy": map[string]any{"supportType": support}},
	}
	return model.NewPlan([]model.Step{{Op: "same", Old: cluster, New: cluster}})
}

// A review of nothing tells what ages, too, from 120 days before the end on, and goes on when it is past.
func TestAging(t *testing.T) {
	for _, c := range []struct {
		name, support string
		day           time.Time
		says          string
	}{
		{"121 days before", "STANDARD", hundredDays.AddDate(0, 0, -21), ""},
		{"120 days before", "STANDARD", hundredDays.AddDate(0, 0, -20), "in 120 days: extended support is off: EKS upgrades the control plane"},
		{"100 days before", "STANDARD", hundredDays, "standard support of Kubernetes on EKS 1.35 ends on 2027-03-27, in 100 days: extended support is off"},
		{"past", "STANDARD", hundredDays.AddDate(0, 0, 101), "standard support of Kubernetes on EKS 1.35 ended on 2027-03-27, 1 day ago: extended support is off"},
		{"past, with extended support", "EXTENDED", hundredDays.AddDate(0, 0, 101), "1 day ago: extended support is on until 2028-03-27: the control plane costs 0.60 USD"},
		{"no day", "STANDARD", time.Time{}, ""},
	} {
		report := &Report{}
		for _, stack := range []string{"dev", "test"} {
			report.Stacks = append(report.Stacks, judge(stack, evidence{
				plan: unchanged(c.support), deployed: &model.Deployment{}, environment: "development", day: c.day,
			}))
		}
		assert.True(t, report.Nothing(), c.name)
		assert.Equal(t, 0, report.ExitCode(), c.name)
		markdown, err := report.Markdown()
		require.NoError(t, err)
		page, err := report.HTML()
		require.NoError(t, err)
		if c.says == "" {
			assert.Empty(t, report.Ages(), c.name)
			assert.NotContains(t, markdown, "What ages", c.name)
			assert.NotContains(t, page, "What ages", c.name)
			continue
		}
		assert.Equal(t, 1, strings.Count(markdown, c.says), "%s: told once for both stacks\n%s", c.name, markdown)
		assert.Contains(t, markdown, "\n- dev, test: ", c.name)
		assert.Contains(t, page, c.says, c.name)
		require.Len(t, report.Stacks[0].Aging, 1, c.name)
		assert.Equal(t, "eks-eksCluster", report.Stacks[0].Aging[0].Resource)
		assert.Contains(t, report.Stacks[0].Aging[0].Text, "; see docs/runbooks/cluster-version-upgrade.md")
	}
}
