package infra

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/apps"
	"legops/components/data"
	"legops/components/foundation"
	"legops/internal/settings"
	"legops/stacks"
)

// applications creates the web applications. Each gets exactly what it declares, with addresses in its environment.
func (p *Platform) applications(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	onCluster := pulumi.Providers(p.Providers.Aws, p.Eks.Provider)
	if p.Ingress, err = apps.NewIngress(ctx, "ingress", &apps.IngressArgs{
		Ingress:     cfg.Ingress,
		Domain:      p.domain,
		WebSockets:  settings.WebSockets(cfg.Applications),
		NodePort:    apps.IngressNodePort,
		TrustedCIDR: cfg.Network.CIDR,
		NodeRanges:  cfg.Network.Subnets.Application,
		PodLogGroup: p.Eks.PodLogGroup,
		Cluster:     p.Eks.Cluster,
	}, onCluster); err != nil {
		return err
	}
	if p.ReleasePolicy, err = apps.NewReleasePolicy(ctx, "release-policy", &apps.ReleasePolicyArgs{
		Repositories: p.name,
		Location:     p.globalLocation,
		Schedules:    schedulesOf(cfg),
		Workers:      workersOf(cfg),
		Migrations:   namesOf(cfg, func(a settings.Application) bool { return a.Migrate != nil }),
		Cluster:      p.Eks.Cluster,
	}, onCluster); err != nil {
		return err
	}
	if err := p.databaseRoles(ctx, cfg, onCluster); err != nil {
		return err
	}
	if err := p.searchRoles(ctx, cfg, onCluster); err != nil {
		return err
	}
	callers := callersOf(cfg)
	var searchers []string
	for _, application := range cfg.Applications {
		args, err := p.application(cfg, application, callers[application.Name])
		if err != nil {
			return err
		}
		app, err := apps.NewApp(ctx, "app-"+application.Name, args, onCluster)
		if err != nil {
			return err
		}
		p.Apps = append(p.Apps, app)
		if application.Search {
			searchers = append(searchers, apps.RoleName(p.name, application.Name))
		}
	}
	if len(searchers) == 0 {
		return nil
	}
	p.OpenSearchAccess, err = data.NewOpenSearchAccess(ctx, "opensearch-access", &data.OpenSearchAccessArgs{
		DomainName: p.OpenSearch.DomainName,
		DomainArn:  p.OpenSearch.DomainArn,
		Location:   p.location,
		Roles:      searchers,
	}, p.onAws())
	return err
}

// databaseRoles creates the job that gives each application with a database its role and schema there.
func (p *Platform) databaseRoles(ctx *pulumi.Context, cfg *stacks.Config, on pulumi.ResourceOption) (err error) {
	p.DatabaseRoles, err = apps.NewDatabaseRoles(ctx, "database-roles", &apps.DatabaseRolesArgs{
		Applications:      namesOf(cfg, func(a settings.Application) bool { return a.Database }),
		Host:              p.Rds.Address,
		Port:              data.DatabasePort,
		Database:          p.databaseName(),
		Master:            p.databaseMaster(),
		MasterSecretArn:   p.Rds.MasterSecretArn,
		MasterSecrets:     p.Rds.MasterSecrets(),
		CredentialsKeyArn: p.Encryption.Keys[foundation.KeyCredentials],
		PodLogGroup:       p.Eks.PodLogGroup,
		Cluster:           p.name,
		ClusterName:       p.Eks.ClusterName,
		ClusterResource:   p.Eks.Cluster,
		Location:          p.location,
		VPC:               cfg.Network.CIDR,
		EndpointRanges:    cfg.Network.Subnets.Application,
		DataRanges:        cfg.Network.Subnets.Data,
	}, on)
	return err
}

// searchRoles creates the job that gives each application with search its role in the search domain.
func (p *Platform) searchRoles(ctx *pulumi.Context, cfg *stacks.Config, on pulumi.ResourceOption) (err error) {
	p.SearchRoles, err = apps.NewSearchRoles(ctx, apps.SearchRolesName, &apps.SearchRolesArgs{
		Applications:    namesOf(cfg, func(a settings.Application) bool { return a.Search }),
		Endpoint:        p.OpenSearch.Endpoint,
		Port:            data.SearchPort,
		MasterRoleArn:   p.OpenSearch.MasterRoleArn,
		PodLogGroup:     p.Eks.PodLogGroup,
		Cluster:         p.name,
		ClusterName:     p.Eks.ClusterName,
		ClusterResource: p.Eks.Cluster,
		Location:        p.location,
		DataRanges:      cfg.Network.Subnets.Data,
	}, on)
	return err
}

// namesOf returns the names of the applications that want something.
func namesOf(cfg *stacks.Config, want func(settings.Application) bool) []string {
	var names []string
	for _, application := range cfg.Applications {
		if want(application) {
			names = append(names, application.Name)
		}
	}
	return names
}

// schedulesOf returns, by application, the names of its schedules, workersOf those of its workers.
func schedulesOf(cfg *stacks.Config) map[string][]string {
	return namesIn(cfg, func(a settings.Application) []settings.Schedule { return a.Schedules }, func(s settings.Schedule) string { return s.Name })
}

func workersOf(cfg *stacks.Config) map[string][]string {
	return namesIn(cfg, func(a settings.Application) []settings.Worker { return a.Workers }, func(w settings.Worker) string { return w.Name })
}

// namesIn returns, by application, the names in a list of its own.
func namesIn[T any](cfg *stacks.Config, list func(settings.Application) []T, name func(T) string) map[string][]string {
	names := map[string][]string{}
	for _, application := range cfg.Applications {
		for _, its := range list(application) {
			names[application.Name] = append(names[application.Name], name(its))
		}
	}
	return names
}

// callersOf returns, by application, the applications that call it.
func callersOf(cfg *stacks.Config) map[string][]string {
	callers := map[string][]string{}
	for _, application := range cfg.Applications {
		for _, callee := range application.Calls {
			callers[callee] = append(callers[callee], application.Name)
		}
	}
	return callers
}

// application returns the arguments of one application, with all it uses.
func (p *Platform) application(cfg *stacks.Config, application settings.Application, callers []string) (*apps.AppArgs, error) {
	uses := usage{environment: pulumi.StringMap{"ENVIRONMENT": pulumi.String(string(cfg.Environment))}}
	for _, of := range []func(*stacks.Config, settings.Application, *usage) error{
		p.usesQueues, p.usesBuckets, p.usesDatabase, p.usesSearch, p.usesConnections,
	} {
		if err := of(cfg, application, &uses); err != nil {
			return nil, fmt.Errorf("application %s: %w", application.Name, err)
		}
	}
	return &apps.AppArgs{
		Application:      application,
		Cluster:          p.name,
		ClusterName:      p.Eks.ClusterName,
		ClusterResource:  p.Eks.Cluster,
		Location:         p.location,
		Domain:           p.domain,
		Environment:      uses.environment,
		Rights:           uses.rights,
		SecretsKeyArn:    p.Encryption.Keys[foundation.KeyCredentials],
		Reaches:          uses.reaches,
		VPC:              cfg.Network.CIDR,
		EndpointRanges:   cfg.Network.Subnets.Application,
		CalledBy:         callers,
		IngressClass:     p.Ingress.ClassName,
		IngressNamespace: apps.IngressNamespace,
		ReleasePolicy:    p.ReleasePolicy,
		Protect:          cfg.DeletionProtection,
	}, nil
}

// usage is what an application uses: permissions, addresses, and destinations in its network policy.
type usage struct {
	rights      []components.Statement
	environment pulumi.StringMap
	reaches     []apps.ReachArgs
}

func (p *Platform) usesQueues(_ *stacks.Config, application settings.Application, u *usage) error {
	for _, side := range []struct {
		queues []string
		rights func(string) ([]components.Statement, error)
	}{
		{application.Produces, p.Queues.Produce}, {application.Consumes, p.Queues.Consume},
	} {
		for _, queue := range side.queues {
			rights, err := side.rights(queue)
			if err != nil {
				return err
			}
			u.rights = append(u.rights, rights...)
			u.environment[variable("QUEUE", queue, "URL")] = p.Queues.URLs[queue]
		}
	}
	return nil
}

func (p *Platform) usesBuckets(_ *stacks.Config, application settings.Application, u *usage) error {
	for _, access := range application.Buckets {
		rights, err := p.Storage.Access(access.Name, access.Prefix, access.Access == "write")
		if err != nil {
			return err
		}
		u.rights = append(u.rights, rights...)
		u.environment[variable("BUCKET", access.Name)] = pulumi.String(p.Storage.Names[access.Name])
		u.environment[variable("BUCKET", access.Name, "PREFIX")] = pulumi.String(access.Prefix)
	}
	return nil
}

// usesDatabase lets the application sign in as the database user of its own name, by IAM, without a password.
func (p *Platform) usesDatabase(cfg *stacks.Config, application settings.Application, u *usage) error {
	if !application.Database {
		return nil
	}
	rights, err := p.Rds.Connect(application.Name)
	if err != nil {
		return err
	}
	u.rights = append(u.rights, rights...)
	u.environment["DATABASE_HOST"] = p.Rds.Address
	u.environment["DATABASE_PORT"] = pulumi.Sprintf("%d", data.DatabasePort)
	u.environment["DATABASE_NAME"] = pulumi.String(p.databaseName())
	u.environment["DATABASE_USER"] = pulumi.String(application.Name)
	u.reaches = append(u.reaches, dataTier(cfg, data.DatabasePort, "The database"))
	return nil
}

func (p *Platform) usesSearch(cfg *stacks.Config, application settings.Application, u *usage) error {
	if !application.Search {
		return nil
	}
	u.rights = append(u.rights, p.OpenSearch.Use()...)
	u.environment["SEARCH_ENDPOINT"] = pulumi.Sprintf("https://%s", p.OpenSearch.Endpoint)
	u.reaches = append(u.reaches, dataTier(cfg, data.SearchPort, "The search domain"))
	return nil
}

// usesConnections opens the network policy; nodes may connect to all of the internet (Flows).
func (p *Platform) usesConnections(_ *stacks.Config, application settings.Application, u *usage) error {
	for _, c := range application.Connects {
		u.reaches = append(u.reaches, apps.ReachArgs{Ranges: c.To, Port: c.Port, Why: c.Why})
	}
	return nil
}

// dataTier is a port in the data subnets, which hold the database and the search domain.
func dataTier(cfg *stacks.Config, port int, why string) apps.ReachArgs {
	return apps.ReachArgs{Ranges: cfg.Network.Subnets.Data, Port: port, Why: why}
}

// variable joins words to the name of an environment variable.
func variable(words ...string) string {
	return strings.ToUpper(strings.ReplaceAll(strings.Join(words, "_"), "-", "_"))
}
