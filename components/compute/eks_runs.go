package compute

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/apps"
	"legops/internal/settings"
)

// The metrics of runs of schedules, and their dimensions.
const (
	RunMetrics     = "legops/schedules"
	RunSucceeded   = "Succeeded"
	RunFailed      = "Failed"
	RunApplication = "Application"
	RunSchedule    = "Schedule"
)

// runEnds are the conditions of a Job that has ended, by metric.
var runEnds = []struct{ metric, condition string }{{RunSucceeded, "Complete"}, {RunFailed, "Failed"}}

const (
	auditLog = settings.ClusterLogType("audit")
	// Where an event of the audit log has the application and the schedule.
	runNamespace = "$.objectRef.namespace"
	runLabel     = "$.requestObject.metadata.labels." + apps.LabelSchedule
)

// RunPattern is the filter of the audit events by which the Job of a schedule ends with a condition. The controller of Jobs writes it with
// the status of the Job, once, as the last of up to two conditions: an interim one comes before it (Kubernetes v1.35.4,
// pkg/controller/job/job_controller.go). A request that was refused, since somebody else changed the Job, comes again.
func RunPattern(condition string) string {
	return fmt.Sprintf(`{ $.objectRef.resource = "jobs" && $.objectRef.subresource = "status" && $.verb = "update" && $.responseStatus.code = 200 && `+
		`%s = "*" && %s = "*" && ($.requestObject.status.conditions[0].type = %[3]q || $.requestObject.status.conditions[1].type = %[3]q) }`,
		runNamespace, runLabel, condition)
}

// runs counts how runs of schedules end, by the audit log of the API server. Container Insights has no metric of a Job, and
// the events of Kubernetes are in no log. EKS logs what changes an object of the group batch with the request (amazon-eks-best-practices,
// content/security/docs/detective.md, names the policy: cluster/gce/gci/configure-helper.sh of Kubernetes, level RequestResponse).
func (b *eksBuild) runs(logs *cloudwatch.LogGroup) error {
	if !b.args.CountRuns {
		return nil
	}
	for _, end := range runEnds {
		suffix := "-runs-" + strings.ToLower(end.metric)
		if _, err := cloudwatch.NewLogMetricFilter(b.Ctx, b.Name+suffix, &cloudwatch.LogMetricFilterArgs{
			Name:         pulumi.String(b.args.Name + suffix),
			LogGroupName: logs.Name,
			Pattern:      pulumi.String(RunPattern(end.condition)),
			MetricTransformation: cloudwatch.LogMetricFilterMetricTransformationArgs{
				Namespace: pulumi.String(RunMetrics), Name: pulumi.String(end.metric), Value: pulumi.String("1"),
				Dimensions: pulumi.ToStringMap(map[string]string{RunApplication: runNamespace, RunSchedule: runLabel}),
			},
		}, b.Parent); err != nil {
			return err
		}
	}
	return nil
}
