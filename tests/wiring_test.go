package tests

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/recorder"
	"legops/internal/registered"
	"legops/internal/standards"
	"legops/stacks"
)

// The zones of the stack file have what its other keys say.
func TestZonesOfTheStackFile(t *testing.T) {
	each(t, func(t *testing.T, cfg *stacks.Config, r *recorder.Recorder) {
		zones := map[string][]any{}
		for _, subnet := range r.OfType("aws:ec2/subnet:Subnet") {
			tier := strings.Split(subnet.Name(), "-")[1]
			zones[tier] = append(zones[tier], subnet.Get("availabilityZoneId"))
		}
		want := []any{cfg.Network.AvailabilityZones[0], cfg.Network.AvailabilityZones[1]}
		slices.SortFunc(want, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
		assert.Equal(t, map[string][]any{"public": want, "application": want, "data": want}, zones)
		assert.Len(t, r.OfType("aws:ec2/natGateway:NatGateway"), cfg.Network.NatGateways)
		assert.Len(t, r.OfType("kubernetes:apps/v1:DeploymentPatch"), 2*len(cfg.Applications))
		assert.Equal(t, cfg.Rds.MultiAz, r.One(t, "aws:rds/instance:Instance", "rds-instance").Get("multiAz"))

		// What has to span two zones names two subnets, and not one of them twice.
		for typ, input := range standards.Spans {
			all := r.OfType(typ)
			assert.NotEmpty(t, all, typ)
			for _, found := range all {
				distinct := map[any]bool{}
				for _, subnet := range found.List(input) {
					distinct[subnet] = true
				}
				gateway := typ == catalogue.VpcEndpoint && found.Text("vpcEndpointType") == "Gateway"
				if !gateway && (typ != catalogue.SearchDomain || cfg.OpenSearch.ZoneAware) {
					assert.Len(t, distinct, 2, "%s %s", found.URN, input)
				}
			}
		}

		// Nodes are in both zones, each group in one, and visitors reach all of them.
		var nodes, reached, groups []any
		for _, group := range r.OfType("aws:eks/nodeGroup:NodeGroup") {
			assert.Len(t, group.Get("subnetIds"), 1, group.URN)
			nodes, groups = append(nodes, group.Get("subnetIds[0]")), append(groups, group.Name()+"-asg")
		}
		for _, attachment := range r.OfType("aws:autoscaling/attachment:Attachment") {
			reached = append(reached, attachment.Get("autoscalingGroupName"))
		}
		assert.ElementsMatch(t, []any{"network-application-" + want[0].(string) + "-id", "network-application-" + want[1].(string) + "-id"}, nodes)
		assert.ElementsMatch(t, groups, reached)
	})
}

// Where the stack file asks for protection, all that holds data has it, in any account; PROTECTED and S3-KEPT of the standards say more
// of production. Where it asks for none, the account has to stay easy to rebuild.
func TestProtectionFollowsTheKey(t *testing.T) {
	for _, stack := range stackNames {
		asked := config(t, stack).DeletionProtection
		for _, r := range previews[stack](t).Resources {
			if !asked {
				assert.False(t, r.Protect, "%s: %s", stack, r.URN)
			} else if catalogue.Of(r.Type).HoldsData() && !excused(r, "PROTECTED", "") {
				assert.True(t, r.Protect, "%s: %s", stack, r.URN)
			}
			checkSwitches(t, stack, r, asked)
		}
	}
	// Production alone asks for it today. Another account may.
	cfg := config(t, "test")
	cfg.DeletionProtection = !cfg.DeletionProtection
	for _, r := range registered.Stack(t, "test", cfg).Resources() {
		checkSwitches(t, "test, the other way round", r.Resource, cfg.DeletionProtection)
	}
}

// excused says whether the standards excuse a resource from a rule, or from what is about something in it.
func excused(r *model.Resource, rule, about string) bool {
	return slices.ContainsFunc(standards.Exceptions, func(e standards.Exception) bool {
		return e.Rule == rule && e.Resource == r.Name() && (e.About == "" || e.About == about)
	})
}

// checkSwitches is that what keeps a resource beside Pulumi's protection is as the key says: the services' own switches, and that buckets
// stay without the stack and are not emptied.
func checkSwitches(t *testing.T, stack string, r *model.Resource, asked bool) {
	t.Helper()
	switch r.Type {
	case catalogue.Database:
		assert.Equal(t, asked, r.Flag("deletionProtection"), "%s: %s: deletionProtection", stack, r.URN)
	case catalogue.LoadBalancer:
		assert.Equal(t, asked, r.Flag("enableDeletionProtection"), "%s: %s: enableDeletionProtection", stack, r.URN)
	case catalogue.Bucket:
		assert.Equal(t, asked && !excused(r, "S3-KEPT", "retainOnDelete"), r.RetainOnDelete, "%s: %s: retainOnDelete", stack, r.URN)
		assert.Equal(t, !asked || excused(r, "S3-KEPT", "forceDestroy"), r.Flag("forceDestroy"), "%s: %s: forceDestroy", stack, r.URN)
	}
}

// A retry policy names both how long and how often: what is not named goes out as 0, which is no attempt
// (hashicorp/terraform-provider-aws, internal/service/events/target.go). Without a policy EventBridge tries for a day.
func TestEventsAreTriedAgain(t *testing.T) {
	each(t, func(t *testing.T, _ *stacks.Config, r *recorder.Recorder) {
		targets, policies := r.OfType("aws:cloudwatch/eventTarget:EventTarget"), 0
		assert.NotEmpty(t, targets)
		for _, target := range targets {
			if target.Get("retryPolicy") == nil {
				continue
			}
			policies++
			assert.NotNil(t, target.Get("retryPolicy.maximumEventAgeInSeconds"), target.URN)
			assert.NotNil(t, target.Get("retryPolicy.maximumRetryAttempts"), target.URN)
			assert.NotEqual(t, 0.0, target.Get("retryPolicy.maximumRetryAttempts"), target.URN)
		}
		assert.NotZero(t, policies, "the mirrors have one")
	})
}
