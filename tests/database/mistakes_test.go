package database

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/internal/checkout"
)

// mistakes are edits of what the job runs, each without one of its rules, and the check that has to notice.
var mistakes = map[string]struct{ file, old, new, check string }{
	"no role":                    {"application.sql", "CREATE ROLE %I'", "SELECT 1'", "each creates tables, in its own schema"},
	"a name without quotes":      {"application.sql", "CREATE ROLE %I'", "CREATE ROLE %s'", "names that SQL takes for something else"},
	"no right to sign in":        {"application.sql", "ALTER ROLE %I LOGIN INHERIT", "ALTER ROLE %I INHERIT", "each creates tables, in its own schema"},
	"CREATEDB stays":             {"application.sql", "NOCREATEDB", "", "a user made by hand with more rights loses them"},
	"CREATEROLE stays":           {"application.sql", "NOCREATEROLE", "", "a user made by hand with more rights loses them"},
	"NOINHERIT stays":            {"application.sql", "LOGIN INHERIT", "LOGIN", "a user made by hand with more rights loses them"},
	"no comment":                 {"application.sql", "IS %L'", "IS NULL', rolname --", "who goes signs in no more, and keeps what it has"},
	"a comment each time":        {"application.sql", "IS DISTINCT FROM 'legops: application'", "IS DISTINCT FROM ''", "a second run changes nothing"},
	"rights each time":           {"application.sql", "NOT rolcanlogin OR", "true OR", "a second run changes nothing"},
	"a schema of the master's":   {"application.sql", "CREATE SCHEMA %1$I AUTHORIZATION %1$I", "CREATE SCHEMA %1$I", "each creates tables, in its own schema"},
	"no schema":                  {"application.sql", "(2, 'CREATE SCHEMA %1$I AUTHORIZATION %1$I', true),", "", "each creates tables, in its own schema"},
	"no membership meanwhile":    {"application.sql", "(1, 'GRANT %I TO CURRENT_USER WITH INHERIT FALSE, SET TRUE', NOT pg_has_role(:'application', 'SET')),", "", "each creates tables, in its own schema"},
	"the membership stays":       {"application.sql", "(3, 'REVOKE %I FROM CURRENT_USER', NOT pg_has_role(:'application', 'SET'))", "(3, 'SELECT %L', true)", "the master user keeps its password, being no member of rds_iam"},
	"in any order":               {"application.sql", "ORDER BY step", "ORDER BY step DESC", "each creates tables, in its own schema"},
	"no tokens":                  {"application.sql", "GRANT rds_iam TO %I'", "SELECT %L'", "none has a right beyond"},
	"tokens granted each time":   {"application.sql", "WHERE NOT pg_has_role(:'application', 'rds_iam', 'USAGE')", "", "a second run changes nothing"},
	"somebody's schema is used":  {"application.sql", "IF owner <> application THEN", "IF false THEN", "a schema of somebody else is not given away, and the others are served"},
	"no lock":                    {"application.sql", "SELECT pg_advisory_xact_lock(hashtext('legops database roles')) \\g /dev/null", "", "somebody who holds the lock lets it fail, not hang"},
	"public stays open":          {"everybody.sql", "REVOKE CREATE ON SCHEMA public FROM PUBLIC", "SELECT 1", "nobody creates in public, whatever was granted to all"},
	"public is closed":           {"everybody.sql", "REVOKE CREATE ON", "REVOKE ALL ON", "nobody creates in public, whatever was granted to all"},
	"who goes stays":             {"gone.sql", "NOLOGIN'", "LOGIN'", "who goes signs in no more, and keeps what it has"},
	"all others go":              {"gone.sql", "AND shobj_description(oid, 'pg_authid') = 'legops: application'", "AND pg_has_role(oid, 'rds_iam', 'USAGE')", "who goes signs in no more, and keeps what it has"},
	"everybody goes":             {"gone.sql", "<> ALL (string_to_array(:'applications', ' '))", "<> ''", "who goes signs in no more, and keeps what it has"},
	"memberships are not told":   {"check.sql", "WHERE member.rolname = ANY (applications) AND", "WHERE false AND", "what people granted across is told, not taken"},
	"schemas are not told":       {"check.sql", "WHERE role.rolname = ANY (applications) AND", "WHERE false AND", "what people granted across is told, not taken"},
	"public is not told":         {"check.sql", "WHERE has_schema_privilege('public', 'public', 'CREATE')", "WHERE false", "a schema public that is not the master user's is told"},
	"what is told does not fail": {"check.sql", "IF found > 0 THEN", "IF false THEN", "what people granted across is told, not taken"},
	"any server":                 {"run.sh", "PGCHANNELBINDING=require ", "PGCHANNELBINDING=disable ", "an impostor with another certificate learns nothing"},
	"any connection":             {"run.sh", "PGSSLMODE=require PGCHANNELBINDING=require", "PGSSLMODE=prefer PGCHANNELBINDING=prefer", "a server without TLS gets nothing"},
	"it waits":                   {"run.sh", "-c lock_timeout=10s", "", "somebody who holds the lock lets it fail, not hang"},
	"it tries on":                {"run.sh", `[ "$code" -ne 2 ]`, `true`, "a wrong password is tried once, and not told"},
	"it stops at the first":      {"run.sh", `{ failed=1; return 1; }`, `exit 1`, "a schema of somebody else is not given away, and the others are served"},
	"it ends well all the same":  {"run.sh", `[ "$failed" -eq 0 ] || exit 1`, ``, "what people granted across is told, not taken"},
	"escapes stay":               {"run.sh", `PGPASSWORD=$(plain "${BASH_REMATCH[1]}")`, `PGPASSWORD=${BASH_REMATCH[1]}`, "a password with all escapes of JSON"},
}

func TestMistakesShow(t *testing.T) {
	j := theJob(t)
	for name, m := range mistakes {
		check, known := checks[m.check]
		if !assert.True(t, known, "%s: no check %q", name, m.check) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			edited := j
			edited.Files = maps.Clone(j.Files)
			edited.Files[m.file] = checkout.Replace(t, m.file, j.Files[m.file], m.old, m.new)
			assert.Error(t, check(newWorld(t, versions[len(versions)-1], edited)), "without the rule, the check finds nothing")
		})
	}
}
