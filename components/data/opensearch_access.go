package data

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/opensearch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
)

// OpenSearchAccessArgs are the arguments of OpenSearchAccess.
type OpenSearchAccessArgs struct {
	// DomainName and DomainArn are the domain.
	DomainName pulumi.StringInput
	DomainArn  pulumi.StringInput
	// Location is the account of the roles.
	Location components.Location
	// Roles are the names of the roles that may use the domain. They need not exist yet.
	Roles []string
}

// OpenSearchAccess is who may send requests to a domain: these roles, as far as their own policies let them, beside the master role. What a
// role may do there is for the domain to say.
type OpenSearchAccess struct {
	pulumi.ResourceState
}

// NewOpenSearchAccess creates the access policy of the domain.
func NewOpenSearchAccess(ctx *pulumi.Context, name string, args *OpenSearchAccessArgs, opts ...pulumi.ResourceOption) (*OpenSearchAccess, error) {
	c, b := &OpenSearchAccess{}, &kit.Build{Ctx: ctx, Name: name}
	return c, b.Create(c, args, args.check, opts, func() error {
		_, err := opensearch.NewDomainPolicy(ctx, name+"-policy", &opensearch.DomainPolicyArgs{
			DomainName: args.DomainName,
			AccessPolicies: kit.Policy(components.Statement{
				Sid: "UseDomain",
				// Not the roles as principals: OpenSearch refuses a role that it does not know yet ("InvalidTypeException: Error setting
				// policy", cloudposse/terraform-aws-elasticsearch issue 57), and of this resource the provider does not ask again
				// (terraform-provider-aws 6.13, internal/service/opensearch/domain_policy.go). It would also go on naming a role that was
				// deleted, when another with its name has come. OpenSearch takes all global conditions but aws:PrincipalTag (its Developer
				// Guide, Identity and Access Management, Policy element reference).
				Principals: kit.ARNs(args.Location.Root()),
				Conditions: components.Conditions{"ArnEquals": {"aws:PrincipalArn": args.arns()}},
				Actions:    searchVerbs, // as in Use
				Resources:  pulumi.StringArray{pulumi.Sprintf("%s/*", args.DomainArn)},
			}),
		}, b.Parent)
		return err
	})
}

// arns are the ARNs of the roles.
func (a *OpenSearchAccessArgs) arns() (arns []string) {
	for _, role := range a.Roles {
		arns = append(arns, a.Location.Role(role))
	}
	return arns
}

func (a *OpenSearchAccessArgs) check(p *kit.Problems) {
	p.Require(len(a.Roles) > 0, "Roles is empty")
	requireRoles(p, "Roles", a.arns())
}
