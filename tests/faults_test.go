package tests

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/offline"
	"legops/internal/offline/cloud"
	"legops/internal/unfinished"
)

// TestFaults breaks an up with the real CLI, in ways that end a process, and goes back by the commands of docs/runbooks/lock-left-behind.md. What exists
// then is what an undisturbed up makes, nothing less, more or twice. Once AWS refuses the last call of the way back. Every call of the whole stacks
// meets every fault in internal/proofs/faults, with the engine in the process.
func TestFaults(t *testing.T) {
	undisturbed, last := stoodSmall(t)
	reference := openSmall(t, undisturbed, nil)
	want := existing(t, reference.Record())
	finish(t, reference)

	for _, c := range []struct {
		name string
		at   int
		// breaks runs an up that the fault breaks.
		breaks func(t *testing.T, ctx context.Context, dir string, at int)
		// knows of nothing: AWS has what no state has.
		lost bool
		// refused is the last call of the up that goes back.
		refused bool
	}{
		{"crash", last * 2 / 3, crashes("crash"), false, true},
		{"crash-after", last / 2, crashes("crash-after"), true, false},
		{"kill the program", last * 3 / 8, killsProgram, false, false},
		{"kill the CLI", last / 6, killsCLI, true, false},
	} {
		t.Run(fmt.Sprintf("%s@%d", c.name, c.at), func(t *testing.T) {
			dir := t.TempDir()
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
			defer cancel()
			c.breaks(t, ctx, dir, c.at)
			require.NoError(t, ctx.Err())

			session := openSmall(t, dir, nil)
			defer finish(t, session)
			if c.name == "kill the CLI" {
				out, err := session.Run(ctx, "up", "--yes", "--skip-preview", "--stack", "dev")
				require.Error(t, err)
				assert.Contains(t, out, "the stack is currently locked by 1 lock(s)")
				run(t, session, "cancel", "--yes", "--stack", "dev")
			}
			if c.lost {
				adopt(t, session, dir)
			}
			run(t, session, "refresh", "--clear-pending-creates", "--yes", "--skip-preview", "--stack", "dev")
			calls := 0
			if c.refused {
				refusesLast(t, session, len(want)-len(existing(t, session.Record())))
				calls = session.Cloud().Calls()
			}
			run(t, session, "up", "--yes", "--skip-preview", "--stack", "dev")
			if c.refused {
				assert.Equal(t, calls+1, session.Cloud().Calls(), "what was refused is made, and nothing else")
			}
			assert.Equal(t, want, existing(t, session.Record()))
			assert.Equal(t, want, deployed(t, session, "dev"))
			assert.Empty(t, tagged(t, session))
			run(t, session, "up", "--yes", "--skip-preview", "--expect-no-changes", "--stack", "dev")
		})
	}
}

// TestInterruptedDestroy goes back from a destruction that stopped half way by the commands of docs/runbooks/interrupted-destroy.md, with the real
// CLI and the state that its backend keeps of before.
func TestInterruptedDestroy(t *testing.T) {
	dir, _ := stoodSmall(t)
	session := openSmall(t, dir, nil)
	want := existing(t, session.Record())
	finish(t, session)

	broken := openSmall(t, dir, &cloud.Fault{Kind: "fail", Call: len(want) * 2 / 3})
	_, err := broken.Run(t.Context(), "destroy", "--yes", "--skip-preview", "--stack", "dev")
	require.Error(t, err, "the fault has to break the destruction")
	finish(t, broken)

	session = openSmall(t, dir, nil)
	defer finish(t, session)
	assert.Less(t, len(existing(t, session.Record())), len(want))
	state := filepath.Join(dir, "state", ".pulumi")
	before, err := filepath.Glob(filepath.Join(state, "history", project, "dev", "dev-*.checkpoint.json"))
	require.NoError(t, err)
	require.Len(t, before, 2, "of the deployment, and of the destruction")
	text, err := os.ReadFile(before[0])
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(state, "stacks", project, "dev.json"), text, 0o600))
	assert.Equal(t, want, deployed(t, session, "dev"))
	for _, e := range session.Record().Recoverable() {
		require.NoError(t, session.Cloud().RestoreByHand(e))
	}
	session.Cloud().DeleteUnreachable()
	run(t, session, "refresh", "--yes", "--skip-preview", "--stack", "dev")
	run(t, session, "up", "--yes", "--skip-preview", "--stack", "dev")
	run(t, session, "up", "--yes", "--skip-preview", "--stack", "dev")
	run(t, session, "up", "--yes", "--skip-preview", "--expect-no-changes", "--stack", "dev")
	assert.Equal(t, want, existing(t, session.Record()))
	assert.Equal(t, want, deployed(t, session, "dev"))
}

// crashes ends the cloud.
func crashes(kind string) func(*testing.T, context.Context, string, int) {
	return func(t *testing.T, ctx context.Context, dir string, at int) {
		t.Helper()
		broken := openSmall(t, dir, &cloud.Fault{Kind: kind, Call: at})
		_, err := broken.Run(ctx, "up", "--yes", "--skip-preview", "--stack", "dev")
		require.Error(t, err, "the fault has to break the up")
		require.NoError(t, broken.Close())
	}
}

// refusesLast refuses the last of the calls that an up has to make. The CLI tells, and ends as it always does.
func refusesLast(t *testing.T, session *offline.Session, calls int) {
	t.Helper()
	var mu sync.Mutex
	session.Cloud().Intercept(func(_ cloud.Call, change func() error) error {
		mu.Lock()
		defer mu.Unlock()
		if calls--; calls == 0 {
			return errors.New("there are too many of these")
		}
		return change()
	})
	defer session.Cloud().Intercept(nil)
	out, err := session.Run(t.Context(), "up", "--yes", "--skip-preview", "--stack", "dev")
	require.Error(t, err, "the refused call has to break the up")
	assert.Contains(t, out, "there are too many of these")
}

// killsProgram lets a call hang while the program dies, so that it dies in the middle.
func killsProgram(t *testing.T, ctx context.Context, dir string, at int) {
	t.Helper()
	broken := openSmall(t, dir, &cloud.Fault{Kind: "hang", Call: at})
	go killProgram(ctx, broken, dir, at)
	_, err := broken.Run(ctx, "up", "--yes", "--skip-preview", "--stack", "dev")
	require.Error(t, err, "the fault has to break the up")
	require.NoError(t, broken.Close())
}

// killsCLI kills the CLI and its children when the cloud has carried out a call and not answered yet.
func killsCLI(t *testing.T, ctx context.Context, dir string, at int) {
	t.Helper()
	broken := openSmall(t, dir, &cloud.Fault{Kind: "hang", Call: 1 << 30}) // never; but so the CLI saves every step
	cmd, err := broken.Command(ctx, "up", "--yes", "--skip-preview", "--stack", "dev")
	require.NoError(t, err)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var mu sync.Mutex
	calls := 0
	broken.Cloud().Intercept(func(_ cloud.Call, change func() error) error {
		mu.Lock()
		defer mu.Unlock()
		if calls++; calls > at {
			return errors.New("the CLI is dead")
		}
		err := change()
		if calls == at {
			err = errors.Join(err, syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL), errors.New("the CLI is dead"))
		}
		return err
	})
	out, err := cmd.CombinedOutput()
	require.ErrorContains(t, err, "signal: killed", "%s", out)
	require.NoError(t, broken.Close())
}

// adopt imports what exists and no state has, as the runbook says. The ids are those that a person would find in the account.
func adopt(t *testing.T, session *offline.Session, dir string) {
	t.Helper()
	known := deployed(t, session, "dev")
	strays := tagged(t, session)
	previewed := run(t, session, "preview", "--json", "--stack", "dev")
	plan, err := model.ReadPreview([]byte(previewed))
	require.NoError(t, err)
	takenOver := map[string]bool{} // by the program, as log groups are
	for _, s := range plan.Steps {
		takenOver[string(s.Resource().URN)] = s.Op == "import"
	}
	var pairs []string
	for _, e := range session.Record().Entries("") {
		if slices.Contains(known, e.Type+" "+name(e.URN)+" "+e.ID) {
			continue
		}
		if tags, _ := e.Outputs["tagsAll"].(map[string]any); len(tags) > 0 && catalogue.Of(e.Type).Listed() {
			if arn, has := e.Outputs["arn"]; has {
				assert.Contains(t, strays, arn)
			} else {
				assert.True(t, slices.ContainsFunc(strays, func(arn string) bool { return strings.HasSuffix(arn, "/"+e.ID) }), "%s %s is not among %v", e.Type, e.ID, strays)
			}
		}
		require.NoError(t, session.Cloud().Forget(e)) // the CLI may have heard of it and been killed before it saved that
		if catalogue.Of(e.Type).Again() != catalogue.Same && !takenOver[e.URN] {
			pairs = append(pairs, e.URN, e.ID)
		}
	}
	if len(pairs) == 0 {
		return
	}
	t.Log("imported:", pairs)
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"run", "./cmd/adopt"}, pairs...)...)
	cmd.Dir = root
	cmd.Stdin = strings.NewReader(previewed)
	cmd.Stderr = os.Stderr
	file, err := cmd.Output()
	require.NoError(t, err)
	path := filepath.Join(dir, "import.json")
	require.NoError(t, os.WriteFile(path, file, 0o600))
	run(t, session, "import", "--file", path, "--protect=false", "--generate-code=false", "--yes", "--skip-preview", "--stack", "dev")
}

// tagged are the resources that aws lists by the tags of the stack and the state does not have, as cmd/unfinished tells.
func tagged(t *testing.T, session *offline.Session) (found []string) {
	t.Helper()
	cfg := config(t, "dev")
	filters := map[string]string{"Project": project, "Environment": string(cfg.Environment)}
	var lists []byte
	for _, region := range slices.Compact([]string{string(cfg.Region), "us-east-1"}) {
		list, err := session.Cloud().Tagged(cfg.Account, region, filters)
		require.NoError(t, err)
		lists = append(lists, list...)
	}
	strays, err := unfinished.Strays([]byte(run(t, session, "stack", "export", "--stack", "dev")), bytes.NewReader(lists))
	require.NoError(t, err)
	for _, s := range strays {
		found = append(found, s.ARN)
	}
	return found
}

// killProgram kills the Pulumi program of the session in a folder once the cloud has counted a number of calls, and then lets
// go of what hangs. The same program runs for other tests, too.
func killProgram(ctx context.Context, session *offline.Session, dir string, calls int) {
	for session.Cloud().Calls() < calls && ctx.Err() == nil {
		time.Sleep(10 * time.Millisecond)
	}
	binary, err := filepath.EvalSymlinks(session.Program())
	if err != nil {
		return
	}
	processes, _ := filepath.Glob("/proc/[0-9]*/exe")
	for _, link := range processes {
		environment, _ := os.ReadFile(filepath.Join(filepath.Dir(link), "environ")) // it may have ended
		if target, err := os.Readlink(link); err == nil && target == binary && bytes.Contains(environment, []byte(dir+"/")) {
			if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(link))); err == nil {
				_ = syscall.Kill(pid, syscall.SIGKILL) // gone already is fine
			}
		}
	}
	session.Cloud().Release()
}
