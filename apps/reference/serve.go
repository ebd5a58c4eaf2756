package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"legops/apps/reference/internal/config"
	"legops/apps/reference/internal/web"
)

const (
	// headerTimeout is how long a caller may take to send the headers of a request.
	headerTimeout = 5 * time.Second
	// idleTimeout is for other applications, which call this one directly and may keep connections: it never closes one on which they
	// are sending if they close idle ones earlier. The platform's ingress keeps none.
	idleTimeout = 75 * time.Second
	maxHeader   = 16 << 10
)

// serve serves until ctx is done, and then shuts down in order: not ready at once, but serving for DrainDelay, since
// callers notice late; then no new connections, and ShutdownTimeout for open requests, of which half
// at most is for WebSockets, which leave in the meantime.
func serve(ctx context.Context, listener net.Listener, handler http.Handler, leave func(context.Context), c *config.Config, health *web.Health, log *slog.Logger) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       c.RequestTimeout,
		WriteTimeout:      c.ShutdownTimeout, // longer than RequestTimeout, so that its error is sent
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	health.Ready()
	log.Info("ready", "address", listener.Addr().String(), "environment", c.Environment, "basePath", c.BasePath)
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}

	health.Drain()
	log.Info("draining", "delay", c.DrainDelay.String())
	time.Sleep(c.DrainDelay)
	bounded, cancel := context.WithTimeout(context.Background(), c.ShutdownTimeout)
	defer cancel()
	gone := make(chan struct{})
	go func() { // the server does not count them
		defer close(gone)
		half, cancel := context.WithTimeout(bounded, c.ShutdownTimeout/2)
		defer cancel()
		leave(half)
	}()
	err := server.Shutdown(bounded)
	<-gone
	if err != nil {
		return fmt.Errorf("requests were open %s after the drain and were cut off: %w", c.ShutdownTimeout, err)
	}
	log.Info("stopped")
	return nil
}
