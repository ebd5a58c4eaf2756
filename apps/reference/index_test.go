package main

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"legops/apps/reference/internal/legal"
)

// A worker that is told to end finishes its page, and has not failed.
func TestIndexEndsAfterAPage(t *testing.T) {
	for _, size := range []int{1, 7} {
		ctx, stop := context.WithCancel(t.Context())
		stop()
		var said bytes.Buffer
		if err := index(ctx, legal.NewOffice(1<<20, time.Now), size, time.Hour, slog.New(slog.NewJSONHandler(&said, nil))); err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(said.String(), `"msg":"indexed"`); got != size || !strings.Contains(said.String(), "told to end") {
			t.Errorf("%d of %d:\n%s", got, size, &said)
		}
	}
}

// It goes on as long as it is let: after the last page comes the first.
func TestIndexGoesOn(t *testing.T) {
	office := legal.NewOffice(1<<20, time.Now)
	_, all := office.Matters(1, 1)
	ctx, stop := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer stop()
	var said bytes.Buffer
	if err := index(ctx, office, all, time.Millisecond, slog.New(slog.NewJSONHandler(&said, nil))); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(said.String(), `"msg":"indexed"`); got < 2*all {
		t.Errorf("%d, want twice %d or more", got, all)
	}
}
