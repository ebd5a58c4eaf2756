package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"legops/apps/reference/internal/config"
	"legops/apps/reference/internal/legal"
)

// command runs what the arguments name in place of the service: "remind" is a run of a schedule.
func command(ctx context.Context, arguments []string, c *config.Config, log *slog.Logger) error {
	if len(arguments) != 1 || arguments[0] != "remind" {
		return fmt.Errorf("unknown arguments %q: must be none, or remind", arguments)
	}
	return remind(ctx, legal.NewOffice(c.MaxStorageMiB<<20, time.Now), c.PageSize, log)
}

// remind names the licences that are to be renewed; a real service would send a message for each, and note that it has, so that a run that
// begins again sends none twice. It says on standard output what it did, as the service does, and ends: with an error if it could not do
// all of it, also when it is told to end.
func remind(ctx context.Context, office *legal.Office, size int, log *slog.Logger) error {
	reminded := 0
	for page := 1; ; page++ {
		matters, all := office.Matters(page, size)
		for _, matter := range matters {
			if ctx.Err() != nil {
				return fmt.Errorf("told to end after %d reminders", reminded)
			}
			if strings.HasPrefix(matter.Title, "Licence renewal") {
				log.Info("reminded", "matter", matter.ID, "title", matter.Title)
				reminded++
			}
		}
		if page*size >= all {
			log.Info("all reminded", "reminders", reminded)
			return nil
		}
	}
}
