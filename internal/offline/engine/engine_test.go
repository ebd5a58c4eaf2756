package engine_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"legops/infra"
	"legops/internal/checkout"
	"legops/internal/offline/cloud"
	"legops/internal/offline/engine"
)

const root = "../../.."

var program = engine.Source{Dir: root, Program: engine.Function(infra.ProgramWith)}

// stack is a stack of an engine that ends with the test.
func stack(t *testing.T, name string) *engine.Stack {
	t.Helper()
	e, err := engine.Open(context.Background(), root)
	require.NoError(t, err)
	t.Cleanup(func() {
		assert.Empty(t, e.Refused(), "addresses outside this machine that something tried to reach")
		assert.NoError(t, e.Close())
	})
	s, err := e.Stack(name, nil)
	require.NoError(t, err)
	return s
}

// A built program and the same program as a function ask for the same.
func TestExecutable(t *testing.T) {
	s := stack(t, "dev")
	built, err := filepath.Abs(filepath.Join(root, "bin", "legops"))
	require.NoError(t, err)
	err = s.Up(t.Context(), engine.Source{Dir: root, Program: engine.Executable(built)})
	require.NoError(t, err)
	plan, err := s.Preview(t.Context(), program)
	require.NoError(t, err)
	assert.Greater(t, len(plan.Steps), 900)
	assert.False(t, plan.Changes())
}

// What happens to a copy does not happen to the stack that it is a copy of, and a preview happens to nothing.
func TestCopy(t *testing.T) {
	s := stack(t, "dev")
	err := s.Up(t.Context(), program)
	require.NoError(t, err)
	made := s.Record().Entries("")
	require.Greater(t, len(made), 900)
	c, err := s.Copy()
	require.NoError(t, err)
	require.NoError(t, c.Destroy(t.Context(), program))
	assert.Empty(t, c.Record().Entries(""))
	assert.Equal(t, made, s.Record().Entries(""))
	plan, err := s.Refresh(t.Context(), program)
	require.NoError(t, err)
	assert.Empty(t, plan.Steps)
	plan, err = s.Preview(t.Context(), program)
	require.NoError(t, err)
	assert.False(t, plan.Changes())
	assert.Equal(t, made, s.Record().Entries(""))
}

// The error of an operation says all that the program said, and nothing has changed.
func TestMistakes(t *testing.T) {
	s := stack(t, "dev")
	files := t.TempDir()
	checkout.Write(t, files, checkout.Edit(t, root, "dev",
		[2]string{"natGateways: 1", "natGateways: 7"}, [2]string{"maxReplicas: 3", "maxReplicas: 0"}))
	edited := program
	edited.StackFiles = files
	_, err := s.Preview(t.Context(), edited)
	require.ErrorContains(t, err, "legops:network.natGateways: 7")
	require.ErrorContains(t, err, "maxReplicas: 0")
	d, err := s.Deploy(t.Context(), edited)
	require.ErrorContains(t, err, "legops:network.natGateways: 7")
	assert.Len(t, d.Failures, 3, "each mistake, and that there are any: %v", d.Failures)
	for _, f := range d.Failures {
		assert.Empty(t, f.URN, "%s: no resource says it, but the program", f.Message)
	}
	assert.Empty(t, s.Record().Entries(""))

	s.Cloud().Intercept(func(cloud.Call, func() error) error { return status.Error(codes.Internal, "no more queues") })
	d, err = s.Deploy(t.Context(), small())
	require.ErrorContains(t, err, "no more queues")
	require.NotEmpty(t, d.Failures)
	assert.Equal(t, resource.URN("urn:pulumi:dev::legops::aws:sqs/queue:Queue::queue"), d.Failures[0].URN, "what could not be made: %v", d.Failures)

	_, err = s.Preview(t.Context(), engine.Source{Dir: root, StackFiles: t.TempDir(), Program: program.Program})
	require.ErrorIs(t, err, os.ErrNotExist)
}

// small is a program that makes a provider and a queue.
func small() engine.Source {
	source := program
	source.Program = engine.Function(func(ctx *pulumi.Context, _ map[string]string) error {
		var provider pulumi.ProviderResourceState
		if err := ctx.RegisterResource("pulumi:providers:aws", "aws", pulumi.Map{
			"region": pulumi.String("us-east-1"), "allowedAccountIds": pulumi.Array{pulumi.String("111111111111")},
		}, &provider, pulumi.Version("6.0.0")); err != nil {
			return err
		}
		var made pulumi.CustomResourceState
		return ctx.RegisterResource("aws:sqs/queue:Queue", "queue", pulumi.Map{"name": pulumi.String("queue")}, &made, pulumi.Provider(&provider))
	})
	return source
}

// script is a program of the shell.
func script(t *testing.T, commands string) engine.Source {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+commands), 0o700))
	return engine.Source{Dir: root, Program: engine.Executable(path)}
}

// A built program gets no credentials of AWS from the environment, and a proxy that refuses every address.
func TestIsolation(t *testing.T) {
	t.Setenv("AWS_PROFILE", "prod")
	t.Setenv("PULUMI_LEGACY_PROVIDER_PREVIEW", "true")
	t.Setenv("HTTPS_PROXY", "http://proxy.example")
	file := filepath.Join(t.TempDir(), "environment")
	_, err := stack(t, "dev").Preview(t.Context(), script(t, "env >"+file+"; exit 3"))
	require.ErrorContains(t, err, "the program ended with exit status 3")
	environment := checkout.Read(t, filepath.Dir(file), filepath.Base(file))
	for _, absent := range []string{"AWS_PROFILE", "PULUMI_LEGACY", "proxy.example"} {
		assert.NotContains(t, environment, absent)
	}
	for _, present := range []string{"HTTPS_PROXY=http://127.0.0.1:", "AWS_EC2_METADATA_DISABLED=true", "PULUMI_STACK=dev", `PULUMI_CONFIG={"`} {
		assert.Contains(t, environment, present)
	}
}

// An interrupt ends a program that does not listen, and what it has started.
func TestInterruptOfADeafProgram(t *testing.T) {
	s := stack(t, "dev")
	file := filepath.Join(t.TempDir(), "started")
	ctx, interrupt := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		err := s.Up(ctx, script(t, "trap '' INT TERM; sleep 300 & echo $! >"+file+".new; mv "+file+".new "+file+"; wait"))
		ended <- err
	}()
	require.Eventually(t, func() bool { _, err := os.Stat(file); return err == nil }, 20*time.Second, 10*time.Millisecond)
	interrupt()
	select {
	case err := <-ended:
		require.ErrorIs(t, err, context.Canceled)
	case <-time.After(20 * time.Second):
		t.Fatal("the operation goes on")
	}
	child := strings.TrimSpace(checkout.Read(t, filepath.Dir(file), filepath.Base(file)))
	// A process that ended stays in the table until its parent asks for it.
	assert.Eventually(t, func() bool {
		state, err := exec.CommandContext(t.Context(), "ps", "-o", "stat=", "-p", child).Output()
		return err != nil || strings.HasPrefix(string(state), "Z")
	}, 10*time.Second, 50*time.Millisecond)
}

// An interrupt in the middle of a deployment leaves a state with which the next one goes on.
func TestInterrupt(t *testing.T) {
	s := stack(t, "dev")
	ctx, interrupt := context.WithCancel(t.Context())
	go func() {
		for s.Cloud().Calls() < 100 {
			time.Sleep(time.Millisecond)
		}
		interrupt()
	}()
	err := s.Up(ctx, program)
	require.ErrorIs(t, err, context.Canceled)
	made := len(s.Record().Entries(""))
	require.Greater(t, made, 90)
	require.Less(t, made, 800)
	err = s.Up(t.Context(), program)
	require.NoError(t, err)
	plan, err := s.Preview(t.Context(), program)
	require.NoError(t, err)
	assert.False(t, plan.Changes())
}

// A program ends with an operation that failed: the engine answers it no more.
func TestProgramEndsWithTheOperation(t *testing.T) {
	e, err := engine.Open(context.Background(), root)
	require.NoError(t, err)
	defer func() { require.NoError(t, e.Close()) }()
	s, err := e.Stack("dev", &cloud.Fault{Kind: "fail", Call: 20})
	require.NoError(t, err)
	ended := false
	watched := program
	watched.Program = func(ctx context.Context, run *engine.Run) error {
		defer func() { ended = true }()
		return program.Program(ctx, run)
	}
	err = s.Up(t.Context(), watched)
	require.ErrorContains(t, err, "the simulated cloud fails this call")
	assert.True(t, ended)
}

// Of the providers, the program has the ones that it asks for: of whatever version, and none by default, as Pulumi.yaml says.
func TestProviders(t *testing.T) {
	queue := func(options ...pulumi.ResourceOption) engine.Source {
		source := program
		source.Program = engine.Function(func(ctx *pulumi.Context, _ map[string]string) error {
			var made pulumi.CustomResourceState
			return ctx.RegisterResource("aws:sqs/queue:Queue", "queue", pulumi.Map{"name": pulumi.String("queue")}, &made, options...)
		})
		return source
	}
	s := stack(t, "dev")
	_, err := s.Preview(t.Context(), queue())
	require.ErrorContains(t, err, "Default provider for 'aws' disabled")

	plan, err := s.Preview(t.Context(), small())
	require.NoError(t, err)
	assert.Len(t, plan.Steps, 3, "the stack, the provider and the queue")
}

// Protection is taken from everything that has it.
func TestUnprotect(t *testing.T) {
	s := stack(t, "prod")
	err := s.Up(t.Context(), program)
	require.NoError(t, err)
	require.ErrorContains(t, s.Destroy(t.Context(), program), "cannot be deleted")
	protected := s.Unprotect()
	assert.Greater(t, len(protected), 20)
	assert.Contains(t, protected, "urn:pulumi:prod::legops::legops:components:Rds$aws:rds/instance:Instance::rds-instance")
	assert.Empty(t, s.Unprotect())
	require.ErrorContains(t, s.Destroy(t.Context(), program), "OperationNotPermitted", "AWS itself keeps the database")
}

// Pulumi's engine holds on to what it deployed; what it holds stays small, for proofs of many operations.
func TestOperationsLeaveLittle(t *testing.T) {
	const runs, most = 3, 10 << 20 // bytes a run: 6 are the engine's, 12 if it held the cloud, too
	s := stack(t, "dev")
	held := func() (m runtime.MemStats) {
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m
	}
	require.NoError(t, s.Up(t.Context(), program))
	before := held()
	for range runs {
		c, err := s.Copy()
		require.NoError(t, err)
		require.NoError(t, c.Up(t.Context(), program))
	}
	grown := (int64(held().HeapAlloc) - int64(before.HeapAlloc)) / runs
	t.Log(grown>>10, "KB a run")
	assert.Less(t, grown, int64(most))
}
