// Package loadtest holds the load tests: k6 scripts with what runs them and makes their report. The program puts all of it
// into the artifact bucket, from where a CodeBuild project of the account takes it.
package loadtest

import (
	"embed"
	"io/fs"
	"strings"
)

// A comparison with somebody's laptop says nothing in an account.
const localBaselines = "baselines/local-"

//go:embed run.sh *.js *.mjs environments.json lib baselines
var files embed.FS

// Files are the scripts, by their paths here.
func Files() (map[string]string, error) {
	all := map[string]string{}
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(path, localBaselines) {
			return err
		}
		text, err := files.ReadFile(path)
		all[path] = string(text)
		return err
	})
	return all, err
}
