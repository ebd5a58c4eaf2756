// Command generate writes schema.json, the table of package schema, out of
// the source of the Pulumi Go SDKs in the module cache. It only parses the
// files that the listed types lead to and compiles nothing.
package main

import (
	"fmt"
	"os"

	"legops/internal/offline/schema"
)

// modules gives the Go module of the SDK behind each package of tokens. A
// module is looked for only when a listed type needs it.
var modules = map[string]string{
	"aws":        "github.com/pulumi/pulumi-aws/sdk/v6",
	"kubernetes": "github.com/pulumi/pulumi-kubernetes/sdk/v4",
	"random":     "github.com/pulumi/pulumi-random/sdk/v4",
}

func main() {
	if err := run("schema.json"); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(path string) error {
	data, err := render()
	if err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}

// render returns what schema.json has to hold.
func render() ([]byte, error) {
	s, err := newGenerator(modules, goList).schema(schema.ResourceTypes, schema.FunctionTypes)
	if err != nil {
		return nil, err
	}
	return encode(s)
}
