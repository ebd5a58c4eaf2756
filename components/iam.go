package components

import (
	"encoding/json"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Conditions are the conditions of a statement: operator, key, accepted values.
type Conditions map[string]map[string][]string

// Statement is one statement of an IAM policy. It allows, unless it says that it denies.
type Statement struct {
	// Sid says in one word what the statement is for.
	Sid string
	// Deny forbids what is listed, whatever else allows it; only in resource policies.
	Deny bool
	// Services are the AWS services that may act; only in trust and resource policies.
	Services []string
	// Principals are the AWS principals that may act; only in trust and resource policies.
	Principals pulumi.StringArray
	// Actions are what is allowed.
	Actions []string
	// Resources are the ARNs it is allowed on; empty only in a trust policy.
	Resources pulumi.StringArray
	// Conditions narrow the statement. Optional.
	Conditions Conditions
}

// The shape that IAM reads. A struct, not a map, keeps the order of a policy people are used to.
type (
	policyDocument struct {
		Version   string
		Statement []policyStatement
	}
	policyStatement struct {
		Sid       string `json:",omitempty"`
		Effect    string
		Principal *policyPrincipal `json:",omitempty"`
		Action    []string
		Resource  []string   `json:",omitempty"`
		Condition Conditions `json:",omitempty"`
	}
	policyPrincipal struct {
		AWS     []string `json:",omitempty"`
		Service []string `json:",omitempty"`
	}
)

// policy is the JSON of the statements. It is known in a preview as soon as every resource in it is.
func policy(statements ...Statement) pulumi.StringOutput {
	names := pulumi.StringArray{}
	for _, s := range statements {
		names = append(append(names, s.Principals...), s.Resources...)
	}
	return names.ToStringArrayOutput().ApplyT(func(resolved []string) (string, error) {
		next := func(n int) (taken []string) {
			taken, resolved = resolved[:n], resolved[n:]
			return taken
		}
		document := policyDocument{Version: "2012-10-17"}
		for _, s := range statements {
			statement := policyStatement{Sid: s.Sid, Effect: "Allow", Action: s.Actions, Condition: s.Conditions}
			if s.Deny {
				statement.Effect = "Deny"
			}
			if principals := next(len(s.Principals)); len(s.Services)+len(principals) > 0 {
				statement.Principal = &policyPrincipal{AWS: principals, Service: s.Services}
			}
			statement.Resource = next(len(s.Resources))
			document.Statement = append(document.Statement, statement)
		}
		text, err := json.Marshal(document)
		return string(text), err
	}).(pulumi.StringOutput)
}

// trust lets an AWS service take a role.
func trust(service string, conditions Conditions) Statement {
	return Statement{Services: []string{service}, Actions: []string{"sts:AssumeRole"}, Conditions: conditions}
}

// trustOf lets an AWS service take a role, but only for one resource of the account.
func trustOf(l Location, service, resource string) Statement {
	return trust(service, Conditions{"StringEquals": {"aws:SourceAccount": {l.Account}, "aws:SourceArn": {resource}}})
}

// overTLSOnly refuses every call to the resources, by anybody, that is not encrypted on its way.
func overTLSOnly(action string, resources pulumi.StringArray) Statement {
	return Statement{
		Sid: "OverTLSOnly", Deny: true,
		Principals: arns("*"), Actions: []string{action}, Resources: resources,
		Conditions: Conditions{"Bool": {"aws:SecureTransport": {"false"}}},
	}
}

// arns are plain ARNs as the resources, or the principals, of a statement.
func arns(plain ...string) pulumi.StringArray { return pulumi.ToStringArray(plain) }

// roleArgs describes an IAM role.
type roleArgs struct {
	name        string      // physical name: fixed, so that who may pass the role can be limited by name
	description string      // what the role is for
	trust       Statement   // who may take it
	managed     []string    // managed policies, such as service-role/AmazonEBSCSIDriverPolicy
	statements  []Statement // what it may do beyond the managed policies
}

// role is an IAM role and the resources that give it its rights: who needs the rights depends on grants.
type role struct {
	*iam.Role
	grants []pulumi.Resource
}

// newRole creates a role with its rights. Its children are named after the role: name, name-<policy>.
func newRole(ctx *pulumi.Context, name string, location Location, args roleArgs, opts ...pulumi.ResourceOption) (*role, error) {
	created, err := iam.NewRole(ctx, name, &iam.RoleArgs{
		Name:                pulumi.String(args.name),
		Description:         pulumi.String(args.description),
		AssumeRolePolicy:    policy(args.trust),
		PermissionsBoundary: location.boundary(),
	}, opts...)
	if err != nil {
		return nil, err
	}
	r := &role{Role: created}
	for _, managed := range args.managed {
		attachment, err := iam.NewRolePolicyAttachment(ctx, name+"-"+lastSegment(managed), &iam.RolePolicyAttachmentArgs{
			Role:      created.Name,
			PolicyArn: pulumi.String(location.ManagedPolicy(managed)),
		}, opts...)
		if err != nil {
			return nil, err
		}
		r.grants = append(r.grants, attachment)
	}
	if len(args.statements) > 0 {
		inline, err := iam.NewRolePolicy(ctx, name+"-policy", &iam.RolePolicyArgs{
			Role:   created.Name,
			Policy: policy(args.statements...),
		}, opts...)
		if err != nil {
			return nil, err
		}
		r.grants = append(r.grants, inline)
	}
	return r, nil
}

// granted is the ARN of the role, for whoever uses it at once: it waits for the rights.
func (r *role) granted() pulumi.StringOutput {
	waits := []any{r.Arn}
	for _, grant := range r.grants {
		waits = append(waits, grant.URN())
	}
	return pulumi.All(waits...).ApplyT(func(resolved []any) string { return resolved[0].(string) }).(pulumi.StringOutput)
}

// checkRoleName notes a name that IAM does not take: 64 characters are its limit.
func checkRoleName(p *problems, role string) {
	p.require(len(role) <= 64, "role %s is %d characters long, must be 64 at most", role, len(role))
}
