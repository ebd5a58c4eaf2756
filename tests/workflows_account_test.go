package tests

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"legops/internal/catalogue"
	"legops/internal/checkout"
	"legops/internal/model"
)

// The workflows use what bootstrap and the program create in an account: roles and the length of their sessions, state, key and
// runner.
func TestWorkflowsFitTheAccounts(t *testing.T) {
	template := checkout.Read(t, root, "bootstrap/account.yaml")
	held := map[string]int{}
	for _, match := range regexp.MustCompile(`RoleName: !Sub legops-\$\{Stack\}-(\w+)\n(?:.*\n)*?\s+MaxSessionDuration: (\d+)\n`).FindAllStringSubmatch(template, -1) {
		var seconds int
		_, err := fmt.Sscan(match[2], &seconds)
		require.NoError(t, err)
		held[match[1]] = seconds
	}
	assert.Equal(t, map[string]int{"deploy": deploySession, "preview": previewSession}, held, "the roles' longest sessions")
	assert.Contains(t, template, "AliasName: !Sub alias/legops-${Stack}-state")
	assert.Contains(t, template, "BucketName: !Sub legops-${Stack}-state-${AWS::AccountId}")

	for _, stack := range stackNames {
		cfg := config(t, stack)
		require.NotNil(t, cfg.Runner, stack)
		isRunner := func(r *model.Resource) bool { return r.Text("name") == "legops-"+stack+"-runner" }
		assert.True(t, slices.ContainsFunc(previews[stack](t).OfType(catalogue.BuildProject), isRunner), "%s: the project in the labels of jobs", stack)
		for path, text := range workflowFiles(t) {
			var w workflow
			require.NoError(t, yaml.Unmarshal([]byte(text), &w))
			for id, job := range w.Jobs {
				if strings.HasPrefix(job.RunsOn, "codebuild-") {
					assert.Less(t, job.Timeout, cfg.Runner.TimeoutMinutes, "%s: %s is cut off by the runner of %s", path, id, stack)
				}
			}
		}
		// The repository that bootstrap trusts by default.
		assert.Contains(t, template, "Default: legops/platform")
		assert.Equal(t, "legops/platform", cfg.Pipeline.GithubOwner+"/"+cfg.Runner.Repository, stack)
		// The roles' access to the cluster.
		for who, entries := range map[string]string{"deploy": fmt.Sprint(cfg.Eks.Administrators), "preview": fmt.Sprint(cfg.Eks.Viewers)} {
			assert.Contains(t, entries, fmt.Sprintf("arn:aws:iam::%s:role/legops-%s-%s", cfg.Account, stack, who), stack)
		}
	}
}
