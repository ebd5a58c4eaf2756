// Package awscli runs commands of the real AWS CLI for tests: nothing of them reaches AWS.
package awscli

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
)

// Unreachable is what the CLI prints for a command with which nothing is wrong: it wants to connect, and nobody listens.
const Unreachable = "Could not connect to the endpoint URL"

//go:embed aws.py
var program string

// CLI is a running AWS CLI. It knows nothing of this machine's settings and credentials.
type CLI struct {
	dir, endpoint string
	environment   []string

	mutex   sync.Mutex
	asked   io.Writer
	answers *bufio.Reader // nil where the CLI is no module of Python, and has to be started for each command
}

// Start starts the CLI in a folder for a test, with which it ends. Nobody listens where it wants to connect.
func Start(t testing.TB, dir string) *CLI {
	t.Helper()
	return StartAt(t, dir, "http://"+checkout.ClosedAddress(t))
}

// StartAt is Start with a server that answers in place of every service.
func StartAt(t testing.TB, dir, endpoint string) *CLI {
	t.Helper()
	c := &CLI{dir: dir, endpoint: endpoint, environment: []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "AWS_ACCESS_KEY_ID=none", "AWS_SECRET_ACCESS_KEY=none", "AWS_MAX_ATTEMPTS=1",
		"AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=",
	}}
	if c.command("python3", "-c", "import awscli.clidriver").Run() != nil {
		return c
	}
	cmd := c.command("python3", "-c", program, c.endpoint)
	cmd.Stderr = t.Output()
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	c.asked, c.answers = stdin, bufio.NewReader(stdout)
	t.Cleanup(func() {
		assert.NoError(t, stdin.Close())
		assert.NoError(t, cmd.Wait())
	})
	return c
}

func (c *CLI) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = c.dir, c.environment
	return cmd
}

// Run runs a command, the words after `aws`, and returns what it prints and its exit code. An error says that the CLI could not be asked.
func (c *CLI) Run(words []string) (printed string, code int, err error) {
	if c.answers == nil {
		cmd := c.command("aws", append([]string{"--endpoint-url", c.endpoint, "--region", "us-east-1"}, words...)...)
		out, err := cmd.CombinedOutput()
		if errors.As(err, new(*exec.ExitError)) {
			err = nil
		}
		return string(out), cmd.ProcessState.ExitCode(), err
	}
	line, err := json.Marshal(words)
	if err != nil {
		return "", 0, err
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if _, err = c.asked.Write(append(line, '\n')); err != nil {
		return "", 0, err
	}
	if line, err = c.answers.ReadBytes('\n'); err != nil {
		return "", 0, err
	}
	var answer struct {
		Printed string
		Code    int
	}
	err = json.Unmarshal(line, &answer)
	return answer.Printed, answer.Code, err
}
