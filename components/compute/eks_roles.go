package compute

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/internal/kit"
	"legops/internal/settings"
)

// MissingRoles asks IAM for roles by their names, and returns those that do not exist. It does not compare paths.
func MissingRoles(ctx *pulumi.Context, roles []settings.RoleARN, in pulumi.InvokeOption) (missing []settings.RoleARN, err error) {
	for _, role := range roles {
		_, err := iam.LookupRole(ctx, &iam.LookupRoleArgs{Name: role.Name()}, in)
		switch {
		case kit.NotFound(err, "reading IAM Role ("+role.Name()+")"):
			missing = append(missing, role)
		case err != nil:
			return nil, err
		}
	}
	return missing, nil
}
