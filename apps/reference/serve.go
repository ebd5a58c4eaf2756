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
	// headerTimeout is how long a caller may take to send the head of a request.
	headerTimeout = 5 * time.Second
	// idleTimeout is longer than the platform's ingress keeps an idle connection (60 s): it is never cut off while the
	// ingress sends something on it.
	idleTimeout = 75 * time.Second
	maxHeader   = 16 << 10
)

// serve answers until ctx is done, and then ends in order: not ready at once, serving on for DrainDelay, since callers
// learn of it late; then no new connections, and ShutdownTimeout for requests that are open.
func serve(ctx context.Context, listener net.Listener, handler http.Handler, c *config.Config, health *web.Health, log *slog.Logger) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       c.RequestTimeout,
		WriteTimeout:      c.ShutdownTimeout, // longer than RequestTimeout, for the answer that says so
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
	if err := server.Shutdown(bounded); err != nil {
		return fmt.Errorf("requests were open %s after the drain and were cut off: %w", c.ShutdownTimeout, err)
	}
	log.Info("stopped")
	return nil
}
