package cloud

import (
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// What AWS Backup computes and refuses.
var _ = simulate(map[string]simulation{
	catalogue.BackupVaultLock: {
		rules: []rule{within(
			limit{"changeableForDays", 3, 36500}, limit{"minRetentionDays", 1, 36500}, limit{"maxRetentionDays", 1, 36500},
		), lockLeavesSomething},
	},
	catalogue.BackupPlan:      {rules: []rule{planRules}},
	catalogue.BackupSelection: {rules: []rule{assumable("iamRoleArn", "backup"), selectionSelects}},
})

// lockLeavesSomething is AWS Backup's rule that some retention passes a lock.
func lockLeavesSomething(_ *Provider, e *Entry) error {
	in := e.in()
	if least, most := in.Number("minRetentionDays", 1), in.Number("maxRetentionDays", 36500); least > most {
		return e.refusal("InvalidParameterValueException: minRetentionDays %v is above maxRetentionDays %v", least, most)
	}
	return nil
}

// planRules is AWS Backup's rule on the rules of a plan: cold storage lasts 90 days, and a vault takes what its lock lets in. A
// plan against a lock AWS makes all the same; its every job then fails.
func planRules(p *Provider, e *Entry) error {
	if len(e.in().Objects("rules")) == 0 {
		return e.refusal("InvalidParameterValueException: a plan needs a rule")
	}
	for _, planned := range e.in().Objects("rules") {
		schedule, name := planned.Text("schedule"), planned.Text("ruleName")
		start, completion := planned.Number("startWindow", 480), planned.Number("completionWindow", 10080)
		switch {
		case schedule != "" && !validCron(schedule):
			return e.refusal("InvalidParameterValueException: rule %s: schedule %q is not valid", name, schedule)
		case start < 60 || completion < start+60:
			return e.refusal("InvalidParameterValueException: rule %s: it has %v minutes to start and %v to complete, at least 60 each are needed", name, start, completion)
		}
		if err := p.vaultTakes(e, planned.Text("targetVaultName"), planned.Values("lifecycle")); err != nil {
			return err
		}
		for _, copied := range planned.Objects("copyActions") {
			vault := copied.Text("destinationVaultArn")
			if err := p.vaultTakes(e, vault, copied.Values("lifecycle")); err != nil {
				return err
			}
		}
	}
	return nil
}

// vaultTakes says why a vault, told by name or ARN, would not take what lives for a time.
func (p *Provider) vaultTakes(e *Entry, vault string, lifecycle model.Values) error {
	days := lifecycle.Number("deleteAfter", 36500)
	if cold := lifecycle.Number("coldStorageAfter", 0); cold > 0 && days < cold+90 {
		return e.refusal("InvalidParameterValueException: what goes to cold storage after %v days is kept for 90 more, not %v in all", cold, days)
	}
	found := p.record.referred(e.Account, vault)
	if !strings.HasPrefix(vault, "arn:") {
		found = p.record.named(e, catalogue.BackupVault, vault)
	}
	if found == nil {
		return nil // refuseReferences says so
	}
	lock := p.record.entries[keyOf(found.Account, found.Region, "", catalogue.BackupVaultLock, found.ID)]
	if lock == nil {
		return nil
	}
	if least, most := lock.in().Number("minRetentionDays", 1), lock.in().Number("maxRetentionDays", 36500); days < least || days > most {
		return e.refusal("InvalidParameterValueException: %v days are not the %v to %v that the lock of %s lets in", days, least, most, found.ID)
	}
	return nil
}

// selectionSelects is AWS Backup's rule that something is selected.
func selectionSelects(_ *Provider, e *Entry) error {
	in := e.in()
	resources := in.Texts("resources")
	switch {
	case len(resources) == 0 && !in.Has("selectionTags"):
		return e.refusal("InvalidParameterValueException: a selection needs resources or selectionTags")
	case len(resources) > 500 || len(in.Texts("notResources")) > 500:
		return e.refusal("InvalidParameterValueException: a selection has at most 500 resources")
	}
	return nil
}
