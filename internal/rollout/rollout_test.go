package rollout_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"legops/delivery"
	"legops/internal/checkout"
	"legops/internal/rollout"
)

// starts are those that the schema allows.
func starts(t *testing.T) (all []int) {
	t.Helper()
	for start := 10; start <= maximum(t, "Application", "startSeconds"); start++ {
		all = append(all, start)
	}
	require.Contains(t, all, rollout.StartSeconds)
	return all
}

func TestSurge(t *testing.T) {
	assert.Equal(t, "10%", rollout.MaxSurge(rollout.StartSeconds))
	for _, start := range starts(t) {
		share, err := strconv.Atoi(strings.TrimSuffix(rollout.MaxSurge(start), "%"))
		require.NoError(t, err)
		for pods := 1; pods <= 100; pods++ {
			// Kubernetes rounds the share up (GetScaledValueFromIntOrPercent in k8s.io/apimachinery).
			if got := rollout.Surge(pods, start); got != (pods*share+99)/100 {
				t.Fatalf("%d pods of %d s: %d", pods, start, got)
			}
		}
	}
}

// For all values that the schema allows, a rollout and its rollback fit into the time of a hook, and so do the longest bake and a rollback.
func TestSeconds(t *testing.T) {
	for pods, want := range map[int]int{2: 500, 10: 1540, 11: 1020, 12: 1020, 100: 1540} {
		assert.Equal(t, want, rollout.Seconds(pods, rollout.StartSeconds), "%d pods", pods)
	}
	for start, want := range map[int]struct {
		surge string
		of100 int
	}{10: {"10%", 440}, 130: {"12%", 1500}, 300: {"25%", 1480}, 600: {"50%", 1460}} {
		assert.Equal(t, want.surge, rollout.MaxSurge(start), "%d s", start)
		assert.Equal(t, want.of100, rollout.Seconds(100, start), "%d s", start)
	}
	assert.Greater(t, rollout.Seconds(12, rollout.StartSeconds), 12*(45+rollout.ReadySeconds), "twelve pods that take 45 seconds each, one after the other")
	most, bake := bounds(t)
	const looks = 60 // of an unhealthy release
	for _, start := range starts(t) {
		for pods := 1; pods <= most; pods++ {
			seconds := rollout.Seconds(pods, start)
			// Thousands of them: an assertion each would take a minute.
			if seconds > rollout.MostSeconds || 2*seconds > rollout.HookSeconds || 60*bake+looks+seconds > rollout.HookSeconds {
				t.Fatalf("%d pods of %d s, watched for %d minutes, take %d s", pods, start, bake, seconds)
			}
		}
		require.Greater(t, rollout.Seconds(2, start), rollout.StallSeconds(start), "a Deployment that makes no progress fails first")
	}
}

// The longest migration ends within the time of its hook, which the schema knows.
func TestMigrationSeconds(t *testing.T) {
	assert.Equal(t, 300, rollout.MigrationSeconds(60), "for a new node, the image and the command")
	const end = 60 // a pod that is told to end has 30 seconds, and the hook looks every few
	assert.LessOrEqual(t, rollout.MigrationSeconds(rollout.MostMigrationSeconds)+end, rollout.HookSeconds)
	assert.Equal(t, rollout.MostMigrationSeconds, maximum(t, "Migration", "timeoutSeconds"))
	// It runs before the pods that a rollout adds, in the room that is counted for one of them (stacks/capacity.go).
	for pods := 1; pods <= 100; pods++ {
		assert.Positive(t, rollout.Surge(pods, rollout.StartSeconds))
	}
}

// bounds are the maximums of the schema: pods, and minutes of baking.
func bounds(t *testing.T) (maxReplicas, bakeMinutes int) {
	t.Helper()
	return maximum(t, "Application", "maxReplicas"), maximum(t, "Pipeline", "bakeMinutes")
}

// maximum is the maximum of a property of a definition of the schema.
func maximum(t *testing.T, definition, property string) int {
	t.Helper()
	var schema struct {
		Defs map[string]struct {
			Properties map[string]struct{ Maximum int }
		} `yaml:"$defs"`
	}
	require.NoError(t, yaml.Unmarshal([]byte(checkout.Read(t, "../../stacks/stack.schema.json")), &schema))
	most := schema.Defs[definition].Properties[property].Maximum
	require.NotZero(t, most)
	return most
}

// The hooks end by themselves before the agent ends them, and the agent before the service does.
func TestHooksKeepTheirLimit(t *testing.T) {
	files, err := delivery.Files()
	require.NoError(t, err)
	assert.Contains(t, files["release/common.sh"], "readonly limit="+strconv.Itoa(rollout.HookSeconds)+"\n")
	var spec struct {
		Hooks map[string][]struct{ Timeout int }
	}
	require.NoError(t, yaml.Unmarshal([]byte(files["release/appspec.yml"]), &spec))
	for event, hooks := range map[string]int{"AfterInstall": 2, "ApplicationStart": 1, "ValidateService": 1} {
		require.Len(t, spec.Hooks[event], hooks)
		sum := 0
		for _, hook := range spec.Hooks[event] {
			sum += hook.Timeout
		}
		assert.GreaterOrEqual(t, spec.Hooks[event][hooks-1].Timeout, rollout.HookSeconds+120, event)
		assert.LessOrEqual(t, sum, 3600-60, event)
	}
	most, _ := bounds(t)
	longest, all := 0, starts(t)
	for pods := 1; pods <= most; pods++ {
		for _, start := range all {
			longest = max(longest, rollout.Seconds(pods, start))
		}
	}
	assert.Contains(t, checkout.Read(t, "../../.github/scripts/rollouts.sh"), "limit=${4:-"+strconv.Itoa(longest)+"} # the longest rollout (internal/rollout)\n")
}
