package insights_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/insights"
)

// Everything that AWS's pages show, in queries of our own.
func TestCheckAcceptsTheExamples(t *testing.T) {
	for _, query := range []string{
		"SOURCE '/aws/events/x' | fields @timestamp, @message | sort @timestamp desc | limit 25",
		"filter @message like /(?i)denied/ and not ispresent(user) | display @message",
		"fields strlen(@message) as length | stats sum(length) / 1024 as kib by bin(5m) as slot | stats max(kib) as most, min(kib) as least",
		"stats count(*) as n, count() as m, pct(@duration, 95) as slow by `detail-type`, bin(1h) | filter n > 10 | sort n desc, m | limit 5",
		"parse @message \"user=*, took *\" as user, took | filter took >= 10.5 or user in ['a', \"b\"] | stats avg(took) as average by user",
		"parse @message /(?<status>[0-9]+) (?<path>\\/[a-z]+)/ | filter status not in [200, 404] and path not like 'health' | stats count(*) by path",
		"fields @timestamp, server | sort @timestamp desc | dedup server, detail.`execution-id` | limit 3",
		"filter (a = -1 or b != 2) and c =~ /x/ | fields a ^ 2 % 3 as d, coalesce(a, b, 'none') as e | display d, e, a = 1 as one",
		"stats max(done) * (max(at) - min(at)) / 60000 as minutes, fromMillis(max(at)) as since by pipeline",
		"fields a - b as less, a -b as also, a/b as ratio",
	} {
		require.NoError(t, insights.Check(query), query)
	}
}

// Queries with one mistake each, and the text of its error.
func TestCheckReportsMistakes(t *testing.T) {
	for query, says := range map[string]string{
		// The two that were on the delivery dashboard.
		"stats max(a) as b by c | sort b desc | dedup c | display c, b":            "only limit may follow dedup",
		"stats max(a) as b by c | fields b * 2 as d | stats sum(d) as e by c":      "d is undefined after stats, which defines only b, c",
		"stats max(a) as b by c | filter a = 1":                                    "a is undefined after stats, which defines only b, c",
		"stats max(a) by c | sort a":                                               "a is undefined after stats, which defines only c",
		"stats count(*) as n by c | stats max(n) as m by bin(1h)":                  "@timestamp is undefined after stats",
		"stats max(a) as b by c | dedup d":                                         "d is undefined after stats",
		"stats max(a) as b by c | parse @message '*' as d":                         "@message is undefined after stats",
		"stats max(a) as b by c | stats max(b) as d by c | display b":              "b is undefined after stats, which defines only c, d",
		"sort a | stats count(*) as n by a":                                        "sort and limit must come after the last stats",
		"limit 5 | stats count(*) as n by a":                                       "sort and limit must come after the last stats",
		"stats max(a) as a by b | stats max(a) as a by b | stats max(a) as a by b": "a query may have 2 stats, this is number 3",
		"fields a | SOURCE '/x'":                                                   "SOURCE must be the first command",
		"SOURCE /x | fields a":                                                     "a log group in quotes",
		"display a | display b":                                                    "only the last display",
		"fields detail-type":                                                       "detail-type subtracts one field from another",
		"fields a * 2 as b, b + 1 as c":                                            "b is defined in this same command",
		"stats max(a) as b, max(b) as c by d":                                      "b is defined in this same command",
		"fields max(a) as b":                                                       "is allowed only in stats",
		"filter max(a) > 1":                                                        "is allowed only in stats",
		"stats a by b":                                                             "must come from a function over all events",
		"stats max(a) * c as b by d":                                               "must come from a function over all events",
		"stats max(min(a)) as b":                                                   "already a function over all events",
		"stats max(a) as b by sum(c)":                                              "not by a function over all of them",
		"stats max() as b":                                                         "max has 0 arguments",
		"fields substr(a) as b":                                                    "substr has 1 arguments",
		"fields split(a) as b":                                                     "split is not a function",
		"filter a like b":                                                          "expected a text or a regular expression",
		"filter a in (1, 2)":                                                       "expected a list in brackets",
		"filter a not 1":                                                           "expected like or in",
		"filter a = ":                                                              "found the end of the command, expected a value",
		"filter (a = 1":                                                            "expected a closing bracket",
		"filter a == 1":                                                            "found =, expected a value",
		"filter a = 1 b":                                                           "found b, expected the end of the command",
		"fields a as":                                                              "expected an alias",
		"fields a,":                                                                "expected a value",
		"parse @message 'a * b *' as c":                                            "2 stars for 1 names",
		"parse @message /([0-9]+)/":                                                "no named group",
		"parse @message '*'":                                                       "found the end of the command, expected as",
		"limit ten":                                                                "expected a number",
		"limit 10001":                                                              "must be 1 to 10000",
		"limit 0":                                                                  "must be 1 to 10000",
		"fields a | | limit 1":                                                     "a command is missing",
		"":                                                                         "a command is missing",
		"fields a | tail 5":                                                        "unknown command",
		"| fields a":                                                               "a command is missing",
		"filter a = 'open":                                                         "is not closed",
		"fields `open":                                                             "is not closed",
		"fields a$b":                                                               "a field's name needs backticks",
		"dedup max(a)":                                                             "found (, expected the end of the command",
	} {
		assert.ErrorContains(t, insights.Check(query), says, query)
	}
}

// One error reports every mistake with its command.
func TestCheckReportsEverything(t *testing.T) {
	err := insights.Check("fields max(a) as b | frob c | stats sum(b) as d by e | sort f | dedup e | display d")
	require.Error(t, err)
	for _, says := range []string{`command 1, "fields max ( a ) as"`, `command 2, "frob c"`, `command 4, "sort f"`, `command 6, "display d"`} {
		assert.ErrorContains(t, err, says)
	}
}

// No input makes Check panic.
func FuzzCheck(f *testing.F) {
	for _, seed := range []string{"stats max(a) by b", "not", "a-", "parse /", "fields (", "count(", "in [", "`a`.", "by by by | as"} {
		f.Add(seed)
	}
	f.Fuzz(func(_ *testing.T, query string) { _ = insights.Check(query) })
}
