package offline

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// compileLimits and compileFlags are those of COMPILE in the Makefile. Without the limits, one package of the AWS SDK takes more memory
// than a runner has. Paths and commits stay out of the program, so that another folder or commit does not compile or link it again.
var (
	compileLimits = []string{"GOGC=200", "GOMEMLIMIT=2700MiB"}
	compileFlags  = []string{"-trimpath", compileSDKs, "-buildvcs=false", "-ldflags", "-s -w"}
)

// compileSDKs is SDKS in the Makefile, which says why.
const compileSDKs = "-gcflags=github.com/pulumi/pulumi-.../sdk/...=-l"

// Compile is the command that compiles the program of a folder, in a person's environment, with the proxy of modules. The compiler runs
// nothing of the source.
func Compile(ctx context.Context, dir, program string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", slices.Concat([]string{"build"}, compileFlags, []string{"-o", program, "."})...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), compileLimits...)
	return cmd
}

// build compiles the program in Root unless it did so before and nothing has changed since. Go would look itself, which takes it
// 0.6 seconds of processor time, an eighth of a preview.
func (s *Session) build(ctx context.Context) ([]byte, error) {
	sources, err := s.sources(ctx)
	if err != nil {
		return nil, err
	}
	record := s.Program() + ".sources"
	if last, err := os.ReadFile(record); err == nil && bytes.Equal(last, s.built(sources)) {
		return nil, nil
	}
	if out, err := Compile(ctx, s.root, s.Program()).CombinedOutput(); err != nil {
		return out, err
	}
	return nil, os.WriteFile(record, s.built(sources), 0o600)
}

// built is what is recorded of a program that was built of the sources. Another one in its place has another size: make updates the
// time of a program that it finds up to date.
func (s *Session) built(sources []byte) []byte {
	info, err := os.Stat(s.Program())
	if err != nil {
		return nil // there is none
	}
	return fmt.Appendf(nil, "%x %d\n", sources, info.Size())
}

// sources identifies what a build depends on without reading it: names, sizes and times of the files in Root, but for those of tools
// and in hidden folders, which no package embeds; the settings of go.
func (s *Session) sources(ctx context.Context) ([]byte, error) {
	sum := sha256.New()
	settings, err := s.settings(ctx)
	if err != nil {
		return nil, err
	}
	_, _ = fmt.Fprintln(sum, settings)
	err = filepath.WalkDir(s.root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if path != s.root && (path == s.tools() || strings.HasPrefix(entry.Name(), ".") || entry.Name() == "node_modules") {
				return fs.SkipDir
			}
			return nil
		}
		info, err := entry.Info()
		if err == nil {
			_, _ = fmt.Fprintln(sum, path, info.Size(), info.ModTime().UnixNano())
		}
		return err
	})
	return sum.Sum(nil), err
}

var (
	// goSettings change what is compiled; go works out their values from the environment, go env -w and its defaults. GOVERSION and
	// GOROOT say which compiler it is, also if GOTOOLCHAIN names another.
	goSettings = []string{"GOVERSION", "GOROOT", "GOOS", "GOARCH", "GOAMD64", "GOARM64", "GOEXPERIMENT", "GOFIPS140", "GOWORK", "GO111MODULE", "CGO_ENABLED", "CC", "CXX", "AR"}
	// cSettings likewise, but go takes long to work them out: only those of the environment are seen.
	cSettings = []string{"CGO_CFLAGS", "CGO_CPPFLAGS", "CGO_CXXFLAGS", "CGO_LDFLAGS", "PKG_CONFIG", "GO_EXTLINK_ENABLED"}
)

// settings are the settings of go that change what is compiled, so that a terminal and make, which sets others, share a program.
func (s *Session) settings(ctx context.Context) (string, error) {
	cmd := exec.CommandContext(ctx, "go", append([]string{"env", "GOFLAGS"}, goSettings...)...)
	var reason bytes.Buffer
	cmd.Dir, cmd.Stderr = s.root, &reason
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%v: %w\n%s", cmd.Args, err, reason.Bytes())
	}
	flags, rest, _ := strings.Cut(string(out), "\n")
	settings := append(slices.DeleteFunc(strings.Fields(flags), stated), rest)
	for _, name := range cSettings {
		settings = append(settings, name+"="+os.Getenv(name))
	}
	return strings.Join(settings, "\n"), nil
}

// stated says whether Compile states a flag of GOFLAGS itself, whatever its value there. Only -gcflags may have several, each of other packages.
func stated(flag string) bool {
	flag = "-" + strings.TrimLeft(flag, "-")
	name, _, _ := strings.Cut(flag, "=")
	return slices.ContainsFunc(compileFlags, func(own string) bool {
		ownName, _, _ := strings.Cut(own, "=")
		return own == flag || ownName == name && name != "-gcflags"
	})
}
