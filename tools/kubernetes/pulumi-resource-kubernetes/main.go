// Command pulumi-resource-kubernetes is Pulumi's own Kubernetes provider, for control planes on this machine. Its source is
// v4.25.0; docs/decisions/0027-real-provider.md lists the differences from the SDK's version. The Makefile installs it under
// the SDK's version, which the engine requests, in a folder that only bin/offline uses.
package main

import "github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"

func main() {
	// Only code generators read the schema. The module's own command embeds it from a file that the module lacks.
	provider.Serve("kubernetes", "4.30.0", nil, nil)
}
