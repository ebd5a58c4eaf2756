package main

import (
	"bytes"
	"context"
	"log/slog"
	"os/exec"
	"strings"
	"testing"
	"time"

	"legops/apps/reference/internal/config"
	"legops/apps/reference/internal/legal"
)

// A run does all of it, however many pages there are, and ends.
func TestRemind(t *testing.T) {
	for _, size := range []int{1, 7, 100} {
		var said bytes.Buffer
		if err := remind(t.Context(), legal.NewOffice(1<<20, time.Now), size, slog.New(slog.NewJSONHandler(&said, nil))); err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(said.String(), `"msg":"reminded"`); got != 6 || !strings.Contains(said.String(), `"reminders":6}`) {
			t.Errorf("pages of %d: %d reminders, want 6:\n%s", size, got, &said)
		}
	}
}

// A run that is told to end has failed.
func TestRemindIsToldToEnd(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	err := remind(ctx, legal.NewOffice(1<<20, time.Now), 10, slog.New(slog.DiscardHandler))
	if err == nil || err.Error() != "told to end after 0 reminders" {
		t.Errorf("error %v", err)
	}
}

func TestCommandsThatThereAreNot(t *testing.T) {
	for _, arguments := range [][]string{{"remid"}, {"remind", "all"}} {
		err := command(t.Context(), arguments, &config.Config{PageSize: 1}, slog.New(slog.DiscardHandler))
		if err == nil || !strings.Contains(err.Error(), "must be none, migrate, remind or index") {
			t.Errorf("%q: error %v", arguments, err)
		}
	}
}

// The program is the same, and neither listens nor waits.
func TestRemindIsACommandOfTheProgram(t *testing.T) {
	p := start(t, "LOG_LEVEL=info")
	p.until(t, 200, 20*time.Second)
	remind := func(more ...string) (string, error) {
		run := exec.Command(p.Path, append([]string{"remind"}, more...)...)
		run.Env = p.Env // the port, too, which the service has
		out, err := run.CombinedOutput()
		return string(out), err
	}
	if out, err := remind(); err != nil || !strings.Contains(out, `"msg":"all reminded"`) {
		t.Errorf("%v: %s", err, out)
	}
	if out, err := remind("more"); err == nil {
		t.Errorf("unknown arguments are no error: %s", out)
	}
}
