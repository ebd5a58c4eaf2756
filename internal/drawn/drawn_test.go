package drawn

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

var letters = []string{"a", "b", "c", "d", "e", "f"}

// Every case has its turn, each draw is of that many in their order, and a seed draws the same again.
func TestSome(t *testing.T) {
	drawn := map[string]int{}
	for seed := range uint64(300) {
		its := some(seed, 2, letters)
		assert.Len(t, its, 2)
		assert.Less(t, its[0], its[1])
		assert.Equal(t, its, some(seed, 2, letters))
		for _, letter := range its {
			drawn[letter]++
		}
	}
	for _, letter := range letters {
		assert.Greater(t, drawn[letter], 50, letter)
	}
}

// Two lists of one length are drawn from independently.
func TestListsDifferInTheirPlaces(t *testing.T) {
	same := 0
	for seed := range uint64(300) {
		if some(seed, 1, []string{"a", "b", "c"})[0] == "a" && some(seed, 1, []string{"x", "y", "z"})[0] == "x" {
			same++
		}
	}
	assert.InDelta(t, 300./9, same, 25, "both first, by chance")
}

func TestOf(t *testing.T) {
	t.Setenv("TEST_CASES", "")
	assert.Equal(t, letters, Of(t, 2, letters), "go test alone plays all")
	t.Setenv("TEST_CASES", "some")
	assert.Len(t, Of(t, 2, letters), 2)
	assert.Equal(t, letters, Of(t, 6, letters))
}

// One of several tests runs, whichever it is.
func TestTurn(t *testing.T) {
	t.Setenv("TEST_CASES", "some")
	names := []string{"TestTurn/first", "TestTurn/second"}
	ran := 0
	for _, name := range []string{"first", "second"} {
		t.Run(name, func(t *testing.T) {
			Turn(t, names...)
			ran++
		})
	}
	assert.Equal(t, 1, ran)
}
