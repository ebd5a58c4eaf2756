package main

import (
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/choice"
)

func TestSpread(t *testing.T) {
	for _, c := range []struct {
		figures []float64
		want    spread
	}{
		{[]float64{3}, spread{3, 3, 3}},
		{[]float64{5, 1, 2}, spread{2, 1, 5}},
		{[]float64{4, 1, 2, 9}, spread{3, 1, 9}},
	} {
		assert.Equal(t, c.want, spreadOf(c.figures), "%v", c.figures)
	}
	assert.Equal(t, "2.0 s (1.0–5.5)", spread{2, 1, 5.5}.print(quantities[cpu].format, quantities[cpu].unit))
	assert.Equal(t, "512 MB (256–1024)", spread{512 << 20, 256 << 20, 1 << 30}.print(quantities[memory].format, quantities[memory].unit))
}

// Ratios are of the figures of one turn: other load on the machine affects both.
func TestRatios(t *testing.T) {
	samples := map[string][]cost{
		here:  {{10, 5, 300}, {40, 18, 300}, {12, 5, 600}},
		floor: {{10, 5, 100}, {20, 9, 100}, {10, 4, 100}},
		base:  {{10, 10, 300}, {40, 36, 300}, {12, 10, 600}},
	}
	ratios := ratiosOf("warm preview of dev", samples)
	require.Len(t, ratios, 2, "that to the floor, and that to the base")
	assert.Equal(t, "warm preview of dev: here to floor", ratios[0].name)
	assert.Equal(t, [3]spread{cpu: {1.2, 1, 2}, wall: {1.25, 1, 2}, memory: {3, 3, 6}}, ratios[0].turns)
	assert.Equal(t, "warm preview of dev: here to base", ratios[1].name)
	assert.Equal(t, spread{.5, .5, .5}, ratios[1].turns[wall])

	assert.Len(t, ratiosOf("cold build", samples), 1, "nothing but the base is compared with in a build")
	delete(samples, base)
	assert.Empty(t, ratiosOf("cold build", samples))
}

// The engine in the process is compared with the CLI of the base, too, if there is one, but no limit holds for that.
func TestRatiosToTheCLI(t *testing.T) {
	b := &bench{here: &tree{}, floor: &tree{}, base: &tree{}}
	for measured, most := range map[string]float64{"deployment from nothing of dev": 0.40, "update without a change of dev": 0.35} {
		samples := map[string][]cost{here: {{1, 1, 1}}, b.nameOfCLI(b.here): {{4, 1, 1}}}
		alone := ratiosOf(measured, samples)
		require.Len(t, alone, 1)
		assert.Equal(t, measured+": here to CLI", alone[0].name)
		assert.Equal(t, cost{cpu: most}, alone[0].most)

		samples[b.nameOfCLI(b.base)] = []cost{{1, 1, 1}}
		beside := ratiosOf(measured, samples)
		require.Len(t, beside, 2)
		assert.Equal(t, alone[0], beside[0])
		assert.Equal(t, measured+": here to CLI of base", beside[1].name)
		require.NoError(t, report(io.Discard, beside))
	}
}

// A limit holds for the median, and only for the quantities that have one.
func TestLimits(t *testing.T) {
	r := ratio{name: "a: b to c", limit: limit{most: cost{cpu: 1.25, memory: 2}}, turns: [3]spread{{1.25, 1, 3}, {9, 9, 9}, {2, 2, 2}}}
	var out strings.Builder
	require.NoError(t, report(&out, []ratio{r}))
	assert.Equal(t, "| a: b to c | CPU 1.25, Peak memory 2 | 1.25 (1.00–3.00) | 9.00 (9.00–9.00) | 2.00 (2.00–2.00) |\n", out.String())

	r.turns[cpu].median, r.turns[memory].median = 1.26, 2.5
	err := report(&out, []ratio{r, {name: "another", turns: r.turns}})
	require.EqualError(t, err, "a: b to c: CPU is 1.26, at most 1.25 is allowed\na: b to c: Peak memory is 2.50, at most 2 is allowed")
	assert.Contains(t, out.String(), "| a: b to c | **exceeded:** CPU 1.25")
}

// A limit that nothing is compared with would hold always.
func TestUnmeasured(t *testing.T) {
	var ratios []ratio
	for _, l := range limits[1:] {
		ratios = append(ratios, ratio{limit: l})
	}
	require.EqualError(t, unmeasured(ratios, true), "nothing was measured for the limit of warm preview, here to floor")
	ratios = append(ratios, ratio{limit: limits[0]})
	ratios = append(ratios, ratio{limit: limits[0]})
	require.NoError(t, unmeasured(ratios, true))
	ratios = slices.DeleteFunc(ratios, func(r ratio) bool { return strings.HasSuffix(r.to, base) })
	require.NoError(t, unmeasured(ratios, false))
	require.ErrorContains(t, unmeasured(ratios, true), "900 to 900 of base")
}

func TestChoose(t *testing.T) {
	for names, want := range map[string][]string{"": {"stacks", "review", "engine", "scale", "build"}, "scale": {"scale"}, "build,review": {"build", "review"}} {
		chosen, err := choice.Among(partNames(), "only", "part", names)
		require.NoError(t, err)
		assert.Equal(t, want, chosen)
	}
	_, err := choice.Among(partNames(), "only", "part", "scale,speed")
	require.EqualError(t, err, `-only scale,speed: there is no part "speed": name one of stacks, review, engine, scale, build, or several separated by commas`)
}
