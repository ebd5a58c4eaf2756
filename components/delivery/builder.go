package delivery

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
)

// BuilderArgs are the arguments of Builder.
type BuilderArgs struct {
	// Name is the prefix of physical names: <project>-<stack>.
	Name string
	// Application is whose builds they are.
	Application string
	// Location is the region and account of the builds.
	Location components.Location
}

// Builder is who builds one application: the service role of its CodeBuild project, without rights. It is there before
// the project, because the policy of the repository it pushes to has to name it; Pipeline makes the project, and gives
// the role its rights.
type Builder struct {
	pulumi.ResourceState

	// RoleArn and RoleName are the role.
	RoleArn  pulumi.StringOutput `pulumi:"roleArn"`
	RoleName pulumi.StringOutput `pulumi:"roleName"`
}

// NewBuilder creates the role.
func NewBuilder(ctx *pulumi.Context, name string, args *BuilderArgs, opts ...pulumi.ResourceOption) (*Builder, error) {
	c, b := &Builder{}, &kit.Build{Ctx: ctx, Name: name}
	return c, b.Create(c, args, args.check, opts, func() error {
		project := buildProjectName(args.Name, args.Application)
		created, err := kit.NewRole(ctx, name, args.Location, kit.RoleArgs{
			Name:        project,
			Description: fmt.Sprintf("Builds of %s", args.Application),
			Trust:       trustOf(args.Location, "codebuild.amazonaws.com", args.Location.ARN("codebuild", "project/"+project)),
		}, b.Parent)
		if err != nil {
			return err
		}
		c.RoleArn, c.RoleName = created.Arn, created.Name
		return nil
	})
}

func (a *BuilderArgs) check(p *kit.Problems) {
	kit.CheckRoleName(p, buildProjectName(a.Name, a.Application))
}

// buildProjectName is the CodeBuild project that builds an application, and its role.
func buildProjectName(name, application string) string {
	return fmt.Sprintf("%s-build-%s", name, application)
}
