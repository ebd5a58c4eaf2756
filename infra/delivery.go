package infra

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/apps"
	"legops/components/delivery"
	"legops/components/foundation"
	"legops/components/operations"
	sources "legops/delivery"
	"legops/internal/rollout"
	"legops/internal/settings"
	"legops/stacks"
)

// delivery takes an application from its source to the cluster: a mirror copies GitHub, a pipeline builds each commit
// into the registry, and the deployer rolls it out.
func (p *Platform) delivery(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	for _, part := range []func(*pulumi.Context, *stacks.Config) error{
		p.scripts, p.registry, p.deployer, p.mirrors, p.runner, p.loadTest, p.pipelines,
	} {
		if err := part(ctx, cfg); err != nil {
			return err
		}
	}
	return nil
}

// scripts uploads the scripts that builds and releases run.
func (p *Platform) scripts(ctx *pulumi.Context, _ *stacks.Config) error {
	files, err := sources.Files()
	if err != nil {
		return err
	}
	p.Scripts, err = p.scriptsBelow(ctx, "scripts", "", files)
	return err
}

// scriptsBelow uploads files below a folder. Load tests and restore drills have scripts of their own, so that a change to theirs changes no build.
func (p *Platform) scriptsBelow(ctx *pulumi.Context, name, folder string, files map[string]string) (*delivery.Scripts, error) {
	below := map[string]string{}
	for path, text := range files {
		below[folder+path] = text
	}
	return delivery.NewScripts(ctx, name, &delivery.ScriptsArgs{
		Location:  p.location,
		Bucket:    p.Storage.ArtifactBucket,
		BucketArn: p.artifacts(),
		KeyArn:    p.Encryption.Keys[foundation.KeyStorage],
		Files:     below,
	}, p.onAws())
}

// artifacts is the name of the bucket of build artifacts, as a plain string for policies.
func (p *Platform) artifacts() string { return p.location.Bucket(p.Storage.ArtifactBucketName) }

// registry comes after the roles of builds: AWS refuses a policy that names a missing role.
func (p *Platform) registry(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	args := &delivery.RegistryArgs{
		Registry: cfg.Registry,
		Name:     p.name,
		Location: p.globalLocation,
		KeyArn:   p.GlobalEncryption.Keys[foundation.KeyRegistry],
		Pullers:  pulumi.StringArray{p.Eks.NodeRoleArn},
		Pushers:  map[string]pulumi.StringArray{},
		Protect:  cfg.DeletionProtection,
	}
	for _, application := range cfg.Applications {
		builder, err := delivery.NewBuilder(ctx, "builder-"+application.Name, &delivery.BuilderArgs{
			Name:        p.name,
			Application: application.Name,
			Location:    p.location,
		}, p.onAws())
		if err != nil {
			return err
		}
		p.Builders = append(p.Builders, builder)
		args.Applications = append(args.Applications, application.Name)
		args.Pushers[application.Name] = pulumi.StringArray{builder.RoleArn}
	}
	p.Registry, err = delivery.NewRegistry(ctx, "registry", args, p.onGlobal())
	return err
}

func (p *Platform) deployer(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	p.Deployer, err = delivery.NewDeployer(ctx, "deployer", &delivery.DeployerArgs{
		Instance:              p.instance(ctx, cfg, cfg.Pipeline.DeployerInstanceType, p.Network.ApplicationSubnetIDs),
		Name:                  p.name,
		Location:              p.location,
		Cluster:               p.name,
		ClusterName:           p.Eks.ClusterName,
		RegistryLocation:      p.globalLocation,
		SecureCommands:        slices.Contains(cfg.Network.InterfaceEndpoints, stacks.SecureCommands),
		ArtifactBucketArn:     p.artifacts(),
		ArtifactKeyArn:        p.Encryption.Keys[foundation.KeyStorage],
		LoadBalancerArnSuffix: p.LoadBalancer.ArnSuffix,
	}, p.onAws())
	return err
}

// mirrors creates the account's copies of the repositories on GitHub.
func (p *Platform) mirrors(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	if p.Github, err = delivery.NewGithub(ctx, "github", &delivery.GithubArgs{Name: p.name}, p.onAws()); err != nil {
		return err
	}
	for _, application := range cfg.Applications {
		mirror, err := delivery.NewMirror(ctx, "mirror-"+application.Name, &delivery.MirrorArgs{
			Name:             p.name,
			Application:      application.Name,
			Location:         p.location,
			GithubOwner:      cfg.Pipeline.GithubOwner,
			Branch:           cfg.Pipeline.Branch,
			ConnectionArn:    p.Github.ConnectionArn,
			Connected:        cfg.Pipeline.GithubConnected,
			ReconcileMinutes: cfg.Pipeline.MirrorMinutes,
			Buildspec:        sources.MirrorBuildspec,
			Scripts:          p.Scripts,
			KeyArn:           p.Encryption.Keys[foundation.KeySource],
			LogKeyArn:        p.Encryption.Keys[foundation.KeyLogs],
			LogRetention:     cfg.Monitoring.LogRetention,
			Protect:          cfg.DeletionProtection,
		}, p.onAws())
		if err != nil {
			return err
		}
		p.Mirrors = append(p.Mirrors, mirror)
		p.deliveryAlarms = append(p.deliveryAlarms, mirror.AlarmNames...)
	}
	return nil
}

// mostPods is the largest number of pods that a release of the application replaces one after the other: those of its workers are replaced beside
// those that serve.
func mostPods(application settings.Application) int {
	most := application.MaxReplicas
	for _, w := range application.Workers {
		most = max(most, application.Size(w).MaxReplicas)
	}
	return most
}

func (p *Platform) pipelines(ctx *pulumi.Context, cfg *stacks.Config) error {
	p.Pipelines, p.builds = pulumi.StringMap{}, pulumi.StringMap{}
	for i, application := range cfg.Applications {
		pipeline, err := delivery.NewPipeline(ctx, "pipeline-"+application.Name, &delivery.PipelineArgs{
			Name:           p.name,
			Application:    application.Name,
			Location:       p.location,
			Branch:         cfg.Pipeline.Branch,
			RepositoryName: p.Mirrors[i].RepositoryName,
			SourceKeyArn:   p.Encryption.Keys[foundation.KeySource],
			Build: delivery.BuildArgs{
				Builder:            p.Builders[i],
				Buildspec:          sources.BuildBuildspec,
				Scripts:            p.Scripts,
				ComputeType:        cfg.Pipeline.ComputeType,
				Architecture:       cfg.Registry.ImageArchitecture,
				RepositoryURL:      p.Registry.URLs[application.Name],
				RepositoryLocation: p.globalLocation,
				RepositoryPath:     p.name + "/" + application.Name,
				BlockSeverity:      cfg.Pipeline.BlockSeverity,
			},
			Release: delivery.ReleaseArgs{
				Domain:         p.domain,
				Path:           application.Path,
				NodePort:       apps.IngressNodePort,
				BakeMinutes:    cfg.Pipeline.BakeMinutes,
				RolloutSeconds: rollout.Seconds(mostPods(application), application.Start()),
			},
			ArtifactBucket:    p.Storage.ArtifactBucket,
			ArtifactBucketArn: p.artifacts(),
			ArtifactKeyArn:    p.Encryption.Keys[foundation.KeyStorage],
			Approval:          cfg.Pipeline.ManualApproval,
			LoadTest:          p.loadTestStage(cfg, application),
			Deployer: delivery.DeployTarget{
				TagName:        p.Deployer.TagName,
				ServiceRoleArn: p.Deployer.ServiceRoleArn,
				AlarmNames:     []pulumi.StringInput{p.Deployer.AlarmName},
			},
			ClusterName:  p.name,
			LogKeyArn:    p.Encryption.Keys[foundation.KeyLogs],
			LogRetention: cfg.Monitoring.LogRetention,
			TopicArn:     p.Alerts.TopicArns[operations.Warning],
			TopicKeyArn:  p.Encryption.Keys[foundation.KeyAlerts],
			Protect:      cfg.DeletionProtection,
		}, p.onAws())
		if err != nil {
			return err
		}
		p.Pipelines[application.Name], p.builds[application.Name] = pipeline.PipelineName, pipeline.ProjectName
		p.deliveryAlarms = append(p.deliveryAlarms, pipeline.RestartAlarmName)
	}
	return nil
}
