package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"legops/apps/reference/internal/config"
	"legops/apps/reference/internal/legal"
)

// command runs what the arguments name in place of the service: "migrate" before a release, "remind" by a schedule.
func command(ctx context.Context, arguments []string, c *config.Config, log *slog.Logger) error {
	if len(arguments) == 1 {
		switch arguments[0] {
		case "migrate":
			migrate(version, log)
			return nil
		case "remind":
			return remind(ctx, legal.NewOffice(c.MaxStorageMiB<<20, time.Now), c.PageSize, log)
		}
	}
	return fmt.Errorf("unknown arguments %q: must be none, migrate or remind", arguments)
}
