#!/bin/sh
# A preview that replaces a resource because its provider is replaced says nothing of what else changes in the resource.
#
# Software and version: Pulumi's engine, Go module github.com/pulumi/pulumi/pkg/v3 v3.250.0, on Go 1.26
#
# What it does: if the provider of a resource is another one, or is replaced itself, the engine decides on the replacement and
# does not ask the provider for the difference. `pulumi preview --json` then has "replaceReasons": ["provider"], and neither
# "diffReasons" nor "detailedDiff", even if inputs of the resource change in the same update. The same change of an input alone has
# its name in the one and its path and kind in the other.
#
# Seen, for a disk whose size changes from 10 to 20 (a program of one resource with an explicit provider):
#   same provider:    update disk; reasons: size; replaces: none; in detail: size
#   another provider: replace disk; reasons: none; replaces: provider; in detail: nothing
#
# Where it hurts: whoever reviews a change by diffReasons and detailedDiff sees a move to another region and
# misses that the disk is also another one. Compare the inputs of both states where detailedDiff is absent.
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
// One resource with an explicit provider. The second preview uses another provider of the same package, configured for
// another region, and changes an input of the resource.
package main

import (
	"context"
	"os"

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

// provider says for every change that the resource changes in place, with the path.
func provider() (plugin.Provider, error) {
	return &deploytest.Provider{
		DiffConfigF: func(_ context.Context, r plugin.DiffConfigRequest) (plugin.DiffConfigResponse, error) {
			if r.OldInputs["region"].DeepEquals(r.NewInputs["region"]) {
				return plugin.DiffResult{Changes: plugin.DiffNone}, nil
			}
			return plugin.DiffResult{Changes: plugin.DiffSome, ReplaceKeys: []resource.PropertyKey{"region"}}, nil
		},
		DiffF: func(_ context.Context, r plugin.DiffRequest) (plugin.DiffResult, error) {
			d := r.OldInputs.Diff(r.NewInputs)
			if d == nil {
				return plugin.DiffResult{Changes: plugin.DiffNone}, nil
			}
			return plugin.DiffResult{
				Changes: plugin.DiffSome, ChangedKeys: d.ChangedKeys(),
				DetailedDiff: plugin.NewDetailedDiffFromObjectDiff(d, true),
			}, nil
		},
		CreateF: func(_ context.Context, r plugin.CreateRequest) (plugin.CreateResponse, error) {
			return plugin.CreateResponse{ID: "id", Properties: r.Properties, Status: resource.StatusOK}, nil
		},
	}, nil
}

// run runs a program with a provider for a region and a resource of it, and prints a preview as `pulumi preview --json` does.
func run(base *deploy.Snapshot, region, size string, preview bool) *deploy.Snapshot {
	program := deploytest.NewLanguageRuntimeF(func(info plugin.RunInfo, _ *deploytest.ResourceMonitor) error {
		ctx, err := pulumi.NewContext(context.Background(), pulumi.RunInfo{
			Project: info.Project, Stack: info.Stack, DryRun: info.DryRun, Parallel: 1, MonitorAddr: info.MonitorAddress,
		})
		if err != nil {
			return err
		}
		return pulumi.RunWithContext(ctx, func(ctx *pulumi.Context) error {
			var p pulumi.ProviderResourceState
			if err := ctx.RegisterResource("pulumi:providers:cloud", "cloud", pulumi.Map{"region": pulumi.String(region)}, &p); err != nil {
				return err
			}
			var disk pulumi.CustomResourceState
			return ctx.RegisterResource("cloud:index:Disk", "disk", pulumi.Map{"size": pulumi.String(size)}, &disk, pulumi.Provider(&p))
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
	_, _, err := engine.Update(
		engine.UpdateInfo{Root: "/", Project: &workspace.Project{Name: "p", Runtime: workspace.NewProjectRuntimeInfo("go", nil)}, Target: &deploy.Target{
			Name: tokens.MustParseStackName("s"), Decrypter: config.NopDecrypter, Snapshot: base,
		}},
		&engine.Context{Cancel: stop, Events: events, SnapshotManager: journal},
		engine.UpdateOptions{Parallel: 1, SkipPluginPreInstall: true, HostFactory: func(context.Context, diag.Sink, diag.Sink, plugin.DebugContext) (plugin.Host, error) {
			return deploytest.NewPluginHost(sink, sink, program(), deploytest.NewProviderLoader("cloud", semver.MustParse("1.0.0"), provider)), nil
		}}, preview)
	if err != nil {
		panic(err)
	}
	close(events)
	<-done
	if err := journal.Close(); err != nil {
		panic(err)
	}
	snapshot, err := journal.Entries().Snap(base)
	if err != nil {
		panic(err)
	}
	return snapshot
}

func main() {
	state := run(nil, "one", "10", false)
	run(state, os.Args[1], os.Args[2], true)
}
EOF_MAIN
timeout 300 go mod tidy 2>/dev/null || give_up 'the modules are not to be had'
timeout 1200 go build -o preview . || give_up 'the program does not compile'

cat >seen.js <<'EOF_SEEN'
const { steps } = JSON.parse(require("fs").readFileSync("preview.json", "utf8"));
const s = steps.find((s) => s.urn.endsWith("::disk"));
const list = (names) => (names && names.length ? names.join(", ") : "none");
const detail = s.detailedDiff ? Object.keys(s.detailedDiff).join(", ") : "nothing";
console.log(`${s.op} disk; reasons: ${list(s.diffReasons)}; replaces: ${list(s.replaceReasons)}; in detail: ${detail}`);
EOF_SEEN
# seen prints what the preview says of the disk in a line.
seen() {
	./preview "$1" 20 2>/dev/null >preview.json || give_up 'the preview failed'
	node seen.js
}
same=$(seen one)
other=$(seen two)
echo "same provider:    $same"
echo "another provider: $other"
[ "$same" = 'update disk; reasons: size; replaces: none; in detail: size' ] || no_longer_so "with the same provider: $same"
[ "$other" = 'replace disk; reasons: none; replaces: provider; in detail: nothing' ] || no_longer_so "with another provider: $other"
