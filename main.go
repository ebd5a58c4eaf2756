// Command legops is the Pulumi program of the platform.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/infra"
)

func main() { pulumi.Run(infra.Program) }
