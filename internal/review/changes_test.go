package review

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
	"legops/internal/model"
)

// bench is a copy of the repository, with the base built.
type bench struct {
	*workspace
	t          *testing.T
	base, head *source
	protected  map[string]map[string]bool
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
	return &bench{workspace: w, t: t, base: base, head: head, protected: map[string]map[string]bool{}}
}

// deployed deploys the base as it is, once for every change that is tried on it, and says what is protected.
func (w *bench) deployed(name, stack string) map[string]bool {
	if w.protected[name] == nil {
		protected, err := w.deployBase(context.Background(), filepath.Join(w.dir, "deployed", name), stack, w.base)
		require.NoError(w.t, err)
		w.protected[name] = protected
	}
	return w.protected[name]
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// review is what a change does to a stack.
func (w *bench) review(change, stack string, deploy bool) *Stack {
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
	protected := w.deployed(deployed, stack)
	checkout.Run(t, w.head.dir, "git apply "+filepath.Join(testdata, change+".patch"))
	defer checkout.Run(t, w.head.dir, "git checkout -q .")
	w.head.program = w.base.program
	if strings.Contains(checkout.Run(t, w.head.dir, "git diff --name-only"), ".go") {
		require.NoError(t, w.build(context.Background(), w.head))
	}
	cloud := filepath.Join(t.TempDir(), "cloud")
	checkout.Run(t, w.dir, fmt.Sprintf("cp -r deployed/%s %s", deployed, cloud))
	p, err := w.preview(context.Background(), cloud, stack, w.head)
	require.NoError(t, err)
	d := &model.Deployment{}
	if deploy {
		d, err = w.deployHead(context.Background(), cloud, stack, w.head)
		require.NoError(t, err)
	}
	return judge(stack, p, d, protected, environmentOf(stackFile(w.head, stack)))
}
