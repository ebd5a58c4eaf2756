package cloud

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
)

func TestEventRuleRules(t *testing.T) {
	refuses(t, catalogue.EventRule, func(client) values {
		return values{"name": "failed", "eventPattern": jsonOf(values{
			"source": []any{"aws.codepipeline"}, "detail-type": []any{values{"prefix": "CodePipeline"}}, "detail": values{"state": []any{"FAILED", nil}},
			"$or": []any{values{"account": []any{account}}, values{"region": []any{values{"anything-but": region}}}},
		})}
	}, map[string]mistake{
		"nothing to hear":   sets("eventPattern", nil, "eventPattern or scheduleExpression must be given"),
		"no JSON":           sets("eventPattern", "{", "InvalidEventPatternException: unexpected end"),
		"a list":            sets("eventPattern", "[]", "InvalidEventPatternException: json: cannot unmarshal array"),
		"a bare value":      sets("eventPattern", jsonOf(values{"source": "aws.codepipeline"}), `Reason: "source" must be an object or an array`),
		"a deep bare value": sets("eventPattern", jsonOf(values{"detail": values{"state": "FAILED"}}), `"state" must be an object or an array`),
		"no value":          sets("eventPattern", jsonOf(values{"source": []any{}}), `"source" is an empty array`),
		"nothing":           sets("eventPattern", "{}", `"" is empty`),
		"a match":           sets("eventPattern", jsonOf(values{"source": []any{values{"like": "a"}}}), `"source": unrecognized match type like`),
		"two matches":       sets("eventPattern", jsonOf(values{"source": []any{values{"prefix": "a", "suffix": "b"}}}), "an object with one match type"),
		"a list in a list":  sets("eventPattern", jsonOf(values{"source": []any{[]any{"a"}}}), `"source": a match must be a value`),
		"an or":             sets("eventPattern", jsonOf(values{"$or": []any{values{"source": "a"}}}), `"source" must be an object or an array`),
		"too long":          sets("eventPattern", jsonOf(values{"source": []any{strings.Repeat("a", 2048)}}), "the quota is 2048"),
		"a time":            sets("scheduleExpression", "every day", `Parameter ScheduleExpression is not valid: "every day"`),
		"on and off":        {func(_ client, in values) { in["state"], in["isEnabled"] = "ENABLED", true }, "state and isEnabled exclude each other"},
		"a state":           sets("state", "ON", `state is "ON"`),
		"a description":     sets("description", strings.Repeat("a", 513), "description has 513 characters"),
		"a bus":             sets("eventBusName", "legops", `eventBusName is "legops", must be one of default`),
		"a role":            {func(c client, in values) { in["roleArn"] = c.role("eks") }, "role/eks cannot be assumed by events.amazonaws.com"},
	})
	newClient(t).made(catalogue.EventRule, "no pattern", values{"name": "hourly", "eventPattern": "", "scheduleExpression": "rate(1 hour)"})
}

func TestSchedules(t *testing.T) {
	for text, valid := range map[string]bool{
		"rate(1 minute)": true, "rate(5 minutes)": true, "rate(1 day)": true, "rate(12 hours)": true,
		"rate(1 minutes)": false, "rate(5 minute)": false, "rate(0 minutes)": false, "rate(1.5 hours)": false, "rate(5 weeks)": false,
		"cron(0 2 * * ? *)": true, "cron(0/15 8-17 ? * MON-FRI *)": true, "cron(0 0 L * ? *)": true, "cron(0 0 ? * 6#3 2026)": true,
		"cron(0 2 * * * *)": false, "cron(0 2 ? * ? *)": false, "cron(0 2 * * ?)": false, "cron(60 2 * * ? *)": false, "cron(0 24 * * ? *)": false,
		"cron(a 2 * * ? *)": false, "5 minutes": false,
	} {
		c := newClient(t)
		_, err := c.create(catalogue.EventRule, "rule", values{"name": "rule", "scheduleExpression": text})
		if valid {
			assert.NoError(t, err, text)
		} else {
			assert.ErrorContains(t, err, "Parameter ScheduleExpression is not valid", text)
		}
	}
}

func (c client) eventRule(name string) string {
	id, _ := c.made(catalogue.EventRule, name, values{"name": name, "scheduleExpression": "rate(1 hour)"})
	return id
}

func transformer(template string, paths values) values {
	return values{"inputTemplate": template, "inputPaths": paths}
}

func TestEventTargetRules(t *testing.T) {
	paths := values{"pipeline": "$.detail.pipeline"}
	refuses(t, catalogue.EventTarget, func(c client) values {
		return values{
			"rule": c.eventRule("failed"), "targetId": "topic", "arn": c.topic(),
			"inputTransformer": transformer("\"<pipeline> failed.\"\n\"See <aws.events.rule-arn>.\"", paths),
			"retryPolicy":      values{"maximumEventAgeInSeconds": 3600, "maximumRetryAttempts": 10},
		}
	}, map[string]mistake{
		"no rule":   sets("rule", "nothing", "NotFound: rule nothing"),
		"no target": sets("arn", "arn:aws:sns:us-east-1:111111111111:nothing", "NotFound: arn arn:aws:sns"),
		"no role": {func(c client, in values) {
			in["arn"], _ = c.made(catalogue.BuildProject, "mirror", c.projectInputs())
		}, "RoleArn is required for target arn:aws:codebuild:us-east-1:111111111111:project/mirror"},
		"another service's role": {func(c client, in values) { in["roleArn"] = c.role("eks") }, "role/eks cannot be assumed by events.amazonaws.com"},
		"two inputs":             sets("input", "{}", "only one of input, inputPath and inputTransformer may be given"),
		"no JSON":                {func(_ client, in values) { delete(in, "inputTransformer"); in["input"] = "hello" }, "input is no valid JSON text"},
		"nothing to fill in":     sets("inputTransformer", transformer(`"<state>"`, paths), "InputTemplate contains invalid placeholder state"),
		"bare text":              sets("inputTransformer", transformer("<pipeline> failed", paths), "InputTemplate must be JSON, or lines of text in quotation marks"),
		"a bare line":            sets("inputTransformer", transformer("\"<pipeline> failed\"\nbadly", paths), "InputTemplate must be JSON"),
		"a reserved name":        sets("inputTransformer", transformer(`"a"`, values{"AwsAccount": "$.account"}), "inputPaths: AwsAccount must not begin with AWS"),
		"no path":                sets("inputTransformer", transformer(`"a"`, values{"account": "account"}), `its path "account" must begin with $`),
		"too long":               sets("inputTransformer", transformer(jsonOf(strings.Repeat("a", 8192)), paths), "8194 characters, the limits are 100 and 8192"),
		"too old":                sets("retryPolicy.maximumEventAgeInSeconds", 86401, "maximumEventAgeInSeconds is 86401"),
		"too often":              sets("retryPolicy.maximumRetryAttempts", 186, "maximumRetryAttempts is 186"),
		"a bus":                  sets("eventBusName", "legops", `eventBusName is "legops"`),
		"twice":                  {func(c client, in values) { c.made(catalogue.EventTarget, "first", in) }, "AlreadyExists"},
		"a sixth": {func(c client, in values) {
			for i := range 5 {
				c.made(catalogue.EventTarget, fmt.Sprint(i), values{"rule": "failed", "targetId": fmt.Sprint(i), "arn": in["arn"]})
			}
		}, "LimitExceeded: failed would have 6, the quota is 5"},
	})
	c := newClient(t)
	project, _ := c.made(catalogue.BuildProject, "mirror", c.projectInputs())
	in := values{
		"rule": c.eventRule("hourly"), "arn": project, "roleArn": c.serviceRole("hourly", "events"),
		"inputTransformer": transformer(`{"pipeline": <pipeline>}`, paths),
	}
	id, out := c.made(catalogue.EventTarget, "target", in)
	assert.Regexp(t, `^target-[0-9a-f]{7}$`, out["targetId"])
	assert.Equal(t, "hourly-"+out["targetId"].(string), id)
	assert.Equal(t, project, out["arn"])
}

// A rule goes only without targets, and a target is no name for what it leads to.
func TestEventTargetsKeepTheirRule(t *testing.T) {
	c := newClient(t)
	topic := c.topic()
	rule := c.eventRule("failed")
	id, _ := c.made(catalogue.EventTarget, "target", values{"rule": "failed", "targetId": "topic", "arn": topic})
	require.NoError(t, c.remove(catalogue.Topic, "critical", topic))
	c.refused(catalogue.EventTarget, "again", values{"rule": "failed", "targetId": "again", "arn": topic}, "NotFound: arn "+topic)
	c.removes(catalogue.EventRule, "failed", rule, catalogue.EventTarget, "target", id)
}

// A log group takes events when a resource policy lets both of EventBridge's services write to its streams.
func TestLogGroupsAsTargets(t *testing.T) {
	const group = "arn:aws:logs:us-east-1:111111111111:log-group:/aws/events/releases"
	open := func(resource string, services ...any) string {
		return statementOf(values{
			"Effect": "Allow", "Principal": values{"Service": services}, "Action": []any{"logs:CreateLogStream", "logs:PutLogEvents"}, "Resource": resource,
		})
	}
	both := []any{"events.amazonaws.com", "delivery.logs.amazonaws.com"}
	target := func(c client, policy string) error {
		c.made(catalogue.LogGroup, "releases", values{"name": "/aws/events/releases"})
		if policy != "" {
			c.made(catalogue.LogResourcePolicy, "events", values{"policyName": "events", "policyDocument": policy})
		}
		_, err := c.create(catalogue.EventTarget, "log", values{"rule": c.eventRule("released"), "arn": group})
		return err
	}
	require.NoError(t, target(newClient(t), open(group+":*", both...)))
	require.NoError(t, target(newClient(t), open("arn:aws:logs:us-east-1:111111111111:log-group:/aws/events/*:*", both...)))
	for name, policy := range map[string]string{
		"none": "", "of the group": open(group, both...), "of another": open(group+"s:*", both...), "of none of them": open(group+":*", "es.amazonaws.com"),
	} {
		assert.ErrorContains(t, target(newClient(t), policy), "no resource policy of CloudWatch Logs lets events.amazonaws.com write", name)
	}
	assert.ErrorContains(t, target(newClient(t), open(group+":*", "events.amazonaws.com")), "lets delivery.logs.amazonaws.com write")
}
