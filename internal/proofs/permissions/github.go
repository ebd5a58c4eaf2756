package permissions

import (
	"fmt"
	"maps"
	"slices"
)

// token are the claims of a token of GitHub that a role's trust policy could look at, of a job of this repository on main in an
// environment. The changes are name, value, name, value; an empty value says that the token lacks the claim.
func token(environment string, changes ...string) map[string]string {
	claims := map[string]string{
		"aud": "sts.amazonaws.com", "repository": "legops/platform", "repository_id": repositoryID, "ref": "refs/heads/main", "environment": environment,
		"sub": "repo:legops/platform:environment:" + environment, "actor": "somebody", "actor_id": "7",
		"workflow": "deploy", "job_workflow_ref": "legops/platform/.github/workflows/deploy.yml@refs/heads/main", "enterprise_id": "",
	}
	for i := 0; i < len(changes); i += 2 {
		claims[changes[i]] = changes[i+1]
	}
	context := map[string]string{}
	for name, value := range claims {
		context[gitHub+":"+name] = value
	}
	return context
}

// environments are the environments of GitHub whose jobs may take the roles; %s is the stack.
var environments = map[string]string{"preview": "%s-preview", "deploy": "%s"}

// job is a job of GitHub Actions that asks for a role.
type job struct {
	name string
	// token is what its token says, given the environment of the role.
	token func(environment string) map[string]string
	// may says whether it gets the role, also without the id of the repository in the trust policy.
	may bool
}

// jobs ask for the roles of the template.
var jobs = []job{
	{"a job on main in the environment", func(e string) map[string]string { return token(e) }, true},
	{"the same, of a repository made since July 2026", func(e string) map[string]string { return token(e, "sub", "repo:legops@1/platform@42:environment:"+e) }, true},
	{"a job on another branch, in the environment", func(e string) map[string]string { return token(e, "ref", "refs/heads/feature") }, false},
	{"a pull request", func(string) map[string]string {
		return token("", "ref", "refs/pull/1/merge", "sub", "repo:legops/platform:pull_request")
	}, false},
	{"a pull request, in the environment", func(e string) map[string]string { return token(e, "ref", "refs/pull/1/merge") }, false},
	{"a fork's pull request", func(string) map[string]string {
		return token("", "ref", "refs/pull/1/merge", "repository", "mallory/platform", "repository_id", "666", "sub", "repo:mallory/platform:pull_request")
	}, false},
	{"a fork's own workflow", func(e string) map[string]string {
		return token(e, "repository", "mallory/platform", "repository_id", "666", "sub", "repo:mallory/platform:environment:"+e)
	}, false},
	{renamed, func(e string) map[string]string { return token(e, "repository_id", "666") }, false},
	{"another repository of the organization", func(e string) map[string]string {
		return token(e, "repository", "legops/portal", "repository_id", "43", "sub", "repo:legops/portal:environment:"+e)
	}, false},
	{"a tag named main", func(e string) map[string]string { return token(e, "ref", "refs/tags/main") }, false},
	{"main without an environment", func(string) map[string]string { return token("", "sub", "repo:legops/platform:ref:refs/heads/main") }, false},
	{"main in another environment", func(string) map[string]string { return token("staging") }, false},
	{"main in the environment of another stack", func(e string) map[string]string {
		other := "dev"
		if e == "dev" || e == "dev-preview" {
			other = "prod"
		}
		return token(other)
	}, false},
	{"a token for another audience", func(e string) map[string]string { return token(e, "aud", "https://github.com/legops") }, false},
	{"a token whose subject names another repository", func(e string) map[string]string { return token(e, "sub", "repo:mallory/platform:environment:"+e) }, false},
	{"a token without a subject", func(e string) map[string]string { return token(e, "sub", "") }, false},
}

// renamed is a job that only the id keeps out, which the account of a repository gives to the template.
const renamed = "a repository of the same name, made later, where the template was given the id"

// gitHubJobs asks which jobs may take the roles of the template, and returns what is not as it has to be.
func (w *World) gitHubJobs(e *Evaluator) (wrong []string, asked int, err error) {
	var questions []Question
	var of []string
	var may []bool
	for _, role := range slices.Sorted(maps.Keys(environments)) {
		p := w.role(role)
		for _, j := range jobs {
			for _, trust := range []*Policy{p.Trust, w.withoutID[role]} {
				for _, provider := range []string{gitHub, "token.actions.example.com"} {
					if j.name == renamed && trust != p.Trust {
						continue
					}
					q := Question{
						Principal: "arn:aws:iam::" + w.Account + ":oidc-provider/" + provider, Action: "sts:AssumeRoleWithWebIdentity", Resource: p.ARN, Account: w.Account,
						Policy: trust.Name, Context: j.token(fmt.Sprintf(environments[role], w.Stack)),
					}
					questions, of, may = append(questions, q), append(of, trust.Name+": "+j.name+", of "+provider), append(may, j.may && provider == gitHub)
				}
			}
		}
	}
	answers, err := e.Ask(questions)
	if err != nil {
		return nil, 0, err
	}
	for i, a := range answers {
		if a.Error != "" || a.Allowed() != may[i] {
			wrong = append(wrong, fmt.Sprintf("%s: %s%s%s, and must be %t", of[i], a.Result, a.Error, prefixed(" if ", a.If), may[i]))
		}
	}
	return wrong, len(questions), nil
}
