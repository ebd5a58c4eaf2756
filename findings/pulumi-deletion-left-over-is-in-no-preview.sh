#!/bin/sh
# A deletion that a failed update has left in the state is in no JSON step of a preview, and the next update carries it out.
#
# Software and version: Pulumi's engine, Go module github.com/pulumi/pulumi/pkg/v3 v3.250.0, on Go 1.26
#
# What it does: where a replacement was created and the deletion of the old resource failed, the state keeps the old resource with "delete": true.
# Every later update deletes it, whatever the program says. `pulumi preview --json` and --diff leave the step out, since they show a
# replacement as one step and hide its parts, so --expect-no-changes passes. Only the tree that a terminal shows has a line for it.
#
# Seen, for a disk that is replaced, whose deletion fails once:
#   after the failed update: disk-1 disk-2
#   preview of the next one: same p-s; summary: {"same":3}   (p-s is the stack itself)
#   after the next one:      disk-2
#
# Where it hurts: the deletion of a database failed, somebody still copies from it, and the next deployment of anything deletes it after a preview
# without changes. Read `pulumi stack export` for "delete": true.
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
// Three updates of one disk: it is made, it is replaced and the old one cannot be deleted, nothing changes.
package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/pkg/v3/backend/display"
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

// disks are those that the provider has, by id, and refuses whether it fails to delete one.
var (
	disks   = map[string]string{}
	made    int
	refuses bool
)

// provider replaces a disk whose size changes, the new one first.
func provider() (plugin.Provider, error) {
	return &deploytest.Provider{
		DiffF: func(_ context.Context, r plugin.DiffRequest) (plugin.DiffResult, error) {
			if r.OldInputs["size"].DeepEquals(r.NewInputs["size"]) {
				return plugin.DiffResult{Changes: plugin.DiffNone}, nil
			}
			return plugin.DiffResult{Changes: plugin.DiffSome, ReplaceKeys: []resource.PropertyKey{"size"}}, nil
		},
		CreateF: func(_ context.Context, r plugin.CreateRequest) (plugin.CreateResponse, error) {
			if r.Preview {
				return plugin.CreateResponse{Properties: r.Properties, Status: resource.StatusOK}, nil
			}
			made++
			id := fmt.Sprintf("disk-%d", made)
			disks[id] = r.Properties["size"].StringValue()
			return plugin.CreateResponse{ID: resource.ID(id), Properties: r.Properties, Status: resource.StatusOK}, nil
		},
		DeleteF: func(_ context.Context, r plugin.DeleteRequest) (plugin.DeleteResponse, error) {
			if refuses {
				return plugin.DeleteResponse{Status: resource.StatusOK}, errors.New("the disk is in use")
			}
			delete(disks, string(r.ID))
			return plugin.DeleteResponse{Status: resource.StatusOK}, nil
		},
	}, nil
}

// run deploys a program with one disk, or prints a preview as `pulumi preview --json` does.
func run(base *deploy.Snapshot, size string, preview bool, options ...pulumi.ResourceOption) (*deploy.Snapshot, error) {
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
			var disk pulumi.CustomResourceState
			return ctx.RegisterResource("cloud:index:Disk", "disk", pulumi.Map{"size": pulumi.String(size)}, &disk, append(options, pulumi.Provider(&p))...)
		})
	})
	sink := diag.DefaultSink(os.Stderr, os.Stderr, diag.FormatOptions{Color: colors.Never})
	stop, _ := cancel.NewContext(context.Background())
	events, done := make(chan engine.Event), make(chan bool)
	if preview {
		go display.ShowPreviewDigest(events, done, display.Options{JSONDisplay: true, Color: colors.Never})
	} else {
		go func() {
			for range events {
			}
			close(done)
		}()
	}
	journal := engine.NewTestJournal()
	_, _, failed := engine.Update(
		engine.UpdateInfo{Root: "/", Project: &workspace.Project{Name: "p", Runtime: workspace.NewProjectRuntimeInfo("go", nil)}, Target: &deploy.Target{
			Name: tokens.MustParseStackName("s"), Decrypter: config.NopDecrypter, Snapshot: base,
		}},
		&engine.Context{Cancel: stop, Events: events, SnapshotManager: journal},
		engine.UpdateOptions{Parallel: 1, SkipPluginPreInstall: true, HostFactory: func(context.Context, diag.Sink, diag.Sink, plugin.DebugContext) (plugin.Host, error) {
			return deploytest.NewPluginHost(sink, sink, program(), deploytest.NewProviderLoader("cloud", semver.MustParse("1.0.0"), provider)), nil
		}}, preview)
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

func main() {
	state, _ := run(nil, "10", false)
	refuses = true
	state, err := run(state, "20", false)
	if err == nil {
		panic("the deletion did not fail")
	}
	refuses = false
	list := func() string { return strings.Join(slices.Sorted(maps.Keys(disks)), " ") }
	fmt.Fprintln(os.Stderr, "after the failed update: "+list())
	_, _ = run(state, "20", true)
	_, _ = run(state, "20", false)
	fmt.Fprintln(os.Stderr, "after the next one:      "+list())
}
EOF_MAIN
timeout 300 go mod tidy 2>/dev/null || give_up 'the modules are not to be had'
timeout 1200 go build -o preview . || give_up 'the program does not compile'

./preview >preview.json 2>seen || give_up 'the program failed'
steps=$(node -e '
const { steps, changeSummary } = JSON.parse(require("fs").readFileSync("preview.json", "utf8"));
const s = (steps || []).map((s) => s.op + " " + s.urn.split("::").pop());
console.log((s.join(", ") || "no step") + "; summary: " + JSON.stringify(changeSummary));')
failed=$(sed -n 's/^after the failed update: //p' seen)
next=$(sed -n 's/^after the next one:      //p' seen)
echo "after the failed update: $failed"
echo "preview of the next one: $steps"
echo "after the next one:      $next"
[ "$failed" = 'disk-1 disk-2' ] || no_longer_so "after the failed update there is $failed"
[ "$steps" = 'same p-s; summary: {"same":3}' ] || no_longer_so "the preview shows $steps"
[ "$next" = disk-2 ] || no_longer_so "after the next update there is $next"
