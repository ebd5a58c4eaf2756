package delivery_test

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components/delivery"
	"legops/components/internal/componenttest"
	"legops/internal/settings"
)

func restoreDrillArgs(t *testing.T) delivery.RestoreDrillArgs {
	t.Helper()
	return delivery.RestoreDrillArgs{
		RestoreDrill: settings.RestoreDrill{Minutes: 240, NewestRowHours: 48, Tables: []settings.Table{"matters.notes", "case-files.files"}},
		Name:         "legops-test", Location: componenttest.Location, Buildspec: "version: 0.2", Scripts: madeScripts(t),
		VpcID: pulumi.String("vpc"), SubnetIDs: pulumi.ToStringArray([]string{"subnet-a", "subnet-b"}),
		BucketArns: []string{"arn:aws:s3:::legops-test-111122223333-evidence", "arn:aws:s3:::acme-documents"}, BucketKeyArn: pulumi.String("storage-key"),
		Database: pulumi.String("legops-test-database"), DatabaseName: "legops", Master: "postgres", DatabaseKeyArn: pulumi.String("database-key"),
		VaultName: pulumi.String("legops-test"), Applications: []string{"matters", "case-files"}, PostgresVersion: "17",
		LogKeyArn: pulumi.String("logs-key"), LogRetention: 90, Protect: true,
	}
}

var restoreDrill = componenttest.Of("restoredrill", delivery.NewRestoreDrill)

func TestRestoreDrill(t *testing.T) {
	args := restoreDrillArgs(t)
	r := componenttest.Behaves(t, "legops:components:RestoreDrill", "restoredrill", restoreDrill(args))
	project := r.One(t, typeProject, "restoredrill-project")
	componenttest.Expect(t, project, map[string]any{
		"name": "legops-test-restore-drill", "serviceRole": "arn:of:restoredrill-role",
		"description": "Restores the newest backups of legops-test-database and of a bucket beside them, and removes them again",
		"source":      map[string]any{"type": "NO_SOURCE", "buildspec": "version: 0.2"},
		"vpcConfig": map[string]any{
			"vpcId": "vpc", "subnets": []any{"subnet-a", "subnet-b"}, "securityGroupIds": []any{"restoredrill-id"},
		},
		"concurrentBuildLimit": 1.0, "buildTimeout": 360.0, "queuedTimeout": 60.0, "environment.computeType": "BUILD_GENERAL1_SMALL",
	})
	variables := map[string]any{}
	for _, one := range project.Get("environment.environmentVariables").([]any) {
		variables[one.(map[string]any)["name"].(string)] = one.(map[string]any)["value"]
	}
	assert.Equal(t, map[string]any{
		"BUCKETS": "acme-documents legops-test-111122223333-evidence", "BUCKET_GIB": "200", "ROLE": "arn:of:restoredrill-buckets-role",
		"APPLICATIONS": "case-files matters", "TABLES": "case-files.files matters.notes", "DATABASE": "legops-test-database", "MINUTES": "240",
		"NAME": "legops-test-drill", "NEWEST_ROW_HOURS": "48", "PGDATABASE": "legops", "PGUSER": "postgres", "POSTGRES": "17",
		"SCRIPTS": "s3://artifacts/delivery/37a87345435b", "SECURITY_GROUP": "restoredrill-restored-id", "VAULT": "legops-test",
	}, variables)
	for _, group := range []string{"restoredrill", "restoredrill-restored"} {
		componenttest.Expect(t, r.One(t, "aws:ec2/securityGroup:SecurityGroup", group), map[string]any{"vpcId": "vpc", "ingress": nil, "egress": nil})
	}
	componenttest.Expect(t, r.One(t, "aws:cloudwatch/eventRule:EventRule", "restoredrill-schedule"), map[string]any{
		"name": "legops-test-restore-drill", "scheduleExpression": "cron(23 13 2 * ? *)",
	})
	componenttest.Expect(t, r.One(t, "aws:cloudwatch/eventTarget:EventTarget", "restoredrill-schedule-target"), map[string]any{
		"rule": "legops-test-restore-drill", "arn": "arn:of:restoredrill-project", "roleArn": "arn:of:restoredrill-schedule-role",
		"retryPolicy.maximumEventAgeInSeconds": 3600.0,
	})
	assert.True(t, r.One(t, "aws:cloudwatch/logGroup:LogGroup", "restoredrill-logs").Protect)
	args.Protect = false
	assert.False(t, componenttest.Record(t, restoreDrill(args)).One(t, "aws:cloudwatch/logGroup:LogGroup", "restoredrill-logs").Protect)
}

// It changes what has a name and the tag of drills, and nothing else.
func TestRestoreDrillRights(t *testing.T) {
	const rds = "arn:aws:rds:eu-west-1:111122223333:"
	r := componenttest.Record(t, restoreDrill(restoreDrillArgs(t)))
	rights := rightsOf(t, r, "restoredrill-role-policy")
	delete(rights, "") // those of the scripts
	tagged := func(of string) map[string]map[string][]string {
		return map[string]map[string][]string{"Null": {"aws:" + of + "/legops:restore-drill": {"false"}}}
	}
	restored := []string{rds + "db:legops-test-drill-*"}
	serving, drills := restoreDrillArgs(t).BucketArns, "arn:aws:s3:::legops-test-drill-*"
	ours := map[string]map[string][]string{"StringEquals": {"aws:ResourceAccount": {"111122223333"}}} // anybody may have a bucket of such a name
	giveKey := through("rds")
	giveKey["Bool"] = map[string][]string{"kms:GrantIsForAWSResource": {"true"}}
	assert.Equal(t, withNetwork("restoredrill-id", map[string]right{
		"WriteLog": {
			[]string{"logs:CreateLogStream", "logs:PutLogEvents"},
			[]string{"arn:aws:logs:eu-west-1:111122223333:log-group:/aws/codebuild/legops-test-restore-drill:*"}, nil,
		},
		"FindDatabases": {[]string{"rds:DescribeDBInstances", "rds:DescribeDBSnapshots"}, []string{rds + "db:*", rds + "snapshot:awsbackup:*"}, nil},
		"FindBackup":    {[]string{"backup:ListRecoveryPointsByBackupVault"}, []string{"arn:aws:backup:eu-west-1:111122223333:backup-vault:legops-test"}, nil},
		"Restore": {
			[]string{"rds:RestoreDBInstanceFromDBSnapshot"}, append(restored[:1:1], rds+"snapshot:awsbackup:*", rds+"subgrp:*", rds+"pg:*", rds+"og:*"),
			tagged("RequestTag"),
		},
		"Tag":                  {[]string{"rds:AddTagsToResource"}, restored, tagged("RequestTag")},
		"SetPasswordAndRemove": {[]string{"rds:DeleteDBInstance", "rds:ModifyDBInstance"}, restored, tagged("ResourceTag")},
		"SeeKey":               {[]string{"kms:DescribeKey"}, []string{"database-key"}, nil},
		"GiveKey":              {[]string{"kms:CreateGrant"}, []string{"database-key"}, giveKey},

		"Look":            {[]string{"backup:DescribeRestoreJob", "s3:ListAllMyBuckets"}, []string{"*"}, nil},
		"CompareVersions": {[]string{"s3:ListBucketVersions"}, serving, nil},
		"CompareNewest":   {[]string{"s3:GetObjectVersion"}, []string{serving[0] + "/*", serving[1] + "/*"}, nil},
		"MakeBucket":      {[]string{"s3:CreateBucket"}, []string{drills}, nil},
		"SetUpAndRemoveBucket": {
			[]string{"s3:DeleteBucket", "s3:GetBucketTagging", "s3:ListBucketVersions", "s3:PutBucketTagging", "s3:PutBucketVersioning"}, []string{drills}, ours,
		},
		"OpenAndRemoveObjects": {[]string{"s3:DeleteObjectVersion", "s3:GetObject"}, []string{drills + "/*"}, ours},
		"Decrypt": {[]string{"kms:Decrypt"}, []string{"storage-key"}, map[string]map[string][]string{
			"StringEquals": {"kms:ViaService": {"s3.eu-west-1.amazonaws.com"}},
			"StringLike":   {"kms:EncryptionContext:aws:s3:arn": {serving[0], serving[0] + "/*", serving[1], serving[1] + "/*", drills, drills + "/*"}},
		}},
		"StartRestore": {[]string{"backup:StartRestoreJob"}, []string{"arn:aws:backup:eu-west-1:111122223333:recovery-point:*"}, nil},
		"HandRole": {
			[]string{"iam:PassRole"}, []string{"arn:aws:iam::111122223333:role/legops-test-restore-drill-buckets"},
			map[string]map[string][]string{"StringEquals": {"iam:PassedToService": {"backup.amazonaws.com"}}},
		},
	}), rights)
	assert.Equal(t, map[string]right{
		"SeeBucket": {
			[]string{"s3:GetBucketLocation", "s3:GetBucketOwnershipControls", "s3:GetBucketVersioning", "s3:ListBucket", "s3:ListBucketVersions"}, []string{drills}, ours,
		},
		"PutObjects": {[]string{
			"s3:DeleteObject", "s3:GetObject", "s3:GetObjectAcl", "s3:GetObjectTagging", "s3:GetObjectVersion", "s3:GetObjectVersionAcl", "s3:ListMultipartUploadParts",
			"s3:PutObject", "s3:PutObjectAcl", "s3:PutObjectTagging", "s3:PutObjectVersionAcl",
		}, []string{drills + "/*"}, ours},
		"Encrypt": {[]string{"kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"}, []string{"storage-key"}, through("s3")},
	}, rightsOf(t, r, "restoredrill-buckets-role-policy"))
	role := r.One(t, "aws:iam/role:Role", "restoredrill-buckets-role")
	assert.Equal(t, []string{"backup.amazonaws.com"}, componenttest.PolicyOf(t, role, "assumeRolePolicy").Statement[0].Principal.Service)
	assert.Contains(t, r.One(t, typeRolePolicy, "restoredrill-role-policy").Get("policy"), "/37a87345435b/restore/*")
	schedule := componenttest.PolicyOf(t, r.One(t, typeRolePolicy, "restoredrill-schedule-role-policy"), "policy")
	require.Len(t, schedule.Statement, 1)
	assert.Equal(t, []string{"codebuild:StartBuild"}, schedule.Statement[0].Action)
	assert.Equal(t, []string{"arn:aws:codebuild:eu-west-1:111122223333:project/legops-test-restore-drill"}, schedule.Statement[0].Resource)
}

func TestRestoreDrillOutputs(t *testing.T) {
	got := componenttest.Resolved(t, "restoredrill", delivery.NewRestoreDrill, restoreDrillArgs(t), func(d *delivery.RestoreDrill) []any {
		return []any{d.ProjectName, d.SecurityGroupID, d.RestoredSecurityGroupID}
	})
	assert.Equal(t, []any{"legops-test-restore-drill", "restoredrill-id", "restoredrill-restored-id"}, got)
}

func TestRestoreDrillRefuses(t *testing.T) {
	componenttest.Refuses(t, restoreDrill(delivery.RestoreDrillArgs{}),
		"RestoreDrill restoredrill: Name is missing", "Buildspec is missing", "VpcID is missing", "SubnetIDs is missing", "Database is missing",
		"DatabaseName is missing", "Master is missing", "BucketArns is empty", "BucketKeyArn is missing", "DatabaseKeyArn is missing", "VaultName is missing", "LogKeyArn is missing",
		"Location.Account", "Scripts is missing", "Minutes is 0, must be 1 to 2040", "NewestRowHours is 0, must be 1 or more")
	componenttest.RefusesEach(t, restoreDrill, func() delivery.RestoreDrillArgs { return restoreDrillArgs(t) }, map[string]func(*delivery.RestoreDrillArgs){
		`PostgresVersion "17.1" must be a major version`:            func(a *delivery.RestoreDrillArgs) { a.PostgresVersion = "17.1" },
		"Minutes is 2041, must be 1 to 2040":                        func(a *delivery.RestoreDrillArgs) { a.Minutes = 2041 },
		"-restore-drill-schedule is 65 characters long, must be 64": func(a *delivery.RestoreDrillArgs) { a.Name = strings.Repeat("n", 42) },
	})
}
