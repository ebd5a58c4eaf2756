package tests

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"mvdan.cc/sh/v3/syntax"

	"legops/internal/adoption/inventory"
	"legops/internal/checkout"
)

// document is a Markdown file, by its path from the root.
type document struct{ path, text string }

// documents are README.md and everything below docs, by path.
func documents(t *testing.T) []document {
	t.Helper()
	paths := []string{"README.md"}
	require.NoError(t, filepath.WalkDir(filepath.Join(root, "docs"), func(path string, _ fs.DirEntry, err error) error {
		if relative, _ := filepath.Rel(root, path); filepath.Ext(path) == ".md" {
			paths = append(paths, filepath.ToSlash(relative))
		}
		return err
	}))
	var found []document
	for _, path := range paths {
		found = append(found, document{path, checkout.Read(t, root, path)})
	}
	return found
}

var (
	// A fence may come right after the number of a step.
	fence = regexp.MustCompile("(?ms)^[ \t]*(?:(?:\\d+\\.|[-*])[ \t]+)?```([a-z]*)\n(.*?)^[ \t]*```[ \t]*$")
	// Any other name of a shell would not be looked at.
	otherShells = []string{"bash", "shell", "console", "zsh"}
)

// command is a command of a document, as a shell would start it.
type command struct {
	where string
	words []string
	// literal is what of each word is written there, and does not come from a variable or another command.
	literal []string
}

// commands are those in the shell blocks of a document, and what is wrong with the blocks. Variables live on from block
// to block, as for a person who goes from one to the next.
func (d document) commands() ([]command, error) {
	s := &script{variables: map[string]string{"PWD": root, "HOME": "/home/nobody"}}
	var problems []error
	for _, at := range fence.FindAllStringSubmatchIndex(d.text, -1) {
		line := 1 + strings.Count(d.text[:at[4]], "\n")
		language, text := d.text[at[2]:at[3]], d.text[at[4]:at[5]]
		if slices.Contains(otherShells, language) {
			problems = append(problems, fmt.Errorf("%s:%d: a block of %s is not tested: call it sh", d.path, line, language))
		}
		if language != "sh" {
			continue
		}
		file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), "")
		if err != nil {
			problems = append(problems, fmt.Errorf("%s:%d: %w", d.path, line, err))
			continue
		}
		s.where = func(node syntax.Node) string { return fmt.Sprintf("%s:%d", d.path, line+int(node.Pos().Line())-1) }
		syntax.Walk(file, s.visit)
	}
	return s.found, errors.Join(append(problems, s.problems...)...)
}

// script collects the commands of shell text.
type script struct {
	where     func(syntax.Node) string
	variables map[string]string
	functions []string
	found     []command
	problems  []error
}

// placeholder stands for what only a run would know. Some options take nothing but a number.
const placeholder = "1234567890"

func (s *script) visit(node syntax.Node) bool {
	switch node := node.(type) {
	case *syntax.CallExpr:
		s.assign(node.Assigns)
		if len(node.Args) == 0 || slices.Contains(s.functions, node.Args[0].Lit()) {
			break
		}
		c := command{where: s.where(node)}
		for _, word := range node.Args {
			value, literal := s.expand(word.Parts)
			c.words, c.literal = append(c.words, value), append(c.literal, literal)
		}
		s.found = append(s.found, c)
	case *syntax.DeclClause:
		s.assign(node.Args)
	case *syntax.FuncDecl: // its body is looked at once, with any words behind it
		s.functions = append(s.functions, node.Name.Value)
		s.variables["1"], s.variables["2"] = "a", "b"
	case *syntax.ForClause:
		if loop, ok := node.Loop.(*syntax.WordIter); ok && len(loop.Items) > 0 {
			s.variables[loop.Name.Value], _ = s.expand(loop.Items[0].Parts)
		}
	}
	return true
}

func (s *script) assign(assigns []*syntax.Assign) {
	for _, assign := range assigns {
		s.variables[assign.Name.Value] = ""
		if assign.Value != nil {
			s.variables[assign.Name.Value], _ = s.expand(assign.Value.Parts)
		}
	}
}

// expand is what a word comes to, and what of it is written there.
func (s *script) expand(parts []syntax.WordPart) (value, literal string) {
	for _, part := range parts {
		switch part := part.(type) {
		case *syntax.Lit:
			text := strings.ReplaceAll(strings.ReplaceAll(part.Value, "\\\n", ""), "\\", "")
			value, literal = value+text, literal+text
		case *syntax.SglQuoted:
			value, literal = value+part.Value, literal+part.Value
		case *syntax.DblQuoted:
			v, l := s.expand(part.Parts)
			value, literal = value+v, literal+l
		case *syntax.ParamExp:
			of, known := s.variables[part.Param.Value]
			if !known {
				s.problems = append(s.problems, fmt.Errorf("%s: nothing before sets $%s", s.where(part), part.Param.Value))
				of = placeholder
			}
			value += of
		default:
			value += placeholder
		}
	}
	return value, literal
}

// TestCommandsInDocuments holds every command in a shell block of a document against the program it names.
func TestCommandsInDocuments(t *testing.T) {
	c := newCommandCheck(t)
	checked := map[string]bool{}
	for _, document := range documents(t) {
		found, err := document.commands()
		assert.NoError(t, err)
		for _, command := range found {
			if text := strings.Join(command.words, "\x00"); !checked[text] {
				checked[text] = true
				t.Run(command.where, func(t *testing.T) {
					t.Parallel()
					assert.NoError(t, c.check(command))
				})
			}
		}
	}
	assert.Greater(t, len(checked), 100, "so many commands at least are there to check")
	t.Run("not checked", func(t *testing.T) {
		for _, name := range unchecked {
			used := func(text string) bool { return strings.HasPrefix(text, name+"\x00") || text == name }
			assert.True(t, slices.ContainsFunc(slices.Collect(maps.Keys(checked)), used), "no document uses %s any more", name)
		}
	})
}

// The commands that `adopt calls` prints are commands of the AWS CLI, in a region where everything is and in another one.
func TestCommandsOfTheInventory(t *testing.T) {
	c := newCommandCheck(t)
	for _, region := range []string{"us-east-1", "eu-west-1"} {
		found, err := document{"adopt calls", "```sh\n" + inventory.Calls("existing/dev", region) + "```\n"}.commands()
		require.NoError(t, err)
		assert.Greater(t, len(found), 25)
		for _, command := range found {
			if command.words[0] == "mkdir" {
				continue
			}
			assert.NoError(t, c.check(command), "%v", command.words)
		}
	}
}

// TestCommandsRefusesMistakes proves that a wrong command in a document shows.
func TestCommandsRefusesMistakes(t *testing.T) {
	c := newCommandCheck(t)
	for _, mistake := range []struct{ text, want string }{
		{"echo $(", "reached EOF"},
		{`kubectl get nodes --context "$context"`, "nothing before sets $context"},
		{"terraform apply", "terraform: not a command that documents use"},
		{"tools/absent.sh", "tools/absent.sh: no such file"},
		{"make deploy", "make has no target deploy"},
		{"make up STAGE=dev", "the Makefile has no variable STAGE"},
		{"make up STACK=staging", "there is no stack staging"},
		{"pulumi upp --stack dev", `unknown command "upp"`},
		{"pulumi state repaint", "pulumi state has no command repaint"},
		{"bin/offline up --yess --stack dev", "unknown flag: --yess"},
		{"pulumi up --stack staging", "there is no stack staging"},
		{"pulumi stack output databaseHost --stack dev", "there is no stack output databaseHost"},
		{`pulumi up --target 'urn:pulumi:dev::legops::legops:components:Rds$aws:rds/instance:Instance::rds'`, "no stack has aws:rds/instance:Instance rds"},
		{"pulumi config get legops:rds.multiZone --stack dev", "legops:rds.multiZone is no configuration key"},
		{"aws rds describe-databases", "nvalid choice"},
		{"aws rds describe-db-instances --identifier legops-dev-database", "--identifier"},
		{"aws rds delete-db-instance", "--db-instance-identifier"},
		{"aws rds describe-db-instances --query 'DBInstances['", "--query"},
		{"aws rds describe-db-instances --db-instance-identifier legops-dev-databse", "legops-dev-databse: stack dev has nothing of that name"},
		{"aws logs start-query --log-group-name /x --start-time 1 --end-time 2 --query-string 'fields a | dedup a | sort a'", "only limit may follow dedup"},
		{"kubectl get nodes --selectorr a=b", "unknown flag: --selectorr"},
		{"kubectl rollout repeat deployment/portal", "kubectl rollout"},
		{"go test ./absent", "./absent: no such folder"},
		{"go test ./tests -run TestAbsent", "./tests has no test TestAbsent"},
	} {
		t.Run(mistake.text, func(t *testing.T) {
			t.Parallel()
			found, err := document{"x.md", "```sh\n" + mistake.text + "\n```\n"}.commands()
			for _, command := range found {
				err = errors.Join(err, c.check(command))
			}
			assert.ErrorContains(t, err, mistake.want)
		})
	}
	found, err := document{"x.md", "1. ```sh\n   make up\n   ```\n\n2. Then:\n\n   ```sh\n   make down\n   ```\n"}.commands()
	require.NoError(t, err)
	require.Len(t, found, 2, "what comes right after the number of a step, and what comes after that")
	assert.Equal(t, "x.md:2", found[0].where)
	_, err = document{"x.md", "text\n```bash\nmake up\n```\n"}.commands()
	assert.EqualError(t, err, "x.md:3: a block of bash is not tested: call it sh")
}
