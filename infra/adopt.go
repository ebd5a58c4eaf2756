package infra

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/foundation"
	"legops/internal/adoption"
	"legops/internal/model"
	"legops/stacks"
)

// adopt takes over what legops:adopt names: it asks AWS whether each is as the program needs it, refuses what is not, and has the resources
// imported when they are registered.
func (p *Platform) adopt(ctx *pulumi.Context, cfg *stacks.Config) error {
	adopted := cfg.Adopted()
	if len(adopted) == 0 {
		return nil
	}
	looked := map[string]stacks.Looked{}
	var failed []error
	for _, name := range slices.Sorted(maps.Keys(adopted)) {
		a := adopted[name]
		if a.Function == "" {
			continue
		}
		read := stacks.Looked{}
		// Queues are looked up by name, all others by what imports them.
		arguments := map[string]any{a.Argument: a.Physical()}
		if err := ctx.Invoke(a.Function, arguments, &read, pulumi.Provider(p.in(a.Region))); err != nil {
			failed = append(failed, errors.New(a.Problem(fmt.Sprintf("cannot be read: %v", err), "correct the id, or let the role that deploys read it").String()))
			continue
		}
		looked[name] = read
	}
	if err := errors.Join(append(failed, cfg.CheckAdopted(p.name, looked))...); err != nil {
		return err
	}
	if err := p.refuseOwn(ctx, adopted); err != nil {
		return err
	}
	imports := map[resourceKey]string{}
	for name, a := range adopted {
		imports[resourceKey{a.Type, name}] = p.importID(ctx, a, looked[name])
	}
	if err := p.adoptAttached(ctx, adopted, imports); err != nil {
		return err
	}
	return ctx.RegisterStackTransformation(importing(imports))
}

// importID is the id by which a resource is imported; empty if it has been. As long as it is that of the state, the engine leaves it at that. But
// when an update follows the import, the engine forgets an id that is not the one of the state, takes the next run for the import of something
// else in its place, and deletes what it replaces, which is the same thing (pulumi/pkg v3.250.0, resource/deploy/step_generator.go: ImportID of
// newnew, and oldImportID). So a database is imported by the id that its state gets, which the provider takes, too
// (hashicorp/terraform-provider-aws, internal/service/rds/instance.go: findDBInstanceByIDSDKv1), and a domain, whose state has its ARN, until it has the program's tags.
func (p *Platform) importID(ctx *pulumi.Context, a stacks.Adopted, looked stacks.Looked) string {
	switch a.Kind {
	case adoption.Database:
		return model.Values(looked).Text("resourceId")
	case adoption.SearchDomain:
		if tags := model.Values(looked).Values("tags"); tags.Text("Project") == ctx.Project() && tags.Text("Name") == p.name {
			return ""
		}
	}
	return a.ID
}

// in is the provider of a region.
func (p *Platform) in(region string) *aws.Provider {
	if region == components.GlobalRegion {
		return p.Providers.Global
	}
	return p.Providers.Aws
}

// resourceKey is a resource of the program: several have the same name, of different types.
type resourceKey struct{ token, name string }

// importing has resources imported by their ids, those without one not again, and never deleted: the program did not make them. Protection also has a preview refuse what
// would replace one. The inputs that a kind keeps are ignored.
func importing(ids map[resourceKey]string) pulumi.ResourceTransformation {
	return func(args *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
		id, is := ids[resourceKey{args.Type, args.Name}]
		if !is {
			return nil
		}
		opts := slices.Clone(args.Opts)
		if id != "" {
			opts = append(opts, pulumi.Import(pulumi.ID(id)))
		}
		if args.Type != "aws:ec2/routeTableAssociation:RouteTableAssociation" { // which goes with the program's table
			opts = append(opts, pulumi.Protect(true), pulumi.RetainOnDelete(true))
		}
		if kind := adoption.KindOf(args.Type); kind != nil {
			opts = append(opts, pulumi.IgnoreChanges(kind.Keeps()))
		}
		return &pulumi.ResourceTransformationResult{Props: args.Props, Opts: opts}
	}
}

// adoptAttached adds what AWS lets a VPC or a subnet have only one of: its internet gateway, and the association with a route table. EC2 refuses a
// second one (Resource.AlreadyAssociated, see internal/catalogue/again.go).
func (p *Platform) adoptAttached(ctx *pulumi.Context, adopted map[string]stacks.Adopted, imports map[resourceKey]string) error {
	vpc, is := adopted[stacks.AdoptedVpc]
	if !is {
		return nil
	}
	in := pulumi.Provider(p.Providers.Aws)
	gateway, err := foundation.LookupInternetGateway(ctx, vpc.ID, in)
	if err != nil {
		return fmt.Errorf("%s: cannot look up the internet gateway of %s: %w", stacks.Project+":adopt."+vpc.Name, vpc.ID, err)
	}
	if gateway != "" {
		imports[resourceKey{"aws:ec2/internetGateway:InternetGateway", "network-internet"}] = gateway
	}
	tables, err := foundation.LookupRouteTables(ctx, vpc.ID, in)
	if err != nil {
		return fmt.Errorf("%s: cannot look up the route tables of %s: %w", stacks.Project+":adopt."+vpc.Name, vpc.ID, err)
	}
	for name, a := range adopted {
		table, is := tables[a.ID]
		if !is || a.Kind != adoption.Subnet {
			continue
		}
		// Associated with a table of the program, it has been imported: see importID.
		key := resourceKey{"aws:ec2/routeTableAssociation:RouteTableAssociation", name}
		if imports[key] = a.ID + "/" + table.ID; strings.HasPrefix(table.Name, p.name+"-") {
			imports[key] = ""
		}
	}
	return nil
}

// adoptedNetwork is the id of the VPC if it is adopted, and the names that adopted subnets get, by id.
func (p *Platform) adoptedNetwork(cfg *stacks.Config) (vpc string, names map[string]string) {
	names = map[string]string{}
	for _, a := range cfg.Adopted() {
		if a.Kind == adoption.Subnet {
			names[a.ID] = p.subnetName(a)
		}
	}
	return cfg.Adopt[stacks.AdoptedVpc], names
}

// subnetName is the name that an adopted subnet gets.
func (p *Platform) subnetName(a stacks.Adopted) string {
	return p.name + strings.TrimPrefix(a.Name, "network")
}
