package infra

import (
	"net/netip"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/foundation"
	"legops/components/operations"
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

// alerts creates the topics of the account's region.
func (p *Platform) alerts(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	p.Alerts, err = operations.NewAlerts(ctx, "alerts", &operations.AlertsArgs{
		Name:     p.name,
		Location: p.location,
		KeyArn:   p.Encryption.Keys[foundation.KeyAlerts],
		Emails:   cfg.Monitoring.AlarmEmails,
	}, p.onAws())
	return err
}

func (p *Platform) network(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	p.Network, err = foundation.NewNetwork(ctx, "network", &foundation.NetworkArgs{
		Name:               p.name,
		Location:           p.location,
		CIDR:               cfg.Network.CIDR.Prefix,
		AvailabilityZones:  cfg.Network.AvailabilityZones,
		NatGateways:        cfg.Network.NatGateways,
		PublicSubnets:      prefixes(cfg.Network.Subnets.Public),
		ApplicationSubnets: prefixes(cfg.Network.Subnets.Application),
		DataSubnets:        prefixes(cfg.Network.Subnets.Data),
		InterfaceEndpoints: texts(cfg.Network.InterfaceEndpoints),
		FlowLogRetention:   int(cfg.Network.FlowLogRetention),
		LogKeyArn:          p.Encryption.Keys[foundation.KeyLogs],
		Protect:            cfg.DeletionProtection,
	}, p.onAws())
	return err
}

func (p *Platform) bastion(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	if !cfg.Bastion.Enabled {
		return nil
	}
	p.Bastion, err = foundation.NewBastion(ctx, "bastion", &foundation.BastionArgs{
		Name:              p.name,
		Location:          p.location,
		VpcID:             p.Network.VpcID,
		SubnetIDs:         p.Network.PublicSubnetIDs,
		InstanceType:      string(cfg.Bastion.InstanceType),
		Architecture:      string(cfg.Bastion.InstanceType.Architecture()),
		KubernetesVersion: string(cfg.Eks.Version),
		PostgresVersion:   cfg.Rds.EngineVersion,
		VolumeKeyArn:      p.Encryption.Keys[foundation.KeyVolumes],
		Tags:              tags(ctx, cfg),
	}, p.onAws())
	return err
}

func prefixes(ranges []stacks.CIDR) []netip.Prefix {
	plain := make([]netip.Prefix, len(ranges))
	for i, r := range ranges {
		plain[i] = r.Prefix
	}
	return plain
}

// texts converts names of a string type to strings.
func texts[T ~string](named []T) []string {
	plain := make([]string, len(named))
	for i, n := range named {
		plain[i] = string(n)
	}
	return plain
}
