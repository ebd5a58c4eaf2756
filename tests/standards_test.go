package tests

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/model"
	"legops/internal/standards"
)

// holds is that nothing breaks a rule without an exception, and that no exception is for nothing.
func holds(t *testing.T, stack string, g *model.Graph) {
	t.Helper()
	for _, finding := range standards.Check(g, string(config(t, stack).Environment)) {
		assert.NotNil(t, finding.Exception, "%s\n%s", finding, finding.URN)
	}
}

func TestStandardsHoldInPreviews(t *testing.T) {
	for _, stack := range stackNames {
		t.Run(stack, func(t *testing.T) {
			g, environment := previews[stack](t), string(config(t, stack).Environment)
			holds(t, stack, g)
			looked := standards.Looked(g, environment)
			for _, rule := range standards.Rules {
				if len(rule.In) == 0 || slices.Contains(rule.In, environment) {
					assert.NotZero(t, looked[rule.ID], "%s looks at nothing that there is", rule.ID)
				}
			}
		})
	}
}

// holdsOnceDeployed reads the state of a deployed stack, in which every policy is known.
func holdsOnceDeployed(t *testing.T, exported, stack string) {
	t.Helper()
	state, err := model.ReadState([]byte(exported))
	require.NoError(t, err)
	for _, r := range state.Resources {
		assert.NotEqual(t, model.Unknown, r.Inputs[standards.Policies[r.Type]], r.URN)
	}
	holds(t, stack, state)
}

// A policy in an input that rules do not read would be looked at by none of them.
func TestStandardsReadEveryPolicy(t *testing.T) {
	for _, stack := range stackNames {
		for _, r := range previews[stack](t).Resources {
			for input, value := range r.Inputs {
				text, _ := value.(string)
				if strings.HasPrefix(r.Type, "aws:") && strings.Contains(text, `"Statement"`) {
					assert.Equal(t, standards.Policies[r.Type], input, r.URN)
				}
			}
		}
	}
}

func TestStandardsAreFresh(t *testing.T) {
	var rules, exceptions [][]string
	for _, rule := range standards.Rules {
		where := "all"
		if len(rule.In) > 0 {
			where = strings.Join(rule.In, ", ")
		}
		rules = append(rules, []string{"`" + rule.ID + "`", rule.What, where, rule.Reason, rule.Source, rule.Unknown()})
	}
	for _, e := range standards.Exceptions {
		where := "all"
		if len(e.Environments) > 0 {
			where = strings.Join(e.Environments, ", ")
		}
		resource := "`" + e.Resource + "`"
		if e.About != "" {
			resource += fmt.Sprintf(", `%s`", strings.TrimSpace(e.About))
		}
		exceptions = append(exceptions, []string{"`" + e.Rule + "`", resource, where, e.Reason, e.Date})
	}
	fresh(t, "docs/standards.md", `# Standards

Generated from `+"`Rules` and `Exceptions` in `internal/standards`"+` by `+"`make docs`"+`. They are held against what the real engine would make
of every stack from nothing, and against the state of every stack once it is deployed on the simulated cloud. Why they are
written in Go is in [decisions/0021-standards.md](decisions/0021-standards.md).

## Rules

A number such as S3.8 is that of a control of [AWS Security Hub](https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html),
CIS is the AWS Foundations Benchmark as Security Hub maps it; `+"`own`"+` is this project's own rule. A rule with a number may ask for
more than the control. The last column says what becomes of an input that is not known before the update: what is only a reference passes.

`+markdown([]string{"Rule", "What has to be", "Where", "Otherwise", "Source", "Not known yet"}, rules)+`
## Exceptions

What breaks a rule on purpose. One that excuses nothing is a finding, `+"`"+standards.Unused+"`"+`.

`+markdown([]string{"Rule", "Resource", "Where", "Why", "Since"}, exceptions))
}
