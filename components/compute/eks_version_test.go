package compute_test

import (
	"errors"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components/compute"
	"legops/internal/recorder"
)

func TestLookupClusterVersion(t *testing.T) {
	const clusters, cluster = "aws:eks/getClusters:getClusters", "aws:eks/getCluster:getCluster"
	look := func(name string, fails error) (version string, err error) {
		r := &recorder.Recorder{Answers: map[string]recorder.Answer{
			clusters: func(resource.PropertyMap) (resource.PropertyMap, error) {
				return resource.NewPropertyMapFromMap(map[string]any{"names": []any{"legops-prod", "legops-test"}}), nil
			},
			cluster: func(args resource.PropertyMap) (resource.PropertyMap, error) {
				assert.Equal(t, name, args["name"].StringValue())
				return resource.NewPropertyMapFromMap(map[string]any{"version": "1.34"}), fails
			},
		}}
		_ = r.Run(func(ctx *pulumi.Context) error {
			version, err = compute.LookupClusterVersion(ctx, name, pulumi.Version(""))
			return nil
		})
		return version, err
	}
	version, err := look("legops-test", nil)
	require.NoError(t, err)
	assert.Equal(t, "1.34", version)
	version, err = look("legops-dev", nil)
	require.NoError(t, err)
	assert.Empty(t, version, "before it exists")
	_, err = look("legops-test", errors.New("AccessDeniedException"))
	assert.ErrorContains(t, err, "AccessDeniedException")
}
