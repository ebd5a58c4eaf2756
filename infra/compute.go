package infra

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/compute"
	"legops/components/foundation"
	"legops/stacks"
)

// compute creates the cluster and its autoscaler.
func (p *Platform) compute(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	versions := map[string]string{}
	for addon, version := range cfg.Eks.AddonVersions {
		versions[string(addon)] = version
	}
	nodes := cfg.Eks.Nodes
	if p.Eks, err = compute.NewEks(ctx, "eks", &compute.EksArgs{
		Name:                 p.name,
		Location:             p.location,
		Version:              string(cfg.Eks.Version),
		VpcID:                p.Network.VpcID,
		AvailabilityZones:    cfg.Network.AvailabilityZones,
		SubnetIDs:            p.Network.ApplicationSubnetIDs,
		PublicAccessCIDRs:    prefixes(cfg.Eks.PublicAccessCIDRs),
		LogTypes:             texts(cfg.Eks.LogTypes),
		LogRetention:         int(cfg.Eks.LogRetention),
		WorkloadLogRetention: int(cfg.Monitoring.LogRetention),
		LogKeyArn:            p.Encryption.Keys[foundation.KeyLogs],
		SecretsKeyArn:        p.Encryption.Keys[foundation.KeySecrets],
		VolumesKeyArn:        p.Encryption.Keys[foundation.KeyVolumes],
		Administrators:       roles(cfg.Eks.Administrators),
		Viewers:              roles(cfg.Eks.Viewers),
		AddonVersions:        versions,
		Nodes: compute.NodesArgs{
			InstanceTypes: texts(nodes.InstanceTypes),
			// Images and nodes have one architecture: package stacks refuses a file where they differ.
			Architecture:   string(cfg.Registry.ImageArchitecture),
			CapacityType:   string(nodes.CapacityType),
			MinSizePerZone: nodes.MinSizePerZone,
			MaxSizePerZone: nodes.MaxSizePerZone,
			DiskGiB:        nodes.DiskGiB,
			Tags:           tags(ctx, cfg),
		},
		Protect: cfg.DeletionProtection,
	}, p.onAws()); err != nil {
		return err
	}
	p.ClusterAutoscaler, err = compute.NewClusterAutoscaler(ctx, "autoscaler", &compute.ClusterAutoscalerArgs{
		Name:        p.name,
		Location:    p.location,
		Version:     string(cfg.Eks.Version),
		ClusterName: p.Eks.ClusterName,
		Cluster:     p.Eks.Cluster,
	}, pulumi.Providers(p.Providers.Aws, p.Eks.Provider))
	return err
}

// roles returns the ARNs of access entries, by name.
func roles(entries []stacks.AccessEntry) map[string]string {
	arns := map[string]string{}
	for _, entry := range entries {
		arns[entry.Name] = entry.RoleArn
	}
	return arns
}
