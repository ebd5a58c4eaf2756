package infra

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/stacks"
)

// operations creates the means to run the platform: alarms, dashboards, backups, their drill and the budget.
func (p *Platform) operations(ctx *pulumi.Context, cfg *stacks.Config) error {
	for _, part := range []func(*pulumi.Context, *stacks.Config) error{
		p.globalAlerts, p.alarms, p.dashboards, p.backup, p.restoreDrill, p.budget,
	} {
		if err := part(ctx, cfg); err != nil {
			return err
		}
	}
	return nil
}
