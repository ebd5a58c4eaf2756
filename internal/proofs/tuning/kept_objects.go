package tuning

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"legops/internal/model"
)

// object is an object in a bucket, or a version of one that is no longer the current.
type object struct {
	key  string
	size float64
	tag  [2]string
	// newer is how many versions that are not current are newer than it; -1 is the current one.
	newer float64
}

// objectsRemoved says what a life cycle removes earlier than before.
func objectsRemoved(was, is model.Values) string {
	before, after := lifecycle(was), lifecycle(is)
	for _, o := range probes(append(slices.Clone(before), after...)) {
		if then, now := removedAfter(before, o), removedAfter(after, o); now < then {
			return "an object that stayed for " + days(then) + " goes after " + days(now)
		}
	}
	return ""
}

func days(n float64) string {
	if math.IsInf(n, 1) {
		return "ever"
	}
	return strconv.FormatFloat(n, 'f', -1, 64) + " days"
}

// lifecycle are the rules in force.
func lifecycle(in model.Values) (rules []model.Values) {
	for _, rule := range in.Objects("rules") {
		if rule["status"] != "Disabled" {
			rules = append(rules, rule)
		}
	}
	return rules
}

// filter is what a rule is for: the filter itself, or what is in its "and".
func filter(rule model.Values) model.Values {
	if and := rule.Values("filter.and"); and != nil {
		return and
	}
	return rule.Values("filter")
}

// tags are those that an object needs for a filter.
func tags(f model.Values) (all [][2]string) {
	if tag := f.Values("tag"); tag != nil {
		all = append(all, [2]string{tag.Text("key"), tag.Text("value")})
	}
	for key, value := range f.Values("tags") {
		all = append(all, [2]string{key, fmt.Sprint(value)})
	}
	return all
}

// probes are objects on both sides of every boundary of some rules.
func probes(rules []model.Values) (all []object) {
	keys, sizes, with, newer := []string{"elsewhere/o"}, []float64{1 << 20}, [][2]string{{}}, []float64{-1, 0}
	for _, rule := range rules {
		f := filter(rule)
		if prefix := f.Text("prefix"); prefix != "" {
			keys = append(keys, prefix+"o")
		}
		for _, bound := range []string{"objectSizeGreaterThan", "objectSizeLessThan"} {
			if size, is := f[bound].(float64); is {
				sizes = append(sizes, size-1, size, size+1)
			}
		}
		with = append(with, tags(f)...)
		if n, is := rule.Get("noncurrentVersionExpiration.newerNoncurrentVersions").(float64); is {
			newer = append(newer, n-1, n)
		}
	}
	for _, key := range keys {
		for _, size := range sizes {
			for _, tag := range with {
				for _, n := range newer {
					all = append(all, object{key, size, tag, n})
				}
			}
		}
	}
	return all
}

// removedAfter is the number of days after which rules remove an object, which begin when it stops being current if it is not.
func removedAfter(rules []model.Values, o object) float64 {
	least := math.Inf(1)
	for _, rule := range rules {
		f := filter(rule)
		greater, hasGreater := f["objectSizeGreaterThan"].(float64)
		less, hasLess := f["objectSizeLessThan"].(float64)
		if !strings.HasPrefix(o.key, f.Text("prefix")) || hasGreater && o.size <= greater || hasLess && o.size >= less ||
			slices.ContainsFunc(tags(f), func(tag [2]string) bool { return tag != o.tag }) {
			continue
		}
		if o.newer < 0 {
			if n, is := rule.Get("expiration.days").(float64); is {
				least = min(least, n)
			} else if rule.Get("expiration.date") != nil {
				least = 0
			}
			continue
		}
		kept, _ := rule.Get("noncurrentVersionExpiration.newerNoncurrentVersions").(float64)
		if n, is := rule.Get("noncurrentVersionExpiration.noncurrentDays").(float64); is && o.newer >= kept {
			least = min(least, n)
		}
	}
	return least
}
