package data

import "legops/components/internal/kit"

// databaseEvents are the categories of events (RDS User Guide, "Amazon RDS event categories") that people are told of. No
// metric shows them: a failover is over before an alarm looks twice.
var databaseEvents = []string{"availability", "failover", "failure", "low storage", "recovery"}

// notices tell people what happens to the instance: it restarts, its standby takes over, it fails, it comes back.
func (b *rdsBuild) notices() error {
	return kit.NewNotice(b.Ctx, b.Name, b.identifier(), kit.Notice{
		Suffix: "event", Description: "The database restarts, fails over, fails or recovers",
		Source: "aws.rds", DetailType: "RDS DB Instance Event",
		Detail: map[string][]string{"SourceIdentifier": {b.instanceIdentifier()}, "EventCategories": databaseEvents},
		Fields: map[string]string{"database": "$.detail.SourceIdentifier", "message": "$.detail.Message", "time": "$.time"},
		Text:   "The database <database>, <time>: <message>",
	}, b.args.TopicArn, b.Parent)
}
