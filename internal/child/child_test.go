package child

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// parent tells this program to be the one that starts a child and dies: tied or not.
const parent = "CHILD_TEST_PARENT"

func TestMain(m *testing.M) {
	if tied := os.Getenv(parent); tied != "" {
		sleep := exec.Command("sleep", "60")
		if _, err := Start(sleep, tied == "tied"); err != nil {
			panic(err)
		}
		fmt.Println(sleep.Process.Pid)
		select {}
	}
	os.Exit(m.Run())
}

func TestAChildThatIsTiedDiesWithItsParent(t *testing.T) {
	for _, kind := range []string{"tied", "loose"} {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), parent+"="+kind)
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		line, err := bufio.NewReader(out).ReadString('\n')
		require.NoError(t, err)
		pid, err := strconv.Atoi(strings.TrimSpace(line))
		require.NoError(t, err)
		require.NoError(t, cmd.Process.Kill())
		require.ErrorContains(t, cmd.Wait(), "killed")
		if kind == "loose" {
			assert.NoError(t, syscall.Kill(pid, syscall.SIGKILL), "it goes on")
			continue
		}
		assert.Eventually(t, func() bool {
			stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
			return err != nil || strings.Contains(string(stat), ") Z ") // nobody waits for it in some containers
		}, 10*time.Second, 10*time.Millisecond, "%s is left over", kind)
	}
}

func TestStart(t *testing.T) {
	_, err := Start(exec.Command("/nowhere"), true)
	require.ErrorContains(t, err, "no such file")
	p, err := Start(exec.Command("sh", "-c", "exit 3"), true)
	require.NoError(t, err)
	<-p.Ended
	assert.Equal(t, 3, p.Cmd.ProcessState.ExitCode())
	assert.True(t, p.HasEnded())
	p.Kill() // there is nothing left to kill

	p, err = Start(exec.Command("sh", "-c", "sleep 60 & sleep 60"), true)
	require.NoError(t, err)
	assert.False(t, p.HasEnded())
	p.Kill()
	assert.True(t, p.HasEnded())
	assert.Equal(t, "signal: killed", p.Cmd.ProcessState.String())
}
