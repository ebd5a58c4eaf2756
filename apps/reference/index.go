package main

import (
	"context"
	"log/slog"
	"time"

	"legops/apps/reference/internal/legal"
)

// index keeps an index of the matters up to date, page by page with a pause between two, for as long as it is let. A real service would take
// from a queue what has changed. Told to end, it finishes the page that it has begun, begins no other, and ends without an error: what it has
// finished need not come again.
func index(ctx context.Context, office *legal.Office, size int, pause time.Duration, log *slog.Logger) error {
	for page := 1; ; page++ {
		matters, all := office.Matters(page, size)
		for _, matter := range matters {
			log.Info("indexed", "matter", matter.ID)
		}
		if page*size >= all {
			page = 0
		}
		select {
		case <-ctx.Done():
			log.Info("told to end, and nothing is left half done")
			return nil
		case <-time.After(pause):
		}
	}
}
