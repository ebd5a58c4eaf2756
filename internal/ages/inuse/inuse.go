// Package inuse says which versions of what ages a stack uses, and the program itself.
package inuse

import (
	"encoding/base64"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"legops/internal/ages"
	"legops/internal/catalogue"
	"legops/internal/model"
)

// reader finds a version in a resource of a type; "" if there is none.
type reader struct {
	product, typ string
	version      func(*model.Resource) string
	// extended says whether extended support is on; nil where it cannot be switched off, or does not exist.
	extended func(*model.Resource) bool
}

// The values with which extended support is off: eks.SupportType of aws-sdk-go-v2 and EngineLifecycleSupport of its rds.CreateDBInstanceInput.
// Not given, it is on.
const (
	standardOnly = "STANDARD"
	notEnrolled  = "open-source-rds-extended-support-disabled"
)

var readers = []reader{
	{
		ages.Kubernetes, catalogue.Cluster, has("version"),
		func(r *model.Resource) bool { return asked(r, "upgradePolicy.supportType") != standardOnly },
	}, {
		ages.PostgreSQL, catalogue.Database, func(r *model.Resource) string {
			major, _, _ := strings.Cut(r.Text("engineVersion"), ".")
			return major
		},
		// What RDS holds, not what was asked for: nobody sends it to a database that exists.
		func(r *model.Resource) bool {
			held := r.Outputs.Text("engineLifecycleSupport")
			if held == "" {
				held = r.Text("engineLifecycleSupport")
			}
			return held != notEnrolled
		},
	},
	{ages.OpenSearch, catalogue.SearchDomain, has("engineVersion"), nil},
	{ages.AmazonLinux, catalogue.NodeGroup, match("amiType", `^AL(\d+)_`), nil},
	{ages.AmazonLinux, catalogue.LaunchTemplate, match("imageId", `/al(\d+)-ami-`), nil},
	{ages.BuildImage, catalogue.BuildProject, has("environment.image"), nil},
	{ages.Agent, catalogue.LaunchTemplate, func(r *model.Resource) string {
		script, err := base64.StdEncoding.DecodeString(r.Text("userData"))
		if err != nil {
			return ""
		}
		return first(agentPackage, string(script))
	}, nil},
	{ages.NGINX, catalogue.Deployment, match("spec.template.spec.containers[0].image", `/kubernetes-ingress:(\d+\.\d+)\.`), nil},
}

var agentPackage = regexp.MustCompile(`codedeploy-agent-(\d+\.\d+)\.\d+-`)

func has(input string) func(*model.Resource) string {
	return func(r *model.Resource) string { return r.Text(input) }
}

func match(input, pattern string) func(*model.Resource) string {
	expression := regexp.MustCompile(pattern)
	return func(r *model.Resource) string { return first(expression, r.Text(input)) }
}

// first is what the group of an expression matches first in a text; "" if it does not match.
func first(expression *regexp.Regexp, text string) string {
	if found := expression.FindStringSubmatch(text); found != nil {
		return found[1]
	}
	return ""
}

// asked is an input, or what the service made of one that is not given.
func asked(r *model.Resource, path string) string {
	if text := r.Text(path); text != "" {
		return text
	}
	return r.Outputs.Text(path)
}

// Of are the versions that the resources of a stack use.
func Of(g *model.Graph) []ages.Use {
	var uses []ages.Use
	for _, reader := range readers {
		for _, r := range g.OfType(reader.typ) {
			version := reader.version(r)
			if version == "" {
				continue
			}
			uses = append(uses, ages.Use{
				Product: reader.product, Version: version, By: []string{r.Name()},
				Extended: reader.extended == nil || reader.extended(r),
			})
		}
	}
	return ages.Merge(uses)
}

// inFiles are the versions that files of the program name, as the group of an expression.
var inFiles = []struct {
	product, pattern string
	expression       *regexp.Regexp
}{
	{ages.Go, "go.mod", regexp.MustCompile(`(?m)^go (\d+\.\d+)`)},
	{ages.PulumiAws, "go.mod", regexp.MustCompile(`(?m)^\tgithub\.com/pulumi/pulumi-aws/sdk/v\d+ v(\d+)\.`)},
	{ages.PulumiEks, "go.mod", regexp.MustCompile(`(?m)^\tgithub\.com/pulumi/pulumi-eks/sdk/v\d+ v(\d+)\.`)},
	{ages.PulumiKubernetes, "go.mod", regexp.MustCompile(`(?m)^\tgithub\.com/pulumi/pulumi-kubernetes/sdk/v\d+ v(\d+)\.`)},
	{ages.Node, ".github/workflows/*.yml", regexp.MustCompile(`(?m)^ +node-version: '?(\d+)'?$`)},
	{ages.Node, ".github/actions/*/action.yml", regexp.MustCompile(`(?m)^ +node-version: '?(\d+)'?$`)},
	{ages.Runner, ".github/workflows/*.yml", regexp.MustCompile(`(?m)^ +runs-on: (ubuntu-[\d.]+)$`)},
}

// Program are the versions that the program itself is built and deployed with, by the files of its repository. A file that names none of
// what it should is an error.
func Program(repository fs.FS) ([]ages.Use, error) {
	var uses []ages.Use
	for _, in := range inFiles {
		names, err := fs.Glob(repository, in.pattern)
		if err != nil {
			return nil, err
		}
		before := len(uses)
		for _, name := range names {
			text, err := fs.ReadFile(repository, name)
			if err != nil {
				return nil, err
			}
			for _, found := range in.expression.FindAllStringSubmatch(string(text), -1) {
				uses = append(uses, ages.Use{Product: in.product, Version: found[1], By: []string{name}})
			}
		}
		if len(uses) == before {
			return nil, fmt.Errorf("%s: names no version of %s: run this in the program's repository, or correct internal/ages/inuse", in.pattern, in.product)
		}
	}
	return ages.Merge(slices.Clip(uses)), nil
}
