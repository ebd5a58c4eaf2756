package bootstrap_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fakeAws answers for an account. CALLER is whose credentials there are, STATUS the stack's (none if empty), REASON why the
// change set failed (it did not if empty), and ROLLBACK is set if the changes fail. Each call is written down.
const fakeAws = `#!/bin/bash
echo "$*" >>"$LOG"
case "$1 $2 $3" in
"sts get-caller-identity "*) [ -n "$CALLER" ] && echo "$CALLER" ;;
"cloudformation describe-stacks "*)
	case "$*" in
	*StackStatus*) [ -n "$STATUS" ] && echo "$STATUS" || { echo "Stack with id x does not exist" >&2; exit 254; } ;;
	*BackendUrl*) echo 's3://legops-dev-state-111111111111?region=us-east-1' ;;
	*SecretsProvider*) echo 'awskms://alias/legops-dev-state?region=us-east-1' ;;
	*) printf 'DeployRoleArn\tarn:aws:iam::111111111111:role/legops-dev-deploy\n' ;;
	esac ;;
"cloudformation create-change-set "*) echo arn:change-set ;;
"cloudformation wait change-set-create-complete") [ -z "$REASON" ] ;;
"cloudformation wait "*) [ -z "$ROLLBACK" ] ;;
"cloudformation describe-change-set "*)
	case "$*" in
	*StatusReason*) echo "$REASON" ;;
	*) printf 'Add\tStateBucket\tAWS::S3::Bucket\tNone\nModify\tDeployRole\tAWS::IAM::Role\tTrue\n' ;;
	esac ;;
"cloudformation describe-stack-events "*) printf 'GitHubOidcProvider\tEntityAlreadyExists\n' ;;
esac
`

// attempt is a run of the script.
type attempt struct {
	stack, answer string   // what is asked for, and what a person types
	environment   []string // of fakeAws, and of the script
}

// run is what the script printed and called, without what it only looks at.
func (a attempt) run(t *testing.T) (out string, calls []string, err error) {
	t.Helper()
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "aws"), []byte(fakeAws), 0o700))
	log := filepath.Join(folder, "log")
	command := exec.Command("./bootstrap.sh", a.stack)
	command.Env = append([]string{"PATH=" + folder + ":/usr/bin:/bin", "LOG=" + log, "CALLER=111111111111"}, a.environment...)
	command.Stdin = strings.NewReader(a.answer)
	printed, err := command.CombinedOutput()
	text, readErr := os.ReadFile(log)
	if !os.IsNotExist(readErr) {
		require.NoError(t, readErr)
	}
	return string(printed), slices.Collect(strings.Lines(string(text))), err
}

// changes are the operations among the calls that change something, or wait for it, in order.
func changes(calls []string) (found []string) {
	for _, call := range calls {
		words := append(strings.Fields(call), "", "")
		switch operation := words[1]; {
		case operation == "wait":
			found = append(found, "wait "+words[2])
		case !strings.HasPrefix(operation, "describe-") && operation != "get-caller-identity":
			found = append(found, operation)
		}
	}
	return found
}

func TestScript(t *testing.T) {
	const asked = "Make these changes? Only yes is yes: "
	create, wait := "create-change-set", "wait change-set-create-complete"
	discarded := []string{create, wait, "delete-change-set", "delete-stack"}
	for _, c := range []struct {
		name    string
		attempt attempt
		fails   bool
		changes []string
		prints  []string
	}{
		{"makes", attempt{"dev", "yes\n", nil}, false,
			[]string{create, wait, "execute-change-set", "wait stack-create-complete", "update-termination-protection"},
			[]string{"account 111111111111, us-east-1", "Add      StateBucket          AWS::S3::Bucket            -", "Modify   DeployRole           AWS::IAM::Role             True", asked,
				"pulumi login 's3://legops-dev-state-111111111111?region=us-east-1'",
				"pulumi stack init dev --secrets-provider 'awskms://alias/legops-dev-state?region=us-east-1'"}},
		{"changes", attempt{"dev", "yes\n", []string{"STATUS=UPDATE_COMPLETE"}}, false,
			[]string{create, wait, "execute-change-set", "wait stack-update-complete", "update-termination-protection"}, []string{asked}},
		{"confirmed", attempt{"dev", "", []string{"CONFIRM=yes"}}, false,
			[]string{create, wait, "execute-change-set", "wait stack-create-complete", "update-termination-protection"}, []string{"StateBucket"}},
		{"refused at first", attempt{"dev", "no\n", nil}, true, discarded, []string{asked, "nothing was changed"}},
		{"refused later", attempt{"dev", "y\n", []string{"STATUS=CREATE_COMPLETE"}}, true, discarded[:3], []string{"nothing was changed"}},
		{"nobody there", attempt{"dev", "", nil}, true, discarded, []string{"set CONFIRM=yes"}},
		{"left in review", attempt{"dev", "no\n", []string{"STATUS=REVIEW_IN_PROGRESS"}}, true, discarded, nil},
		{"nothing to change", attempt{"dev", "", []string{"STATUS=CREATE_COMPLETE", "REASON=The submitted information didn't contain changes. Submit different information to create a change set."}}, false,
			[]string{create, wait, "delete-change-set", "update-termination-protection"}, []string{"nothing to change", "pulumi login"}},
		{"nothing to perform", attempt{"dev", "", []string{"STATUS=CREATE_COMPLETE", "REASON=No updates are to be performed."}}, false,
			[]string{create, wait, "delete-change-set", "update-termination-protection"}, []string{"nothing to change"}},
		{"a change set that fails", attempt{"dev", "", []string{"REASON=Parameter Stack failed"}}, true, discarded, []string{"the change set of legops-dev-bootstrap failed: Parameter Stack failed"}},
		{"changes that fail", attempt{"dev", "yes\n", []string{"ROLLBACK=1"}}, true,
			[]string{create, wait, "execute-change-set", "wait stack-create-complete"}, []string{"GitHubOidcProvider", "EntityAlreadyExists", "was rolled back"}},
		{"another account", attempt{"dev", "", []string{"CALLER=222222222222"}}, true, nil,
			[]string{"these credentials are of account 222222222222, but legops:account in Pulumi.dev.yaml is 111111111111"}},
		{"no credentials", attempt{"dev", "", []string{"CALLER="}}, true, nil, []string{"aws sso login"}},
		{"no account", attempt{"", "", nil}, true, nil, []string{"must be dev, test or prod"}},
		{"an account that is none", attempt{"staging", "", nil}, true, nil, []string{"account 'staging' must be dev, test or prod"}},
		{"busy", attempt{"dev", "", []string{"STATUS=UPDATE_IN_PROGRESS"}}, true, nil, []string{"wait until that has ended"}},
		{"never made", attempt{"dev", "", []string{"STATUS=ROLLBACK_COMPLETE"}}, true, nil, []string{"delete-stack --region us-east-1 --stack-name legops-dev-bootstrap"}},
		{"stuck", attempt{"dev", "", []string{"STATUS=UPDATE_ROLLBACK_FAILED"}}, true, nil, []string{"continue-update-rollback"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			out, calls, err := c.attempt.run(t)
			assert.Equal(t, c.fails, err != nil, "%v\n%s", err, out)
			assert.Equal(t, c.changes, changes(calls), out)
			for _, text := range c.prints {
				assert.Contains(t, out, text)
			}
			shown := slices.IndexFunc(calls, func(call string) bool { return strings.Contains(call, "LogicalResourceId,ResourceType") })
			executed := slices.IndexFunc(calls, func(call string) bool { return strings.Contains(call, "execute-change-set") })
			assert.False(t, executed >= 0 && (shown < 0 || shown > executed), "the changes are shown before they are made: %v", calls)
		})
	}
}

// The template's parameters are given by name; what is not given stays as it was.
func TestScriptGivesParameters(t *testing.T) {
	parsed, err := parse(accountTemplate(t))
	require.NoError(t, err)
	for _, c := range []struct {
		environment []string
		want        string
	}{
		{nil, "ParameterKey=Stack,ParameterValue=dev --capabilities"},
		{[]string{"STATUS=CREATE_COMPLETE"}, "ParameterKey=Stack,ParameterValue=dev ParameterKey=GitHubRepository,UsePreviousValue=true " +
			"ParameterKey=GitHubRepositoryId,UsePreviousValue=true ParameterKey=GitHubOidcProviderArn,UsePreviousValue=true --capabilities"},
		{[]string{"GITHUB_REPOSITORY=a/b", "GITHUB_REPOSITORY_ID=42", "GITHUB_OIDC_PROVIDER=arn:x"}, "ParameterKey=Stack,ParameterValue=dev " +
			"ParameterKey=GitHubRepository,ParameterValue=a/b ParameterKey=GitHubRepositoryId,ParameterValue=42 " +
			"ParameterKey=GitHubOidcProviderArn,ParameterValue=arn:x --capabilities"},
	} {
		_, calls, err := attempt{"dev", "yes\n", c.environment}.run(t)
		require.NoError(t, err)
		created := calls[slices.IndexFunc(calls, func(call string) bool { return strings.Contains(call, "create-change-set") })]
		assert.Contains(t, created, "--parameters "+c.want)
		for _, word := range strings.Fields(created) {
			if name, found := strings.CutPrefix(word, "ParameterKey="); found {
				name, _, _ = strings.Cut(name, ",")
				assert.Contains(t, parsed.Parameters, name)
			}
		}
		assert.Contains(t, created, "--template-body file://bootstrap/account.yaml")
		assert.Contains(t, created, "--stack-name legops-dev-bootstrap")
		assert.Contains(t, created, "--region us-east-1")
	}
}

// The real AWS CLI understands every call, up to where it would connect.
func TestScriptCallsAreReal(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close()) // nobody listens there any more
	home, seen := t.TempDir(), map[string]bool{}
	for _, a := range []attempt{{"dev", "yes\n", nil}, {"dev", "no\n", []string{"STATUS="}}, {"dev", "yes\n", []string{"ROLLBACK=1"}}, {"dev", "", []string{"REASON=x"}}} {
		_, calls, _ := a.run(t)
		for _, call := range calls {
			// No argument of the script has a space, but for queries.
			words := strings.Fields(strings.ReplaceAll(call, ", 'FAILED'", ",'FAILED'"))
			key := strings.Join(words[:3], " ")
			if seen[key] {
				continue
			}
			seen[key] = true
			t.Run(key, func(t *testing.T) {
				t.Parallel()
				command := exec.Command("aws", append([]string{"--endpoint-url", "http://" + listener.Addr().String()}, words...)...)
				command.Dir = ".."
				command.Env = []string{
					"PATH=" + os.Getenv("PATH"), "HOME=" + home, "AWS_ACCESS_KEY_ID=none", "AWS_SECRET_ACCESS_KEY=none",
					"AWS_DEFAULT_REGION=us-east-1", "AWS_MAX_ATTEMPTS=1", "AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=",
				}
				out, _ := command.CombinedOutput()
				assert.Contains(t, string(out), "Could not connect to the endpoint URL", "aws %s", call)
			})
		}
	}
	assert.GreaterOrEqual(t, len(seen), 10)
}
