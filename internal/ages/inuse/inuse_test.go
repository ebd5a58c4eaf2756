package inuse_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/ages"
	"legops/internal/ages/inuse"
	"legops/internal/catalogue"
	"legops/internal/model"
)

func TestOf(t *testing.T) {
	of := func(typ, name string, inputs, outputs model.Values) *model.Resource {
		return &model.Resource{URN: resource.URN("urn:pulumi:dev::legops::" + typ + "::" + name), Type: typ, Inputs: inputs, Outputs: outputs}
	}
	policy := func(support string) model.Values {
		return model.Values{"version": "1.35", "upgradePolicy": map[string]any{"supportType": support}}
	}
	script := base64.StdEncoding.EncodeToString([]byte("agent=codedeploy-agent-2.1.0-9745926189.$(uname -m).rpm\n"))
	controller := model.Values{"spec": map[string]any{"template": map[string]any{"spec": map[string]any{"containers": []any{
		map[string]any{"image": "ghcr.io/nginx/kubernetes-ingress:5.5.4"}}}}}}
	other := model.Values{"spec": map[string]any{"template": map[string]any{"spec": map[string]any{"containers": []any{
		map[string]any{"image": "registry.k8s.io/autoscaling/cluster-autoscaler:v1.35.0"}}}}}}
	uses := inuse.Of(model.NewGraph([]*model.Resource{
		of(catalogue.Cluster, "standard", policy("STANDARD"), nil),
		of(catalogue.Cluster, "extended", policy("EXTENDED"), nil),
		of(catalogue.Cluster, "older", model.Values{"version": "1.35"}, policy("EXTENDED")),
		of(catalogue.Cluster, "unset", model.Values{"version": "1.34"}, nil), // AWS then makes it EXTENDED
		of(catalogue.Database, "new", model.Values{"engineVersion": "17", "engineLifecycleSupport": "open-source-rds-extended-support-disabled"}, nil),
		of(catalogue.Database, "enrolled", model.Values{"engineVersion": "17.6"}, model.Values{"engineLifecycleSupport": "open-source-rds-extended-support"}),
		of(catalogue.Database, "asked too late", model.Values{"engineVersion": "17", "engineLifecycleSupport": "open-source-rds-extended-support-disabled"},
			model.Values{"engineLifecycleSupport": "open-source-rds-extended-support"}),
		of(catalogue.SearchDomain, "search", model.Values{"engineVersion": "OpenSearch_2.19"}, nil),
		of(catalogue.SearchDomain, "not known yet", nil, nil),
		of(catalogue.NodeGroup, "nodes", model.Values{"amiType": "AL2023_ARM_64_STANDARD"}, nil),
		of(catalogue.LaunchTemplate, "deployer", model.Values{"userData": script, "imageId": "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"}, nil),
		of(catalogue.LaunchTemplate, "nodes-template", model.Values{"userData": "no base64"}, nil),
		of(catalogue.BuildProject, "build", model.Values{"environment": map[string]any{"image": "aws/codebuild/amazonlinux-aarch64-standard:3.0"}}, nil),
		of(catalogue.Deployment, "controller", controller, nil),
		of(catalogue.Deployment, "autoscaler", other, nil),
	}))
	assert.Equal(t, []ages.Use{
		{Product: ages.Kubernetes, Version: "1.34", Extended: true, By: []string{"unset"}},
		{Product: ages.Kubernetes, Version: "1.35", Extended: true, By: []string{"extended", "older"}},
		{Product: ages.Kubernetes, Version: "1.35", By: []string{"standard"}},
		{Product: ages.PostgreSQL, Version: "17", Extended: true, By: []string{"asked too late", "enrolled"}},
		{Product: ages.PostgreSQL, Version: "17", By: []string{"new"}},
		{Product: ages.OpenSearch, Version: "OpenSearch_2.19", Extended: true, By: []string{"search"}},
		{Product: ages.AmazonLinux, Version: "2023", Extended: true, By: []string{"deployer", "nodes"}},
		{Product: ages.BuildImage, Version: "aws/codebuild/amazonlinux-aarch64-standard:3.0", Extended: true, By: []string{"build"}},
		{Product: ages.NGINX, Version: "5.5", Extended: true, By: []string{"controller"}},
		{Product: ages.Agent, Version: "2.1", Extended: true, By: []string{"deployer"}},
	}, uses)
}

// The program's own versions have rows, each.
func TestProgramIsInTheCalendar(t *testing.T) {
	root, err := filepath.Abs("../../..")
	require.NoError(t, err)
	uses, err := inuse.Program(os.DirFS(root))
	require.NoError(t, err)
	var products []string
	for _, use := range uses {
		assert.True(t, ages.Knows(use), "%s %s of %v has no row in internal/ages/products.go", use.Product, use.Version, use.By)
		products = append(products, use.Product)
	}
	assert.Equal(t, []string{ages.Go, ages.Node, ages.Runner, ages.PulumiAws, ages.PulumiEks, ages.PulumiKubernetes}, products)
}

func TestProgramNeedsItsFiles(t *testing.T) {
	_, err := inuse.Program(fstest.MapFS{})
	assert.ErrorContains(t, err, "go.mod: names no version of Go: run this in the program's repository")
	_, err = inuse.Program(fstest.MapFS{"go.mod": {Data: []byte("module legops\n\ngo 1.26\n")}})
	assert.ErrorContains(t, err, "go.mod: names no version of pulumi-aws")
}
