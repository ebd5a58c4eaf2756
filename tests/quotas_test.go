package tests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
	"legops/internal/instances"
	"legops/internal/quotas"
	"legops/internal/recorder"
	"legops/internal/settings"
	"legops/stacks"
)

// What the quotas count is what the program makes: every node group and every Auto Scaling group, at least and at most, and what
// an update may add.
func TestQuotasCountWhatThereIs(t *testing.T) {
	vcpus := func(instanceType string) int {
		found, known := instances.Lookup(instanceType)
		require.True(t, known, instanceType)
		return found.VCPUs
	}
	each(t, func(t *testing.T, cfg *stacks.Config, r *recorder.Recorder) {
		type span struct{ least, most float64 }
		made := map[string]span{"On-Demand": {}, "Spot": {}}
		add := func(name string, vcpus, least, most float64) {
			made[name] = span{made[name].least + vcpus*least, made[name].most + vcpus*most}
		}
		templates := map[string]recorder.Resource{}
		for _, template := range r.OfType("aws:ec2/launchTemplate:LaunchTemplate") {
			templates[template.Name()] = template
		}
		groups := r.OfType("aws:autoscaling/group:Group")
		for _, group := range groups {
			template := templates[group.Name()+"-template"]
			add("On-Demand", float64(vcpus(template.Text("instanceType"))), group.Number("minSize", 0), 2*group.Number("maxSize", 0))
		}
		nodeGroups := r.OfType("aws:eks/nodeGroup:NodeGroup")
		surge := map[string]float64{}
		nodesAtLeast, err := cfg.NodesAtLeast()
		require.NoError(t, err)
		for i, group := range nodeGroups {
			name := map[any]string{"ON_DEMAND": "On-Demand", "SPOT": "Spot"}[group.Get("capacityType")]
			largest := 0
			for _, instanceType := range group.Texts("instanceTypes") {
				largest = max(largest, vcpus(instanceType))
			}
			from, to := group.Number("scalingConfig.minSize", 0), group.Number("scalingConfig.maxSize", 0)
			add(name, float64(largest), float64(nodesAtLeast[i]), to)
			assert.GreaterOrEqual(t, float64(nodesAtLeast[i]), from)
			assert.InDelta(t, 33, group.Get("updateConfig.maxUnavailablePercentage"), 0, "what an update replaces at a time")
			zones := float64(len(group.List("subnetIds")))
			surge[name] += float64(largest) * max(2*zones, float64((int(to)*33+99)/100), from)
		}
		needed, err := quotas.Of(cfg)
		require.NoError(t, err)
		for _, quota := range needed {
			assert.InDelta(t, made[quota.Name].least, quota.Min, 0, quota.Name)
			assert.InDelta(t, made[quota.Name].most+surge[quota.Name], quota.Max, 0, quota.Name)
			delete(made, quota.Name)
		}
		for name, unused := range made {
			assert.Zero(t, unused, name)
		}
		for _, other := range []string{"aws:ec2/instance:Instance", "aws:ec2/spotInstanceRequest:SpotInstanceRequest", "aws:ec2/fleet:Fleet"} {
			assert.Empty(t, r.OfType(other), "an instance that no quota counts")
		}
	})
}

// checkAccount is what bootstrap/check.sh prints of a stack, for an account as the environment says (bootstrap/testdata/aws).
func checkAccount(t *testing.T, folder, stack string, environment ...string) (out string, code int) {
	t.Helper()
	return inAccount(t, folder, "check.sh", stack, environment...)
}

// inAccount is what a script of bootstrap prints, in the repository in a folder, and its exit code.
func inAccount(t *testing.T, folder, script, stack string, environment ...string) (out string, code int) {
	t.Helper()
	run := exec.Command(filepath.Join(folder, "bootstrap", script), stack)
	run.Env = append(append(os.Environ(), "PATH="+filepath.Join(root, "bootstrap", "testdata")+":"+os.Getenv("PATH")), environment...)
	return checkout.Output(t, run)
}

func TestQuotasAreFresh(t *testing.T) {
	var rows [][]string
	said, needed := "", map[string][]quotas.Quota{}
	for _, stack := range stackNames {
		var err error
		needed[stack], err = quotas.Of(config(t, stack))
		require.NoError(t, err)
		for _, quota := range needed[stack] {
			rows = append(rows, []string{stack, quota.Name, "`" + quota.Code + "`", fmt.Sprint(quota.Min), fmt.Sprint(quota.Max)})
		}
	}
	var edge [][]string
	for _, stack := range stackNames {
		keyed, _ := config(t, stack).Cdn.Forward.Keyed()
		edge = append(edge, []string{stack, fmt.Sprint(settings.PolicyHeaders), fmt.Sprint(1 + len(keyed)), fmt.Sprint(settings.PolicyHeaders - 1 - len(keyed))})
	}
	for _, has := range []int{5, 32, 64} {
		said += fmt.Sprintf("\n## An account with %d of each\n\n```\n", has)
		for _, stack := range stackNames {
			out, code := checkAccount(t, root, stack, "QUOTA="+strconv.Itoa(has))
			quota, _, found := strings.Cut(out, "Zones and what they offer:\n")
			require.True(t, found, out)
			said += fmt.Sprintf("$ bootstrap/check.sh %s\n%s", stack, quota)
			fails := 0
			for _, quota := range needed[stack] {
				if quota.Min > has {
					fails = 1
				}
			}
			assert.Equal(t, fails, code, "%s with %d", stack, has)
		}
		said += "```\n"
	}
	fresh(t, "docs/quotas.md", `# Virtual CPUs that the accounts need

Generated from the three stack files and from what `+"`bootstrap/check.sh`"+` prints, by `+"`make docs`"+`. EC2 counts what runs in a region in
virtual CPUs, On-Demand and Spot apart. A new account has 5 of each, often more On-Demand, and what is beyond does not start:
nodes are then missing without an error of Pulumi, until it has waited long enough.

At least is what runs when everything runs its least: with fewer, pods wait for nodes that never come. At most is every node that the autoscaler may add and, while nodes are updated or
replaced, the new ones beside the old; bastion and deployer count twice there, too. Of several instance types the largest counts.

`+markdown([]string{"Stack", "Quota", "Code", "At least", "At most"}, rows)+`
`+"`make check-account ACCOUNT=dev`"+` compares this with the account's own quotas, and `+"`make bootstrap`"+` ends with it. It only reads. What
other things in the account run counts as well; the commands it prints ask AWS for a larger quota, and nobody runs them but you.
`+said+`
## Headers that CloudFront takes

Quotas of [CloudFront](https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html), as a new account has them:
headers in a cache policy, of which Host and those of `+"`cdn.forward.headers`"+` are taken (but for those that need no place in the cache key),
which leaves the rest for each application's `+"`edge.headers`"+`. Besides, `+fmt.Sprint(settings.CacheBehaviors)+` cache behaviours in a distribution, and
`+fmt.Sprint(settings.PoliciesOfAKind)+` policies of a kind in an account: the program refuses more before anything changes.

`+strings.TrimSuffix(markdown([]string{"Stack", "Quota", "Taken", "Left for an application"}, edge), "\n")+"\n")
}
