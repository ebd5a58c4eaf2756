package infra

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/compute"
	"legops/components/foundation"
	"legops/stacks"
)

// compute creates the cluster and its autoscaler.
func (p *Platform) compute(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	if p.Eks, err = compute.NewEks(ctx, eksName, &compute.EksArgs{
		Eks:                  cfg.Eks,
		Name:                 p.name,
		Location:             p.location,
		VpcID:                p.Network.VpcID,
		AvailabilityZones:    cfg.Network.AvailabilityZones,
		SubnetIDs:            p.Network.ApplicationSubnetIDs,
		WorkloadLogRetention: cfg.Monitoring.LogRetention,
		LogKeyArn:            p.Encryption.Keys[foundation.KeyLogs],
		SecretsKeyArn:        p.Encryption.Keys[foundation.KeySecrets],
		VolumesKeyArn:        p.Encryption.Keys[foundation.KeyVolumes],
		CountRuns:            len(schedulesOf(cfg)) > 0,
		NodeGroups:           p.present.nodeGroups,
		VersionStays:         p.present.clusterStays,
		LeftLogs:             p.present.clusterLogs,
		Tags:                 tags(ctx, cfg),
		Protect:              cfg.DeletionProtection,
	}, p.onAws()); err != nil {
		return err
	}
	p.ClusterAutoscaler, err = compute.NewClusterAutoscaler(ctx, "autoscaler", &compute.ClusterAutoscalerArgs{
		Name:        p.name,
		Location:    p.location,
		Version:     cfg.Eks.Version,
		ClusterName: p.Eks.ClusterName,
		Cluster:     p.Eks.Cluster,
	}, pulumi.Providers(p.Providers.Aws, p.Eks.Provider))
	return err
}
