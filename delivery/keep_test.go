package delivery_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
)

// keepTool is a fake of aws. It logs its arguments, one a line, and answers from a file: the CLI's output or, after
// "error: ", the message of a failure.
const keepTool = `#!/bin/bash
{ echo "$2"; echo "attempts $AWS_RETRY_MODE $AWS_MAX_ATTEMPTS"; printf '%s\n' "${@:3}"; } >"$WORLD/$2.call"
answer=$WORLD/$2.answer
[ "$(head -c 7 "$answer")" != 'error: ' ] || { tail -c +8 "$answer" >&2; exit 254; }
cat "$answer"
`

const (
	keepType     = "application/vnd.docker.distribution.manifest.v2+json"
	keepManifest = "{\n   \"schemaVersion\": 2,\n   \"mediaType\": \"" + keepType + "\"\n}"
)

// keeping is a run of keep in delivery/release/keep.sh.
type keeping struct {
	// manifest is ECR's manifest of the requested digest.
	manifest string
	// answers are those of aws, by command, that differ from a first run that succeeds.
	answers map[string]string
	// image is the image, if not that of the manifest.
	image string
}

// run returns the output, whether keep succeeded, and the calls of aws, by command.
func (k keeping) run(t *testing.T) (printed string, succeeded bool, calls map[string][]string) {
	t.Helper()
	world := t.TempDir()
	files := map[string]string{
		"aws":                    keepTool,
		"batch-get-image.answer": keepType + "\t" + k.manifest + "\n", // as the CLI prints a list of texts
		"put-image.answer":       "{}\n",
	}
	for command, text := range k.answers {
		files[command+".answer"] = text
	}
	checkout.Write(t, world, files)
	image := k.image
	if image == "" {
		image = fmt.Sprintf("%s@sha256:%x", buildImage, sha256.Sum256([]byte(k.manifest)))
	}
	hook := exec.Command("bash", "-c", "set -euo pipefail\n"+checkout.Read(t, "release/keep.sh")+"\nkeep")
	hook.Env = []string{
		"PATH=" + world + ":" + os.Getenv("PATH"), "WORLD=" + world,
		"IMAGE=" + image, "COMMIT=" + buildCommit, "DEPLOYMENT_ID=d-1",
	}
	printed, code := checkout.Output(t, hook)
	calls = map[string][]string{}
	for _, command := range []string{"batch-get-image", "put-image"} {
		if text, err := os.ReadFile(filepath.Join(world, command+".call")); err == nil {
			calls[command] = strings.Split(strings.TrimSpace(string(text)), "\n")
		}
	}
	return printed, code == 0, calls
}

func TestKeep(t *testing.T) {
	for name, manifest := range map[string]string{
		"as Docker writes it":    keepManifest,
		"with a last line":       keepManifest + "\n",
		"with more than a line":  keepManifest + "\n\n",
		"with more than letters": `{"schemaVersion":2,"annotations":{"title":"Verträge"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			printed, succeeded, calls := keeping{manifest: manifest}.run(t)
			require.True(t, succeeded, printed)
			assert.Empty(t, printed)
			digest := fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(manifest)))
			every := []string{
				"attempts standard 3", "--region", "us-east-1", "--repository-name", "legops-test/matters",
				"--cli-connect-timeout", "3", "--cli-read-timeout", "7", "--output", "text",
			}
			assert.Equal(t, append(append([]string{"batch-get-image"}, every...),
				"--image-ids", "imageDigest="+digest, "--query", "images[0].[imageManifestMediaType, imageManifest]"), calls["batch-get-image"])
			put := calls["put-image"]
			require.Len(t, put, 18)
			assert.Equal(t, append([]string{"put-image"}, every...), put[:12])
			assert.Equal(t, []string{"--image-tag", "serving-d-1", "--image-manifest"}, put[12:15])
			assert.Equal(t, []string{"--image-manifest-media-type", "application/vnd.oci.image.index.v1+json"}, put[16:])
			var record map[string]any
			require.NoError(t, json.Unmarshal([]byte(put[15]), &record))
			assert.Equal(t, map[string]any{
				"schemaVersion": 2.0, "mediaType": "application/vnd.oci.image.index.v1+json",
				"manifests":   []any{map[string]any{"mediaType": keepType, "digest": digest, "size": float64(len(manifest))}},
				"annotations": map[string]any{"org.opencontainers.image.revision": buildCommit, "legops.deployment": "d-1"},
			}, record)
		})
	}
}

func TestKeepAgain(t *testing.T) {
	printed, succeeded, _ := keeping{manifest: keepManifest, answers: map[string]string{
		"put-image": "error: An error occurred (ImageAlreadyExistsException) when calling the PutImage operation: it has been pushed\n",
	}}.run(t)
	assert.True(t, succeeded, printed)
	assert.Empty(t, printed)
}

func TestKeepFails(t *testing.T) {
	other := "An error occurred (ImageTagAlreadyExistsException) when calling the PutImage operation: The image tag 'serving-d-1' already exists"
	denied := "An error occurred (AccessDeniedException) when calling the BatchGetImage operation: not authorized"
	for _, c := range []struct {
		name    string
		keeping keeping
		says    string
		asked   int
	}{
		{"another record of that deployment", keeping{answers: map[string]string{"put-image": "error: " + other}}, other, 2},
		{"not allowed to read the manifest", keeping{answers: map[string]string{"batch-get-image": "error: " + denied}}, denied, 1},
		{"no such image", keeping{answers: map[string]string{"batch-get-image": "None\n"}}, "ECR has no manifest of IMAGE, but: None", 1},
		{"another manifest", keeping{answers: map[string]string{"batch-get-image": keepType + "\t{}\n"}}, "ECR has no manifest of IMAGE, but: " + keepType + "\t{}", 1},
		{"an image in another registry", keeping{image: "public.ecr.aws/nginx/nginx@" + buildDigest}, "the registry cannot be told to keep IMAGE: it has to be an image in ECR, by its digest", 0},
		{"a tag", keeping{image: buildImage + ":" + buildCommit}, "the registry cannot be told to keep IMAGE: it has to be an image in ECR, by its digest", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.keeping.manifest = keepManifest
			printed, succeeded, calls := c.keeping.run(t)
			assert.False(t, succeeded)
			image := c.keeping.image
			if image == "" {
				image = fmt.Sprintf("%s@sha256:%x", buildImage, sha256.Sum256([]byte(keepManifest)))
			}
			assert.Equal(t, strings.ReplaceAll(c.says, "IMAGE", image), strings.TrimSpace(printed))
			assert.Len(t, calls, c.asked)
		})
	}
}
