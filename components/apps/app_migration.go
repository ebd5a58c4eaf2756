package apps

import (
	"maps"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/internal/kit"
	"legops/internal/rollout"
)

// MigrationName is the CronJob that is the template of an application's migrations, and how the names of their Jobs begin.
const MigrationName = "migrate"

const (
	// migrationNever is a schedule without a date. The CronJob is suspended, too.
	migrationNever = "0 0 31 2 *"
	// migrationKeptSeconds is how long the Job of a migration is kept after its end, with its pod: a week. As long as that of an image has
	// succeeded, the hooks do not run it again.
	migrationKeptSeconds = 7 * 24 * 3600
	// migrationEndSeconds is how long the command has to end when its time is over.
	migrationEndSeconds = 30
)

// migration creates the template of the Jobs that releases run their migration by (delivery/release/migrate.sh). It is a CronJob that
// never runs, since Kubernetes has no other object that holds the spec of a Job; ReleasePolicy holds each Job to it.
//
// The pods are as those that serve, but for what leads requests to these and counts them: no port, no probe, and labels that no Service,
// PodDisruptionBudget, Deployment or spread constraint selects.
func (b *appBuild) migration(ready []pulumi.Resource) error {
	if b.args.Migrate == nil {
		return nil
	}
	labels := maps.Clone(b.Labels)
	labels[kit.LabelName], labels[kit.LabelComponent] = b.args.Name+"-"+MigrationName, componentMigration
	metadata := metav1.ObjectMetaArgs{Labels: pulumi.ToStringMap(labels)}
	_, err := kit.NewObject(b.Ctx, "batch/v1", "CronJob", b.Name+"-migration", kit.Inputs{
		"metadata": b.Object(MigrationName, nil),
		"spec": kit.Inputs{
			"schedule": migrationNever, "suspend": true, "concurrencyPolicy": "Forbid",
			"jobTemplate": kit.Inputs{
				"metadata": metadata,
				"spec": kit.Inputs{
					// Once: a pod that fails, or that its node takes with it, is not replaced by another one.
					"backoffLimit": 0, "completions": 1, "parallelism": 1, "completionMode": "NonIndexed", "podReplacementPolicy": "Failed",
					// The API server says these two of every Job, and not of a template.
					"suspend": false, "manualSelector": false,
					"activeDeadlineSeconds":   rollout.MigrationSeconds(b.args.Migrate.TimeoutSeconds),
					"ttlSecondsAfterFinished": migrationKeptSeconds,
					"template": corev1.PodTemplateSpecArgs{
						Metadata: metav1.ObjectMetaArgs{
							Labels: metadata.Labels,
							// The Cluster Autoscaler would otherwise take the node away in the middle.
							Annotations: pulumi.StringMap{"cluster-autoscaler.kubernetes.io/safe-to-evict": pulumi.String("false")},
						},
						Spec: b.migrationPod(),
					},
				},
			},
		},
	}, b.With(pulumi.DependsOn(ready))...)
	return err
}

// migrationPod is a pod of the application that runs the command and ends.
func (b *appBuild) migrationPod() corev1.PodSpecArgs {
	container := b.program()
	container.Image = pulumi.String(appFirstImage) // which never runs: each Job names its own
	command := pulumi.StringArray{}
	for _, word := range b.args.Migrate.Command {
		command = append(command, literal(pulumi.String(word)))
	}
	container.Command = command
	// The end of what a command that fails has printed is in the state of its pod: the deployer reads that, and no log.
	container.TerminationMessagePolicy = pulumi.String("FallbackToLogsOnError")
	pod := b.podOf(container)
	pod.RestartPolicy = pulumi.String("Never")
	pod.TerminationGracePeriodSeconds = pulumi.Int(migrationEndSeconds)
	return pod
}

// migrationRules let the deployer look for the template and, where there is one, run it and watch what comes of it. A role cannot say
// what a Job may be: that is a matter of ReleasePolicy.
func (a *AppArgs) migrationRules() []kit.RbacRule {
	batch := []string{"batch"}
	rules := []kit.RbacRule{{APIGroups: batch, Resources: []string{"cronjobs"}, ResourceNames: []string{MigrationName}, Verbs: []string{"get"}}}
	if a.Migrate != nil {
		rules = append(rules, kit.RbacRule{APIGroups: batch, Resources: []string{"jobs"}, Verbs: []string{"get", "list", "create"}})
	}
	return rules
}
