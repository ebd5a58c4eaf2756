package infra

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/stacks"
)

// dashboards creates two: one of the platform, one of the delivery of applications.
func (p *Platform) dashboards(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	w := p.watched(cfg)
	if p.PlatformDashboard, err = components.NewDashboard(ctx, "dashboard-platform", &components.DashboardArgs{
		Name:     p.name + "-platform",
		Location: p.location,
		Window:   components.PlatformWindow,
		Rows: components.PlatformRows(components.PlatformDashboardArgs{
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
	log, err := components.NewDeliveryLog(ctx, "delivery-log", &components.DeliveryLogArgs{
		Name:      p.name,
		Location:  p.location,
		KeyArn:    p.Encryption.Keys[components.KeyLogs],
		Retention: int(cfg.Monitoring.LogRetention),
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
	p.DeliveryDashboard, err = components.NewDashboard(ctx, "dashboard-delivery", &components.DashboardArgs{
		Name:     p.name + "-delivery",
		Location: p.location,
		Window:   components.DeliveryWindow,
		Rows: components.DeliveryRows(components.DeliveryDashboardArgs{
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
	for _, severity := range []components.Severity{components.Critical, components.Warning} {
		for _, layer := range layers {
			if arn, has := p.Alarms[layer].CompositeArns[severity]; has {
				arns = append(arns, arn)
			}
		}
	}
	return arns
}
