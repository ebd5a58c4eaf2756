package stacks

import "testing"

// What an application cannot run before a release.
func TestMigrationRefuses(t *testing.T) {
	migrate := func(command []any, seconds any) edit {
		return set("applications[3].migrate", map[string]any{"command": command, "timeoutSeconds": seconds})
	}
	checkMistakes(t, []mistake{
		{"a good one", "dev", []edit{migrate([]any{"/app/manage.py", "migrate", "--no-input", "a b"}, 2700)}, nil},
		{"no command", "dev", []edit{migrate([]any{}, 60)}, []string{
			"legops:applications[3].migrate.command: []: has 0 elements, must have at least 1: write a list of 1 to 64",
		}},
		{"no command, and no time", "dev", []edit{set("applications[3].migrate", map[string]any{})}, []string{
			"legops:applications[3].migrate.command: missing: add a list of 1 to 64",
			"legops:applications[3].migrate.timeoutSeconds: missing: add a whole number of 10 to 2700",
		}},
		{"an empty word", "dev", []edit{migrate([]any{"", "migrate", ""}, 60)}, []string{
			"legops:applications[3].migrate.command[0]: \"\": malformed: write a word that is not empty",
			"legops:applications[3].migrate.command[2]: \"\": malformed: write a word that is not empty",
		}},
		{"a line in place of words", "dev", []edit{migrate([]any{"bin/rails db:migrate"}, 60)}, []string{
			`legops:applications[3].migrate.command[0]: bin/rails db:migrate: the first word is the program, and has a space; there is no shell: write the program, and each argument as an element of its own, such as ["bin/rails", "db:migrate"]`,
		}},
		{"a program of spaces", "dev", []edit{migrate([]any{" "}, 60)}, []string{
			"legops:applications[3].migrate.command[0]: \" \": the first word is the program, and has a space; there is no shell: write the program, and each argument as an element of its own",
		}},
		{"more time than its hook has", "dev", []edit{migrate([]any{"migrate"}, 2701)}, []string{
			"legops:applications[3].migrate.timeoutSeconds: 2701: above the maximum of 2700: write a whole number of 10 to 2700",
		}},
		{"no time", "dev", []edit{migrate([]any{"migrate"}, 0)}, []string{
			"legops:applications[3].migrate.timeoutSeconds: 0: below the minimum of 10: write a whole number of 10 to 2700",
		}},
		{"in the tuning of an account", "dev", []edit{set("tuning.applications.documents.migrate", map[string]any{"command": []any{"migrate"}, "timeoutSeconds": 60})}, []string{
			"legops:tuning.applications.documents.migrate: unknown key: remove it; the keys here are cpu, maxReplicas, memory, minReplicas, settings, workers",
		}},
	})
}
