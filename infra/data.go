package infra

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/data"
	"legops/components/foundation"
	"legops/components/operations"
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
		Name:              p.name,
		Location:          p.location,
		KeyArn:            p.Encryption.Keys[foundation.KeyStorage],
		LogRetention:      cfg.Storage.LogRetentionDays,
		ArtifactRetention: cfg.Storage.ArtifactRetentionDays,
		Protect:           cfg.DeletionProtection,
	}
	for _, bucket := range cfg.Storage.Buckets {
		b := data.BucketArgs{Name: bucket.Name, NoncurrentRetention: bucket.NoncurrentRetentionDays}
		if bucket.InfrequentAccessDays != nil {
			b.InfrequentAccess = *bucket.InfrequentAccessDays
		}
		if lock := bucket.ObjectLock; lock != nil {
			b.ObjectLock = &data.ObjectLockArgs{Mode: lock.Mode, Days: lock.Days}
		}
		args.Buckets = append(args.Buckets, b)
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
	args := &data.QueuesArgs{
		Name:     p.name,
		Location: p.location,
		KeyArn:   p.Encryption.Keys[foundation.KeyQueues],
		Protect:  cfg.DeletionProtection,
	}
	for _, queue := range cfg.Queues {
		args.Queues = append(args.Queues, data.QueueArgs{
			Name:              queue.Name,
			VisibilityTimeout: queue.VisibilityTimeoutSeconds,
			Retention:         queue.RetentionSeconds,
			MaxReceiveCount:   queue.MaxReceiveCount,
			HighThroughput:    queue.HighThroughput,
		})
	}
	p.Queues, err = data.NewQueues(ctx, "queues", args, p.onAws())
	return err
}

// databaseName is the database inside the instance. A change would replace the instance, so it is no setting.
const databaseName = "legops"

func (p *Platform) database(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	p.Rds, err = data.NewRds(ctx, "rds", &data.RdsArgs{
		Name:                         p.name,
		Location:                     p.location,
		VpcID:                        p.Network.VpcID,
		SubnetIDs:                    p.Network.DataSubnetIDs,
		Database:                     databaseName,
		EngineVersion:                cfg.Rds.EngineVersion,
		InstanceClass:                string(cfg.Rds.InstanceClass),
		StorageGiB:                   cfg.Rds.StorageGiB,
		MaxStorageGiB:                cfg.Rds.MaxStorageGiB,
		MultiAZ:                      cfg.Rds.MultiAz,
		BackupRetention:              cfg.Rds.BackupRetentionDays,
		BackupWindow:                 cfg.Rds.BackupWindow,
		MaintenanceWindow:            cfg.Rds.MaintenanceWindow,
		MonitoringInterval:           cfg.Rds.MonitoringIntervalSeconds,
		PerformanceInsightsRetention: cfg.Rds.PerformanceInsightsRetentionDays,
		SlowStatement:                cfg.Rds.SlowStatementMilliseconds,
		LogRetention:                 int(cfg.Rds.LogRetention),
		KeyArn:                       p.Encryption.Keys[foundation.KeyDatabase],
		TopicArn:                     p.Alerts.TopicArns[operations.Warning],
		CredentialsKeyArn:            p.Encryption.Keys[foundation.KeyCredentials],
		LogKeyArn:                    p.Encryption.Keys[foundation.KeyLogs],
		Protect:                      cfg.DeletionProtection,
	}, p.onAws())
	return err
}

func (p *Platform) search(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	args := &data.OpenSearchArgs{
		Name:         p.name,
		Location:     p.location,
		VpcID:        p.Network.VpcID,
		SubnetIDs:    p.Network.DataSubnetIDs,
		Version:      string(cfg.OpenSearch.Version),
		InstanceType: string(cfg.OpenSearch.InstanceType),
		DataNodes:    cfg.OpenSearch.DataNodes,
		ZoneAware:    cfg.OpenSearch.ZoneAware,
		VolumeGiB:    cfg.OpenSearch.VolumeGiB,
		OffPeakStart: cfg.OpenSearch.OffPeakStart,
		LogRetention: int(cfg.OpenSearch.LogRetention),
		KeyArn:       p.Encryption.Keys[foundation.KeySearch],
		LogKeyArn:    p.Encryption.Keys[foundation.KeyLogs],
		Protect:      cfg.DeletionProtection,
	}
	for _, administrator := range cfg.Eks.Administrators {
		args.Administrators = append(args.Administrators, administrator.RoleArn)
	}
	if masters := cfg.OpenSearch.DedicatedMasters; masters != nil {
		args.DedicatedMasters = &data.DedicatedMastersArgs{InstanceType: string(masters.InstanceType), Count: masters.Count}
	}
	p.OpenSearch, err = data.NewOpenSearch(ctx, "opensearch", args, p.onAws())
	return err
}
