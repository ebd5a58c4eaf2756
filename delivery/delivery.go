// Package delivery holds the programs that run between a push and a release: the buildspecs of CodeBuild, the scripts they
// call, and the hooks that CodeDeploy runs on the deployer. The program uploads them to the artifact bucket, so that an
// application's repository needs only its Dockerfile.
package delivery

import (
	"embed"
	"io/fs"
	"path"
)

//go:embed *.sh release
var files embed.FS

//go:embed restore
var restore embed.FS

// Files returns the scripts by their paths in this folder.
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

// MirrorBuildspec is the buildspec that mirrors a repository.
//
//go:embed mirror.yml
var MirrorBuildspec string

// BuildBuildspec is the buildspec that builds a release of a commit.
//
//go:embed build.yml
var BuildBuildspec string

// RestoreFiles returns the scripts of a restore drill by their paths in the folder restore.
func RestoreFiles() (map[string]string, error) {
	all := map[string]string{}
	entries, err := restore.ReadDir("restore")
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		text, err := restore.ReadFile(path.Join("restore", entry.Name()))
		if err != nil {
			return nil, err
		}
		all[entry.Name()] = string(text)
	}
	return all, nil
}

// RestoreBuildspec is the buildspec of a restore drill.
//
//go:embed restore.yml
var RestoreBuildspec string

// LoadTestBuildspec is the buildspec that puts the platform under load.
//
//go:embed loadtest.yml
var LoadTestBuildspec string
