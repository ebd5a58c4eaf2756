package infra

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/delivery"
	"legops/components/foundation"
	sources "legops/delivery"
	"legops/internal/settings"
	"legops/stacks"
)

// restoreDrill looks once a month whether the backups can be restored. It comes after the vault that they are in.
func (p *Platform) restoreDrill(ctx *pulumi.Context, cfg *stacks.Config) error {
	if cfg.Backup.RestoreDrill == nil {
		return nil
	}
	files, err := sources.RestoreFiles()
	if err != nil {
		return err
	}
	scripts, err := p.scriptsBelow(ctx, "restoredrill-scripts", "restore/", files)
	if err != nil {
		return err
	}
	p.RestoreDrill, err = delivery.NewRestoreDrill(ctx, "restoredrill", &delivery.RestoreDrillArgs{
		RestoreDrill:    *cfg.Backup.RestoreDrill,
		Name:            p.name,
		Location:        p.location,
		Buildspec:       sources.RestoreBuildspec,
		Scripts:         scripts,
		VpcID:           p.Network.VpcID,
		SubnetIDs:       p.Network.ApplicationSubnetIDs,
		Database:        p.Rds.Identifier,
		DatabaseName:    p.databaseName(),
		Master:          p.databaseMaster(),
		DatabaseKeyArn:  p.databaseKey(cfg),
		BucketArns:      p.applicationBuckets(cfg),
		BucketKeyArn:    p.Encryption.Keys[foundation.KeyStorage],
		VaultName:       p.Backup.VaultName,
		Applications:    namesOf(cfg, func(a settings.Application) bool { return a.Database }),
		PostgresVersion: cfg.Rds.EngineVersion,
		LogKeyArn:       p.Encryption.Keys[foundation.KeyLogs],
		LogRetention:    cfg.Monitoring.LogRetention,
		Protect:         cfg.DeletionProtection,
	}, p.onAws())
	return err
}
