package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"legops/apps/reference/internal/config"
	"legops/apps/reference/internal/legal"
)

// command runs what the arguments name in place of the service: "migrate" before a release, "remind" by a schedule,
// "index" as a worker.
func command(ctx context.Context, arguments []string, c *config.Config, log *slog.Logger) error {
	if len(arguments) == 1 {
		switch arguments[0] {
		case "migrate":
			migrate(version, log)
			return nil
		case "remind":
			return remind(ctx, legal.NewOffice(c.MaxStorageMiB<<20, time.Now), c.PageSize, log)
		case "index":
			return index(ctx, legal.NewOffice(c.MaxStorageMiB<<20, time.Now), c.PageSize, 10*time.Second, log)
		}
	}
	return fmt.Errorf("unknown arguments %q: must be none, migrate, remind or index", arguments)
}
