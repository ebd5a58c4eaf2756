package tuning

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/offline/cloud"
)

// What is kept is asked of a model: objects, images and backups as the record before and the record after would treat them. So the oracle finds a
// rule that comes, that is for more than before, or that only its neighbours make harmless, whatever its inputs are called.

// unkept is what is kept for less after than before, by the URN of what decides about it.
func unkept(before, after []cloud.Entry) map[resource.URN][]string {
	lost := map[resource.URN][]string{}
	was, is := recordOf(before), recordOf(after)
	for _, judge := range []struct {
		token string
		// whole is the input that names what holds the data; fewer says what is kept no longer, "" if nothing.
		whole string
		fewer func(was, is model.Values) string
	}{
		{catalogue.BucketLifecycle, "bucket", objectsRemoved},
		{catalogue.BucketReplication, "bucket", notReplicated},
		{catalogue.ImageLifecyclePolicy, "repository", imagesRemoved},
		{catalogue.BackupVaultPolicy, "backupVaultName", noLongerDenied},
	} {
		for key, e := range merge(was.of[judge.token], is.of[judge.token]) {
			holder := *e
			holder.Type = catalogue.Of(judge.token).PartOf.To
			holder.ID = model.Values(e.Inputs).Text(judge.whole)
			if was.by[identity(&holder)] == nil || is.by[identity(&holder)] == nil {
				continue // it comes or goes with what it is about
			}
			if fewer := judge.fewer(inputs(was.of[judge.token][key]), inputs(is.of[judge.token][key])); fewer != "" {
				lost[resource.URN(e.URN)] = append(lost[resource.URN(e.URN)], fewer)
			}
		}
	}
	was.notBackedUp(is, lost)
	return lost
}

// record is what there is, by identity, and by type and URN.
type record struct {
	by map[string]*cloud.Entry
	of map[string]map[string]*cloud.Entry
}

func recordOf(entries []cloud.Entry) *record {
	r := &record{map[string]*cloud.Entry{}, map[string]map[string]*cloud.Entry{}}
	for i := range entries {
		e := &entries[i]
		r.by[identity(e)] = e
		if r.of[e.Type] == nil {
			r.of[e.Type] = map[string]*cloud.Entry{}
		}
		r.of[e.Type][e.URN] = e
	}
	return r
}

func merge(was, is map[string]*cloud.Entry) map[string]*cloud.Entry {
	both := maps.Clone(was)
	if both == nil {
		both = map[string]*cloud.Entry{}
	}
	maps.Copy(both, is)
	return both
}

func inputs(e *cloud.Entry) model.Values {
	if e == nil {
		return nil
	}
	return e.Inputs
}

// unfolded is a document in a text.
func unfolded(value any) model.Values { return model.ValuesOf(unfold(value)) }

// text is a document as one text, by which two can be told apart.
func text(value any) string {
	written, err := json.Marshal(value)
	if err != nil {
		panic(err) // what came as JSON
	}
	return string(written)
}

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

// notReplicated says that fewer rules copy.
func notReplicated(was, is model.Values) string {
	copies := func(in model.Values) (n int) {
		for _, rule := range in.Objects("rules") {
			if rule["status"] == "Enabled" {
				n++
			}
		}
		return n
	}
	if copies(is) < copies(was) {
		return "fewer rules copy its objects"
	}
	return ""
}

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

// noLongerDenied says that a statement which denies is not there any more as it was.
func noLongerDenied(was, is model.Values) string {
	denied := func(in model.Values) (all []string) {
		for _, s := range unfolded(in["policy"]).Objects("Statement") {
			if s["Effect"] == "Deny" {
				all = append(all, text(s))
			}
		}
		return all
	}
	now := denied(is)
	for _, s := range denied(was) {
		if !slices.Contains(now, s) {
			return "no longer denied: " + s
		}
	}
	return ""
}

// backedUp is who backs a resource up, and how.
type backedUp struct {
	selection, plan resource.URN
	// chosen is all of a selection but its name and its plan, copies the number of rules that copy elsewhere, often the days in a year.
	chosen string
	copies int
	often  float64
}

// backups are the resources that plans back up, by ARN or pattern.
func (r *record) backups() map[string]backedUp {
	plans := map[string]*cloud.Entry{}
	for _, plan := range r.of[catalogue.BackupPlan] {
		plans[plan.ID] = plan
	}
	all := map[string]backedUp{}
	for _, selection := range r.of[catalogue.BackupSelection] {
		plan := plans[inputs(selection).Text("planId")]
		if plan == nil {
			continue
		}
		b := backedUp{selection: resource.URN(selection.URN), plan: resource.URN(plan.URN)}
		others := maps.Clone(selection.Inputs)
		for _, key := range []string{"resources", "name", "planId", "iamRoleArn"} {
			delete(others, key)
		}
		b.chosen = text(others)
		for _, rule := range inputs(plan).Objects("rules") {
			b.often = max(b.often, daysOf(rule.Text("schedule")))
			b.copies += min(len(rule.Objects("copyActions")), 1)
		}
		if b.often == 0 {
			continue
		}
		for _, arn := range inputs(selection).Texts("resources") {
			all[arn] = b
		}
	}
	return all
}

// daysOf is the number of days in a year, about, on which a schedule such as cron(0 3 * * ? *) comes; 0 of none.
func daysOf(schedule string) float64 {
	f := strings.Fields(strings.Trim(strings.TrimPrefix(schedule, "cron("), ")"))
	if len(f) != 6 {
		return 0
	}
	part := func(field string, whole float64) float64 {
		if field == "*" || field == "?" {
			return 1
		}
		return float64(len(strings.Split(field, ","))) / whole
	}
	return 365 * part(f[2], 30) * part(f[3], 12) * part(f[4], 7)
}

// notBackedUp adds what was backed up, is still there, and no longer is, or less often, or without its copy.
func (r *record) notBackedUp(is *record, lost map[resource.URN][]string) {
	there := map[string]bool{}
	for _, e := range is.by {
		there[model.Values(e.Outputs).Text("arn")] = true
	}
	now := is.backups()
	for arn, was := range r.backups() {
		b, stays := now[arn]
		add := func(urn resource.URN, less string) {
			if !slices.Contains(lost[urn], less) {
				lost[urn] = append(lost[urn], less)
			}
		}
		switch planStays := is.of[catalogue.BackupPlan][string(was.plan)] != nil; {
		case !there[arn] && !strings.Contains(arn, "*"): // it went
		case !stays && !planStays:
			add(was.plan, arn+" is no longer backed up")
		case !stays:
			add(was.selection, arn+" is no longer backed up")
		case b.chosen != was.chosen:
			add(b.selection, "it selects otherwise: "+was.chosen+" → "+b.chosen)
		case b.often < was.often:
			add(b.plan, "backups are made more rarely")
		case b.copies < was.copies:
			add(b.plan, "backups are copied no longer")
		}
	}
}
