package loadtest_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"legops/internal/checkout"
	"legops/loadtest"
)

// summary is the part of summary.json that the tests read.
type summary struct {
	Profile, Environment string
	Passed               bool
	Thresholds           []struct {
		Metric, Expression string
		Passed             bool
	}
	Requests struct {
		Count, P50, P95 float64
		FailedPercent   float64
	}
	Journeys []struct {
		Name  string
		Count float64
	}
	WrongAnswers    float64
	RecoverySeconds *float64
	Series          struct {
		RequestsPerSecond, P95, FailedPercent, Users []float64
	}
	Comparison *struct {
		Rows []struct {
			What  string
			Worse bool
		}
	}
}

// k6 is the program that make tools builds.
func k6(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../bin/k6")
	require.NoError(t, err)
	require.FileExists(t, path, "make tools builds it")
	return path
}

// run puts the reference application on this machine under load, and returns the output, the exit code and the folder of the
// report.
func run(t *testing.T, profile string, environment ...string) (printed string, code int, out string) {
	t.Helper()
	out = t.TempDir()
	cmd := exec.Command("./local.sh", profile)
	cmd.Env = append(append(os.Environ(), "K6="+k6(t), "OUT="+out), environment...)
	printed, code = checkout.Output(t, cmd)
	return printed, code, out
}

func read(t *testing.T, out string) (s summary) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(checkout.Read(t, out, "summary.json")), &s))
	return s
}

// failing returns the thresholds that do not hold.
func (s summary) failing() (metrics []string) {
	for _, threshold := range s.Thresholds {
		if !threshold.Passed {
			metrics = append(metrics, threshold.Metric+" "+threshold.Expression)
		}
	}
	return metrics
}

// generous sets limits that a busy machine meets, for tests of other things than response times.
var generous = []string{"P95=1000", "P99=3000", "RECOVERY_LIMIT=6"}

// Each profile passes against a healthy platform, runs every journey, and reports that it passed.
func TestProfilesPass(t *testing.T) {
	for _, profile := range []string{"performance", "load", "stress"} {
		t.Run(profile, func(t *testing.T) {
			printed, code, out := run(t, profile, generous...)
			require.Zero(t, code, printed)
			s := read(t, out)
			assert.True(t, s.Passed)
			assert.Equal(t, []string{profile, "local"}, []string{s.Profile, s.Environment})
			assert.Empty(t, s.failing())
			assert.NotContains(t, printed, "FAILS")
			assert.Contains(t, printed, "holds  wrong_answers count==0: 0")
			assert.Contains(t, printed, profile+": passed, ")
			var journeys []string
			for _, journey := range s.Journeys {
				journeys = append(journeys, journey.Name)
				assert.Positive(t, journey.Count, journey.Name)
			}
			assert.Equal(t, []string{"sign-in", "browse", "list-matters", "upload", "open", "sign", "search"}, journeys)
			assert.Greater(t, len(s.Series.RequestsPerSecond), 8, "a value for each second")
			assert.Equal(t, profile == "stress", s.RecoverySeconds != nil)
			assert.NotNil(t, s.Comparison, "there is a baseline")
			selfContained(t, out, "passed")
			left, err := os.ReadDir(out)
			require.NoError(t, err)
			assert.Len(t, left, 2, "the report and the summary, and no file of k6")
		})
	}
}

// selfContained checks that a page loads nothing, and has its axes and units.
func selfContained(t *testing.T, out, verdict string) {
	t.Helper()
	page := checkout.Read(t, out, "report.html")
	assert.Empty(t, regexp.MustCompile(`(?i)(src|href)\s*=|url\(|@import|<script`).FindAllString(page, -1))
	assert.Contains(t, page, `<span class="verdict `+verdict+`">`)
	for _, label := range []string{"seconds since the start", "per second", "milliseconds", "per cent", "users"} {
		assert.Contains(t, page, ">"+label+"</text>")
	}
}

// With a fault each profile fails, and names the threshold that the fault breaks.
func TestProfilesFailWithAFault(t *testing.T) {
	for _, test := range []struct {
		name, profile string
		environment   []string
		failing       []string
		holding       string
	}{
		{
			"errors, performance", "performance", append([]string{"FAULT_ERROR_RATE=0.2", "SECONDS=6"}, generous...),
			[]string{"http_req_failed rate<0.01"}, "http_req_duration p(95)<1000",
		},
		{
			"slowness, load", "load", []string{"FAULT_DELAY=400ms", "SECONDS=6", "P95=200", "P99=300"},
			[]string{"http_req_duration p(95)<200", "http_req_duration p(99)<300", "http_req_duration{journey:sign} p(95)<300"}, "http_req_failed rate<0.01",
		},
		{
			"no recovery, stress", "stress", []string{"FAULT_DELAY=700ms", "SECONDS=5", "RATE=20", "P95=200", "P99=600"},
			[]string{"recovery_seconds max<5", "http_req_duration{scenario:after} p(95)<200"}, "http_req_failed{scenario:overload} rate<0.5",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			printed, code, out := run(t, test.profile, test.environment...)
			assert.Equal(t, 99, code, printed)
			s := read(t, out)
			assert.False(t, s.Passed)
			for _, failing := range test.failing {
				assert.Contains(t, s.failing(), failing)
				assert.Contains(t, printed, "FAILS  "+failing+": ")
			}
			assert.Contains(t, printed, "holds  "+test.holding+": ")
			selfContained(t, out, "failed")
		})
	}
}

// A run against a platform that fails most requests aborts early.
func TestAHarmfulRunAborts(t *testing.T) {
	printed, code, out := run(t, "load", append([]string{"FAULT_ERROR_RATE=1", "SECONDS=40", "RATE=5"}, generous...)...)
	assert.Equal(t, 99, code, printed)
	assert.Contains(t, read(t, out).failing(), "http_req_failed rate<0.5")
	assert.Less(t, len(read(t, out).Series.RequestsPerSecond), 20, "seconds")
}

// A script that throws measures nothing, so the run fails: k6 alone would let it pass.
func TestABrokenScriptFails(t *testing.T) {
	broken := t.TempDir()
	require.NoError(t, os.CopyFS(filepath.Join(broken, "loadtest"), os.DirFS(".")))
	apps, err := filepath.Abs("../apps")
	require.NoError(t, err)
	require.NoError(t, os.Symlink(apps, filepath.Join(broken, "apps")))
	const path, search = "loadtest/lib/journeys.js", "export function search() {"
	text := checkout.Read(t, broken, path)
	require.Contains(t, text, search)
	checkout.Write(t, broken, map[string]string{path: strings.Replace(text, search, search+" noSuchThing();", 1)})
	cmd := exec.Command("./local.sh", "performance")
	cmd.Dir = filepath.Join(broken, "loadtest")
	cmd.Env = append(append(os.Environ(), "K6="+k6(t), "OUT="+filepath.Join(broken, "out"), "SECONDS=3"), generous...)
	printed, code := checkout.Output(t, cmd)
	assert.Equal(t, 99, code, printed)
	failing := read(t, filepath.Join(broken, "out")).failing()
	assert.Contains(t, failing, "script_errors count==0")
	assert.Contains(t, failing, "http_req_duration{journey:search} p(95)<1500")
}

// A run that is slower than its baseline reports it, but fails only if thresholds do not hold.
func TestComparisonWithABaseline(t *testing.T) {
	folder := t.TempDir()
	checkout.Write(t, folder, map[string]string{"baseline.json": `{
		"started": "2026-01-01T00:00:00Z", "requests": {"p95": 1, "p99": 1, "failedPercent": 0}, "journeys": [{"name": "sign", "p95": 100000}]
	}`})
	printed, code, out := run(t, "performance", append([]string{"FAULT_DELAY=50ms", "SECONDS=4", "BASELINE=" + filepath.Join(folder, "baseline.json")}, generous...)...)
	require.Zero(t, code, printed)
	worse := map[string]bool{}
	for _, row := range read(t, out).Comparison.Rows {
		worse[row.What] = row.Worse
	}
	assert.Equal(t, map[string]bool{"all requests, p95": true, "all requests, p99": true, "failed requests": false, "sign, p95": false}, worse)
	assert.Regexp(t, `worse  all requests, p95: [\d.]+ ms, was 1 ms in the baseline of 2026-01-01T00:00:00Z`, printed)
}

// run.sh refuses settings that would test nothing, or the wrong target, before it runs k6.
func TestRefusals(t *testing.T) {
	const target = "https://test.legops.example/matters"
	for name, test := range map[string]struct {
		profile     string
		environment []string
		says        string
	}{
		"no profile":      {"", nil, `profile "" must be performance, load or stress: run.sh load`},
		"another profile": {"soak", nil, `profile "soak" must be performance, load or stress: run.sh load`},
		"no target":       {"load", []string{"ENVIRONMENT=test"}, `TARGET "" must be an address such as https://test.legops.example/matters`},
		"no address":      {"load", []string{"ENVIRONMENT=test", "TARGET=legops"}, `TARGET "legops" must be an address such as https://test.legops.example/matters`},
		"no environment":  {"load", []string{"TARGET=" + target}, `ENVIRONMENT "" must be local, development, test or production`},
		"far from local":  {"load", []string{"TARGET=" + target, "ENVIRONMENT=local"}, "ENVIRONMENT is local, but test.legops.example is not this machine: name the environment"},
		"production": {
			"load", []string{"TARGET=https://legops.example", "ENVIRONMENT=production"},
			"https://legops.example is production, which is put under load only with ALLOW_PRODUCTION=true (in the account: legops:loadTest.allowProduction)",
		},
		"production by its name": {
			"load", []string{"TARGET=https://legops.example/matters", "ENVIRONMENT=test", "PRODUCTION_DOMAIN=legops.example", "ALLOW_PRODUCTION=yes"},
			"https://legops.example/matters is production, which is put under load only with ALLOW_PRODUCTION=true (in the account: legops:loadTest.allowProduction)",
		},
		"no k6": {"load", []string{"TARGET=" + target, "ENVIRONMENT=test", "PRODUCTION_DOMAIN=legops.example", "K6=k7"}, "k7 is not there: make tools, or set K6"},
		"production, allowed": {
			"load", []string{"TARGET=https://legops.example", "ENVIRONMENT=production", "ALLOW_PRODUCTION=true", "K6=k7"}, "k7 is not there: make tools, or set K6",
		},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command("./run.sh", test.profile)
			cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "OUT=" + t.TempDir()}, test.environment...)
			printed, code := checkout.Output(t, cmd)
			assert.Equal(t, 2, code)
			assert.Equal(t, "loadtest: "+test.says+"\n", printed)
		})
	}
}

// run.sh reports an invalid number, and starts no run.
func TestAnInvalidNumberIsRefused(t *testing.T) {
	printed, code, _ := run(t, "performance", "RATE=many")
	assert.Equal(t, 2, code)
	assert.Contains(t, printed, "RATE is many, must be a number above 0")
}

// The uploaded files are all that run.sh needs.
func TestFiles(t *testing.T) {
	files, err := loadtest.Files()
	require.NoError(t, err)
	imports := regexp.MustCompile(`(?:from|open\() ?"(\.{1,2}/[^"]+)"`)
	for path, text := range files {
		for _, found := range imports.FindAllStringSubmatch(text, -1) {
			assert.Contains(t, files, filepath.Join(filepath.Dir(path), found[1]), path)
		}
	}
	for _, needed := range []string{"run.sh", "report.mjs", "performance.js", "load.js", "stress.js", "environments.json"} {
		assert.Contains(t, files, needed)
	}
	for path := range files {
		assert.False(t, strings.HasSuffix(path, ".go") || strings.HasPrefix(path, "results") || strings.Contains(path, "local"), path)
	}
}

// The manifest of the k6-operator runs the archive that distribute.sh creates, in the k6 version of all other runs.
func TestOperatorManifest(t *testing.T) {
	var manifest struct {
		Kind, APIVersion string `yaml:",omitempty"`
		Spec             struct {
			Parallelism int
			Arguments   string
			Script      struct {
				ConfigMap struct{ Name, File string } `yaml:"configMap"`
			}
			Runner struct{ Image string }
		}
	}
	require.NoError(t, yaml.NewDecoder(strings.NewReader(checkout.Read(t, "k6-operator.yaml"))).Decode(&manifest))
	assert.Equal(t, "load.tar", manifest.Spec.Script.ConfigMap.File)
	assert.Greater(t, manifest.Spec.Parallelism, 1)
	assert.Equal(t, "--env ENVIRONMENT=@ENVIRONMENT@ --env TARGET=@TARGET@ --env OUT=/tmp", manifest.Spec.Arguments)
	version := regexp.MustCompile(`go\.k6\.io/k6 v(\S+)`).FindStringSubmatch(checkout.Read(t, "../tools/k6/go.mod"))
	require.NotNil(t, version)
	assert.Equal(t, "ghcr.io/grafana/k6:"+version[1], manifest.Spec.Runner.Image)
}

// distribute runs distribute.sh with a fake kubectl that logs its calls, and returns them.
func distribute(t *testing.T, waits string, environment ...string) (calls, printed string, code int) {
	t.Helper()
	world := t.TempDir()
	kubectl := `#!/bin/bash
echo "kubectl ${*//$TMPDIR/}" >>"$WORLD/calls"
[[ $* == *run.yaml ]] && cp "${*: -1}" "$WORLD/run.yaml"
[[ $1 == create && $2 == configmap ]] && tar -tf "$(sed 's/.*--from-file \([^ ]*\).*/\1/' <<<"$*")" >"$WORLD/files"
[[ $1 != wait ]] || exit ` + "`cat $WORLD/waits`" + `
cat >/dev/null
`
	checkout.Write(t, world, map[string]string{"kubectl": kubectl, "waits": waits})
	cmd := exec.Command("./distribute.sh", "load")
	cmd.Env = append([]string{"PATH=" + world + ":" + os.Getenv("PATH"), "WORLD=" + world, "TMPDIR=" + world, "K6=" + k6(t)}, environment...)
	printed, code = checkout.Output(t, cmd)
	logged, _ := os.ReadFile(filepath.Join(world, "calls"))
	manifest, _ := os.ReadFile(filepath.Join(world, "run.yaml"))
	files, _ := os.ReadFile(filepath.Join(world, "files"))
	return string(logged) + string(manifest) + string(files), printed, code
}

// The pods get the test with all that it imports, and the address; a failed run fails the script.
func TestDistribute(t *testing.T) {
	const address = "https://test.legops.example/matters"
	for waits, want := range map[string]int{"0": 0, "1": 1} {
		calls, printed, code := distribute(t, waits, "ENVIRONMENT=test", "TARGET="+address)
		assert.Equal(t, want, code, printed)
		for _, part := range []string{
			"kubectl wait testrun/loadtest --namespace loadtest --for jsonpath={.status.stage}=finished --timeout 45m\n",
			"kubectl logs --namespace loadtest --selector k6_cr=loadtest --tail 80\n",
			"--env ENVIRONMENT=test --env TARGET=" + address + " --env OUT=/tmp\n", "lib/journeys.js\n", "environments.json\n",
		} {
			assert.Contains(t, calls, part)
		}
		assert.NotContains(t, calls, "@TARGET@")
	}
	for says, environment := range map[string][]string{
		`ENVIRONMENT "production" must be development or test`:                              {"ENVIRONMENT=production", "TARGET=" + address},
		`TARGET "" must be an address such as https://test.legops.example/matters`:          {"ENVIRONMENT=test"},
		"https://legops.example is production, which several machines never put under load": {"ENVIRONMENT=test", "TARGET=https://legops.example", "PRODUCTION_DOMAIN=legops.example"},
	} {
		calls, printed, code := distribute(t, "0", environment...)
		assert.Equal(t, 2, code)
		assert.Equal(t, "loadtest: "+says+"\n", printed)
		assert.Empty(t, calls)
	}
}
