package review

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// dataSettings are the properties that protect data: those of the catalogue, and two that its words have no room for.
var dataSettings = append(guarded(),
	of(catalogue.BucketLifecycle, `rules\[[^\]]*\]`, expires, "objects are removed that were kept"),
	of(catalogue.BucketLifecycle, `rules\[[^\]]*\]\.(e|noncurrentVersionE)xpiration(\.date)?`, comes, "objects are removed that were kept"),
	of(catalogue.BucketLifecycle, `rules\[[^\]]*\]\.filter(\..*)?`, differs, "the rule is for other objects, and may remove them"),
	of(catalogue.ImageLifecyclePolicy, `policy\.rules\[[^\]]*\]`, differs, "another rule: images may be removed that were kept"),
	of(catalogue.ImageLifecyclePolicy, `policy\.rules\[[^\]]*\]\.(rulePriority|selection\.(tag|countType|countUnit).*)`, differs,
		"the rule is for other images, and may remove them"),
	of(catalogue.BackupPlan, `rules\[[^\]]*\]\.schedule`, otherDays, "backups are made on other days"),
	of(catalogue.BackupSelection, `(conditions|notResources|selectionTags)(\W.*)?`, differs, "other resources are backed up"),
	of(catalogue.BackupVaultPolicy, `policy\.Statement\[.*`, changed, "what keeps backups from being deleted is not the same"),
	// Whatever its name in a type, a key that changes leaves the data under the old one, or moves it.
	of("", `(?i).*(kms|encryption).*(key(id|arn)?|encryptionConfig.*)`, changed, "another key: what is there stays under the old one, which has to live as long"),
)

// guarded are the inputs that guard data, of all types.
func guarded() []setting {
	judges := map[catalogue.Weaker]worse{
		catalogue.Off: off, catalogue.On: on, catalogue.Lower: lower, catalogue.Shorter: gone, catalogue.Sooner: sooner,
		catalogue.Changed: changed, catalogue.Removed: removed,
	}
	var all []setting
	for _, t := range catalogue.Types {
		for _, guard := range t.Guarded {
			judge, is := judges[guard.Weaker]
			if !is {
				judge = leaves(string(guard.Weaker))
			}
			path := strings.ReplaceAll(regexp.QuoteMeta(guard.Input), `\[\*\]`, `\[[^\]]*\]`)
			all = append(all, of(t.Token, path, judge, guard.Loss))
		}
	}
	return all
}

// expires is for a rule of a life cycle that comes.
func expires(old, new string) bool {
	return old == "" && strings.Contains(new, "xpiration")
}

func comes(_, new string) bool { return new != "" }

// otherDays is for a schedule of AWS: another time of the day is no loss.
func otherDays(old, new string) bool {
	days := func(schedule string) []string {
		fields := strings.Fields(schedule)
		return fields[min(2, len(fields)):]
	}
	return !slices.Equal(days(old), days(new))
}

func removed(old, new string) bool { return old != "" && new == "" }

// atRisk is what a plan could do to data. What was protected before the plan is given by URN.
func atRisk(p *model.Plan, changes []Change, protected map[string]bool) []Finding {
	var found []Finding
	for i := range changes {
		c := &changes[i]
		if t := catalogue.Of(c.Type); t.HoldsData() && (c.Kind == Deleted || c.Kind == Replaced) {
			goes := c.finding("%s (%s): %s; %s", c.Kind, t.Holds, c.Reason, c.fate())
			goes.Goes = true
			found = append(found, goes)
		}
	}
	for i := range changes {
		found = append(found, changes[i].settings(dataSettings)...)
	}
	found = append(found, unguarded(changes, dataLoss)...)
	found = append(found, removers(changes)...)
	found = append(found, deselected(changes)...)
	return append(found, unprotected(p, protected)...)
}

// dataLoss is what happens to the data of what a resource of a type guards when it alone goes; "" where it guards none.
func dataLoss(token string) string { return catalogue.Of(token).Loss }

// unguarded are the resources that go while what they guard stays, by what says of a type what is lost. One that comes back under another name is no better,
// nor one that is replaced in this order: Pulumi sets the new one first, and by deleting the old one takes away what both are; nor one whose data is
// left behind.
func unguarded(changes []Change, loss func(token string) string) []Finding {
	var found []Finding
	for i := range changes {
		c := &changes[i]
		switch lost := loss(c.Type); {
		case lost == "":
		case c.Kind == Deleted && !alike(c, changes):
			found = append(found, c.finding("%s deleted: %s; %s", typeName(c.Type), lost, c.Reason))
		case c.Kind == Replaced && !c.DeletesFirst && c.old != nil && c.new != nil && c.samePhysicalName(c):
			found = append(found, c.finding("%s replaced, the new one first: both are the same to the service, and deleting the old one takes the new one away: %s; %s",
				typeName(c.Type), lost, c.Reason))
		case c.Kind == Replaced && c.DeletesFirst && leftBehind(c, changes):
			found = append(found, c.finding("%s replaced, the old one deleted first, and what it is about stays in the account without it: %s; %s",
				typeName(c.Type), lost, c.Reason))
		}
	}
	return found
}

// holdsDataOf says whether it holds the data that a resource is about: its name is that of the resource, or the beginning of it.
func (c *Change) holdsDataOf(part *Change) bool {
	return catalogue.Of(c.Type).HoldsData() && strings.HasPrefix(part.Name+"-", c.Name+"-")
}

// leftBehind says whether what holds the data that a resource is about is replaced, too, and the old one retained. Another of its name is refused,
// and then no new part is made either.
func leftBehind(part *Change, changes []Change) bool {
	return slices.ContainsFunc(changes, func(c Change) bool {
		return c.Kind == Replaced && c.Retained && c.holdsDataOf(part)
	})
}

// alike says whether what holds the data that a resource is about comes or goes with it: what has its name or the beginning of it, or the
// namespace that it is in. What is retained does not go.
func alike(part *Change, changes []Change) bool {
	return slices.ContainsFunc(changes, func(c Change) bool {
		return c.Kind == part.Kind && !c.Retained && (c.holdsDataOf(part) ||
			c.Type == catalogue.Namespace && c.Component == part.Component)
	})
}

// removers are the rules that come, for what is there already, and remove some of it.
func removers(changes []Change) []Finding {
	var found []Finding
	for i := range changes {
		c := &changes[i]
		if c.Kind != Created || c.new == nil || alike(c, changes) {
			continue
		}
		switch {
		case c.Type == catalogue.BucketLifecycle && slices.ContainsFunc(c.new.Objects("rules"), func(rule model.Values) bool {
			return rule.Has("expiration") || rule.Has("noncurrentVersionExpiration")
		}):
			found = append(found, c.finding("%s created: objects are removed that were kept", typeName(c.Type)))
		case c.Type == catalogue.ImageLifecyclePolicy:
			found = append(found, c.finding("%s created: images are removed that were kept", typeName(c.Type)))
		}
	}
	return found
}

// deselected is what a selection of backups no longer names. What is replaced is told by itself: its new ARN is not known yet.
func deselected(changes []Change) []Finding {
	var found []Finding
	for i := range changes {
		c := &changes[i]
		if c.Type != catalogue.BackupSelection || c.old == nil || c.new == nil {
			continue
		}
		missing, come := without(c.old.List("resources"), c.new.List("resources")), without(c.new.List("resources"), c.old.List("resources"))
		unknown := 0
		for _, arn := range come {
			if arn == any(model.Unknown) {
				unknown++
			}
		}
		if len(missing) > unknown {
			found = append(found, c.finding("no longer backed up: %d of %v", len(missing)-unknown, missing))
		}
	}
	return found
}

// unprotected are the resources that Pulumi keeps now and would no longer keep, one finding for each component.
func unprotected(p *model.Plan, protected map[string]bool) []Finding {
	head := p.Head()
	lost := map[string][]string{} // names, by component
	for _, step := range p.Steps {
		if step.Old == nil || step.New == nil {
			continue
		}
		lets := protected[string(step.New.URN)] && !step.New.Protect || step.Old.RetainOnDelete && !step.New.RetainOnDelete
		if component := head.ComponentName(step.New); lets && component != "" {
			lost[component] = appendNew(lost[component], step.New.Name())
		}
	}
	var found []Finding
	for _, component := range slices.Sorted(maps.Keys(lost)) {
		found = append(found, Finding{Resource: component, Component: component, Text: fmt.Sprintf(
			"protection by Pulumi off, so that it can be deleted or replaced: %s", strings.Join(lost[component], ", "))})
	}
	return found
}

// fate is what becomes of a stateful resource that is replaced or deleted. The engine heeds the options in the state; those that the program
// asks for are in force once the update has ended, except that it replaces what no longer asks for protection: pulumi/pkg v3.250.0,
// resource/deploy/step_generator.go ("new.Protect && old.Protect") and step.go (DeleteStep.Apply).
func (c *Change) fate() string {
	const first = " Two deployments are needed: the first with %s alone, the second with what replaces it"
	deletes, bares := "it is NOT protected: pulumi up deletes it with what it holds", "pulumi up DELETES it with what it holds"
	if kept := c.deleted(); kept != "" {
		deletes, bares = "it is NOT protected: pulumi up deletes it, and "+kept, "pulumi up DELETES it, and "+kept
	}
	switch {
	case c.Retained:
		return "it stays in the account, out of the stack"
	case c.Protected:
		return "it is protected: pulumi up refuses until a person unprotects it"
	case c.Bares:
		return "its protection goes in this very update, which replaces it all the same: " + bares
	case c.new != nil && c.new.RetainOnDelete:
		return deletes + ". retainOnDelete comes in this very update, too late to keep it." + fmt.Sprintf(first, "retainOnDelete")
	case c.new != nil && c.new.Protect:
		return deletes + ". protect comes in this very update, too late to refuse this." + fmt.Sprintf(first, "protect")
	}
	return deletes
}

// deleted is what becomes of what a resource holds when it is deleted, by the state, which the provider reads for it; "" where it is gone.
func (c *Change) deleted() string {
	says := catalogue.Of(c.Type).Deleted
	if c.old == nil || says.Unless != "" && reflect.DeepEqual(c.old.Get(says.Unless), says.Is) {
		return ""
	}
	return catalogue.Placeholder.ReplaceAllStringFunc(says.Says, func(text string) string {
		found := catalogue.Placeholder.FindStringSubmatch(text)
		return cmp.Or(c.old.Sprint(found[1]), found[2], "…")
	})
}

// typeName is a type as people say it, such as Queue for aws:sqs/queue:Queue.
func typeName(token string) string { return token[strings.LastIndexByte(token, ':')+1:] }
