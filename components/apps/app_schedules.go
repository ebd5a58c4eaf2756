package apps

import (
	"maps"
	"regexp"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/internal/kit"
	"legops/internal/settings"
)

// LabelSchedule is the label of the CronJob and the Jobs of a schedule: its name. It is a plain word, since the filters by which runs are
// counted (components/compute/eks_runs.go) read no key with a point or a slash.
const LabelSchedule = "schedule"

const (
	componentSchedule = "schedule"
	// Of the runs of the last week, so many are kept.
	runsKeptGood, runsKeptFailed = 1, 3
)

// schedules creates a CronJob for each schedule, in two parts for the same reason as the Deployment (workload): delivery sets the image,
// and lets it run.
//
//   - the CronJob is made once, with what it cannot exist without, and with the image that was good last. Before the first release, which
//     is what the public placeholder tells, it is suspended. All of it is ignored ever after. No pod starts as it stands there;
//   - a patch with a field manager of its own holds all the rest, and carries every change.
func (b *appBuild) schedules() error {
	for _, s := range b.args.Schedules {
		if err := b.schedule(s); err != nil {
			return err
		}
	}
	return nil
}

func (b *appBuild) schedule(s settings.Schedule) error {
	name := b.Name + "-schedule-" + s.Name
	unreleased := b.servingImage().ApplyT(func(image string) bool { return image == appFirstImage }).(pulumi.BoolOutput)
	first := b.firstPod(corev1.ContainerArgs{})
	first.RestartPolicy = pulumi.String("Never")
	job, err := kit.NewObject(b.Ctx, "batch/v1", "CronJob", name, kit.Inputs{
		"metadata": b.scheduleMetadata(s, nil),
		"spec": kit.Inputs{
			"schedule": s.Cron, "suspend": unreleased,
			"jobTemplate": kit.Inputs{"spec": kit.Inputs{
				"activeDeadlineSeconds": s.DeadlineSeconds, // for a run between this and the patch
				"template":              corev1.PodTemplateSpecArgs{Spec: first},
			}},
		},
	}, b.With(pulumi.IgnoreChanges([]string{"metadata", "spec"}))...)
	if err != nil {
		return err
	}
	_, err = kit.NewResource(b.Ctx, "kubernetes:batch/v1:CronJobPatch", name+"-runs", kit.Inputs{
		"apiVersion": "batch/v1", "kind": "CronJob",
		// What is written here is what runs, over changes made by hand.
		"metadata": b.scheduleMetadata(s, map[string]string{"pulumi.com/patchForce": "true"}), "spec": b.runs(s),
	}, b.With(
		pulumi.DependsOn(append(b.ready[:len(b.ready):len(b.ready)], job)),
		// To take the patch back would strip the CronJob just before it goes.
		pulumi.RetainOnDelete(true),
	)...)
	return err
}

// scheduleMetadata is that of the CronJob. Its labels are the application's, as those of every object in the namespace.
func (b *appBuild) scheduleMetadata(s settings.Schedule, annotations map[string]string) metav1.ObjectMetaArgs {
	metadata := b.Object(s.Name, annotations)
	labels := maps.Clone(b.Labels)
	labels[LabelSchedule] = s.Name
	metadata.Labels = pulumi.ToStringMap(labels)
	return metadata
}

// runs is the CronJob but for its image, and whether it is suspended.
func (b *appBuild) runs(s settings.Schedule) kit.Inputs {
	labels := maps.Clone(b.Labels)
	labels[kit.LabelName], labels[kit.LabelComponent], labels[LabelSchedule] = b.args.Name+"."+s.Name, componentSchedule, s.Name
	spec := kit.Inputs{
		"schedule":          s.Cron,
		"concurrencyPolicy": "Forbid",
		// Without a limit, a CronJob that is let run would at once do what it should have done before.
		"startingDeadlineSeconds":    int(s.LatestStart().Seconds()),
		"successfulJobsHistoryLimit": runsKeptGood,
		"failedJobsHistoryLimit":     runsKeptFailed,
		"jobTemplate": kit.Inputs{
			"metadata": metav1.ObjectMetaArgs{Labels: pulumi.ToStringMap(labels)},
			"spec": kit.Inputs{
				"activeDeadlineSeconds":   s.DeadlineSeconds,
				"ttlSecondsAfterFinished": jobKeptSeconds,
				// A command that fails has failed, and comes again at its next time. A run whose node goes begins again, on another node
				// and when nothing of it runs any more: that was not the command's doing.
				"backoffLimit": 0, "podReplacementPolicy": "Failed",
				"podFailurePolicy": kit.Inputs{"rules": []kit.Inputs{{
					"action": "Ignore", "onPodConditions": []kit.Inputs{{"type": "DisruptionTarget", "status": "True"}},
				}}},
				"template": b.jobPods(pulumi.ToStringMap(labels), nil, s.Command),
			},
		},
	}
	if s.Replaces() {
		spec["concurrencyPolicy"] = "Replace"
	}
	if s.TimeZone != "" {
		spec["timeZone"] = s.TimeZone
	}
	return spec
}

// scheduleRules let the deployer look for schedules, and set the image of those that there are.
func (a *AppArgs) scheduleRules() []kit.RbacRule {
	batch, jobs := []string{"batch"}, []string{"cronjobs"}
	rules := []kit.RbacRule{{APIGroups: batch, Resources: jobs, Verbs: []string{"get", "list"}}}
	if names := a.scheduleNames(); len(names) > 0 { // no name would be every name
		rules = append(rules, kit.RbacRule{APIGroups: batch, Resources: jobs, ResourceNames: names, Verbs: []string{"patch"}})
	}
	return rules
}

func (a *AppArgs) scheduleNames() []string {
	var names []string
	for _, s := range a.Schedules {
		names = append(names, s.Name)
	}
	return names
}

// schedulePattern bounds a name by what alarms have room for; Kubernetes itself would take 52 characters.
var schedulePattern = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,22}[a-z0-9])?$`)

func (a *AppArgs) checkSchedules(p *kit.Problems) {
	known := map[string]bool{}
	for _, s := range a.Schedules {
		p.Require(schedulePattern.MatchString(s.Name), "Schedules: name %q must be 1 to 24 lower-case letters, digits and hyphens", s.Name)
		p.Require(!known[s.Name], "Schedules: %s is there twice", s.Name)
		known[s.Name] = true
		if _, _, err := s.Gaps(); err != nil {
			p.Require(false, "Schedules: %s: Cron %q %v", s.Name, s.Cron, err)
		}
		p.Require(s.TimeZone == "" || settings.KnowsZone(s.TimeZone), "Schedules: %s: TimeZone %q is no time zone", s.Name, s.TimeZone)
		p.Require(len(s.Command) > 0, "Schedules: %s: Command is empty, must name a program", s.Name)
		for i, word := range s.Command {
			p.Require(word != "", "Schedules: %s: Command[%d] is empty", s.Name, i)
		}
		p.Require(s.DeadlineSeconds > 0, "Schedules: %s: DeadlineSeconds is %d, must be 1 or more", s.Name, s.DeadlineSeconds)
	}
}
