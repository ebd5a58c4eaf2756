package tests

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/recorder"
	"legops/internal/registered"
	"legops/internal/settings"
	"legops/stacks"
)

// stageShape is what has to be true of a stage's one action.
type stageShape struct{ name, category, provider, in, out string }

// shapeOf are the stages that a stack file asks for, in order.
func shapeOf(cfg *stacks.Config) []stageShape {
	shape := []stageShape{
		{"Source", "Source", "CodeCommit", "", "Source"},
		{"Build", "Build", "CodeBuild", "Source", "Release"},
	}
	if cfg.Pipeline.ManualApproval {
		shape = append(shape, stageShape{"Approve", "Approval", "Manual", "", ""})
	}
	shape = append(shape, stageShape{"Deploy", "Deploy", "CodeDeploy", "Release", ""})
	if cfg.Pipeline.LoadTest {
		shape = append(shape, stageShape{"LoadTest", "Test", "CodeBuild", "Release", ""})
	}
	return shape
}

func TestPipelinesHaveTheStagesThatTheStackFileAsksFor(t *testing.T) {
	each(t, func(t *testing.T, cfg *stacks.Config, r *recorder.Recorder) {
		require.Len(t, r.OfType("aws:codepipeline/pipeline:Pipeline"), len(cfg.Applications))
		for _, application := range cfg.Applications {
			pipeline := r.One(t, "aws:codepipeline/pipeline:Pipeline", "pipeline-"+application.Name)
			assert.Equal(t, "V2", pipeline.Get("pipelineType"))
			assert.NotEmpty(t, pipeline.Get("artifactStores[0].encryptionKey.id"), pipeline.URN)
			var got []stageShape
			produced, consumed := map[string]int{}, map[string]int{}
			for _, stage := range pipeline.Objects("stages") {
				require.Len(t, stage.List("actions"), 1, pipeline.URN)
				action := stage.Values("actions[0]")
				s := stageShape{
					name: stage.Text("name"), category: action.Text("category"), provider: action.Text("provider"),
					in: action.Text("inputArtifacts[0]"), out: action.Text("outputArtifacts[0]"),
				}
				got = append(got, s)
				produced[s.out]++
				consumed[s.in]++
				watched := stage.Has("beforeEntry") && stage.Has("onSuccess")
				assert.Equal(t, s.name == "Deploy", watched, "%s %s: conditions", pipeline.URN, s.name)
			}
			assert.Equal(t, shapeOf(cfg), got, pipeline.URN)
			for artifact, times := range produced {
				assert.True(t, artifact == "" || times == 1 && consumed[artifact] >= 1, "%s: nothing consumes %s", pipeline.URN, artifact)
			}

			group := r.One(t, "aws:codedeploy/deploymentGroup:DeploymentGroup", "pipeline-"+application.Name)
			assert.Equal(t, []any{"DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"}, group.Get("autoRollbackConfiguration.events"), group.URN)
			assert.Equal(t, true, group.Get("autoRollbackConfiguration.enabled"), group.URN)
			assert.Len(t, group.Get("alarmConfiguration.alarms"), 2, group.URN)
		}
	})
}

// The agent asks for work by an endpoint, or by NAT. Endpoint, setting and rights are there together, or none of them is: each alone
// would be paid for and not used, or leave the deployer without work.
func TestTheAgentOfCodeDeployGoesOneWay(t *testing.T) {
	for _, stack := range stackNames {
		for _, secure := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/%t", stack, secure), func(t *testing.T) {
				cfg := config(t, stack)
				cfg.Network.InterfaceEndpoints = slices.DeleteFunc(cfg.Network.InterfaceEndpoints, func(s settings.EndpointService) bool { return s == stacks.SecureCommands })
				if secure {
					cfg.Network.InterfaceEndpoints = append(cfg.Network.InterfaceEndpoints, stacks.SecureCommands)
				}
				r := registered.Stack(t, stack, cfg)
				endpoint := slices.ContainsFunc(r.OfType("aws:ec2/vpcEndpoint:VpcEndpoint"), func(e recorder.Resource) bool {
					return e.Text("serviceName") == fmt.Sprintf("com.amazonaws.%s.%s", cfg.Region, stacks.SecureCommands)
				})
				assert.Equal(t, secure, endpoint, "the endpoint")
				script, err := base64.StdEncoding.DecodeString(r.One(t, "aws:ec2/launchTemplate:LaunchTemplate", "deployer-template").Text("userData"))
				require.NoError(t, err)
				assert.Contains(t, string(script), fmt.Sprintf("\tenable_auth_policy: %t\n", secure), "the setting")
				rights := r.One(t, "aws:iam/rolePolicy:RolePolicy", "deployer-role-policy").Text("policy")
				assert.Equal(t, secure, strings.Contains(rights, "codedeploy-commands-secure:PollHostCommand"), "the rights")
			})
		}
	}
}

// No role is taken by two actions.
func TestActionsTakeTheirOwnRoles(t *testing.T) {
	each(t, func(t *testing.T, cfg *stacks.Config, r *recorder.Recorder) {
		taken := map[any]string{}
		for _, pipeline := range r.OfType("aws:codepipeline/pipeline:Pipeline") {
			for _, role := range pipeline.All("stages[*].actions[0].roleArn") {
				require.NotEmpty(t, role, pipeline.URN)
				assert.Empty(t, taken[role], "%s: role %v is taken twice", pipeline.URN, role)
				taken[role] = pipeline.Name()
			}
		}
		assert.Len(t, taken, len(cfg.Applications)*len(shapeOf(cfg)))
	})
}
