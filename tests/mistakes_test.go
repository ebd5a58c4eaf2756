package tests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/offline"
)

// mistakes are slips of a person's hand in a stack file: what was there, what is there instead, and what the
// preview has to say about it: the key, the value, the rule and the fix.
var mistakes = []struct{ name, stack, old, new, want string }{
	{"unknown key", "dev", "natGateways: 1", "natGateways: 1\n    natGatways: 1",
		"legops:network.natGatways: unknown key: did you mean natGateways?"},
	{"unknown key at the top", "dev", "legops:queues:", "legops:queue: 1\n  legops:queues:",
		"legops:queue: unknown key: did you mean legops:queues?"},
	{"key of another program", "dev", "legops:region:", "aws:region: us-east-1\n  legops:region:",
		"aws:region: has no effect: the program's providers are explicit: set legops:region"},
	{"wrong type", "dev", "natGateways: 1", "natGateways: one",
		"legops:network.natGateways: one: must be a whole number, is text: write a whole number of 1 to 2"},
	{"wrong type of a section", "dev", "legops:tags:\n    Owner: platform@legops.example\n    CostCenter: engineering\n", "legops:tags: platform\n",
		"legops:tags: platform: must be a mapping, is text: write a mapping"},
	{"malformed CIDR", "dev", "cidr: 10.10.0.0/16", "cidr: 10.10.0.0",
		"legops:network.cidr: 10.10.0.0: malformed: write an IPv4 range such as 10.10.0.0/16"},
	{"overlapping CIDR", "dev", "10.10.9.0/24", "10.10.40.0/24",
		"legops:network.subnets.data[1]: 10.10.40.0/24: overlaps legops:network.subnets.application[0] (10.10.32.0/19): choose ranges that share no address"},
	{"too small CIDR", "dev", "10.10.32.0/19", "10.10.32.0/24",
		"legops:network.subnets.application[0]: 10.10.32.0/24: too small: application subnets must be /22 or larger: write a range of /22 or larger"},
	{"three zones", "dev", "- use1-az6", "- use1-az6\n      - use1-az1",
		`legops:network.availabilityZones: ["use1-az4","use1-az6","use1-az1"]: has 3 elements, must have at most 2: write a list of exactly 2`},
	{"zone of another region", "dev", "- use1-az6", "- usw2-az2",
		"legops:network.availabilityZones[1]: usw2-az2: not an Availability Zone of us-east-1: choose one of use1-az1, use1-az2, use1-az4, use1-az5, use1-az6"},
	{"zone by name", "dev", "- use1-az6", "- us-east-1b",
		"legops:network.availabilityZones[1]: us-east-1b: a zone's name, which differs by account: write the id of a zone: choose one of use1-az1, use1-az2, use1-az4, use1-az5, use1-az6"},
	{"zone without EKS", "dev", "- use1-az6", "- use1-az3",
		"legops:network.availabilityZones[1]: use1-az3: does not support EKS: choose one of use1-az1, use1-az2, use1-az4, use1-az5, use1-az6"},
	{"no NAT gateway", "dev", "natGateways: 1", "natGateways: 0",
		"legops:network.natGateways: 0: below the minimum of 1: write a whole number of 1 to 2"},
	{"three NAT gateways", "dev", "natGateways: 1", "natGateways: 3",
		"legops:network.natGateways: 3: above the maximum of 2: write a whole number of 1 to 2"},
	{"unknown instance type", "dev", "m7g.large", "m7g.lrge",
		"legops:eks.nodes.instanceTypes[0]: m7g.lrge: unknown instance type: did you mean m7g.large?"},
	{"arm64 nodes, amd64 images", "prod", "imageArchitecture: arm64", "imageArchitecture: amd64",
		"legops:registry.imageArchitecture: amd64: the nodes are arm64 (legops:eks.nodes.instanceTypes[0]: m7g.xlarge): set it to arm64, or choose amd64 instance types"},
	{"minimum above maximum", "test", "minSizePerZone: 1", "minSizePerZone: 9",
		"legops:eks.nodes.minSizePerZone: 9: above maxSizePerZone, which is 5: lower minSizePerZone or raise maxSizePerZone"},
	{"fewer nodes than pods need", "prod", "maxSizePerZone: 8", "maxSizePerZone: 2",
		"legops:eks.nodes.maxSizePerZone: 2: applications and ingress at their minReplicas, and add-ons, each with a release's surge of a tenth (rounded up), request 7570m CPU, 15036 MiB " +
			"and 28 pods per zone: 3 nodes of 3440m CPU, 13889 MiB and 52 pods: set it to 3 or more, let pods request less, or choose larger instance types"},
	{"production with one NAT gateway", "prod", "natGateways: 2", "natGateways: 1",
		"legops:network.natGateways: 1: production requires two NAT gateways: set it to 2"},
	{"production open to the world", "prod", "publicAccessCidrs: []", "publicAccessCidrs: [0.0.0.0/0]",
		"legops:eks.publicAccessCidrs[0]: 0.0.0.0/0: opens the cluster endpoint to the world: list the ranges of your offices, or none to keep the endpoint private"},
	{"production without deletion protection", "prod", "deletionProtection: true", "deletionProtection: false",
		"legops:deletionProtection: false: production requires deletion protection: set it to true"},
	{"short account id", "prod", `"333333333333"`, `"33333333333"`,
		"legops:account: 33333333333: malformed: write a twelve-digit account id in quotes"},
	{"application twice", "prod", "- name: identity", "- name: portal",
		"legops:applications[1].name: portal: is also legops:applications[0].name: rename or remove one"},
	{"database class", "dev", "instanceClass: db.t4g.medium", "instanceClass: db.t4g.mediun",
		"legops:rds.instanceClass: db.t4g.mediun: unknown database instance class: did you mean db.t4g.medium?"},
	{"search version", "test", "version: OpenSearch_2.19", "version: OpenSearch_2.99",
		"legops:opensearch.version: OpenSearch_2.99: unknown search version: did you mean OpenSearch_2.19?"},
	{"off-peak time", "dev", `offPeakStart: "02:00"`, `offPeakStart: 2am`,
		"legops:opensearch.offPeakStart: 2am: malformed: write a UTC time such as 22:00"},
	{"queue retention in days", "dev", "retentionSeconds: 345600", "retentionSeconds: 4d",
		"legops:queues[0].retentionSeconds: 4d: must be a whole number, is text: write a whole number of 60 to 1209600"},
	{"bucket of the platform", "dev", "- name: evidence", "- name: logs",
		"legops:storage.buckets[1].name: logs: the platform itself has a bucket of this name: rename it"},
	{"misspelled policy", "dev", "object-src 'none'", "objct-src 'none'",
		"legops:cdn.contentSecurityPolicy: objct-src: unknown directive: did you mean object-src?"},
	{"header that CloudFront keeps", "dev", "- Accept-Language", "- Accept-Encoding",
		"legops:cdn.forward.headers[1]: Accept-Encoding: CloudFront or the platform sets this header itself: remove it"},
	{"cookie", "dev", "- session", "- session=1",
		"legops:cdn.forward.cookies[0]: session=1: malformed: write the name of a cookie"},
	{"static path over an application", "dev", "- /static/*", "- /matters/*",
		"legops:cdn.staticPaths[0]: /matters/*: covers the whole application at legops:applications[2].path (/matters), so CloudFront would serve one user's pages to all: name the folder of its static files"},
	{"port of root", "dev", "port: 8080", "port: 80",
		"legops:applications[0].port: 80: below the minimum of 1025: write a whole number of 1025 to 65535"},
	{"memory of another unit", "dev", "memory: 512Mi", "memory: 512MB",
		"legops:applications[0].memory: 512MB: malformed: write a Kubernetes quantity such as 512Mi"},
	{"password in the settings", "dev", "SESSION_MINUTES:", "SESSION_PASSWORD:",
		"legops:applications[0].settings.SESSION_PASSWORD: everybody who reads this file can read settings: name a secret in legops:applications[0].secrets and enter its value in Secrets Manager"},
	{"production without a copy", "prod", "replicaRegion: us-west-2\n", "",
		"legops:storage.replicaRegion: production requires a copy of the buckets in another region: add it, such as us-west-2"},
	{"production with inline scripts", "prod", "default-src 'self'", "default-src 'self' 'unsafe-inline'",
		"legops:cdn.contentSecurityPolicy: default-src 'self' 'unsafe-inline'; object-src 'none'; base…: production requires that only named sources run scripts: remove 'unsafe-inline', 'unsafe-eval', *, http:, https: and data: from default-src and script-src"},
	{"queue that is not there", "prod", "- name: document-signing", "- name: signing",
		"legops:applications[3].produces[0]: document-signing: no such queue: add it to legops:queues"},
}

// TestMistakesFailThePreview makes each slip alone, and the production ones all together.
func TestMistakesFailThePreview(t *testing.T) {
	var together [][2]string
	var said []string
	for _, m := range mistakes {
		t.Run(m.name, func(t *testing.T) {
			out, err := previewEdited(t, m.stack, [2]string{m.old, m.new})
			require.Error(t, err, out)
			assert.Contains(t, out, "error: "+m.want)
			assert.NotContains(t, out, "pulumi:providers", "no resource may be registered")
		})
		if m.stack == "prod" {
			together = append(together, [2]string{m.old, m.new})
			said = append(said, m.want)
		}
	}
	t.Run("all at once", func(t *testing.T) {
		out, err := previewEdited(t, "prod", together...)
		require.Error(t, err, out)
		for _, line := range said {
			assert.Contains(t, out, line)
		}
	})
	t.Run("none", func(t *testing.T) {
		out, err := previewEdited(t, "prod")
		require.NoError(t, err)
		assert.Contains(t, out, "pulumi:providers")
	})
}

// What does not fit only at its most is told by the preview, once, and refused by nobody.
func TestWarningsShowInThePreview(t *testing.T) {
	out, err := previewEdited(t, "dev", [2]string{"maxReplicas: 3", "maxReplicas: 30"})
	require.NoError(t, err)
	_, diagnostics, _ := strings.Cut(out, "\nDiagnostics:\n") // before, each line of progress may have it
	assert.Equal(t, 1, strings.Count(diagnostics, "warning: legops:eks.nodes.maxSizePerZone: 3: applications and ingress at their maxReplicas, and add-ons, "+
		"each with a release's surge of a tenth (rounded up), request 6670m CPU"), out)
	out, err = previewEdited(t, "dev")
	require.NoError(t, err)
	assert.NotContains(t, out, "warning: legops:")
}

// editedFiles is a folder with an edited copy of a stack file.
func editedFiles(t *testing.T, stack string, edits ...[2]string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, "Pulumi."+stack+".yaml"))
	require.NoError(t, err)
	text := string(content)
	for _, edit := range edits {
		require.Contains(t, text, edit[0], "the edit has to apply")
		text = strings.Replace(text, edit[0], edit[1], 1)
	}
	files := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(files, "Pulumi."+stack+".yaml"), []byte(text), 0o600))
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
