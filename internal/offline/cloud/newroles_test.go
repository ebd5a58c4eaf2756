package cloud

import (
	"maps"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/offline/schema"
)

// namesRole are the names of inputs that take something of IAM.
var namesRole = regexp.MustCompile(`(?i)role(arn|name)?$|principalarn$|masteruserarn$|instanceprofile(\.(arn|name))?$`)

// roleInputs are the inputs of a type that take something of IAM, by name, and "" for principals.
func roleInputs(table *schema.Schema, known catalogue.Type) []string {
	var found []string
	var walk func(properties map[string]schema.Property, at string, depth int)
	walk = func(properties map[string]schema.Property, at string, depth int) {
		for name, property := range properties {
			path := at + name
			for property.Elem != nil && property.Kind == schema.Array {
				path, property = path+"[*]", *property.Elem
			}
			switch {
			case property.Kind == schema.Object && depth < 4:
				walk(table.Objects[property.Object], path+".", depth+1)
			case (property.Kind == schema.String || property.Kind == schema.Any) && namesRole.MatchString(path) && known.Name.Input != path:
				found = append(found, path)
			}
		}
	}
	walk(table.Resources[known.Token].Inputs, "", 0)
	if known.Policy.Principal == catalogue.Must {
		found = append(found, "")
	}
	return found
}

// The table has every input that takes something of IAM, and nothing else; each row has what AWS says, or why it says nothing.
func TestRoleUsesAreComplete(t *testing.T) {
	table, err := schema.Load()
	require.NoError(t, err)
	for _, known := range catalogue.Types {
		var listed []string
		for _, use := range roleUses[known.Token] {
			assert.NotEqual(t, use.says == "", use.why == "", "%s %v: one of says and why", known.Token, use.inputs)
			assert.Equal(t, use.why == notHere, use.source == "", "%s %v: a source", known.Token, use.inputs)
			switch {
			case len(use.inputs) == 0:
				listed = append(listed, "")
			case use.through == "":
				listed = append(listed, use.inputs...)
			}
		}
		assert.ElementsMatch(t, roleInputs(table, known), listed, known.Token)
	}
}

// The role, and where its rights are needed the policy, of a resource are known before the resource is there, if the provider asks again for
// long enough. Without it, AWS's answer ends the deployment.
func TestRolesThatAreNew(t *testing.T) {
	tests := map[string]struct {
		inputs func(c client) values
		says   string
	}{
		catalogue.BuildProject:    {client.projectInputs, "InvalidInputException: CodeBuild is not authorized to perform: sts:AssumeRole on service role"},
		catalogue.DeploymentGroup: {client.groupInputs, "InvalidRoleException"},
		catalogue.Pipeline:        {client.pipelineInputs, "InvalidStructureException: The pipeline role is not authorized to perform AssumeRole"},
	}
	for _, typ := range slices.Sorted(maps.Keys(tests)) {
		t.Run(typ, func(t *testing.T) {
			test := tests[typ]
			c := newClient(t)
			in := test.inputs(c)
			c.made(typ, "patient", in)
			awaited := c.cloud.Awaited()
			require.NotEmpty(t, awaited)
			assert.Equal(t, Awaited{urn(typ, "patient"), iamTakes}, awaited[len(awaited)-1])

			c = newClient(t)
			in = test.inputs(c)
			c.cloud.Hasty(typ)
			c.refused(typ, "hasty", in, test.says)
			c.refused(typ, "hasty", in, "is known after 10s, and the provider asks again for 0s")
		})
	}
}

// What IAM takes longer for than the provider asks again ends a deployment, which is five minutes for a deployment group and two for a build.
func TestProviderAsksAgainForSomeMinutes(t *testing.T) {
	for takes, fails := range map[time.Duration][]string{
		2 * time.Minute: nil, 2*time.Minute + 1: {catalogue.BuildProject}, 5*time.Minute + 1: {catalogue.BuildProject, catalogue.DeploymentGroup},
	} {
		for typ, inputs := range map[string]func(client) values{catalogue.BuildProject: client.projectInputs, catalogue.DeploymentGroup: client.groupInputs} {
			c := newClient(t)
			c.cloud.iamTakes = takes
			_, err := c.create(typ, "late", inputs(c))
			assert.Equal(t, slices.Contains(fails, typ), err != nil, "%s after %s: %v", typ, takes, err)
		}
	}
}

// OpenSearch refuses a policy that names a role which it does not know yet, and of this policy the provider does not ask again. It takes one of
// the account with the role in a condition.
func TestSearchPolicyOfARoleThatIsNew(t *testing.T) {
	record, err := OpenRecord("")
	require.NoError(t, err)
	c := connect(t, start(t, record, nil), "aws", account, region)
	domain, _ := c.made(catalogue.SearchDomain, "search", searchInputs(c.network()))
	old := c.role("old")
	policy := func(principal string) values {
		return values{"domainName": "legops-prod", "accessPolicies": allows(values{"AWS": principal}, domain+"/*")}
	}
	c = connect(t, start(t, record, nil), "aws", account, region) // a later update
	created := c.role("app")
	c.refused(catalogue.SearchDomainPolicy, "policy", policy(created),
		"InvalidTypeException: Error setting policy: app is known after 10s, and the provider asks again for 0s")
	id, _ := c.made(catalogue.SearchDomainPolicy, "policy", policy(old))
	require.ErrorContains(t, c.update(catalogue.SearchDomainPolicy, "policy", id, policy(created)), "InvalidTypeException: Error setting policy")
	require.NoError(t, c.update(catalogue.SearchDomainPolicy, "policy", id, policy("arn:aws:iam::"+account+":root")))
}
