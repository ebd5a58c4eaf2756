package delivery_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
)

func TestMirrorCarries(t *testing.T) {
	for name, change := range map[string]struct {
		before func(m *mirror) // on both sides when the second run starts
		change func(m *mirror)
		said   []string
	}{
		"nothing":       {change: func(*mirror) {}},
		"a new branch":  {change: func(m *mirror) { m.set("refs/heads/feature/ä+b@c", m.next) }, said: []string{"created refs/heads/feature/ä+b@c"}},
		"a push":        {change: func(m *mirror) { m.set("refs/heads/main", m.next) }, said: []string{"updated refs/heads/main"}},
		"a forced push": {change: func(m *mirror) { m.set("refs/heads/main", m.unlinked) }, said: []string{"forced refs/heads/main"}},
		"a branch set back": {
			before: func(m *mirror) { m.set("refs/heads/main", m.next) },
			change: func(m *mirror) { m.set("refs/heads/main", m.base) },
			said:   []string{"forced refs/heads/main"},
		},
		"a deleted branch": {
			before: func(m *mirror) { m.set("refs/heads/old", m.next) },
			change: func(m *mirror) { m.set("refs/heads/old", "") },
			said:   []string{"deleted refs/heads/old"},
		},
		"tags": {
			change: func(m *mirror) {
				m.set("refs/tags/light", m.next)
				m.git("--git-dir", m.source, "tag", "-a", "-m", "annotated", "v1", m.unlinked)
				m.git("--git-dir", m.source, "tag", "-a", "-m", "of a tag", "v1-again", "v1")
			},
			said: []string{"created refs/tags/light", "created refs/tags/v1", "created refs/tags/v1-again"},
		},
		"a moved tag": {
			before: func(m *mirror) { m.set("refs/tags/v1", m.base) },
			change: func(m *mirror) { m.git("--git-dir", m.source, "tag", "--force", "-a", "-m", "moved", "v1", m.next) },
			said:   []string{"forced refs/tags/v1"},
		},
		"a deleted tag": {
			before: func(m *mirror) { m.git("--git-dir", m.source, "tag", "-a", "-m", "annotated", "v1", m.next) },
			change: func(m *mirror) { m.set("refs/tags/v1", "") },
			said:   []string{"deleted refs/tags/v1"},
		},
		"a branch and a tag of one name": {
			change: func(m *mirror) { m.set("refs/heads/v1", m.next, "refs/tags/v1", m.base) },
			said:   []string{"created refs/heads/v1", "created refs/tags/v1"},
		},
		"a branch that becomes a folder": {
			before: func(m *mirror) { m.set("refs/heads/a", m.base) },
			change: func(m *mirror) { m.set("refs/heads/a", "", "refs/heads/a/b", m.next) },
			said:   []string{"created refs/heads/a/b", "deleted refs/heads/a"},
		},
		"a folder that becomes a branch": {
			before: func(m *mirror) { m.set("refs/heads/a/b", m.base, "refs/heads/a/c", m.base) },
			change: func(m *mirror) { m.set("refs/heads/a/b", "", "refs/heads/a/c", "", "refs/heads/a", m.next) },
			said:   []string{"created refs/heads/a", "deleted refs/heads/a/b", "deleted refs/heads/a/c"},
		},
		"refs of the source that are neither branch nor tag": {
			change: func(m *mirror) {
				m.set("refs/pull/1/head", m.next, "refs/pull/refs/heads/1", m.next, "refs/notes/commits", m.next)
			},
		},
		"foreign refs in the target": {
			change: func(m *mirror) {
				m.setIn(m.target, "refs/pull/1/head", m.base, "refs/notes/commits", m.base, "refs/heads/foreign", m.base, "refs/tags/foreign", m.base)
			},
			said: []string{"deleted refs/heads/foreign", "deleted refs/notes/commits", "deleted refs/pull/1/head", "deleted refs/tags/foreign"},
		},
		"a branch pushed to the target": {
			before: func(m *mirror) { m.set("refs/heads/other", m.next) },
			change: func(m *mirror) { m.setIn(m.target, "refs/heads/main", m.next) },
			said:   []string{"forced refs/heads/main"},
		},
		"another default branch": {
			before: func(m *mirror) { m.set("refs/heads/master", m.base) },
			change: func(m *mirror) {
				m.git("--git-dir", m.target, "symbolic-ref", "HEAD", "refs/heads/master")
				m.set("refs/heads/master", "")
			},
			said: []string{"deleted refs/heads/master"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMirror(t)
			if change.before != nil {
				change.before(m)
			}
			m.carries()
			change.change(m)
			out := m.carries()
			assert.Equal(t, change.said, said(out), out)
			again := m.carries()
			assert.Empty(t, said(again), again)
			assert.Contains(t, again, fmt.Sprintf("mirror: %s is a copy of %s: %d branches and tags\n", m.target, m.source, len(m.wanted())))
		})
	}
}

func TestMirrorReportsAnUpdatedBranch(t *testing.T) {
	m := newMirror(t)
	m.carries()
	m.set("refs/heads/main", m.next)
	assert.Contains(t, m.carries(), fmt.Sprintf("mirror: updated refs/heads/main %s..%s\n", m.base[:7], m.next[:7]))
}

// CodeCommit accepts 4,000 refs in one push; the script pushes far fewer at a time, until it has pushed all.
func TestMirrorPushesInBatches(t *testing.T) {
	m := newMirror(t)
	m.hook("pre-receive", `wc -l >>"$FOLDER/batches"`)
	var tags, none []string
	for i := range 501 {
		tag := fmt.Sprintf("refs/tags/v%d", i)
		tags, none = append(tags, tag, m.base), append(none, tag, "")
	}
	m.set(tags...)
	assert.Len(t, said(m.carries()), 502)
	m.set(none...)
	assert.Len(t, said(m.carries()), 501)
	assert.Equal(t, []string{"500", "2", "500", "1"}, strings.Fields(checkout.Read(t, m.folder, "batches")))
}

// A refused ref holds up no other. The script reports it with the reason, and pushes it once the target accepts it.
func TestMirrorOfARefusedRef(t *testing.T) {
	for name, hook := range map[string]struct{ name, text, reason string }{
		"by itself":          {"update", `[[ $1 != */bad ]]`, "[remote rejected] (hook declined)"},
		"with its push":      {"pre-receive", `! grep -q /bad$`, "[remote rejected] (pre-receive hook declined)"},
		"and its connection": {"pre-receive", `! grep -q /bad$ || kill -KILL $PPID`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMirror(t)
			m.set("refs/heads/old", m.base)
			m.carries()
			m.hook(hook.name, hook.text)
			changes := []string{"refs/heads/bad", m.next, "refs/heads/main", m.next, "refs/heads/old", ""}
			for i := range 60 {
				changes = append(changes, fmt.Sprintf("refs/tags/v%d", i), m.unlinked)
			}
			m.set(changes...)
			out, code := m.run()
			assert.Equal(t, 1, code, out)
			reason := "the target did not answer"
			if hook.reason != "" {
				reason = "refused by the target: " + hook.reason
			}
			assert.Contains(t, out, "mirror: refs/heads/bad differs, "+reason+"\n")
			assert.Equal(t, 1, strings.Count(out, " differs, "), out)
			assert.Contains(t, out, "mirror: "+m.target+" is not a copy of "+m.source+"\n")
			all := m.wanted()
			delete(all, "refs/heads/bad")
			assert.Equal(t, all, m.refs(m.target), out)

			m.hook(hook.name, "")
			assert.Equal(t, []string{"created refs/heads/bad"}, said(m.carries()))
		})
	}
}

func TestMirrorOfARefusedDeletion(t *testing.T) {
	m := newMirror(t)
	m.set("refs/heads/bad", m.base, "refs/heads/old", m.base)
	m.carries()
	m.hook("update", `[[ $1 != */bad ]]`)
	m.set("refs/heads/bad", "", "refs/heads/old", "")
	out, code := m.run()
	assert.Equal(t, 1, code, out)
	assert.Contains(t, out, "mirror: refs/heads/bad differs, refused by the target: [remote rejected] (hook declined)\n")
	assert.Equal(t, map[string]string{"refs/heads/main": m.base, "refs/heads/bad": m.base}, m.refs(m.target))
	m.hook("update", "")
	m.carries()
}

// Wherever the script and its children are killed, the next run repairs the rest.
func TestMirrorKilled(t *testing.T) {
	for moment, hook := range map[string]struct{ path, text string }{
		"before the first push":   {hooks + "pre-receive", `kill -KILL 0`},
		"between two refs":        {hooks + "update", `[[ $1 != */new-2 ]] || kill -KILL 0`},
		"before the answer":       {hooks + "post-receive", `kill -KILL 0`},
		"at the default branch":   {"kill-in-aws", ""}, // of the fake
		"before the deletion":     {hooks + "pre-receive", `! grep -q ' 0000000000000000000000000000000000000000 ' || kill -KILL 0`},
		"between two deletions":   {hooks + "update", `[[ $1 != */old-2 ]] || kill -KILL 0`},
		"when everything is done": {hooks + "post-receive", `! grep -q ' 0000000000000000000000000000000000000000 ' || kill -KILL 0`},
	} {
		t.Run(moment, func(t *testing.T) {
			m := newMirror(t)
			m.set("refs/heads/master", m.base, "refs/heads/old-1", m.base, "refs/heads/old-2", m.base, "refs/tags/v1", m.base)
			m.carries()
			m.git("--git-dir", m.target, "symbolic-ref", "HEAD", "refs/heads/master")
			m.set("refs/heads/master", "", "refs/heads/old-1", "", "refs/heads/old-2", "", "refs/tags/v1", m.next,
				"refs/heads/main", m.unlinked, "refs/heads/new-1", m.next, "refs/heads/new-2", m.next, "refs/heads/new-3", m.next)
			m.install(hook.path, "#!/bin/bash\n"+hook.text)
			out, code := m.run()
			require.Equal(t, -1, code, "it was not killed: %s", out)
			require.NoError(t, os.Remove(filepath.Join(m.folder, hook.path)))
			// A killed script cannot clean up; the machine of a build ends with the build.
			require.NoError(t, os.RemoveAll(filepath.Join(m.folder, "tmp")))
			require.NoError(t, os.Mkdir(filepath.Join(m.folder, "tmp"), 0o700))
			m.carries()
			again := m.carries()
			assert.Empty(t, said(again), again)
		})
	}
}

// A push to the source during a run starts no other run: the current one has to see it.
func TestMirrorOfASourceThatChanges(t *testing.T) {
	m := newMirror(t)
	m.set("refs/heads/doomed", m.base)
	m.hook("post-receive", fmt.Sprintf(`export GIT_DIR=%s
git update-ref refs/heads/late %s
git update-ref refs/heads/main %[2]s
git update-ref -d refs/heads/doomed`, m.source, m.next))
	out := m.carries()
	assert.Equal(t, []string{
		"created refs/heads/doomed", "created refs/heads/late", "created refs/heads/main", "deleted refs/heads/doomed", "updated refs/heads/main",
	}, said(out), out)
}

func TestMirrorOfASourceThatKeepsChanging(t *testing.T) {
	m := newMirror(t)
	m.hook("post-receive", fmt.Sprintf(`export GIT_DIR=%s
git update-ref refs/heads/busy "$(git commit-tree -m more -p %s "%[2]s^{tree}")"
git update-ref "refs/tags/more-$(git tag | wc -l)" %[2]s`, m.source, m.base))
	out, code := m.run("ATTEMPTS=3")
	assert.Equal(t, 1, code, out)
	assert.Contains(t, out, "mirror: refs/tags/more-2 differs, the source changed again\n")
	assert.Contains(t, m.refs(m.source), "refs/tags/more-2")
	assert.NotContains(t, m.refs(m.source), "refs/tags/more-3", "it stops after three rounds")
	m.hook("post-receive", "")
	m.carries()
}

func TestMirrorOfAnEmptySource(t *testing.T) {
	m := newMirror(t)
	m.set("refs/heads/old", m.base)
	m.carries()
	full := m.refs(m.target)
	m.set("refs/heads/old", "", "refs/heads/main", "", "refs/pull/1/head", m.next)
	out, code := m.run()
	assert.Equal(t, 1, code, out)
	assert.Contains(t, out, "mirror: "+m.source+" has no branch and no tag; nothing is deleted in "+m.target+"\n")
	assert.Equal(t, full, m.refs(m.target), "one mistake in the source must not empty the copy")

	m.setIn(m.target, "refs/heads/old", "", "refs/heads/main", "")
	out, code = m.run()
	assert.Equal(t, 1, code, out)
	assert.Empty(t, m.refs(m.target))
	m.set("refs/heads/main", m.base)
	m.carries()
}

// If the source lacks BRANCH, CodeCommit keeps its default branch; the script mirrors everything else first.
func TestMirrorWithoutItsBranch(t *testing.T) {
	m := newMirror(t)
	m.set("refs/heads/old", m.base)
	m.carries()
	m.set("refs/heads/main", "", "refs/heads/old", "", "refs/heads/trunk", m.next)
	out, code := m.run()
	assert.Equal(t, 1, code, out)
	assert.Contains(t, out, "is not a copy of "+m.source+": "+m.source+" has no branch main\n")
	assert.Contains(t, out, "mirror: refs/heads/main differs, refused by the target: ")
	assert.Equal(t, map[string]string{"refs/heads/main": m.base, "refs/heads/trunk": m.next}, m.refs(m.target))
}

func TestMirrorChoosesTheDefaultBranch(t *testing.T) {
	m := newMirror(t)
	m.carries()
	assert.Equal(t, "codecommit update-default-branch --repository-name legops-test-matters --default-branch-name main\n", checkout.Read(t, m.folder, "calls"))

	require.NoError(t, os.Remove(filepath.Join(m.folder, "calls")))
	m.carries("REPOSITORY_NAME=")
	assert.NoFileExists(t, filepath.Join(m.folder, "calls"), "only CodeCommit has this API")

	checkout.Write(t, m.folder, map[string]string{"fail-in-aws": ""})
	m.set("refs/heads/main", m.next)
	out, code := m.run()
	assert.Equal(t, 1, code, out)
	assert.Contains(t, out, ": main could not be made the default branch of legops-test-matters\n")
	assert.Equal(t, m.wanted(), m.refs(m.target), "the script pushes the refs all the same")
}

func TestMirrorOfAMissingRepository(t *testing.T) {
	m := newMirror(t)
	m.carries()
	full := m.refs(m.target)
	out, code := m.run("SOURCE_URL=" + filepath.Join(m.folder, "absent.git"))
	assert.NotZero(t, code, out)
	assert.Contains(t, out, "absent.git")
	assert.Equal(t, full, m.refs(m.target))
	out, code = m.run("TARGET_URL=" + filepath.Join(m.folder, "absent.git"))
	assert.NotZero(t, code, out)
	assert.Contains(t, out, "absent.git")
	for _, name := range []string{"SOURCE_URL", "TARGET_URL", "BRANCH"} {
		out, code = m.run(name + "=")
		assert.NotZero(t, code, out)
		assert.Contains(t, out, name+": is missing")
	}
}
