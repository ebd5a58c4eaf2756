package bootstrap_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
)

// check.sh reports everything that an account lacks, with the key of the stack file and the fix.
func TestCheck(t *testing.T) {
	const ask = "aws service-quotas request-service-quota-increase --region us-east-1 --service-code ec2 --quota-code "
	for _, c := range []struct {
		name    string
		attempt attempt
		fails   bool
		prints  []string
		not     string
	}{
		{"room for all", attempt{"dev", "", nil}, false,
			[]string{"Virtual CPUs of account 111111111111 in us-east-1:", "Spot       has 64, needs 8 to ", ": enough\n", "use1-az6 is us-east-1a in this account", "everything in the stack file is available"}, ask},
		{"room to start", attempt{"dev", "", []string{"QUOTA=8"}}, false,
			[]string{"On-Demand  has 8, needs 4 to 8: enough\n", "Spot       has 8, needs 8 to 20: enough to start, too few for the maximum", ask + "L-34B43A08 --desired-value 20\n"}, "never start"},
		{"no room", attempt{"prod", "", []string{"QUOTA=5"}}, true,
			[]string{"On-Demand  has 5, needs ", "too few: pulumi up would wait for instances that never start", ask + "L-1216C47A --desired-value "}, "L-34B43A08"},
		{"a quota without an increase", attempt{"dev", "", []string{"UNAPPLIED=1"}}, false, []string{"has 64, needs"}, ""},
		{"no such zone", attempt{"dev", "", []string{"ZONES=use1-az1 use1-az4"}}, true,
			[]string{"legops:network.availabilityZones[1]: use1-az6: this account has no such zone: choose one of use1-az1 use1-az4"}, "everything"},
		{"instances", attempt{"dev", "", []string{"ABSENT=t4g.large|t4g.nano"}}, true, []string{
			"legops:eks.nodes.instanceTypes[2]: t4g.large: not offered in use1-az4: choose another type, or another zone",
			"legops:bastion.instanceType: t4g.nano: not offered in use1-az6: choose another type, or another zone",
		}, "m6g.large"},
		{"data", attempt{"dev", "", []string{"ABSENT=db.t4g.medium|t3.small.search"}}, true, []string{
			"legops:rds.instanceClass: db.t4g.medium: not offered in us-east-1 with PostgreSQL 17: choose another\n",
			"legops:opensearch.instanceType: t3.small.search: not offered in us-east-1 with OpenSearch_2.19: choose another\n",
		}, ""},
		{"a search type that is an error", attempt{"dev", "", []string{"ERROR=An error occurred (ValidationException): t3.small.search"}}, true, []string{
			"legops:opensearch.instanceType: t3.small.search: AWS reports: An error occurred (ValidationException): t3.small.search: choose another, if the region lacks it\n",
		}, "everything"},
		{"endpoints", attempt{"test", "", []string{"ABSENT=ecr.dkr|cloudfront"}}, true, []string{
			"legops:network.interfaceEndpoints[1]: ecr.dkr: us-east-1 has no such interface endpoint: remove it",
			"legops:region: us-east-1: has no prefix list com.amazonaws.global.cloudfront.origin-facing, by which the load balancer recognizes CloudFront: choose another region",
		}, "ecr.api"},
		{"no account", attempt{"", "", nil}, true, []string{"check-account: account '' must be dev, test or prod: make check-account ACCOUNT=dev\n"}, "Pulumi."},
		{"no such stack", attempt{"staging", "", nil}, true, []string{"account 'staging' must be dev, test or prod"}, "Pulumi."},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			out, failed, calls := c.attempt.run(t, "check.sh")
			assert.Equal(t, c.fails, failed, out)
			for _, text := range c.prints {
				assert.Contains(t, out, text)
			}
			if c.not != "" {
				assert.NotContains(t, out, c.not)
			}
			assert.Empty(t, changes(calls), "it only reads")
		})
	}
}

// Needs reports all problems of a stack file, and check.sh then asks nothing of the account.
func TestNeedsRefuses(t *testing.T) {
	text := checkout.Read(t, "../Pulumi.dev.yaml")
	for name, c := range map[string]struct {
		edits []string // old and new, in turn
		want  []string
	}{
		"problems": {[]string{"use1-az4", "use1-az3", "natGateways: 1", "natGateways: 3"},
			[]string{"legops:network.availabilityZones[0]: use1-az3: does not support EKS", "legops:network.natGateways: 3"}},
		"unknown sizes": {[]string{"t4g.micro", "x2gd.medium", "t4g.nano", "a1.medium"},
			[]string{"legops:pipeline.deployerInstanceType: x2gd.medium: its virtual CPUs are unknown", "legops:bastion.instanceType: a1.medium: its virtual CPUs are unknown"}},
		"a key in another region": {[]string{"region=us-east-1", "region=eu-west-1"},
			[]string{"secretsprovider: awskms://alias/legops-dev-state?region=eu-west-1: its region must be legops:region, us-east-1: write awskms://alias/legops-dev-state?region=us-east-1"}},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			checkout.Write(t, folder, map[string]string{
				"Pulumi.dev.yaml": strings.NewReplacer(c.edits...).Replace(text), "Pulumi.yaml": checkout.Read(t, "../Pulumi.yaml"),
			})
			out, code := checkout.Output(t, exec.Command("go", "run", "./needs", filepath.Join(folder, "Pulumi.dev.yaml")))
			require.NotZero(t, code)
			for _, line := range c.want {
				assert.Contains(t, out, line)
			}
			assert.NotContains(t, out, "\t", "no need is printed")
		})
	}
}
