package faults

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"legops/internal/offline/cloud"
	"legops/internal/proofs"
)

func TestOne(t *testing.T) {
	e := opened(t)
	s := &proofs.Search{Root: root, Engine: e, Sample: 1, Log: os.Stderr}
	tg, err := newTarget(t.Context(), e, root, os.Getenv("STACK"))
	require.NoError(t, err)
	for _, o := range operations {
		if !strings.Contains(os.Getenv("OP"), o.name) {
			continue
		}
		want, err := tg.undisturbed(t.Context(), o)
		require.NoError(t, err)
		for _, f := range faults {
			if strings.Contains(os.Getenv("KIND"), f.name) && f.strikes(o) {
				require.NoError(t, tg.search(t.Context(), s, o, f, want, func(cloud.Call) bool { return false }))
				t.Log(s.Figures())
			}
		}
	}
	for _, found := range s.Found() {
		t.Error(found)
	}
}
