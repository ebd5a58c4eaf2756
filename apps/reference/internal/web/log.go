package web

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"
	"time"
)

const requestIDHeader = "X-Request-Id"

var requestIDPattern = regexp.MustCompile(`^[A-Za-z0-9._-]{1,100}$`)

// logged writes one line per request, without query, headers and body, which are confidential.
func logged(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := time.Now()
		// A caller's valid id connects its log lines with these.
		id := r.Header.Get(requestIDHeader)
		if !requestIDPattern.MatchString(id) {
			id = rand.Text()
		}
		w.Header().Set(requestIDHeader, id)
		recording := &recorder{ResponseWriter: w, status: http.StatusOK}
		defer func() {
			log.LogAttrs(r.Context(), level(r, recording.status), "request",
				slog.String("method", r.Method),
				slog.String("path", r.URL.Path),
				slog.Int("status", recording.status),
				slog.Int64("bytes", recording.bytes),
				slog.Float64("milliseconds", float64(time.Since(started).Microseconds())/1000),
				slog.String("requestId", id),
			)
		}()
		next.ServeHTTP(recording, r)
	})
}

// level logs failures at higher levels and successful probes at debug.
func level(r *http.Request, status int) slog.Level {
	switch {
	case status >= 500:
		return slog.LevelError
	case r.URL.Path == "/healthz" || r.URL.Path == "/readyz":
		return slog.LevelDebug
	}
	return slog.LevelInfo
}

// recovered answers for a handler that panics; the service goes on.
func recovered(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			log.Error("panic", "cause", cause, "stack", string(debug.Stack()), "requestId", w.Header().Get(requestIDHeader))
			refuse(w, http.StatusInternalServerError, "something went wrong")
		}()
		next.ServeHTTP(w, r)
	})
}

// recorder records status and size of the response.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(data []byte) (int, error) {
	n, err := r.ResponseWriter.Write(data)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController and http.MaxBytesReader reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
