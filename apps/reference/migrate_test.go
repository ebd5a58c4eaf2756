package main

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The command ends by itself, with 0, and says what it did, one JSON object a line, without a port of its own.
func TestMigrate(t *testing.T) {
	program := filepath.Join(t.TempDir(), "reference")
	if text, err := exec.Command("go", "build", "-ldflags", "-X main.version=9.8.7", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	run := func(environment string, arguments ...string) (string, error) {
		cmd := exec.Command(program, arguments...)
		cmd.Env = []string{"ENVIRONMENT=" + environment}
		output, err := cmd.CombinedOutput()
		return string(output), err
	}
	output, err := run("development", "migrate")
	if err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	lines := strings.Split(strings.TrimSpace(output), "\n")
	if len(lines) != len(steps)+1 {
		t.Errorf("%d lines, want one for each step and one for the end: %s", len(lines), output)
	}
	for i, line := range lines {
		var event struct {
			Msg, Step, To, Version string
		}
		if err := json.NewDecoder(bytes.NewReader([]byte(line))).Decode(&event); err != nil {
			t.Errorf("%s: %v", line, err)
		}
		if i < len(steps) && event.Step != steps[i] || event.Version != "9.8.7" {
			t.Errorf("line %d is %s", i, line)
		}
	}
	for environment, arguments := range map[string][]string{"development": {"migrat"}, "test": {"migrate", "now"}, "moon": {"migrate"}} {
		if output, err := run(environment, arguments...); err == nil {
			t.Errorf("%s %q succeeds: %s", environment, arguments, output)
		}
	}
}
