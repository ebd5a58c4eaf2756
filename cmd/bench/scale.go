package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gopkg.in/yaml.v3"

	"legops/internal/offline"
)

// scales are the numbers of applications in the measured previews.
var scales = []int{9, 90, 900}

// benchScale previews dev from nothing with increasing numbers of applications, and fails if time or memory grow faster
// than their number.
func benchScale(ctx context.Context, root, work, program string) error {
	fmt.Println("\n| Applications | Resources | Preview from nothing | Peak memory | Time per resource |")
	fmt.Println("| ---: | ---: | ---: | ---: | ---: |")
	var earlier sample
	for i, count := range scales {
		files := filepath.Join(work, fmt.Sprint(count))
		if err := scaledStackFile(root, files, count); err != nil {
			return err
		}
		session, err := offline.Open(offline.Options{Root: root, Dir: filepath.Join(files, "offline"), StackFiles: files, Program: program})
		if err != nil {
			return err
		}
		s, resources, err := benchPreview(ctx, session)
		if closeErr := session.Close(); err == nil {
			err = closeErr
		}
		if err != nil {
			return err
		}
		fmt.Printf("| %d | %d | %.1f s | %d MB | %.1f ms |\n", count, resources, s.wall.Seconds(), s.memory>>20,
			1000*s.wall.Seconds()/float64(resources))
		if i > 0 {
			factor := float64(count) / float64(scales[i-1])
			if float64(s.wall) > factor*float64(earlier.wall) || float64(s.memory) > factor*float64(earlier.memory) {
				return fmt.Errorf("%d applications cost more than %.0f times as much as %d", count, factor, scales[i-1])
			}
		}
		earlier = s
	}
	return nil
}

// benchPreview returns the median of three previews, and the number of resources that they would create.
func benchPreview(ctx context.Context, session *offline.Session) (sample, int, error) {
	// The first command creates the stack.
	out, err := session.Run(ctx, "preview", "--stack", "dev")
	if err != nil {
		return sample{}, 0, err
	}
	var resources int
	for line := range strings.Lines(out) {
		if _, err := fmt.Sscanf(strings.TrimSpace(line), "+ %d to create", &resources); err == nil {
			break
		}
	}
	if resources == 0 {
		return sample{}, 0, fmt.Errorf("the preview does not report how many resources it would create: %s", out)
	}
	var samples []sample
	for range 3 {
		s, err := measure(ctx, session, "preview", "--stack", "dev")
		if err != nil {
			return sample{}, 0, err
		}
		samples = append(samples, s)
	}
	return median(samples), resources, nil
}

// scaledStackFile writes dev's stack file into a folder with count other applications, each as small as possible. Pulumi
// passes the configuration to a program in one environment variable, which Linux limits to 128 KiB: some 350
// applications like those of the stack files, over a thousand of these.
func scaledStackFile(root, folder string, count int) error {
	text, err := os.ReadFile(filepath.Join(root, "Pulumi.dev.yaml"))
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
	scaled, err := yaml.Marshal(file)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "Pulumi.dev.yaml"), scaled, 0o600)
}
