package cloud

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// What EventBridge computes and refuses, from its API reference.
var _ = simulate(map[string]simulation{
	catalogue.EventRule: {
		rules: []rule{
			when(func(in model.Values) bool { return given(in, "eventPattern", "scheduleExpression") == 0 },
				"ValidationException: eventPattern or scheduleExpression must be given"),
			when(func(in model.Values) bool { return in.Has("state") && in.Has("isEnabled") },
				"ValidationException: state and isEnabled exclude each other"),
			size("description", 0, 512, "ValidationException: description has {} characters, the limit is 512"),
			ifGiven("eventPattern", parsed("eventPattern", "InvalidEventPatternException: {}", patternFits)),
			size("eventPattern", 0, 2048, "InvalidEventPatternException: the pattern has {} characters, the quota is 2048"),
			when(func(in model.Values) bool {
				text := in.Text("scheduleExpression")
				return text != "" && !validRate(text) && !validCron(text)
			}, `ValidationException: Parameter ScheduleExpression is not valid: "{scheduleExpression}"`),
			assumable("roleArn", "events"), oneOf("eventBusName", "default"),
			oneOf("state", "ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"),
		},
	},
	catalogue.EventTarget: {
		outputs: outputs{"targetId": func(m made) any { return strings.TrimPrefix(m.id, m.inputs.Text("rule")+"-") }},
		rules: []rule{
			// What has no policy of its own is called with a role
			when(func(in model.Values) bool {
				return !slices.Contains(roleless, serviceOf(in.Text("arn"))) && !in.Has("roleArn")
			},
				"ValidationException: RoleArn is required for target {arn}"),
			assumable("roleArn", "events"),
			when(func(in model.Values) bool { return given(in, "input", "inputPath", "inputTransformer") > 1 },
				"ValidationException: only one of input, inputPath and inputTransformer may be given"),
			when(func(in model.Values) bool { return in.Text("input") != "" && !json.Valid([]byte(in.Text("input"))) },
				"ValidationException: input is no valid JSON text"),
			targetTemplate, logsAreOpen, oneOf("eventBusName", "default"),
			within(limit{"retryPolicy.maximumEventAgeInSeconds", 60, 86400}, limit{"retryPolicy.maximumRetryAttempts", 0, 185}),
		},
	},
})

// patternFits is EventBridge's rule on the form of a pattern: objects down to lists of what may stand there.
func patternFits(_ *Provider, pattern *Entry) error {
	if problem := patternProblem("", pattern.Inputs); problem != "" {
		return pattern.refusal("InvalidEventPatternException: Event pattern is not valid. Reason: %s", problem)
	}
	return nil
}

// matchers are what an object in the list of a pattern may ask for.
var matchers = []string{
	"prefix", "suffix", "anything-but", "numeric", "cidr", "exists", "equals-ignore-case", "wildcard",
}

// patternProblem says which part of a pattern cannot be.
func patternProblem(path string, part any) string {
	switch part := part.(type) {
	case map[string]any:
		if len(part) == 0 {
			return fmt.Sprintf("%q is empty", path)
		}
		for _, name := range slices.Sorted(maps.Keys(part)) {
			if problem := patternProblem(name, part[name]); problem != "" {
				return problem
			}
		}
		return ""
	case []any:
		return patternListProblem(path, part)
	}
	return fmt.Sprintf("%q must be an object or an array", path)
}

func patternListProblem(path string, list []any) string {
	if len(list) == 0 {
		return fmt.Sprintf("%q is an empty array", path)
	}
	for _, element := range list {
		asked, isObject := element.(map[string]any)
		if path == "$or" {
			if problem := patternProblem(path, element); problem != "" {
				return problem
			}
			continue
		}
		for name := range asked {
			if !slices.Contains(matchers, name) {
				return fmt.Sprintf("%q: unrecognized match type %s", path, name)
			}
		}
		if _, isList := element.([]any); isList || isObject && len(asked) != 1 {
			return fmt.Sprintf("%q: a match must be a value or an object with one match type", path)
		}
	}
	return ""
}

var (
	rateForm = regexp.MustCompile(`^rate\(([1-9]\d*) (minute|hour|day)(s?)\)$`)
	cronForm = regexp.MustCompile(`^cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)$`)
)

// cronFields are what the fields of a cron expression are made of.
var cronFields = []*regexp.Regexp{
	regexp.MustCompile(`^[\d,*/-]+$`),             // minutes
	regexp.MustCompile(`^[\d,*/-]+$`),             // hours
	regexp.MustCompile(`^(?:\?|[\d,*/LW-]+)$`),    // day of the month
	regexp.MustCompile(`^[\dA-Z,*/-]+$`),          // month
	regexp.MustCompile(`^(?:\?|[\dA-Z,*/#L-]+)$`), // day of the week
	regexp.MustCompile(`^(?:\*|[\d,*/-]{4,})$`),   // year
}

// The forms of times: a rate with its unit in the right number, or a cron expression with one question mark for a day.

func validRate(text string) bool {
	rate := rateForm.FindStringSubmatch(text)
	return rate != nil && (rate[1] == "1") == (rate[3] == "")
}

func validCron(text string) bool {
	cron := cronForm.FindStringSubmatch(text)
	if cron == nil || (cron[3] == "?") == (cron[5] == "?") {
		return false
	}
	for i, form := range cronFields {
		if !form.MatchString(cron[i+1]) {
			return false
		}
	}
	return below(cron[1], 60) && below(cron[2], 24)
}

var wholeNumber = regexp.MustCompile(`\d+`)

// below says whether all numbers in a field of a cron expression are below a limit.
func below(field string, limit int) bool {
	return !slices.ContainsFunc(wholeNumber.FindAllString(field, -1), func(digits string) bool {
		number, err := strconv.Atoi(digits)
		return err != nil || number >= limit
	})
}

// roleless are the targets that let EventBridge in by a policy of their own; all others known here take a role.
var roleless = []string{"sns", "sqs", "lambda", "logs"}

// logsAreOpen is the rule that a log group takes events only if a resource policy lets EventBridge write to its streams
// ("Using resource-based policies for Amazon EventBridge"). AWS makes such a target all the same, and loses its events.
func logsAreOpen(p *Provider, e *Entry) error {
	arn := strings.TrimSuffix(e.in().Text("arn"), ":*")
	if serviceOf(arn) != "logs" {
		return nil
	}
	for _, service := range []string{"events.amazonaws.com", "delivery.logs.amazonaws.com"} {
		if !p.logsLet(e, service, arn+":log-stream:1") {
			return e.refusal("AccessDenied: no resource policy of CloudWatch Logs lets %s write to the streams of %s", service, arn)
		}
	}
	return nil
}

// placeholder is where a template takes a value in; EventBridge has some of its own.
var placeholder = regexp.MustCompile(`<([^<>\s]+)>`)

// targetTemplate is EventBridge's rule on templates: JSON, or lines of quoted text, with no placeholder that nothing
// fills.
func targetTemplate(_ *Provider, e *Entry) error {
	transformer := e.in().Values("inputTransformer")
	template, paths := transformer.Text("inputTemplate"), transformer.Values("inputPaths")
	if template == "" {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(paths)) {
		path, _ := paths[name].(string)
		if strings.HasPrefix(strings.ToUpper(name), "AWS") || !strings.HasPrefix(path, "$") {
			return e.refusal("ValidationException: inputPaths: %s must not begin with AWS, and its path %q must begin with $", name, path)
		}
	}
	if len(paths) > 100 || len(template) > 8192 {
		return e.refusal("ValidationException: inputTransformer has %d paths and %d characters, the limits are 100 and 8192", len(paths), len(template))
	}
	for _, found := range placeholder.FindAllStringSubmatch(template, -1) {
		if _, filled := paths[found[1]]; !filled && !strings.HasPrefix(found[1], "aws.events.") {
			return e.refusal("ValidationException: InputTemplate contains invalid placeholder %s", found[1])
		}
	}
	if filled := placeholder.ReplaceAllString(template, "0"); !json.Valid([]byte(filled)) && !quotedLines(filled) {
		return e.refusal("ValidationException: InputTemplate must be JSON, or lines of text in quotation marks")
	}
	return nil
}

func quotedLines(text string) bool {
	return !slices.ContainsFunc(strings.Split(strings.TrimSpace(text), "\n"), func(line string) bool {
		var quoted string
		return json.Unmarshal([]byte(strings.TrimSpace(line)), &quoted) != nil
	})
}
