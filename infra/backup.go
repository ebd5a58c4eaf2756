package infra

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/data"
	"legops/components/foundation"
	"legops/components/operations"
	"legops/stacks"
)

// backup restores data after a mistake or an attack. The search domain is not in it: AWS Backup does not support
// OpenSearch, which keeps its own snapshots.
func (p *Platform) backup(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	args := &operations.BackupArgs{
		Backup:      cfg.Backup,
		Name:        p.name,
		Location:    p.location,
		KeyArn:      p.Encryption.Keys[foundation.KeyBackup],
		DatabaseArn: p.Rds.Arn,
		BucketArns:  p.applicationBuckets(cfg),
		TopicArn:    p.Alerts.TopicArns[operations.Warning],
		Protect:     cfg.DeletionProtection,
		// What builds and releases run, the logs, and the state of Pulumi with its own logs (bootstrap/account.yaml).
		ClosedBuckets: []string{p.Storage.ArtifactBucketName, p.Storage.LogBucketName, p.name + "-state-*"},
	}
	if cfg.Backup.CopyRetentionDays != nil {
		args.Replica = &data.ReplicaArgs{
			Location: p.replicaLocation,
			KeyArn:   p.ReplicaEncryption.Keys[foundation.KeyBackup],
			Provider: p.Providers.Replica,
		}
	}
	p.Backup, err = operations.NewBackup(ctx, "backup", args, p.onAws())
	return err
}

// applicationBuckets are the ARNs of the applications' buckets, of which there are backups.
func (p *Platform) applicationBuckets(cfg *stacks.Config) (arns []string) {
	for _, bucket := range cfg.Storage.Buckets {
		arns = append(arns, p.location.Bucket(p.Storage.Names[bucket.Name]))
	}
	return arns
}

// budget covers the whole account, which contains only the platform.
func (p *Platform) budget(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	p.Budget, err = operations.NewBudget(ctx, "budget", &operations.BudgetArgs{
		Name:       p.name,
		MonthlyUSD: cfg.Monitoring.MonthlyBudgetUSD,
		Emails:     cfg.Monitoring.AlarmEmails,
	}, p.onAws())
	return err
}
