package settings_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/settings"
)

const day = 24 * time.Hour

func TestGaps(t *testing.T) {
	for _, c := range []struct {
		cron, zone        string
		shortest, longest time.Duration
	}{
		{"* * * * *", "", time.Minute, time.Minute},
		{"*/5 * * * *", "", 5 * time.Minute, 5 * time.Minute},
		{"@every 90s", "", 90 * time.Second, 90 * time.Second},
		{"@hourly", "Europe/Berlin", time.Hour, time.Hour},
		{"0 6 * * *", "", day, day},
		{"0 6 * * *", "Europe/Berlin", 23 * time.Hour, 25 * time.Hour},
		{"0 6,7 * * *", "", time.Hour, 23 * time.Hour},
		{"*/7 * * * *", "", 4 * time.Minute, 7 * time.Minute}, // 56, and then 0
		{"0 6 * * 1-5", "", day, 3 * day},
		{"30 8-17 * * 1-5", "", time.Hour, 2*day + 15*time.Hour},
		{"0 0 * * 0", "", 7 * day, 7 * day},
		{"0 0 1 * *", "", 28 * day, 31 * day},
		{"* * 1-5 * *", "", time.Minute, 26*day + time.Minute},
		{"0 0 13 * 5", "", day, 7 * day}, // either of the two days
		{"* * 29 2 *", "", time.Minute, 1826 * day},
		{"0 0 31 12 *", "", 365 * day, 366 * day},
	} {
		shortest, longest, err := settings.Schedule{Cron: c.cron, TimeZone: c.zone}.Gaps()
		require.NoError(t, err, c.cron)
		assert.Equal(t, c.shortest, shortest, c.cron)
		assert.Equal(t, c.longest, longest, c.cron)
	}
}

func TestGapsOfNoSchedule(t *testing.T) {
	for _, cron := range []string{"", "daily", "0 6 * *", "TZ=0 6 * * *", "CRON_TZ=", "0 0 0 6 * * *", "-1 * * * *", "*/0 * * * *"} {
		_, _, err := settings.Schedule{Cron: cron}.Gaps()
		assert.Error(t, err, cron)
		assert.NotErrorIs(t, err, settings.ErrNever, cron)
	}
	_, _, err := settings.Schedule{Cron: "0 0 30 2 *"}.Gaps()
	assert.ErrorIs(t, err, settings.ErrNever)
}

func TestLatestStart(t *testing.T) {
	assert.Equal(t, time.Minute, settings.Schedule{Cron: "* * * * *"}.LatestStart())
	assert.Equal(t, 10*time.Minute, settings.Schedule{Cron: "0 6 * * *"}.LatestStart())
}

func TestKnowsZone(t *testing.T) {
	for zone, known := range map[string]bool{
		"Europe/Berlin": true, "UTC": true, "Etc/GMT+1": true, "America/Argentina/Buenos_Aires": true,
		"": false, "Local": false, "local": false, "Berlin": false, "../etc/passwd": false, "/etc": false, "Europe//Berlin": false, "CET-1CEST": false,
	} {
		assert.Equal(t, known, settings.KnowsZone(zone), zone)
	}
}
