package cluster_test

import (
	"strings"

	"github.com/stretchr/testify/assert"
)

// commands declares what identity runs beside its pods that serve: a migration, a schedule and a worker.
func commands(timeout, cron, command string) [][2]string {
	const anchor = "path: /identity\n        port: 8080\n"
	return [][2]string{{anchor, anchor + `        migrate:
          command: [` + command + `, migrate]
          timeoutSeconds: ` + timeout + `
        schedules:
          - name: tidy
            cron: ` + cron + `
            command: [` + command + `, tidy]
            deadlineSeconds: 600
        workers:
          - name: mail
            command: [` + command + `, mail]
`}}
}

// What an application runs beside its pods that serve comes, changes in place and goes, and what a release sets in it stays and is no drift. Its
// image is known to the state: it was good last.
func runsCommands(w *world) {
	const images = ".spec.jobTemplate.spec.template.spec.containers[*].image"
	tidy := func() string {
		return strings.Join([]string{
			w.field("identity", "cronjob/tidy", ".metadata.uid"), w.field("identity", "cronjob/tidy", images), "suspended:", w.field("identity", "cronjob/tidy", ".spec.suspend"),
			w.field("identity", "deployment/mail", ".metadata.uid"), w.field("identity", "deployment/mail", ".spec.template.spec.containers[*].image"),
			w.field("identity", "deployment/mail", ".spec.replicas"), w.field("identity", "cronjob/migrate", ".metadata.uid"), w.field("identity", "cronjob/migrate", images),
		}, " ")
	}
	w.edit("", commands("60", "0 6 * * *", "/app/one")...)
	said := w.preview()
	assert.Subset(w.t, said, []string{
		"create app-identity-migration", "create app-identity-schedule-tidy", "create app-identity-schedule-tidy-runs", "create app-identity-worker-mail",
		"create app-identity-worker-mail-workload", "create app-identity-worker-mail-autoscaler", "create app-identity-worker-mail-disruption",
		"create release-policy-migration-policy", "create release-policy-migration-binding", "update app-identity-delivery", "update release-policy-policy",
	})
	pods := w.podNames()
	w.up()
	w.rolledOut("identity")
	assert.Equal(w.t, pods, w.podNames(), "pods that serve were replaced")
	assert.Contains(w.t, tidy(), " "+released+" suspended: false ")
	assert.Contains(w.t, tidy(), " "+released+" 1 ")
	assert.Contains(w.t, tidy(), " "+placeholder)
	assert.Equal(w.t, "1", w.field("identity", "deployment/mail", ".status.readyReplicas"))
	assert.Empty(w.t, w.preview("--refresh"))

	// What a release sets.
	next := strings.Replace(released, "01", "02", 1)
	w.kubectl(append(asDeployer, "--namespace=identity", "patch", "cronjob", "tidy", "--type=json",
		`--patch=[{"op":"replace","path":"/spec/jobTemplate/spec/template/spec/containers/0/image","value":"`+next+`"}]`)...)
	w.kubectl(append(asDeployer, "--namespace=identity", "patch", "deployment", "mail", "--type=json",
		`--patch=[{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"`+next+`"}]`)...)
	w.rolledOut("identity")
	assert.Empty(w.t, w.preview("--refresh"))
	before := tidy()
	assert.Equal(w.t, 2, strings.Count(before, next))

	w.edit("", commands("90", "30 5 * * *", "/app/two")...)
	said = w.preview()
	assert.ElementsMatch(w.t, []string{"update app-identity-migration", "update app-identity-schedule-tidy-runs", "update app-identity-worker-mail-workload"}, said)
	w.up()
	w.rolledOut("identity")
	assert.Equal(w.t, before, tidy(), "the objects, and what a release has set in them")
	const command = ".spec.template.spec.containers[0].command[*]"
	for object, want := range map[[2]string]string{
		{"cronjob/tidy", ".spec.schedule"}:                                  "30 5 * * *",
		{"cronjob/tidy", ".spec.jobTemplate" + command}:                     "/app/two tidy",
		{"cronjob/migrate", ".spec.jobTemplate" + command}:                  "/app/two migrate",
		{"cronjob/migrate", ".spec.jobTemplate.spec.activeDeadlineSeconds"}: "330",
		{"deployment/mail", command}:                                        "/app/two mail",
	} {
		assert.Equal(w.t, want, w.field("identity", object[0], object[1]), object)
	}
	assert.Empty(w.t, w.preview("--refresh"))

	w.edit("")
	w.up()
	assert.Empty(w.t, w.kubectl("--namespace=identity", "get", "cronjobs", "--output=name"))
	assert.Equal(w.t, "deployment.apps/identity", w.kubectl("--namespace=identity", "get", "deployments", "--output=name"))
	assert.Equal(w.t, pods, w.podNames(), "pods that serve were replaced")
	stays(w)
	w.tell(strings.Join(said, ", "), "the same objects, with the new commands and times, and the image of the release")
}
