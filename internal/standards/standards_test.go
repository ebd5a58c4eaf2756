package standards

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"legops/internal/catalogue"
	"legops/internal/checkout"
	"legops/internal/model"
	"legops/internal/offline/schema"
)

// healthy is a stack that breaks no rule, anew for every caller.
func healthy(t *testing.T) []*model.Resource {
	t.Helper()
	var written []struct {
		Type, Name string
		Protect    bool
		Retain     bool
		Refers     map[string][]string
		Inputs     map[string]any
	}
	require.NoError(t, yaml.Unmarshal([]byte(checkout.Read(t, "testdata/healthy.yaml")), &written))
	table, err := schema.Load()
	require.NoError(t, err)
	var all []*model.Resource
	for _, w := range written {
		r := &model.Resource{URN: urn(w.Type, w.Name), Type: w.Type, Protect: w.Protect, RetainOnDelete: w.Retain, PropertyDependencies: map[string][]resource.URN{}}
		if policy, ok := w.Inputs[Policies[w.Type]].(map[string]any); ok {
			w.Inputs[Policies[w.Type]] = document(t, policy)
		}
		r.Inputs = decoded(t, w.Inputs)
		if _, takes := table.Resources[w.Type].Inputs["tags"]; takes && strings.HasPrefix(w.Type, "aws:") {
			r.Inputs["tags"] = map[string]any{"Project": "legops", "Environment": production, "Owner": "platform", "CostCenter": "operations"}
		}
		for property, names := range w.Refers {
			for _, name := range names {
				for _, other := range written {
					if other.Name == name {
						r.PropertyDependencies[property] = append(r.PropertyDependencies[property], urn(other.Type, name))
					}
				}
			}
		}
		all = append(all, r)
	}
	return all
}

func urn(typ, name string) resource.URN {
	return resource.NewURN("prod", "legops", "", tokens.Type(typ), name)
}

// document is a value as JSON text.
func document(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return string(text)
}

// decoded is a value as the engine's JSON has it.
func decoded(t *testing.T, value map[string]any) map[string]any {
	t.Helper()
	inputs := map[string]any{}
	text := strings.ReplaceAll(document(t, value), `"?"`, `"`+model.Unknown+`"`)
	require.NoError(t, json.Unmarshal([]byte(text), &inputs))
	if inputs == nil {
		inputs = map[string]any{}
	}
	return inputs
}

func TestHealthyStackBreaksNoRule(t *testing.T) {
	resources := healthy(t)
	assert.Empty(t, check(model.NewGraph(resources), production, Rules, nil))
	looked := Looked(model.NewGraph(resources), production)
	for _, rule := range Rules {
		if in(rule.In, production) {
			assert.NotZero(t, looked[rule.ID], "%s looks at nothing", rule.ID)
		}
	}
}

// What is too large says which key of the stack file it is, and in which file more is allowed.
func TestSizesSayWhereMoreIsAllowed(t *testing.T) {
	for _, rule := range Rules {
		if !strings.HasSuffix(rule.ID, "-SIZE") {
			continue
		}
		assert.Contains(t, rule.Fix, "set legops:", rule.ID)
		_, file, _ := strings.Cut(rule.Fix, "allow more in internal/standards/")
		text, err := os.ReadFile(file)
		require.NoError(t, err, rule.ID)
		assert.Contains(t, string(text), `ID: "`+rule.ID+`"`)
	}
}

// Every rule finds each of its settings missing or unknown, unless its want says otherwise, and each of its companions missing.
func TestRulesMissWhatIsNotThere(t *testing.T) {
	for _, rule := range Rules {
		for _, s := range rule.Settings {
			if !in(s.In, production) || !in(rule.In, production) {
				continue
			}
			for value, found := range map[any]bool{nil: !s.Want.met(nil), model.Unknown: !s.Want.unknownPasses} {
				resources := healthy(t)
				r := first(t, resources, s.Type)
				put(t, r, strings.ReplaceAll(s.Path, "[*]", "[0]"), value)
				assert.Equal(t, found, breaks(check(model.NewGraph(resources), production, Rules, nil), rule.ID, r), "%s %s %v", rule.ID, s.Path, value)
			}
		}
		for _, c := range rule.Companions {
			if !in(rule.In, production) {
				continue
			}
			resources := healthy(t)
			r := first(t, resources, c.Type)
			left := slices.DeleteFunc(resources, func(other *model.Resource) bool { return other.Type == c.Needs })
			assert.True(t, breaks(check(model.NewGraph(left), production, Rules, nil), rule.ID, r), "%s without %s", rule.ID, c.Needs)
		}
	}
}

func breaks(findings []Finding, rule string, r *model.Resource) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return f.Rule == rule && f.URN == r.URN })
}

// first is the first resource of a type.
func first(t *testing.T, resources []*model.Resource, typ string) *model.Resource {
	t.Helper()
	i := slices.IndexFunc(resources, func(r *model.Resource) bool { return r.Type == typ })
	require.GreaterOrEqual(t, i, 0, "no %s", typ)
	return resources[i]
}

// put sets an input by path, or removes it.
func put(t *testing.T, r *model.Resource, path string, value any) {
	t.Helper()
	parsed, err := resource.ParsePropertyPath(path)
	require.NoError(t, err)
	inputs := resource.NewPropertyValue(r.Inputs)
	if value == nil {
		parsed.Delete(inputs)
	} else {
		changed, ok := parsed.Add(inputs, resource.NewPropertyValue(value))
		require.True(t, ok, "%s %s", r.URN, path)
		inputs = changed
	}
	r.Inputs = inputs.Mappable().(map[string]any)
}

var (
	ruleID  = regexp.MustCompile(`^[A-Z][A-Z0-9]*(-[A-Z]+)+$|^TAGS$|^PROTECTED$`)
	control = regexp.MustCompile(`^[A-Z][A-Za-z0-9]+\.\d+( \(CIS v5\.0 \d+\.\d+(\.\d+)?\))?$`)
)

func TestRulesSayWhatTheyAre(t *testing.T) {
	ids := map[string]bool{}
	for _, rule := range Rules {
		assert.Regexp(t, ruleID, rule.ID)
		assert.False(t, ids[rule.ID], "%s is twice", rule.ID)
		ids[rule.ID] = true
		assert.NotEmpty(t, rule.What, rule.ID)
		assert.NotEmpty(t, rule.Reason, rule.ID)
		assert.NotEmpty(t, rule.LooksAt(), rule.ID)
		assert.Equal(t, rule.Check != nil, len(rule.Types) > 0, "%s: Check looks at Types", rule.ID)
		for _, source := range strings.FieldsFunc(rule.Source, func(r rune) bool { return r == ',' || r == ';' }) {
			source = strings.TrimSpace(source)
			assert.True(t, control.MatchString(source) || strings.HasPrefix(source, own), "%s: %q is no source", rule.ID, source)
		}
	}
	for _, typ := range allowedTypes {
		assert.Equal(t, 1, len(slices.DeleteFunc(slices.Clone(allowedTypes), func(other string) bool { return other != typ })), "%s is twice", typ)
	}
	for _, e := range Exceptions {
		assert.True(t, ids[e.Rule], "%s: no rule", e.Rule)
		assert.NotEmpty(t, e.Reason, e.Rule)
		_, err := time.Parse(time.DateOnly, e.Date)
		assert.NoError(t, err, "%s %s", e.Rule, e.Resource)
		_, err = filepath.Match(e.Resource, "")
		assert.NoError(t, err, "%s %s", e.Rule, e.Resource)
	}
}

func TestExceptions(t *testing.T) {
	spoiled := func() []*model.Resource {
		resources := healthy(t)
		put(t, first(t, resources, catalogue.Subnet), "mapPublicIpOnLaunch", true)
		return resources
	}
	for name, c := range map[string]struct {
		exception Exception
		excused   bool
		unused    bool
	}{
		"by name":               {Exception{Rule: "SUBNET-PUBLIC", Resource: "network-public-use1-az6"}, true, false},
		"by pattern":            {Exception{Rule: "SUBNET-PUBLIC", Resource: "network-*"}, true, false},
		"by problem":            {Exception{Rule: "SUBNET-PUBLIC", Resource: "*", About: "mapPublicIpOnLaunch"}, true, false},
		"of another problem":    {Exception{Rule: "SUBNET-PUBLIC", Resource: "*", About: "cidr"}, false, true},
		"of another rule":       {Exception{Rule: "VPC-FLOW", Resource: "network-*"}, false, true},
		"of another resource":   {Exception{Rule: "SUBNET-PUBLIC", Resource: "storage-*"}, false, true},
		"here":                  {Exception{Rule: "SUBNET-PUBLIC", Resource: "*", Environments: []string{test, production}}, true, false},
		"elsewhere":             {Exception{Rule: "SUBNET-PUBLIC", Resource: "*", Environments: []string{development}}, false, false},
		"from an unread policy": {Exception{Rule: "IAM-EVERYTHING", Resource: "registry-portal-policy", About: "Sid"}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			found := check(model.NewGraph(spoiled()), production, Rules, []Exception{c.exception})
			excused, unused := false, false
			for _, f := range found {
				if f.Rule == Unused {
					unused = true
					assert.Equal(t, c.exception.Resource, f.Resource)
					continue
				}
				assert.Equal(t, "SUBNET-PUBLIC", f.Rule)
				excused = excused || f.Exception != nil
			}
			assert.Equal(t, c.excused, excused, found)
			assert.Equal(t, c.unused, unused, found)
		})
	}
}

// Descriptions of the stack file name rules for what production demands.
func TestSchemaNamesRules(t *testing.T) {
	text := checkout.Read(t, "../../stacks/stack.schema.json")
	named := regexp.MustCompile(`production has a minimum, ([A-Z0-9-]+) of docs/standards.md`).FindAllStringSubmatch(text, -1)
	assert.GreaterOrEqual(t, len(named), 4)
	for _, name := range named {
		assert.True(t, slices.ContainsFunc(Rules, func(r Rule) bool { return r.ID == name[1] }), name[1])
	}
}

// A rule of a group may count if a later one blocks by its label, and not if that counts, comes first or is about another.
func TestWhatBlocksByLabel(t *testing.T) {
	group := func(priority int) map[string]any {
		return map[string]any{
			"name": "common", "priority": float64(priority), "overrideAction": map[string]any{"none": map[string]any{}},
			"statement": map[string]any{"managedRuleGroupStatement": map[string]any{"ruleActionOverrides": []any{
				map[string]any{"name": "CrossSiteScripting_BODY", "actionToUse": map[string]any{"count": map[string]any{}}},
			}}},
		}
	}
	labels := func(action, key string) map[string]any {
		return map[string]any{
			"name": "bodies", "priority": 5.0, "action": map[string]any{action: map[string]any{}},
			"statement": map[string]any{"andStatement": map[string]any{"statements": []any{
				map[string]any{"orStatement": map[string]any{"statements": []any{map[string]any{"labelMatchStatement": map[string]any{"scope": "LABEL", "key": key}}}}},
				map[string]any{"notStatement": map[string]any{}},
			}}},
		}
	}
	const label = "awswaf:managed:aws:core-rule-set:CrossSiteScripting_Body"
	for name, c := range map[string]struct {
		rules []any
		want  []string
	}{
		"blocked later":      {[]any{group(1), labels("block", label)}, nil},
		"nothing later":      {[]any{group(1)}, []string{"rule common does not block for CrossSiteScripting_BODY"}},
		"blocked earlier":    {[]any{labels("block", label), group(6)}, []string{"rule common does not block for CrossSiteScripting_BODY"}},
		"of another rule":    {[]any{group(1), labels("block", "awswaf:managed:aws:core-rule-set:GenericLFI_Body")}, []string{"rule common does not block for CrossSiteScripting_BODY"}},
		"only counted later": {[]any{group(1), labels("count", label)}, []string{"rule common does not block for CrossSiteScripting_BODY", "rule bodies has action.count: it has to block"}},
	} {
		assert.Equal(t, c.want, onlyCounts(nil, &model.Resource{Inputs: map[string]any{"rules": c.rules}}), name)
	}
}
