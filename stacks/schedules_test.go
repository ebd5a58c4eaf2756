package stacks

import "testing"

// What an application cannot run on a schedule.
func TestSchedulesRefuse(t *testing.T) {
	// at returns a good schedule of number 3, documents, with other members.
	at := func(j string, members map[string]any) edit {
		s := map[string]any{"name": "tidy", "cron": "0 6 * * *", "command": []any{"/app/tidy", "--older-than", "30 days"}, "deadlineSeconds": 600}
		for key, value := range members {
			if value == nil {
				delete(s, key)
			} else {
				s[key] = value
			}
		}
		return set("applications[3].schedules["+j+"]", s)
	}
	first := func(members map[string]any) []edit {
		return []edit{set("applications[3].schedules", []any{}), at("0", members)}
	}
	const key = "legops:applications[3].schedules[0]."
	const fields = ": write minute, hour, day of the month, month and day of the week, such as 0 6 * * 1-5, or @daily"
	const least = ": write a whole number of 30 to 86400"
	checkMistakes(t, []mistake{
		{"a good one", "dev", first(nil), nil},
		{"each minute, for a minute", "dev", first(map[string]any{"cron": "* * * * *", "deadlineSeconds": 60}), nil},
		{"in a zone", "dev", first(map[string]any{"timeZone": "Europe/Berlin", "cron": "@daily", "deadlineSeconds": 82800}), nil},
		{"longer than a day of 23 hours", "dev", first(map[string]any{"timeZone": "Europe/Berlin", "cron": "@daily", "deadlineSeconds": 82801}), []string{
			key + "deadlineSeconds: 82801: longer than the 82800 seconds from one run to the next, and no run starts before the last one has ended: lower it, let it run less often, or set concurrency to replace",
		}},
		{"nothing", "dev", []edit{set("applications[3].schedules", []any{map[string]any{}})}, []string{
			key + "command: missing: add a list of 1 to 64",
			key + "cron: missing: add text",
			key + "deadlineSeconds: missing: add a whole number of 30 to 86400",
			key + "name: missing: add a name of lower-case letters digits and hyphens (24 at most)",
		}},
		{"no cron expression", "dev", first(map[string]any{"cron": "every day"}), []string{
			key + "cron: every day: is no cron expression: expected exactly 5 fields, found 2: [every day]" + fields,
		}},
		{"a field that is none", "dev", first(map[string]any{"cron": "61 * * * *"}), []string{
			key + "cron: 61 * * * *: is no cron expression: end of range (61) above maximum (59): 61" + fields,
		}},
		{"seconds", "dev", first(map[string]any{"cron": "0 0 6 * * *"}), []string{
			key + "cron: 0 0 6 * * *: is no cron expression: expected exactly 5 fields, found 6: [0 0 6 * * *]" + fields,
		}},
		{"at the start of a machine", "dev", first(map[string]any{"cron": "@reboot"}), []string{
			key + "cron: @reboot: is no cron expression: unrecognized descriptor: @reboot" + fields,
		}},
		{"a zone in the expression", "dev", first(map[string]any{"cron": "TZ=0 6 * * *"}), []string{
			key + "cron: TZ=0 6 * * *: names a time zone: write it into timeZone",
		}},
		{"a date that there is not", "dev", first(map[string]any{"cron": "0 0 31 2 *"}), []string{
			key + "cron: 0 0 31 2 *: has no date in the next five years: choose a day that its month has",
		}},
		{"more often than each minute", "dev", first(map[string]any{"cron": "@every 30s", "deadlineSeconds": 30}), []string{
			key + "cron: @every 30s: is more often than once a minute, which is the most that Kubernetes does: write * * * * * for each minute, or let the application itself repeat what it does",
		}},
		{"longer than its gap", "dev", first(map[string]any{"cron": "0,10 * * * *", "deadlineSeconds": 601}), []string{
			key + "deadlineSeconds: 601: longer than the 600 seconds from one run to the next, and no run starts before the last one has ended: lower it, let it run less often, or set concurrency to replace",
		}},
		{"longer than its gap, and replaced", "dev", first(map[string]any{"cron": "0,10 * * * *", "deadlineSeconds": 601, "concurrency": "replace"}), nil},
		{"no concurrency that there is", "dev", first(map[string]any{"concurrency": "allow"}), []string{
			key + "concurrency: allow: unknown value: write one of forbid, replace",
		}},
		{"no zone", "dev", first(map[string]any{"timeZone": "Berlin"}), []string{
			key + "timeZone: Berlin: is no time zone: write one such as Europe/Berlin, or leave it out for UTC",
		}},
		{"the zone of the machine", "dev", first(map[string]any{"timeZone": "Local"}), []string{
			key + "timeZone: Local: is no time zone: write one such as Europe/Berlin, or leave it out for UTC",
		}},
		{"no time", "dev", first(map[string]any{"deadlineSeconds": 0}), []string{key + "deadlineSeconds: 0: below the minimum of 30" + least}},
		{"two days", "dev", first(map[string]any{"deadlineSeconds": 172800}), []string{key + "deadlineSeconds: 172800: above the maximum of 86400" + least}},
		{"no command", "dev", first(map[string]any{"command": []any{}}), []string{
			key + "command: []: has 0 elements, must have at least 1: write a list of 1 to 64",
		}},
		{"an empty word", "dev", first(map[string]any{"command": []any{"tidy", ""}}), []string{
			key + `command[1]: "": malformed: write a word that is not empty`,
		}},
		{"a line in place of words", "dev", first(map[string]any{"command": []any{"php cron.php"}}), []string{
			key + `command[0]: php cron.php: the first word is the program, and has a space; there is no shell: write the program, and each argument as an element of its own, such as ["php", "cron.php"]`,
		}},
		{"what is for a shell", "dev", first(map[string]any{"command": []any{"php", "cron.php", ">", "/dev/null"}}), []string{
			key + "command[2]: >: is for a shell, and there is none: the program gets it as an argument: remove it, since what the command prints is in the log of the pods anyway; or put the whole line into a script of the image",
		}},
		{"a name in capitals", "dev", first(map[string]any{"name": "Tidy"}), []string{
			key + "name: Tidy: malformed: write a name of lower-case letters digits and hyphens (24 at most)",
		}},
		{"a name that is long", "dev", first(map[string]any{"name": "a2345678901234567890b2345"}), []string{
			key + "name: a2345678901234567890b2345: malformed: write a name of lower-case letters digits and hyphens (24 at most)",
		}},
		{"the name of what a release runs", "dev", first(map[string]any{"name": "migrate"}), []string{
			key + "name: migrate: the name of what a release runs once: name it after what it does",
		}},
		{"a name twice", "dev", append(first(nil), at("1", nil), set("eks.nodes.maxSizePerZone", 4)), []string{
			"legops:applications[3].schedules[1].name: tidy: is also legops:applications[3].schedules[0].name: rename or remove one",
		}},
		{"alarms of the same name", "dev", append(first(map[string]any{"name": "new-tidy"}), set("applications[9]", map[string]any{
			"name": "documents-new", "path": "/documents-new", "port": 8080, "cpu": "1m", "memory": "1Mi",
			"schedules": []any{map[string]any{"name": "tidy", "cron": "@daily", "command": []any{"tidy"}, "deadlineSeconds": 60}},
		}), set("eks.nodes.maxSizePerZone", 5)), []string{
			"legops:applications[9].schedules[0].name: tidy: has the alarms documents-new-tidy-…, as legops:applications[3].schedules[0].name has: rename one",
		}},
		{"no audit log", "dev", append(first(nil), set("eks.logTypes", []any{"api", "authenticator"})), []string{
			`legops:eks.logTypes: ["api","authenticator"]: without the log audit no alarm tells of a schedule whose runs fail or are missing: add audit`,
		}},
		{"in the tuning of an account", "dev", []edit{set("tuning.applications.documents.schedules", []any{})}, []string{
			"legops:tuning.applications.documents.schedules: unknown key: remove it; the keys here are cpu, maxReplicas, memory, minReplicas, settings, workers",
		}},
	})
}
