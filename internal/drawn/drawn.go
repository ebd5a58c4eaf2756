// Package drawn chooses what a run of make test plays of tests that take minutes: some cases, drawn anew each time. Played by go test itself,
// or by make test CASES=all, as each night, are all.
package drawn

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

// Seed is that of this process: TEST_SEED, to draw the same once more, or another each time. It fails the test if TEST_SEED is no number.
func Seed(t testing.TB) uint64 {
	t.Helper()
	seed, err := seed()
	if err != nil {
		t.Fatalf("TEST_SEED: %v", err)
	}
	t.Logf("TEST_SEED=%d", seed)
	return seed
}

var seed = sync.OnceValues(func() (uint64, error) {
	if given := os.Getenv("TEST_SEED"); given != "" {
		return strconv.ParseUint(given, 10, 64)
	}
	return uint64(time.Now().UnixNano()), nil
})

// Of are n of all names in their order where TEST_CASES is "some", and otherwise all.
func Of(t testing.TB, n int, all []string) []string {
	t.Helper()
	if os.Getenv("TEST_CASES") != "some" || n >= len(all) {
		return all
	}
	return some(Seed(t), n, all)
}

func some(seed uint64, n int, all []string) []string {
	what := fnv.New64a()
	_, _ = fmt.Fprint(what, all)                                           // else lists of one length would draw the same places
	places := rand.New(rand.NewPCG(seed, what.Sum64())).Perm(len(all))[:n] //nolint:gosec // it chooses cases, no secrets
	slices.Sort(places)
	var some []string
	for _, place := range places {
		some = append(some, all[place])
	}
	return some
}

// Turn skips a test that is not the one drawn of these: exactly one of them runs.
func Turn(t *testing.T, of ...string) {
	t.Helper()
	if !slices.Contains(of, t.Name()) {
		t.Fatalf("%s is none of %q", t.Name(), of)
	}
	if !slices.Contains(Of(t, 1, of), t.Name()) {
		t.Skip("another one of its kind was drawn: make test CASES=all, or go test, plays it, too")
	}
}
