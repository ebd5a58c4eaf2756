package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"legops/internal/offline"
)

// mostReview is the largest ratio of a review's time to that of a preview with the CLI of the same stack, with both programs built. A
// review deploys and previews, but starts no CLI.
const mostReview = 1.6

// benchReview measures a review of one stack, the working tree against its own commit, beside a preview of that stack from
// nothing. It is a whole review: worktree, check that the programs are up to date, deployment of the base, preview, report.
// The turn with the median ratio counts, so that other load on the machine affects both.
func benchReview(ctx context.Context, root, work, program string) error {
	const stack = "prod"
	review := filepath.Join(work, "review")
	if out, err := command(ctx, root, "go", "build", "-o", review, "./cmd/review").CombinedOutput(); err != nil {
		return fmt.Errorf("building ./cmd/review: %w\n%s", err, out)
	}
	run := func() (time.Duration, error) {
		start := time.Now()
		out, err := command(ctx, root, review, "--base", "HEAD", "--stack", stack).CombinedOutput()
		var exit *exec.ExitError
		if errors.As(err, &exit) && exit.ExitCode() == 2 { // the working tree's changes need an approval
			err = nil
		}
		if err != nil {
			err = fmt.Errorf("review: %w\n%s", err, out)
		}
		return time.Since(start), err
	}
	if _, err := run(); err != nil { // builds both programs
		return err
	}
	type turn struct{ review, preview time.Duration }
	ratio := func(t turn) float64 { return t.review.Seconds() / t.preview.Seconds() }
	var turns []turn
	for i := range rounds {
		session, err := offline.Open(offline.Options{Root: root, Dir: filepath.Join(work, "preview", fmt.Sprint(i)), Program: program})
		if err != nil {
			return err
		}
		s, err := measure(ctx, session, "preview", "--stack", stack)
		if err := errors.Join(err, session.Close()); err != nil {
			return err
		}
		took, err := run()
		if err != nil {
			return err
		}
		turns = append(turns, turn{took, s.wall})
	}
	slices.SortFunc(turns, func(a, b turn) int { return cmp.Compare(ratio(a), ratio(b)) })
	middle := turns[rounds/2]
	fmt.Printf("\nA review of %s takes %.1f s, a preview %.1f s: ratio %.2f.\n", stack, middle.review.Seconds(), middle.preview.Seconds(), ratio(middle))
	if ratio(middle) > mostReview {
		return fmt.Errorf("a review must not take more than %.1f times as long as a preview", mostReview)
	}
	return nil
}
