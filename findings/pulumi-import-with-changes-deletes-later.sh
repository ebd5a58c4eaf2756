#!/bin/sh
# What is imported by another id than its own, and changed in the same update, is imported again by the next one, and then deleted.
#
# Software and version: Pulumi's engine, Go module github.com/pulumi/pulumi/pkg/v3 v3.250.0, on Go 1.26
#
# What it does: many resources are imported by a text that is not their id, such as rules of security groups, attachments of policies,
# records and associations of AWS. So the state keeps that text beside the id, and the engine compares it with the option import. The step
# that imports sets it. If the resource differs from the program, an update follows in the same deployment, and its new state has no such
# text any more. The engine then holds the option against the id, finds another one, and replaces the resource by what it imports: itself.
#
# Seen, for a disk with the id disk-1 that every update imports as zone-a/disk-1 (the steps, and what the cloud has afterwards):
#   as it is,     first:  import                                        [disk-1]
#   as it is,     second: same                                          [disk-1]
#   as it is,     third:  same                                          [disk-1]
#   another size, first:  import update                                 [disk-1]
#   another size, second: import-replacement replace delete-replaced    []
#   another size, third:  same                                          []
#
# Where it hurts: whoever takes over an account by the option import, with a tag or a setting of his own, has an update that succeeds; the next
# one, which should change nothing, deletes what was taken over. Take the option out right after the first update, or import without changes.
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
// A disk that is there already is imported by a text that is not its id, twice.
package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

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
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// disks are those that the cloud has, by id, with their sizes.
var disks map[string]string

// provider reads a disk by its id and by "zone-a/" before it, and changes the size in place.
func provider() (plugin.Provider, error) {
	return &deploytest.Provider{
		ReadF: func(_ context.Context, r plugin.ReadRequest) (plugin.ReadResponse, error) {
			id := strings.TrimPrefix(string(r.ID), "zone-a/")
			has := resource.PropertyMap{"size": resource.NewProperty(disks[id])}
			return plugin.ReadResponse{ReadResult: plugin.ReadResult{ID: resource.ID(id), Inputs: has, Outputs: has}, Status: resource.StatusOK}, nil
		},
		DiffF: func(_ context.Context, r plugin.DiffRequest) (plugin.DiffResult, error) {
			if r.OldInputs["size"].DeepEquals(r.NewInputs["size"]) {
				return plugin.DiffResult{Changes: plugin.DiffNone}, nil
			}
			return plugin.DiffResult{Changes: plugin.DiffSome, ChangedKeys: []resource.PropertyKey{"size"}}, nil
		},
		UpdateF: func(_ context.Context, r plugin.UpdateRequest) (plugin.UpdateResponse, error) {
			disks[string(r.ID)] = r.NewInputs["size"].StringValue()
			return plugin.UpdateResponse{Properties: r.NewInputs, Status: resource.StatusOK}, nil
		},
		DeleteF: func(_ context.Context, r plugin.DeleteRequest) (plugin.DeleteResponse, error) {
			delete(disks, string(r.ID))
			return plugin.DeleteResponse{Status: resource.StatusOK}, nil
		},
	}, nil
}

// run deploys a program with one disk of a size, and returns the steps.
func run(base *deploy.Snapshot, size string) (*deploy.Snapshot, []string, error) {
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
			return ctx.RegisterResource("cloud:index:Disk", "disk", pulumi.Map{"size": pulumi.String(size)}, &disk,
				pulumi.Provider(&p), pulumi.Import(pulumi.ID("zone-a/disk-1")))
		})
	})
	sink := diag.DefaultSink(os.Stderr, os.Stderr, diag.FormatOptions{Color: colors.Never})
	stop, _ := cancel.NewContext(context.Background())
	events, done := make(chan engine.Event), make(chan bool)
	var steps []string
	go func() {
		for e := range events {
			if step, ok := e.Payload().(engine.ResourcePreEventPayload); ok && step.Metadata.URN.Name() == "disk" {
				steps = append(steps, string(step.Metadata.Op))
			}
		}
		close(done)
	}()
	journal := engine.NewTestJournal()
	_, _, failed := engine.Update(
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
	return snapshot, steps, failed
}

func main() {
	for _, c := range []struct{ name, size string }{{"as it is", "10"}, {"another size", "20"}} {
		disks = map[string]string{"disk-1": "10"}
		var state *deploy.Snapshot
		for _, time := range []string{"first", "second", "third"} {
			after, steps, err := run(state, c.size)
			if err != nil {
				steps = append(steps, "failed: "+err.Error())
			}
			fmt.Printf("%-13s %-7s %-45s %s\n", c.name+",", time+":", strings.Join(steps, " "), slices.Sorted(maps.Keys(disks)))
			state = after
		}
	}
}
EOF_MAIN
timeout 300 go mod tidy 2>/dev/null || give_up 'the modules are not to be had'
timeout 1200 go build -o import . || give_up 'the program does not compile'

./import >seen 2>/dev/null || give_up 'the program failed'
cat seen
cat >expected <<'EOF_EXPECTED'
as it is,     first:  import                                        [disk-1]
as it is,     second: same                                          [disk-1]
as it is,     third:  same                                          [disk-1]
another size, first:  import update                                 [disk-1]
another size, second: import-replacement replace delete-replaced    []
another size, third:  same                                          []
EOF_EXPECTED
diff expected seen >&2 || no_longer_so 'see the difference above'
