package infra

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/compute"
	"legops/components/data"
	"legops/components/edge"
	"legops/components/foundation"
	"legops/internal/capacity"
	"legops/stacks"
)

// eksName is the name of the component with the cluster and its nodes.
const eksName = "eks"

// present is what exists in the account already and changes without Pulumi, or cannot become what the stack file says.
type present struct {
	// nodeGroups are the sizes of the node groups, by zone.
	nodeGroups map[string]capacity.Group
	// clusterStays says that the cluster keeps its version.
	clusterStays bool
	// clusterLogs are log groups that an earlier cluster of the same name has left.
	clusterLogs []string
	// database is the database.
	database data.RunningDatabase
	// searchStays says that the search domain keeps its version.
	searchStays bool
	// adopted is the database if it is adopted: its names stay.
	adopted data.RunningDatabase
}

// look looks that up, warns of what an update would do to it, and refuses what would lose data. It comes right after the providers:
// what is refused then has changed nothing.
func (p *Platform) look(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	in := pulumi.Provider(p.Providers.Aws)
	if err := p.adopt(ctx, cfg); err != nil {
		return err
	}
	vpc, subnets := p.adoptedNetwork(cfg)
	taken, err := foundation.LookupSubnets(ctx, p.name, cfg.Network.CIDR, vpc, subnets, in)
	if err != nil {
		return fmt.Errorf("%s:network.subnets: cannot look up the subnets of VPC %s: %w", stacks.Project, p.name, err)
	}
	if err := cfg.CheckSubnets(taken, func(tier, zone string) string { return foundation.SubnetName(p.name, tier, zone) }); err != nil {
		return err
	}
	missing, err := compute.MissingRoles(ctx, slices.Concat(cfg.Eks.Administrators, cfg.Eks.Viewers), in)
	if err != nil {
		return fmt.Errorf("%s:eks.administrators: cannot look up the roles: %w", stacks.Project, err)
	}
	if err := cfg.CheckRoles(missing); err != nil {
		return err
	}
	zones := cfg.Network.AvailabilityZones
	if p.present.nodeGroups, err = compute.LookupNodeGroups(ctx, eksName, p.name, zones, in); err != nil {
		return fmt.Errorf("%s:eks.nodes: cannot look up the node groups of cluster %s: %w", stacks.Project, p.name, err)
	}
	kubernetes, err := compute.LookupClusterVersion(ctx, p.name, in)
	if err != nil {
		return fmt.Errorf("%s:eks.version: cannot look up the version of cluster %s: %w", stacks.Project, p.name, err)
	}
	if err := cfg.CheckClusterVersion(kubernetes, p.present.nodeGroups); err != nil {
		return err
	}
	if err := warn(ctx, cfg.ClusterVersionWarning(kubernetes)); err != nil {
		return err
	}
	p.present.clusterStays = cfg.ClusterStays(kubernetes)
	for _, zone := range zones {
		if group, exists := p.present.nodeGroups[zone]; exists {
			if err := warn(ctx, cfg.NodeGroupWarning(zone, group)); err != nil {
				return err
			}
		}
	}
	if p.present.clusterLogs, err = compute.LookupLeftLogs(ctx, p.name, in); err != nil {
		return fmt.Errorf("%s:eks: cannot look up the log groups of an earlier cluster %s: %w", stacks.Project, p.name, err)
	}
	database := cfg.PhysicalNames("rds-")["instance"]
	if p.present.database, err = data.LookupDatabase(ctx, p.name, database, in); err != nil {
		return fmt.Errorf("%s:rds: cannot look up the database of %s: %w", stacks.Project, p.name, err)
	}
	if database != "" {
		p.present.adopted = p.present.database
	}
	if err := errors.Join(
		cfg.CheckStorageLimit(p.present.database.Allocated, p.present.database.Max), cfg.CheckDatabaseVersion(p.present.database.Version),
	); err != nil {
		return err
	}
	if err := warn(ctx, cfg.DatabaseUpgradeWarning(p.present.database.Version)); err != nil {
		return err
	}
	left := p.present.clusterLogs
	if !cfg.AdoptsDatabase() { // whose logs come with it, and are there in every later update, too
		left = slices.Concat(left, p.present.database.LeftLogs)
	}
	for _, group := range left {
		if err := warn(ctx, fmt.Sprintf("the log group %s is there already, from an earlier deployment: this one takes it over, "+
			"and CloudWatch Logs then deletes what is older than its retention", group)); err != nil {
			return err
		}
	}
	domain := cmp.Or(cfg.PhysicalNames("opensearch-")["domain"], p.name)
	search, err := data.LookupSearch(ctx, domain, in)
	if err != nil {
		return fmt.Errorf("%s:opensearch.version: cannot look up the version of the domain %s: %w", stacks.Project, domain, err)
	}
	if err := warn(ctx, cfg.SearchWarning(search.Version, search.Changing)); err != nil {
		return err
	}
	p.present.searchStays = cfg.SearchStays(search.Version, search.Changing)
	if err := cfg.CheckSearchVersion(search.Version); err != nil {
		return err
	}
	sent, err := edge.LookupSentGeneration(ctx, p.name, pulumi.Provider(p.Providers.Global))
	if err != nil {
		return fmt.Errorf("%s:cdn.originSecretGeneration: cannot look up the distribution of %s: %w", stacks.Project, p.name, err)
	}
	return cfg.CheckOriginSecret(sent)
}

// warn prints a warning; an empty one is none.
func warn(ctx *pulumi.Context, warning string) error {
	if warning == "" {
		return nil
	}
	return ctx.Log.Warn(warning, nil)
}
