package tests

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"legops/internal/awscli"
	"legops/internal/checkout"
	"legops/internal/insights"
	"legops/internal/model"
)

// commandCheck knows what commands can name.
type commandCheck struct {
	// closed is an address of this machine where nobody listens. What would be sent to a cluster goes there, and cli does the same with what
	// would be sent to AWS, so a command runs up to the point at which its program has found nothing wrong with it.
	closed string
	cli    *awscli.CLI
	// home is an empty folder, and the only one that commands may look for settings in.
	home     string
	outputs  []string
	makefile string
	// stacks are what the engine would create of each, and texts what their inputs and those of the bootstrap say.
	stacks map[string]*model.Graph
	texts  map[string]string
	schema map[string]any
}

func newCommandCheck(t *testing.T) *commandCheck {
	t.Helper()
	c := &commandCheck{closed: checkout.ClosedAddress(t), cli: awscli.Start(t, t.TempDir()), home: t.TempDir(), stacks: map[string]*model.Graph{}, texts: map[string]string{}, schema: stackSchema(t)}
	c.makefile = checkout.Read(t, root, "Makefile")
	template := checkout.Read(t, root, "bootstrap/account.yaml")
	for _, stack := range stackNames {
		cfg := config(t, stack)
		bootstrap := strings.NewReplacer("${Stack}", stack, "${AWS::AccountId}", cfg.Account).Replace(template)
		c.stacks[stack], c.texts[stack] = previews[stack](t), bootstrap
		for _, r := range c.stacks[stack].Resources {
			inputs, err := json.Marshal(r.Inputs)
			require.NoError(t, err)
			c.texts[stack] += r.Name() + "\n" + string(inputs) + "\n"
		}
		for _, output := range outputs(t, stack) {
			c.outputs = append(c.outputs, output.Name)
		}
	}
	return c
}

// unchecked are commands that documents may use and that are not looked into.
var unchecked = []string{"cd", "curl", "date", "diff", "docker", "git", "grep", "psql", "sed", "sort", "unshare"}

// checks are the others.
var checks = map[string]func(*commandCheck, []string) error{
	"make":        (*commandCheck).make,
	"pulumi":      (*commandCheck).pulumi,
	"bin/offline": (*commandCheck).pulumi,
	"aws":         (*commandCheck).aws,
	"kubectl":     (*commandCheck).kubectl,
	"go":          (*commandCheck).golang,
}

// check says what is wrong with a command.
func (c *commandCheck) check(command command) error {
	name := command.words[0]
	problems := []error{}
	switch check := checks[name]; {
	case check != nil:
		problems = append(problems, check(c, command.words[1:]))
	case strings.Contains(name, "/"):
		if target := "$(BIN)/" + strings.TrimPrefix(name, "bin/"); !strings.Contains(c.makefile, "\n"+target+":") {
			_, err := os.Stat(filepath.Join(root, name))
			problems = append(problems, missing(err != nil, "%s: no such file", name))
		}
	default:
		problems = append(problems, missing(!slices.Contains(unchecked, name), "%s: not a command that documents use", name))
	}
	for _, literal := range command.literal {
		problems = append(problems, c.names(literal))
	}
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("%s: %s: %w", command.where, strings.Join(command.words, " "), err)
	}
	return nil
}

// missing is an error if so.
func missing(is bool, format string, values ...any) error {
	if !is {
		return nil
	}
	return fmt.Errorf(format, values...)
}

var (
	physicalName = regexp.MustCompile(`\b` + project + `-(` + strings.Join(stackNames, "|") + `)(-[a-z0-9]+)*`)
	configKey    = regexp.MustCompile(`\b` + project + `:([a-z][A-Za-z]*(?:\[\d+\])?(?:\.[A-Za-z]+(?:\[\d+\])?)*)(?:[^:A-Za-z]|$)`)
	resourceURN  = regexp.MustCompile(`urn:pulumi:([a-z]+)::` + project + `::(?:[^$ ]+\$)*([^$ ]+)::([^ ]+)`)
)

// names says what of a word names something that no stack has.
func (c *commandCheck) names(word string) error {
	if urn := resourceURN.FindStringSubmatch(word); urn != nil {
		g := c.stacks[urn[1]]
		return missing(g == nil || g.Named(urn[2], urn[3]) == nil, "no stack has %s %s", urn[2], urn[3])
	}
	for _, name := range physicalName.FindAllStringSubmatch(word, -1) {
		whole := regexp.MustCompile(`\b` + name[0] + `($|[^a-z0-9-])`)
		if !whole.MatchString(c.texts[name[1]]) {
			return fmt.Errorf("%s: stack %s has nothing of that name", name[0], name[1])
		}
	}
	for _, key := range configKey.FindAllStringSubmatch(word, -1) {
		if !hasKey(c.schema, key[1]) {
			return fmt.Errorf("%s:%s is no configuration key", project, key[1])
		}
	}
	return nil
}

func (c *commandCheck) make(words []string) error {
	for _, word := range words {
		if variable, value, found := strings.Cut(word, "="); found {
			if err := errors.Join(
				missing(!strings.Contains(c.makefile, "\n"+variable+" ?="), "the Makefile has no variable %s", variable),
				missing(variable == "STACK" && !slices.Contains(stackNames, value), "there is no stack %s", value),
			); err != nil {
				return err
			}
			continue
		}
		target := strings.Replace(word, root+"/bin", "$(BIN)", 1)
		if !strings.Contains(c.makefile, "\n"+target+":") {
			return fmt.Errorf("make has no target %s", word)
		}
	}
	return nil
}

// usage is where the help of pulumi says which command it is of.
var usage = regexp.MustCompile(`(?m)^Usage:\n  pulumi((?: [a-z][a-z-]*)*)`)

// pulumi asks for the help of the command: its flags are looked at first.
func (c *commandCheck) pulumi(words []string) error {
	out, err := c.run(filepath.Join(root, "bin", "pulumi"), append(slices.Clone(words), "--help"))
	if err != nil {
		return errors.New(out)
	}
	match := usage.FindStringSubmatch(out)
	if match == nil {
		return fmt.Errorf("its help names no command:\n%s", out)
	}
	path := strings.Fields(match[1])
	operands := operandsOf(words)
	if len(operands) > len(path) && strings.Contains(out, "\nAvailable Commands:") {
		return fmt.Errorf("%s has no command %s", strings.Join(append([]string{"pulumi"}, path...), " "), operands[len(path)])
	}
	for i, word := range words {
		if i > 0 && (words[i-1] == "--stack" || words[i-1] == "-s") && !slices.Contains(stackNames, word) {
			return fmt.Errorf("there is no stack %s", word)
		}
	}
	if strings.Join(path, " ") == "stack output" && len(operands) > 2 && !slices.Contains(c.outputs, operands[2]) {
		return fmt.Errorf("there is no stack output %s", operands[2])
	}
	return nil
}

// operandsOf are the words that are no flags. What follows one with a value of its own is taken for an operand only
// behind the command, where it does no harm.
func operandsOf(words []string) []string {
	var operands []string
	for i, word := range words {
		if strings.HasPrefix(word, "-") || i > 0 && slices.Contains([]string{"--stack", "-s"}, words[i-1]) {
			continue
		}
		operands = append(operands, word)
	}
	return operands
}

// aws runs the command against an address where nobody listens, with credentials that are none: that it wants to connect
// says that service, operation, options, their form and the query are right.
func (c *commandCheck) aws(words []string) error {
	// A query goes to AWS as it is.
	if at := slices.Index(words, "--query-string"); at >= 0 && at+1 < len(words) {
		if err := insights.Check(words[at+1]); err != nil {
			return fmt.Errorf("--query-string: %w", err)
		}
	}
	out, code, err := c.cli.Run(words)
	if err != nil {
		return err
	}
	return missing(code != 0 && !strings.Contains(out, awscli.Unreachable), "%s", out)
}

// kubectl likewise, against a cluster that is not there.
func (c *commandCheck) kubectl(words []string) error {
	out, err := c.run("kubectl", append([]string{"--server", "https://" + c.closed, "--token", "none"}, words...))
	connects := strings.Contains(out, "was refused") || strings.Contains(out, "connection refused")
	return missing(err != nil && !connects, "%s", out)
}

// run runs a program that knows nothing of this machine's settings and credentials.
func (c *commandCheck) run(name string, words []string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	run := exec.CommandContext(ctx, name, words...)
	run.Dir = c.home
	run.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + c.home, "KUBECONFIG=" + filepath.Join(c.home, "kubeconfig"),
		"PULUMI_SKIP_UPDATE_CHECK=true", "PULUMI_HOME=" + c.home,
	}
	out, err := run.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

var testName = regexp.MustCompile(`^(?:Test|Fuzz)\w*`)

// golang looks at packages, and at the names of tests.
func (c *commandCheck) golang(words []string) error {
	var folders []string
	for i, word := range words {
		if strings.HasPrefix(word, "./") {
			folder := filepath.Join(root, strings.TrimSuffix(word, "..."))
			if _, err := os.Stat(folder); err != nil {
				return fmt.Errorf("%s: no such folder", word)
			}
			folders = append(folders, folder)
		}
		if i == 0 || words[i-1] != "-run" && words[i-1] != "-fuzz" {
			continue
		}
		if name := testName.FindString(word); name != "" && !slices.ContainsFunc(folders, func(folder string) bool { return testsIn(folder)[name] != "" }) {
			return fmt.Errorf("%s has no test %s", strings.Join(words[1:i-1], " "), name)
		}
	}
	return nil
}
