package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"legops/apps/reference/internal/legal"
)

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
