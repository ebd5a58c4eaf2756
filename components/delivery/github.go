package delivery

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codeconnections"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/internal/kit"
)

// GithubArgs are the arguments of Github.
type GithubArgs struct {
	// Name is the prefix of the connection: <Name>-github, 32 characters at most (the bound of CodeConnections).
	Name string
}

// Github is the connection of the account to GitHub, one for all repositories. It holds no token: AWS gets one of an
// hour for whoever may use it.
//
// It begins as PENDING, and AWS has no call that changes this: a person installs the GitHub app of AWS in the
// organisation and approves the connection, once, in the console of AWS. Until then nobody can use it.
type Github struct {
	pulumi.ResourceState

	// ConnectionArn is the connection.
	ConnectionArn pulumi.StringOutput `pulumi:"connectionArn"`
}

const connectionNameBound = 32 // of CodeConnections

// NewGithub creates the connection.
func NewGithub(ctx *pulumi.Context, name string, args *GithubArgs, opts ...pulumi.ResourceOption) (*Github, error) {
	c, b := &Github{}, &kit.Build{Ctx: ctx, Name: name}
	return c, b.Create(c, args, args.check, opts, func() error {
		connection, err := codeconnections.NewConnection(ctx, name+"-connection", &codeconnections.ConnectionArgs{
			Name:         pulumi.String(args.connectionName()),
			ProviderType: pulumi.String("GitHub"),
		}, b.Parent)
		if err != nil {
			return err
		}
		c.ConnectionArn = connection.Arn
		return nil
	})
}

// connectionName is the physical name of the connection.
func (a *GithubArgs) connectionName() string { return a.Name + "-github" }

func (a *GithubArgs) check(p *kit.Problems) {
	p.Require(len(a.connectionName()) <= connectionNameBound, "Name: the connection %s has %d characters, must be %d at most",
		a.connectionName(), len(a.connectionName()), connectionNameBound)
}
