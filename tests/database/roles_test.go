package database

import (
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
)

// catalog is all that the job may write, with the number of the transaction that wrote it.
const catalog = `
SELECT 'role', xmin::text, rolname, rolcanlogin FROM pg_authid
UNION ALL SELECT 'schema', xmin::text, nspname, nspacl IS NULL FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp'
UNION ALL SELECT 'member', xmin::text, roleid::regrole || ' ' || member::regrole, admin_option FROM pg_auth_members
UNION ALL SELECT 'comment', xmin::text, description, true FROM pg_shdescription
UNION ALL SELECT 'database', xmin::text, datname, datacl IS NULL FROM pg_database
UNION ALL SELECT 'setting', xmin::text, setconfig::text, true FROM pg_db_role_setting
ORDER BY 1, 3, 2`

// checks are what applications and people are promised, by name. Each gets a fresh server.
var checks = map[string]func(*world) error{
	"each creates tables, in its own schema": func(w *world) error {
		return errors.Join(
			w.done("matters", "case-files"),
			w.may("matters", "1", "CREATE TABLE documents (id int)", "INSERT INTO documents VALUES (1)", "SELECT count(*) FROM matters.documents"),
			w.may("case-files", "0", "CREATE TABLE documents (id int)", `SELECT count(*) FROM "case-files".documents`),
			w.may("case-files", "", "CREATE INDEX ON documents (id)", "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "CREATE TEMPORARY TABLE scratch (id int)"),
			w.may("matters", "matters", "SELECT current_schema"),
			w.may("case-files", "", "ALTER TABLE documents ADD name text", "DROP TABLE documents"),
		)
	},
	"none sees another's": func(w *world) error {
		return errors.Join(
			w.done("matters", "case-files"),
			w.may("matters", "", "CREATE TABLE documents (id int)", "CREATE VIEW all_documents AS SELECT * FROM documents", "CREATE SEQUENCE numbers"),
			w.mayNot("case-files", "permission denied for schema matters", "SELECT * FROM matters.documents"),
			w.mayNot("case-files", "permission denied for schema matters", "SELECT * FROM matters.all_documents"),
			w.mayNot("case-files", "permission denied for schema matters", "SELECT nextval('matters.numbers')"),
			w.mayNot("case-files", "permission denied for schema matters", "INSERT INTO matters.documents VALUES (1)"),
			w.mayNot("case-files", "permission denied for schema matters", "CREATE TABLE matters.theirs (id int)"),
			w.mayNot("case-files", "must be owner of schema matters", "DROP SCHEMA matters CASCADE"),
			w.mayNot("case-files", "permission denied for schema matters", "GRANT USAGE ON SCHEMA matters TO PUBLIC"),
			w.mayNot("case-files", `permission denied to set role "matters"`, "SET ROLE matters"),
			w.may("case-files", "0", "SELECT count(*) FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"),
			w.may("case-files", "case-files", "SELECT string_agg(schema_name, ' ') FROM information_schema.schemata WHERE schema_owner NOT IN ('rdsadmin', 'pg_database_owner')"),
			w.mayNot("case-files", "does not exist", "SELECT * FROM documents"),
		)
	},
	"none has a right beyond": func(w *world) error {
		return errors.Join(
			w.done("matters", "case-files"),
			w.mayNot("matters", "permission denied for schema public", "CREATE TABLE public.t (id int)"),
			w.mayNot("matters", "permission denied for database legops", "CREATE SCHEMA other"),
			w.mayNot("matters", "permission denied to create role", "CREATE ROLE other"),
			w.mayNot("matters", "permission denied to create database", "CREATE DATABASE other"),
			w.mayNot("matters", "permission denied to grant role", "GRANT matters TO \"case-files\""),
			w.mayNot("matters", "permission denied", "CREATE EXTENSION dblink"),
			w.mayNot("matters", "permission denied", "COPY (SELECT 1) TO PROGRAM 'true'"),
			w.may(super, "matters t f f f f f {rds_iam}", `SELECT concat_ws(' ', rolname, rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls,
				array(SELECT roleid::regrole FROM pg_auth_members WHERE member = pg_roles.oid)) FROM pg_roles WHERE rolname = 'matters'`),
		)
	},
	"the master user keeps its password, being no member of rds_iam": func(w *world) error {
		return errors.Join(
			w.done("matters"), w.done("matters"),
			// RDS asks whom its rule +rds_iam matches for a token, by whatever membership people give: docs/decisions/0045.
			w.may(super, "f|f", "SELECT pg_has_role('postgres', 'rds_iam', 'USAGE'), pg_has_role('postgres', 'rds_iam', 'SET')"),
			w.may(super, "f|f", "SELECT pg_has_role('postgres', 'matters', 'USAGE'), pg_has_role('postgres', 'matters', 'SET')"),
		)
	},
	"a second run changes nothing": func(w *world) error {
		if err := w.done("matters", "case-files"); err != nil {
			return err
		}
		before, err := w.sql(super, shared, catalog)
		return errors.Join(err, w.done("matters", "case-files"), w.may(super, before, catalog))
	},
	"another application joins": func(w *world) error {
		return errors.Join(
			w.done("matters"), w.may("matters", "", "CREATE TABLE documents (id int)"),
			w.done("matters", "billing"), w.may("billing", "", "CREATE TABLE invoices (id int)"), w.may("matters", "0", "SELECT count(*) FROM documents"),
		)
	},
	"who goes signs in no more, and keeps what it has": func(w *world) error {
		return errors.Join(
			w.may(master, "", "CREATE ROLE analyst LOGIN", "GRANT rds_iam TO analyst"),
			w.done("matters", "case-files"), w.may("case-files", "", "CREATE TABLE documents (id int)", "INSERT INTO documents VALUES (7)"),
			w.done("matters"),
			w.mayNot("case-files", `role "case-files" is not permitted to log in`, "SELECT 1"),
			w.may(super, "7", `SELECT id FROM "case-files".documents`),
			w.may("analyst", "1", "SELECT 1"), w.may("matters", "1", "SELECT 1"), w.may(master, "1", "SELECT 1"),
			w.done(),
			w.mayNot("matters", `role "matters" is not permitted to log in`, "SELECT 1"),
			w.may(master, "1", "SELECT 1"), w.may("analyst", "1", "SELECT 1"),
			// And comes back.
			w.done("case-files"), w.may("case-files", "7", "SELECT id FROM documents"),
		)
	},
	"a user made by hand, as the guide once said, goes on with its tables": func(w *world) error {
		return errors.Join(
			w.may(master, "", "CREATE USER matters", "GRANT rds_iam TO matters", "GRANT CREATE ON SCHEMA public TO matters"),
			w.may("matters", "", "CREATE TABLE documents (id int)", "INSERT INTO documents VALUES (7)"),
			w.done("matters", "case-files"),
			w.may("matters", "7", "SELECT id FROM documents"),
			w.may("matters", "matters", "CREATE TABLE notes (id int)", "SELECT schemaname FROM pg_tables WHERE tablename = 'notes'"),
			w.mayNot("case-files", "permission denied for table documents", "SELECT * FROM public.documents"),
			w.may(super, "f|f", "SELECT pg_has_role('postgres', 'matters', 'USAGE'), pg_has_role('postgres', 'matters', 'SET')"),
		)
	},
	"a user made by hand with more rights loses them": func(w *world) error {
		return errors.Join(
			w.may(master, "", "CREATE ROLE matters NOLOGIN NOINHERIT CREATEDB CREATEROLE"),
			w.done("matters"),
			w.mayNot("matters", "permission denied to create role", "CREATE ROLE other"),
			w.mayNot("matters", "permission denied to create database", "CREATE DATABASE other"),
			w.may(super, "t|t", "SELECT rolcanlogin, rolinherit FROM pg_roles WHERE rolname = 'matters'"),
		)
	},
	"nobody creates in public, whatever was granted to all": func(w *world) error {
		return errors.Join(
			w.may(master, "", "GRANT ALL ON SCHEMA public TO PUBLIC"),
			w.done("matters"),
			w.mayNot("matters", "permission denied for schema public", "CREATE TABLE public.t (id int)"),
			// Extensions are used as before.
			w.may(master, "", "CREATE EXTENSION citext"),
			w.may("matters", "t", "SELECT 'A'::citext = 'a'"),
		)
	},
	"a schema of somebody else is not given away, and the others are served": func(w *world) error {
		return errors.Join(
			w.may(master, "", "CREATE SCHEMA matters", "CREATE TABLE matters.secrets (id int)"),
			w.fails(`application.sql:\d+: ERROR:  the schema matters belongs to postgres, must belong to the role of the application\nHINT:  .*ALTER SCHEMA matters OWNER TO matters.*\nCONTEXT: .*\n`+
				`database roles: matters has not all of its role and schema\n`, "matters", "billing"),
			w.may(super, "postgres", "SELECT nspowner::regrole FROM pg_namespace WHERE nspname = 'matters'"),
			w.may(super, "0", "SELECT count(*) FROM pg_roles WHERE rolname = 'matters'"),
			w.may("billing", "", "CREATE TABLE invoices (id int)"),
		)
	},
	"a schema that its application was given by hand is taken as it is": func(w *world) error {
		return errors.Join(
			w.may(master, "", "CREATE ROLE matters", "GRANT matters TO postgres", "CREATE SCHEMA matters AUTHORIZATION matters", "REVOKE matters FROM postgres"),
			w.done("matters"), w.may("matters", "", "CREATE TABLE documents (id int)"),
		)
	},
	"a role that the master user may not change is told, and the others are served": func(w *world) error {
		return errors.Join(
			w.may(super, "", "CREATE ROLE matters"),
			w.fails(`permission denied.*\n(DETAIL:.*\n)?.*database roles: matters has not all of its role and schema\n`, "matters", "billing"),
			w.may("billing", "", "CREATE TABLE invoices (id int)"),
		)
	},
	"what people granted across is told, not taken": func(w *world) error {
		return errors.Join(
			w.done("matters", "billing", "portal"),
			w.may("matters", "", "GRANT USAGE ON SCHEMA matters TO billing"),
			w.may(super, "", "GRANT pg_read_all_data TO portal"),
			w.fails(`WARNING:  billing may use the schema matters: REVOKE ALL ON SCHEMA matters FROM billing\n`+
				`.*WARNING:  portal is a member of pg_read_all_data: REVOKE pg_read_all_data FROM portal\n`+
				`.*WARNING:  portal may use the schema billing: REVOKE ALL ON SCHEMA billing FROM portal\n`+
				`.*WARNING:  portal may use the schema matters: REVOKE ALL ON SCHEMA matters FROM portal\n`+
				`.*ERROR:  4 things that applications may do beyond their own schemas\n`, "matters", "billing", "portal"),
			w.may("matters", "", "REVOKE ALL ON SCHEMA matters FROM billing"), w.may(super, "", "REVOKE pg_read_all_data FROM portal"),
			w.done("matters", "billing", "portal"),
		)
	},
	"a schema public that is not the master user's is told": func(w *world) error {
		return errors.Join(
			w.may(super, "", "ALTER SCHEMA public OWNER TO rdsadmin", "GRANT CREATE ON SCHEMA public TO PUBLIC"),
			w.fails(`everybody may create in the schema public: REVOKE CREATE ON SCHEMA public FROM PUBLIC, as its owner\n`, "matters"),
		)
	},
	"an administrator takes rows over, within one transaction": func(w *world) error {
		return errors.Join(
			w.done("matters"), w.may("matters", "", "CREATE TABLE notes (id int PRIMARY KEY)", "INSERT INTO notes VALUES (1)"),
			w.mayNot(master, "permission denied for schema matters", "SELECT * FROM matters.notes"),
			w.may(master, "2\nf", `BEGIN; GRANT matters TO postgres; CREATE TEMPORARY TABLE restored (LIKE matters.notes);
				INSERT INTO restored VALUES (1), (7); INSERT INTO matters.notes SELECT * FROM restored ON CONFLICT DO NOTHING;
				SELECT count(*) FROM matters.notes; REVOKE matters FROM postgres; COMMIT; SELECT pg_has_role('postgres', 'matters', 'SET')`),
			w.done("matters"), w.may("matters", "2", "SELECT count(*) FROM notes"),
		)
	},
	"names that SQL takes for something else": func(w *world) error {
		return errors.Join(
			w.done("user", "select", "a-b-c", "table"),
			w.may("user", "", "CREATE TABLE documents (id int)"), w.may("select", "", "CREATE TABLE documents (id int)"), w.may("a-b-c", "", "CREATE TABLE documents (id int)"),
			w.mayNot("user", "permission denied for schema select", `SELECT * FROM "select".documents`),
		)
	},
	"a wrong password is tried once, and not told": func(w *world) error {
		w.secret = secretOf("not-" + password)
		err := w.fails(`password authentication failed for user "postgres"\n$`, "matters", "case-files")
		if tries := strings.Count(w.log.String(), "password authentication failed"); tries != 1 {
			err = errors.Join(err, fmt.Errorf("%d failed attempts to sign in", tries))
		}
		return err
	},
	"a secret without a password": func(w *world) error {
		w.secret = `{"username":"postgres"}`
		return w.fails(`^database roles: the secret of the master user holds no password\n$`, "matters")
	},
	"a password with all escapes of JSON": func(w *world) error {
		w.secret = `{ "username" : "postgres", "password" : "Gh\"e\\7\u003C\u0026\/é" , "more": "\"password\":\"no\""}`
		return w.done("matters")
	},
	"an impostor with another certificate learns nothing": func(w *world) error {
		stop, err := w.between(true, -1)
		if err != nil {
			return err
		}
		defer stop()
		return errors.Join(
			w.fails(`channel binding|SCRAM`, "matters"),
			w.may(super, "0", "SELECT count(*) FROM pg_roles WHERE rolname = 'matters'"),
		)
	},
	"a server without TLS gets nothing": func(w *world) error {
		if err := w.may(super, "", "ALTER SYSTEM SET ssl = off", "SELECT pg_reload_conf() \\g /dev/null"); err != nil {
			return err
		}
		return errors.Join(w.until("off", "SHOW ssl"), w.fails(`server does not support SSL, but SSL was required`, "matters"))
	},
	"somebody who holds the lock lets it fail, not hang": func(w *world) error {
		holder := exec.Command("sh", "-c", fmt.Sprintf(`(echo "SELECT pg_advisory_lock(hashtext('legops database roles'));"; sleep 30) | %s/psql -X -q -h 127.0.0.1 -p %d -U rdsadmin -d legops`, installed, w.port))
		holder.SysProcAttr = group()
		if err := holder.Start(); err != nil {
			return err
		}
		defer endGroup(holder)
		return errors.Join(
			w.until("1", "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"),
			w.fails(`canceling statement due to lock timeout`, "matters"),
		)
	},
	"two runs at once": func(w *world) error {
		errs := make(chan error)
		for range 2 {
			go func() { errs <- w.done("matters", "case-files", "billing") }()
		}
		return errors.Join(<-errs, <-errs, w.may("case-files", "", "CREATE TABLE documents (id int)"))
	},
}

// fails runs the job, which has to fail and to say so.
func (w *world) fails(says string, applications ...string) error {
	r, err := w.run(applications...)
	if err == nil && (r.code != 1 || !regexp.MustCompile(says).MatchString(r.out)) {
		err = fmt.Errorf("the job for %v: code %d: %s", applications, r.code, r.out)
	}
	if strings.Contains(r.out, password) {
		err = errors.Join(err, errors.New("the job prints the password"))
	}
	return err
}

func TestRoles(t *testing.T) {
	j := theJob(t)
	for _, version := range versions {
		for name, check := range checks {
			t.Run(version+"/"+name, func(t *testing.T) {
				t.Parallel()
				require.NoError(t, check(newWorld(t, version, j)))
			})
		}
	}
}

// A run that is cut off after any of the messages that it sends, and then made again, leaves what one run leaves.
func TestRolesAfterAnInterruption(t *testing.T) {
	const left = `
SELECT 'role', rolname, rolcanlogin, rolcreatedb FROM pg_roles UNION ALL SELECT 'schema', nspname, nspacl IS NULL, true FROM pg_namespace
UNION ALL SELECT 'member', concat_ws(' ', roleid::regrole, member::regrole, inherit_option, set_option), admin_option, true FROM pg_auth_members
UNION ALL SELECT 'comment', description, true, true FROM pg_shdescription ORDER BY 1, 2`
	j := theJob(t)
	for i, version := range versions {
		// Each takes a second: all of them on the newest version alone.
		every := 1 + 4*(len(versions)-1-i)
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			whole := newWorld(t, version, j)
			require.NoError(t, whole.done("case-files"))
			want, err := whole.sql(super, shared, left)
			require.NoError(t, err)
			cuts := 0
			w := newWorld(t, version, j)
			for message := 1; ; message += every {
				require.NoError(t, w.may(super, "", `DROP SCHEMA IF EXISTS "case-files"`, `DROP ROLE IF EXISTS "case-files"`))
				stop, err := w.between(false, message)
				require.NoError(t, err)
				r, err := w.run("case-files")
				stop()
				require.NoError(t, err)
				if r.code == 0 {
					break // it sends no more than that
				}
				cuts++
				w.at = w.port
				require.NoError(t, w.done("case-files"), "after %d messages", message)
				require.NoError(t, w.may(super, want, left), "after %d messages", message)
			}
			t.Logf("cut off %d times", cuts)
			assert.Greater(t, cuts, 30/every)
		})
	}
}

// The versions are those that a stack file may name.
func TestVersions(t *testing.T) {
	assert.Contains(t, checkout.Read(t, "../../internal/settings/data.go"), "EngineVersion string `json:\"engineVersion\" jsonschema:\"enum="+strings.Join(versions, ",enum=")+"\"`")
}
