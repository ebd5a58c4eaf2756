package tests

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/infra"
	"legops/internal/model"
	"legops/internal/offline"
	"legops/internal/offline/engine"
)

// inProcess is the engine of all tests that do not need the CLI, see docs/testing.md. The first of them starts it.
var (
	inProcess = sync.OnceValues(func() (e *engine.Engine, err error) {
		started, err = engine.Open(root)
		return started, err
	})
	started *engine.Engine
)

func TestMain(m *testing.M) {
	code := m.Run()
	if started != nil {
		if err := started.Close(); err != nil || len(started.Refused()) > 0 {
			fmt.Fprintf(os.Stderr, "%v; addresses outside this machine that something tried to reach: %v\n", err, started.Refused())
			code = 1
		}
	}
	os.Exit(code)
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

// The engine in this process does what the CLI does: the same steps from nothing and for a change, and the same state.
func TestEngineInProcessAgreesWithTheCLI(t *testing.T) {
	for _, name := range stackNames {
		t.Run(name, func(t *testing.T) {
			edits := [][2]string{{"Owner: platform@", "Owner: founders@"}}
			if name == "dev" { // the others protect what goes with the network
				edits = append(edits, [2]string{"cidr: 10.10.0.0/16", "cidr: 10.10.0.0/17"})
			}
			edited := editedFiles(t, name, edits...)
			dir := t.TempDir()
			cli := open(t, dir, nil)
			stack := stackOf(t, name)

			here, err := stack.Preview(t.Context(), program(""))
			require.NoError(t, err)
			agree(t, previewed(t, cli, name), here)

			run(t, cli, "up", "--yes", "--skip-preview", "--stack", name)
			_, err = stack.Up(t.Context(), program(""))
			require.NoError(t, err)
			state, err := model.ReadState([]byte(run(t, cli, "stack", "export", "--stack", name)))
			require.NoError(t, err)
			agree(t, state, stateOf(t, stack))
			finish(t, cli)

			cli, err = offline.Open(offline.Options{Root: root, Dir: dir, StackFiles: edited})
			require.NoError(t, err)
			defer finish(t, cli)
			here, err = stack.Preview(t.Context(), program(edited))
			require.NoError(t, err)
			assert.True(t, here.Changes())
			there, err := model.ReadPreview([]byte(run(t, cli, "preview", "--json", "--show-sames", "--stack", name)))
			require.NoError(t, err)
			agree(t, there, here)
		})
	}
}

func stateOf(t *testing.T, stack *engine.Stack) *model.Graph {
	t.Helper()
	exported, err := stack.State(context.Background())
	require.NoError(t, err)
	state, err := model.ReadState(exported)
	require.NoError(t, err)
	return state
}

// elsewhere are parts of texts that differ from run to run: the random ids of providers, and the way to a source file from the
// folder in which the CLI runs.
var elsewhere = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|^project:///.*/`)

// agree fails if two things that were read from the engine differ in more than that and the order of resources and dependencies.
func agree(t *testing.T, cli, here any) {
	t.Helper()
	diff := cmp.Diff(cli, here, cmpopts.IgnoreUnexported(model.Graph{}),
		cmpopts.SortSlices(func(a, b resource.URN) bool { return a < b }),
		cmpopts.SortSlices(func(a, b *model.Resource) bool { return a.URN < b.URN }),
		cmpopts.AcyclicTransformer("SameEverywhere", func(text string) string { return elsewhere.ReplaceAllString(text, "") }))
	assert.Empty(t, diff, "-CLI +in process")
}
