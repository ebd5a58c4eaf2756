package ages

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Use is a version in use.
type Use struct {
	// Product is the name of the product, Version that of its version.
	Product, Version string
	// Extended says that extended support is on, or cannot be switched off.
	Extended bool
	// By are the names of the resources or files that use it, in order.
	By []string
}

// Merge puts together the uses of the same version, and orders them as the calendar does.
func Merge(uses []Use) []Use {
	var merged []Use
	for _, use := range uses {
		at := slices.IndexFunc(merged, func(m Use) bool {
			return m.Product == use.Product && m.Version == use.Version && m.Extended == use.Extended
		})
		if at < 0 {
			merged, at = append(merged, use), len(merged)
		} else {
			merged[at].By = append(slices.Clone(merged[at].By), use.By...)
		}
		slices.Sort(merged[at].By)
		merged[at].By = slices.Compact(merged[at].By)
	}
	order := func(u Use) int {
		return slices.IndexFunc(products, func(p Product) bool { return p.Name == u.Product })
	}
	slices.SortStableFunc(merged, func(a, b Use) int {
		return cmp.Or(cmp.Compare(order(a), order(b)), cmp.Compare(a.Version, b.Version))
	})
	return merged
}

// Day is the beginning of a day such as 2026-12-17, in UTC; now for an empty text.
func Day(text string) (time.Time, error) {
	if text == "" {
		return time.Now(), nil
	}
	day, err := time.Parse(dayFormat, text)
	if err != nil {
		return day, fmt.Errorf("%q is no day: write one such as 2026-12-17", text)
	}
	return day, nil
}

// soon are the numbers of days before an end from which on it is told, and told again.
var soon = []int{120, 60, 14}

// Soonest is how many days before an end it is told first.
const Soonest = 120

// Notice is what has to be told of a version in use: an end that comes near or is past, or that the calendar does not know it.
type Notice struct {
	// ID names the version. It stays the same for as long as the version is in use.
	ID string `json:"id"`
	// Stage changes when it has to be told again, such as standard-60. An end that is past has standard-past.
	Stage string `json:"stage"`
	// Text says what ends when, and what happens then.
	Text string `json:"text"`
	// By is what uses it.
	By []string `json:"by"`
	// Runbook is a file in docs/ that says how to get to a newer version.
	Runbook string `json:"runbook"`
}

// Notices are what has to be told on a day of what is in use.
func Notices(uses []Use, today time.Time) []Notice {
	notices := []Notice{}
	for _, use := range Merge(uses) {
		if notice, has := use.notice(today); has {
			notices = append(notices, notice)
		}
	}
	return notices
}

func (u Use) notice(today time.Time) (Notice, bool) {
	n := Notice{ID: u.Product + " " + u.Version, By: u.By}
	product := find(u.Product)
	if product == nil {
		panic("ages: no product " + u.Product) // the names are constants of the program, and a test asks for each
	}
	n.Runbook = product.Runbook
	row, known := product.Row(u.Version)
	if !known {
		n.Stage, n.Text = "unknown", fmt.Sprintf("the calendar does not know %s, so nobody tells when its support ends: add it to internal/ages/products.go", n.ID)
		return n, true
	}
	if row.Ends == "" {
		return n, false
	}
	extended := u.Extended && row.ExtendedEnds != ""
	if left := daysUntil(row.ExtendedEnds, today); extended && left <= Soonest {
		n.Stage = stage("extended", left)
		n.Text = fmt.Sprintf("extended support of %s %s: %s", n.ID, when(row.ExtendedEnds, left), product.After)
		return n, true
	}
	left := daysUntil(row.Ends, today)
	if left > Soonest {
		return n, false
	}
	n.Stage = stage("standard", left)
	kind := "standard support"
	if product.Extended == "" {
		kind = "support"
	}
	then := product.Then
	switch {
	case extended:
		then = fmt.Sprintf("extended support is on until %s: %s. Then %s", row.ExtendedEnds, product.Extended, product.After)
	case product.Extended != "":
		then = "extended support is off: " + then
	}
	n.Text = fmt.Sprintf("%s of %s %s: %s", kind, n.ID, when(row.Ends, left), then)
	return n, true
}

// daysUntil is how many days a day is away; negative if it is past.
func daysUntil(day string, today time.Time) int {
	until, err := time.Parse(dayFormat, day)
	if err != nil {
		return 1 << 30 // no day is never near; a malformed one is a finding of Problems
	}
	now := today.UTC().Truncate(24 * time.Hour)
	return int(until.Sub(now) / (24 * time.Hour))
}

// stage is the last number of days that has passed.
func stage(what string, left int) string {
	if left < 0 {
		return what + "-past"
	}
	passed := soon[0]
	for _, days := range soon {
		if left <= days {
			passed = days
		}
	}
	return fmt.Sprintf("%s-%d", what, passed)
}

// when is such as "ends on 2027-03-27, in 100 days".
func when(day string, left int) string {
	switch {
	case left == 0:
		return fmt.Sprintf("ends on %s, today", day)
	case left < 0:
		return fmt.Sprintf("ended on %s, %s ago", day, days(-left))
	}
	return fmt.Sprintf("ends on %s, in %s", day, days(left))
}

func days(n int) string {
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}

// ByText names what uses it, the first few of many.
func (n Notice) ByText() string {
	const most = 3
	if more := len(n.By) - most; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(n.By[:most], ", "), more)
	}
	return strings.Join(n.By, ", ")
}
