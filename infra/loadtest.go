package infra

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/delivery"
	"legops/components/foundation"
	sources "legops/delivery"
	"legops/internal/settings"
	"legops/loadtest"
	"legops/stacks"
)

// loadTest puts the platform under load. It comes before the pipelines, which have a stage for it.
func (p *Platform) loadTest(ctx *pulumi.Context, cfg *stacks.Config) error {
	if cfg.LoadTest == nil {
		return nil
	}
	files, err := loadtest.Files()
	if err != nil {
		return err
	}
	scripts, err := p.scriptsBelow(ctx, "loadtest-scripts", "loadtest/", files)
	if err != nil {
		return err
	}
	p.LoadTest, err = delivery.NewLoadTest(ctx, "loadtest", &delivery.LoadTestArgs{
		LoadTest:          *cfg.LoadTest,
		Name:              p.name,
		Location:          p.location,
		Target:            p.address("/"),
		Environment:       string(cfg.Environment),
		Buildspec:         sources.LoadTestBuildspec,
		Scripts:           scripts,
		VpcID:             p.Network.VpcID,
		SubnetIDs:         p.Network.ApplicationSubnetIDs,
		ArtifactBucket:    p.Storage.ArtifactBucket,
		ArtifactBucketArn: p.artifacts(),
		ArtifactKeyArn:    p.Encryption.Keys[foundation.KeyStorage],
		SecretKeyArn:      p.Encryption.Keys[foundation.KeyCredentials],
		LogKeyArn:         p.Encryption.Keys[foundation.KeyLogs],
		LogRetention:      cfg.Monitoring.LogRetention,
		Protect:           cfg.DeletionProtection,
	}, p.onAws())
	return err
}

// address is the address of an application with the path.
func (p *Platform) address(path string) string {
	return "https://" + p.domain + strings.TrimSuffix(path, "/")
}

// loadTestStage is the stage that puts an application under load; nil if releases have none.
func (p *Platform) loadTestStage(cfg *stacks.Config, application settings.Application) *delivery.LoadTestStage {
	if !cfg.Pipeline.LoadTest {
		return nil
	}
	return &delivery.LoadTestStage{
		ProjectName: p.LoadTest.ProjectName,
		Project:     p.LoadTest.Name,
		Target:      p.address(application.Path),
	}
}

// unlimited are the source addresses of load tests, which pods share; nil without load tests.
func (p *Platform) unlimited(cfg *stacks.Config) pulumi.StringArrayInput {
	if cfg.LoadTest == nil {
		return nil
	}
	return p.Network.NatAddresses
}
