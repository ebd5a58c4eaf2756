package stacks

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"

	"legops/internal/settings"
)

// declared is an application as Pulumi.yaml declares it, with members beside the required ones.
func declared(name string, members map[string]any) map[string]any {
	a := map[string]any{"name": name, "path": "/" + name, "port": 8080}
	maps.Copy(a, members)
	return a
}

// What is nearer to an application wins, member by member; settings are joined.
func TestTheNearestWins(t *testing.T) {
	whole := map[string]any{"minReplicas": 2, "maxReplicas": 3, "cpu": "100m", "memory": "512Mi", "settings": map[string]any{"A": "declared", "B": "declared"}}
	for _, c := range []struct {
		name     string
		declared map[string]any
		tuning   map[string]any // nil for none
		want     settings.Tunable
	}{
		{"nobody tunes it", whole, nil, settings.Tunable{MinReplicas: 2, MaxReplicas: 3, CPU: "100m", Memory: "512Mi", Settings: map[string]string{"A": "declared", "B": "declared"}}},
		{"an empty tuning", whole, map[string]any{}, settings.Tunable{MinReplicas: 2, MaxReplicas: 3, CPU: "100m", Memory: "512Mi", Settings: map[string]string{"A": "declared", "B": "declared"}}},
		{
			"all", whole,
			map[string]any{"all": map[string]any{"maxReplicas": 9, "memory": "1Gi", "settings": map[string]any{"A": "all", "C": "all"}}},
			settings.Tunable{MinReplicas: 2, MaxReplicas: 9, CPU: "100m", Memory: "1Gi", Settings: map[string]string{"A": "all", "B": "declared", "C": "all"}},
		},
		{
			"one application", whole,
			map[string]any{"applications": map[string]any{"sample": map[string]any{"minReplicas": 3, "cpu": "200m", "settings": map[string]any{"B": "its own"}}}},
			settings.Tunable{MinReplicas: 3, MaxReplicas: 3, CPU: "200m", Memory: "512Mi", Settings: map[string]string{"A": "declared", "B": "its own"}},
		},
		{
			"both", whole,
			map[string]any{
				"all":          map[string]any{"minReplicas": 4, "maxReplicas": 9, "cpu": "300m", "memory": "1Gi", "settings": map[string]any{"A": "all", "B": "all"}},
				"applications": map[string]any{"sample": map[string]any{"minReplicas": 5, "memory": "2Gi", "settings": map[string]any{"B": "its own"}}},
			},
			settings.Tunable{MinReplicas: 5, MaxReplicas: 9, CPU: "300m", Memory: "2Gi", Settings: map[string]string{"A": "all", "B": "its own"}},
		},
		{
			"another application", whole,
			map[string]any{"applications": map[string]any{"other": map[string]any{"minReplicas": 3, "cpu": "200m", "settings": map[string]any{"B": "of the other"}}}},
			settings.Tunable{MinReplicas: 2, MaxReplicas: 3, CPU: "100m", Memory: "512Mi", Settings: map[string]string{"A": "declared", "B": "declared"}},
		},
		{
			"the tuning alone says it", nil,
			map[string]any{
				"all":          map[string]any{"minReplicas": 2, "maxReplicas": 4, "memory": "1Gi"},
				"applications": map[string]any{"sample": map[string]any{"cpu": "200m"}},
			},
			settings.Tunable{MinReplicas: 2, MaxReplicas: 4, CPU: "200m", Memory: "1Gi", Settings: map[string]string{}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			tuning := any(absent{})
			if c.tuning != nil {
				tuning = c.tuning
			}
			config := loaded(t, "dev", set("applications", []any{declared("other", whole), declared("sample", c.declared)}), set("tuning", tuning),
				set("cdn.staticPaths", []any{}))
			if diff := cmp.Diff(c.want, config.Applications[1].Tunable); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Each stack file tunes what Pulumi.yaml declares.
func TestStackFilesAreTuned(t *testing.T) {
	for account, want := range map[string][]settings.Tunable{
		"dev": {
			{MinReplicas: 2, MaxReplicas: 3, CPU: "100m", Memory: "512Mi", Settings: map[string]string{"LOG_LEVEL": "debug", "SESSION_MINUTES": "30"}},
			{MinReplicas: 2, MaxReplicas: 3, CPU: "200m", Memory: "1Gi", Settings: map[string]string{"LOG_LEVEL": "debug", "PAGE_SIZE": "50"}},
		},
		"test": {
			{MinReplicas: 2, MaxReplicas: 6, CPU: "250m", Memory: "512Mi", Settings: map[string]string{"LOG_LEVEL": "info", "SESSION_MINUTES": "30"}},
			{MinReplicas: 2, MaxReplicas: 6, CPU: "500m", Memory: "1Gi", Settings: map[string]string{"LOG_LEVEL": "info", "PAGE_SIZE": "50"}},
		},
		"prod": {
			{MinReplicas: 3, MaxReplicas: 12, CPU: "250m", Memory: "512Mi", Settings: map[string]string{"LOG_LEVEL": "warn", "SESSION_MINUTES": "30"}},
			{MinReplicas: 3, MaxReplicas: 12, CPU: "500m", Memory: "1Gi", Settings: map[string]string{"LOG_LEVEL": "warn", "PAGE_SIZE": "50"}},
		},
	} {
		config := loaded(t, account)
		if diff := cmp.Diff(want, []settings.Tunable{config.Applications[0].Tunable, config.Applications[2].Tunable}); diff != "" {
			t.Errorf("portal and matters in %s (-want +got):\n%s", account, diff)
		}
	}
}

func TestTuningIsRefused(t *testing.T) {
	const size = ", and legops:tuning does not say it: add a Kubernetes quantity such as "
	checkMistakes(t, []mistake{
		{"nobody says it", "dev", []edit{drop("tuning"), drop("applications[3].cpu"), drop("applications[4].memory")}, append(
			append(missingReplicas(0, 1, 2),
				"legops:applications[3].cpu: missing"+size+"250m, here or to legops:tuning.all of the stack file"),
			append(append(missingReplicas(3),
				"legops:applications[4].maxReplicas: missing, and legops:tuning does not say it: add a whole number of 2 to 100, here or to legops:tuning.all of the stack file",
				"legops:applications[4].memory: missing"+size+"512Mi, here or to legops:tuning.all of the stack file",
				"legops:applications[4].minReplicas: missing, and legops:tuning does not say it: add a whole number of 2 to 100, here or to legops:tuning.all of the stack file"),
				missingReplicas(5, 6, 7, 8)...)...,
		)},
		{"an application that is not there", "dev", []edit{set("tuning.applications.portl", map[string]any{}), set("tuning.applications.billing", map[string]any{"cpu": "1"})}, []string{
			"legops:tuning.applications.billing: billing: no such application: remove it, or add it to legops:applications",
			"legops:tuning.applications.portl: portl: no such application: did you mean portal?",
		}},
		{"an application that is renamed", "dev", []edit{set("applications[2].name", "cases"), set("applications[2].path", "/cases")}, []string{
			"legops:applications[0].calls[1]: matters: no such application: add it to legops:applications",
			"legops:tuning.applications.matters: matters: no such application: remove it, or add it to legops:applications",
		}},
		{"settings", "dev", []edit{
			set("tuning.all.settings.DATABASE_HOST", "elsewhere"), set("tuning.all.settings.log-level", "x"), set("tuning.all.settings.SMTP_PASSWORD", "hunter2"),
			set("tuning.applications.search.settings", map[string]any{"API_KEY": "x", "PORT": "1"}),
			set("applications[8].settings.API_KEY", "y"),
		}, []string{
			"legops:applications[8].settings.API_KEY: its name is that of a credential, and everybody who reads this file can read settings: name a secret in legops:applications[8].secrets and enter its value in Secrets Manager",
			"legops:tuning.all.settings.DATABASE_HOST: elsewhere: the platform sets this variable itself: rename or remove it",
			"legops:tuning.all.settings.SMTP_PASSWORD: its name is that of a credential, and everybody who reads this file can read settings: name a secret in the secrets of those of legops:applications that need it and enter its value in Secrets Manager",
			"legops:tuning.all.settings.log-level: not the name of an environment variable: write capital letters, digits and underscores, such as LOG_LEVEL",
			"legops:tuning.applications.search.settings.API_KEY: its name is that of a credential, and everybody who reads this file can read settings: name a secret in the secrets of search in legops:applications and enter its value in Secrets Manager",
			"legops:tuning.applications.search.settings.PORT: 1: the platform sets this variable itself: rename or remove it",
		}},
		{"replicas of all", "dev", []edit{set("tuning.all.maxReplicas", 2), set("tuning.all.minReplicas", 3)}, []string{
			"legops:tuning.all.minReplicas: 3: above maxReplicas, which is 2: lower minReplicas or raise maxReplicas",
		}},
		{"replicas in two places", "prod", []edit{set("tuning.applications", map[string]any{"portal": map[string]any{"maxReplicas": 2}, "search": map[string]any{"minReplicas": 13}})}, []string{
			"legops:tuning.all.minReplicas: 3: above maxReplicas of portal, which is 2 (legops:tuning.applications.portal.maxReplicas): lower minReplicas or raise maxReplicas",
			"legops:tuning.applications.search.minReplicas: 13: above maxReplicas of search, which is 12 (legops:tuning.all.maxReplicas): lower minReplicas or raise maxReplicas",
		}},
		{"replicas that the tuning corrects", "prod", []edit{set("applications[0].minReplicas", 50), set("applications[0].maxReplicas", 40)}, nil},
		{"replicas of the declaration", "prod", []edit{drop("tuning.all.minReplicas"), drop("tuning.all.maxReplicas"), set("applications", []any{
			declared("portal", map[string]any{"minReplicas": 5, "maxReplicas": 4, "cpu": "1", "memory": "1Gi"}),
		})}, []string{
			"legops:applications[0].minReplicas: 5: above maxReplicas, which is 4: lower minReplicas or raise maxReplicas",
		}},
		{"unknown members", "dev", []edit{
			set("tuning.al", map[string]any{}), set("tuning.all.replicas", 3), set("tuning.applications.search.path", "/find"), set("tuning.applications.matters.memry", "1Gi"),
		}, []string{
			"legops:tuning.al: unknown key: did you mean all?",
			"legops:tuning.all.replicas: unknown key: remove it; the keys here are cpu, maxReplicas, memory, minReplicas, settings",
			"legops:tuning.applications.matters.memry: unknown key: did you mean memory?",
			"legops:tuning.applications.search.path: unknown key: remove it; the keys here are cpu, maxReplicas, memory, minReplicas, settings, workers",
		}},
		{"misspelled, so what it says is not missing as well", "dev", []edit{drop("tuning.all"), set("tuning.al", map[string]any{"minReplicas": 2})}, []string{
			"legops:tuning.al: unknown key: did you mean all?",
		}},
		{"malformed", "dev", []edit{
			set("tuning.all.minReplicas", 1), set("tuning.all.maxReplicas", 101), set("tuning.all.cpu", "half"), set("tuning.applications.search", map[string]any{"memory": "1GB"}),
			set("tuning.applications.matters", nil), set("tuning.applications.documents.settings", map[string]any{"PAGES": 5}),
		}, []string{
			"legops:tuning.all.cpu: half: malformed: write a Kubernetes quantity such as 250m",
			"legops:tuning.all.maxReplicas: 101: above the maximum of 100: write a whole number of 2 to 100",
			"legops:tuning.all.minReplicas: 1: below the minimum of 2: write a whole number of 2 to 100",
			"legops:tuning.applications.documents.settings.PAGES: 5: must be text, is a whole number: write text",
			"legops:tuning.applications.matters: null: must be a mapping, is empty: write a mapping",
			"legops:tuning.applications.search.memory: 1GB: malformed: write a Kubernetes quantity such as 512Mi",
		}},
		{"a list, as elsewhere", "dev", []edit{set("tuning", []any{})}, []string{"legops:tuning: []: must be a mapping, is a list: write a mapping"}},
		{"no applications at all", "dev", []edit{drop("applications")}, []string{"legops:applications: missing: add a list of at least 1 to Pulumi.yaml"}},
	})
}

// missingReplicas are the problems of applications of which nobody says how many pods they have.
func missingReplicas(of ...int) (all []string) {
	for _, i := range of {
		for _, member := range []string{"maxReplicas", "minReplicas"} {
			all = append(all, full(element("applications", i))+"."+member+
				": missing, and legops:tuning does not say it: add a whole number of 2 to 100, here or to legops:tuning.all of the stack file")
		}
	}
	return all
}

// The rules see what there will be: a tuning can make pods too large for the nodes, and what it lowers is not refused for what is declared.
func TestRulesSeeTheTunedApplications(t *testing.T) {
	checkMistakes(t, []mistake{
		{"too many pods", "prod", []edit{set("tuning.all.minReplicas", 12), set("eks.nodes.maxSizePerZone", 2)}, []string{
			"legops:eks.nodes.maxSizePerZone: 2: applications and ingress at their minReplicas, and add-ons, each with a release's surge of a tenth (rounded up), and a run of each scheduled job request 23920m CPU, " +
				"48700 MiB and 75 pods per zone: 8 nodes of 3440m CPU, 13889 MiB and 52 pods: set it to 8 or more, let pods request less, or choose larger instance types",
		}},
		{"declared too large, tuned", "dev", []edit{set("applications[0].cpu", "64")}, nil},
	})
}

// The last line of the error names the file of keys that are not in the stack file.
func TestHint(t *testing.T) {
	const hint = "\n(legops:applications is in Pulumi.yaml, unless the stack file has a list of its own)"
	for _, c := range []struct {
		e    edit
		want bool
	}{
		{set("applications[0].port", 1), true}, {drop("applications"), true}, {set("tuning.all.cpu", "x"), false}, {set("tuning.applications.x", map[string]any{}), false},
	} {
		values := stackValues(t, "dev")
		apply(t, values, c.e)
		_, err := Load(Project, values)
		if err == nil || strings.HasSuffix(err.Error(), hint) != c.want {
			t.Errorf("%s: hint %v, want %v: %v", c.e.key, !c.want, c.want, err)
		}
	}
}

// A project as small as possible, and a stack file.
func TestReadFileTakesInTheProject(t *testing.T) {
	read := func(project, stack string) (map[string]string, error) {
		dir := t.TempDir()
		for name, text := range map[string]string{"Pulumi.yaml": project, "Pulumi.dev.yaml": stack} {
			if text == "" {
				continue
			}
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return ReadFile(filepath.Join(dir, "Pulumi.dev.yaml"))
	}
	const project = `
name: legops
config:
  legops:region: {type: string, default: us-east-1}
  legops:applications: {type: array, items: {type: object}, default: [{name: portal, port: 8080, settings: {A: "01"}}]}
  deletionProtection: {type: boolean, default: false}
  legops:account: {type: string}
  other:number: {value: 7}
  plain: {default: text}
`
	for name, c := range map[string]struct {
		stack string
		want  map[string]string
	}{
		"nothing of its own": {"config: {}", map[string]string{
			"legops:region": "us-east-1", "legops:applications": `[{"name":"portal","port":8080,"settings":{"A":"01"}}]`, "legops:deletionProtection": "false",
			"other:number": "7", "legops:plain": "text",
		}},
		"values of its own": {"config: {legops:region: us-west-2, legops:applications: [], legops:deletionProtection: true, other:number: 8, legops:plain: ''}", map[string]string{
			"legops:region": "us-west-2", "legops:applications": "[]", "legops:deletionProtection": "true", "other:number": "8", "legops:plain": "",
		}},
	} {
		got, err := read(project, c.stack)
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
	for _, c := range [][2]string{{"", "Pulumi.yaml: no such file"}, {"config: [", "Pulumi.yaml: yaml:"}} {
		if _, err := read(c[0], "config: {}"); err == nil || !strings.Contains(err.Error(), c[1]) {
			t.Errorf("%q: %v, want %s", c[0], err, c[1])
		}
	}
}

// The list of a stack file stands for that of the project, as Pulumi has it.
func TestAListOfItsOwn(t *testing.T) {
	config := loaded(t, "prod", set("applications", []any{declared("sample", map[string]any{"cpu": "1", "memory": "1Gi"})}))
	if names := applicationNames(config); !slices.Equal(names, []string{"sample"}) || config.Applications[0].MinReplicas != 3 {
		t.Errorf("want sample with the tuning of all, got %v", config.Applications)
	}
}

// An editor checks the applications of Pulumi.yaml, and leaves the rest of it alone.
func TestProjectSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("project.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../Pulumi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, refused string }{
		{"", "", ""}, {"name: legops", "name: legops\nmain: src", ""},
		{"port: 8080", "prt: 8080", "additional properties 'prt' not allowed"},
		{"memory: 512Mi", "memory: 512MB", "does not match pattern"},
		{"path: /matters\n", "paths: /matters\n", "missing property 'path'"},
	} {
		var document any
		if err := yaml.Unmarshal([]byte(strings.Replace(string(text), c.old, c.new, 1)), &document); err != nil {
			t.Fatal(err)
		}
		err := schema.Validate(document)
		if c.refused == "" && err != nil || c.refused != "" && (err == nil || !strings.Contains(err.Error(), c.refused)) {
			t.Errorf("%s: %v, want %q", c.new, err, c.refused)
		}
	}
	if first, _, _ := strings.Cut(string(text), "\n"); first != "# yaml-language-server: $schema=stacks/project.schema.json" {
		t.Errorf("Pulumi.yaml does not name its schema: %s", first)
	}
}
