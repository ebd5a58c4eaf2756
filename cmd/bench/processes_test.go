package main

import (
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a command leaves running, what is killed and what nobody waits for counts like the command itself.
func TestMeasureCountsOrphans(t *testing.T) {
	require.NoError(t, adoptOrphans())
	const work = `i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done`
	for name, script := range map[string]string{
		"itself":                       work,
		"a child":                      `sh -c '` + work + `'; true`,
		"an orphan":                    `sh -c '` + work + `' & exit 0`,
		"the orphan of a killed child": `sh -c 'sh -c "$0" & kill -KILL $$' '` + work + `'; true`,
		"a killed orphan":              `sh -c '` + work + `; kill -KILL $$' & exit 0`,
	} {
		t.Run(name, func(t *testing.T) {
			c, err := measure(exec.CommandContext(t.Context(), "sh", "-c", script))
			require.NoError(t, err)
			assert.Greater(t, c[cpu], 0.04)
			assert.Less(t, c[cpu], 4.0)
			assert.Greater(t, c[memory], 500e3)
		})
	}
	_, err := measure(exec.CommandContext(t.Context(), "sh", "-c", "echo reason >&2; exit 3"))
	require.ErrorContains(t, err, "exit status 3\nreason")
}
