package delivery

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
)

// rights are what a drill does besides writing its log. What it changes has a name of drills, and, once it is there, their tag: the
// database that serves has neither. What a restore names beside the snapshot is not changed by it: subnets, parameters, options
// (Service Authorization Reference, Amazon RDS, RestoreDBInstanceFromDBSnapshot).
func (b *restoreDrillBuild) rights() []components.Statement {
	l := b.args.Location
	named := func(kinds ...string) []string {
		var all []string
		for _, kind := range kinds {
			all = append(all, l.ARN("rds", kind))
		}
		return all
	}
	restored := "db:" + b.args.restored() + "-*"
	tagged := func(of string) components.Conditions {
		return components.Conditions{"Null": {"aws:" + of + "/" + restoreTag: {"false"}}}
	}
	rights := append(networkRights(l, b.c.SecurityGroupID), []components.Statement{
		{
			Sid: "FindDatabases", Actions: []string{"rds:DescribeDBInstances", "rds:DescribeDBSnapshots"},
			Resources: kit.ARNs(named("db:*", "snapshot:awsbackup:*")...),
		},
		{
			Sid: "FindBackup", Actions: []string{"backup:ListRecoveryPointsByBackupVault"},
			Resources: kit.ARNs(l.ARN("backup", "backup-vault:"+b.args.Name)),
		},
		{
			Sid: "Restore", Actions: []string{"rds:RestoreDBInstanceFromDBSnapshot"},
			Resources: kit.ARNs(named(restored, "snapshot:awsbackup:*", "subgrp:*", "pg:*", "og:*")...), Conditions: tagged("RequestTag"),
		},
		{Sid: "Tag", Actions: []string{"rds:AddTagsToResource"}, Resources: kit.ARNs(named(restored)...), Conditions: tagged("RequestTag")},
		{
			Sid: "SetPasswordAndRemove", Actions: []string{"rds:DeleteDBInstance", "rds:ModifyDBInstance"},
			Resources: kit.ARNs(named(restored)...), Conditions: tagged("ResourceTag"),
		},
		// RDS takes the key for the restored database (RDS User Guide, "Encrypting Amazon RDS resources").
		{
			Sid: "SeeKey", Actions: []string{"kms:DescribeKey"}, Resources: pulumi.StringArray{b.args.DatabaseKeyArn},
		},
		{
			Sid: "GiveKey", Actions: []string{"kms:CreateGrant"}, Resources: pulumi.StringArray{b.args.DatabaseKeyArn},
			Conditions: components.Conditions{
				"Bool":         {"kms:GrantIsForAWSResource": {"true"}},
				"StringEquals": {"kms:ViaService": {fmt.Sprintf("rds.%s.amazonaws.com", l.Region)}},
			},
		},
	}...)
	return slices.Concat(rights, b.bucketRights(), b.args.Scripts.Read(restoreScripts))
}

// bucketRights are what it does with buckets: it makes and removes what has a name of drills, and of what serves it lists and reads versions, to
// compare. S3 knows no condition on the tag of a bucket, unless that bucket was set up for it; so the name alone limits what it may change.
func (b *restoreDrillBuild) bucketRights() []components.Statement {
	l, restored := b.args.Location, b.restoredBuckets()
	return []components.Statement{
		{
			Sid:     "Look", // neither has a resource
			Actions: []string{"backup:DescribeRestoreJob", "s3:ListAllMyBuckets"}, Resources: kit.ARNs("*"),
		},
		{Sid: "CompareVersions", Actions: []string{"s3:ListBucketVersions"}, Resources: kit.ARNs(b.args.BucketArns...)},
		{Sid: "CompareNewest", Actions: []string{"s3:GetObjectVersion"}, Resources: kit.ARNs(kit.Objects(b.args.BucketArns...)...)},
		// One that is not there yet is nobody's.
		{Sid: "MakeBucket", Actions: []string{"s3:CreateBucket"}, Resources: kit.ARNs(restored)},
		{
			Sid:       "SetUpAndRemoveBucket",
			Actions:   []string{"s3:DeleteBucket", "s3:GetBucketTagging", "s3:ListBucketVersions", "s3:PutBucketTagging", "s3:PutBucketVersioning"},
			Resources: kit.ARNs(restored), Conditions: b.ours(),
		},
		{
			Sid: "OpenAndRemoveObjects", Actions: []string{"s3:DeleteObjectVersion", "s3:GetObject"}, Resources: kit.ARNs(kit.Objects(restored)...),
			Conditions: b.ours(),
		},
		{
			Sid: "Decrypt", Actions: []string{"kms:Decrypt"}, Resources: pulumi.StringArray{b.args.BucketKeyArn},
			Conditions: kit.ThroughS3(l, append(slices.Clone(b.args.BucketArns), restored)...),
		},
		// Whatever backup it is: with the role that it may hand over, it is restored into a bucket of drills.
		{Sid: "StartRestore", Actions: []string{"backup:StartRestoreJob"}, Resources: kit.ARNs(l.ARN("backup", "recovery-point:*"))},
		{
			Sid: "HandRole", Actions: []string{"iam:PassRole"}, Resources: kit.ARNs(l.Role(b.args.restoreRole())),
			Conditions: components.Conditions{"StringEquals": {"iam:PassedToService": {"backup.amazonaws.com"}}},
		},
	}
}

// restoreRights are those of the role with which AWS Backup restores a bucket: what AWSBackupServiceRolePolicyForS3Restore (v2) has, on buckets of
// drills alone, and without making or changing one. A call that AWS Backup makes some day and that is not here fails a drill, which says so; the role of
// real restores has AWS's policy (docs/decisions/0040-permissions.md).
func (b *restoreDrillBuild) restoreRights() []components.Statement {
	l, restored := b.args.Location, b.restoredBuckets()
	return []components.Statement{
		{
			Sid:       "SeeBucket",
			Actions:   []string{"s3:GetBucketLocation", "s3:GetBucketOwnershipControls", "s3:GetBucketVersioning", "s3:ListBucket", "s3:ListBucketVersions"},
			Resources: kit.ARNs(restored), Conditions: b.ours(),
		},
		{
			Sid: "PutObjects",
			Actions: []string{
				"s3:DeleteObject", "s3:GetObject", "s3:GetObjectAcl", "s3:GetObjectTagging", "s3:GetObjectVersion", "s3:GetObjectVersionAcl", "s3:ListMultipartUploadParts",
				"s3:PutObject", "s3:PutObjectAcl", "s3:PutObjectTagging", "s3:PutObjectVersionAcl",
			},
			Resources: kit.ARNs(kit.Objects(restored)...), Conditions: b.ours(),
		},
		{
			Sid: "Encrypt", Actions: []string{"kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"}, Resources: pulumi.StringArray{b.args.BucketKeyArn},
			Conditions: kit.Through(l, "s3"),
		},
	}
}

// restoredBuckets matches the buckets of drills.
func (b *restoreDrillBuild) restoredBuckets() string {
	return b.args.Location.Bucket(b.args.restored() + "-*")
}

// ours limits a right to buckets of this account: names are of the whole world, and a stranger may have one of drills.
func (b *restoreDrillBuild) ours() components.Conditions {
	return components.Conditions{"StringEquals": {"aws:ResourceAccount": {b.args.Location.Account}}}
}
