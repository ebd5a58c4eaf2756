package tuning

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"legops/internal/model"
)

// image is one in a repository: its tag, "" without one, and its age in days.
type image struct {
	tag string
	age int
}

// imagesRemoved says what a policy of a repository removes that it did not: of each kind of tag, one image was pushed each day.
func imagesRemoved(was, is model.Values) string {
	before, after := unfolded(was["policy"]).Objects("rules"), unfolded(is["policy"]).Objects("rules")
	kinds, most := []string{"", "other"}, 1.0
	for _, rule := range append(slices.Clone(before), after...) {
		for _, list := range []string{"selection.tagPatternList", "selection.tagPrefixList"} {
			for _, pattern := range rule.Texts(list) {
				kinds = append(kinds, strings.ReplaceAll(pattern, "*", "x"))
			}
		}
		n, _ := rule.Get("selection.countNumber").(float64)
		most = max(most, n)
	}
	slices.Sort(kinds)
	var all []image
	for _, kind := range slices.Compact(kinds) {
		for age := range min(int(most)+2, 1000) {
			all = append(all, image{kind, age})
		}
	}
	gone := expired(before, all)
	for i := range expired(after, all) {
		if !gone[i] {
			return "an image goes that stayed: tag \"" + i.tag + "\", " + strconv.Itoa(i.age) + " days old"
		}
	}
	return ""
}

// expired are the images that rules remove: what a rule matches is never removed by one of lower priority, though it counts there (Amazon ECR
// User Guide, "Lifecycle policy evaluation rules").
func expired(rules []model.Values, all []image) map[image]bool {
	slices.SortFunc(rules, func(a, b model.Values) int { return int(number(a["rulePriority"]) - number(b["rulePriority"])) })
	gone, taken := map[image]bool{}, map[image]bool{}
	for _, rule := range rules {
		var matched []image
		for _, i := range all {
			if matches(rule, i) {
				matched = append(matched, i)
			}
		}
		slices.SortStableFunc(matched, func(a, b image) int { return a.age - b.age })
		count := int(number(rule.Get("selection.countNumber")))
		for at, i := range matched {
			over := at >= count
			if rule.Get("selection.countType") != "imageCountMoreThan" {
				over = i.age > count
			}
			if over && !taken[i] {
				gone[i] = true
			}
		}
		for _, i := range matched {
			taken[i] = true
		}
	}
	return gone
}

func matches(rule model.Values, i image) bool {
	patterns := rule.Texts("selection.tagPatternList")
	for _, prefix := range rule.Texts("selection.tagPrefixList") {
		patterns = append(patterns, prefix+"*")
	}
	switch rule.Get("selection.tagStatus") {
	case "any":
		return true
	case "untagged":
		return i.tag == ""
	}
	return i.tag != "" && (len(patterns) == 0 || slices.ContainsFunc(patterns, func(pattern string) bool {
		is, err := path.Match(pattern, i.tag)
		return err == nil && is
	}))
}
