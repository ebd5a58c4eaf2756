package apps

import (
	"maps"

	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/internal/kit"
	"legops/internal/rollout"
)

// MigrationName is the CronJob that is the template of an application's migrations, and how the names of their Jobs begin.
const MigrationName = "migrate"

// migrationNever is a schedule without a date. The CronJob is suspended, too.
const migrationNever = "0 0 31 2 *"

// migration creates the template of the Jobs that releases run their migration by (delivery/release/migrate.sh). It is a CronJob that
// never runs, since Kubernetes has no other object that holds the spec of a Job; ReleasePolicy holds each Job to it.
func (b *appBuild) migration(ready []pulumi.Resource) error {
	if b.args.Migrate == nil {
		return nil
	}
	labels := maps.Clone(b.Labels)
	labels[kit.LabelName], labels[kit.LabelComponent] = b.args.Name+"-"+MigrationName, componentMigration
	_, err := kit.NewObject(b.Ctx, "batch/v1", "CronJob", b.Name+"-migration", kit.Inputs{
		"metadata": b.Object(MigrationName, nil),
		"spec": kit.Inputs{
			"schedule": migrationNever, "suspend": true, "concurrencyPolicy": "Forbid",
			"jobTemplate": kit.Inputs{
				"metadata": metav1.ObjectMetaArgs{Labels: pulumi.ToStringMap(labels)},
				"spec": kit.Inputs{
					// Once: a pod that fails, or that its node takes with it, is not replaced by another one.
					"backoffLimit": 0, "completions": 1, "parallelism": 1, "completionMode": "NonIndexed", "podReplacementPolicy": "Failed",
					// The API server says these two of every Job, and not of a template.
					"suspend": false, "manualSelector": false,
					"activeDeadlineSeconds":   rollout.MigrationSeconds(b.args.Migrate.TimeoutSeconds),
					"ttlSecondsAfterFinished": jobKeptSeconds,
					// The image never runs: each Job names its own.
					"template": b.jobPods(pulumi.ToStringMap(labels), pulumi.String(appFirstImage), b.args.Migrate.Command),
				},
			},
		},
	}, b.With(pulumi.DependsOn(ready))...)
	return err
}

// migrationRules let the deployer run the template, where there is one, and watch what comes of it; scheduleRules let it look whether there is. A
// role cannot say what a Job may be: that is a matter of ReleasePolicy.
func (a *AppArgs) migrationRules() []kit.RbacRule {
	if a.Migrate == nil {
		return nil
	}
	return []kit.RbacRule{{APIGroups: []string{"batch"}, Resources: []string{"jobs"}, Verbs: []string{"get", "list", "create"}}}
}
