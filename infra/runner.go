package infra

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/delivery"
	"legops/components/foundation"
	"legops/stacks"
)

// runner runs this program for GitHub Actions, within reach of the cluster. It comes after the connection to GitHub.
func (p *Platform) runner(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	if !hasRunner(cfg) {
		return nil
	}
	p.Runner, err = delivery.NewRunner(ctx, "runner", &delivery.RunnerArgs{
		Runner:        *cfg.Runner,
		Name:          p.name,
		Location:      p.location,
		GithubOwner:   cfg.Pipeline.GithubOwner,
		ConnectionArn: p.Github.ConnectionArn,
		VpcID:         p.Network.VpcID,
		SubnetIDs:     p.Network.ApplicationSubnetIDs,
		LogKeyArn:     p.Encryption.Keys[foundation.KeyLogs],
		LogRetention:  cfg.Monitoring.LogRetention,
		Protect:       cfg.DeletionProtection,
	}, p.onAws())
	return err
}

// hasRunner reports whether the stack can have the runner it configures: CodeBuild tests the connection on creation.
func hasRunner(cfg *stacks.Config) bool { return cfg.Runner != nil && cfg.Pipeline.GithubConnected }
