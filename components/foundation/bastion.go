package foundation

import (
	_ "embed"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
)

// BastionArgs are the arguments of Bastion.
type BastionArgs struct {
	components.Instance

	// Name is the prefix of physical names: <project>-<stack>.
	Name string
	// Location is the region and account of the instance. Its subnets are the public ones.
	Location components.Location
	// PostgresVersion is the major version of the database that its psql is for, such as 17.
	PostgresVersion string
}

// Bastion is an instance in a public subnet from which administrators reach what is private: the database, the search
// domain and the cluster's endpoint. Nothing reaches it: there is no inbound rule, no key pair and no SSH. Session
// Manager opens a shell on it, or a port through it, for whoever IAM lets do so, and CloudTrail says who did. It has no
// rights of its own beyond that.
//
// It is an Auto Scaling group of one, so that it comes back by itself, in the other zone if need be, and is never older
// than a month.
type Bastion struct {
	pulumi.ResourceState

	// GroupName is the name of the Auto Scaling group; its instance carries the name <Name>-bastion.
	GroupName pulumi.StringOutput `pulumi:"groupName"`
	// SecurityGroupID is the group of the instance. It has no rules of its own.
	SecurityGroupID pulumi.StringOutput `pulumi:"securityGroupId"`
}

// NewBastion creates the group and what its instance is.
func NewBastion(ctx *pulumi.Context, name string, args *BastionArgs, opts ...pulumi.ResourceOption) (*Bastion, error) {
	c, b := &Bastion{}, &kit.Build{Ctx: ctx, Name: name}
	return c, b.Create(c, args, args.check, opts, func() error {
		described := args.instance()
		rights, err := kit.NewInstanceRole(ctx, name, described, b.Parent)
		if err != nil {
			return err
		}
		made, err := kit.NewInstance(ctx, name, described, rights, nil, b.Parent)
		if err != nil {
			return err
		}
		c.GroupName, c.SecurityGroupID = made.Group.Name, made.SecurityGroup.ID().ToStringOutput()
		return nil
	})
}

func (a *BastionArgs) check(p *kit.Problems) {
	kit.CheckInstance(p, a.Instance)
}

func (a *BastionArgs) instance() kit.InstanceArgs {
	return kit.InstanceArgs{
		Instance:    a.Instance,
		Name:        a.Name + "-bastion",
		Description: "Bastion of " + a.Name,
		Location:    a.Location,
		// Outwards only: without an address of its own it could not reach Session Manager where no interface endpoint
		// is, since NAT is for private subnets.
		Public:   true,
		UserData: kit.UserData(bastionScript, a.Instance, "@POSTGRES@", a.PostgresVersion),
	}
}

// bastionScript installs the tools for the database and the cluster.
//
//go:embed bastion.sh
var bastionScript string
