package bootstrap_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/awscli"
	"legops/internal/checkout"
	"legops/internal/cloudformation"
)

// attempt is a run of the script.
type attempt struct {
	stack, answer string   // the argument, and what a person types
	environment   []string // of testdata/aws, and of the script
}

// run returns what a script prints, whether it fails, and its calls of aws.
func (a attempt) run(t *testing.T, script string) (out string, failed bool, calls []string) {
	t.Helper()
	fake, err := filepath.Abs("testdata")
	require.NoError(t, err)
	log := filepath.Join(t.TempDir(), "log")
	command := exec.Command("./"+script, a.stack)
	command.Env = append(os.Environ(), "PATH="+fake+":"+os.Getenv("PATH"), "LOG="+log)
	command.Env = append(command.Env, a.environment...)
	command.Stdin = strings.NewReader(a.answer)
	out, code := checkout.Output(t, command)
	text, err := os.ReadFile(log)
	if !os.IsNotExist(err) {
		require.NoError(t, err)
	}
	return out, code != 0, slices.Collect(strings.Lines(string(text)))
}

// reads are operations that change nothing.
var reads = regexp.MustCompile("^(describe|get|list)-")

// changes returns the calls that change something or wait for a change, in order.
func changes(calls []string) (found []string) {
	for _, call := range calls {
		words := append(strings.Fields(call), "", "")
		switch operation := words[1]; {
		case operation == "wait":
			found = append(found, "wait "+words[2])
		case !reads.MatchString(operation):
			found = append(found, operation)
		}
	}
	return found
}

func TestScript(t *testing.T) {
	const asked = "Make these changes? Type yes: "
	create, wait := "create-change-set", "wait change-set-create-complete"
	discarded := []string{create, wait, "delete-change-set", "delete-stack"}
	const unchanged = "REASON=The submitted information didn't contain changes. Submit different information to create a change set."
	withoutSpot := []string{"STATUS=CREATE_COMPLETE", "ROLES=AWSServiceRoleForAutoScaling AWSServiceRoleForAmazonEKS AWSServiceRoleForAmazonEKSNodegroup " +
		"AWSServiceRoleForElasticLoadBalancing AWSServiceRoleForAmazonOpenSearchService AWSServiceRoleForRDS"}
	for _, c := range []struct {
		name    string
		attempt attempt
		fails   bool
		changes []string
		prints  []string
	}{
		{"creates", attempt{"dev", "yes\n", nil}, false,
			[]string{create, wait, "execute-change-set", "wait stack-create-complete", "update-termination-protection"},
			[]string{"account 111111111111, us-east-1", "Add      StateBucket                              AWS::S3::Bucket             -",
				"Modify   DeployRole                               AWS::IAM::Role              True", asked,
				"pulumi login 's3://legops-dev-state-111111111111?region=us-east-1'",
				"pulumi stack init dev --secrets-provider 'awskms://alias/legops-dev-state?region=us-east-1'"}},
		{"changes", attempt{"dev", "yes\n", []string{"STATUS=UPDATE_COMPLETE"}}, false,
			[]string{create, wait, "execute-change-set", "wait stack-update-complete", "update-termination-protection"}, []string{asked}},
		{"confirmed", attempt{"dev", "", []string{"CONFIRM=yes"}}, false,
			[]string{create, wait, "execute-change-set", "wait stack-create-complete", "update-termination-protection"}, []string{"StateBucket"}},
		{"refused at first", attempt{"dev", "no\n", nil}, true, discarded, []string{asked, "nothing has changed"}},
		{"refused later", attempt{"dev", "y\n", []string{"STATUS=CREATE_COMPLETE"}}, true, discarded[:3], []string{"nothing has changed"}},
		{"nobody there", attempt{"dev", "", nil}, true, discarded, []string{"set CONFIRM=yes"}},
		{"left in review", attempt{"dev", "no\n", []string{"STATUS=REVIEW_IN_PROGRESS"}}, true, discarded, nil},
		{"nothing to change", attempt{"dev", "", []string{"STATUS=CREATE_COMPLETE", unchanged}}, false,
			[]string{create, wait, "delete-change-set", "update-termination-protection"}, []string{"nothing to change", "pulumi login"}},
		{"nothing to perform", attempt{"dev", "", []string{"STATUS=CREATE_COMPLETE", "REASON=No updates are to be performed."}}, false,
			[]string{create, wait, "delete-change-set", "update-termination-protection"}, []string{"nothing to change"}},
		{"roles of services", attempt{"dev", "yes\n", []string{"ROLES=AWSServiceRoleForAmazonEKSNodegroup AWSServiceRoleForRDS AWSServiceRoleForSupport"}}, false,
			slices.Concat([]string{create, wait}, slices.Repeat([]string{"create-service-linked-role"}, 5), []string{"execute-change-set", "wait stack-create-complete", "update-termination-protection"}),
			[]string{"Add      AWSServiceRoleForAmazonEKS               AWS::IAM::ServiceLinkedRole -", asked}},
		{"nothing but a role", attempt{"dev", "yes\n", append([]string{unchanged}, withoutSpot...)}, false,
			[]string{create, wait, "delete-change-set", "create-service-linked-role", "update-termination-protection"},
			[]string{"Add      AWSServiceRoleForEC2Spot                 AWS::IAM::ServiceLinkedRole -", asked, "pulumi login"}},
		{"a role refused at the prompt", attempt{"dev", "no\n", append([]string{unchanged}, withoutSpot...)}, true,
			[]string{create, wait, "delete-change-set"}, []string{asked, "nothing has changed"}},
		{"a role created meanwhile", attempt{"dev", "yes\n", append([]string{unchanged, "TAKEN=An error occurred (InvalidInput) when calling the CreateServiceLinkedRole operation: Service role name " +
			"AWSServiceRoleForEC2Spot has been taken in this account, please try a different suffix."}, withoutSpot...)}, false,
			[]string{create, wait, "delete-change-set", "create-service-linked-role", "update-termination-protection"}, []string{"pulumi login"}},
		{"a role that AWS refuses", attempt{"dev", "yes\n", append([]string{"TAKEN=An error occurred (AccessDenied)"}, withoutSpot...)}, true,
			[]string{create, wait, "create-service-linked-role", "delete-change-set"}, []string{"bootstrap: AWSServiceRoleForEC2Spot: An error occurred (AccessDenied)"}},
		{"no room", attempt{"dev", "yes\n", []string{"QUOTA=2"}}, false,
			[]string{create, wait, "execute-change-set", "wait stack-create-complete", "update-termination-protection"},
			[]string{"has 2, needs 4 to", "The account is bootstrapped, but has no room for dev yet: fix the above before pulumi up."}},
		{"a change set that fails", attempt{"dev", "", []string{"REASON=Parameter Stack failed"}}, true, discarded, []string{"the change set of legops-dev-bootstrap failed: Parameter Stack failed"}},
		{"changes that fail", attempt{"dev", "yes\n", []string{"ROLLBACK=1"}}, true,
			[]string{create, wait, "execute-change-set", "wait stack-create-complete"}, []string{"GitHubOidcProvider", "EntityAlreadyExists", "rolled legops-dev-bootstrap back"}},
		{"another account", attempt{"dev", "", []string{"CALLER=222222222222"}}, true, nil,
			[]string{"the credentials belong to account 222222222222, but legops:account in Pulumi.dev.yaml is 111111111111"}},
		{"no credentials", attempt{"dev", "", []string{"CALLER="}}, true, nil, []string{"aws sso login"}},
		{"no account", attempt{"", "", nil}, true, nil, []string{"must be dev, test or prod"}},
		{"an unknown account", attempt{"staging", "", nil}, true, nil, []string{"account 'staging' must be dev, test or prod"}},
		{"busy", attempt{"dev", "", []string{"STATUS=UPDATE_IN_PROGRESS"}}, true, nil, []string{"wait until it has finished"}},
		{"rolled back at creation", attempt{"dev", "", []string{"STATUS=ROLLBACK_COMPLETE"}}, true, nil, []string{"delete-stack --region us-east-1 --stack-name legops-dev-bootstrap"}},
		{"stuck", attempt{"dev", "", []string{"STATUS=UPDATE_ROLLBACK_FAILED"}}, true, nil, []string{"continue-update-rollback"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			out, failed, calls := c.attempt.run(t, "bootstrap.sh")
			assert.Equal(t, c.fails, failed, out)
			assert.Equal(t, c.changes, changes(calls), out)
			for _, text := range c.prints {
				assert.Contains(t, out, text)
			}
			shown := slices.IndexFunc(calls, func(call string) bool { return strings.Contains(call, "LogicalResourceId,ResourceType") })
			executed := slices.IndexFunc(calls, func(call string) bool { return strings.Contains(call, "execute-change-set") })
			assert.False(t, executed >= 0 && (shown < 0 || shown > executed), "the script shows changes before it makes them: %v", calls)
		})
	}
}

// The script passes the template's parameters by name; absent ones keep their values.
func TestScriptPassesParameters(t *testing.T) {
	parsed, err := cloudformation.Parse(checkout.Read(t, "account.yaml"))
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
		out, failed, calls := attempt{"dev", "yes\n", c.environment}.run(t, "bootstrap.sh")
		require.False(t, failed, out)
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

// The real AWS CLI accepts every call, until it would connect.
func TestScriptCallsAreReal(t *testing.T) {
	cli, seen := awscli.Start(t, ".."), map[string]bool{}
	for _, a := range []attempt{
		{"prod", "yes\n", []string{"CALLER=333333333333", "ROLES=", "UNAPPLIED=1"}}, {"dev", "no\n", nil}, {"dev", "yes\n", []string{"ROLLBACK=1"}}, {"dev", "", []string{"REASON=x"}},
	} {
		_, _, calls := a.run(t, "bootstrap.sh")
		for _, call := range calls {
			// No argument of the scripts contains a space, except queries.
			words := strings.Fields(strings.ReplaceAll(call, ", '", ",'"))
			key := strings.Join(words[:3], " ")
			if seen[key] {
				continue
			}
			seen[key] = true
			t.Run(key, func(t *testing.T) {
				t.Parallel()
				out, _, err := cli.Run(words)
				require.NoError(t, err)
				assert.Contains(t, out, awscli.Unreachable, "aws %s", call)
			})
		}
	}
	assert.GreaterOrEqual(t, len(seen), 19)
}
