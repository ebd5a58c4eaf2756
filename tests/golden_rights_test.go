package tests

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/checkout"
	"legops/internal/recorder"
	"legops/internal/registered"
	"legops/stacks"
)

// TestGoldenRights compares what the program gives to every role of every stack, and who may take it, with the reviewed text of
// golden/rights.yaml: make golden. What of it IAM lets through is a matter of the proof of permissions, which asks some roles in each run.
func TestGoldenRights(t *testing.T) {
	all := given{applications: map[string][]string{}, of: map[string]map[string]map[string]map[string][]string{}}
	for _, stack := range stackNames {
		all.applications[stack] = slices.Sorted(slices.Values(applicationNames(t, stack)))
		all.collect(t, config(t, stack), registered.Real(t, root, stack))
	}
	text := `# What the policies of each role say, who may take the role (trusted), and what AWS adds to it (attached). docs/testing.md says how to read
# this; make golden writes it.
` + yamlText(all.document(t))
	path := filepath.Join("golden", "rights.yaml")
	if os.Getenv("UPDATE_GOLDEN") != "" {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return
	}
	if diff := cmp.Diff(strings.Split(checkout.Read(t, path), "\n"), strings.Split(text, "\n")); diff != "" {
		t.Errorf("%s is not what the program gives (-golden +program); if that is meant, run make golden:\n%s", path, diff)
	}
}

// given are the statements of all roles.
type given struct {
	// applications are those of each stack.
	applications map[string][]string
	// of are the statements by role, policy and their text, each with the stacks that have it by application, by "" where the role is of none.
	of map[string]map[string]map[string]map[string][]string
}

func (all given) add(stack, application, role, policy string, statement any) {
	text, err := json.Marshal(statement)
	if err != nil {
		panic(err)
	}
	if all.of[role] == nil {
		all.of[role] = map[string]map[string]map[string][]string{}
	}
	if all.of[role][policy] == nil {
		all.of[role][policy] = map[string]map[string][]string{}
	}
	has := all.of[role][policy][string(text)]
	if has == nil {
		has = map[string][]string{}
		all.of[role][policy][string(text)] = has
	}
	has[application] = append(has[application], stack)
}

// collect adds what a stack registers.
func (all given) collect(t *testing.T, cfg *stacks.Config, r *recorder.Recorder) {
	t.Helper()
	type owner struct{ role, application string }
	owners := map[string]owner{}
	for _, role := range r.OfType(catalogue.Role) {
		application := ""
		for _, name := range all.applications[r.Stack] {
			if regexp.MustCompile(`-` + name + `(-|$)`).MatchString(role.Name()) {
				application = name
			}
		}
		form := formOf(cfg, r.Stack, application)
		o := owner{form(role.Name()).(string), application}
		owners[role.Text("name")] = o
		assert.Nil(t, role.Get("inlinePolicies"), "%s: rights of a role are policies of their own", role.URN)
		assert.Nil(t, role.Get("managedPolicyArns"), "%s: rights of a role are policies of their own", role.URN)
		for _, statement := range statementsOf(t, role, "assumeRolePolicy") {
			all.add(r.Stack, application, o.role, "trusted", form(statement))
		}
		if boundary := role.Text("permissionsBoundary"); boundary != "" {
			all.add(r.Stack, application, o.role, "boundary", form(boundary))
		}
	}
	require.NotEmpty(t, owners)
	for _, policy := range slices.Concat(r.OfType(catalogue.RolePolicy), r.OfType(catalogue.RolePolicyAttachment)) {
		o, known := owners[policy.Text("role")]
		require.True(t, known, "%s: there is no role %s", policy.URN, policy.Text("role"))
		form := formOf(cfg, r.Stack, o.application)
		if policy.Type == catalogue.RolePolicyAttachment {
			all.add(r.Stack, o.application, o.role, "attached", form(policy.Text("policyArn")))
			continue
		}
		for _, statement := range statementsOf(t, policy, "policy") {
			all.add(r.Stack, o.application, o.role, form(policy.Name()).(string), form(statement))
		}
	}
}

// statementsOf are the statements of a policy.
func statementsOf(t *testing.T, r recorder.Resource, input string) []any {
	t.Helper()
	var document struct{ Statement []any }
	require.NoError(t, json.Unmarshal([]byte(r.Text(input)), &document), r.URN)
	require.NotEmpty(t, document.Statement, r.URN)
	return document.Statement
}

// digest matches the folder of the scripts of delivery, which is named by what is in them.
var digest = regexp.MustCompile(`delivery/[0-9a-f]{12}/`)

// formOf writes texts as they are in every stack and for every application: with placeholders for the names of one. Buckets and folders in
// them that have the name of an application keep it, since others may use them.
func formOf(cfg *stacks.Config, stack, application string) func(any) any {
	prefix := project + "-" + stack
	folder := prefix + "-" + application // of which CodePipeline keeps twenty characters
	words := strings.NewReplacer("/"+folder[:min(len(folder), 20)]+"/", "/{stack}-"+anyApplication+"/", prefix, "{stack}", cfg.Account, "{account}")
	own := regexp.MustCompile(`(arn:aws:s3:::[^/]*/|\{account\}-|[-/:]|^)` + regexp.QuoteMeta(application) + `([-/:*]|$)`)
	kept := regexp.MustCompile(`^(arn:|\{account\}-|` + regexp.QuoteMeta(application) + `/)`)
	var form func(any) any
	form = func(value any) any {
		switch value := value.(type) {
		case string:
			text := digest.ReplaceAllString(words.Replace(value), "delivery/{digest}/")
			if application == "" {
				return text
			}
			return own.ReplaceAllStringFunc(text, func(found string) string {
				if kept.MatchString(found) {
					return found
				}
				return strings.Replace(found, application, anyApplication, 1)
			})
		case []any:
			for i := range value {
				value[i] = form(value[i])
			}
		case map[string]any:
			formed := map[string]any{}
			for key := range value {
				formed[form(key).(string)] = form(value[key])
			}
			return formed
		}
		return value
	}
	return form
}

// document are the rights as they are written: a statement that not all have, and what is no statement, says who does.
func (all given) document(t *testing.T) map[string]any {
	t.Helper()
	roles := map[string]any{}
	for role, policies := range all.of {
		written := map[string]any{}
		for policy, statements := range policies {
			var list []any
			for _, text := range slices.Sorted(maps.Keys(statements)) {
				var statement any
				require.NoError(t, json.Unmarshal([]byte(text), &statement))
				who := all.holders(statements[text])
				if fields, is := statement.(map[string]any); is && who != "" {
					fields["has"] = who
				} else if who != "" {
					statement = map[string]any{fmt.Sprint(statement): who}
				}
				list = append(list, statement)
			}
			written[policy] = list
		}
		roles[role] = written
	}
	return roles
}

// holders say which applications in which stacks have something, "" of all.
func (all given) holders(has map[string][]string) string {
	where := map[string][]string{} // applications by stacks
	for application, in := range has {
		text := strings.Join(in, ", ")
		if len(in) == len(stackNames) {
			text = "every stack"
		}
		where[text] = append(where[text], application)
	}
	var parts []string
	for _, in := range slices.Sorted(maps.Keys(where)) {
		slices.Sort(where[in])
		who := strings.Join(where[in], ", ")
		if !slices.ContainsFunc(has[where[in][0]], func(stack string) bool { return !slices.Equal(all.applications[stack], where[in]) }) {
			who = "every application"
		}
		parts = append(parts, strings.TrimPrefix(who+" in "+in, " "))
	}
	text := strings.Join(parts, "; ")
	if text == "every application in every stack" || text == "in every stack" {
		return ""
	}
	return text
}
