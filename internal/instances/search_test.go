package instances

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSearchVolume(t *testing.T) {
	type volume struct {
		gib   int
		known bool
	}
	for name, want := range map[string]volume{
		"t3.small.search": {100, true}, "t3.medium.search": {200, true}, "m6g.large.search": {1024, true}, "r6g.8xlarge.search": {16384, true},
		"c6g.12xlarge.search": {4608, true}, "m4.large.search": {0, true}, "r6gd.xlarge.search": {0, true}, "i3.large.search": {0, true},
		"or1.large.search": {0, false}, "r5.24xlarge.search": {0, false}, "": {0, false},
	} {
		gib, known := SearchVolume(name)
		assert.Equal(t, want, volume{gib, known}, name)
	}
}
