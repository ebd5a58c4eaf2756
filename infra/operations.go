package infra

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/stacks"
)

// operations is what people run the platform with: they are told what fails, see what happens, get data back, and know
// what it costs.
func (p *Platform) operations(ctx *pulumi.Context, cfg *stacks.Config) error {
	for _, part := range []func(*pulumi.Context, *stacks.Config) error{
		p.globalAlerts, p.alarms, p.dashboards, p.backup, p.budget,
	} {
		if err := part(ctx, cfg); err != nil {
			return err
		}
	}
	return nil
}
