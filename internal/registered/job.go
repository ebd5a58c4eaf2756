package registered

import (
	"testing"

	"github.com/stretchr/testify/require"

	"legops/internal/controlplane"
)

// Job is a CronJob as the program registers it: what its container executes, with which variables, and the files of the ConfigMap beside it.
type Job struct {
	Command     []string
	Environment map[string]string
	Files       map[string]string
}

// ProductionJob is the only CronJob of a namespace in production, of the repository at root.
func ProductionJob(t testing.TB, root, namespace string) Job {
	t.Helper()
	j := Job{Environment: map[string]string{}, Files: map[string]string{}}
	objects, _ := controlplane.Registered(Real(t, root, "prod"))
	for _, o := range objects {
		if o.Text("metadata.namespace") != namespace {
			continue
		}
		switch o["kind"] {
		case "ConfigMap":
			for name, text := range o["data"].(map[string]any) {
				j.Files[name] = text.(string)
			}
		case "CronJob":
			const container = "spec.jobTemplate.spec.template.spec.containers[0]."
			j.Command = o.Texts(container + "command")
			for _, variable := range o.Objects(container + "env") {
				j.Environment[variable.Text("name")] = variable.Text("value")
			}
		}
	}
	require.NotEmpty(t, j.Command)
	require.NotEmpty(t, j.Files)
	require.NotEmpty(t, j.Environment)
	return j
}
