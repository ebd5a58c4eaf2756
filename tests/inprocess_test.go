package tests

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/infra"
	"legops/internal/checkout"
	"legops/internal/model"
	"legops/internal/offline"
	"legops/internal/offline/engine"
)

// inProcess is the engine of the tests that run it in this process, see docs/testing.md. The first of them starts it.
var (
	inProcess = sync.OnceValues(func() (e *engine.Engine, err error) {
		started, err = engine.Open(context.Background(), root)
		return started, err
	})
	started *engine.Engine
)

// closeInProcess stops the engine if a test started it. That something tried to leave this machine is an error.
func closeInProcess() error {
	if started == nil {
		return nil
	}
	err := started.Close()
	if refused := started.Refused(); len(refused) > 0 {
		err = errors.Join(err, fmt.Errorf("addresses outside this machine that something tried to reach: %v", refused))
	}
	return err
}

// program is the program with stack files of a folder; "" for those of the repository.
func program(stackFiles string) engine.Source {
	return engine.Source{Dir: root, StackFiles: stackFiles, Program: engine.Function(infra.ProgramWith)}
}

// stackOf is a stack that nothing has been deployed to.
func stackOf(t *testing.T, name string) *engine.Stack {
	t.Helper()
	e, err := inProcess()
	require.NoError(t, err)
	s, err := e.Stack(name, nil)
	require.NoError(t, err)
	return s
}

// deployedStacks are the stacks as they are, and the small ones, each deployed once for all tests.
var deployedStacks = map[string]*engine.Stack{}

// deployedStack is a stack of its own in the state of the deployed one.
func deployedStack(t *testing.T, name string) *engine.Stack {
	t.Helper()
	return deployedOnce(t, name, name, program(""))
}

// deployedOnce is a copy of a stack that is deployed once from a source, and kept under a key.
func deployedOnce(t *testing.T, key, name string, source engine.Source) *engine.Stack {
	t.Helper()
	if deployedStacks[key] == nil {
		s := stackOf(t, name)
		err := s.Up(t.Context(), source)
		require.NoError(t, err)
		deployedStacks[key] = s
	}
	s, err := deployedStacks[key].Copy()
	require.NoError(t, err)
	return s
}

// The engine in this process does what the CLI does: the same steps from nothing and for a change, and the same state.
func TestEngineInProcessAgreesWithTheCLI(t *testing.T) {
	for _, name := range stackNames {
		t.Run(name, func(t *testing.T) {
			plan, err := stackOf(t, name).Preview(t.Context(), program(""))
			require.NoError(t, err)
			agree(t, previews[name](t), plan.Head())

			dir, _ := stood(t, name)
			cli := open(t, dir, nil)
			there, err := model.ReadState([]byte(run(t, cli, "stack", "export", "--stack", name)))
			require.NoError(t, err)
			finish(t, cli)
			stack := deployedStack(t, name)
			exported, err := stack.State(t.Context())
			require.NoError(t, err)
			here, err := model.ReadState(exported)
			require.NoError(t, err)
			agree(t, there, here)

			edits := [][2]string{{"Owner: platform@", "Owner: founders@"}}
			if name == "dev" { // the others protect what goes with the network
				edits = append(edits, [2]string{"cidr: 10.10.0.0/16", "cidr: 10.10.0.0/17"})
			}
			edited := editedFiles(t, name, edits...)
			cli, err = offline.Open(offline.Options{Root: root, Dir: dir, StackFiles: edited})
			require.NoError(t, err)
			defer finish(t, cli)
			changes, err := model.ReadPreview([]byte(run(t, cli, "preview", "--json", "--show-sames", "--stack", name)))
			require.NoError(t, err)
			plan, err = stack.Preview(t.Context(), program(edited))
			require.NoError(t, err)
			assert.True(t, plan.Changes())
			agree(t, changes, plan)
		})
	}
}

// elsewhere are parts of texts that differ from run to run: the random ids of providers, the way to a source file from the folder in
// which the CLI runs, and the place in the SDK or the engine where the stack itself is registered.
var elsewhere = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|^project:///.*/((run|source)\.go#[0-9]+)?`)

// agree fails if two things that were read from the engine differ in more than that and the order of resources and dependencies.
func agree(t *testing.T, cli, here any) {
	t.Helper()
	diff := cmp.Diff(cli, here, cmpopts.IgnoreUnexported(model.Graph{}),
		cmpopts.IgnoreFields(model.Step{}, "DeletesFirst"), // which the CLI does not tell
		cmpopts.SortSlices(func(a, b resource.URN) bool { return a < b }),
		cmpopts.SortSlices(func(a, b *model.Resource) bool { return a.URN < b.URN }),
		cmpopts.AcyclicTransformer("SameEverywhere", func(text string) string { return elsewhere.ReplaceAllString(text, "") }))
	assert.Empty(t, diff, "-CLI +in process")
}

// The engine is the CLI's: both modules have the same version of everything that both list, but for what one of them alone is built of.
func TestEngineIsTheCLIs(t *testing.T) {
	versions := func(file string) map[string]string {
		found := map[string]string{}
		for _, line := range regexp.MustCompile(`(?m)^\t(\S+) (v\S+)`).FindAllStringSubmatch(checkout.Read(t, root, file), -1) {
			found[line[1]] = line[2]
		}
		return found
	}
	ours, theirs := versions("go.mod"), versions("tools/pulumi/go.mod")
	require.Contains(t, ours, "github.com/pulumi/pulumi/pkg/v3")
	for module, version := range ours {
		if other, both := theirs[module]; both && !strings.HasPrefix(module, "github.com/aws/aws-sdk-go-v2") { // of which ours are for tests
			assert.Equal(t, other, version, "%s: go get that version here and in tools/pulumi", module)
		}
	}
}
