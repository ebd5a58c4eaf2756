package database

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"legops/components/apps"
	"legops/internal/registered"
)

// versions are those that a stack file may name, as its schema has them.
var versions = []string{"16", "17"}

// theJob is that of production.
func theJob(t testing.TB) registered.Job {
	t.Helper()
	return registered.ProductionJob(t, "../..", apps.DatabaseRolesName)
}

// secretOf is the secret that RDS writes.
func secretOf(password string) string {
	text, err := json.Marshal(map[string]string{"username": master, "password": password})
	if err != nil {
		panic(err)
	}
	return string(text)
}

// result is how a run ended.
type result struct {
	out  string
	code int
}

// world is a fresh server and the job.
type world struct {
	*server
	registered.Job
	// port is where the job connects to, if that is not the server itself.
	at int
	// secret is the text of the master user's secret.
	secret string
}

func newWorld(t testing.TB, version string, j registered.Job) *world {
	t.Helper()
	s := start(t, version)
	return &world{server: s, Job: j, at: s.port, secret: secretOf(password)}
}

// run runs the job for applications, as a user that the machine does not know, with nothing in its environment but what the program puts there.
func (w *world) run(applications ...string) (result, error) {
	folder, err := os.MkdirTemp(scratch, "job-")
	if err != nil {
		return result{}, err
	}
	defer os.RemoveAll(folder)
	if err := os.Chmod(folder, 0o755); err != nil {
		return result{}, err
	}
	files := maps.Clone(w.Files)
	files["secret.json"] = w.secret
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			return result{}, err
		}
	}
	psql, err := filepath.EvalSymlinks(filepath.Join(installed, "psql"))
	if err != nil {
		return result{}, err
	}
	environment := maps.Clone(w.Environment)
	maps.Copy(environment, map[string]string{
		"APPLICATIONS": strings.Join(applications, " "), "MASTER_SECRET": filepath.Join(folder, "secret.json"),
		"PGHOST": "127.0.0.1", "PGPORT": fmt.Sprint(w.at), "PATH": filepath.Dir(psql) + ":/usr/bin:/bin",
	})
	var words []string
	for _, word := range w.Command {
		words = append(words, strings.Replace(word, "/scripts/", folder+"/", 1))
	}
	cmd := exec.Command(words[0], words[1:]...)
	if os.Geteuid() == 0 {
		asNobody(cmd).SysProcAttr.Credential.Uid = 10001
	}
	for name, value := range environment {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return result{}, err
	}
	return result{out.String(), cmd.ProcessState.ExitCode()}, nil
}

// done runs the job, which has to end well.
func (w *world) done(applications ...string) error {
	r, err := w.run(applications...)
	if err == nil && r != (result{"database roles: done\n", 0}) {
		err = fmt.Errorf("the job for %v: code %d: %s", applications, r.code, r.out)
	}
	return err
}

// may checks that a user may run the statements, one after the other in one connection, and what they answer: only the last says something.
func (w *world) may(user, answer string, statements ...string) error {
	said, err := w.sql(user, shared, strings.Join(statements, ";\n"))
	if err != nil {
		return err
	}
	if said != answer {
		return fmt.Errorf("%s as %s: %q, not %q", statements[len(statements)-1], user, said, answer)
	}
	return nil
}

// until waits until a statement of the superuser answers so.
func (w *world) until(answer, statement string) error {
	for range 200 {
		if said, err := w.sql(super, shared, statement); err != nil || said == answer {
			return err
		}
		time.Sleep(25 * time.Millisecond)
	}
	return fmt.Errorf("%s does not answer %s", statement, answer)
}

// mayNot checks that a statement is refused, and why.
func (w *world) mayNot(user, why, statement string) error {
	answer, err := w.sql(user, shared, statement)
	if err == nil {
		return fmt.Errorf("%s as %s: not refused, but %q", statement, user, answer)
	}
	if !strings.Contains(err.Error(), why) {
		return fmt.Errorf("%w, not %s", err, why)
	}
	return nil
}
