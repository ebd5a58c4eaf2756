#!/bin/sh
# Every operation of Pulumi's engine in a process leaves its deployment behind.
#
# Software and version: Pulumi's engine, Go module github.com/pulumi/pulumi/pkg/v3 v3.250.0, on Go 1.26
#
# What it does: an update starts a goroutine that reads the step executor's errors from a channel that nobody closes
# (resource/deploy/step_executor.go), and a gRPC server for schemas that nobody stops (resource/deploy/source_eval.go). Both hold the
# deployment: its host with the plugins, its states and its goals. The CLI ends after one operation, so nobody sees it there.
#
# Seen, after five updates in one process, each ended and its host closed:
#   step executors that wait: 5
#   gRPC servers that serve:  5
#   memory that stays: more than half a MB for each update of 100 resources with a text of 10 kB
#
# Where it hurts: tests and tools that run the engine many times in a process, as a library. Memory grows with each
# operation, by 8 to 18 MB for a program of 1,000 resources. Let what the host and the provider hold go after each operation, and start
# a new process after some hundred.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
no_longer_so() { echo "no longer so: $*" >&2; exit 1; } # what is seen now
give_up() { echo "cannot tell: $*" >&2; exit 2; }       # why

cd "$work"
export CGO_ENABLED=0 GOWORK=off GOFLAGS=-mod=mod
cat >go.mod <<'EOF_MODULE'
module findings

go 1.26.0

require (
	github.com/blang/semver v3.5.1+incompatible
	github.com/pulumi/pulumi/pkg/v3 v3.250.0
	github.com/pulumi/pulumi/sdk/v3 v3.250.0
)
EOF_MODULE
cat >main.go <<'EOF_MAIN'
// Five updates of a hundred resources, and what of them is left.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"time"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/pkg/v3/engine"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy/deploytest"
	"github.com/pulumi/pulumi/pkg/v3/resource/plugin"
	"github.com/pulumi/pulumi/pkg/v3/util/cancel"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
)

// provider creates what it is asked for.
func provider() (plugin.Provider, error) {
	return &deploytest.Provider{CreateF: func(_ context.Context, r plugin.CreateRequest) (plugin.CreateResponse, error) {
		return plugin.CreateResponse{ID: "id", Properties: r.Properties, Status: resource.StatusOK}, nil
	}}, nil
}

// update creates the resources of a new stack and forgets it.
func update() {
	program := deploytest.NewLanguageRuntime(func(_ plugin.RunInfo, monitor *deploytest.ResourceMonitor) error {
		for i := range 100 {
			_, err := monitor.RegisterResource("cloud:index:Disk", fmt.Sprint("disk-", i), true, deploytest.ResourceOptions{
				Inputs: resource.NewPropertyMapFromMap(map[string]any{"text": strings.Repeat(fmt.Sprint(i%10), 10_000)}),
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	sink := diag.DefaultSink(os.Stderr, os.Stderr, diag.FormatOptions{Color: colors.Never})
	stop, cause := cancel.NewContext(context.Background())
	events, done := make(chan engine.Event), make(chan bool)
	go func() {
		for range events {
		}
		close(done)
	}()
	host := deploytest.NewPluginHost(sink, sink, program, deploytest.NewProviderLoader("cloud", semver.MustParse("1.0.0"), provider))
	journal := engine.NewTestJournal()
	_, _, err := engine.Update(
		engine.UpdateInfo{Root: "/", Project: &workspace.Project{Name: "p", Runtime: workspace.NewProjectRuntimeInfo("go", nil)}, Target: &deploy.Target{
			Name: tokens.MustParseStackName("s"), Decrypter: config.NopDecrypter,
		}},
		&engine.Context{Cancel: stop, Events: events, SnapshotManager: journal},
		engine.UpdateOptions{Parallel: 1, SkipPluginPreInstall: true, HostFactory: func(context.Context, diag.Sink, diag.Sink, plugin.DebugContext) (plugin.Host, error) {
			return host, nil
		}}, false)
	if err != nil {
		panic(err)
	}
	close(events)
	<-done
	cause.Terminate()
	if err := errors.Join(host.Close(), journal.Close()); err != nil {
		panic(err)
	}
}

// waiting counts the goroutines with a function on their stack.
func waiting(function string) int {
	var text strings.Builder
	if err := pprof.Lookup("goroutine").WriteTo(&text, 2); err != nil {
		panic(err)
	}
	count := 0
	for _, stack := range strings.Split(text.String(), "\n\n") {
		if strings.Contains(stack, function) {
			count++
		}
	}
	return count
}

// held is the memory in use, in kB.
func held() int {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc >> 10)
}

func main() {
	update()
	executors, servers, before := waiting("newStepExecutor.func1"), waiting("grpc.(*Server).Serve("), held()
	for range 5 {
		update()
	}
	time.Sleep(2 * time.Second) // for what ends a moment later
	fmt.Println("step executors that wait:", waiting("newStepExecutor.func1")-executors)
	fmt.Println("gRPC servers that serve: ", waiting("grpc.(*Server).Serve(")-servers)
	fmt.Println("kB that stay for each:   ", (held()-before)/5)
}
EOF_MAIN
timeout 300 go mod tidy 2>/dev/null || give_up 'the modules are not to be had'
timeout 1200 go build -o updates . || give_up 'the program does not compile'


seen=$(./updates 2>/dev/null) || give_up 'the updates failed'
echo "$seen"
number() { echo "$seen" | sed -n "s/^$1: *//p"; }
[ "$(number 'step executors that wait')" = 5 ] || no_longer_so 'the step executors'
[ "$(number 'gRPC servers that serve')" = 5 ] || no_longer_so 'the gRPC servers'
[ "$(number 'kB that stay for each')" -gt 500 ] || no_longer_so 'the memory'
