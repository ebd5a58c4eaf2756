package infra

import (
	"cmp"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/apps"
	"legops/components/data"
	"legops/components/foundation"
	"legops/components/operations"
	"legops/internal/settings"
	"legops/stacks"
)

// data creates the stores of the customers' documents and data.
func (p *Platform) data(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	for _, part := range []func(*pulumi.Context, *stacks.Config) error{p.storage, p.queues, p.database, p.search} {
		if err := part(ctx, cfg); err != nil {
			return err
		}
	}
	return nil
}

func (p *Platform) storage(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	args := &data.StorageArgs{
		Storage:  cfg.Storage,
		Name:     p.name,
		Location: p.location,
		KeyArn:   p.Encryption.Keys[foundation.KeyStorage],
		Adopted:  cfg.PhysicalNames("storage-"),
		Protect:  cfg.DeletionProtection,
	}
	if p.Providers.Replica != nil {
		args.Replica = &data.ReplicaArgs{
			Location: p.replicaLocation,
			KeyArn:   p.ReplicaEncryption.Keys[foundation.KeyStorage],
			Provider: p.Providers.Replica,
		}
	}
	p.Storage, err = data.NewStorage(ctx, "storage", args, p.onAws())
	return err
}

func (p *Platform) queues(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	p.Queues, err = data.NewQueues(ctx, "queues", &data.QueuesArgs{
		Name:     p.name,
		Location: p.location,
		Queues:   cfg.Queues,
		KeyArn:   p.Encryption.Keys[foundation.KeyQueues],
		Adopted:  cfg.PhysicalNames("queues-"),
		Protect:  cfg.DeletionProtection,
	}, p.onAws())
	return err
}

// databaseName is the database inside the instance. A change would replace the instance, so it is no setting.
const databaseName = "legops"

// databaseName is the database inside the instance: that of one that is adopted, if it has one.
func (p *Platform) databaseName() string { return cmp.Or(p.present.adopted.Database, databaseName) }

// databaseMaster is the master user of the instance.
func (p *Platform) databaseMaster() string {
	return cmp.Or(p.present.adopted.Master, data.DatabaseMaster)
}

// databaseKey is the KMS key of the instance: one that is adopted keeps its own.
func (p *Platform) databaseKey(cfg *stacks.Config) pulumi.StringInput {
	if cfg.AdoptsDatabase() {
		return p.Rds.KeyArn()
	}
	return p.Encryption.Keys[foundation.KeyDatabase]
}

func (p *Platform) database(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	names := cfg.PhysicalNames("rds-")
	p.Rds, err = data.NewRds(ctx, "rds", &data.RdsArgs{
		Rds:               cfg.Rds,
		Upgrades:          cfg.UpgradesDatabase(p.present.database.Version),
		AllocatedGiB:      p.present.database.Allocated,
		Adopted:           names["instance"],
		SubnetGroup:       names["subnets"],
		ParameterGroup:    names["parameters"],
		LeftLogs:          p.present.database.LeftLogs,
		Name:              p.name,
		Location:          p.location,
		VpcID:             p.Network.VpcID,
		SubnetIDs:         p.Network.DataSubnetIDs,
		Database:          p.databaseName(),
		KeyArn:            p.Encryption.Keys[foundation.KeyDatabase],
		TopicArn:          p.Alerts.TopicArns[operations.Warning],
		CredentialsKeyArn: p.Encryption.Keys[foundation.KeyCredentials],
		LogKeyArn:         p.Encryption.Keys[foundation.KeyLogs],
		Protect:           cfg.DeletionProtection,
	}, p.onAws())
	if err != nil {
		return err
	}
	p.Rds.Enrolled().ApplyT(func(enrolled bool) (bool, error) {
		return enrolled, warn(ctx, cfg.ExtendedSupportWarning(enrolled))
	})
	return nil
}

func (p *Platform) search(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	args := &data.OpenSearchArgs{
		OpenSearch:     cfg.OpenSearch,
		Stays:          p.present.searchStays,
		Adopted:        cfg.PhysicalNames("opensearch-")["domain"],
		Name:           p.name,
		Location:       p.location,
		VpcID:          p.Network.VpcID,
		SubnetIDs:      p.Network.DataSubnetIDs,
		KeyArn:         p.Encryption.Keys[foundation.KeySearch],
		LogKeyArn:      p.Encryption.Keys[foundation.KeyLogs],
		Administrators: settings.Texts(cfg.Eks.Administrators),
		Pods:           data.PodsArgs{Cluster: p.name, Namespace: apps.SearchRolesName, ServiceAccount: apps.SearchRolesName},
		Protect:        cfg.DeletionProtection,
	}
	p.OpenSearch, err = data.NewOpenSearch(ctx, "opensearch", args, p.onAws())
	return err
}
