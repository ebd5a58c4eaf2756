package catalogue

// Resource types of Identity and Access Management.
const (
	Role                  = "aws:iam/role:Role"
	RolePolicy            = "aws:iam/rolePolicy:RolePolicy"
	RolePolicyAttachment  = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
	IamPolicy             = "aws:iam/policy:Policy"
	InstanceProfile       = "aws:iam/instanceProfile:InstanceProfile"
	OpenIDConnectProvider = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
)

var _ = add(accountWide([]Type{
	{Token: Role, ID: "{name}", ARN: "arn:{partition}:iam::{account}:role{path}{name}",
		Name:    Name{Input: "name", Form: form(`^[\w+=,.@-]{1,64}$`)},
		Policy:  Policy{Input: "assumeRolePolicy", Principal: Must, Resource: MustNot, Limit: 2048},
		InUseBy: []string{RolePolicy, RolePolicyAttachment, InstanceProfile},
		Quota:   Quota{Limit: 1000}, Box: "vpc", Inert: true},
	{
		Token: RolePolicy, ID: "{role}:{name}",
		Name:   Name{Input: "name", Form: form(`^[\w+=,.@-]{1,128}$`), Within: "role"},
		Policy: Policy{Input: "policy", Principal: MustNot, Resource: Must}, // the limit is of all inline policies of a role together
		Links:  []Link{{"role", Role}}, Box: "vpc", Inert: true,
	},
	{Token: RolePolicyAttachment, ID: "{role}-{policyArn}", Links: []Link{{"role", Role}},
		Quota: Quota{Limit: 10, Per: "role"}, Box: "vpc", Inert: true},
	{Token: IamPolicy, ID: "arn:{partition}:iam::{account}:policy{path}{name}",
		Name:    Name{Input: "name", Form: form(`^[\w+=,.@-]{1,128}$`)},
		Policy:  Policy{Input: "policy", Principal: MustNot, Resource: Must, Limit: 6144},
		InUseBy: []string{RolePolicyAttachment},
		Quota:   Quota{Limit: 1500}, Box: "vpc", Inert: true},
	{Token: InstanceProfile, ID: "{name}", ARN: "arn:{partition}:iam::{account}:instance-profile{path}{name}",
		Name: Name{Input: "name", Form: form(`^[\w+=,.@-]{1,128}$`)}, Links: []Link{{"role", Role}}, Quota: Quota{Limit: 1000}, Box: "deployer", Inert: true},
	{Token: OpenIDConnectProvider, ID: "{hex32}", Box: "cluster", Inert: true},
}))
