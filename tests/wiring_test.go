package tests

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/iam"
	"legops/internal/recorder"
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
		assert.Len(t, r.OfType("kubernetes:apps/v1:DeploymentPatch"), len(cfg.Applications))
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
		if config(t, stack).DeletionProtection {
			for _, r := range previews[stack](t).Resources {
				excused := func(e standards.Exception) bool { return e.Rule == "PROTECTED" && e.Resource == r.Name() }
				if catalogue.Of(r.Type).HoldsData() && !slices.ContainsFunc(standards.Exceptions, excused) {
					assert.True(t, r.Protect, "%s: %s", stack, r.URN)
				}
			}
			continue
		}
		for _, r := range previews[stack](t).Resources {
			assert.False(t, r.Protect, "%s: %s", stack, r.URN)
			switch r.Type {
			case "aws:rds/instance:Instance":
				assert.False(t, r.Flag("deletionProtection"), "%s: %s", stack, r.URN)
			case "aws:lb/loadBalancer:LoadBalancer":
				assert.False(t, r.Flag("enableDeletionProtection"), "%s: %s", stack, r.URN)
			case "aws:s3/bucketV2:BucketV2":
				assert.True(t, r.Flag("forceDestroy") && !r.RetainOnDelete, "%s: %s", stack, r.URN)
			}
		}
	}
}

// statements are those of a policy of a role. That they are narrow, and those of other policies too, is a matter of the standards.
func statements(t *testing.T, found recorder.Resource) iam.Statements {
	t.Helper()
	document, err := iam.Parse(fmt.Sprint(found.Get("policy")))
	require.NoError(t, err, found.URN)
	require.NotEmpty(t, document.Statement, found.URN)
	return document.Statement
}

// Every application gets what it declares and nothing else.
func TestApplicationsGetExactlyWhatTheyDeclare(t *testing.T) {
	each(t, func(t *testing.T, cfg *stacks.Config, r *recorder.Recorder) {
		prefix := project + "-" + r.Stack
		for _, application := range cfg.Applications {
			want := map[string]bool{}
			allow := func(resource string, actions ...string) {
				for _, action := range actions {
					want[action+" "+resource] = true
				}
			}
			queue := func(name string) string {
				return fmt.Sprintf("arn:aws:sqs:%s:%s:%s-%s.fifo", cfg.Region, cfg.Account, prefix, name)
			}
			for _, name := range application.Produces {
				allow(queue(name), "sqs:SendMessage")
				allow("arn:of:encryption-queues", "kms:GenerateDataKey", "kms:Decrypt")
			}
			for _, name := range application.Consumes {
				allow(queue(name), "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility")
				allow("arn:of:encryption-queues", "kms:Decrypt")
			}
			for _, access := range application.Buckets {
				bucket := fmt.Sprintf("arn:aws:s3:::%s-%s-%s", prefix, cfg.Account, access.Name)
				allow(bucket, "s3:ListBucket")
				allow(bucket+"/"+access.Prefix+"*", "s3:GetObject")
				allow("arn:of:encryption-storage", "kms:Decrypt")
				if access.Access == "write" {
					allow(bucket+"/"+access.Prefix+"*", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts")
					allow("arn:of:encryption-storage", "kms:GenerateDataKey")
				}
			}
			if application.Database {
				allow(fmt.Sprintf("arn:aws:rds-db:%s:%s:dbuser:%s/%s", cfg.Region, cfg.Account, "db-rds-instance", application.Name), "rds-db:connect")
			}
			if application.Search {
				for _, verb := range []string{"Delete", "Get", "Head", "Post", "Put"} {
					allow(fmt.Sprintf("arn:aws:es:%s:%s:domain/%s/*", cfg.Region, cfg.Account, prefix), "es:ESHttp"+verb)
				}
			}
			for _, secret := range application.Secrets {
				// Six letters that AWS adds are not known before the secret exists.
				arn := fmt.Sprintf("arn:aws:secretsmanager:%s:%s:secret:%s/%s/%s-??????", cfg.Region, cfg.Account, prefix, application.Name, secret)
				allow(arn, "secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret")
				allow("arn:of:encryption-credentials", "kms:Decrypt")
			}
			got := map[string]bool{}
			for _, found := range r.OfType("aws:iam/rolePolicy:RolePolicy") {
				if !strings.HasPrefix(found.Name(), "app-"+application.Name+"-role") {
					continue
				}
				for _, s := range statements(t, found) {
					for _, action := range s.Action {
						for _, resource := range s.Resource {
							got[action+" "+resource] = true
						}
					}
				}
			}
			assert.Equal(t, want, got, application.Name)
			for _, attachment := range r.OfType("aws:iam/rolePolicyAttachment:RolePolicyAttachment") {
				assert.False(t, strings.HasPrefix(attachment.Name(), "app-"+application.Name+"-role"), attachment.URN)
			}
		}
	})
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
