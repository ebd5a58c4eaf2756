package faults

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// edits are changes of a stack file and of Pulumi.yaml that together touch every layer. What is protected cannot go, so what removes something is for other stacks.
var edits = []struct {
	old       *regexp.Regexp
	new       string
	unguarded bool
}{
	{old: regexp.MustCompile(`Owner: platform@`), new: `Owner: founders@`},
	{old: regexp.MustCompile(`originSecretGeneration: 1`), new: `originSecretGeneration: 2`},
	{old: regexp.MustCompile(`diskGiB: \d+`), new: `diskGiB: 120`},
	{old: regexp.MustCompile(`- m7g\.x?large`), new: `- m7g.2xlarge`}, // replaces the nodes
	{old: regexp.MustCompile(`LOG_LEVEL: \w+`), new: `LOG_LEVEL: error`},
	{old: regexp.MustCompile(`flowLogRetentionDays: \d+`), new: `flowLogRetentionDays: 545`},
	{old: regexp.MustCompile(`      - authenticator\n`), new: ``, unguarded: true}, // a log of the cluster, which EKS switches off only once; production needs it
	// Another application, like one that there is.
	{old: regexp.MustCompile(`      - name: regulations\n        path: /regulations\n((?:        .*\n)+)`),
		new: "$0      - name: statutes\n        path: /statutes\n$1"},
	// An application and a queue that go, and others that come.
	{old: regexp.MustCompile(`(- name: |path: /|          - )certifications\b`), new: `${1}certificates`, unguarded: true},
	{old: regexp.MustCompile(`\bmatter-traceability\b`), new: `traceability`, unguarded: true},
}

// edit writes the edited files of a stack's configuration into a new folder.
func edit(root, stack string) (dir string, err error) {
	own := "Pulumi." + stack + ".yaml"
	files := map[string]string{own: "", "Pulumi.yaml": ""}
	for name := range files {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return "", err
		}
		files[name] = string(text)
	}
	guarded := strings.Contains(files[own], "legops:deletionProtection: true")
	for _, e := range edits {
		if e.unguarded && guarded {
			continue
		}
		changed := false
		for name, before := range files {
			files[name] = e.old.ReplaceAllString(before, e.new)
			changed = changed || files[name] != before
		}
		if !changed {
			return "", fmt.Errorf("neither %s nor Pulumi.yaml has anything that %s changes: adapt the edits", own, e.old)
		}
	}
	if dir, err = os.MkdirTemp("", "faults-"); err != nil {
		return "", err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return "", err
		}
	}
	return dir, nil
}
