package delivery

import (
	"fmt"

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
		{Sid: "FindDatabases", Actions: []string{"rds:DescribeDBInstances"}, Resources: kit.ARNs(named("db:*")...)},
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
	return append(rights, b.args.Scripts.Read(restoreScripts)...)
}
