// Package delivery holds what runs between a push and a release: the buildspecs of CodeBuild, the scripts they call, and
// the hooks that CodeDeploy runs on the deployer. The program puts all of it into the artifact bucket, so that an
// application's repository needs no more than its Dockerfile.
package delivery

import (
	"embed"
	"io/fs"
)

//go:embed *.sh release
var files embed.FS

// Files are the scripts, by their paths here.
func Files() (map[string]string, error) {
	all := map[string]string{}
	for _, pattern := range []string{"*.sh", "release/*"} {
		paths, err := fs.Glob(files, pattern)
		if err != nil {
			return nil, err
		}
		for _, path := range paths {
			text, err := files.ReadFile(path)
			if err != nil {
				return nil, err
			}
			all[path] = string(text)
		}
	}
	return all, nil
}

// MirrorBuildspec is what CodeBuild runs to mirror a repository.
//
//go:embed mirror.yml
var MirrorBuildspec string

// BuildBuildspec is what CodeBuild runs to make a release of a commit.
//
//go:embed build.yml
var BuildBuildspec string

// LoadTestBuildspec is what CodeBuild runs to put the platform under load.
//
//go:embed loadtest.yml
var LoadTestBuildspec string
