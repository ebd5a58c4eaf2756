package tests

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// workflowMistakes are mistakes in a workflow: the file, the old text, the new text, and the finding.
var workflowMistakes = []struct{ name, file, old, new, want string }{
	{"unknown key", "test.yml", "runs-on:", "run-on:", `unexpected key "run-on"`},
	{"unknown context", "comment.yml", "github.event.workflow_run.head_sha", "event.workflow_run.head_sha", `undefined variable "event"`},
	{"unknown input of an action", "preview.yml", "if-no-files-found", "if-none-found", `input "if-none-found" is not defined`},
	{"unknown input of our action", "drift.yml", "role: preview", "roles: preview", `input "roles" is not defined`},
	{"unknown need", "deploy.yml", "needs: dev", "needs: development", `"development"`},
	{"called without its input", "deploy.yml", "stack: prod", "stock: prod", `input "stack" is required`},
	{"bad schedule", "drift.yml", "17 3 * * *", "17 25 * * *", "invalid CRON format"},

	{"a tag", "test.yml", "@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2", "@v6 # v6.0.2", "actions/checkout@v6 is not pinned by a full commit hash"},
	{"a short hash", "test.yml", "de0fac2e4500dabe0009e67214ff5f5447ce83dd", "de0fac2", "is not pinned by a full commit hash"},
	{"a hash without its version", "test.yml", " # v6.1.0", "", "does not say its version"},
	{"a hash with a floating version", "test.yml", "# v6.0.2", "# v6", "does not say its version"},
	{"workflow of another repository", "deploy.yml", "./.github/workflows/deploy-stack.yml", "somebody/theirs/.github/workflows/deploy.yml@main",
		"dev: calls a workflow of another repository"},
	{"token left in .git", "deploy-stack.yml", "persist-credentials: false", "persist-credentials: true", "checkout leaves the token in .git"},
	{"title of a pull request in a script", "preview.yml", ".github/scripts/review.sh review", "echo ${{ github.event.pull_request.title }}",
		"an expression in a script is code"},
	{"input in a script", "deploy-stack.yml", `preview.sh "$STACK"`, "preview.sh ${{ inputs.stack }}", "an expression in a script is code"},
	{"a program in a workflow", "test.yml", "- run: .ci/run", "- run: |\n          make lint\n          make test", "belongs in .github/scripts"},
	{"an ignored error", "test.yml", "- run: .ci/run", "- run: .ci/run || true", "ignores an error"},
	{"no drift run without its list", "drift.yml", "pending.sh \"$STACK\" drift\n        continue-on-error: true", "pending.sh \"$STACK\" drift",
		`pending.sh "$STACK" drift stops a job that it only informs`},
	{"no drift run without the drill", "drift.yml", "drill.sh report \"$STACK\" drift\n        continue-on-error: true", "drill.sh report \"$STACK\" drift",
		`drill.sh report "$STACK" drift stops a job that it only informs`},
	{"no update without the cluster", "deploy-stack.yml", "cluster.sh \"$STACK\"\n        continue-on-error: true", "cluster.sh \"$STACK\"",
		`cluster.sh "$STACK" stops a job that it only informs`},
	{"the shell that hides errors", "test.yml", "shell: bash", "shell: sh", "shell is not bash"},

	{"rights not stated", "test.yml", "permissions:\n  contents: read\n", "", "has no permissions of its own"},
	{"all rights", "test.yml", "permissions:\n  contents: read", "permissions: write-all", "cannot unmarshal"},
	{"rights for every job", "comment.yml", "permissions: {}", "permissions:\n  issues: write", "every job may write issues"},
	{"forks with secrets", "preview.yml", "on: pull_request", "on: pull_request_target", "pull_request_target runs for forks with secrets"},
	{"a secret for forks", "preview.yml", "NUMBER: ", "TOKEN: ${{ secrets['TOKEN'] }}\n          NUMBER: ", "code of a pull request has a secret"},
	{"a token for forks", "preview.yml", "timeout-minutes: 60", "timeout-minutes: 60\n    permissions:\n      pull-requests: write",
		"code of a pull request may write pull-requests"},
	{"credentials for forks", "preview.yml", "timeout-minutes: 60", "timeout-minutes: 60\n    permissions:\n      id-token: write",
		"code of a pull request may write id-token"},
	{"forks in the account", "preview.yml", "runs-on: ubuntu-24.04\n    timeout-minutes: 60",
		"runs-on: codebuild-legops-dev-runner-${{ github.run_id }}-${{ github.run_attempt }}\n    timeout-minutes: 60",
		"code of a pull request runs inside an account"},
	{"code of a fork with rights", "comment.yml", "with:\n          persist-credentials", "with:\n          ref: ${{ github.event.workflow_run.head_sha }}\n          persist-credentials",
		"runs code other than main's"},
	{"another that comments", "drift.yml", "issues: write", "pull-requests: write", "only comment.yml writes to pull requests"},

	{"no timeout", "drift.yml", "    timeout-minutes: 60\n", "", "drift: has no timeout"},
	{"longer than its credentials", "deploy-stack.yml", "timeout-minutes: 120", "timeout-minutes: 121", "up: outlives its credentials"},
	{"update cancelled", "deploy-stack.yml", "cancel-in-progress: false", "cancel-in-progress: true", "an update must not be cancelled"},
	{"updates of one group for all", "deploy-stack.yml", "group: deploy-${{ inputs.stack }}", "group: deploy", "in the group of its stack"},
	{"update somewhere else", "drift.yml", `drift.sh "$STACK" drift`, "pulumi up --yes", "only .github/workflows/deploy-stack.yml updates"},
	{"main cancelled", "test.yml", "${{ github.event_name == 'pull_request' }}", "true", "only pull requests may cancel running jobs"},
	{"deploying without reviewers", "deploy-stack.yml", "environment: ${{ inputs.stack }}\n", "environment: ${{ inputs.stack }}-preview\n",
		"up: the role deploy trusts the environment ${{ inputs.stack }}"},
	{"reviewers for a preview", "drift.yml", "environment: ${{ matrix.stack }}-preview", "environment: ${{ matrix.stack }}",
		"drift: the role preview trusts the environment ${{ matrix.stack }}-preview"},
	{"outside the account", "deploy-stack.yml", "codebuild-legops-${{ inputs.stack }}-runner-${{ github.run_id }}-${{ github.run_attempt }}", "ubuntu-24.04",
		"ubuntu-24.04 cannot reach the cluster"},
	{"label without the attempt", "drift.yml", "-${{ github.run_attempt }}", "", "which is not a runner"},
	{"a role that cannot be assumed", "deploy-stack.yml", "      id-token: write\n", "", "id-token and role need each other"},
}

// TestWorkflowMistakes proves that the checks find mistakes in a workflow.
func TestWorkflowMistakes(t *testing.T) {
	files := workflowFiles(t)
	for _, mistake := range workflowMistakes {
		t.Run(mistake.name, func(t *testing.T) {
			name := ".github/workflows/" + mistake.file
			text := files[name]
			require.Contains(t, text, mistake.old)
			found := findings(t, name, strings.Replace(text, mistake.old, mistake.new, 1))
			assert.Contains(t, strings.Join(found, "\n"), mistake.want)
		})
	}
}
