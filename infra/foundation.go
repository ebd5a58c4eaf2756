package infra

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/foundation"
	"legops/components/operations"
	"legops/internal/settings"
	"legops/stacks"
)

// foundation creates what everything else needs: keys, alert topics, the network and the bastion.
func (p *Platform) foundation(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	for _, part := range []func(*pulumi.Context, *stacks.Config) error{p.encryption, p.alerts, p.network, p.bastion} {
		if err := part(ctx, cfg); err != nil {
			return err
		}
	}
	return nil
}

// encryption creates the keys of each region that stores data.
func (p *Platform) encryption(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	if p.Encryption, err = foundation.NewEncryption(ctx, "encryption", &foundation.EncryptionArgs{
		Name:     p.name,
		Location: p.location,
		Purposes: []foundation.KeyPurpose{
			foundation.KeyLogs, foundation.KeySecrets, foundation.KeyVolumes, foundation.KeyDatabase, foundation.KeySearch,
			foundation.KeyQueues, foundation.KeyStorage, foundation.KeyCredentials, foundation.KeySource, foundation.KeyAlerts,
			foundation.KeyBackup,
		},
		Protect: cfg.DeletionProtection,
		Outlive: outlive(cfg),
	}, p.onAws()); err != nil {
		return err
	}
	if p.GlobalEncryption, err = foundation.NewEncryption(ctx, "encryption-global", &foundation.EncryptionArgs{
		Name:     p.name + "-global", // even if the account's region is us-east-1
		Location: p.globalLocation,
		Purposes: []foundation.KeyPurpose{foundation.KeyLogs, foundation.KeyRegistry, foundation.KeyAlerts},
		Protect:  cfg.DeletionProtection,
	}, p.onGlobal()); err != nil {
		return err
	}
	if p.Providers.Replica == nil {
		return nil
	}
	purposes := []foundation.KeyPurpose{foundation.KeyStorage}
	if cfg.Backup.CopyRetentionDays != nil {
		purposes = append(purposes, foundation.KeyBackup)
	}
	p.ReplicaEncryption, err = foundation.NewEncryption(ctx, "encryption-replica", &foundation.EncryptionArgs{
		Name:     p.name + "-replica",
		Location: p.replicaLocation,
		Purposes: purposes,
		Protect:  cfg.DeletionProtection,
	}, pulumi.Providers(p.Providers.Replica))
	return err
}

// outlive are the purposes of the keys that stay when the stack goes, since what is adopted stays, and has come under them.
func outlive(cfg *stacks.Config) []foundation.KeyPurpose {
	purposes := map[foundation.KeyPurpose]bool{}
	for _, a := range cfg.Adopted() {
		if a.Under != "" {
			purposes[foundation.KeyPurpose(a.Under)] = true
		}
	}
	return slices.Sorted(maps.Keys(purposes))
}

// alerts creates the topics of the account's region.
func (p *Platform) alerts(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	p.Alerts, err = operations.NewAlerts(ctx, "alerts", &operations.AlertsArgs{
		Name:     p.name,
		Location: p.location,
		KeyArn:   p.Encryption.Keys[foundation.KeyAlerts],
		Emails:   cfg.Monitoring.AlarmEmails,

		PlannedChanges: true,
	}, p.onAws())
	return err
}

func (p *Platform) network(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	p.Network, err = foundation.NewNetwork(ctx, "network", &foundation.NetworkArgs{
		Network:   cfg.Network,
		Name:      p.name,
		Location:  p.location,
		LogKeyArn: p.Encryption.Keys[foundation.KeyLogs],
		Protect:   cfg.DeletionProtection,
	}, p.onAws())
	return err
}

func (p *Platform) bastion(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	if !cfg.Bastion.Enabled {
		return nil
	}
	p.Bastion, err = foundation.NewBastion(ctx, "bastion", &foundation.BastionArgs{
		Instance:        p.instance(ctx, cfg, cfg.Bastion.InstanceType, p.Network.PublicSubnetIDs),
		Name:            p.name,
		Location:        p.location,
		PostgresVersion: cfg.Rds.EngineVersion,
	}, p.onAws())
	return err
}

// instance is what bastion and deployer have in common.
func (p *Platform) instance(
	ctx *pulumi.Context, cfg *stacks.Config, of settings.InstanceType, subnets pulumi.StringArrayInput,
) components.Instance {
	return components.Instance{
		VpcID:             p.Network.VpcID,
		SubnetIDs:         subnets,
		InstanceType:      of,
		KubernetesVersion: cfg.Eks.Version,
		VolumeKeyArn:      p.Encryption.Keys[foundation.KeyVolumes],
		Tags:              tags(ctx, cfg),
	}
}
