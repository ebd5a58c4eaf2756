package faults

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/secretsmanager"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sns"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sqs"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"legops/internal/offline/engine"
	"legops/internal/proofs/prooftest"
)

// small is a program like the real one, small enough for many runs: types that are taken, second and the same when they are asked for once
// more, something that is replaced, and something that is deleted in the update. Its fields break it.
type small struct {
	edited bool
	// randomPolicy, randomTarget, randomTopic and randomQueue leave names to the provider.
	randomPolicy, randomTarget, randomTopic, randomQueue bool
	// newName gives a resource another name in each run, extra asks for one only in the first.
	newName, extra bool

	runs atomic.Int32
}

const trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

const rights = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sns:Publish","Resource":"*"}]}`

func (p *small) run(ctx *pulumi.Context, _ map[string]string) (err error) {
	first := p.runs.Add(1) == 1
	owner := "platform"
	if p.edited {
		owner = "founders"
	}
	provider, err := aws.NewProvider(ctx, "aws", &aws.ProviderArgs{
		Region: pulumi.String("us-east-1"), AllowedAccountIds: pulumi.StringArray{pulumi.String("111111111111")},
		DefaultTags: aws.ProviderDefaultTagsArgs{Tags: pulumi.StringMap{"Owner": pulumi.String(owner)}},
	})
	must(err)
	in := pulumi.Provider(provider)
	// named is a name, unless the provider draws one.
	named := func(name string, drawn bool) pulumi.StringPtrInput {
		if drawn {
			return nil
		}
		return pulumi.String(name)
	}
	vpc := get(ec2.NewVpc(ctx, "vpc", &ec2.VpcArgs{CidrBlock: pulumi.String("10.0.0.0/16")}, in))
	get(ec2.NewSubnet(ctx, "subnet", &ec2.SubnetArgs{VpcId: vpc.ID(), CidrBlock: pulumi.String("10.0.1.0/24")}, in))
	get(ec2.NewSecurityGroup(ctx, "group", &ec2.SecurityGroupArgs{VpcId: vpc.ID(), Description: pulumi.String("of " + owner)}, in)) // is replaced
	key := get(kms.NewKey(ctx, "key", &kms.KeyArgs{}, in))
	get(kms.NewAlias(ctx, "alias", &kms.AliasArgs{Name: pulumi.String("alias/small"), TargetKeyId: key.KeyId}, in))
	role := get(iam.NewRole(ctx, "role", &iam.RoleArgs{Name: pulumi.String("small"), AssumeRolePolicy: pulumi.String(trust)}, in))
	get(iam.NewRolePolicy(ctx, "policy", &iam.RolePolicyArgs{Name: named("small", p.randomPolicy), Role: role.Name, Policy: pulumi.String(rights)}, in))
	topic := get(sns.NewTopic(ctx, "topic", &sns.TopicArgs{Name: named("small", p.randomTopic)}, in))
	rule := get(cloudwatch.NewEventRule(ctx, "rule", &cloudwatch.EventRuleArgs{Name: pulumi.String("small"), ScheduleExpression: pulumi.String("rate(1 hour)")}, in))
	get(cloudwatch.NewEventTarget(ctx, "target", &cloudwatch.EventTargetArgs{TargetId: named("topic", p.randomTarget), Rule: rule.Name, Arn: topic.Arn}, in))
	get(sqs.NewQueue(ctx, "queue", &sqs.QueueArgs{Name: named("small", p.randomQueue)}, in))
	group := "/small"
	if p.newName {
		group = fmt.Sprint("/small/", p.runs.Load())
	}
	get(cloudwatch.NewLogGroup(ctx, "logs", &cloudwatch.LogGroupArgs{Name: pulumi.String(group)}, in))
	get(secretsmanager.NewSecret(ctx, "secret", &secretsmanager.SecretArgs{Name: pulumi.String("small"), KmsKeyId: key.Arn}, in)) // is kept for a while
	get(s3.NewBucketV2(ctx, "documents", &s3.BucketV2Args{Bucket: pulumi.String("small-documents")}, in, pulumi.RetainOnDelete(true)))
	bucket := get(s3.NewBucketV2(ctx, "bucket", &s3.BucketV2Args{Bucket: pulumi.String("small-bucket")}, in))
	get(s3.NewBucketObjectv2(ctx, "object", &s3.BucketObjectv2Args{Bucket: bucket.Bucket, Key: pulumi.String("a"), Content: pulumi.String(owner)}, in))
	if !p.edited || p.extra && first {
		get(cloudwatch.NewLogGroup(ctx, "old", &cloudwatch.LogGroupArgs{Name: pulumi.String("/old")}, in))
	}
	return nil
}

// get is a resource of a program that registers all of its own.
func get[T any](made T, err error) T {
	must(err)
	return made
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// of is a target with the program before and after its change.
func (p *small) target(t *testing.T, e *engine.Engine, broken seams) *target {
	t.Helper()
	after := &small{
		edited: true, randomPolicy: p.randomPolicy, randomTarget: p.randomTarget, randomTopic: p.randomTopic, randomQueue: p.randomQueue,
		newName: p.newName, extra: p.extra,
	}
	source := func(p *small) engine.Source {
		return engine.Source{Dir: prooftest.Root, Program: engine.Function(p.run)}
	}
	made := &target{name: "dev", engine: e, source: source(p), edited: source(after), undone: 1, seams: broken}
	var err error
	made.deployed, err = e.Stack("dev", nil)
	require.NoError(t, err)
	require.NoError(t, made.deployed.Up(t.Context(), made.source))
	return made
}
