package catalogue_test

import (
	"maps"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/checkout"
	"legops/internal/model"
	"legops/internal/offline/schema"
)

// Pure data: whatever else reads it, it reads nothing of the project.
func TestCatalogueImportsNothingOfTheProject(t *testing.T) {
	listed, err := exec.Command("go", "list", "-deps", ".").Output()
	require.NoError(t, err)
	var ours []string
	for _, path := range strings.Fields(string(listed)) {
		if strings.HasPrefix(path, "legops/") {
			ours = append(ours, path)
		}
	}
	assert.Equal(t, []string{"legops/internal/catalogue"}, ours)
}

// Every preview and update starts the program, and loading the catalogue takes ten milliseconds.
func TestTheProgramDoesNotLoadTheCatalogue(t *testing.T) {
	listed, err := exec.Command("go", "list", "-deps", "legops").Output()
	require.NoError(t, err)
	assert.Contains(t, string(listed), "legops/stacks")
	assert.NotContains(t, string(listed), "legops/internal/catalogue")
}

// missing are the facts that an entry does not state.
func missing(known *catalogue.Type, inputs map[string]schema.Property) []string {
	var all []string
	need := func(is bool, what string) {
		if !is {
			all = append(all, what)
		}
	}
	_, takesName := inputs["name"]
	need(known.ID != "", "ID: the form of its id")
	need(known.Name.Input != "" || !takesName || known.Name.Unnamed != "", "Name: how it may be called, or why name is no name of its own")
	aws := strings.HasPrefix(known.Token, "aws:")
	need(aws && known.Provider() != nil || !aws && known.Replaces != nil, "Provider: what the schema of its provider says, from make provider; of a type of another provider, Replaces")
	need(known.Box != "", "Box: its place in the picture")
	need(known.Restarts != nil || known.Failure == "" && !known.HoldsData(), "Restarts: what its changes interrupt, or that no such change is known")
	if !known.Inert {
		need(known.Holds != "", "Holds: the data in it, or Nothing")
		need(known.Failure != "" || known.Unwatched != "", "Failure, so that an alarm has to look at it, or Unwatched: why none does")
		need(known.Costs != "", "Costs: what it costs by, or Free")
	}
	return all
}

// Everything that the stacks register is described.
func TestEveryTypeOfTheStacksIsDescribed(t *testing.T) {
	table, err := schema.Load()
	require.NoError(t, err)
	registered := map[string]bool{}
	previews, err := filepath.Glob("../../tests/golden/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, previews)
	for _, preview := range previews {
		for _, token := range regexp.MustCompile(`\b(?:aws|kubernetes|random):[a-z0-9.]+/\w+:\w+`).FindAllString(checkout.Read(t, preview), -1) {
			registered[token] = true
		}
	}
	require.Greater(t, len(registered), 100)
	for _, token := range slices.Sorted(maps.Keys(registered)) {
		assert.Empty(t, missing(catalogue.Of(token), table.Resources[token].Inputs), token)
	}
	for i := range catalogue.Types {
		known := &catalogue.Types[i]
		assert.Empty(t, missing(known, table.Resources[known.Token].Inputs), known.Token)
		assert.False(t, known.Inert && (known.HoldsData() || known.Failure != "" || known.Costs != ""), "%s is inert, and is not", known.Token)
	}
}

// A type that lacks a fact is found.
func TestWhatIsMissingIsNamed(t *testing.T) {
	assert.Len(t, missing(&catalogue.Type{}, map[string]schema.Property{"name": {}}), 7)
	assert.Empty(t, missing(&catalogue.Type{ID: "{uuid}", Replaces: []string{"spec"}, Box: "vpc", Inert: true}, nil))
	serves := &catalogue.Type{ID: "{uuid}", Replaces: []string{"spec"}, Box: "vpc", Holds: catalogue.Nothing, Costs: catalogue.Free, Failure: "everything runs on it"}
	assert.Equal(t, []string{"Restarts: what its changes interrupt, or that no such change is known"}, missing(serves, nil))
}

// The most specific input counts, and a name that only begins alike does not.
func TestRestartsAt(t *testing.T) {
	known := &catalogue.Type{Restarts: []catalogue.Restart{{Input: "spec", What: "spec"}, {Input: "spec.template", What: "template"}}}
	for path, want := range map[string]string{
		"spec": "spec", "spec.replicas": "spec", "spec.template": "template", "spec.template.spec.containers[app].image": "template", "spec.templates": "spec",
		"specification": "", "metadata": "",
	} {
		got := ""
		if r := known.RestartsAt(path); r != nil {
			got = r.What
		}
		assert.Equal(t, want, got, path)
	}
}

// blanks are those in the forms of ids and ARNs that are not filled with the input of their name: the input that they are made of, or ""
// where the simulated cloud makes them of none (internal/offline/cloud/identity.go).
var blanks = map[string]string{
	"partition": "", "region": "", "account": "", "dnsSuffix": "", "id": "", "digest": "", "uuid": "", "hex": "", "capitals": "", "letters": "",
	"listener": "loadBalancerArn", "listenerRule": "listenerArn", "wafScope": "scope",
}

// Every path is one of an input of its type, and every type that is named is in the catalogue.
func TestFactsAreOfRealInputsAndTypes(t *testing.T) {
	table, err := schema.Load()
	require.NoError(t, err)
	for i := range catalogue.Types {
		known := &catalogue.Types[i]
		input := func(path string) {
			path = strings.TrimRight(path, "!")
			if path != "" {
				assert.True(t, leads(table, table.Resources[known.Token].Inputs, model.ParsePath(path)), "%s has no input %s", known.Token, path)
			}
		}
		named := func(tokens ...string) {
			for _, token := range tokens {
				assert.True(t, token == catalogue.Anything || catalogue.Of(token).Token == token, "%s names %s, which is not in the catalogue", known.Token, token)
			}
		}
		for _, blank := range catalogue.Blank.FindAllStringSubmatch(known.ID+" "+known.ARN, -1) {
			path, is := blanks[strings.TrimRight(blank[2], "0123456789")]
			if !is && (blank[2] != "name" || known.Name.Input == "") {
				path = blank[2]
			}
			input(path)
		}
		for _, path := range append(slices.Clone(known.Replaces), known.Name.Input, known.Policy.Input, known.Lock, known.Quota.Per, known.Name.Within, known.PartOf.Input) {
			input(path)
		}
		for _, guard := range known.Guarded {
			if known.Token != catalogue.ImageLifecyclePolicy && known.Token != catalogue.RedrivePolicy { // within a text in JSON
				input(guard.Input)
			}
		}
		input(known.Deleted.Unless)
		for _, blank := range catalogue.Placeholder.FindAllStringSubmatch(known.Deleted.Says, -1) {
			input(blank[1])
		}
		assert.Equal(t, known.Deleted.Says == "", known.Deleted.Source == "", "%s: where it is from what becomes of its data", known.Token)
		named(known.InUseBy...)
		for _, link := range known.Links {
			input(link.Input)
			named(link.To)
		}
		if known.PartOf.Input != "" {
			named(known.PartOf.To)
		}
		_, window := table.Resources[known.Token].Inputs["applyImmediately"]
		for _, r := range known.Restarts {
			input(r.Input)
			assert.False(t, r.What == "" || r.Longest == "" || r.Source == "", "%s: %s: what happens, how long at the longest, or where that is from is missing", known.Token, r.Input)
			assert.True(t, window || !r.Waits, "%s: %s waits for a window that the type has not", known.Token, r.Input)
		}
		for _, metric := range known.Metrics {
			assert.NotEmpty(t, metric.Source, "%s: %v", known.Token, metric.Names)
			for _, dimension := range slices.Concat(metric.Sets...) {
				if dimension.Of != "" {
					named(dimension.Of)
				}
			}
		}
	}
}

// leads says whether a path leads to an input. What is below a map or anything is not known.
func leads(table *schema.Schema, properties map[string]schema.Property, path model.Path) bool {
	name, is := path[0].(string)
	property, found := properties[name]
	if !is || !found {
		return false
	}
	for path = path[1:]; len(path) > 0 && property.Kind == schema.Array; path = path[1:] {
		property = *property.Elem
	}
	if len(path) == 0 || property.Kind == schema.Map || property.Kind == schema.Any {
		return true
	}
	return property.Kind == schema.Object && leads(table, table.Objects[property.Object], path)
}

// Of every type it is known what comes of asking for it once more.
func TestAgain(t *testing.T) {
	for i := range catalogue.Types {
		known := &catalogue.Types[i]
		assert.Contains(t, []catalogue.Again{catalogue.Taken, catalogue.Second, catalogue.Broken, catalogue.Same}, known.Again(), known.Token)
	}
}

// quietInDatabases are the inputs of a database whose change stops nothing: the parameters of ModifyDBInstance say so or say nothing of it
// (rdsModify and rdsModifying in rds.go, read one by one), or the input counts only when the database is created or deleted.
var quietInDatabases = []string{
	"allowMajorVersionUpgrade", "applyImmediately", "backupWindow", "blueGreenUpdate", "copyTagsToSnapshot", "customerOwnedIpEnabled", "databaseInsightsMode",
	"deleteAutomatedBackups", "deletionProtection", "domainAuthSecretArn", "domainDnsIps", "domainFqdn", "domainOu", "enabledCloudwatchLogsExports",
	"engineLifecycleSupport", "finalSnapshotIdentifier", "iamDatabaseAuthenticationEnabled", "identifierPrefix", "manageMasterUserPassword",
	"masterUserSecretKmsKeyId", "maxAllocatedStorage", "monitoringInterval", "monitoringRoleArn", "name", "password", "performanceInsightsEnabled",
	"performanceInsightsKmsKeyId", "performanceInsightsRetentionPeriod", "publiclyAccessible", "replicaMode", "replicateSourceDb", "skipFinalSnapshot",
	"tags", "upgradeStorageConfig", "vpcSecurityGroupIds",
}

// Of every input of a database it is known whether its change interrupts it, replaces it or does neither: a new one has to be looked up.
func TestEveryChangeOfADatabaseIsKnown(t *testing.T) {
	table, err := schema.Load()
	require.NoError(t, err)
	known := catalogue.Of(catalogue.Database)
	for input := range table.Resources[catalogue.Database].Inputs {
		replaces, ways := false, 0
		for path, in := range known.Provider().Inputs {
			replaces = replaces || in.Replaces && model.ParsePath(path)[0] == input
		}
		for _, is := range []bool{known.RestartsAt(input) != nil, replaces, slices.Contains(quietInDatabases, input)} {
			if is {
				ways++
			}
		}
		assert.Equal(t, 1, ways, "%s: read in ModifyDBInstance what its change interrupts; then it is in databaseRestarts or in quietInDatabases, not in both", input)
	}
	for _, input := range quietInDatabases {
		assert.Contains(t, table.Resources[catalogue.Database].Inputs, input)
	}
}
