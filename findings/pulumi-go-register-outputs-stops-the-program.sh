#!/bin/sh
# In Go, registering the outputs of a component stops the program until the component's provider exists.
#
# Software and version: Pulumi's Go SDK, Go module github.com/pulumi/pulumi/sdk/v3 v3.250.0, on Go 1.26
#
# What it does: RegisterComponentResource returns at once, like every registration. RegisterResourceOutputs for the same component
# returns only when the component has its URN. A component that is given a provider (for its children) is registered after
# that provider, so the call waits for the provider and for all that the provider's configuration comes from.
#
# Seen, for a program that creates a cluster that takes two seconds, a provider configured from it, a component with that
# provider, and a bucket that has nothing to do with any of them:
#   with RegisterResourceOutputs:    the bucket is asked for after the cluster
#   without RegisterResourceOutputs: the bucket is asked for before the cluster exists
#
# Where it hurts: a program with a Kubernetes cluster and components on it. What the program creates after the first of them
# waits for the cluster, 15 minutes on EKS, though nothing in the graph says so. Call it from an Apply on the component's
# URN instead.
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

require github.com/pulumi/pulumi/sdk/v3 v3.250.0
EOF_MODULE
cat >main.go <<'EOF_MAIN'
// A cluster, a provider of it, a component with that provider, and a bucket.
package main

import (
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

type cloud struct{ cluster atomic.Bool }

func (c *cloud) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	switch args.Name {
	case "cluster":
		time.Sleep(2 * time.Second)
		c.cluster.Store(true)
	case "bucket":
		if c.cluster.Load() {
			fmt.Println("the bucket is asked for after the cluster")
		} else {
			fmt.Println("the bucket is asked for before the cluster exists")
		}
	}
	return args.Name, args.Inputs, nil
}

func (*cloud) Call(pulumi.MockCallArgs) (resource.PropertyMap, error) { return nil, nil }

type cluster struct {
	pulumi.CustomResourceState
	Endpoint pulumi.StringOutput `pulumi:"endpoint"`
}

func program(ctx *pulumi.Context) error {
	var made cluster
	if err := ctx.RegisterResource("cloud:index:Cluster", "cluster", pulumi.Map{"endpoint": pulumi.String("e")}, &made); err != nil {
		return err
	}
	var provider pulumi.ProviderResourceState
	if err := ctx.RegisterResource("pulumi:providers:objects", "objects", pulumi.Map{"endpoint": made.Endpoint}, &provider); err != nil {
		return err
	}
	var component pulumi.ResourceState
	if err := ctx.RegisterComponentResource("p:index:Component", "component", &component, pulumi.Provider(&provider)); err != nil {
		return err
	}
	if os.Args[1] == "with" {
		if err := ctx.RegisterResourceOutputs(&component, pulumi.Map{}); err != nil {
			return err
		}
	}
	var bucket pulumi.CustomResourceState
	return ctx.RegisterResource("cloud:index:Bucket", "bucket", pulumi.Map{}, &bucket)
}

func main() {
	if err := pulumi.RunErr(program, pulumi.WithMocks("p", "s", &cloud{})); err != nil {
		panic(err)
	}
}
EOF_MAIN
timeout 300 go mod tidy 2>/dev/null || give_up 'the modules are not to be had'
timeout 1200 go build -o program . || give_up 'the program does not compile'

with=$(./program with) || give_up 'the program with the call failed'
without=$(./program without) || give_up 'the program without the call failed'
echo "with RegisterResourceOutputs:    $with"
echo "without RegisterResourceOutputs: $without"
[ "$with" = 'the bucket is asked for after the cluster' ] || no_longer_so "with the call: $with"
[ "$without" = 'the bucket is asked for before the cluster exists' ] || no_longer_so "without the call: $without"
