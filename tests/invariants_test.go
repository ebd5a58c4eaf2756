package tests

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/iam"
	"legops/internal/recorder"
	"legops/stacks"
)

// encrypted says which key encrypts what, by type: where the key is written, and the purpose of the key. Each type that
// holds data has a line, or a reason among unencrypted.
var encrypted = []struct{ typ, path, purpose string }{
	{"aws:cloudwatch/logGroup:LogGroup", "kmsKeyId", "logs"},
	{"aws:ec2/launchTemplate:LaunchTemplate", "blockDeviceMappings[0].ebs.kmsKeyId", "volumes"},
	{"eks:index:Cluster", "encryptionConfigKeyArn", "secrets"},
	{"aws:rds/instance:Instance", "kmsKeyId", "database"},
	{"aws:rds/instance:Instance", "performanceInsightsKmsKeyId", "database"},
	{"aws:rds/instance:Instance", "masterUserSecretKmsKeyId", "credentials"},
	{"aws:opensearch/domain:Domain", "encryptAtRest.kmsKeyId", "search"},
	{"aws:sqs/queue:Queue", "kmsMasterKeyId", "queues"},
	{"aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
		"rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyId", "storage"},
	{"aws:ecr/repository:Repository", "encryptionConfigurations[0].kmsKey", "registry"},
	{"aws:secretsmanager/secret:Secret", "kmsKeyId", "credentials"},
	{"aws:backup/vault:Vault", "kmsKeyArn", "backup"},
}

// unencrypted are resources under a key of the service itself, with the reason.
var unencrypted = map[string]string{
	"storage-logs": "load balancers write access logs only into buckets under keys of S3",
	"cdn-errors":   "public error pages that CloudFront reads: nothing in it is secret",
}

func TestEverythingThatHoldsDataIsEncrypted(t *testing.T) {
	each(t, func(t *testing.T, _ *stacks.Config, r *recorder.Recorder) {
		used := map[string]bool{}
		for _, e := range encrypted {
			all := r.OfType(e.typ)
			assert.NotEmpty(t, all, e.typ)
			for _, found := range all {
				if unencrypted[found.Name()] != "" {
					used[found.Name()] = true
					assert.Nil(t, found.Get(e.path), found.URN)
					continue
				}
				want := "arn:of:encryption-" + e.purpose
				if place := placeOf(found); place != "" {
					want = "arn:of:encryption-" + place + "-" + e.purpose
				}
				assert.Equal(t, want, found.Get(e.path), "%s %s", found.URN, e.path)
			}
		}
		for name := range unencrypted {
			assert.True(t, used[name], "%q is not needed any more", name)
		}
		for _, switched := range []struct{ typ, path string }{
			{"aws:rds/instance:Instance", "storageEncrypted"},
			{"aws:opensearch/domain:Domain", "encryptAtRest.enabled"},
			{"aws:opensearch/domain:Domain", "nodeToNodeEncryption.enabled"},
			{"aws:opensearch/domain:Domain", "domainEndpointOptions.enforceHttps"},
			{"aws:kms/key:Key", "enableKeyRotation"},
		} {
			for _, found := range r.OfType(switched.typ) {
				assert.Equal(t, true, found.Get(switched.path), "%s %s", found.URN, switched.path)
			}
		}
		for _, template := range r.OfType("aws:ec2/launchTemplate:LaunchTemplate") {
			assert.Equal(t, "true", template.Get("blockDeviceMappings[0].ebs.encrypted"), template.URN)
			assert.Nil(t, template.Get("blockDeviceMappings[1]"), "%s: every disk has to be looked at", template.URN)
			assert.Equal(t, "required", template.Get("metadataOptions.httpTokens"), template.URN)
		}
	})
}

func TestEveryLogGroupIsKeptForATime(t *testing.T) {
	each(t, func(t *testing.T, _ *stacks.Config, r *recorder.Recorder) {
		groups := r.OfType("aws:cloudwatch/logGroup:LogGroup")
		assert.Greater(t, len(groups), 10)
		for _, group := range groups {
			assert.NotEmpty(t, group.Get("kmsKeyId"), group.URN)
			assert.NotEmpty(t, group.Get("retentionInDays"), group.URN)
		}
	})
}

func TestEveryBucketIsClosed(t *testing.T) {
	each(t, func(t *testing.T, _ *stacks.Config, r *recorder.Recorder) {
		buckets := r.OfType("aws:s3/bucketV2:BucketV2")
		assert.Greater(t, len(buckets), 4)
		for _, bucket := range buckets {
			block := r.One(t, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", bucket.Name())
			for _, property := range []string{"blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"} {
				assert.Equal(t, true, block.Get(property), "%s %s", block.URN, property)
			}
			r.One(t, "aws:s3/bucketVersioningV2:BucketVersioningV2", bucket.Name())
			policy := r.One(t, "aws:s3/bucketPolicy:BucketPolicy", bucket.Name())
			assert.Contains(t, policy.Get("policy"), `"Sid":"OverTLSOnly","Effect":"Deny"`, policy.URN)
		}
	})
}

// spans are lists that have to have an element per zone, by type. What is written with one element where the stack file
// says so is in the condition.
var spans = []struct {
	typ, path string
	unless    func(*stacks.Config) bool
}{
	{"aws:lb/loadBalancer:LoadBalancer", "subnets", nil},
	{"aws:autoscaling/group:Group", "vpcZoneIdentifiers", nil},
	{"eks:index:Cluster", "subnetIds", nil},
	{"aws:rds/subnetGroup:SubnetGroup", "subnetIds", nil},
	{"aws:opensearch/domain:Domain", "vpcOptions.subnetIds", func(cfg *stacks.Config) bool { return !cfg.OpenSearch.ZoneAware }},
}

func TestEverythingSpansTwoZones(t *testing.T) {
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

		for _, span := range spans {
			all := r.OfType(span.typ)
			assert.NotEmpty(t, all, span.typ)
			for _, found := range all {
				elements, _ := found.Get(span.path).([]any)
				distinct := map[any]bool{}
				for _, element := range elements {
					distinct[element] = true
				}
				if span.unless == nil || !span.unless(cfg) {
					assert.Len(t, distinct, 2, "%s %s", found.URN, span.path)
				}
			}
		}
		for _, endpoint := range r.OfType("aws:ec2/vpcEndpoint:VpcEndpoint") {
			if endpoint.Get("vpcEndpointType") == "Interface" {
				assert.Len(t, endpoint.Get("subnetIds"), 2, endpoint.URN)
			}
		}
		autoscaled := map[any]bool{}
		for _, scaler := range r.OfType("kubernetes:autoscaling/v2:HorizontalPodAutoscaler") {
			assert.GreaterOrEqual(t, scaler.Get("spec.minReplicas"), 2.0, scaler.URN)
			autoscaled[[2]any{scaler.Get("metadata.namespace"), scaler.Get("spec.scaleTargetRef.name")}] = true
		}
		for _, deployment := range r.OfType("kubernetes:apps/v1:Deployment") {
			// Nothing is served by the autoscaler of nodes: a second one would only wait.
			serves := deployment.Name() != "autoscaler-deployment"
			assert.Equal(t, serves, autoscaled[[2]any{deployment.Get("metadata.namespace"), deployment.Get("metadata.name")}], deployment.URN)
			if _, fixed := deployment.Get("spec.replicas").(float64); fixed && serves {
				assert.GreaterOrEqual(t, deployment.Get("spec.replicas"), 2.0, deployment.URN)
			}
		}
		for _, workload := range r.OfType("kubernetes:apps/v1:DeploymentPatch") {
			assert.Equal(t, "topology.kubernetes.io/zone", workload.Get("spec.template.spec.topologySpreadConstraints[0].topologyKey"), workload.URN)
		}
		assert.Len(t, r.OfType("kubernetes:apps/v1:DeploymentPatch"), len(cfg.Applications))
		assert.Equal(t, cfg.Rds.MultiAz, r.One(t, "aws:rds/instance:Instance", "rds-instance").Get("multiAz"))

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

// The cluster is protected by a transform, which only the engine runs: see its golden preview.
func TestWhatHoldsDataIsProtected(t *testing.T) {
	each(t, func(t *testing.T, cfg *stacks.Config, r *recorder.Recorder) {
		for _, typ := range []string{
			"aws:kms/key:Key", "aws:cloudwatch/logGroup:LogGroup", "aws:rds/instance:Instance", "aws:opensearch/domain:Domain",
			"aws:sqs/queue:Queue", "aws:ecr/repository:Repository", "aws:secretsmanager/secret:Secret",
			"aws:backup/vault:Vault", "aws:backup/vaultPolicy:VaultPolicy",
		} {
			all := r.OfType(typ)
			assert.NotEmpty(t, all, typ)
			for _, found := range all {
				assert.Equal(t, cfg.DeletionProtection, found.Protect, found.URN)
			}
		}
		for _, bucket := range cfg.Storage.Buckets {
			found := r.One(t, "aws:s3/bucketV2:BucketV2", "storage-"+bucket.Name)
			assert.Equal(t, cfg.DeletionProtection, found.Protect, found.URN)
			assert.Equal(t, cfg.DeletionProtection, found.RetainOnDelete, "%s: documents outlive the stack", found.URN)
			assert.Equal(t, !cfg.DeletionProtection, found.Get("forceDestroy"), found.URN)
		}
		// The services' own switches.
		assert.Equal(t, cfg.DeletionProtection, r.One(t, "aws:rds/instance:Instance", "rds-instance").Get("deletionProtection"))
		assert.Equal(t, cfg.DeletionProtection, r.One(t, "aws:lb/loadBalancer:LoadBalancer", "loadbalancer").Get("enableDeletionProtection"))
	})
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
