// Command reference shows application teams what the platform expects of a service: probes, a port from the
// environment, logs on standard output, and a shutdown that loses no request.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"

	"legops/apps/reference/internal/config"
	"legops/apps/reference/internal/web"
)

// version is set at build time: go build -ldflags "-X main.version=1.2.3".
var version = "unstamped"

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	c, err := config.Load("config", os.LookupEnv)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{Level: c.LogLevel})).With("version", version)
	if arguments := os.Args[1:]; len(arguments) > 0 {
		return command(arguments, version, log)
	}
	// From here on, so that a service that is still starting stops in the same way.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	listener, err := net.Listen("tcp", fmt.Sprintf(":%d", c.Port))
	if err != nil {
		return err
	}
	health := &web.Health{}
	service := web.New(c, version, health)
	return serve(ctx, listener, service.Handler(log), c, health, log)
}
