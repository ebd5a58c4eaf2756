package proofs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// This program is also the process of each part.
func TestMain(m *testing.M) {
	if os.Getenv(partVariable) == "" {
		os.Exit(m.Run())
	}
	if isPart, err := Apart(context.Background(), &Search{}, "example", nil, example, nil); !isPart || err != nil {
		fmt.Fprintln(os.Stderr, "failed:", err)
		os.Exit(1)
	}
}

// example finds two further parts in the first, something in the second, and fails in another.
func example(s *Search, part string) (string, []string, error) {
	s.Count("parts", 1)
	switch part {
	case "first":
		return "is first", []string{"third", "fourth"}, nil
	case "second":
		s.Find("something in the second")
	case "broken":
		return "", nil, errors.New("it is broken")
	}
	return "is " + part, nil, nil
}

func TestApart(t *testing.T) {
	s, took := &Search{Log: t.Output()}, []string(nil)
	isPart, err := Apart(t.Context(), s, "example", []string{"first", "second"}, example, func(of string) { took = append(took, of) })
	require.NoError(t, err)
	assert.False(t, isPart)
	assert.Equal(t, []string{"is first", "is second", "is third", "is fourth"}, took)
	assert.Equal(t, []Figure{{"parts", 4}}, s.Figures())
	assert.Equal(t, []string{"something in the second"}, s.Found())

	_, err = Apart(t.Context(), s, "example", []string{"first", "broken"}, example, func(string) {})
	require.ErrorContains(t, err, "broken")

	t.Setenv(partVariable, t.TempDir())
	_, err = Apart(t.Context(), s, "example", nil, example, nil)
	require.ErrorContains(t, err, partVariable, "of a person")
}
