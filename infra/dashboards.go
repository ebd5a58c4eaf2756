package infra

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/foundation"
	"legops/components/operations"
	"legops/stacks"
)

// dashboards creates two: one of the platform, one of the delivery of applications.
func (p *Platform) dashboards(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	w := p.watched(cfg)
	if p.PlatformDashboard, err = operations.NewDashboard(ctx, "dashboard-platform", &operations.DashboardArgs{
		Name:     p.name + "-platform",
		Location: p.location,
		Window:   operations.PlatformWindow,
		Rows: operations.PlatformRows(operations.PlatformDashboardArgs{
			Alarms:          p.composites(slices.Sorted(maps.Keys(p.Alarms))...),
			Edge:            w.edge,
			Balancer:        w.balancer,
			Cluster:         w.cluster,
			Database:        w.database,
			Search:          w.search,
			NatGatewayIDs:   p.Network.NatGatewayIDs,
			Queues:          p.Queues.PhysicalNames,
			DeadLetters:     p.Queues.DeadLetterNames,
			QueueAgeSeconds: cfg.Monitoring.Thresholds.QueueAgeSeconds,
		}),
	}, p.onAws()); err != nil {
		return err
	}
	log, err := operations.NewDeliveryLog(ctx, "delivery-log", &operations.DeliveryLogArgs{
		Name:      p.name,
		Location:  p.location,
		KeyArn:    p.Encryption.Keys[foundation.KeyLogs],
		Retention: cfg.Monitoring.LogRetention,
		Protect:   cfg.DeletionProtection,
	}, p.onAws())
	if err != nil {
		return err
	}
	mirrors := map[string]pulumi.StringInput{}
	for i, application := range cfg.Applications {
		if project := p.Mirrors[i].ProjectName; project != nil {
			mirrors[application.Name] = project
		}
	}
	p.DeliveryDashboard, err = operations.NewDashboard(ctx, "dashboard-delivery", &operations.DashboardArgs{
		Name:     p.name + "-delivery",
		Location: p.location,
		Window:   operations.DeliveryWindow,
		Rows: operations.DeliveryRows(operations.DeliveryDashboardArgs{
			Group:     log.GroupName,
			Pipelines: p.Pipelines,
			Builds:    p.builds,
			Mirrors:   mirrors,
			Alarms:    p.composites("delivery"),
		}),
	}, p.onAws())
	return err
}

// composites returns the alarms of layers that notify people, the critical ones first.
func (p *Platform) composites(layers ...string) []pulumi.StringInput {
	var arns []pulumi.StringInput
	for _, severity := range []operations.Severity{operations.Critical, operations.Warning} {
		for _, layer := range layers {
			if arn, has := p.Alarms[layer].CompositeArns[severity]; has {
				arns = append(arns, arn)
			}
		}
	}
	return arns
}
