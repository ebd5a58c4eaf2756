// Command dockerfile-lint checks Dockerfiles with the rules of BuildKit, those of docker build --check, without Docker
// and network:
//
//	dockerfile-lint FILE...
//
// It prints one line per finding, FILE:LINE: RULE: MESSAGE, and exits with 1 if there is any or a file is not a
// Dockerfile. It skips two rules that need the registry or the build context: whether a base image exists for the
// platform (InvalidBaseImagePlatform), and whether .dockerignore excludes a copied file (CopyIgnoredFile). A variable
// that only a base image sets counts as undefined.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/solver/pb"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
	"github.com/opencontainers/go-digest"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: dockerfile-lint FILE...")
		os.Exit(2)
	}
	if !lintAll(os.Args[1:], os.Stdout) {
		os.Exit(1)
	}
}

// lintAll reports whether no file has a finding.
func lintAll(files []string, out io.Writer) bool {
	clean := true
	for _, file := range files {
		findings, err := lintFile(file)
		if err != nil {
			findings = append(findings, finding{rule: "error", message: err.Error()})
		}
		for _, f := range findings {
			clean = false
			fmt.Fprintf(out, "%s:%d: %s: %s\n", file, f.line, f.rule, f.message)
		}
	}
	return clean
}

type finding struct {
	line          int32 // 0: the file as a whole
	rule, message string
}

func lintFile(file string) ([]finding, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	source := llb.NewSourceMap(nil, file, "Dockerfile", text)
	source.Definition = &llb.Definition{}
	results, err := dockerfile2llb.DockerfileLint(context.Background(), text, dockerfile2llb.ConvertOpt{
		SourceMap:    source,
		MetaResolver: anyImage{},
	})
	if err != nil {
		return nil, err
	}
	var all []finding
	for _, w := range results.Warnings {
		all = append(all, finding{firstLine(w.Location), w.RuleName, w.Detail})
	}
	if e := results.Error; e != nil {
		all = append(all, finding{firstLine(&e.Location), "error", e.Message})
	}
	slices.SortStableFunc(all, func(a, b finding) int { return cmp.Compare(a.line, b.line) })
	// BuildKit repeats the findings of shared lines for each stage.
	return slices.Compact(all), nil
}

func firstLine(location *pb.Location) int32 {
	for _, r := range location.GetRanges() {
		return r.GetStart().GetLine()
	}
	return 0
}

// anyImage is a fake registry: every base image exists, for every platform, and sets only PATH.
type anyImage struct{}

func (anyImage) ResolveImageConfig(_ context.Context, ref string, opt sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	image := dockerspec.DockerOCIImage{}
	image.OS, image.Architecture = "linux", "amd64"
	if opt.Platform != nil {
		image.Platform = *opt.Platform
	}
	image.Config.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
	image.RootFS.DiffIDs = []digest.Digest{digest.FromString(ref)} // without a layer it would count as scratch
	config, err := json.Marshal(image)
	return ref, "", config, err
}
