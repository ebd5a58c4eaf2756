#!/bin/sh
# retainOnDelete and protect that come in the same update as a replacement keep nothing, and protect that goes in it is no obstacle.
#
# Software and version: Pulumi's engine, Go module github.com/pulumi/pulumi/pkg/v3 v3.250.0, on Go 1.26
#
# What it does: a deletion heeds retainOnDelete as it is in the state, not as the program has it now. A replacement is refused only if the
# resource is protected in the state and the program still protects it; the deletion of what was replaced does not look at protect at all.
#
# Seen, for a disk that is replaced (what is left):
#   retainOnDelete before and after: disk-1 disk-2
#   retainOnDelete only after:       disk-2
#   protect before and after:        disk-1 (refused)
#   protect only after:              disk-2
#   protect only before:             disk-2
#
# Where it hurts: "make the change that replaces the bucket, and set retainOnDelete to be safe" loses the documents. So does a change that takes
# protect away in passing: nothing refuses. Deploy the option first, in an update of its own.
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
// A disk is made with one option and replaced with another.
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
	none, retain, protect := pulumi.Protect(false), pulumi.RetainOnDelete(true), pulumi.Protect(true)
	for _, c := range []struct {
		name          string
		before, after pulumi.ResourceOption
	}{
		{"retainOnDelete before and after", retain, retain},
		{"retainOnDelete only after", none, retain},
		{"protect before and after", protect, protect},
		{"protect only after", none, protect},
		{"protect only before", protect, none},
	} {
		disks, made = map[string]string{}, 0
		state, _ := run(nil, "10", false, c.before)
		_, err := run(state, "20", false, c.after)
		left := strings.Join(slices.Sorted(maps.Keys(disks)), " ")
		if err != nil {
			left += " (refused)"
		}
		fmt.Printf("%-32s %s\n", c.name+":", left)
	}
}
EOF_MAIN
timeout 300 go mod tidy 2>/dev/null || give_up 'the modules are not to be had'
timeout 1200 go build -o preview . || give_up 'the program does not compile'

./preview >seen 2>/dev/null || give_up 'the program failed'
cat seen
cat >expected <<'EOF_EXPECTED'
retainOnDelete before and after: disk-1 disk-2
retainOnDelete only after:       disk-2
protect before and after:        disk-1 (refused)
protect only after:              disk-2
protect only before:             disk-2
EOF_EXPECTED
diff expected seen >&2 || no_longer_so 'see the difference above'
