package infra

import (
	"net/netip"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/stacks"
)

// foundation is what everything else stands on: the keys and the network.
func (p *Platform) foundation(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	if p.Encryption, err = components.NewEncryption(ctx, "encryption", &components.EncryptionArgs{
		Name:     p.name,
		Location: p.location,
		Purposes: []components.KeyPurpose{
			components.KeyLogs, components.KeySecrets, components.KeyVolumes, components.KeyDatabase, components.KeySearch,
			components.KeyQueues, components.KeyStorage, components.KeyCredentials,
		},
		Protect: cfg.DeletionProtection,
	}, p.onAws()); err != nil {
		return err
	}
	p.Network, err = components.NewNetwork(ctx, "network", &components.NetworkArgs{
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
		LogKeyArn:          p.Encryption.Keys[components.KeyLogs],
		Protect:            cfg.DeletionProtection,
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

// texts takes the names of one kind out of their type.
func texts[T ~string](named []T) []string {
	plain := make([]string, len(named))
	for i, n := range named {
		plain[i] = string(n)
	}
	return plain
}
