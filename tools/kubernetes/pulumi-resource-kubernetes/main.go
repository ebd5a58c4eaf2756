// Command pulumi-resource-kubernetes is Pulumi's own Kubernetes provider, for control planes that run on this machine. Its
// source is that of v4.25.0; what the version of the SDK does otherwise is in docs/decisions/0027-real-provider.md. It is
// installed as that version, since the engine asks for it, where only bin/offline looks.
package main

import "github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"

func main() {
	// The schema answers questions of code generators alone. The command of the module embeds it from a file that the
	// module lacks.
	provider.Serve("kubernetes", "4.30.0", nil, nil)
}
