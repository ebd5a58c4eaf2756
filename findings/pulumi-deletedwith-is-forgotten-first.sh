#!/bin/sh
# A destroy that stops half way has forgotten what is deleted with its parent, although both still exist.
#
# Software and version: Pulumi's engine, Go module github.com/pulumi/pulumi/pkg/v3 v3.250.0, on Go 1.26
#
# What it does: the option deletedWith says that a resource goes when another one goes, so that Pulumi need not ask the provider to delete it. The
# engine takes it out of the state in its own step, before the other one is deleted. If that deletion then fails, or the run is stopped in between,
# the resource exists and no state has it.
#
# Seen, for a record with deletedWith a disk, where the deletion of the disk fails:
#   before the destroy: the cloud has disk record; the state has disk record
#   after it failed:    the cloud has disk record; the state has disk
#   the next update:    asks for record once more
#
# Where it hurts: somebody stops a destroy that was a mistake, and the next update fails for everything whose name is taken, or makes it twice. Put the
# state of before back (`pulumi stack import`) and refresh it.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
no_longer_so() { echo "no longer so: $*" >&2; exit 1; } # what is seen now
give_up() { echo "cannot tell: $*" >&2; exit 2; }       # why

cd "$work"
export GOWORK=off GOFLAGS='-mod=mod -trimpath'
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
// A disk and a record that goes with it: made, destroyed while the disk cannot be deleted, made again.
package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/blang/semver"
	pulumidisplay "github.com/pulumi/pulumi/pkg/v3/display"
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
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// cloud is what the provider has, asked what it was asked to make, refuses whether it fails to delete.
var (
	cloud   = map[string]bool{}
	asked   []string
	refuses bool
)

func provider() (plugin.Provider, error) {
	return &deploytest.Provider{
		CreateF: func(_ context.Context, r plugin.CreateRequest) (plugin.CreateResponse, error) {
			name := r.URN.Name()
			asked = append(asked, name)
			cloud[name] = true
			return plugin.CreateResponse{ID: resource.ID(name), Properties: r.Properties, Status: resource.StatusOK}, nil
		},
		DeleteF: func(_ context.Context, r plugin.DeleteRequest) (plugin.DeleteResponse, error) {
			if refuses {
				return plugin.DeleteResponse{Status: resource.StatusOK}, errors.New("the disk is in use")
			}
			delete(cloud, r.URN.Name())
			return plugin.DeleteResponse{Status: resource.StatusOK}, nil
		},
	}, nil
}

// operation is engine.Update or engine.Destroy.
type operation = func(engine.UpdateInfo, *engine.Context, engine.UpdateOptions, bool) (*deploy.Plan, pulumidisplay.ResourceChanges, error)

func run(base *deploy.Snapshot, do operation) (*deploy.Snapshot, error) {
	program := deploytest.NewLanguageRuntimeF(func(info plugin.RunInfo, _ *deploytest.ResourceMonitor) error {
		ctx, err := pulumi.NewContext(context.Background(), pulumi.RunInfo{
			Project: info.Project, Stack: info.Stack, DryRun: info.DryRun, Parallel: 1, MonitorAddr: info.MonitorAddress,
		})
		if err != nil {
			return err
		}
		return pulumi.RunWithContext(ctx, func(ctx *pulumi.Context) error {
			var p pulumi.ProviderResourceState
			if err := ctx.RegisterResource("pulumi:providers:cloud", "cloud", pulumi.Map{}, &p); err != nil {
				return err
			}
			var disk, record pulumi.CustomResourceState
			if err := ctx.RegisterResource("cloud:index:Disk", "disk", pulumi.Map{}, &disk, pulumi.Provider(&p)); err != nil {
				return err
			}
			return ctx.RegisterResource("cloud:index:Record", "record", pulumi.Map{}, &record, pulumi.Provider(&p), pulumi.DeletedWith(&disk))
		})
	})
	sink := diag.DefaultSink(new(strings.Builder), new(strings.Builder), diag.FormatOptions{Color: colors.Never})
	stop, _ := cancel.NewContext(context.Background())
	events, done := make(chan engine.Event), make(chan bool)
	go func() {
		for range events {
		}
		close(done)
	}()
	journal := engine.NewTestJournal()
	_, _, failed := do(
		engine.UpdateInfo{Root: "/", Project: &workspace.Project{Name: "p", Runtime: workspace.NewProjectRuntimeInfo("go", nil)}, Target: &deploy.Target{
			Name: tokens.MustParseStackName("s"), Decrypter: config.NopDecrypter, Snapshot: base,
		}},
		&engine.Context{Cancel: stop, Events: events, SnapshotManager: journal},
		engine.UpdateOptions{Parallel: 1, SkipPluginPreInstall: true, HostFactory: func(context.Context, diag.Sink, diag.Sink, plugin.DebugContext) (plugin.Host, error) {
			return deploytest.NewPluginHost(sink, sink, program(), deploytest.NewProviderLoader("cloud", semver.MustParse("1.0.0"), provider)), nil
		}}, false)
	close(events)
	<-done
	if err := journal.Close(); err != nil {
		panic(err)
	}
	snapshot, err := journal.Entries().Snap(base)
	if err != nil {
		panic(err)
	}
	return snapshot, failed
}

// tell is what exists and what the state has.
func tell(state *deploy.Snapshot) string {
	var known []string
	for _, r := range state.Resources {
		if strings.HasPrefix(string(r.Type), "cloud:") {
			known = append(known, r.URN.Name())
		}
	}
	slices.Sort(known)
	return fmt.Sprintf("the cloud has %s; the state has %s", strings.Join(slices.Sorted(maps.Keys(cloud)), " "), strings.Join(known, " "))
}

func main() {
	state, err := run(nil, engine.Update)
	if err != nil {
		panic(err)
	}
	fmt.Println("before the destroy: " + tell(state))
	refuses = true
	state, err = run(state, engine.Destroy)
	if err == nil {
		panic("the destroy did not fail")
	}
	fmt.Println("after it failed:    " + tell(state))
	asked = nil
	if _, err = run(state, engine.Update); err != nil {
		panic(err)
	}
	fmt.Println("the next update:    asks for " + strings.Join(asked, " ") + " once more")
}
EOF_MAIN
timeout 300 go mod tidy 2>/dev/null || give_up 'the modules are not to be had'
timeout 1200 go build -o program . || give_up 'the program does not compile'

./program >seen 2>&1 || give_up "the program failed: $(tail -n 3 seen)"
cat seen
expect() { grep -qxF "$1" seen || no_longer_so "there is no line: $1"; }
expect 'before the destroy: the cloud has disk record; the state has disk record'
expect 'after it failed:    the cloud has disk record; the state has disk'
expect 'the next update:    asks for record once more'
