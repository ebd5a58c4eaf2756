package delivery_test

import (
	"maps"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
)

// Over HTTPS the target is CodeCommit, which accepts only the credentials that its helper computes from the path.
func TestMirrorAsksCodeCommitForCredentials(t *testing.T) {
	m := newMirror(t)
	m.git("--git-dir", m.target, "config", "http.receivepack", "true")
	backend := &cgi.Handler{
		Path: filepath.Join(m.git("--exec-path"), "git-http-backend"),
		Env:  append(slices.Clone(m.environment), "GIT_PROJECT_ROOT="+m.folder, "GIT_HTTP_EXPORT_ALL=1"),
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "role" || password != "signed" {
			w.Header().Set("WWW-Authenticate", `Basic realm="CodeCommit"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		backend.ServeHTTP(w, r)
	}))
	defer server.Close()
	// Git must not ask the build's own helper, which is for GitHub.
	global := filepath.Join(m.folder, "gitconfig")
	checkout.Write(t, m.folder, map[string]string{"gitconfig": "[credential]\n\thelper = \"!printf 'username=github\\\\npassword=token\\\\n' #\"\n"})
	m.set("refs/heads/old", m.base)
	m.carries("TARGET_URL="+server.URL+"/target.git", "GIT_CONFIG_GLOBAL="+global)
	assert.Contains(t, checkout.Read(t, m.folder, "asked"), "path=target.git\n", "the signature covers the path")

	m.set("refs/heads/old", "", "refs/heads/main", m.next)
	m.carries("TARGET_URL="+server.URL+"/target.git", "GIT_CONFIG_GLOBAL="+global)
}

// The script reuses CodeBuild's clone: it does not download objects that the clone has.
func TestMirrorUsesTheCloneOfTheBuild(t *testing.T) {
	m := newMirror(t)
	clone := filepath.Join(m.folder, "clone")
	m.git("clone", "--quiet", m.source, clone)
	packs := filepath.Join(m.folder, "packs")
	global := filepath.Join(m.folder, "gitconfig")
	m.install("hook", "#!/bin/bash\necho pack >>"+packs+"\nexec \"$@\"\n")
	checkout.Write(t, m.folder, map[string]string{"gitconfig": "[uploadpack]\n\tpackObjectsHook = " + filepath.Join(m.folder, "hook") + "\n"})

	m.carries("GIT_CONFIG_GLOBAL="+global, "GIT_ALTERNATE_OBJECT_DIRECTORIES="+filepath.Join(clone, ".git/objects"))
	assert.NoFileExists(t, packs)
	m.carries("GIT_CONFIG_GLOBAL=" + global)
	assert.FileExists(t, packs, "without the clone the script downloads the objects")
}

func TestMirrorBuildspec(t *testing.T) {
	m := newMirror(t)
	spec := buildspec(t, "mirror.yml")
	assert.Equal(t, "bash", spec.Env.Shell)
	assert.Equal(t, "yes", spec.Env.GitCredentialHelper, "without it the build has no token for the source")
	require.Equal(t, []string{"build"}, slices.Collect(maps.Keys(spec.Phases)))
	m.git("clone", "--quiet", m.source, filepath.Join(m.folder, "clone"))
	for _, command := range spec.Phases["build"].Commands {
		run := exec.Command("bash", "-c", strings.ReplaceAll(command, "/tmp/", filepath.Join(m.folder, "tmp")+"/"))
		run.Env = append(slices.Clone(m.environment), "SCRIPTS=s3://artifacts/delivery/abc", "CODEBUILD_SRC_DIR="+filepath.Join(m.folder, "clone"))
		out, code := checkout.Output(t, run)
		require.Zero(t, code, "%s: %s", command, out)
	}
	assert.Equal(t, m.wanted(), m.refs(m.target))
}
