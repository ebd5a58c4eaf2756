package requests

import (
	"io"
	"net/http"
	"net/url"
	pathpkg "path"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/settings"
)

// The firewall lets more through for upload paths, by the address, before NGINX chooses the application by it: for whatever is an upload
// path to the firewall, NGINX has to choose the application that named it.
func TestPathsOfUploads(t *testing.T) {
	t.Parallel()
	named := func(application string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, application) })
	}
	d := deploys(t, "prod")
	w := open(t, d.Objects, map[string][]string{
		"documents/documents": pods(t, 1, named("documents")), backend: pods(t, 1, named("matters")), "portal/portal": pods(t, 1, named("portal")),
	})
	uploads := regexp.MustCompile(settings.UploadExpression([]string{"/documents/files"}))
	let := 0
	for written, application := range map[string]string{
		"/documents/files":                       "documents",
		"/documents/files/a.pdf":                 "documents",
		"/documents/%66iles/a.pdf":               "documents",
		"//documents/./files//a.pdf":             "documents",
		"/matters/../documents/files/a":          "documents",
		"/matters/%2e%2e/documents/files/a":      "documents",
		"/matters/..%2fdocuments/files/a":        "documents",
		"/documents/files/../../matters":         "matters",
		"/documents/files/%2e%2e/%2e%2e/matters": "matters",
		"/documents/files/..%2f..%2fmatters":     "matters",
		"/documents/files/%252e%252e/x":          "documents",
		"/matters/%252e%252e/documents/files":    "matters",
		"/matters/..%5cdocuments/files":          "matters",
		"/matters/..;/documents/files":           "matters",
		"/matters%3f/../documents/files":         "documents",
		"/matters/x%3f/../../documents/files/a":  "documents",
		"/documentsx/files":                      "portal",
		"/Documents/files":                       "portal",
	} {
		answered, err := w.ask(t.Context(), http.MethodPut, written, nil)
		require.NoError(t, err)
		assert.Equal(t, application, answered.text, written)
		once, err := url.PathUnescape(written)
		require.NoError(t, err)
		if uploads.MatchString(pathpkg.Clean(once)) {
			let++
			assert.Equal(t, "documents", answered.text, "%s is an upload path to the firewall", written)
		}
	}
	assert.Equal(t, 9, let)
}

// CloudFront shows the platform's page for a 502, and for no other status that applications send themselves.
func TestNoPodIsBadGateway(t *testing.T) {
	t.Parallel()
	w := open(t, deploys(t, "prod").Objects, nil)
	assert.Equal(t, "502", w.get(t.Context(), path))
}
