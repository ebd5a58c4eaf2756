// Command needs prints a stack's needs of its account, for bootstrap.sh and check.sh: one line per need, in fields separated
// by tabs. The type of need comes first, then the key of the stack file, if there is one.
//
//	needs Pulumi.dev.yaml
package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"legops/internal/quotas"
	"legops/stacks"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: needs Pulumi.dev.yaml")
		os.Exit(2)
	}
	if err := write(os.Stdout, os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// write prints the needs, or nothing if the stack file has a problem.
func write(out io.Writer, file string) error {
	values, err := stacks.ReadFile(file)
	if err != nil {
		return err
	}
	cfg, err := stacks.Load(stacks.Project, values)
	if err != nil {
		return fmt.Errorf("%s:\n%w", file, err)
	}
	needed, err := quotas.Of(cfg)
	if err != nil {
		return fmt.Errorf("%s:\n%w", file, err)
	}
	var lines []string
	need := func(fields ...any) {
		line := make([]string, len(fields))
		for i, field := range fields {
			line[i] = fmt.Sprint(field)
		}
		lines = append(lines, strings.Join(line, "\t"))
	}
	key := func(format string, args ...any) string { return stacks.Project + ":" + fmt.Sprintf(format, args...) }

	need("account", cfg.Account)
	need("region", cfg.Region)
	for _, quota := range needed {
		need("quota", quota.Code, quota.Name, quota.Min, quota.Max)
	}
	for i, zone := range cfg.Network.AvailabilityZones {
		need("zone", key("network.availabilityZones[%d]", i), zone)
	}
	for i, instanceType := range cfg.Eks.Nodes.InstanceTypes {
		need("instance", key("eks.nodes.instanceTypes[%d]", i), instanceType)
	}
	need("instance", key("pipeline.deployerInstanceType"), cfg.Pipeline.DeployerInstanceType)
	if cfg.Bastion.Enabled {
		need("instance", key("bastion.instanceType"), cfg.Bastion.InstanceType)
	}
	need("database", key("rds.instanceClass"), cfg.Rds.InstanceClass, cfg.Rds.EngineVersion)
	need("search", key("opensearch.instanceType"), cfg.OpenSearch.InstanceType, cfg.OpenSearch.Version)
	if masters := cfg.OpenSearch.DedicatedMasters; masters != nil {
		need("search", key("opensearch.dedicatedMasters.instanceType"), masters.InstanceType, cfg.OpenSearch.Version)
	}
	for i, service := range cfg.Network.InterfaceEndpoints {
		need("endpoint", key("network.interfaceEndpoints[%d]", i), fmt.Sprintf("com.amazonaws.%s.%s", cfg.Region, service))
	}
	_, err = fmt.Fprintln(out, strings.Join(lines, "\n"))
	return err
}
