package cloud

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
)

func TestTrustPolicies(t *testing.T) {
	service := values{"Service": "eks.amazonaws.com"}
	trust := func(statement values) string {
		all := values{"Effect": "Allow", "Principal": service, "Action": "sts:AssumeRole"}
		for path, value := range statement {
			set(all, path, value)
		}
		return statementOf(all)
	}
	policy := func(text any, want string) mistake { return sets("assumeRolePolicy", text, want) }
	refuses(t, catalogue.Role, func(client) values { return values{"name": "service", "assumeRolePolicy": trustPolicy} }, map[string]mistake{
		"no JSON":                policy("{", "MalformedPolicyDocument: assumeRolePolicy: unexpected end"),
		"no version":             policy(`{"Statement":[{}]}`, `Version is "", must be 2012-10-17`),
		"an old version":         policy(strings.Replace(trustPolicy, "2012-10-17", "2008-10-17", 1), `Version is "2008-10-17"`),
		"no statement":           policy(jsonOf(values{"Version": "2012-10-17"}), "it has no Statement"),
		"no effect":              policy(trust(values{"Effect": "Maybe"}), `Effect is "Maybe"`),
		"no action":              policy(trust(values{"Action": nil}), "it has no Action"),
		"nobody":                 policy(trust(values{"Principal": nil}), "it has no Principal"),
		"a resource":             policy(trust(values{"Resource": "*"}), "it must not have a Resource"),
		"a principal of no form": policy(trust(values{"Principal": values{"AWS": "platform"}}), `invalid principal "platform"`),
		"a role that is none":    policy(trust(values{"Principal": values{"AWS": "arn:aws:iam::111111111111:role/legops-dev-nobody"}}), "role/legops-dev-nobody does not exist"),
		"too long":               policy(trust(values{"Sid": strings.Repeat("a", 2048)}), "the limit is 2048"),
	})
}

// Who may be a principal without being made here: accounts, other accounts' roles, roles of services, and those that
// people keep, whose names do not begin with project and stack.
func TestPrincipalsFromOutside(t *testing.T) {
	c := newClient(t)
	for i, principal := range []any{
		"*", "111111111111", "arn:aws:iam::111111111111:root", "arn:aws:iam::222222222222:role/other",
		"arn:aws:iam::111111111111:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling", "arn:aws:iam::111111111111:role/platform", "arn:aws:iam::222222222222:role/legops-dev-other", c.role("legops-dev-here"),
	} {
		_, err := c.create(catalogue.Key, fmt.Sprint(i), values{"policy": allows(values{"AWS": principal}, "*")})
		assert.NoError(t, err, principal)
	}
}

func TestIdentityPolicies(t *testing.T) {
	may := func(sid, resource string) string {
		return statementOf(values{"Sid": sid, "Effect": "Allow", "Action": "s3:*", "Resource": resource})
	}
	refuses(t, catalogue.RolePolicy, func(c client) values {
		c.role("app")
		return values{"role": "app", "name": "policy", "policy": may("A", "*")}
	}, map[string]mistake{
		"for somebody": sets("policy", allows("*", "*"), "it must not have a Principal"),
		"on nothing":   sets("policy", statementOf(values{"Effect": "Allow", "Action": "s3:*"}), "it has no Resource"),
		"no role":      sets("role", "nobody", "NotFound: role nobody"),
		"too long":     sets("policy", may(strings.Repeat("a", 10240), "*"), "the quota is 10240"),
		"too long together": {func(c client, in values) {
			c.made(catalogue.RolePolicy, "first", values{"role": "app", "name": "first", "policy": may(strings.Repeat("a", 9000), "*")})
			in["policy"] = may(strings.Repeat("a", 2000), "*")
		}, "the inline policies of app would have"},
	})
	refuses(t, catalogue.IamPolicy, func(client) values { return values{"name": "policy", "policy": may("A", "*")} }, map[string]mistake{
		"too long": sets("policy", may(strings.Repeat("a", 6144), "*"), "the limit is 6144"),
	})
}

// A policy may come as a value, too.
func TestPolicyAsValue(t *testing.T) {
	c := newClient(t)
	statement := values{"Effect": "Allow", "Principal": values{"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole"}
	_, err := c.create(catalogue.Role, "a", values{"name": "a", "assumeRolePolicy": values{"Version": "2012-10-17", "Statement": statement}})
	require.NoError(t, err)
	c.refused(catalogue.Role, "b", values{"name": "b", "assumeRolePolicy": values{"Version": "2012-10-17"}}, "it has no Statement")
}

// Every service that keeps a policy checks it.
func TestAllPoliciesAreChecked(t *testing.T) {
	for typ, inputs := range map[string]func(c client) values{
		catalogue.Key:               func(client) values { return values{"policy": "{}"} },
		catalogue.VpcEndpoint:       func(c client) values { return values{"vpcId": c.vpc(), "policy": "{}"} },
		catalogue.Secret:            func(client) values { return values{"name": "a", "policy": "{}"} },
		catalogue.LogResourcePolicy: func(client) values { return values{"policyName": "a", "policyDocument": "{}"} },
		catalogue.Queue:             func(client) values { return values{"name": "a", "policy": "{}"} },
		catalogue.QueuePolicy:       func(c client) values { return values{"queueUrl": c.queue("a", false), "policy": "{}"} },
		catalogue.ImageRepositoryPolicy: func(c client) values {
			c.made(catalogue.ImageRepository, "a", values{"name": "aa"})
			return values{"repository": "aa", "policy": "{}"}
		},
		catalogue.BackupVaultPolicy: func(c client) values {
			c.made(catalogue.BackupVault, "a", values{"name": "aa"})
			return values{"backupVaultName": "aa", "policy": "{}"}
		},
		catalogue.SearchDomain: func(c client) values {
			in := searchInputs(c.network())
			in["accessPolicies"] = "{}"
			return in
		},
		catalogue.SearchDomainPolicy: func(c client) values {
			c.made(catalogue.SearchDomain, "search", searchInputs(c.network()))
			return values{"domainName": "legops-prod", "accessPolicies": "{}"}
		},
	} {
		c := newClient(t)
		c.refused(typ, "thing", inputs(c), `Version is "", must be 2012-10-17`, typ)
	}
}
