// Package web is the service over HTTP: probes at the root, everything else at the base path and below.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"legops/apps/reference/internal/config"
	"legops/apps/reference/internal/legal"
)

// Service answers requests.
type Service struct {
	config   *config.Config
	version  string
	health   *Health
	office   *legal.Office
	sessions *sessions
	faults   *faults
	uploads  chan struct{} // one slot per document being received
	live     *live
}

// New returns a service that is not ready until its Health is.
func New(c *config.Config, version string, health *Health) *Service {
	return &Service{
		config: c, version: version, health: health,
		office:   legal.NewOffice(c.MaxStorageMiB<<20, time.Now),
		sessions: newSessions(c.MaxSessions, c.SessionLength, time.Now),
		faults:   &faults{Faults: c.Faults},
		uploads:  make(chan struct{}, c.MaxStorageMiB*1024/c.MaxUploadKiB),
		live:     newLive(),
	}
}

// Handler serves everything, with a line in the log for each request.
func (s *Service) Handler(log *slog.Logger) http.Handler {
	base := strings.TrimSuffix(s.config.BasePath, "/")
	below := http.NewServeMux()
	for pattern, handler := range map[string]http.HandlerFunc{
		"GET /{$}":                                           s.about,
		"POST /sessions":                                     s.signIn,
		"GET /matters":                                       s.signedIn(s.matters),
		"GET /matters/{matter}":                              s.signedIn(s.matter),
		"PUT /matters/{matter}/documents/{name}":             s.signedIn(s.upload),
		"GET /matters/{matter}/documents/{name}":             s.signedIn(s.document),
		"POST /matters/{matter}/documents/{name}/signatures": s.signedIn(s.sign),
		"GET /search":                                        s.signedIn(s.search),
		"GET /sign-in":                                       s.leave,
		"GET /sign-in/callback":                              s.callback,
		"GET /form":                                          s.form,
		"POST /form":                                         s.sendForm,
		"GET /static/app.js":                                 s.script,
	} {
		method, path, _ := strings.Cut(pattern, " ")
		below.HandleFunc(method+" "+base+path, handler)
	}
	if base != "" {
		below.HandleFunc("GET "+base, s.about)
	}
	all := http.NewServeMux()
	all.HandleFunc("GET /healthz", s.healthz)
	all.HandleFunc("GET /readyz", s.readyz)
	all.HandleFunc("GET "+base+"/live", s.signedIn(s.searchLive)) // which takes longer than a request may
	all.Handle("/", s.timed(s.faults.around(below)))
	return logged(log, recovered(log, s.leaving(all)))
}

// timed limits the time of each request. Waiting code watches the context; the server cuts off the rest.
func (s *Service) timed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), s.config.RequestTimeout)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// leaving tells callers to connect elsewhere once the service drains.
func (s *Service) leaving(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.health.draining() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}
