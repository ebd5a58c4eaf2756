package delivery_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
)

// The real AWS CLI reads the status of a deployment, without HOME and with only the instance's configuration for a region.
func TestHooksReadTheStatusOfTheirDeployment(t *testing.T) {
	ended := regexp.MustCompile(`(?ms)^state=''$.*?^\}$`).FindString(checkout.Read(t, "release/common.sh"))
	require.NotEmpty(t, ended)
	for _, c := range []struct {
		name   string
		code   int
		answer string
		want   string
	}{
		{"under way", http.StatusOK, `{"deploymentInfo": {"status": "InProgress"}}`, "no InProgress"},
		{"stopped", http.StatusOK, `{"deploymentInfo": {"status": "Stopped"}}`, "yes Stopped"},
		{"failed", http.StatusOK, `{"deploymentInfo": {"status": "Failed"}}`, "yes Failed"},
		{"not allowed", http.StatusBadRequest, `{"__type": "AccessDeniedException", "message": "not authorized"}`, "no "},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var asked []string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				asked = append(asked, r.Header.Get("X-Amz-Target")+" "+string(body))
				w.WriteHeader(c.code)
				fmt.Fprint(w, c.answer)
			}))
			defer server.Close()
			folder := t.TempDir()
			checkout.Write(t, folder, map[string]string{"aws": "[default]\nregion = eu-west-1\n"})
			run := exec.Command("bash", "-euc", ended+"\nif ended; then echo yes \"$state\"; else echo no \"$state\"; fi")
			run.Dir = "/"
			run.Env = []string{
				"PATH=" + os.Getenv("PATH"), "AWS_CONFIG_FILE=" + filepath.Join(folder, "aws"), "AWS_ENDPOINT_URL=" + server.URL, "DEPLOYMENT_ID=d-ABCDEFGHI",
				"AWS_ACCESS_KEY_ID=none", "AWS_SECRET_ACCESS_KEY=none", "scratch=" + folder,
			}
			out, code := checkout.Output(t, run)
			require.Zero(t, code, out)
			assert.Equal(t, c.want+"\n", out)
			require.NotEmpty(t, asked)
			assert.Equal(t, `CodeDeploy_20141006.GetDeployment {"deploymentId": "d-ABCDEFGHI"}`, asked[0])
		})
	}
}
