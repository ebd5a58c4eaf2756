package tests

import (
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"legops/internal/checkout"
)

// registries are where images may come from, and why nobody has to log in there, or who does. Docker Hub is not among them:
// of who does not log in it counts the pulls, by address, and all nodes have the address of a NAT gateway. That the others
// count nothing is believed: no page of theirs has such a limit.
var registries = map[string]string{
	"aws/codebuild":   "CodeBuild's own images are on its machines",
	"public.ecr.aws":  "ECR Public counts bytes without a login, 500 GB a month: builds log in (delivery/build.sh), nodes pull far less",
	"gcr.io":          "Google counts no pulls of public images",
	"ghcr.io":         "GitHub counts no pulls of public packages",
	"registry.k8s.io": "the registry of Kubernetes counts no pulls: the cluster autoscaler",
}

// sampleImages are files of tests, whose images nobody pulls.
var sampleImages = regexp.MustCompile(`(^|/)testdata/|_test\.go$|^internal/controlplane/|^tests/rehearsal/|^docs/components/|^tests/golden/`)

// Where an image is named: in a Dockerfile, in a manifest or the inputs of a resource as YAML, and in the program.
var (
	fromImage  = regexp.MustCompile(`(?mi)^FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?\s*$`)
	copyImage  = regexp.MustCompile(`(?mi)^COPY\s+(?:--\S+\s+)*--from=(\S+)`)
	frontend   = regexp.MustCompile(`(?mi)^#\s*syntax\s*=\s*(\S+)`)
	namedImage = regexp.MustCompile(`(?m)^\s*(?:-\s+)?["']?(?:image|chart)["']?:[ \t]+["']?([a-z0-9][^\s"',{}]*[:/][^\s"',{}]*)`)
	chartImage = regexp.MustCompile(`(?m)^\s*image:\n(?:\s+(?:registry|tag|digest|pullPolicy): .*\n)*\s+repository: ["']?([^\s"']+)`)
	goImage    = regexp.MustCompile(`"(oci://[a-z0-9./_-]+|[a-z0-9][a-z0-9._-]*/[a-z0-9._/-]+:[a-zA-Z0-9._-]+(?:@sha256:[0-9a-f]{64})?)"`)
)

// registryOf is where an image comes from. Without a host in its name it is Docker Hub.
func registryOf(image string) string {
	if strings.HasPrefix(image, "aws/codebuild/") {
		return "aws/codebuild"
	}
	scheme, rest, isChart := strings.Cut(image, "://")
	if !isChart {
		rest = image
	}
	host, _, hasPath := strings.Cut(rest, "/")
	switch {
	case !hasPath || !strings.ContainsAny(host, ".:") && host != "localhost":
		host = "docker.io"
	case isChart:
		host = scheme + "://" + host
	}
	return host
}

// imagesOf are the images that a file names.
func imagesOf(path, text string) []string {
	var images []string
	all := func(form *regexp.Regexp) {
		for _, found := range form.FindAllStringSubmatch(text, -1) {
			images = append(images, found[1])
		}
	}
	switch {
	case strings.HasSuffix(path, "Dockerfile"):
		stages := []string{"scratch"}
		for _, from := range fromImage.FindAllStringSubmatch(text, -1) {
			if !slices.Contains(stages, strings.ToLower(from[1])) {
				images = append(images, from[1])
			}
			stages = append(stages, strings.ToLower(from[2]))
		}
		for _, from := range copyImage.FindAllStringSubmatch(text, -1) {
			if !slices.Contains(stages, strings.ToLower(from[1])) {
				images = append(images, from[1])
			}
		}
		all(frontend)
	case strings.HasSuffix(path, ".go"):
		if strings.HasPrefix(path, "components/") || strings.HasPrefix(path, "infra/") {
			all(goImage)
		}
	case strings.HasSuffix(path, ".yaml") || strings.HasSuffix(path, ".yml"):
		all(namedImage)
		all(chartImage)
	}
	return images
}

// No image comes from a registry that counts the pulls of who does not log in: a node that starts on a busy day would get
// none, and its pods would wait.
func TestImagesComeFromRegistriesThatDoNotCountPulls(t *testing.T) {
	list := exec.Command("git", "ls-files", "-co", "--exclude-standard", "--", "*Dockerfile", "*.go", "*.yaml", "*.yml")
	list.Dir = root
	names, err := list.Output()
	require.NoError(t, err)
	files, inPreviews := 0, 0
	check := func(path, text string) int {
		images := imagesOf(path, text)
		for _, image := range images {
			registry := registryOf(image)
			assert.NotEmpty(t, registries[registry], "%s: %s comes from %s, which is not in the table of registries: use one of them", path, image, registry)
		}
		return len(images)
	}
	for _, path := range strings.Fields(string(names)) {
		if sampleImages.MatchString(path) {
			continue
		}
		files++
		check(path, checkout.Read(t, root, path))
	}
	assert.Greater(t, files, 100, "the files of the repository")
	for _, stack := range stackNames {
		for _, r := range previews[stack](t).Resources {
			text, err := yaml.Marshal(readable(map[string]any(r.Inputs), ""))
			require.NoError(t, err)
			inPreviews += check(string(r.URN)+".yaml", string(text))
		}
	}
	assert.Greater(t, inPreviews, 30, "the images that the stacks name")
}

// Each way to name an image of another registry is found.
func TestImagesOfOtherRegistriesAreFound(t *testing.T) {
	for text, want := range map[string]struct{ path, registry string }{
		"FROM golang:1.26": {"Dockerfile", "docker.io"},
		"FROM --platform=$BUILDPLATFORM library/golang AS build":              {"a/Dockerfile", "docker.io"},
		"FROM public.ecr.aws/x/y AS a\nFROM a\nCOPY --from=busybox /a /":      {"x.Dockerfile", "public.ecr.aws docker.io"},
		"# syntax=docker/dockerfile:1\nFROM scratch":                          {"Dockerfile", "docker.io"},
		"    image: docker.io/grafana/k6:1.8.1":                               {"loadtest/x.yaml", "docker.io"},
		"      - image: nginx/nginx-ingress:5":                                {"inputs.yaml", "docker.io"},
		`  image: "quay.io/a/b"`:                                              {"x.yml", "quay.io"},
		"  chart: oci://ghcr.io/nginx/charts/nginx-ingress":                   {"inputs.yaml", "oci://ghcr.io"},
		"    image:\n      tag: 5.5.4\n      repository: nginx/nginx-ingress": {"inputs.yaml", "docker.io"},
		`image = "docker.io/library/busybox:1"`:                               {"components/x.go", "docker.io"},
		`image: "aws/codebuild/standard:7.0"`:                                 {"inputs.yaml", "aws/codebuild"},
		`import "github.com/a/b"`:                                             {"components/x.go", ""},
	} {
		var found []string
		for _, image := range imagesOf(want.path, text) {
			found = append(found, registryOf(image))
		}
		assert.Equal(t, strings.Fields(want.registry), append([]string{}, found...), fmt.Sprintf("%s: %s", want.path, text))
	}
}
