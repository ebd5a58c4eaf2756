package cloud

import (
	"testing"

	"legops/internal/catalogue"
)

// serviceRole makes a role that a service may take, and that may do some things with everything.
func (c client) serviceRole(name, service string, actions ...any) string {
	_, role := c.made(catalogue.Role, name, values{"name": name, "assumeRolePolicy": statementOf(values{
		"Effect": "Allow", "Principal": values{"Service": service + ".amazonaws.com"}, "Action": "sts:AssumeRole",
	})})
	if len(actions) > 0 {
		c.made(catalogue.RolePolicy, name, values{"role": name, "name": "policy", "policy": statementOf(values{"Effect": "Allow", "Action": actions, "Resource": "*"})})
	}
	return role["arn"].(string)
}

// A role may use a connection by a managed policy, too: by one made here, or by one of AWS, which is believed.
func TestRightsByManagedPolicies(t *testing.T) {
	c := newClient(t)
	in := c.projectInputs()
	in["serviceRole"] = c.serviceRole("managed", "codebuild")
	may := func(actions ...any) string {
		return statementOf(values{"Effect": "Allow", "Action": actions, "Resource": "*"})
	}
	other, _ := c.made(catalogue.IamPolicy, "other", values{"name": "other", "policy": may("s3:*")})
	c.made(catalogue.RolePolicyAttachment, "other", values{"role": "managed", "policyArn": other})
	c.refused(catalogue.BuildProject, "project", in, "OAuthProviderException")
	own, _ := c.made(catalogue.IamPolicy, "own", values{"name": "own", "policy": may("codeconnections:Get*")})
	c.made(catalogue.RolePolicyAttachment, "own", values{"role": "managed", "policyArn": own})
	c.made(catalogue.BuildProject, "project", in)

	c = newClient(t)
	in = c.projectInputs()
	in["serviceRole"] = c.serviceRole("managed", "codebuild")
	c.made(catalogue.RolePolicyAttachment, "admin", values{"role": "managed", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"})
	c.made(catalogue.BuildProject, "project", in)
}

// The boundary of the program's own roles is there before the program; any other policy has to be.
func TestBoundaryIsTakenAsGiven(t *testing.T) {
	c := newClient(t)
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":["ec2.amazonaws.com"]},"Action":["sts:AssumeRole"]}]}`
	bounded := func(boundary string) values {
		return values{"name": "r-" + boundary, "assumeRolePolicy": trust, "permissionsBoundary": "arn:aws:iam::111111111111:policy/" + boundary}
	}
	c.made(catalogue.Role, "bounded", bounded("legops-dev-boundary"))
	for _, other := range []string{"legops-prod-boundary", "wider"} {
		c.refused(catalogue.Role, "other", bounded(other), "NotFound: permissionsBoundary arn:aws:iam::111111111111:policy/"+other)
	}
}
