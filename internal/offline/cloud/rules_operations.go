package cloud

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/catalogue"
	"legops/internal/model"
)

var operationRules = map[string][]rule{
	catalogue.CompositeAlarm: {alarmNameIsFree, compositeRule, compositeSuppressor, alarmActions},
	catalogue.Dashboard:      {dashboardBody},
	catalogue.BackupVaultLock: {within(
		limit{"changeableForDays", 3, 36500}, limit{"minRetentionDays", 1, 36500}, limit{"maxRetentionDays", 1, 36500},
	), lockLeavesSomething},
	catalogue.BackupPlan:      {planRules},
	catalogue.BackupSelection: {assumable("iamRoleArn", "backup"), selectionSelects},
	catalogue.Budget: {
		budgetLimit, budgetNotifications, oneOf("timeUnit", "DAILY", "MONTHLY", "QUARTERLY", "ANNUALLY", "CUSTOM"),
		oneOf("budgetType", "USAGE", "COST", "RI_UTILIZATION", "RI_COVERAGE", "SAVINGS_PLANS_UTILIZATION", "SAVINGS_PLANS_COVERAGE"),
	},
}

// alarmOf finds an alarm of either kind by its name, nil if there is none.
func (p *Provider) alarmOf(e *Entry, name string) *Entry {
	if found := p.record.named(e, catalogue.MetricAlarm, name); found != nil {
		return found
	}
	return p.record.named(e, catalogue.CompositeAlarm, name)
}

// alarmNameIsFree is CloudWatch's rule that metric alarms and composite alarms share their names.
func alarmNameIsFree(p *Provider, e *Entry) error {
	name := nameOf(e.Type, e.in())
	if other := p.alarmOf(e, name); other != nil && other.Type != e.Type {
		return e.refusal("ValidationError: %q is an alarm of the other kind, made for %s", name, resource.URN(other.URN).Name())
	}
	return nil
}

// The language of composite alarms: states of alarms, combined.
var (
	ruleToken = regexp.MustCompile(`^\s*(?:(AND|OR|NOT|TRUE|FALSE)\b|(\()|(\))|(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"([^"]*)"|([^\s")]+))\s*\))`)
	spaces    = regexp.MustCompile(`^\s*$`)
)

// alarmsInRule are the alarms that a rule names, and what is wrong with its syntax, or "".
func alarmsInRule(text string) (names []string, problem string) {
	depth, operand := 0, true // whether an operand is expected
	for rest := text; !spaces.MatchString(rest); {
		token := ruleToken.FindStringSubmatch(rest)
		if token == nil {
			return nil, "unexpected " + strings.TrimSpace(rest)
		}
		rest = rest[len(token[0]):]
		switch word := token[1]; {
		case word == "AND" || word == "OR":
			if operand {
				return nil, "nothing before " + word
			}
			operand = true
		case !operand && token[3] == "":
			return nil, "AND or OR is missing before " + strings.TrimSpace(token[0])
		case word == "NOT":
		case token[2] != "":
			depth++
		case token[3] != "":
			if depth--; operand || depth < 0 {
				return nil, "a bracket closes nothing"
			}
		default:
			operand = false
			if name := token[4] + token[5]; name != "" {
				names = append(names, name)
			}
		}
	}
	if operand || depth > 0 {
		return nil, "it ends too early"
	}
	return names, ""
}

// compositeRule is CloudWatch's rule on rules: they can be read, and name at most a hundred alarms that are there. It would
// take alarms that look at each other in a circle, and then delete none of them; that is refused here.
func compositeRule(p *Provider, e *Entry) error {
	text := e.in().Text("alarmRule")
	names, problem := alarmsInRule(text)
	switch {
	case problem != "":
		return e.refusal("ValidationError: AlarmRule cannot be read: %s", problem)
	case len(text) > 10240:
		return e.refusal("ValidationError: AlarmRule has %d characters, the limit is 10240", len(text))
	case len(names) > 100:
		return e.refusal("ValidationError: AlarmRule names %d alarms, the limit is 100", len(names))
	}
	for _, name := range names {
		child := p.alarmOf(e, name)
		switch {
		case child == nil || child.Region != e.Region:
			return e.refusal("ValidationError: AlarmRule names %q, which does not exist", name)
		case p.dependsOn(child, e.in().Text("alarmName"), 0):
			return e.refusal("ValidationError: AlarmRule names %q, which depends on this alarm", name)
		}
	}
	return nil
}

// dependsOn says whether an alarm is, or looks at, the alarm of a name.
func (p *Provider) dependsOn(e *Entry, name string, depth int) bool {
	if nameOf(e.Type, e.in()) == name || depth > 100 {
		return true
	}
	names, _ := alarmsInRule(e.in().Text("alarmRule"))
	for _, child := range names {
		if found := p.alarmOf(e, child); found != nil && p.dependsOn(found, name, depth+1) {
			return true
		}
	}
	return false
}

// compositeSuppressor is CloudWatch's rule on what keeps an alarm quiet: another alarm.
func compositeSuppressor(p *Provider, e *Entry) error {
	if !e.in().Has("actionsSuppressor") {
		return nil
	}
	suppressor := e.in().Values("actionsSuppressor")
	name := suppressor.Text("alarm")
	if parts := strings.SplitN(name, ":alarm:", 2); len(parts) == 2 {
		name = parts[1]
	}
	if p.alarmOf(e, name) == nil {
		return e.refusal("ValidationError: ActionsSuppressor %q does not exist", name)
	}
	return nil
}

// alarmIsNoChild is CloudWatch's rule that an alarm is not deleted while a composite alarm looks at it.
func alarmIsNoChild(p *Provider, e *Entry) error {
	for _, other := range p.record.index.find(byType(catalogue.CompositeAlarm)) {
		if other.Account != e.Account || other.Region != e.Region || other.key() == e.key() {
			continue
		}
		names, _ := alarmsInRule(other.in().Text("alarmRule"))
		for _, name := range append(names, other.in().Text("actionsSuppressor.alarm")) {
			if name == nameOf(e.Type, e.in()) {
				return e.refusal("ValidationError: Cannot delete %s as there are composite alarm(s) depending on it: %s", name, nameOf(other.Type, other.in()))
			}
		}
	}
	return nil
}

// dashboardBody is CloudWatch's rule that a dashboard is JSON with up to 500 widgets on a grid of 24 columns.
func dashboardBody(_ *Provider, e *Entry) error {
	text := e.in().Text("dashboardBody")
	var body model.Values
	if err := json.Unmarshal([]byte(text), &body); err != nil {
		return e.refusal("InvalidParameterInput: The dashboard body is invalid: %s", err)
	}
	widgets := body.Objects("widgets")
	switch {
	case !body.Has("widgets"):
		return e.refusal("InvalidParameterInput: The dashboard body is invalid: it has no widgets")
	case len(widgets) > 500:
		return e.refusal("InvalidParameterInput: The dashboard body is invalid: it has %d widgets, the limit is 500", len(widgets))
	}
	for i, widget := range widgets {
		right := widget.Number("x", 0) + widget.Number("width", 6)
		switch {
		case widget.Text("type") == "" || !widget.Has("properties"):
			return e.refusal("InvalidParameterInput: The dashboard body is invalid: widget %d needs type and properties", i)
		case right > 24 || widget.Number("width", 6) < 1 || widget.Number("height", 6) < 1:
			return e.refusal("InvalidParameterInput: The dashboard body is invalid: widget %d ends at column %v of 24", i, right)
		}
	}
	return nil
}

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

// budgetLimit is AWS Budgets' rule that a budget has a limit above nothing.
func budgetLimit(_ *Provider, e *Entry) error {
	if in := e.in(); !in.Has("plannedLimits") && (!regexp.MustCompile(`^\d*[1-9]\d*(\.\d+)?$`).MatchString(in.Text("limitAmount")) || in.Text("limitUnit") == "") {
		return e.refusal("InvalidParameterException: limitAmount %q must be a number above 0, with limitUnit", in.Text("limitAmount"))
	}
	return nil
}

// budgetNotifications is AWS Budgets' rule on who is told: ten notifications, of ten mail addresses and one topic each.
func budgetNotifications(_ *Provider, e *Entry) error {
	notifications := e.in().Objects("notifications")
	if len(notifications) > 10 {
		return e.refusal("CreationLimitExceededException: there are %d notifications, the limit is 10", len(notifications))
	}
	for _, n := range notifications {
		mails, topics := n.Texts("subscriberEmailAddresses"), n.Texts("subscriberSnsTopicArns")
		if len(mails)+len(topics) == 0 || len(mails) > 10 || len(topics) > 1 {
			return e.refusal("InvalidParameterException: a notification goes to up to 10 mail addresses and one topic, not %d and %d", len(mails), len(topics))
		}
	}
	return nil
}
