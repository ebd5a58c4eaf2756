package data

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
)

// ReplicationRule is the name of the rule that copies, for metrics.
const ReplicationRule = "everything"

// replicaName is the physical name of the copy of a bucket.
func replicaName(physical string) string { return physical + "-replica" }

// Check notes what is wrong with the place of copies of what is at a location.
func (r *ReplicaArgs) Check(p *kit.Problems, of components.Location) {
	p.Require(r.Location.Region != of.Region, "Replica.Location.Region %q must be another than Location.Region", r.Location.Region)
	p.Require(r.Location.Account == of.Account, "Replica.Location.Account %q must be Location.Account", r.Location.Account)
}

// replicate creates a copy of every bucket in the other region, and S3 keeps it up to date. What a user deletes is
// hidden there too, but its versions stay as long as in the original; deleting a version is never copied.
func (b *storageBuild) replicate(sources map[string]*kit.Bucket) error {
	copier, err := kit.NewRole(b.Ctx, b.Name+"-replication", b.args.Location, kit.RoleArgs{
		Name:        b.args.Name + "-replication",
		Description: "Copies the applications' buckets to " + b.args.Replica.Location.Region,
		Trust:       kit.Trust("s3.amazonaws.com", nil), // the right to pass the role is what limits it
		Statements:  b.replicationRights(),
	}, b.Parent)
	if err != nil {
		return err
	}
	for _, described := range b.args.Buckets {
		name := b.Name + "-" + described.Name
		args := b.args.bucketArgs(described)
		args.Physical, args.Location, args.KeyArn = replicaName(args.Physical), b.args.Replica.Location, b.args.Replica.KeyArn
		args.Retain = b.args.Protect // the copy is the program's own, also of a bucket that is adopted
		replica, err := kit.NewBucket(b.Ctx, name+"-replica", args, b.Parent, pulumi.Provider(b.args.Replica.Provider))
		if err != nil {
			return err
		}
		source := sources[described.Name]
		if _, err := s3.NewBucketReplicationConfig(b.Ctx, name+"-replication", &s3.BucketReplicationConfigArgs{
			Bucket: source.Versioned.Bucket,
			Role:   copier.Arn,
			Rules:  s3.BucketReplicationConfigRuleArray{b.replicationRule(replica)},
		}, b.Parent, pulumi.DependsOn(copier.Grants), pulumi.DependsOn([]pulumi.Resource{source.Policy, replica.Policy})); err != nil {
			return err
		}
	}
	return nil
}

func (b *storageBuild) replicationRule(replica *kit.Bucket) s3.BucketReplicationConfigRuleArgs {
	enabled := pulumi.String("Enabled")
	return s3.BucketReplicationConfigRuleArgs{
		Id:       pulumi.String(ReplicationRule),
		Status:   enabled,
		Priority: pulumi.Int(0),
		Filter:   s3.BucketReplicationConfigRuleFilterArgs{Prefix: pulumi.String("")},
		DeleteMarkerReplication: s3.BucketReplicationConfigRuleDeleteMarkerReplicationArgs{
			Status: enabled,
		},
		SourceSelectionCriteria: s3.BucketReplicationConfigRuleSourceSelectionCriteriaArgs{
			SseKmsEncryptedObjects: s3.BucketReplicationConfigRuleSourceSelectionCriteriaSseKmsEncryptedObjectsArgs{
				Status: enabled,
			},
		},
		Destination: s3.BucketReplicationConfigRuleDestinationArgs{
			Bucket: pulumi.String(replica.PlainARN),
			EncryptionConfiguration: s3.BucketReplicationConfigRuleDestinationEncryptionConfigurationArgs{
				ReplicaKmsKeyId: b.args.Replica.KeyArn,
			},
			Metrics: s3.BucketReplicationConfigRuleDestinationMetricsArgs{Status: enabled},
		},
	}
}

// replicationRights let S3 read every version here and write it there, and nothing else.
func (b *storageBuild) replicationRights() []components.Statement {
	l, there := b.args.Location, b.args.Replica.Location
	var sources, replicas []string
	for _, described := range b.args.Buckets {
		physical := b.args.physical(described.Name)
		sources = append(sources, l.Bucket(physical))
		replicas = append(replicas, there.Bucket(replicaName(physical)))
	}
	return []components.Statement{{
		Sid:       "ReadConfiguration",
		Actions:   []string{"s3:GetReplicationConfiguration", "s3:ListBucket"},
		Resources: kit.ARNs(sources...),
	}, {
		Sid: "ReadVersions",
		Actions: []string{
			"s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging",
			"s3:GetObjectRetention", "s3:GetObjectLegalHold",
		},
		Resources: kit.ARNs(kit.Objects(sources...)...),
	}, {
		Sid:       "WriteCopies",
		Actions:   []string{"s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"},
		Resources: kit.ARNs(kit.Objects(replicas...)...),
	}, {
		Sid:        "Decrypt",
		Actions:    []string{"kms:Decrypt"},
		Resources:  pulumi.StringArray{b.args.KeyArn},
		Conditions: kit.ThroughS3(l, sources...),
	}, {
		Sid:        "EncryptCopies",
		Actions:    []string{"kms:Encrypt", "kms:GenerateDataKey"},
		Resources:  pulumi.StringArray{b.args.Replica.KeyArn},
		Conditions: kit.ThroughS3(there, replicas...),
	}}
}
