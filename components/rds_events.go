package components

// databaseEvents are the categories of events (RDS User Guide, "Amazon RDS event categories") that people are told of. No
// metric shows them: a failover is over before an alarm looks twice.
var databaseEvents = []string{"availability", "failover", "failure", "low storage", "recovery"}

// notices tell people what happens to the instance: it restarts, its standby takes over, it fails, it comes back.
func (b *rdsBuild) notices() error {
	return newNotice(b.ctx, b.name, b.identifier(), notice{
		suffix: "event", description: "The database restarts, fails over, fails or recovers",
		source: "aws.rds", detailType: "RDS DB Instance Event",
		detail: map[string][]string{"SourceIdentifier": {b.identifier()}, "EventCategories": databaseEvents},
		fields: map[string]string{"database": "$.detail.SourceIdentifier", "message": "$.detail.Message", "time": "$.time"},
		text:   "The database <database>, <time>: <message>",
	}, b.args.TopicArn, b.parent)
}
