// Package loadtest holds the load tests: k6 scripts, and the scripts that run them and write their report. The program
// uploads them to the artifact bucket, from which a CodeBuild project of the account downloads them.
package loadtest

import (
	"embed"
	"io/fs"
	"strings"
)

// The accounts' load tests need no baselines of a laptop.
const localBaselines = "baselines/local-"

//go:embed run.sh *.js *.mjs environments.json lib baselines
var files embed.FS

// Files returns the scripts by their paths in this folder.
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
