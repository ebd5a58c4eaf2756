package tuning

import (
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/offline/cloud"
)

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
