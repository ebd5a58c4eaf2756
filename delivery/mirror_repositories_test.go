package delivery_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
)

// mirror is two bare repositories and the environment of mirror.sh, run between them. The target behaves like CodeCommit:
// its default branch cannot be deleted, and only the API changes the default.
type mirror struct {
	t                    *testing.T
	folder               string
	source, target       string
	environment          []string
	base, next, unlinked string // commits: the first, one after it, and one of another history
}

// fakeAWS answers the script's calls of the AWS CLI, and logs them.
const fakeAWS = `#!/bin/bash
echo "$*" >>"$FOLDER/calls"
case "$1 $2" in
"codecommit update-default-branch")
	[ ! -e "$FOLDER/kill-in-aws" ] || kill -KILL 0
	[ ! -e "$FOLDER/fail-in-aws" ] || exit 254
	git --git-dir="$FOLDER/target.git" show-ref --quiet --verify "refs/heads/$6" || { echo BranchDoesNotExistException >&2; exit 254; }
	git --git-dir="$FOLDER/target.git" symbolic-ref HEAD "refs/heads/$6"
	;;
"codecommit credential-helper")
	cat >"$FOLDER/asked"
	[ "$3" != get ] || printf 'username=role\npassword=signed\n'
	;;
"s3 cp")
	[ "$4" = s3://artifacts/delivery/abc/mirror.sh ] && cp mirror.sh "$5"
	;;
esac
`

// newMirror creates a source with the branch main, and an empty target.
func newMirror(t *testing.T) *mirror {
	t.Helper()
	t.Parallel()
	folder := t.TempDir()
	m := &mirror{t: t, folder: folder, source: filepath.Join(folder, "source.git"), target: filepath.Join(folder, "target.git")}
	require.NoError(t, os.MkdirAll(filepath.Join(folder, "tmp"), 0o700))
	m.environment = []string{
		"PATH=" + filepath.Join(folder, "bin") + ":" + os.Getenv("PATH"), "HOME=" + folder, "TMPDIR=" + filepath.Join(folder, "tmp"),
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_TEST_FSYNC=0", "FOLDER=" + folder,
		"GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=A", "GIT_COMMITTER_EMAIL=a@example.com",
		"SOURCE_URL=" + m.source, "TARGET_URL=" + m.target, "BRANCH=main", "REPOSITORY_NAME=legops-test-matters",
	}
	m.install("bin/aws", fakeAWS)
	for _, repository := range []string{m.source, m.target} {
		m.git("init", "--quiet", "--bare", "--initial-branch", "main", repository)
	}
	m.base = m.commit("base")
	m.next = m.commit("next", m.base)
	m.unlinked = m.commit("unlinked")
	m.set("refs/heads/main", m.base)
	return m
}

// install writes a program, in a separate process, so that no file is open for writing when a parallel test forks.
func (m *mirror) install(path, text string) {
	m.t.Helper()
	write := exec.Command("install", "-D", "-m", "755", "/dev/stdin", filepath.Join(m.folder, path))
	write.Stdin = strings.NewReader(text)
	out, code := checkout.Output(m.t, write)
	require.Zero(m.t, code, out)
}

const hooks = "target.git/hooks/"

// hook sets a hook of the target; an empty text removes it.
func (m *mirror) hook(name, text string) {
	m.t.Helper()
	path := hooks + name
	if text == "" {
		require.NoError(m.t, os.Remove(filepath.Join(m.folder, path)))
		return
	}
	m.install(path, "#!/bin/bash\n"+text)
}

func (m *mirror) git(args ...string) string {
	m.t.Helper()
	return m.gitWith("", args...)
}

func (m *mirror) gitWith(input string, args ...string) string {
	m.t.Helper()
	command := exec.Command("git", args...)
	command.Env, command.Stdin = m.environment, strings.NewReader(input)
	out, code := checkout.Output(m.t, command)
	require.Zero(m.t, code, "git %v: %s", args, out)
	return strings.TrimSpace(out)
}

// commit creates a commit without files in the source.
func (m *mirror) commit(message string, parents ...string) string {
	m.t.Helper()
	args := []string{"--git-dir", m.source, "commit-tree", m.git("--git-dir", m.source, "mktree"), "-m", message}
	for _, parent := range parents {
		args = append(args, "-p", parent)
	}
	return m.git(args...)
}

// set sets refs of the source: name, commit, name, commit... An empty commit deletes the ref.
func (m *mirror) set(pairs ...string) {
	m.t.Helper()
	m.setIn(m.source, pairs...)
}

func (m *mirror) setIn(repository string, pairs ...string) {
	m.t.Helper()
	var deletions, updates string
	for pair := range slices.Chunk(pairs, 2) {
		if pair[1] == "" {
			deletions += "delete " + pair[0] + "\n"
		} else {
			updates += "update " + pair[0] + " " + pair[1] + "\n"
		}
	}
	for _, commands := range []string{deletions, updates} { // a folder of branches may replace a branch
		if commands != "" {
			m.gitWith(commands, "--git-dir", repository, "update-ref", "--stdin")
		}
	}
}

// run runs the script in a process group of its own: a hook of the target that kills its group kills it.
func (m *mirror) run(environment ...string) (output string, code int) {
	m.t.Helper()
	command := exec.Command("bash", "mirror.sh")
	command.Env = append(slices.Clone(m.environment), environment...)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return checkout.Output(m.t, command)
}

// carries runs the script, checks that it succeeds and leaves a copy, and returns its output.
func (m *mirror) carries(environment ...string) string {
	m.t.Helper()
	out, code := m.run(environment...)
	require.Zero(m.t, code, out)
	assert.Equal(m.t, m.wanted(), m.refs(m.target), out)
	assert.Equal(m.t, "refs/heads/main", m.git("--git-dir", m.target, "symbolic-ref", "HEAD"), out)
	m.git("--git-dir", m.target, "fsck", "--connectivity-only", "--no-dangling")
	left, err := os.ReadDir(filepath.Join(m.folder, "tmp"))
	require.NoError(m.t, err)
	assert.Empty(m.t, left, "the script leaves no file behind")
	return out
}

// refs returns the refs of a repository with their commits or tag objects.
func (m *mirror) refs(repository string) map[string]string {
	m.t.Helper()
	refs := map[string]string{}
	for line := range strings.Lines(m.git("ls-remote", "--refs", repository)) {
		object, ref, _ := strings.Cut(strings.TrimSpace(line), "\t")
		refs[ref] = object
	}
	return refs
}

// wanted returns the branches and tags of the source.
func (m *mirror) wanted() map[string]string {
	m.t.Helper()
	refs := m.refs(m.source)
	maps.DeleteFunc(refs, func(ref, _ string) bool {
		return !strings.HasPrefix(ref, "refs/heads/") && !strings.HasPrefix(ref, "refs/tags/")
	})
	return refs
}

// said returns the script's lines about single refs: the first two words after its name, sorted.
func said(out string) (lines []string) {
	for line := range strings.Lines(out) {
		words := strings.Fields(line)
		if len(words) >= 3 && words[0] == "mirror:" && slices.Contains([]string{"created", "updated", "forced", "deleted"}, words[1]) {
			lines = append(lines, words[1]+" "+words[2])
		}
	}
	slices.Sort(lines)
	return lines
}
