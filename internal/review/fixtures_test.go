package review

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
)

// fixture is a real change of the program or of a stack file, a patch under testdata/changes, and what the review has to say.
type fixture struct {
	change, stack string
	exit          int
	// counts are replaced, deleted, created, updated and noise; a negative one is any number above zero.
	counts [5]int
	// risks, access and standards are what each finding contains, in order.
	risks, access, standards []string
	// restarts are what each restart contains, in order: its number, its resources, what changes.
	restarts []string
	// warnings are what each warning of the program contains, in order.
	warnings []string
	// tells are what some findings of access contain, where there are too many to list.
	tells []string
	// deploy says that the head is deployed, too; failure is what each reason contains that it fails for, one or more.
	deploy  bool
	failure string
	// draws is what the picture says, though no patch has a golden preview or a document with it.
	draws string
	// cost is 1 for more, -1 for less, 0 for the same; costs are the lines, where they are listed.
	cost  int
	costs []CostLine
}

const some = -1

// What other tags on the launch templates replace: the instances of the bastion and the deployer, and all nodes.
var instances = []string{
	"1: bastion: launchTemplate.version: 1 → <from bastion-template>: with instanceRefresh, its instances are replaced",
	"1: deployer: launchTemplate.version: 1 → <from deployer-template>: with instanceRefresh, its instances are replaced",
	"1: eks-nodes-use1-az4, eks-nodes-use1-az6: launchTemplate.version: 1 → <from eks-nodes>: serves: EKS replaces every node of the group",
}

// workloads are the applications that have the address of the database.
const workloads = "2: app-certifications-workload, app-documents-workload, app-identity-workload, app-matters-workload, app-notifications-workload, app-regulations-workload, app-signatures-workload: "

var fixtures = []fixture{
	{change: "nothing", stack: "prod"},
	// A launch template with other tags is a new version of it, by which instances are replaced: that is no noise.
	{change: "tags-only", stack: "dev", counts: [5]int{3: 4, 4: some}, restarts: instances},
	// No stack file changes: what a component makes dearer shows, too.
	{change: "disk-enlarged", stack: "prod", restarts: instances[:2], cost: 1, counts: [5]int{3: some}, costs: []CostLine{
		{"Bastion", "disks", "EBS gp3 volume", "EBS gp3 volume", 0.64, 1.28}, {"Deployer", "disks", "EBS gp3 volume", "EBS gp3 volume", 0.64, 1.28},
	}},
	{change: "cost-center", stack: "prod", counts: [5]int{3: 4, 4: some}, restarts: instances},
	{change: "database-storage-500", stack: "prod", cost: 1, counts: [5]int{3: 3}, restarts: []string{
		"waits sun:04:30-sun:05:30: rds-instance: allocatedStorage: 200 → 500: serves: nothing stops; it is slower while the volumes grow, and a size of PostgreSQL that goes beyond 400 GiB copies all data",
		"waits sun:04:30-sun:05:30: rds-instance: iops: none → 12000, storageThroughput: none → 500: serves: nothing stops; it is slower while the volumes change",
	}},
	// Another family makes another group of parameters, beside the one that goes last; the bastion gets another psql.
	{change: "database-major", stack: "prod", counts: [5]int{0: 1, 3: 3}, warnings: []string{
		"legops:rds.engineVersion: 17: the deployment is refused until somebody has upgraded the database from 16 by hand, which stops it and cannot be undone",
	}, restarts: []string{
		instances[0],
		"1: rds-instance: parameterGroupName: default.postgres17 → rds-parameters-",
	}},
	{
		change: "database-restored", stack: "prod", exit: 2, counts: [5]int{0: 2, 3: some},
		risks:  []string{"rds-instance: replaced (the database): changes restoreToPointInTime; it is protected"},
		access: []string{"8 policies: known only after deployment"},
		restarts: []string{
			"1: rds-instance: changes restoreToPointInTime: serves: once a person has unprotected it, the new one is created first, under the name that the old one still has: " +
				"that is refused, the update fails there, and the old one stays",
			workloads + "spec.template.spec.containers[0].env[DATABASE_HOST].value: serves",
			"2: backup-data: changes resources: the old one is deleted first, then the new one is created: nothing is there meanwhile, and what it selects is no longer backed up",
		},
	},
	// The destination keeps its name, and AWS takes tags only for a new one: all three parts go first.
	{
		change: "cdn-logs-elsewhere", stack: "prod", deploy: true, exit: 2, counts: [5]int{0: 2, 3: 1},
		access: []string{"delivery.logs.amazonaws.com new: may s3:PutObject on arn:aws:s3:::legops-prod-333333333333-logs/cdn-requests/*"},
		restarts: []string{"1: cdn-logs: goes with what it depends on, which is deleted first: serves: the old one is deleted first, then the new one is created: " +
			"nothing is there meanwhile, and nothing is logged by it any more"},
	},
	{change: "ingress-setting", stack: "prod", counts: [5]int{3: 1}, restarts: []string{
		`1: ingress-config: data["proxy-connect-timeout"]: 1s → 2s: serves: nothing restarts by itself`,
	}},
	{change: "search-version-back", stack: "prod", warnings: []string{
		"legops:opensearch.version: OpenSearch_2.17: the domain runs OpenSearch_2.19, which cannot be undone, and stays at it: set it to OpenSearch_2.19; for an older version",
	}},
	{
		change: "firewall-logs-elsewhere", stack: "prod", exit: 2, counts: [5]int{0: 2, 3: 1},
		risks:  []string{"firewall-logs: replaced (logs): changes name; it is protected"},
		access: []string{"delivery.logs.amazonaws.com new: may logs:CreateLogStream, logs:PutLogEvents on arn:aws:logs:us-east-1:333333333333:log-group:aws-waf-logs-requests-legops-prod"},
		restarts: []string{"1: firewall-logs: goes with what it depends on, which is deleted first: serves: the old one is deleted first, then the new one is created: " +
			"nothing is there meanwhile, and what the firewall sees is no longer logged"},
	},
	{change: "bigger-nodes", stack: "prod", cost: 1, counts: [5]int{0: 4}, restarts: []string{"1: eks-nodes-use1-az4, eks-nodes-use1-az6: changes instanceTypes: "}},
	{change: "database-class-up", stack: "prod", cost: 1, counts: [5]int{3: 4}, restarts: []string{
		"waits sun:04:30-sun:05:30: rds-instance: instanceClass: db.r7g.large → db.r7g.xlarge: the database moves to another machine",
	}},
	{
		change: "database-engine", stack: "prod", deploy: true, exit: 2,
		failure: `AlreadyExists: "legops-prod-database" exists`, // the new one comes first: the program gave its name, and the provider asks for no order
		counts:  [5]int{0: 2, 3: some},
		risks:   []string{"rds-instance: replaced (the database): changes engine; it is protected"},
		restarts: []string{
			"1: rds-instance: changes engine: serves: once a person has unprotected it, the new one is created first, under the name that the old one still has",
			workloads + "spec.template.spec.containers[0].env[DATABASE_HOST].value: serves",
			"2: backup-data: changes resources: the old one is deleted first, then the new one is created: nothing is there meanwhile, and what it selects is no longer backed up",
		},
		access: []string{"8 policies: known only after deployment"},
	},
	{
		change: "database-renamed", stack: "prod", exit: 2, counts: [5]int{0: 2, 3: some},
		risks: []string{"rds-instance: replaced (the database): changes dbName; it is protected"},
		restarts: []string{
			"1: rds-instance: changes dbName: serves: once a person has unprotected it, the new one is created first, under the name that the old one still has",
			workloads + "spec.template.spec.containers[0].env[DATABASE_HOST].value, spec.template.spec.containers[0].env[DATABASE_NAME].value: serves",
			"2: backup-data: changes resources: the old one is deleted first, then the new one is created: nothing is there meanwhile, and what it selects is no longer backed up",
		},
		access: []string{"8 policies: known only after deployment"},
	},
	{
		change: "retention-lowered", stack: "prod", exit: 2, counts: [5]int{3: 1},
		risks: []string{"rds-instance: backupRetentionPeriod: 35 → 14: backups are kept for a shorter time"},
	},
	{
		change: "queue-renamed", stack: "prod", exit: 2, counts: [5]int{1: 8, 2: 8, 3: 6},
		risks: []string{
			"queues-document-signing: deleted (messages that nobody has processed yet)", "queues-document-signing-dead: deleted",
		},
		restarts: []string{"1: app-documents-workload, app-signatures-workload: spec.template.spec.containers[0].env[QUEUE_DOCUMENT_SIGNATURE_URL], "},
		access: []string{
			"new: may sqs:SendMessage on arn:aws:sqs:us-east-1:333333333333:legops-prod-document-signature.fifo",
			"new: may sqs:ChangeMessageVisibility, sqs:DeleteMessage, sqs:ReceiveMessage on arn:aws:sqs:us-east-1:333333333333:legops-prod-document-signature.fifo",
		},
	},
	{change: "queue-added", stack: "prod", cost: 1, counts: [5]int{2: 8, 3: 2}},
	{
		change: "bucket-versioning-off", stack: "prod", exit: 2, counts: [5]int{3: 7},
		risks:     slices.Repeat([]string{"versioningConfiguration.status: Enabled → Suspended: a deleted or overwritten object is lost"}, 7),
		standards: slices.Repeat([]string{"S3-VERSIONS: versioningConfiguration.status is Suspended: it has to be Enabled"}, 7),
	},
	{
		change: "component-renamed", stack: "prod", deploy: true, exit: 2,
		failure: "AlreadyExists: \"https://sqs.us-east-1.amazonaws.com/333333333333/legops-prod-",
		counts:  [5]int{1: 12, 2: 12, 3: 4},
		risks: []string{
			"queues-document-signing: deleted (messages that nobody has processed yet): renamed to messages-document-signing without pulumi.Aliases",
			"queues-document-signing-dead: deleted", "queues-matter-traceability: deleted", "queues-matter-traceability-dead: deleted",
		},
		restarts: []string{"1: app-documents-workload: ", "1: app-matters-workload, app-notifications-workload: ", "1: app-signatures-workload: "},
	},
	{
		change: "csp-loosened", stack: "prod", exit: 2, counts: [5]int{3: 1},
		access: []string{"cdn-headers: new: Content-Security-Policy: script-src accepts https://cdn.example.net"},
	},
	{
		change: "flow-added", stack: "prod", exit: 2, counts: [5]int{2: 2},
		access: []string{"new: bastion-group reaches loadbalancer, tcp 443", "new: loadbalancer is reached from bastion-group, tcp 443"},
	},
	{
		change: "endpoint-opened", stack: "dev", exit: 2, counts: [5]int{3: 1},
		access:    []string{"the Kubernetes API is reached from 0.0.0.0/0 (the whole internet)"},
		standards: []string{"EKS-ENDPOINT: vpcConfig.publicAccessCidrs are [0.0.0.0/0 203.0.113.0/24]"},
	},
	{change: "permission-added", stack: "dev", exit: 2, counts: [5]int{3: some}, access: []string{
		"new: may sqs:ChangeMessageVisibility, sqs:DeleteMessage, sqs:ReceiveMessage", "new: may kms:Decrypt on",
	}, restarts: []string{"1: app-regulations-workload: "}},
	{change: "nat-gateways-2-to-1", stack: "test", cost: -1, counts: [5]int{1: 3, 3: 4}},
	{
		change: "application-added", stack: "dev", deploy: true, exit: 2, cost: 1, draws: ">billing<", counts: [5]int{2: some, 3: some},
		tells: []string{
			"visitors of dev.legops.example reach /billing",
			"role legops-dev-app-billing: new: may sqs:SendMessage on arn:aws:sqs:us-east-1:111111111111:legops-dev-matter-traceability.fifo",
			"role legops-dev-app-billing: new: may kms:Decrypt, kms:GenerateDataKey on arn:aws:kms:us-east-1:111111111111:key/encryption-queues if kms:ViaService StringEquals sqs.us-east-1.amazonaws.com",
			"on arn:aws:codeconnections:us-east-1:111111111111:connection/github-connection",
			"who takes the role legops-dev-pipeline-billing-deploy: arn:aws:iam::111111111111:role/legops-dev-pipeline-billing new: may sts:AssumeRole",
		},
	},
	{
		change: "application-removed", stack: "dev", exit: 2, cost: -1, counts: [5]int{1: some, 3: 8},
		risks: []string{
			"mirror-regulations-logs: deleted (logs)", "mirror-regulations: deleted (the mirrored source)", "pipeline-regulations-build-logs: deleted (logs)",
			"registry-regulations: deleted (images, those in use among them): the program no longer asks for it; it is NOT protected",
		},
		access: []string{},
	},
}

func TestChanges(t *testing.T) {
	b := newBench(t)
	secrets := map[string][]string{}
	for _, f := range fixtures {
		t.Run(f.change, func(t *testing.T) {
			s := b.review(f.change, f.stack, f.deploy)
			report := &Report{Base: b.base.Revision, Head: b.head.Revision, Stacks: []*Stack{s}}
			assert.Equal(t, f.exit, report.ExitCode())
			for i, kind := range kinds {
				assertCount(t, f.counts[i], s.Count(kind), string(kind))
			}
			assertCount(t, f.counts[4], s.CountNoise(), "noise")
			assert.Equal(t, f.failure != "", len(s.Failures) > 0, "%v", s.Failures)
			for _, failure := range s.Failures {
				assert.Contains(t, failure.Text, f.failure)
			}
			assertFindings(t, f.risks, s.Risks)
			assertFindings(t, f.standards, s.Standards)
			assertFindings(t, f.warnings, s.Warnings)
			var restarts []Finding
			for _, r := range s.Restarts {
				restarts = append(restarts, Finding{Resource: f.change, Text: said(r)})
			}
			assertFindings(t, f.restarts, restarts)
			if f.access != nil || f.exit == 0 {
				assertFindings(t, f.access, s.Access)
			}
			for _, text := range f.tells {
				assert.True(t, slices.ContainsFunc(s.Access, func(f Finding) bool { return strings.Contains(f.Text, text) }), "%s\n%v", text, s.Access)
			}
			if f.deploy && f.failure == "" {
				assert.False(t, slices.ContainsFunc(s.Access, func(f Finding) bool { return strings.Contains(f.Text, "known only after deployment") }))
			}
			require.Empty(t, s.Cost.Unknown)
			assert.Equal(t, f.cost, sign(s.Cost.Difference()), "%.2f", s.Cost.Difference())
			if f.costs != nil {
				assert.Equal(t, f.costs, s.Cost.Lines)
			}

			if secrets[f.stack] == nil {
				secrets[f.stack] = b.secrets(t, f.stack)
			}
			for name, text := range outputs(t, report) {
				for _, failure := range s.Failures {
					assert.Contains(t, text, failure.Resource, name)
				}
				for _, secret := range secrets[f.stack] {
					assert.NotContains(t, text, secret, "%s shows a secret", name)
				}
				assert.NotContains(t, text, b.root, "%s names a folder of this machine", name)
			}
			switch {
			case f.change == "nothing":
				text, err := report.Markdown()
				require.NoError(t, err)
				assert.Contains(t, text, "Nothing changes in prod.")
				assert.Less(t, len(strings.Fields(text)), 100)
			case s.Count(Replaced)+s.Count(Deleted)+s.Count(Created)+s.Count(Updated) > 0:
				assert.Regexp(t, `>\d+ (replaced|deleted|created|updated)`, s.Picture, "the picture marks what changes")
				assert.Contains(t, s.Picture, f.draws)
			}
			if f.change == "retention-lowered" {
				assert.Equal(t, strings.Count(checkout.Read(t, "../../docs/architecture.svg"), "marker-end"), strings.Count(s.Picture, "marker-end"), "arrows of a stack that is deployed")
			}
		})
	}
	// Every patch is a fixture.
	patches, err := filepath.Glob("testdata/changes/*.patch")
	require.NoError(t, err)
	for _, patch := range patches {
		name := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(patch), ".patch"), ".base")
		assert.True(t, slices.ContainsFunc(fixtures, func(f fixture) bool { return f.change == name }), name)
	}
}

func assertCount(t *testing.T, want, got int, what string) {
	t.Helper()
	if want == some {
		assert.Positive(t, got, what)
		return
	}
	assert.Equal(t, want, got, what)
}

func assertFindings(t *testing.T, want []string, got []Finding) {
	t.Helper()
	var texts []string
	for _, f := range got {
		texts = append(texts, f.Resource+": "+f.Text)
	}
	if !assert.Len(t, texts, len(want), strings.Join(texts, "\n")) {
		return
	}
	for i := range want {
		assert.Contains(t, texts[i], want[i])
	}
}

func sign(usd float64) int {
	switch {
	case usd > cent:
		return 1
	case usd < -cent:
		return -1
	}
	return 0
}

// secrets are what the base of a stack keeps to itself: the value of the header by which the load balancer knows CloudFront.
func (b *bench) secrets(t *testing.T, stack string) []string {
	t.Helper()
	record, err := os.ReadFile(filepath.Join(b.dir, "deployed", stack, "cloud.jsonl"))
	if os.IsNotExist(err) {
		return nil
	}
	require.NoError(t, err)
	var found []string
	for line := range strings.Lines(string(record)) {
		var event struct {
			Put struct {
				Type    string
				Outputs struct{ Result string }
			}
		}
		_ = json.Unmarshal([]byte(line), &event)
		if entry := event.Put; entry.Type == "random:index/randomPassword:RandomPassword" && entry.Outputs.Result != "" {
			found = append(found, entry.Outputs.Result)
		}
	}
	require.NotEmpty(t, found, "the secret between CloudFront and the load balancer")
	return found
}

func outputs(t *testing.T, r *Report) map[string]string {
	t.Helper()
	page, err := r.HTML()
	require.NoError(t, err)
	text, err := r.JSON()
	require.NoError(t, err)
	comment, err := r.Markdown()
	require.NoError(t, err)
	return map[string]string{"markdown": comment, "html": page, "json": text}
}
