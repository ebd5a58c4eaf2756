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
	scripts, err := p.restoreScripts(ctx)
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
		VaultName:       p.Backup.VaultName,
		Applications:    namesOf(cfg, func(a settings.Application) bool { return a.Database }),
		PostgresVersion: cfg.Rds.EngineVersion,
		LogKeyArn:       p.Encryption.Keys[foundation.KeyLogs],
		LogRetention:    cfg.Monitoring.LogRetention,
		Protect:         cfg.DeletionProtection,
	}, p.onAws())
	return err
}

// restoreScripts are separate from those of builds, so that a change to a drill changes no build.
func (p *Platform) restoreScripts(ctx *pulumi.Context) (*delivery.Scripts, error) {
	files, err := sources.RestoreFiles()
	if err != nil {
		return nil, err
	}
	below := map[string]string{}
	for path, text := range files {
		below["restore/"+path] = text
	}
	return delivery.NewScripts(ctx, "restoredrill-scripts", &delivery.ScriptsArgs{
		Location:  p.location,
		Bucket:    p.Storage.ArtifactBucket,
		BucketArn: p.artifacts(),
		KeyArn:    p.Encryption.Keys[foundation.KeyStorage],
		Files:     below,
	}, p.onAws())
}
