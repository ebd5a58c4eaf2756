package compute

import (
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/internal/settings"
)

// MissingRoles asks IAM for roles by their names, and returns those that do not exist. It does not compare paths.
func MissingRoles(ctx *pulumi.Context, roles []settings.RoleARN, in pulumi.InvokeOption) (missing []settings.RoleARN, err error) {
	for _, role := range roles {
		_, err := iam.LookupRole(ctx, &iam.LookupRoleArgs{Name: role.Name()}, in)
		switch {
		// What the provider says of NoSuchEntity, and of nothing else (hashicorp/terraform-provider-aws, findRole in
		// internal/service/iam/role.go, 5.68, 6.13 and 6.34; NotFoundError of terraform-plugin-sdk 2.37, helper/retry/error.go).
		case err != nil && strings.Contains(err.Error(), "reading IAM Role ("+role.Name()+"): couldn't find resource"):
			missing = append(missing, role)
		case err != nil:
			return nil, err
		}
	}
	return missing, nil
}
