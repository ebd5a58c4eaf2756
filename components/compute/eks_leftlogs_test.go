package compute_test

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components/compute"
	"legops/components/internal/componenttest"
	"legops/internal/recorder"
)

// What an earlier cluster has left is asked for by the names of its log groups, and only as long as there is no cluster.
func TestLookupLeftLogs(t *testing.T) {
	const clusters, groups = "aws:eks/getClusters:getClusters", "aws:cloudwatch/getLogGroups:getLogGroups"
	existing := []string{
		"/aws/containerinsights/legops-test/host", "/aws/containerinsights/legops-test-2/host", "/aws/eks/legops-test/cluster", "/aws/eks/legops-dev/cluster",
	}
	r := &recorder.Recorder{Answers: map[string]recorder.Answer{
		clusters: func(resource.PropertyMap) (resource.PropertyMap, error) {
			return resource.NewPropertyMapFromMap(map[string]any{"names": []any{"legops-dev"}}), nil
		},
		groups: func(args resource.PropertyMap) (resource.PropertyMap, error) {
			names := []any{}
			for _, name := range existing {
				if strings.HasPrefix(name, args["logGroupNamePrefix"].StringValue()) {
					names = append(names, name)
				}
			}
			return resource.NewPropertyMapFromMap(map[string]any{"logGroupNames": names}), nil
		},
	}}
	look := func(r *recorder.Recorder, cluster string) (left []string, err error) {
		_ = r.Run(func(ctx *pulumi.Context) error {
			left, err = compute.LookupLeftLogs(ctx, cluster, pulumi.Version(""))
			return nil
		})
		return left, err
	}
	left, err := look(r, "legops-test")
	require.NoError(t, err)
	assert.Equal(t, []string{"/aws/eks/legops-test/cluster", "/aws/containerinsights/legops-test/host"}, left)
	left, err = look(r, "legops-dev")
	require.NoError(t, err)
	assert.Empty(t, left, "the cluster exists")
	for _, function := range []string{clusters, groups} {
		_, err := look(&recorder.Recorder{Answers: r.Answers, Refuse: func(typ, _ string) bool { return typ == function }}, "legops-test")
		assert.ErrorContains(t, err, function)
	}
}

// Those that were left are taken over, and no others.
func TestEksTakesOverLeftLogs(t *testing.T) {
	args := eksArgs()
	args.LeftLogs = []string{"/aws/eks/" + args.Name + "/cluster"}
	r := componenttest.Record(t, cluster(args))
	for _, group := range r.OfType("aws:cloudwatch/logGroup:LogGroup") {
		want := ""
		if group.Name() == "eks-logs" {
			want = args.LeftLogs[0]
		}
		assert.Equal(t, want, group.ImportID, group.Name())
	}
}
