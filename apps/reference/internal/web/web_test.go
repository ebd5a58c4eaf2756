package web

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"legops/apps/reference/internal/config"
)

// application is a service at /matters with the helpers of tests.
type application struct {
	*Service
	handler http.Handler
	log     *bytes.Buffer
	token   string
}

// newApplication returns a ready service with a user signed in.
func newApplication(t *testing.T, change func(*config.Config)) *application {
	t.Helper()
	c := &config.Config{
		Environment: "test", BasePath: "/matters", RequestTimeout: time.Minute, SessionLength: time.Hour,
		MaxSessions: 100, MaxUploadKiB: 1, MaxStorageMiB: 1, PageSize: 20,
	}
	if change != nil {
		change(c)
	}
	a := &application{Service: New(c, "1.2.3", &Health{}), log: &bytes.Buffer{}}
	a.handler = a.Handler(slog.New(slog.NewJSONHandler(a.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	a.health.Ready()
	a.token, _ = a.sessions.start("ann")
	return a
}

// do sends a request, "GET /matters" or "POST /matters/sessions <body>", as ann.
func (a *application) do(request string, headers ...string) *httptest.ResponseRecorder {
	method, rest, _ := strings.Cut(request, " ")
	path, body, _ := strings.Cut(rest, " ")
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+a.token)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	a.handler.ServeHTTP(w, r)
	return w
}

// expect is one exchange: the request, the status, and a part of the response.
type expect struct {
	request string
	status  int
	part    string
}

func (a *application) check(t *testing.T, all []expect) {
	t.Helper()
	for _, e := range all {
		got := a.do(e.request)
		if got.Code != e.status || !strings.Contains(got.Body.String(), e.part) {
			t.Errorf("%.100s: %d %s, want %d with %s", e.request, got.Code, got.Body, e.status, e.part)
		}
	}
}

func TestJourney(t *testing.T) {
	newApplication(t, nil).check(t, []expect{
		{"GET /matters", 200, `{"environment":"test","name":"reference","version":"1.2.3"}`},
		{"GET /matters/", 200, `"version":"1.2.3"`},
		{"HEAD /matters", 200, ``},
		{`POST /matters/sessions {"user":"bob","password":""}`, 201, `"user":"bob"`},
		{"GET /matters/matters", 200, `"total":48`},
		{"GET /matters/matters?page=3", 200, `{"matters":[{"id":"m-041"`},
		{"GET /matters/matters/m-001", 200, `"documents":[]`},
		{"PUT /matters/matters/m-001/documents/lease.txt first", 201, `"uploadedBy":"ann"`},
		{"PUT /matters/matters/m-001/documents/lease.txt text", 200, `"bytes":4`},
		{"GET /matters/matters/m-001", 200, `"name":"lease.txt"`},
		{"GET /matters/matters/m-001/documents/lease.txt", 200, `text`},
		{"POST /matters/matters/m-001/documents/lease.txt/signatures", 201, `"by":"ann"`},
		{"GET /matters/search?q=lease", 200, `"name":"lease.txt"`},
	})
}

func TestRefusals(t *testing.T) {
	a := newApplication(t, nil)
	a.do("PUT /matters/matters/m-001/documents/signed text")
	a.do("POST /matters/matters/m-001/documents/signed/signatures")
	a.check(t, []expect{
		{"GET /", 404, ``},
		{"GET /other", 404, ``},
		{"POST /matters", 405, ``},
		{"DELETE /matters/matters/m-001", 405, ``},
		{"GET /matters/matters?page=0", 400, `page must be`},
		{"GET /matters/matters?page=x", 400, `page must be`},
		{"GET /matters/matters?page=99999999999999999999", 400, `page must be`},
		{"GET /matters/matters/m-999", 404, `not found`},
		{"GET /matters/matters/m-001/documents/none", 404, `not found`},
		{"POST /matters/matters/m-001/documents/none/signatures", 404, `not found`},
		{"POST /matters/matters/m-001/documents/signed/signatures", 409, `is signed`},
		{"PUT /matters/matters/m-001/documents/signed other", 409, `is signed`},
		{"PUT /matters/matters/m-001/documents/.hidden x", 400, `must be a letter or digit`},
		{"PUT /matters/matters/m-001/documents/large " + strings.Repeat("x", 1025), 413, `at most 1024 bytes`},
		{"PUT /matters/matters/m-001/documents/just " + strings.Repeat("x", 1024), 201, `"bytes":1024`},
		{"GET /matters/search?q=x", 400, `q must be`},
		{"POST /matters/sessions", 400, `must be JSON`},
		{`POST /matters/sessions {"user":"Ann"}`, 400, `user must be`},
		{"POST /matters/sessions " + `{"user":"` + strings.Repeat("x", 5000), 400, `must be JSON`},
	})
	a.token = "unknown"
	for _, request := range []string{
		"GET /matters/matters", "GET /matters/matters/m-001", "PUT /matters/matters/m-001/documents/x y", "GET /matters/search?q=xx",
		"GET /matters/matters/m-001/documents/signed", "POST /matters/matters/m-001/documents/signed/signatures",
	} {
		a.check(t, []expect{{request, 401, `sign in first`}})
	}
}

func TestSignIn(t *testing.T) {
	a := newApplication(t, func(c *config.Config) { c.SignInPassword, c.Environment = "open sesame", config.Production })
	a.check(t, []expect{
		{`POST /matters/sessions {"user":"bob","password":"open sesam"}`, 401, `wrong password`},
		{`POST /matters/sessions {"user":"bob"}`, 401, `wrong password`},
	})
	got := a.do(`POST /matters/sessions {"user":"bob","password":"open sesame"}`)
	var body struct{ Token string }
	cookie := got.Result().Cookies()[0]
	if err := json.Unmarshal(got.Body.Bytes(), &body); err != nil || got.Code != 201 || cookie.Value != body.Token ||
		cookie.Name != "session" || cookie.Path != "/matters" || !cookie.HttpOnly || !cookie.Secure {
		t.Errorf("%d %s, %+v", got.Code, got.Body, cookie)
	}
	if got := a.do("GET /matters/matters", "Authorization", "", "Cookie", "session="+body.Token); got.Code != 200 {
		t.Errorf("with the cookie: %d %s", got.Code, got.Body)
	}
	if text := a.log.String(); strings.Contains(text, "sesame") || strings.Contains(text, body.Token) {
		t.Errorf("a secret is in the log: %s", text)
	}
	newApplication(t, func(c *config.Config) { c.Environment = config.Production }).check(t, []expect{
		{`POST /matters/sessions {"user":"bob","password":"x"}`, 403, `SIGN_IN_PASSWORD is not set`},
	})
}

func TestSessionsEnd(t *testing.T) {
	now := time.Now()
	s := newSessions(2, time.Hour, func() time.Time { return now })
	first, _ := s.start("ann")
	second, _ := s.start("bob")
	third, _ := s.start("cid")
	if _, found := s.user(first); found {
		t.Error("more sessions than the limit")
	}
	now = now.Add(time.Hour - 1)
	if user, found := s.user(second); !found || user != "bob" {
		t.Errorf("before its end: %s, %v", user, found)
	}
	now = now.Add(1)
	if _, found := s.user(third); found {
		t.Error("an expired session still works")
	}
}

func TestProbes(t *testing.T) {
	a := newApplication(t, nil)
	a.health = &Health{}
	for _, step := range []struct {
		after  string
		do     func()
		status int
	}{
		{"starting", func() {}, 503},
		{"ready", a.health.Ready, 200},
		{"draining", a.health.Drain, 503},
		{"draining", a.health.Ready, 503}, // no way back
	} {
		step.do()
		a.check(t, []expect{{"GET /readyz", step.status, `{"status":"` + step.after + `"}`}, {"GET /healthz", 200, `{"status":"live"}`}})
	}
	if got := a.do("GET /matters"); got.Code != 200 || got.Header().Get("Connection") != "close" {
		t.Errorf("while draining: %d %v", got.Code, got.Header())
	}
	newApplication(t, func(c *config.Config) { c.Faults.Unready = true }).check(t, []expect{{"GET /readyz", 503, `FAULT_UNREADY`}, {"GET /healthz", 200, ``}})
	newApplication(t, func(c *config.Config) { c.Faults.Unhealthy = true }).check(t, []expect{{"GET /healthz", 503, `FAULT_UNHEALTHY`}, {"GET /readyz", 200, ``}})
}

func TestBasePathRoot(t *testing.T) {
	newApplication(t, func(c *config.Config) { c.BasePath = "/" }).check(t, []expect{
		{"GET /", 200, `"name":"reference"`}, {"GET /matters", 200, `"total":48`}, {"GET /healthz", 200, `live`}, {"GET /other", 404, ``},
	})
}

func TestErrorRate(t *testing.T) {
	for rate, want := range map[float64]int{0: 0, 0.05: 5, 0.5: 50, 1: 100} {
		a := newApplication(t, func(c *config.Config) { c.Faults.ErrorRate = rate })
		failures := 0
		for range 100 {
			if a.do("GET /matters").Code == 500 {
				failures++
			}
		}
		if failures != want {
			t.Errorf("rate %v: %d of 100 failed, want %d", rate, failures, want)
		}
		a.check(t, []expect{{"GET /healthz", 200, ``}, {"GET /readyz", 200, ``}})
	}
}

func TestDelay(t *testing.T) {
	a := newApplication(t, func(c *config.Config) { c.Faults.Delay = 50 * time.Millisecond })
	started := time.Now()
	a.check(t, []expect{{"GET /matters", 200, ``}})
	if took := time.Since(started); took < 50*time.Millisecond {
		t.Errorf("took %s", took)
	}
	newApplication(t, func(c *config.Config) { c.Faults.Delay, c.RequestTimeout = time.Minute, 20*time.Millisecond }).
		check(t, []expect{{"GET /matters", 503, `took too long`}})
}

func TestUploadsAreBounded(t *testing.T) {
	a := newApplication(t, func(c *config.Config) { c.MaxUploadKiB = 1024 }) // room for one
	body, caller := io.Pipe()
	r := httptest.NewRequest(http.MethodPut, "/matters/matters/m-001/documents/slow", body)
	r.Header.Set("Authorization", "Bearer "+a.token)
	w := httptest.NewRecorder()
	var slow sync.WaitGroup
	slow.Go(func() { a.handler.ServeHTTP(w, r) })
	if _, err := caller.Write([]byte("half")); err != nil { // returns when the service has read it
		t.Fatal(err)
	}
	if got := a.do("PUT /matters/matters/m-001/documents/other x"); got.Code != 503 || got.Header().Get("Retry-After") != "1" {
		t.Errorf("%d %s", got.Code, got.Body)
	}
	_ = caller.Close()
	slow.Wait()
	if w.Code != 201 {
		t.Errorf("the slow one: %d %s", w.Code, w.Body)
	}
	a.check(t, []expect{{"PUT /matters/matters/m-001/documents/other x", 201, ``}})
}

func TestDownloadsAreNotShown(t *testing.T) {
	a := newApplication(t, nil)
	a.do("PUT /matters/matters/m-001/documents/page.html <script>")
	got := a.do("GET /matters/matters/m-001/documents/page.html")
	for header, want := range map[string]string{
		"Content-Type": "application/octet-stream", "Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
	} {
		if got.Header().Get(header) != want {
			t.Errorf("%s: %q, want %q", header, got.Header().Get(header), want)
		}
	}
}

// line is the log line of a request.
type line struct {
	Level, Msg, Method, Path, RequestID string
	Status, Bytes                       int
	Milliseconds                        float64
}

func (a *application) lines(t *testing.T) []line {
	t.Helper()
	var all []line
	for decoder := json.NewDecoder(a.log); decoder.More(); {
		var l line
		if err := decoder.Decode(&l); err != nil {
			t.Fatal(err)
		}
		all = append(all, l)
	}
	return all
}

func TestLog(t *testing.T) {
	a := newApplication(t, func(c *config.Config) { c.Faults.Unready = true })
	a.do("GET /matters/search?q=divorce", "X-Request-Id", "abc-1")
	a.do("GET /healthz")
	a.do("GET /readyz")
	bad := a.do("GET /matters/none", "X-Request-Id", "two words")
	got := a.lines(t)
	want := []line{
		{"INFO", "request", "GET", "/matters/search", "abc-1", 200, 30, 0},
		{"DEBUG", "request", "GET", "/healthz", "", 200, 18, 0},
		{"ERROR", "request", "GET", "/readyz", "", 503, 27, 0},
		{"INFO", "request", "GET", "/matters/none", "", 404, 19, 0},
	}
	if len(got) != len(want) {
		t.Fatalf("%d lines, want %d", len(got), len(want))
	}
	if id := bad.Header().Get("X-Request-Id"); id != got[3].RequestID || id == "two words" || len(id) < 20 {
		t.Errorf("an invalid id: %q", id)
	}
	for i, l := range got {
		l.Milliseconds = 0
		if want[i].RequestID == "" {
			l.RequestID = ""
		}
		if l != want[i] {
			t.Errorf("line %d: %+v, want %+v", i, l, want[i])
		}
	}
}

func TestPanic(t *testing.T) {
	a := newApplication(t, nil)
	log := slog.New(slog.NewJSONHandler(a.log, nil))
	a.handler = logged(log, recovered(log, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("oh") })))
	a.check(t, []expect{{"GET /", 500, `something went wrong`}})
	lines := a.lines(t)
	if len(lines) != 2 || lines[0].Msg != "panic" || lines[0].RequestID != lines[1].RequestID || lines[1].Status != 500 {
		t.Errorf("%+v", lines)
	}
}
