package main

import "log/slog"

// steps are the changes of the data since the first version, the oldest first. Each only adds, so that the version before works on beside
// the new one, and each may run again: a real service would note in its database which have run, and lock them against a second process.
var steps = []string{
	"create the table matters",
	"create the table documents, with its matter",
	"add the column signed_by to documents, empty at first",
}

// migrate is run once before a release, by the platform. This service keeps everything in memory, so it says what it would do.
func migrate(version string, log *slog.Logger) {
	for number, step := range steps {
		log.Info("would migrate", "number", number+1, "step", step)
	}
	log.Info("migrated", "to", version, "steps", len(steps))
}
