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
	// Roles are the ARNs of the roles that may use the domain. Outputs of the roles, not plain text: AWS refuses a
	// principal that does not exist.
	Roles pulumi.StringArray
}

// OpenSearchAccess is who may send requests to a domain: these roles, beside the master role, which has the right
// itself. It is apart from OpenSearch because the roles come later. What a role may do there is for the domain to say.
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
				Sid:        "UseDomain",
				Principals: args.Roles,
				Actions:    searchVerbs, // as in Use: whatever either of the two allows is allowed
				Resources:  pulumi.StringArray{pulumi.Sprintf("%s/*", args.DomainArn)},
			}),
		}, b.Parent)
		return err
	})
}

func (a *OpenSearchAccessArgs) check(p *kit.Problems) {
	p.Require(len(a.Roles) > 0, "Roles is empty")
	for i, role := range a.Roles {
		p.Require(role != nil, "Roles[%d] is missing", i)
		if plain, ok := role.(pulumi.String); ok {
			requireRoles(p, "Roles", []string{string(plain)})
		}
	}
}
