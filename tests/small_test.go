package tests

import (
	"testing"

	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
	"legops/internal/offline"
	"legops/internal/offline/cloud"
	"legops/internal/offline/engine"
)

// smallFiles is a folder with the file of a small stack (checkout.Small), edited.
func smallFiles(t *testing.T, stack string, edits ...[2]string) string {
	t.Helper()
	files, name := checkout.Edit(t, root, stack, edits...), "Pulumi."+stack+".yaml"
	require.Equal(t, checkout.Read(t, root, "Pulumi.yaml"), files["Pulumi.yaml"], "the applications of Pulumi.yaml are not in a small stack")
	folder := t.TempDir()
	checkout.Write(t, folder, map[string]string{name: checkout.Small(files[name])})
	return folder
}

// small is the program with the file of a small stack, edited.
func small(t *testing.T, stack string, edits ...[2]string) engine.Source {
	t.Helper()
	return program(smallFiles(t, stack, edits...))
}

// deployedSmall is a small stack of its own in the state of the deployed one.
func deployedSmall(t *testing.T, stack string) *engine.Stack {
	t.Helper()
	return deployedOnce(t, "small "+stack, stack, small(t, stack))
}

// openSmall is open, with the small dev.
func openSmall(t *testing.T, dir string, fault *cloud.Fault) *offline.Session {
	t.Helper()
	session, err := offline.Open(offline.Options{Root: root, Dir: dir, StackFiles: smallFiles(t, "dev"), Fault: fault})
	require.NoError(t, err)
	return session
}

// stoodSmall is stood, with the small dev.
func stoodSmall(t *testing.T) (dir string, calls int) {
	t.Helper()
	return stoodOnce(t, "small dev", "dev", openSmall)
}
