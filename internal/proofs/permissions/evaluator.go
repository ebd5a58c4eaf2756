package permissions

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"

	"legops/internal/offline"
)

// Question is a request to AWS. Policies are given by name, see Evaluator.Keep.
type Question struct {
	// Principal is the ARN of a role, or the name of a service; nobody signed in if empty.
	Principal string `json:"principal"`
	Action    string `json:"action"`
	// Resource is one concrete ARN, or * of an action that takes nothing else. Account is whose it is.
	Resource string `json:"resource"`
	Account  string `json:"account"`
	// Context is what is known of the request. What it lacks is open: an answer is Allowed if anything could be there with which it is.
	Context map[string]string `json:"context,omitempty"`
	// Identity are the policies of the principal, Boundary those of its permissions boundary, Policy that of the resource.
	Identity []string `json:"identity,omitempty"`
	Boundary []string `json:"boundary,omitempty"`
	Policy   string   `json:"policy,omitempty"`
	// Endpoint is the policy of the VPC endpoint that the request passes, if it passes one.
	Endpoint string `json:"endpoint,omitempty"`
}

// Answer is what IAM says to a question.
type Answer struct {
	// Result is Allowed, ImplicitlyDenied or ExplicitlyDenied.
	Result string `json:"result"`
	// By are the statements that allow it, or that deny it: policy and Sid.
	By []string `json:"by"`
	// If is what has to hold, of what the question left open.
	If string `json:"if"`
	// Error is why there is no such question, such as an action that does not take the resource.
	Error string `json:"error"`
}

// Allowed says whether it is, perhaps under a condition.
func (a Answer) Allowed() bool { return a.Result == "Allowed" }

// Evaluator answers questions with iam-simulate (tools/iam-simulate), in a process of its own.
type Evaluator struct {
	process *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	said    bytes.Buffer // on standard error
	kept    map[string]string
	// asked counts the questions.
	asked int
	// failed are the questions that have no answer, and why: a search that stepped over one would take it for a refusal.
	failed map[string]string
}

// StartEvaluator starts the evaluator that is installed in the repository at root. The end of the context ends it.
func StartEvaluator(ctx context.Context, root string) (*Evaluator, error) {
	script, err := filepath.Abs(filepath.Join(root, "bin", "iam-simulate", "evaluate.mjs"))
	if err != nil {
		return nil, err
	}
	e := &Evaluator{process: exec.CommandContext(ctx, "node", script), kept: map[string]string{}, failed: map[string]string{}}
	e.process.Stderr = &e.said
	offline.Apart(e.process)
	if e.in, err = e.process.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := e.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	e.out = bufio.NewReaderSize(out, 1<<20)
	return e, e.process.Start()
}

// Close ends the process.
func (e *Evaluator) Close() error {
	err := errors.Join(e.in.Close(), e.process.Wait())
	if err != nil {
		return fmt.Errorf("the evaluator of policies: %w\n%s", err, &e.said)
	}
	return nil
}

// Keep gives policies to the evaluator, for questions that name them. A policy that IAM would refuse is an error.
func (e *Evaluator) Keep(policies ...*Policy) error {
	var lines []any
	var fresh []*Policy
	for _, p := range policies {
		if e.kept[p.Name] == string(p.Text) {
			continue
		}
		e.kept[p.Name] = string(p.Text)
		fresh = append(fresh, p)
		lines = append(lines, map[string]any{"policy": p.Name, "kind": p.Kind, "document": json.RawMessage(ofAWS.ReplaceAll(p.Text, numbered))})
	}
	answers, err := e.exchange(lines)
	if err != nil {
		return err
	}
	for i, answer := range answers {
		if answer.Error != "" {
			err = errors.Join(err, fmt.Errorf("%s: IAM refuses the policy: %s", fresh[i].Name, answer.Error))
		}
	}
	return err
}

// Ask answers questions, in their order. One without an answer is failed.
func (e *Evaluator) Ask(questions []Question) ([]Answer, error) {
	answers, err := e.Try(questions)
	if err != nil {
		return nil, err
	}
	for i, q := range questions {
		if text := answers[i].Error; text != "" {
			e.failed[q.Action+" on "+q.Resource] = text
		}
	}
	return answers, nil
}

// Try answers questions that may have no answer: about actions of any service, some of which take resources that iam-simulate cannot tell
// from others. Whoever uses it must not take an error for a refusal.
func (e *Evaluator) Try(questions []Question) ([]Answer, error) {
	e.asked += len(questions)
	lines := make([]any, len(questions))
	for i, q := range questions {
		q.Resource = string(ofAWS.ReplaceAll([]byte(q.Resource), numbered))
		lines[i] = q
	}
	return e.exchange(lines)
}

// ofAWS matches the ARN of what Systems Manager has for everybody, such as the document AWS-RunShellScript or the parameters under
// /aws/service: it has no account. iam-simulate knows no ARN of these types without one, so both policies and questions get one there.
var (
	ofAWS    = regexp.MustCompile(`(arn:aws:ssm:[^:"]*)::`)
	numbered = []byte("${1}:000000000000:")
)

// Failed are the questions since the last call that had no answer.
func (e *Evaluator) Failed() (found []string) {
	for _, question := range slices.Sorted(maps.Keys(e.failed)) {
		found = append(found, fmt.Sprintf("iam-simulate has no answer whether somebody may %s, which is no refusal: %s", question, e.failed[question]))
	}
	clear(e.failed)
	return found
}

// exchange sends lines and reads an answer to each.
func (e *Evaluator) exchange(lines []any) ([]Answer, error) {
	sent := make(chan error, 1)
	go func() {
		w := bufio.NewWriterSize(e.in, 1<<20)
		encoder := json.NewEncoder(w)
		for _, line := range lines {
			if err := encoder.Encode(line); err != nil {
				sent <- err
				return
			}
		}
		sent <- w.Flush()
	}()
	answers := make([]Answer, len(lines))
	for i := range answers {
		line, err := e.out.ReadBytes('\n')
		if err != nil {
			return nil, fmt.Errorf("the evaluator of policies gave no answer (run make tools): %w\n%s", err, &e.said)
		}
		if err := json.Unmarshal(line, &answers[i]); err != nil {
			return nil, fmt.Errorf("the evaluator of policies: %w: %s", err, line)
		}
	}
	return answers, <-sent
}
