package infra

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/stacks"
)

// delivery is how an application gets from its source to the cluster.
func (p *Platform) delivery(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	args := &components.RegistryArgs{
		Name:         p.name,
		Location:     p.globalLocation,
		KeepImages:   cfg.Registry.KeepImages,
		UntaggedDays: cfg.Registry.UntaggedDays,
		KeyArn:       p.GlobalEncryption.Keys[components.KeyRegistry],
		Pullers:      pulumi.StringArray{p.Eks.NodeRoleArn},
		Protect:      cfg.DeletionProtection,
	}
	for _, application := range cfg.Applications {
		args.Applications = append(args.Applications, application.Name)
	}
	p.Registry, err = components.NewRegistry(ctx, "registry", args, p.onGlobal())
	return err
}
