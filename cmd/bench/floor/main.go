// Command floor is the cheapest possible Pulumi program of the platform's size: it starts the same providers and
// registers as many resources, without inputs and dependencies.
package main

import (
	"fmt"
	"os"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() { pulumi.Run(program) }

// program registers FLOOR_RESOURCES resources in all, the three providers among them.
func program(ctx *pulumi.Context) error {
	count, err := strconv.Atoi(os.Getenv("FLOOR_RESOURCES"))
	if err != nil {
		return fmt.Errorf("FLOOR_RESOURCES: %w", err)
	}
	configuration := map[string]pulumi.Map{
		"aws":        {"region": pulumi.String("us-east-1"), "allowedAccountIds": pulumi.String(`["999999999999"]`)},
		"kubernetes": {},
		"eks":        {},
	}
	providers := map[string]pulumi.ProviderResource{}
	for name, properties := range configuration {
		provider := &pulumi.ProviderResourceState{}
		if err := ctx.RegisterResource("pulumi:providers:"+name, name, properties, provider); err != nil {
			return err
		}
		providers[name] = provider
	}
	for i := range count - len(providers) - 1 { // the stack counts too
		queue := &pulumi.CustomResourceState{}
		name := fmt.Sprintf("queue-%d", i)
		if err := ctx.RegisterResource("aws:sqs/queue:Queue", name, pulumi.Map{}, queue, pulumi.Provider(providers["aws"])); err != nil {
			return err
		}
	}
	return nil
}
