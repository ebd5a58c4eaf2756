package tests

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
	"legops/internal/recorder"
	"legops/stacks"
)

// lifecycleRule is a rule of a lifecycle policy of ECR, as far as those of the platform go.
type lifecycleRule struct {
	RulePriority int
	Selection    struct {
		TagStatus, CountType, CountUnit string
		TagPatternList                  []string
		CountNumber                     int
	}
}

// pushedImage is an image or an index in a repository. A tag that is added later does not change when it was pushed
// (aws/containers-roadmap#2746, #214).
type pushedImage struct {
	digest string
	tags   []string
	pushed int      // days since the repository was made
	names  []string // digests in an index
}

// containerRepository is a repository of ECR with immutable tags, oldest image first.
type containerRepository struct {
	t      *testing.T
	rules  []lifecycleRule
	images []*pushedImage
	day    int
	// tag and record are those of any release.
	tag, record string
}

// at is the image of a digest, nil if it is gone.
func (r *containerRepository) at(digest string) *pushedImage {
	for _, image := range r.images {
		if image.digest == digest {
			return image
		}
	}
	return nil
}

// put is PutImage: what is there already gets a further tag, and keeps its age.
func (r *containerRepository) put(manifest, tag string) {
	digest := fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(manifest)))
	var index struct{ Manifests []struct{ Digest string } }
	require.NoError(r.t, json.Unmarshal([]byte(manifest), &index))
	if slices.ContainsFunc(r.images, func(image *pushedImage) bool { return image.digest != digest && slices.Contains(image.tags, tag) }) {
		r.t.Fatalf("ImageTagAlreadyExistsException: %s", tag)
	}
	image := r.at(digest)
	if image == nil {
		image = &pushedImage{digest: digest, pushed: r.day}
		for _, m := range index.Manifests {
			if r.at(m.Digest) == nil {
				r.t.Fatalf("ReferencedImagesNotFoundException: %s", m.Digest)
			}
			image.names = append(image.names, m.Digest)
		}
		r.images = append(r.images, image)
	}
	if !slices.Contains(image.tags, tag) {
		image.tags = append(image.tags, tag)
	}
}

// expire applies the policy, as "Automate the cleanup of images by using lifecycle policies" in the user guide of ECR has it: every
// rule looks at all images, those of rules before it included; it marks those that no rule before it matches by its tags; and
// what an index names goes after the index only.
func (r *containerRepository) expire() {
	marked, matched := map[*pushedImage]bool{}, map[*pushedImage]bool{}
	for _, rule := range slices.SortedFunc(slices.Values(r.rules), func(a, b lifecycleRule) int { return a.RulePriority - b.RulePriority }) {
		s := rule.Selection
		var selected []*pushedImage
		for _, image := range slices.Backward(r.images) { // the newest first
			if s.TagStatus == "untagged" && len(image.tags) == 0 || s.TagStatus == "tagged" && len(image.tags) > 0 && allMatch(s.TagPatternList, image.tags) {
				selected = append(selected, image)
			}
		}
		for i, image := range selected {
			tooMany := s.CountType == "imageCountMoreThan" && i >= s.CountNumber
			tooOld := s.CountType == "sinceImagePushed" && r.day-image.pushed > s.CountNumber
			if (tooMany || tooOld) && !matched[image] {
				marked[image] = true
			}
		}
		for _, image := range selected {
			matched[image] = true
		}
	}
	named := map[string]bool{}
	for _, image := range r.images {
		for _, digest := range image.names {
			named[digest] = true
		}
	}
	r.images = slices.DeleteFunc(r.images, func(image *pushedImage) bool { return marked[image] && !named[image.digest] })
	r.day++
}

// allMatch says whether each pattern matches one of the tags.
func allMatch(patterns, tags []string) bool {
	return !slices.ContainsFunc(patterns, func(pattern string) bool {
		return !slices.ContainsFunc(tags, func(tag string) bool {
			matches, err := path.Match(pattern, tag)
			return err == nil && matches
		})
	})
}

// keepAws stands for the CLI: it gives the manifest that is asked for, and keeps what is pushed.
const keepAws = `#!/bin/bash
case $2 in
batch-get-image) printf 'application/vnd.oci.image.manifest.v1+json\t%s\n' "$MANIFEST" ;;
put-image) while [ $# -gt 0 ]; do
	case $1 in
	--image-tag) printf '%s' "$2" >"$WORLD/tag" ;;
	--image-manifest) printf '%s' "$2" >"$WORLD/record" ;;
	esac
	shift
done ;;
esac
`

// repositoryOf is an empty repository with the policy of a stack.
func repositoryOf(t *testing.T, cfg *stacks.Config, made *recorder.Recorder) *containerRepository {
	t.Helper()
	expiry := made.One(t, "aws:ecr/lifecyclePolicy:LifecyclePolicy", "registry-"+cfg.Applications[0].Name+"-expiry")
	var policy struct{ Rules []lifecycleRule }
	require.NoError(t, json.Unmarshal([]byte(expiry.Text("policy")), &policy))
	for _, rule := range policy.Rules {
		require.Contains(t, []string{"imageCountMoreThan ", "sinceImagePushed days"}, rule.Selection.CountType+" "+rule.Selection.CountUnit)
	}
	r := &containerRepository{t: t, rules: policy.Rules}
	r.tag, r.record = recorded(t)
	return r
}

// imageOf is the manifest of the image of a commit, and its digest.
func imageOf(commit string) (manifest, digest string) {
	manifest = fmt.Sprintf(`{"schemaVersion":2,"annotations":{"commit":%q}}`, commit)
	return manifest, fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(manifest)))
}

// build is a run of a pipeline as far as the image: one that is there is not built again.
func (r *containerRepository) build(commit string) {
	manifest, digest := imageOf(commit)
	if r.at(digest) == nil {
		r.put(manifest, commit)
	}
	r.expire()
}

// builds are so many that are never released.
func (r *containerRepository) builds(prefix string, number int) {
	for i := range number {
		r.build(fmt.Sprintf("%s-%d", prefix, i))
	}
}

// The record of another release than the one that the script is run for differs in these.
const (
	anyCommit     = "0123456789abcdef0123456789abcdef01234567"
	anyDeployment = "d-0123456789"
)

// recorded is what delivery/release/keep.sh pushes when a release is found good: the tag, and the manifest of the record.
func recorded(t *testing.T) (tag, record string) {
	t.Helper()
	world := t.TempDir()
	checkout.Write(t, world, map[string]string{"aws": keepAws})
	manifest, digest := imageOf(anyCommit)
	hook := exec.Command("bash", "-c", "set -euo pipefail\n"+checkout.Read(t, root, "delivery/release/keep.sh")+"\nkeep")
	hook.Env = []string{
		"PATH=" + world + ":" + os.Getenv("PATH"), "WORLD=" + world, "MANIFEST=" + manifest, "COMMIT=" + anyCommit, "DEPLOYMENT_ID=" + anyDeployment,
		"IMAGE=111122223333.dkr.ecr.us-east-1.amazonaws.com/legops/matters@" + digest,
	}
	out, code := checkout.Output(t, hook)
	require.Zero(t, code, out)
	return checkout.Read(t, world, "tag"), checkout.Read(t, world, "record")
}

// release is a deployment that ends well.
func (r *containerRepository) release(commit, deployment string) {
	_, digest := imageOf(commit)
	_, anyDigest := imageOf(anyCommit)
	of := strings.NewReplacer(anyDigest, digest, anyCommit, commit, anyDeployment, deployment)
	r.put(of.Replace(r.record), of.Replace(r.tag))
	r.expire()
}

// releases are so many builds, each of them released.
func (r *containerRepository) releases(prefix string, number int) {
	for i := range number {
		commit := fmt.Sprintf("%s-%d", prefix, i)
		r.build(commit)
		r.release(commit, "d-"+commit)
	}
}

// What serves stays, and so does what would be gone back to, whatever happens after it.
func TestWhatServesStaysInTheRegistry(t *testing.T) {
	cases := map[string]struct {
		happens func(r *containerRepository, keep int)
		stays   []string // commits
	}{
		"500 builds that are never released": {func(r *containerRepository, _ int) {
			r.releases("good", 2)
			r.builds("later", 500)
		}, []string{"good-1", "good-0"}},
		"500 builds while one is released": {func(r *containerRepository, _ int) {
			r.releases("good", 1)
			r.build("next")
			r.release("next", "d-next")
			r.builds("later", 500)
		}, []string{"next", "good-0"}},
		"the same image, found good again and again": {func(r *containerRepository, keep int) {
			r.releases("good", 2)
			for i := range keep - 2 { // after failed releases, CodeDeploy deploys the last good one
				r.release("good-1", fmt.Sprintf("d-again-%d", i))
			}
			r.builds("later", 500)
		}, []string{"good-1", "good-0"}},
		"back to an old commit, by its release": {func(r *containerRepository, keep int) {
			r.releases("good", keep) // the image of the first is older than all others
			r.build("good-0")
			r.release("good-0", "d-again")
			r.builds("later", 500)
		}, []string{"good-0"}},
		"back to an old commit, and many releases before": {func(r *containerRepository, keep int) {
			r.releases("good", keep)
			r.build("good-0")
			r.release("good-0", "d-again")
			r.releases("more", keep-1) // the one released again is the oldest that stays
			r.builds("later", 500)
		}, []string{"good-0"}},
		"back to a commit whose image is gone": {func(r *containerRepository, keep int) {
			r.releases("good", 3*keep)
			_, gone := imageOf("good-0")
			require.Nil(r.t, r.at(gone))
			r.build("good-0")
			r.release("good-0", "d-again")
			r.builds("later", 500)
		}, []string{"good-0"}},
		"two releases at once": {func(r *containerRepository, _ int) {
			r.build("one")
			r.build("two")
			r.release("two", "d-2")
			r.release("one", "d-1")
			r.builds("later", 500)
		}, []string{"one", "two"}},
		"two releases of one commit at once": {func(r *containerRepository, _ int) {
			r.build("one")
			r.release("one", "d-1")
			r.release("one", "d-2")
			r.release("one", "d-2") // and one of the hooks a second time
			r.builds("later", 500)
		}, []string{"one"}},
		"a build that waits for its release, among the newest": {func(r *containerRepository, keep int) {
			r.releases("good", 3*keep)
			r.build("waits")
			r.releases("better", keep-1)
		}, []string{"waits"}},
	}
	each(t, func(t *testing.T, cfg *stacks.Config, made *recorder.Recorder) {
		for name, c := range cases {
			t.Run(name, func(t *testing.T) {
				r := repositoryOf(t, cfg, made)
				c.happens(r, cfg.Registry.KeepImages)
				for _, commit := range c.stays {
					_, digest := imageOf(commit)
					assert.NotNil(t, r.at(digest), "the image of %s is gone", commit)
				}
			})
		}
	})
}

// Nothing stays for ever: as many images stay as are asked for, of those that were released and of those that were not.
func TestTheRegistryLetsOldImagesGo(t *testing.T) {
	each(t, func(t *testing.T, cfg *stacks.Config, made *recorder.Recorder) {
		r, keep := repositoryOf(t, cfg, made), cfg.Registry.KeepImages
		r.releases("good", 3*keep)
		r.builds("waits", keep)
		r.releases("better", keep)
		r.expire() // the image of a record goes the time after it
		assert.Equal(t, map[string]int{"serving": keep, "better": keep}, r.kinds(), "the newest builds are the newest releases")

		r.builds("waits", 3*keep)
		assert.Equal(t, map[string]int{"serving": keep, "better": keep, "waits": 2 * keep}, r.kinds())
	})
}

// kinds are the numbers of images by the beginning of their first tag.
func (r *containerRepository) kinds() map[string]int {
	count := map[string]int{}
	for _, image := range r.images {
		kind, _, _ := strings.Cut(image.tags[0], "-")
		count[kind]++
	}
	return count
}

// A tag on the image itself is what one would think of first. ECR knows when an image was pushed, not when it got the tag.
func TestATagAloneDoesNotKeepWhatServes(t *testing.T) {
	each(t, func(t *testing.T, cfg *stacks.Config, made *recorder.Recorder) {
		r := repositoryOf(t, cfg, made)
		tagged := func(commit string) {
			r.build(commit)
			manifest, _ := imageOf(commit)
			r.put(manifest, "serving-"+commit)
			r.expire()
		}
		for i := range cfg.Registry.KeepImages {
			tagged(fmt.Sprintf("good-%d", i))
		}
		tagged("good-0") // back to it: it serves
		tagged("next")   // and the next one, which fails, or serves while that one is what would be gone back to
		r.builds("later", 500)
		_, digest := imageOf("good-0")
		assert.Nil(t, r.at(digest))
	})
}
