package review

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
	"legops/internal/model"
	"legops/internal/offline/engine"
)

// bench is a copy of the repository, with the base built.
type bench struct {
	*workspace
	t          *testing.T
	base, head *source
	bases      map[string]deployedBase
}

// deployedBase is a deployed base, and what Pulumi protects of it.
type deployedBase struct {
	stack     *engine.Stack
	protected map[string]bool
}

func newBench(t *testing.T) *bench {
	t.Helper()
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	w, err := openWorkspace(context.Background(), checkout.New(t, root))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.close()) })
	base, head, err := w.sources(context.Background(), "main", "main")
	require.NoError(t, err)
	require.NoError(t, w.build(context.Background(), base))
	return &bench{workspace: w, t: t, base: base, head: head, bases: map[string]deployedBase{}}
}

// deployed deploys the base as it is, once for every change that is tried on it.
func (w *bench) deployed(name, stack string) deployedBase {
	if _, is := w.bases[name]; !is {
		base, protected, err := w.deployBase(context.Background(), stack, w.base, w.base)
		require.NoError(w.t, err)
		w.bases[name] = deployedBase{base, protected}
	}
	return w.bases[name]
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// review is what a change does to a stack; an error where the program refuses it.
func (w *bench) review(change, stack string, deploy bool) (*Stack, error) {
	t := w.t
	t.Helper()
	testdata, err := filepath.Abs("testdata/changes")
	require.NoError(t, err)
	deployed := stack
	if patch := filepath.Join(testdata, change+".base.patch"); exists(patch) {
		deployed = change
		for _, side := range []*source{w.base, w.head} {
			checkout.Run(t, side.dir, "git apply "+patch)
			defer checkout.Run(t, side.dir, "git checkout -q .")
		}
	}
	base := w.deployed(deployed, stack)
	checkout.Run(t, w.head.dir, "git apply "+filepath.Join(testdata, change+".patch"))
	defer checkout.Run(t, w.head.dir, "git checkout -q .")
	w.head.program = w.base.program
	if strings.Contains(checkout.Run(t, w.head.dir, "git diff --name-only"), ".go") {
		require.NoError(t, w.build(context.Background(), w.head))
	}
	on, err := base.stack.Copy()
	require.NoError(t, err)
	p, err := on.Preview(context.Background(), w.head.deployable())
	if err != nil {
		return nil, err
	}
	d := &model.Deployment{}
	if deploy {
		d, err = deployHead(context.Background(), on, w.head)
		require.NoError(t, err)
	}
	left, err := leftBy(context.Background(), on, p, base.protected)
	require.NoError(t, err)
	return judge(stack, evidence{p, d, base.protected, environmentOf(stackFile(w.head, stack)), left, base.stack.Warnings(), hundredDays}), nil
}
