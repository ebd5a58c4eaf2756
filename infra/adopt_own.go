package infra

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/data"
	"legops/components/foundation"
	"legops/internal/adoption"
	"legops/stacks"
)

// own is what the stack can have made in a place of a kind.
type own struct {
	// find is its id or name, other than what is adopted there; empty if there is none. It is asked by the names that the program gives.
	find func(ctx *pulumi.Context, p *Platform, a stacks.Adopted, in pulumi.InvokeOption) (string, error)
	// fix is what to do in place of the adoption.
	fix string
}

const (
	fixData    = "remove this; or, if nobody needs what the stack has, keep a copy of that and delete it by hand first"
	fixNetwork = "remove this; or take the stack down first, see docs/runbooks/destroy-account.md"
	fixKey     = "remove this: what is under the stack's key could not be read any more"
	fixGroup   = "remove this: the database is in the stack's group"
)

// owns are the kinds. Of those that are not here nothing is lost: a repository has the name of the stack's own one or cannot be adopted, and a
// certificate holds nothing, and goes after all that uses it has got the other one.
var owns = map[*adoption.Kind]own{
	adoption.Vpc: {fix: fixNetwork, find: func(ctx *pulumi.Context, p *Platform, a stacks.Adopted, in pulumi.InvokeOption) (string, error) {
		return foundation.LookupOwnNetwork(ctx, p.name, a.ID, in)
	}},
	adoption.Subnet: {fix: fixNetwork, find: func(ctx *pulumi.Context, p *Platform, a stacks.Adopted, in pulumi.InvokeOption) (string, error) {
		return foundation.LookupOwnSubnet(ctx, p.subnetName(a), a.ID, in)
	}},
	adoption.Bucket: {fix: fixData, find: func(ctx *pulumi.Context, p *Platform, a stacks.Adopted, in pulumi.InvokeOption) (string, error) {
		return data.LookupOwnBucket(ctx, p.name, p.location, within(a, "storage"), in)
	}},
	adoption.Queue: {fix: fixData, find: func(ctx *pulumi.Context, p *Platform, a stacks.Adopted, in pulumi.InvokeOption) (string, error) {
		return data.LookupOwnQueue(ctx, p.name, within(a, "queues"), in)
	}},
	adoption.Key: {fix: fixKey, find: func(ctx *pulumi.Context, p *Platform, a stacks.Adopted, in pulumi.InvokeOption) (string, error) {
		return foundation.LookupOwnKey(ctx, p.name, within(a, "encryption"), in)
	}},
	adoption.LogGroup: {fix: fixData, find: func(ctx *pulumi.Context, p *Platform, a stacks.Adopted, in pulumi.InvokeOption) (string, error) {
		return data.LookupOwnLog(ctx, p.name, within(a, "rds-log"), in)
	}},
	adoption.Database: {fix: fixData, find: func(ctx *pulumi.Context, p *Platform, _ stacks.Adopted, in pulumi.InvokeOption) (string, error) {
		found, err := data.LookupDatabase(ctx, p.name, "", in)
		if err != nil || found.Version == "" {
			return "", err
		}
		return data.DatabaseIdentifier(p.name, ""), nil
	}},
	adoption.SubnetGroup: {fix: fixGroup, find: func(ctx *pulumi.Context, p *Platform, _ stacks.Adopted, in pulumi.InvokeOption) (string, error) {
		found, err := data.LookupDatabase(ctx, p.name, "", in)
		return found.SubnetGroup, err
	}},
	adoption.ParameterGroup: {fix: fixGroup, find: func(ctx *pulumi.Context, p *Platform, _ stacks.Adopted, in pulumi.InvokeOption) (string, error) {
		found, err := data.LookupDatabase(ctx, p.name, "", in)
		return found.ParameterGroup, err
	}},
	adoption.SearchDomain: {fix: fixData, find: func(ctx *pulumi.Context, p *Platform, _ stacks.Adopted, in pulumi.InvokeOption) (string, error) {
		found, err := data.LookupSearch(ctx, p.name, in)
		if err != nil || found.Version == "" {
			return "", err
		}
		return p.name, nil
	}},
}

// within is the name of an adopted resource within its component, such as documents of storage-documents.
func within(a stacks.Adopted, component string) string {
	return strings.TrimPrefix(a.Name, component+"-")
}

// refuseOwn refuses to adopt anything where the stack has made one of its own that holds something or is used by what does. The engine would import the
// other and delete the stack's own: its protection stops no deletion of what is replaced (pulumi/pkg v3.250.0, resource/deploy/step.go:
// DeleteStep.Apply).
func (p *Platform) refuseOwn(ctx *pulumi.Context, adopted map[string]stacks.Adopted) error {
	var failed []error
	for _, name := range slices.Sorted(maps.Keys(adopted)) {
		a := adopted[name]
		kind, is := owns[a.Kind]
		if !is {
			continue
		}
		switch found, err := kind.find(ctx, p, a, pulumi.Provider(p.in(a.Region))); {
		case err != nil:
			failed = append(failed, errors.New(a.Problem(fmt.Sprintf("whether the stack has made a %s of its own cannot be read: %v", a.What, err),
				"let the role that deploys read it").String()))
		case found != "" && found != a.ID && found != a.Physical():
			failed = append(failed, errors.New(a.Problem(fmt.Sprintf("the stack has a %s already, %s, which the update would delete", a.What, found), kind.fix).String()))
		}
	}
	return errors.Join(failed...)
}
