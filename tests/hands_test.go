package tests

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"legops/internal/awscli"
	"legops/internal/checkout"
	"legops/internal/offline/engine"
)

// hands follow a runbook on a stack in this process: bash carries out its commands as they are written. What it starts as pulumi, aws, kubectl and make asks
// this process: pulumi works on the stack, and so does a preview of make, aws is the real CLI, which the stack's cloud answers (front_test.go), kubectl is the test's.
type hands struct {
	t      *testing.T
	stack  *engine.Stack
	name   string
	source engine.Source
	cli    *awscli.CLI
	// kubectl carries out what bash starts under that name.
	kubectl func(words []string) (printed string, err error)
	// dir is where bash runs, address where its programs ask.
	dir, address string
	// known are the commands of earlier sections whose variables the next one uses.
	known string
	// failed are the commands of the last section that failed, in their order.
	failed []string
}

// handsOn are hands on a stack that is deployed from a source.
func handsOn(t *testing.T, name string, stack *engine.Stack, source engine.Source) *hands {
	t.Helper()
	h := &hands{t: t, stack: stack, name: name, source: source, dir: t.TempDir()}
	f := &front{cloud: stack.Cloud(), record: stack.Record(), account: config(t, name).Account}
	aws := httptest.NewServer(f)
	t.Cleanup(aws.Close)
	h.cli = awscli.StartAt(t, h.dir, aws.URL)
	server := httptest.NewServer(http.HandlerFunc(h.serve))
	t.Cleanup(server.Close)
	h.address = server.URL
	// What this process answers goes on as it came; an answer of an error is what the program prints as it fails.
	program := "#!/bin/sh\nprintf '%s\\0' \"${0##*/}\" \"$@\" | curl --silent --show-error --fail-with-body --data-binary @- \"$HANDS\"\n"
	for _, name := range []string{"pulumi", "aws", "kubectl", "make"} {
		require.NoError(t, os.WriteFile(filepath.Join(h.dir, name), []byte(program), 0o700))
	}
	return h
}

var nextHeading = regexp.MustCompile(`(?m)^#{1,2} .*$`)

// section is what a document says under a heading of the second level, its own ones included.
func section(t *testing.T, path, heading string) string {
	t.Helper()
	_, text, found := strings.Cut(checkout.Read(t, root, path), "\n## "+heading+"\n")
	require.True(t, found, "%s has no section %s", path, heading)
	if end := nextHeading.FindStringIndex(text); end != nil {
		text = text[:end[0]]
	}
	return text
}

// follow carries out the commands in the shell blocks of a section of a runbook, in one shell, with another stack's name in place of the one that it is
// written for. A command that fails does not end it, as it ends no shell that a person types into. What the commands print is returned.
func (h *hands) follow(runbook, heading, writtenFor string) string {
	h.t.Helper()
	h.failed = nil
	var script strings.Builder
	for _, block := range fence.FindAllStringSubmatch(section(h.t, filepath.Join("docs", "runbooks", runbook), heading), -1) {
		if block[1] == "sh" {
			script.WriteString(indented.ReplaceAllString(block[2], "") + "\n")
		}
	}
	require.NotEmpty(h.t, script.String(), "%s, %s has no commands", runbook, heading)
	text := h.known + script.String()
	for _, form := range []string{"--stack %s", "STACK=%s", "legops-%s", "Pulumi.%s.yaml"} {
		text = strings.ReplaceAll(text, fmt.Sprintf(form, writtenFor), fmt.Sprintf(form, h.name))
	}
	cmd := exec.CommandContext(h.t.Context(), "bash", "-u", "-c", text)
	cmd.Dir = h.dir
	cmd.Env = []string{"PATH=" + h.dir + ":" + os.Getenv("PATH"), "HANDS=" + h.address, "AWS_REGION=" + string(config(h.t, h.name).Region), "HOME=" + h.dir}
	out, err := cmd.CombinedOutput()
	h.t.Logf("%s, %s:\n%s", runbook, heading, out)
	require.Condition(h.t, func() bool { return err == nil || errors.As(err, new(*exec.ExitError)) }, "%v", err)
	return string(out)
}

var indented = regexp.MustCompile(`(?m)^ {3,4}`)

// serve carries out a command that bash has started.
func (h *hands) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	words := strings.Split(strings.TrimSuffix(string(body), "\x00"), "\x00")
	var printed string
	if err == nil {
		printed, err = h.do(words[0], words[1:])
	}
	if err != nil {
		h.failed = append(h.failed, strings.Join(words, " "))
		w.WriteHeader(http.StatusUnprocessableEntity)
		printed += err.Error() + "\n"
	}
	_, _ = io.WriteString(w, printed) // bash shows whether it came
}

func (h *hands) do(program string, words []string) (string, error) {
	switch program {
	case "aws":
		printed, code, err := h.cli.Run(words)
		if err == nil && code != 0 {
			err = fmt.Errorf("exit code %d", code)
		}
		return printed, err
	case "kubectl":
		if h.kubectl == nil {
			return "", errors.New("there is no cluster here")
		}
		return h.kubectl(words)
	case "make":
		if !slices.Equal(words, []string{"preview", "STACK=" + h.name}) {
			return "", fmt.Errorf("make %v: these hands cannot do that", words)
		}
		return h.pulumi([]string{"preview", "--stack", h.name})
	default:
		return h.pulumi(words)
	}
}

// pulumi does to the stack what the CLI does with such arguments.
func (h *hands) pulumi(words []string) (string, error) {
	var command []string
	flags := map[string]string{}
	for i := 0; i < len(words); i++ {
		switch name, is := strings.CutPrefix(words[i], "--"); {
		case !is:
			command = append(command, words[i])
		case name == "stack":
			i++
			flags[name] = words[i]
		default:
			flags[name] = "true"
		}
	}
	if flags["stack"] != h.name {
		return "", fmt.Errorf("%v: the stack is %q, must be %q", words, flags["stack"], h.name)
	}
	ctx := h.t.Context()
	_, only := flags["preview-only"]
	switch name := strings.Join(command, " "); {
	case name == "destroy" && only:
		return "", nil // it changes nothing
	case name == "destroy":
		return "", h.stack.Destroy(ctx, h.source)
	case name == "refresh":
		_, err := h.stack.Refresh(ctx, h.source)
		return "", err
	case name == "up":
		err := h.stack.Up(ctx, h.source)
		return strings.Join(append(h.stack.Warnings(), ""), "\n"), err
	case name == "preview":
		plan, err := h.stack.Preview(ctx, h.source)
		if _, none := flags["expect-no-changes"]; err == nil && none && plan.Changes() {
			err = errors.New("error: no changes were expected but changes were proposed")
		}
		if err == nil {
			return strings.Join(append(plan.Warnings, ""), "\n"), nil
		}
		return "", err
	case len(command) == 3 && slices.Equal(command[:2], []string{"stack", "output"}):
		return h.output(command[2])
	default:
		return "", fmt.Errorf("pulumi %v: these hands cannot do that", words)
	}
}

// output is an output of the stack.
func (h *hands) output(name string) (string, error) {
	exported, err := h.stack.State(h.t.Context())
	if err != nil {
		return "", err
	}
	var state struct {
		Deployment struct {
			Resources []struct {
				Type    string
				Outputs map[string]any
			}
		}
	}
	if err := json.NewDecoder(bytes.NewReader(exported)).Decode(&state); err != nil {
		return "", err
	}
	for _, r := range state.Deployment.Resources {
		if value, has := r.Outputs[name]; has && r.Type == "pulumi:pulumi:Stack" {
			return fmt.Sprintln(value), nil
		}
	}
	return "", fmt.Errorf("the stack has no output %s", name)
}
