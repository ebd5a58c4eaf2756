package apps

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// The metric of reloads that failed.
const (
	IngressMetrics      = "legops/ingress"
	IngressFailedReload = "FailedReloads"
)

// ingressReloadFailures are what the controller's errors say when NGINX does not load what it wrote: NGINX refuses it, or does
// not serve with it in time (nginx/kubernetes-ingress v5.5.4: internal/nginx/manager.go, Reload). They are in its log for a
// change of pods (internal/k8s/endpoint_slice.go) and, as an event that it logs, for one of settings or paths
// (cmd/nginx-ingress/main.go, StartLogging).
var ingressReloadFailures = []any{"nginx reload failed", "could not get newest config version"}

// reloads counts the reloads that failed, by the log. The controller's own metric, nginx_ingress_controller_nginx_last_reload_status,
// is read by nobody: the add-on scrapes its own agents, node exporter and kube-state-metrics, not what pods annotate
// (aws-observability/helm-charts, charts/amazon-cloudwatch-observability/templates/linux/_otel-*.tpl, August 2026), and a scraper
// would have to run for this one number. The same add-on ships the log (values.yaml, application-log.conf).
func (b *ingressBuild) reloads() error {
	_, err := cloudwatch.NewLogMetricFilter(b.Ctx, b.Name+"-reloads", &cloudwatch.LogMetricFilterArgs{
		Name:         pulumi.String(ingressName + "-reloads"),
		LogGroupName: b.args.PodLogGroup,
		Pattern: pulumi.String(fmt.Sprintf(`{ $.kubernetes.namespace_name = %q && ($.log = "*%s*" || $.log = "*%s*") }`,
			append([]any{IngressNamespace}, ingressReloadFailures...)...)),
		MetricTransformation: cloudwatch.LogMetricFilterMetricTransformationArgs{
			Namespace: pulumi.String(IngressMetrics), Name: pulumi.String(IngressFailedReload), Value: pulumi.String("1"),
		},
	}, b.Parent)
	return err
}
