package reach

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
	"legops/internal/proofs/prooftest"
)

// No stack file has connections of applications to the internet. Here two have, one of them within a network of the other's.
func TestConnections(t *testing.T) {
	files := t.TempDir()
	project := checkout.Read(t, filepath.Join(prooftest.Root, "Pulumi.yaml"))
	for application, connects := range map[string]string{
		"documents":  "{to: [203.0.113.0/24, 198.51.100.7/32], port: 587, why: mail relay}",
		"signatures": "{to: [203.0.113.64/32], port: 993, why: mailbox}",
	} {
		entry := "\n      - name: " + application + "\n"
		project = checkout.Replace(t, "Pulumi.yaml", project, entry, entry+"        connects: ["+connects+"]\n")
	}
	require.NoError(t, os.WriteFile(filepath.Join(files, "Pulumi.yaml"), []byte(project), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(files, "Pulumi.dev.yaml"), []byte(checkout.Read(t, filepath.Join(prooftest.Root, "Pulumi.dev.yaml"))), 0o600))

	s := prooftest.Search(t, 1)
	d, err := deploy(t.Context(), s, "dev", files)
	require.NoError(t, err)
	assert.Empty(t, d.judge().found)

	for _, l := range linesOf(d.cfg) {
		if !strings.Contains(l.name, "connects of") {
			continue
		}
		var others []line
		for _, other := range linesOf(d.cfg) {
			if other.name != l.name {
				others = append(others, other)
			}
		}
		assert.NotEmpty(t, d.judgeBy(others).found, "without the line %s", l.name)
	}

	w := newWorld(d)
	for name, edit := range map[string]func(rule map[string]any) bool{
		"a wider network": func(rule map[string]any) bool { return replaced(rule, "203.0.113.0/24", "203.0.112.0/23") },
		"a narrower one":  func(rule map[string]any) bool { return replaced(rule, "203.0.113.0/24", "203.0.113.0/25") },
		"another one":     func(rule map[string]any) bool { return replaced(rule, "203.0.113.64/32", "203.0.113.65/32") },
		"all":             func(rule map[string]any) bool { return replaced(rule, "198.51.100.7/32", "0.0.0.0/0") },
		"another port": func(rule map[string]any) bool {
			if !replaced(rule, "198.51.100.7/32", "198.51.100.7/32") {
				return false
			}
			rule["ports"] = []any{map[string]any{"protocol": "TCP", "port": 25.0}}
			return true
		},
		"two ports": func(rule map[string]any) bool {
			if !replaced(rule, "203.0.113.64/32", "203.0.113.64/32") {
				return false
			}
			rule["ports"] = append(rule["ports"].([]any), map[string]any{"protocol": "TCP", "port": 25.0}) //nolint:forcetypeassert // as the program has it
			return true
		},
	} {
		changes := w.rules("egress", edit)
		assert.Len(t, changes, 1, name)
		for _, c := range changes {
			assert.NotEmpty(t, (&deployed{d.name, d.cfg, c.entries()}).judge().found, name)
		}
	}
}

// replaced puts another network into a rule that has this one.
func replaced(rule map[string]any, network, by string) (there bool) {
	for _, peer := range objects(rule["to"]) {
		if block, is := peer["ipBlock"].(map[string]any); is && block["cidr"] == network {
			block["cidr"], there = by, true
		}
	}
	return there
}

func TestApart(t *testing.T) {
	network := func(texts ...string) (all []netip.Prefix) {
		for _, text := range texts {
			all = append(all, netip.MustParsePrefix(text))
		}
		return all
	}
	for _, c := range []struct {
		whole        string
		others, want []netip.Prefix
	}{
		{"203.0.113.0/24", network("203.0.113.0/24", "198.51.100.0/24", "203.0.0.0/16"), network("203.0.113.0/24")},
		{"203.0.113.0/30", network("203.0.113.2/32"), network("203.0.113.0/31", "203.0.113.2/32", "203.0.113.3/32")},
		{"203.0.113.0/29", network("203.0.113.0/31", "203.0.113.4/30"), network("203.0.113.0/31", "203.0.113.2/31", "203.0.113.4/30")},
	} {
		assert.Equal(t, c.want, apart(netip.MustParsePrefix(c.whole), c.others), "%s without %s", c.whole, c.others)
	}
}
