package review

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
)

// What an interrupted command leaves running, as the Pulumi CLI does when it has started a plugin and does not listen for
// interrupts yet, ends with it.
func TestExecuteEndsWhatTheCommandStarted(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pid")
	ctx, interrupt := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	// The child has a process group of its own, and does not hold what the command prints to.
	go func() {
		_, _, err := execute(ctx, exec.CommandContext(ctx, "bash", "-c", `set -m; sleep 300 >/dev/null 2>&1 & echo $! >"$0.new"; mv "$0.new" "$0"; wait`, file))
		ended <- err
	}()
	require.Eventually(t, func() bool { _, err := os.Stat(file); return err == nil }, 10*time.Second, 10*time.Millisecond)
	child, err := strconv.Atoi(strings.TrimSpace(checkout.Read(t, file)))
	require.NoError(t, err)
	group, err := syscall.Getpgid(child)
	require.NoError(t, err)
	require.Equal(t, child, group)

	interrupt()
	require.ErrorIs(t, <-ended, context.Canceled)
	// A process that ended stays in the table until its parent asks for it.
	assert.Eventually(t, func() bool {
		state, err := exec.CommandContext(t.Context(), "ps", "-o", "stat=", "-p", strconv.Itoa(child)).Output()
		return err != nil || strings.HasPrefix(string(state), "Z")
	}, 10*time.Second, 50*time.Millisecond)
}
