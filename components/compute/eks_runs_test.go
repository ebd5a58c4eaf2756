package compute_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/components/compute"
	"legops/components/internal/componenttest"
	"legops/internal/settings"
)

const metricFilter = "aws:cloudwatch/logMetricFilter:LogMetricFilter"

// That events of a real API server match is shown in tests/rehearsal.
func TestEksCountsRunsOfSchedules(t *testing.T) {
	args := eksArgs()
	assert.Empty(t, componenttest.Record(t, cluster(args)).OfType(metricFilter))
	args.CountRuns = true
	r := componenttest.Record(t, cluster(args))
	logs := r.One(t, "aws:cloudwatch/logGroup:LogGroup", "eks-logs")
	for metric, condition := range map[string]string{"succeeded": "Complete", "failed": "Failed"} {
		filter := r.One(t, metricFilter, "eks-runs-"+metric)
		componenttest.Expect(t, filter, map[string]any{
			"name": "legops-test-runs-" + metric, "logGroupName": logs.Get("name"), "pattern": compute.RunPattern(condition),
			"metricTransformation": map[string]any{
				"namespace": "legops/schedules", "name": map[string]string{"succeeded": "Succeeded", "failed": "Failed"}[metric], "value": "1",
				"dimensions": map[string]any{"Application": "$.objectRef.namespace", "Schedule": "$.requestObject.metadata.labels.schedule"},
			},
		})
		// A dimension has its value from what the filter looks at.
		for _, selector := range []string{"$.objectRef.namespace = ", "$.requestObject.metadata.labels.schedule = "} {
			assert.Contains(t, filter.Get("pattern"), selector)
		}
	}
	args.LogTypes = slices.DeleteFunc(slices.Clone(args.LogTypes), func(l settings.ClusterLogType) bool { return l == "audit" })
	componenttest.Refuses(t, cluster(args), "LogTypes lacks audit, by which CountRuns counts")
}
