package main

import (
	"fmt"
	"os"
	"path/filepath"

	"gopkg.in/yaml.v3"
)

// scaleStackFile gives dev's stack file in a folder count other applications, each as small as possible. Pulumi passes the configuration
// to a program in one environment variable, which Linux limits to 128 KiB: some 350 applications like those of the stack files, over a
// thousand of these.
func scaleStackFile(folder string, count int) error {
	path := filepath.Join(folder, "Pulumi.dev.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var file struct {
		Config map[string]any `yaml:"config"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return err
	}
	var applications []any
	for i := range count {
		name := fmt.Sprintf("a-%d", i)
		applications = append(applications, map[string]any{
			"name": name, "path": "/" + name, "port": 8080, "minReplicas": 2, "maxReplicas": 3, "cpu": "250m", "memory": "1Gi",
		})
	}
	file.Config["legops:applications"] = applications
	delete(file.Config, "legops:tuning") // of other applications
	// As many nodes as EKS allows, where the stack file has them by zone: the program checks that the pods fit.
	if cluster, ok := file.Config["legops:eks"].(map[string]any); ok {
		if nodes, ok := cluster["nodes"].(map[string]any); ok && nodes["maxSizePerZone"] != nil {
			nodes["maxSizePerZone"] = 450
		}
	}
	scaled, err := yaml.Marshal(file)
	if err != nil {
		return err
	}
	return os.WriteFile(path, scaled, 0o600)
}
