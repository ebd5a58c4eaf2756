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
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run serves, or with arguments does what they name.
func run(arguments []string) error {
	c, err := config.Load("config", os.LookupEnv)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{Level: c.LogLevel})).With("version", version)
	// From here on, so that a service that is still starting stops in the same way.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if len(arguments) > 0 {
		return command(ctx, arguments, c, log)
	}
	listener, err := net.Listen("tcp", fmt.Sprintf(":%d", c.Port))
	if err != nil {
		return err
	}
	health := &web.Health{}
	service := web.New(c, version, health)
	return serve(ctx, listener, service.Handler(log), service.Leave, c, health, log)
}
