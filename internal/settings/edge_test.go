package settings

import (
	"net/url"
	"path"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whatever way a path is written, it is an upload only if NGINX takes it to that path, and nobody after NGINX elsewhere.
func TestUploadExpression(t *testing.T) {
	expression := regexp.MustCompile(UploadExpression([]string{"/documents/files", "/matters/evidence"}))
	for written, upload := range map[string]bool{
		"/documents/files":                             true,
		"/documents/files/":                            true,
		"/documents/files/2026/Contract%20(1).pdf":     true,
		"/documents/files/pr%C3%A9avis.pdf":            true,
		"/documents//files/./a":                        true,
		"/documents/%66iles/a":                         true,
		"/matters/evidence/a":                          true,
		"/documents/other/../files/a":                  true,
		"/documents/filesx":                            false,
		"/documents/Files/a":                           false,
		"/documents":                                   false,
		"/matters/documents/files":                     false,
		"/documents/files/../list":                     false,
		"/documents/files/%2e%2e/list":                 false,
		"/documents/files/..%2f..%2fmatters/list":      false,
		"/documents/files/%252e%252e/list":             false,
		"/matters/%252e%252e/documents/files":          false,
		"/matters/list%252f..%252f../documents/files/": false,
		"/documents/files/..%5c..%5cmatters":           false,
		"/documents/files/..;/..;/matters":             false,
		"/documents/files%3f/../../matters":            false,
		"/documents/files;x/a":                         false,
	} {
		once, err := url.PathUnescape(written)
		require.NoError(t, err)
		assert.Equal(t, upload, expression.MatchString(path.Clean(once)), written)
	}
}

func TestWithin(t *testing.T) {
	for of, all := range map[string]map[string]bool{
		"/":        {"/": true, "/matters": true},
		"/matters": {"/": false, "/matters": true, "/matters/a": true, "/mattersx": false, "/a/matters": false},
	} {
		for path, within := range all {
			assert.Equal(t, within, Within(path, of), "%s of %s", path, of)
		}
	}
}

func TestStaticPathCovers(t *testing.T) {
	for pattern, all := range map[StaticPath]map[string]bool{
		"/static/*":      {"/static": true, "/static/live": true, "/staticlive": false, "/live/static": false},
		"/matters/*.js":  {"/matters/live.js": true, "/matters/live": false, "/matters/live/a.js": true},
		"/matters/*/a*b": {"/matters/live/acb": true, "/matters/live/ac": false, "/matters/a/b": false},
		"/robots.txt":    {"/robots.txt": true, "/robots": false},
	} {
		for path, covers := range all {
			assert.Equal(t, covers, pattern.Covers(path), "%s by %s", path, pattern)
		}
	}
}

// The expression is of a path as NGINX resolves it, with what it follows in the ingress's map.
func TestWebSocketExpression(t *testing.T) {
	expression := regexp.MustCompile("^websocket " + WebSocketExpression([]string{"/matters/live", "/portal/socket.io"}))
	for path, takes := range map[string]bool{
		"/matters/live": true, "/matters/live/7": true, "/portal/socket.io/": true,
		"/matters": false, "/matters/livex": false, "/matters/Live": false, "/portal/socketxio": false, "/x/matters/live": false,
	} {
		assert.Equal(t, takes, expression.MatchString("websocket "+path), path)
	}
}
