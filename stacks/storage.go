package stacks

import (
	"fmt"
	"strconv"
)

// leastLimit is the least to which the storage of a database may be limited, in GiB. RDS enlarges it by at least a tenth, and refuses a
// limit below the first step.
func leastLimit(gib int) int { return (gib*11 + 9) / 10 }

// CheckStorageLimit returns an error if RDS would refuse rds.maxStorageGiB, in the middle of an update, because the database has grown.
// Allocated is the storage that it has, and limit its limit, in GiB; both are 0 before it exists. A limit that stays is not sent, so the
// storage may grow up to it.
func (c *Config) CheckStorageLimit(allocated, limit int) error {
	least := leastLimit(allocated)
	if c.Rds.MaxStorageGiB == limit || c.Rds.MaxStorageGiB >= least {
		return nil
	}
	return Problems{{
		Key: full("rds.maxStorageGiB"), Value: strconv.Itoa(c.Rds.MaxStorageGiB),
		Rule: fmt.Sprintf("less than a tenth above the storage that the database has now, which is %d GiB: RDS would refuse it, and storage never shrinks", allocated),
		Fix:  fmt.Sprintf("set it to %d or more, or leave it at %d", least, limit),
	}}
}
