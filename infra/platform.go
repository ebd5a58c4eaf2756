// Package infra wires the platform: from the configuration of one stack to components, layer by layer. It creates
// no resource but the providers, and never asks which environment it is in.
package infra

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/apps"
	"legops/components/compute"
	"legops/components/data"
	"legops/components/delivery"
	"legops/components/edge"
	"legops/components/foundation"
	"legops/components/operations"
	"legops/stacks"
)

// Program is the Pulumi program: it reads the stack's configuration and creates the platform that it describes.
func Program(ctx *pulumi.Context) error {
	values := map[string]string{}
	if text := os.Getenv(pulumi.EnvConfig); text != "" {
		if err := json.Unmarshal([]byte(text), &values); err != nil {
			return fmt.Errorf("the configuration in %s is not JSON: %w", pulumi.EnvConfig, err)
		}
	}
	return ProgramWith(ctx, values)
}

// ProgramWith is the program with the values of the configuration by their full names, such as legops:rds.
func ProgramWith(ctx *pulumi.Context, values map[string]string) error {
	cfg, err := loadConfig(ctx, values)
	if err != nil {
		return err
	}
	for _, warning := range cfg.Warnings() {
		if err := warn(ctx, warning); err != nil {
			return err
		}
	}
	platform, err := NewPlatform(ctx, cfg)
	if err != nil {
		return err
	}
	for _, output := range platform.Outputs() {
		ctx.Export(output.Name, output.Value)
	}
	return nil
}

// loadConfig reads the configuration as a whole, to check it as a whole.
func loadConfig(ctx *pulumi.Context, values map[string]string) (*stacks.Config, error) {
	cfg, err := stacks.Load(ctx.Project(), values)
	var problems stacks.Problems
	if !errors.As(err, &problems) {
		return cfg, err
	}
	for _, problem := range problems {
		if err := ctx.Log.Error(problem.String(), nil); err != nil {
			return nil, err
		}
	}
	return nil, errors.New(strings.TrimSpace(fmt.Sprintf("the configuration of stack %s has %d problem(s); nothing has changed %s",
		ctx.Stack(), len(problems), problems.Hint())))
}

// Platform is everything in one account.
type Platform struct {
	Providers         *Providers
	Encryption        *foundation.Encryption
	GlobalEncryption  *foundation.Encryption // in us-east-1
	ReplicaEncryption *foundation.Encryption // nil without a replica region
	Network           *foundation.Network
	Bastion           *foundation.Bastion // nil without one
	Storage           *data.Storage
	Queues            *data.Queues
	Rds               *data.Rds
	OpenSearch        *data.OpenSearch
	Eks               *compute.Eks
	ClusterAutoscaler *compute.ClusterAutoscaler
	Ingress           *apps.Ingress
	ReleasePolicy     *apps.ReleasePolicy
	DatabaseRoles     *apps.DatabaseRoles
	SearchRoles       *apps.SearchRoles
	Apps              []*apps.App
	OpenSearchAccess  *data.OpenSearchAccess // nil if no application uses search
	Alerts            *operations.Alerts
	Scripts           *delivery.Scripts
	Builders          []*delivery.Builder
	Registry          *delivery.Registry
	Deployer          *delivery.Deployer
	Github            *delivery.Github
	Mirrors           []*delivery.Mirror
	Runner            *delivery.Runner              // nil without one, or until it is connected
	LoadTest          *delivery.LoadTest            // nil without one
	RestoreDrill      *delivery.RestoreDrill        // nil without one
	Pipelines         pulumi.StringMap              // their names, by application
	GlobalAlerts      *operations.Alerts            // in us-east-1
	Alarms            map[string]*operations.Alarms // by layer
	PlatformDashboard *operations.Dashboard
	DeliveryDashboard *operations.Dashboard
	Backup            *operations.Backup
	Budget            *operations.Budget
	Certificates      *edge.Certificates
	LoadBalancer      *edge.LoadBalancer
	Firewall          *edge.Firewall
	Cdn               *edge.Cdn
	Connectivity      *foundation.Connectivity

	// name begins every physical name: <project>-<stack>.
	name string
	// builds are the CodeBuild projects of the pipelines, by application.
	builds pulumi.StringMap
	// deliveryAlarms are the names of the alarms of mirrors and pipelines.
	deliveryAlarms []pulumi.StringInput
	// cloudFrontAddresses is the id of the prefix list of the addresses from which CloudFront calls origins.
	cloudFrontAddresses pulumi.StringInput
	// present is what exists before this deployment.
	present present
	// domain is the public name.
	domain string
	// location is the account's region, globalLocation us-east-1, replicaLocation the region of the copies.
	location, globalLocation, replicaLocation components.Location
}

// NewPlatform creates the layers, each after those it needs.
func NewPlatform(ctx *pulumi.Context, cfg *stacks.Config) (*Platform, error) {
	p := &Platform{name: ctx.Project() + "-" + ctx.Stack(), domain: cfg.Domain.Name}
	p.location = components.Location{Account: cfg.Account, Region: string(cfg.Region)}
	p.globalLocation, p.replicaLocation = p.location, p.location
	p.globalLocation.Region = components.GlobalRegion
	if replica := cfg.Storage.ReplicaRegion; replica != nil {
		p.replicaLocation.Region = string(*replica)
	}
	if err := ctx.RegisterStackTransformation(bounded(p.location.Policy(p.name + "-boundary"))); err != nil {
		return nil, err
	}
	var err error
	if p.Providers, err = newProviders(ctx, cfg); err != nil {
		return nil, err
	}
	if p.cloudFrontAddresses, err = cloudFrontAddresses(ctx, cfg, p.Providers.Aws); err != nil {
		return nil, err
	}
	if err := p.look(ctx, cfg); err != nil {
		return nil, err
	}
	for _, layer := range []func(*pulumi.Context, *stacks.Config) error{
		p.foundation, p.data, p.compute, p.applications, p.edge, p.delivery, p.operations, p.connectivity,
	} {
		if err := layer(ctx, cfg); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// onAws gives a component and its children the provider of the account's region, onGlobal that of us-east-1.
func (p *Platform) onAws() pulumi.ResourceOption    { return pulumi.Providers(p.Providers.Aws) }
func (p *Platform) onGlobal() pulumi.ResourceOption { return pulumi.Providers(p.Providers.Global) }
