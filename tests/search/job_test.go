package search

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"legops/components/apps"
	"legops/internal/registered"
)

// job is the job as the program registers it.
type job struct {
	registered.Job
	// master is the role that the pods have, arn the ARN of an application's role, with %s for the application.
	master, arn string
}

// theJob is that of production.
func theJob(t testing.TB) job {
	t.Helper()
	j := job{Job: registered.ProductionJob(t, "../..", apps.SearchRolesName)}
	first, _, _ := strings.Cut(j.Environment["APPLICATIONS"], " ")
	name, arn, _ := strings.Cut(first, "=")
	j.arn = strings.TrimSuffix(arn, name) + "%s"
	j.master = strings.TrimSuffix(arn, "app-"+name) + "search-master"
	return j
}

// world is a domain, what hands out credentials on the node, and the job.
type world struct {
	*domain
	job
	// pod is the token of the pod, agent who gives the credentials for it: those of the key.
	pod   string
	agent *httptest.Server
	key   key
	// endpoint is where the job finds the domain, trusted whose certificates it believes.
	endpoint string
	trusted  []byte
}

const (
	podToken = "token.of.pod"
	secret   = `wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY`
	session  = `IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJHMEUCIQ+secret+session==`
)

func newWorld(t testing.TB, j job) *world {
	t.Helper()
	w := &world{domain: newDomain(t, j.Environment["AWS_REGION"], j.master), job: j, pod: podToken, key: key{"ASIAEXAMPLE", secret, session, j.master}}
	w.keys[w.key.id] = w.key
	w.endpoint = w.at.URL
	w.trusted = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: w.at.Certificate().Raw})
	// The agent of EKS answers so (aws/eks-pod-identity-agent, pkg/handlers/eks_credential_handler.go and pkg/credentials/model.go).
	w.agent = httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != w.pod || r.URL.Path != "/v1/credentials" {
			http.Error(out, "service account token is not valid", http.StatusBadRequest)
			return
		}
		_ = json.NewEncoder(out).Encode(map[string]string{
			"AccessKeyId": w.key.id, "SecretAccessKey": w.key.secret, "Token": w.key.session, "AccountId": "111122223333", "Expiration": "2026-11-29T12:00:00Z",
		})
	}))
	t.Cleanup(w.agent.Close)
	return w
}

// result is how a run ended.
type result struct {
	out  string
	code int
}

// run runs the job for applications, as a user that the machine does not know, who may write no file, with nothing in its environment but what
// the program and Pod Identity put there, and whom it trusts.
func (w *world) run(applications ...string) (result, error) {
	folder, err := os.MkdirTemp("", "search-")
	if err != nil {
		return result{}, err
	}
	defer os.RemoveAll(folder)
	if err := os.Chmod(folder, 0o755); err != nil {
		return result{}, err
	}
	files := maps.Clone(w.Files)
	files["token"], files["trusted.pem"] = podToken, string(w.trusted)
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			return result{}, err
		}
	}
	environment := maps.Clone(w.Environment)
	var named []string
	for _, application := range applications {
		named = append(named, application+"="+fmt.Sprintf(w.arn, application))
	}
	maps.Copy(environment, map[string]string{
		"APPLICATIONS": strings.Join(named, " "), "SEARCH_ENDPOINT": w.endpoint, "CURL_CA_BUNDLE": filepath.Join(folder, "trusted.pem"),
		"AWS_CONTAINER_CREDENTIALS_FULL_URI": w.agent.URL + "/v1/credentials", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": filepath.Join(folder, "token"),
		"PATH": "/usr/bin:/bin",
	})
	words := []string{"-c", `ulimit -f 0; exec "$@"`, "job"}
	for _, word := range w.Command {
		words = append(words, strings.Replace(word, "/scripts/", folder+"/", 1))
	}
	cmd := exec.Command("bash", words...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if os.Geteuid() == 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: 10001, Gid: 10001}
	}
	for name, value := range environment {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	read, write, err := os.Pipe() // a file would be one that it writes
	if err != nil {
		return result{}, err
	}
	defer read.Close()
	cmd.Stdout, cmd.Stderr = write, write
	err = cmd.Start()
	write.Close()
	if err != nil {
		return result{}, err
	}
	var out bytes.Buffer
	if _, err := out.ReadFrom(read); err != nil {
		return result{}, err
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		return result{}, err
	}
	r := result{out.String(), cmd.ProcessState.ExitCode()}
	if strings.Contains(r.out, secret) || strings.Contains(r.out, session) {
		return r, fmt.Errorf("the job prints a secret: %s", r.out)
	}
	return r, nil
}

// done runs the job, which has to end well and to say what it did, as a regular expression.
func (w *world) done(says string, applications ...string) error {
	r, err := w.run(applications...)
	if err == nil && (r.code != 0 || !regexp.MustCompile(`^(?:`+says+`)search roles: done\n$`).MatchString(r.out)) {
		err = fmt.Errorf("the job for %v: code %d: %s\nrequests: %s", applications, r.code, r.out, strings.Join(w.asked, ", "))
	}
	return err
}

// fails runs the job, which has to fail and to say so.
func (w *world) fails(says string, applications ...string) error {
	r, err := w.run(applications...)
	if err == nil && (r.code != 1 || strings.Contains(r.out, "done") || !regexp.MustCompile(says).MatchString(r.out)) {
		err = fmt.Errorf("the job for %v: code %d: %s\nrequests: %s", applications, r.code, r.out, strings.Join(w.asked, ", "))
	}
	return err
}
