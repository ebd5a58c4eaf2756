package tests

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
	"legops/internal/offline"
)

// mistakes are slips of a person's hand in a stack file: what was there, what is there instead, and what the
// preview has to say about it: the key, the value, the rule and the fix. stacks/*_test.go has one of each rule alone.
var mistakes = map[string][]struct{ old, new, want string }{
	"dev": {
		{"natGateways: 1", "natGateways: 1\n    natGatways: 1",
			"legops:network.natGatways: unknown key: did you mean natGateways?"},
		{"legops:queues:", "legops:queue: 1\n  legops:queues:",
			"legops:queue: unknown key: did you mean legops:queues?"},
		{"legops:tags:\n    Owner: platform@legops.example\n    CostCenter: engineering\n", "legops:tags: platform\n",
			"legops:tags: platform: must be a mapping, is text: write a mapping with Owner, CostCenter"},
		{"m7g.large", "m7g.lrge",
			"legops:eks.nodes.instanceTypes[0]: m7g.lrge: unknown instance type: did you mean m7g.large?"},
		{"retentionSeconds: 345600", "retentionSeconds: 4d",
			"legops:queues[0].retentionSeconds: 4d: must be a whole number, is text: write a whole number of 60 to 1209600"},
		{"object-src 'none'", "objct-src 'none'",
			"legops:cdn.contentSecurityPolicy: objct-src: unknown directive: did you mean object-src?"},
		{"- /static/*", "- /matters/*",
			"legops:cdn.staticPaths[0]: /matters/*: covers the whole application at legops:applications[2].path (/matters), so CloudFront would serve one user's pages to all: name the folder of its static files"},
		{"SESSION_MINUTES:", "SESSION_PASSWORD:",
			"legops:applications[0].settings.SESSION_PASSWORD (portal): its name is that of a credential, and everybody who reads this file can read settings: name a secret in legops:applications[0].secrets and enter its value in Secrets Manager"},
	},
	"test": {
		{"minSizePerZone: 1", "minSizePerZone: 9",
			"legops:eks.nodes.minSizePerZone: 9: above maxSizePerZone, which is 5: lower minSizePerZone or raise maxSizePerZone"},
		{"version: OpenSearch_2.19", "version: OpenSearch_2.99",
			"legops:opensearch.version: OpenSearch_2.99: unknown search version: did you mean OpenSearch_2.19?"},
	},
	"prod": {
		{"maxSizePerZone: 8", "maxSizePerZone: 2",
			"legops:eks.nodes.maxSizePerZone: 2: applications and ingress at their minReplicas, and add-ons, each with a release's surge of a tenth (rounded up), and a run of each scheduled job request 7670m CPU, 15420 MiB " +
				"and 30 pods per zone: 3 nodes of 3440m CPU, 13889 MiB and 52 pods: set it to 3 or more, let pods request less, or choose larger instance types"},
		{"natGateways: 2", "natGateways: 1",
			"legops:network.natGateways: 1: production requires two NAT gateways: set it to 2"},
		{"publicAccessCidrs: []", "publicAccessCidrs: [0.0.0.0/0]",
			"legops:eks.publicAccessCidrs[0]: 0.0.0.0/0: opens the cluster endpoint to the world: list the ranges of your offices, or none to keep the endpoint private"},
		{"deletionProtection: true", "deletionProtection: false",
			"legops:deletionProtection: false: production requires deletion protection: set it to true"},
		{"- name: identity", "- name: portal",
			"legops:applications[1].name: portal: is also legops:applications[0].name: rename or remove one"},
		{"replicaRegion: us-west-2\n", "",
			"legops:storage.replicaRegion: production requires a copy of the buckets in another region: add it, such as us-west-2"},
		{"default-src 'self'", "default-src 'self' 'unsafe-inline'",
			"legops:cdn.contentSecurityPolicy: default-src 'self' 'unsafe-inline'; object-src 'none'; base…: production requires that only named sources run scripts: remove 'unsafe-inline', 'unsafe-eval', *, http:, https: and data: from default-src and script-src"},
		{"- name: document-signing", "- name: signing",
			"legops:applications[3].produces[0] (documents): document-signing: no such queue: add it to legops:queues"},
	},
}

// TestMistakesFailThePreview makes those of a stack together: a preview reports all of them, and registers nothing.
func TestMistakesFailThePreview(t *testing.T) {
	for stack, all := range mistakes {
		t.Run(stack, func(t *testing.T) {
			var edits [][2]string
			for _, m := range all {
				edits = append(edits, [2]string{m.old, m.new})
			}
			out, err := previewEdited(t, stack, edits...)
			require.Error(t, err, out)
			for _, m := range all {
				assert.Contains(t, out, m.want)
			}
			assert.Contains(t, out, "error: legops:")
			assert.NotContains(t, out, "pulumi:providers", "no resource may be registered")
		})
	}
	t.Run("none", func(t *testing.T) {
		out, err := previewEdited(t, "prod")
		require.NoError(t, err)
		assert.Contains(t, out, "pulumi:providers")
		assert.NotContains(t, out, "warning: legops:")
	})
}

// What does not fit only at its most is told by the preview, once, and refused by nobody.
func TestWarningsShowInThePreview(t *testing.T) {
	out, err := previewEdited(t, "dev", [2]string{"maxReplicas: 3", "maxReplicas: 30"})
	require.NoError(t, err)
	_, diagnostics, _ := strings.Cut(out, "\nDiagnostics:\n") // before, each line of progress may have it
	assert.Equal(t, 1, strings.Count(diagnostics, "warning: legops:eks.nodes.maxSizePerZone: 3: applications and ingress at their maxReplicas, and add-ons, "+
		"each with a release's surge of a tenth (rounded up), and a run of each scheduled job request 6770m CPU"), out)
	for _, stack := range stackNames {
		assert.Empty(t, deployedStack(t, stack).Warnings(), "%s as it is", stack)
	}
}

// editedFiles is a folder with edited copies of the files with a stack's configuration.
func editedFiles(t *testing.T, stack string, edits ...[2]string) string {
	t.Helper()
	files := t.TempDir()
	checkout.Write(t, files, checkout.Edit(t, root, stack, edits...))
	return files
}

// previewEdited previews a stack with an edited stack file, from nothing, and returns what it printed.
func previewEdited(t *testing.T, stack string, edits ...[2]string) (string, error) {
	t.Helper()
	session, err := offline.Open(offline.Options{Root: root, Dir: t.TempDir(), StackFiles: editedFiles(t, stack, edits...)})
	require.NoError(t, err)
	defer finish(t, session)
	out, err := session.Run(t.Context(), "preview", "--stack", stack)
	assert.Zero(t, session.Cloud().Calls(), "calls that change the cloud in a preview")
	return out, err
}
