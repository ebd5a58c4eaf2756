package stacks

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestStorageLimitIsAboveWhatHasGrown(t *testing.T) {
	const refused = "less than a tenth above the storage that the database has now, which is 420 GiB: RDS would refuse it, and storage never shrinks: " +
		"set it to 462 or more, or leave it at "
	for name, c := range map[string]struct {
		allocated, limit, wanted int
		problem                  string
	}{
		"no database yet":              {0, 0, 300, ""},
		"unchanged":                    {200, 1000, 1000, ""},
		"lowered, with room":           {420, 1000, 462, ""},
		"lowered, with too little":     {420, 1000, 461, "legops:rds.maxStorageGiB: 461: " + refused + "1000"},
		"lowered below what is there":  {420, 1000, 300, "legops:rds.maxStorageGiB: 300: " + refused + "1000"},
		"unchanged, and almost all of": {420, 430, 430, ""},
		"unchanged, and all of it":     {420, 420, 420, ""},
		"raised by too little":         {420, 430, 440, "legops:rds.maxStorageGiB: 440: " + refused + "430"},
	} {
		config := &Config{}
		config.Rds.StorageGiB, config.Rds.MaxStorageGiB = 200, c.wanted
		if err := config.CheckStorageLimit(c.allocated, c.limit); c.problem == "" {
			assert.NoError(t, err, name)
		} else {
			assert.EqualError(t, err, c.problem, name)
		}
	}
}
