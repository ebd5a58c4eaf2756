package apps_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components/apps"
	"legops/components/internal/componenttest"
	"legops/internal/checkout"
	"legops/internal/settings"
)

// withFiles is the application with a secret as a file, a migration and a schedule.
func withFiles() apps.AppArgs {
	args := appArgs
	args.SecretFiles = []settings.SecretName{"smtp"}
	args.Migrate = &settings.Migration{Command: []settings.CommandWord{"migrate"}, TimeoutSeconds: 600}
	args.Schedules = []settings.Schedule{{Name: "tidy", Cron: "@daily", Command: []settings.CommandWord{"tidy"}, DeadlineSeconds: 600}}
	return args
}

// All pods of the application find the files, and only what reads them may write there.
func TestAppSecretFiles(t *testing.T) {
	r := componenttest.Behaves(t, "legops:components:App", "app-matters", app(withFiles()))
	for _, of := range []struct{ typ, name, pod string }{
		{"kubernetes:apps/v1:DeploymentPatch", "app-matters-workload", "spec.template.spec."},
		{"kubernetes:batch/v1:CronJob", "app-matters-migration", "spec.jobTemplate.spec.template.spec."},
		{"kubernetes:batch/v1:CronJobPatch", "app-matters-schedule-tidy-runs", "spec.jobTemplate.spec.template.spec."},
	} {
		componenttest.Expect(t, r.One(t, of.typ, of.name), map[string]any{
			of.pod + "volumes": []any{
				object{"name": "tmp", "emptyDir": object{"sizeLimit": "512Mi"}},
				object{"name": "secrets", "emptyDir": object{"medium": "Memory", "sizeLimit": "1Mi"}},
			},
			of.pod + "containers[0].volumeMounts": []any{
				object{"name": "tmp", "mountPath": "/tmp"}, object{"name": "secrets", "mountPath": "/secrets", "readOnly": true},
			},
			of.pod + "initContainers[0].name":  "secrets",
			of.pod + "initContainers[0].image": "public.ecr.aws/aws-cli/aws-cli:2.37.4@sha256:fdd8d1fcbea9c371678dee5a40df8b178c7a781b4586605756ee28114c97ead6",
			of.pod + "initContainers[0].env": []any{
				object{"name": "AWS_REGION", "value": "eu-west-1"}, object{"name": "HOME", "value": "/tmp"},
				object{"name": "LC_ALL", "value": "C.UTF-8"}, object{"name": "SECRETS_PREFIX", "value": "legops-test/matters/"},
			},
			of.pod + "initContainers[0].volumeMounts": []any{
				object{"name": "secrets", "mountPath": "/secrets"}, object{"name": "tmp", "mountPath": "/tmp"},
			},
			of.pod + "initContainers[0].securityContext": object{
				"allowPrivilegeEscalation": false, "privileged": false, "readOnlyRootFilesystem": true, "capabilities": object{"drop": []any{"ALL"}},
			},
			of.pod + "initContainers[0].resources": object{
				"requests": object{"cpu": "50m", "memory": "192Mi", "ephemeral-storage": "16Mi"}, "limits": object{"memory": "192Mi", "ephemeral-storage": "64Mi"},
			},
			of.pod + "initContainers[0].terminationMessagePolicy": "FallbackToLogsOnError",
			of.pod + "initContainers[1]":                          nil,
		})
	}
	assert.Empty(t, r.OfType("kubernetes:core/v1:Secret"))
	without := componenttest.Record(t, app(appArgs)).One(t, "kubernetes:apps/v1:DeploymentPatch", "app-matters-workload")
	assert.Nil(t, without.Get("spec.template.spec.initContainers"))
}

// secretsManager answers as Secrets Manager does, for the AWS CLI.
type secretsManager struct {
	mutex sync.Mutex
	// answers are bodies, by the name of the secret. A name without one has no value.
	answers map[string]string
	asked   []string
	// down is how many requests are not answered before.
	down int
}

func (s *secretsManager) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	body, _ := io.ReadAll(r.Body)
	s.asked = append(s.asked, r.Header.Get("X-Amz-Target")+" "+string(body))
	_, name, _ := strings.Cut(string(body), `"SecretId": "`)
	name, _, _ = strings.Cut(name, `"`)
	answer, has := s.answers[name]
	switch {
	case s.down > 0:
		s.down--
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"__type": "AccessDeniedException", "Message": "not yet"}`)
	case !has:
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"__type": "ResourceNotFoundException", "Message": "no value for staging label: AWSCURRENT"}`)
	default:
		fmt.Fprint(w, answer)
	}
}

// read runs what reads the files of these secrets, with the real AWS CLI: it is what the program registers, with the folder in another place.
// It returns what is in the folder, and what was said.
func (s *secretsManager) read(t *testing.T, shell string, folder string, names ...settings.SecretName) (files map[string]string, said string, code int) {
	t.Helper()
	args := withFiles()
	args.Secrets, args.SecretFiles = names, names
	patch := componenttest.Record(t, app(args)).One(t, "kubernetes:apps/v1:DeploymentPatch", "app-matters-workload")
	var words []string
	for _, word := range patch.Get("spec.template.spec.initContainers[0].command").([]any) {
		// As Kubernetes does with what refers to no variable (third_party/forked/golang/expansion/expand.go).
		words = append(words, strings.ReplaceAll(word.(string), "$$", "$"))
	}
	require.Equal(t, []string{"sh", "-c"}, words[:2])
	require.Equal(t, "/secrets", words[4])
	words[0], words[4] = shell, folder
	server := httptest.NewServer(s)
	defer server.Close()
	home := t.TempDir()
	checkout.Write(t, home, map[string]string{"bin/sleep": "#!/bin/sh\n"})
	require.NoError(t, os.Chmod(filepath.Join(home, "bin/sleep"), 0o755))
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Env = []string{
		"PATH=" + filepath.Join(home, "bin") + ":" + os.Getenv("PATH"), "AWS_ENDPOINT_URL=" + server.URL, "AWS_ACCESS_KEY_ID=none", "AWS_SECRET_ACCESS_KEY=none",
		"AWS_DEFAULT_REGION=eu-west-1", // for version 1 of the CLI
	}
	for _, v := range patch.Get("spec.template.spec.initContainers[0].env").([]any) {
		variable := v.(map[string]any)
		cmd.Env = append(cmd.Env, fmt.Sprintf("%s=%s", variable["name"], variable["value"]))
	}
	cmd.Env = append(cmd.Env, "HOME="+home)
	said, code = checkout.Output(t, cmd)
	files = map[string]string{}
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	for _, entry := range entries {
		info, err := entry.Info()
		require.NoError(t, err)
		text, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		require.NoError(t, err)
		files[entry.Name()] = info.Mode().String() + " " + string(text)
	}
	return files, said, code
}

func TestSecretFilesAreTheValues(t *testing.T) {
	const prefix = "legops-test/matters/"
	s := &secretsManager{answers: map[string]string{
		prefix + "smtp":   `{"SecretString": "hunter2"}`,
		prefix + "pem":    `{"SecretString": "-----BEGIN\nx\n-----END\n\n"}`,
		prefix + "odd":    `{"SecretString": "Gr\u00fc\u00dfe $HOME $(id) 'x' \"y\" \\n\t."}`,
		prefix + "dot":    `{"SecretString": "."}`,
		prefix + "binary": `{"SecretBinary": "AAEC"}`,
	}, down: 1}
	folder := t.TempDir()
	want := map[string]string{
		"smtp": "-r-------- hunter2", "pem": "-r-------- -----BEGIN\nx\n-----END\n\n", "odd": "-r-------- Grüße $HOME $(id) 'x' \"y\" \\n\t.", "dot": "-r-------- .",
	}
	files, said, code := s.read(t, "sh", folder, "smtp", "pem", "odd", "dot")
	assert.Zero(t, code, said)
	assert.Empty(t, said)
	assert.Equal(t, want, files)
	assert.Len(t, s.asked, 5, "once more after the first, which was refused")
	assert.Equal(t, `secretsmanager.GetSecretValue {"SecretId": "legops-test/matters/smtp"}`, s.asked[0])

	// A container that tries again, after the value has changed, in the shell of the image.
	s.answers[prefix+"smtp"] = `{"SecretString": "hunter3"}`
	files, said, code = s.read(t, "bash", folder, "smtp", "binary", "none", "pem")
	want["smtp"] = "-r-------- hunter3"
	assert.Equal(t, 1, code)
	assert.Equal(t, want, files)
	lines := strings.Split(strings.TrimSpace(said), "\n")
	if assert.Len(t, lines, 2, said) {
		assert.Contains(t, lines[0], "secrets: legops-test/matters/binary could not be read: ")
		assert.Contains(t, lines[0], "In function join(), invalid type for value: None")
		assert.Contains(t, lines[1], "secrets: legops-test/matters/none could not be read: ")
		assert.Contains(t, lines[1], "(ResourceNotFoundException) when calling the GetSecretValue operation: no value for staging label: AWSCURRENT")
		assert.True(t, strings.HasSuffix(lines[1], "If it has no value yet: aws secretsmanager put-secret-value --secret-id legops-test/matters/none --secret-string file://FILE"), lines[1])
		assert.Less(t, len(said), 2048, "what Kubernetes keeps of the end of the log")
	}
}
