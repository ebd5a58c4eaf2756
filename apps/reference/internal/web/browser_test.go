package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// cookieOf is the pair that a browser sends back.
func cookieOf(t *testing.T, w *httptest.ResponseRecorder, name string) string {
	t.Helper()
	for _, cookie := range w.Result().Cookies() {
		if cookie.Name == name {
			if !cookie.Secure || !cookie.HttpOnly {
				t.Errorf("%s is for others, too", name)
			}
			return cookie.Name + "=" + cookie.Value
		}
	}
	t.Fatalf("no cookie %s: %d %s", name, w.Code, w.Body)
	return ""
}

func TestSignInComesBack(t *testing.T) {
	a := newApplication(t, nil)
	left := a.do("GET /matters/sign-in")
	back, state := left.Header().Get("Location"), cookieOf(t, left, stateCookie)
	if left.Code != http.StatusSeeOther || !strings.HasPrefix(back, "http://example.com/matters/sign-in/callback?code=") {
		t.Fatalf("%d to %s", left.Code, back)
	}
	for _, c := range []struct {
		name, path, cookie string
		status             int
	}{
		{"as it left", back, state, 200},
		{"without its cookie", back, "", 400},
		{"with another's cookie", back, stateCookie + "=x", 400},
		{"without a query string", "/matters/sign-in/callback", state, 400},
		{"without a code", "/matters/sign-in/callback?state=" + strings.TrimPrefix(state, stateCookie+"="), state, 400},
		{"with nothing at all", "/matters/sign-in/callback?code=a&state=", stateCookie + "=", 400},
	} {
		if got := a.do("GET "+c.path, "Cookie", c.cookie); got.Code != c.status {
			t.Errorf("%s: %d %s, want %d", c.name, got.Code, got.Body, c.status)
		}
	}
}

// Whoever sends the browser back needs the address that it has, not that of this process.
func TestAddressThatBrowsersHave(t *testing.T) {
	a := newApplication(t, nil)
	for _, c := range []struct{ proto, port, host, want string }{
		{"https", "443", "legops.example", "https://legops.example"},
		{"https", "", "legops.example", "https://legops.example"},
		{"https", "8443", "legops.example", "https://legops.example:8443"},
		{"http", "80", "legops.example:8080", "http://legops.example"},
		{"", "443", "localhost:8080", "http://localhost:8080"},
	} {
		got := a.do("GET http://"+c.host+"/matters/sign-in", "X-Forwarded-Proto", c.proto, "X-Forwarded-Port", c.port).Header().Get("Location")
		if !strings.HasPrefix(got, c.want+"/matters/sign-in/callback?") {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestForm(t *testing.T) {
	a := newApplication(t, nil)
	cookie := cookieOf(t, a.do("GET /matters/form"), formCookie)
	token := strings.TrimPrefix(cookie, formCookie+"=")
	const form = "application/x-www-form-urlencoded"
	for _, c := range []struct {
		name    string
		headers []string
		status  int
	}{
		{"from its page", []string{"Cookie", cookie, formHeader, token, "Content-Type", form}, 200},
		{"without the header", []string{"Cookie", cookie, "Content-Type", form}, 403},
		{"without the cookie", []string{formHeader, token, "Content-Type", form}, 403},
		{"with another's token", []string{"Cookie", cookie, formHeader, "x", "Content-Type", form}, 403},
	} {
		got := a.do("POST /matters/form note=hello", c.headers...)
		if got.Code != c.status || c.status == 200 && !strings.Contains(got.Body.String(), `"note":"hello"`) {
			t.Errorf("%s: %d %s, want %d", c.name, got.Code, got.Body, c.status)
		}
	}
}

func TestScript(t *testing.T) {
	a := newApplication(t, nil)
	a.check(t, []expect{
		{"GET /matters/static/app.js?v=2", 200, `version = "2"`},
		{"GET /matters/static/app.js?v=1.10", 200, `version = "1.10"`},
		{"GET /matters/static/app.js", 400, "v must be"},
		{"GET /matters/static/app.js?v=%22x", 400, "v must be"},
	})
	if kept := a.do("GET /matters/static/app.js?v=2").Header().Get("Cache-Control"); !strings.Contains(kept, "public") {
		t.Errorf("nobody may keep it: %s", kept)
	}
}
