package stacks

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var accounts = []string{"dev", "test", "prod"}

// stackValues returns the values of one of the real stack files.
func stackValues(t testing.TB, account string) map[string]string {
	t.Helper()
	values, err := ReadFile("../Pulumi." + account + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	return values
}

// edit is one mistake: it replaces the value at the key, or removes it if the new value is absent.
type edit struct {
	key   string
	value any
}

type absent struct{}

func set(key string, value any) edit { return edit{key, value} }
func drop(key string) edit           { return edit{key, absent{}} }

// steps splits legops:a.b[0] into legops:a, b and 0.
func steps(key string) []string {
	return strings.Split(strings.NewReplacer("[", ".", "]", "").Replace(key), ".")
}

// apply applies the edits to the values, of which Pulumi keeps one text for each top-level key.
func apply(t testing.TB, values map[string]string, edits ...edit) {
	t.Helper()
	for _, e := range edits {
		path := steps(Project + ":" + e.key)
		var section any
		_ = json.Unmarshal([]byte(values[path[0]]), &section)
		section = replace(t, section, path[1:], e.value)
		switch v := section.(type) {
		case absent:
			delete(values, path[0])
		case string:
			values[path[0]] = v
		default:
			text, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			values[path[0]] = string(text)
		}
	}
}

func replace(t testing.TB, in any, path []string, value any) any {
	t.Helper()
	if len(path) == 0 {
		return value
	}
	switch holder := in.(type) {
	case map[string]any:
		if value := replace(t, holder[path[0]], path[1:], value); value == (any)(absent{}) {
			delete(holder, path[0])
		} else {
			holder[path[0]] = value
		}
		return holder
	case []any:
		i, err := strconv.Atoi(path[0])
		switch {
		case err != nil || i > len(holder):
			t.Fatalf("no element %s", path[0])
		case i == len(holder):
			return append(holder, value)
		}
		holder[i] = replace(t, holder[i], path[1:], value)
		return holder
	default:
		t.Fatalf("nothing to edit at %s", path[0])
		return nil
	}
}

// lines returns the lines of Load's error.
func lines(t testing.TB, values map[string]string) []string {
	t.Helper()
	config, err := Load(Project, values)
	if err == nil {
		if config == nil {
			t.Error("neither configuration nor error")
		}
		return nil
	}
	var problems Problems
	if !errors.As(err, &problems) || len(problems) == 0 || config != nil {
		t.Fatalf("want no configuration and Problems, got %v and %T", config, err)
	}
	var all []string
	for _, p := range problems {
		p.Application = "" // TestProblemsNameApplications
		all = append(all, p.String())
	}
	return all
}

// Nobody counts the list of applications: a problem in one names it, beside the key.
func TestProblemsNameApplications(t *testing.T) {
	of := func(project string, edits ...edit) []string {
		values := map[string]string{}
		for key, value := range stackValues(t, "dev") {
			values[key] = value
		}
		apply(t, values, edits...)
		for key, value := range values {
			delete(values, key)
			values[strings.Replace(key, Project+":", project+":", 1)] = value
		}
		_, err := Load(project, values)
		var problems Problems
		if !errors.As(err, &problems) {
			t.Fatal(err)
		}
		var keys []string
		for _, p := range problems {
			key, _, _ := strings.Cut(p.String(), ": ")
			keys = append(keys, key)
		}
		return keys
	}
	edits := []edit{set("applications[3].port", 80), set("applications[8].calls", []any{"nobody"}), set("applications[4].name", "No name"), set("network.natGateways", 9)}
	for _, project := range []string{Project, "other"} {
		got := of(project, edits...)
		for _, want := range []string{"applications[3].port (documents)", "applications[4].name", "network.natGateways"} {
			if !slices.Contains(got, project+":"+want) {
				t.Errorf("%s is not in %v", want, got)
			}
		}
	}
	if got := of(Project, edits[1]); len(got) != 1 || got[0] != "legops:applications[8].calls[0] (search)" {
		t.Error(got)
	}
}

type mistake struct {
	name  string
	stack string
	edits []edit
	want  []string
}

func checkMistakes(t *testing.T, mistakes []mistake) {
	t.Helper()
	for _, m := range mistakes {
		t.Run(m.name, func(t *testing.T) {
			values := stackValues(t, m.stack)
			apply(t, values, m.edits...)
			if diff := cmp.Diff(m.want, lines(t, values)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestStackFilesLoad(t *testing.T) {
	for _, account := range accounts {
		t.Run(account, func(t *testing.T) {
			if got := lines(t, stackValues(t, account)); got != nil {
				t.Errorf("Pulumi.%s.yaml:\n%s", account, strings.Join(got, "\n"))
			}
		})
	}
}

func TestLoadReadsEveryKind(t *testing.T) {
	config, err := Load(Project, stackValues(t, "prod"))
	if err != nil {
		t.Fatal(err)
	}
	evidence := config.Storage.Buckets[1]
	got := []any{
		config.Environment, config.Account, config.DeletionProtection, config.Network.CIDR.String(),
		config.Network.Subnets.Data[1].String(), config.Eks.Nodes.MaxSizePerZone, config.OpenSearch.DedicatedMasters.Count,
		*evidence.InfrequentAccessDays, evidence.ObjectLock.Mode, config.Queues[1].HighThroughput,
		config.Applications[4].Consumes, config.Applications[0].Settings["LOG_LEVEL"], len(config.Applications),
	}
	want := []any{
		Production, "333333333333", true, "10.30.0.0/16",
		"10.30.9.0/24", 8, 3,
		90, "COMPLIANCE", true,
		[]string{"document-signing"}, "warn", 9,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestForm(t *testing.T) {
	checkMistakes(t, []mistake{
		{"unknown key", "dev", []edit{set("network.natGatways", 1)}, []string{
			"legops:network.natGatways: unknown key: did you mean natGateways?",
		}},
		{"misspelled key", "dev", []edit{set("network.natGatways", 1), drop("network.natGateways")}, []string{
			"legops:network.natGatways: unknown key: did you mean natGateways?",
		}},
		{"key unlike any other", "dev", []edit{set("domain.ipv6\nEnabled", true)}, []string{
			`legops:domain."ipv6\nEnabled": unknown key: remove it; the keys here are hostedZoneId, name`,
		}},
		{"unknown top-level key", "dev", []edit{set("netwrk", "x")}, []string{
			"legops:netwrk: unknown key: did you mean legops:network?",
		}},
		{"unknown add-on", "dev", []edit{set("eks.addonVersions", map[string]any{"core-dns": "v1.12.0-eksbuild.1"})}, []string{
			"legops:eks.addonVersions.core-dns: unknown key: did you mean coredns?",
		}},
		{"a kube-proxy newer than the cluster", "dev", []edit{set("eks.addonVersions", map[string]any{"kube-proxy": "v1.99.0-eksbuild.1"})}, []string{
			"legops:eks.addonVersions.kube-proxy: v1.99.0-eksbuild.1: goes with no cluster of legops:eks.version 1.35: write a version of v1.35, or remove it, and EKS chooses one",
		}},
		{"a kube-proxy too old for the cluster", "dev", []edit{set("eks.addonVersions", map[string]any{"kube-proxy": "v1.31.0-eksbuild.1"})}, []string{
			"legops:eks.addonVersions.kube-proxy: v1.31.0-eksbuild.1: goes with no cluster of legops:eks.version 1.35: write a version of v1.35, or remove it, and EKS chooses one",
		}},
		{"the oldest kube-proxy of a cluster", "dev", []edit{set("eks.addonVersions", map[string]any{"kube-proxy": "v1.32.0-eksbuild.1"})}, nil},
		{"missing value", "dev", []edit{drop("network.cidr"), drop("account"), drop("applications[1].port")}, []string{
			"legops:account: missing: add a twelve-digit account id in quotes",
			"legops:applications[1].port: missing: add a whole number of 1025 to 65535",
			"legops:network.cidr: missing: add an IPv4 range such as 10.10.0.0/16",
		}},
		{"missing section", "dev", []edit{drop("registry")}, []string{
			"legops:registry: missing: add a mapping with imageArchitecture, keepImages, untaggedDays",
		}},
		{"wrong type", "dev", []edit{
			set("network.natGateways", "one"), set("rds.multiAz", "yes"), set("eks.version", 1.35),
			set("deletionProtection", "no"), set("domain", "dev.legops.example"), set("queues", map[string]any{}),
			set("rds.storageGiB", 20.5), set("tags.Owner", nil),
		}, []string{
			"legops:deletionProtection: no: must be true or false, is text: write true or false",
			"legops:domain: dev.legops.example: must be a mapping, is text: write a mapping with name, hostedZoneId",
			"legops:eks.version: 1.35: must be text, is a number: write one of 1.34, 1.35",
			"legops:network.natGateways: one: must be a whole number, is text: write a whole number of 1 to 2",
			"legops:queues: {}: must be a list, is a mapping: write a list",
			"legops:rds.multiAz: yes: must be true or false, is text: write true or false",
			"legops:rds.storageGiB: 20.5: must be a whole number, is a number: write a whole number of 20 to 65536",
			"legops:tags.Owner: null: must be text, is empty: write text",
		}},
		{"account", "dev", []edit{set("account", "11111111111")}, []string{
			"legops:account: 11111111111: malformed: write a twelve-digit account id in quotes",
		}},
		{"unknown values", "dev", []edit{
			set("environment", "staging"), set("region", "us-east-9"), set("eks.nodes.instanceTypes[1]", "m6g.larg"),
			set("eks.logTypes[0]", "apis"), set("monitoring.logRetentionDays", 8), set("cdn.priceClass", "PriceClass_300"),
			set("network.interfaceEndpoints", []any{"s3"}), set("rds.engineVersion", "18"), set("eks.version", "1.36"),
		}, []string{
			"legops:cdn.priceClass: PriceClass_300: unknown price class: did you mean PriceClass_100?",
			"legops:eks.logTypes[0]: apis: unknown control-plane log type: did you mean api?",
			"legops:eks.nodes.instanceTypes[1]: m6g.larg: unknown instance type: did you mean m6g.large?",
			"legops:eks.version: 1.36: unknown Kubernetes version: write one of 1.34, 1.35",
			"legops:environment: staging: unknown environment: write one of development, test, production",
			"legops:monitoring.logRetentionDays: 8: unknown retention: write one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653",
			"legops:network.interfaceEndpoints[0]: s3: unknown interface endpoint: write an interface endpoint that AWS has",
			"legops:rds.engineVersion: 18: unknown value: write one of 16, 17",
			"legops:region: us-east-9: unknown region: did you mean us-east-1?",
		}},
		{"zero NAT gateways", "dev", []edit{set("network.natGateways", 0)}, []string{
			"legops:network.natGateways: 0: below the minimum of 1: write a whole number of 1 to 2",
		}},
		{"three NAT gateways", "dev", []edit{set("network.natGateways", 3)}, []string{
			"legops:network.natGateways: 3: above the maximum of 2: write a whole number of 1 to 2",
		}},
		{"three zones", "dev", []edit{set("network.availabilityZones[2]", "use1-az1")}, []string{
			`legops:network.availabilityZones: ["use1-az4","use1-az6","use1-az1"]: has 3 elements, must have at most 2: write a list of exactly 2`,
		}},
		{"one zone twice", "dev", []edit{set("network.availabilityZones[1]", "use1-az4")}, []string{
			"legops:network.availabilityZones[1]: use1-az4: is also legops:network.availabilityZones[0]: remove one",
		}},
		{"malformed range", "dev", []edit{set("network.cidr", "10.10.0.0"), set("network.subnets.data[0]", "fd00::/64")}, []string{
			"legops:network.cidr: 10.10.0.0: malformed: write an IPv4 range such as 10.10.0.0/16",
			"legops:network.subnets.data[0]: fd00::/64: malformed: write an IPv4 range such as 10.10.0.0/16",
		}},
		{"long value", "dev", []edit{set("account", strings.Repeat("1\n", 500))}, []string{
			`legops:account: "` + strings.Repeat(`1\n`, 19) + `1…: malformed: write a twelve-digit account id in quotes`,
		}},
	})
}

func TestForeignNamespaces(t *testing.T) {
	values := stackValues(t, "dev")
	maps.Copy(values, map[string]string{
		"aws:region": "us-east-1", "aws:secretKey": "do-not-print", "aws:skipRegionValidation": "true",
		"kubernetes:context": "x", "pulumi:disable-default-providers": `["aws"]`, "legop:network": "{}", "network": "{}",
	})
	want := []string{
		"aws:region: has no effect: the program's providers are explicit: set legops:region",
		"aws:secretKey: has no effect: the program's providers are explicit: leave credentials to the environment",
		"aws:skipRegionValidation: has no effect: the program's providers are explicit: remove it",
		"kubernetes:context: has no effect: the program's providers are explicit: remove it: the program takes it from its cluster",
		"legop:network: only keys of legops: and pulumi: are allowed: did you mean legops:network?",
		"network: only keys of legops: and pulumi: are allowed: remove it",
	}
	if diff := cmp.Diff(want, lines(t, values)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// Keys in problems start with the name of the project, which unit tests choose.
func TestProjectName(t *testing.T) {
	values := map[string]string{}
	for key, value := range stackValues(t, "dev") {
		values[strings.Replace(key, Project+":", "platform:", 1)] = value
	}
	if _, err := Load("platform", values); err != nil {
		t.Fatal(err)
	}
	delete(values, "platform:region")
	_, err := Load("platform", values)
	if got, want := fmt.Sprint(err), "platform:region: missing: add a region that AWS has"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestNothingAtAll(t *testing.T) {
	got := lines(t, nil)
	const optional = 4 // adopt, loadTest, runner, tuning
	if len(got) != len(schema().config.Properties)-optional || !slices.IsSorted(got) {
		t.Errorf("want every section missing, sorted, got:\n%s", strings.Join(got, "\n"))
	}
}
