package database

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/delivery"
	"legops/internal/awscli"
	"legops/internal/checkout"
)

// cloud answers as RDS and AWS Backup do: databases are files with their states, and the one that is restored is the server of the test. It
// keeps the words of each call on a line, with a unit separator between them. $MODE says what goes wrong.
const cloud = `#!/bin/bash
set -euo pipefail
(IFS=$'\037'; echo "$*") >>"$WORLD/calls"
words=("$@")
value() { # OPTION
	local i
	for ((i = 0; i < ${#words[@]}; i++)); do
		[ "${words[i]}" != "$1" ] || echo "${words[i + 1]}"
	done
}
fail() { printf '\nAn error occurred (%s) when calling the operation: %s\n' "$1" "$2" >&2; exit 254; }
name=$(value --db-instance-identifier)
file=$WORLD/databases/$name
case "$3 $4" in
'rds describe-db-instances')
	if [ -z "$name" ]; then
		[ "$MODE" != blind ] || fail AccessDenied 'not authorized'
		for file in "$WORLD"/databases/legops-prod-drill-*; do
			[ -e "$file" ] || continue
			printf '%s\t%s\n' "${file##*/}" "$(<"$file")"
			case $(<"$file") in
			creating) echo available >"$file" ;;
			deleting) rm "$file" ;;
			esac
		done
		exit
	fi
	[ -e "$file" ] || fail DBInstanceNotFound "DBInstance $name not found."
	case $name in
	legops-prod-drill-*)
		printf '%s\t127.0.0.1\t%s\n' "$(<"$file")" "$SERVER_PORT"
		becomes=available
		[[ $MODE != becomes-* ]] || becomes=${MODE#becomes-}
		[ "$(<"$file")" != creating ] || echo "$becomes" >"$file" ;;
	*) printf 'arn:of:%s\tdb.t4g.medium\tsubnets\tparameters\t17.6\t%s\n' "$name" "${SUPPORT:-open-source-rds-extended-support-disabled}" ;;
	esac ;;
'backup list-recovery-points-by-backup-vault') cat "$WORLD/points" ;;
'rds describe-db-snapshots')
	[ "$MODE" != unseen ] || fail DBSnapshotNotFound 'there is none'
	echo "${SNAPSHOT_VERSION:-17.6}" ;;
'rds restore-db-instance-from-db-snapshot')
	[ "$MODE" != refuses ] || fail InsufficientDBInstanceCapacity 'there is none'
	[ "$(value --db-parameter-group-name)" != parameters ] || [[ ${SNAPSHOT_VERSION:-17.6} == 17.* ]] ||
		fail InvalidParameterCombination 'The Parameter Group parameters with DBParameterGroupFamily postgres17 cannot be used for this instance.'
	echo creating >"$file"
	[ "$MODE" != dies ] || kill -KILL "$PPID" ;;
'rds modify-db-instance')
	password=$(value --master-user-password)
	[ "$MODE" = deaf ] || psql --quiet --host=127.0.0.1 --port="$SERVER_PORT" --username=rdsadmin --dbname=template1 \
		--command="ALTER ROLE postgres PASSWORD '$(<"${password#file://}")'" ;;
'rds delete-db-instance')
	[ "$MODE" != keeps ] || fail InvalidDBInstanceState 'it is not in a state to be deleted.'
	[ "$(<"$file")" != creating ] || fail InvalidDBInstanceState 'it is being created.'
	echo deleting >"$file" ;;
*) fail Unknown "$*" ;;
esac
`

// Applications that have signed up, and rows of some hours ago; times to come count for nothing.
const clientsData = `
CREATE ROLE matters LOGIN; CREATE ROLE "case-files" LOGIN;
GRANT matters, "case-files" TO postgres WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;
CREATE SCHEMA matters AUTHORIZATION matters; CREATE SCHEMA "case-files" AUTHORIZATION "case-files";
SET ROLE matters;
CREATE TABLE matters.notes (id int, made timestamptz, "Due On" timestamp);
INSERT INTO matters.notes VALUES (1, now() - interval '20 hours', now() + interval '3 years'), (2, NULL, now() - interval '100 days');
CREATE TABLE matters.empty (id int);
ALTER TABLE matters.notes ENABLE ROW LEVEL SECURITY;
CREATE TABLE matters.parts (id int, made timestamptz) PARTITION BY RANGE (id);
CREATE TABLE matters.part PARTITION OF matters.parts FOR VALUES FROM (1) TO (9);
INSERT INTO matters.parts VALUES (1, now() - interval '30 days');
RESET ROLE; SET ROLE "case-files";
CREATE TABLE "case-files"."we""ird' name" (day date, made timestamp);
INSERT INTO "case-files"."we""ird' name" VALUES (now(), (now() - interval '18 hours 30 minutes') AT TIME ZONE 'UTC');
`

// drill is a world in which a restore drill runs.
type drill struct {
	*server
	folder string
	// scripts are the files of delivery/restore.
	scripts map[string]string
}

const (
	leftover = "legops-prod-drill-20260101000000"
	backedUp = "arn:aws:rds:us-east-1:333333333333:snapshot:awsbackup:job-1"
)

// newDrill is one with a backup of some hours ago, which holds what the statements make.
func newDrill(t testing.TB, scripts map[string]string, statements string) *drill {
	t.Helper()
	d := &drill{server: start(t, versions[len(versions)-1]), folder: t.TempDir(), scripts: scripts}
	d.points(t, 7, 31)
	checkout.Write(t, d.folder, map[string]string{"bin/aws": cloud, "databases/legops-prod-database": "available\n"})
	checkout.Write(t, filepath.Join(d.folder, "scripts"), scripts)
	if statements != "" {
		_, err := d.sql(super, shared, statements)
		require.NoError(t, err)
	}
	return d
}

// points sets the ages of the backups in hours.
func (d *drill) points(t testing.TB, ages ...int) {
	t.Helper()
	text := ""
	for i, hours := range ages {
		at := time.Now().Add(-time.Duration(hours) * time.Hour).UTC().Format("2006-01-02T15:04:05.000000+00:00")
		text += fmt.Sprintf("%s\tarn:aws:rds:us-east-1:333333333333:snapshot:awsbackup:job-%d\n", at, i+1)
	}
	checkout.Write(t, d.folder, map[string]string{"points": text})
}

// command is a run, which the variables change.
func (d *drill) command(mode string, variables map[string]string) (*exec.Cmd, error) {
	psql, err := filepath.EvalSymlinks(filepath.Join(installed, "psql"))
	if err != nil {
		return nil, err
	}
	environment := map[string]string{
		"PATH": filepath.Join(d.folder, "bin") + ":" + filepath.Dir(psql) + ":/usr/bin:/bin", "WORLD": d.folder, "MODE": mode, "SERVER_PORT": fmt.Sprint(d.port),
		"DATABASE": "legops-prod-database", "VAULT": "legops-prod", "NAME": "legops-prod-drill", "SECURITY_GROUP": "sg-1", "PGDATABASE": shared, "PGUSER": master,
		"APPLICATIONS": "matters case-files", "TABLES": "matters.notes", "NEWEST_ROW_HOURS": "12", "MINUTES": "10", "PAUSE": "0.05", "REMOVE_SECONDS": "120",
		"OPEN_SECONDS": "1", "LANG": "C.UTF-8",
	}
	maps.Copy(environment, variables)
	cmd := exec.Command("bash", filepath.Join(d.folder, "scripts", "database.sh"), filepath.Join(d.folder, "report"))
	for name, value := range environment {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	return cmd, nil
}

// run runs the drill, and returns what it found, without the times, and its exit code.
func (d *drill) run(mode string, variables map[string]string) (report string, code int, err error) {
	cmd, err := d.command(mode, variables)
	if err != nil {
		return "", 0, err
	}
	out, err := cmd.CombinedOutput()
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		return "", 0, err
	}
	text, err := os.ReadFile(filepath.Join(d.folder, "report"))
	if err != nil {
		return "", 0, fmt.Errorf("%w: %s", err, out)
	}
	return hour.ReplaceAllString(string(text), "TIME"), cmd.ProcessState.ExitCode(), nil
}

var hour = regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\dZ)?|\b2\d{13}\b`)

// left are the databases that are there.
func (d *drill) left(t testing.TB) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(d.folder, "databases"))
	require.NoError(t, err)
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func drillScripts(t testing.TB) map[string]string {
	t.Helper()
	scripts, err := delivery.RestoreFiles()
	require.NoError(t, err)
	return scripts
}

const (
	served   = "legops-prod-database"
	restored = "fact restored the backup of TIME, 7 hours old, in 0 minutes\n"
	counts   = "fact case-files: 1 tables, 1 rows, newest TIME\nfact matters: 3 tables, 3 rows, newest TIME\n"
)

// drills are what a drill says and leaves, by what it meets.
var drills = map[string]struct {
	data, mode string
	variables  map[string]string
	ages       []int
	// before is the state of a database that an earlier run has left.
	before string
	report string
	// stays says that something is left.
	stays bool
}{
	"a good backup":      {data: clientsData, report: restored + counts},
	"rows that are old":  {data: clientsData, variables: map[string]string{"NEWEST_ROW_HOURS": "10"}, report: restored + counts + "problem the newest row is of TIME, 11 hours before the backup; more than 10\n"},
	"a table is missing": {data: clientsData, variables: map[string]string{"TABLES": "matters.notes matters.empty matters.files"}, report: restored + counts + "problem the table matters.empty is empty\nproblem the table matters.files is missing\n"},
	"an empty database": {report: restored +
		"problem matters has no role in it\nproblem case-files has no role in it\nproblem the table matters.notes is missing\nproblem no application has a table in it\n"},
	"no application": {variables: map[string]string{"APPLICATIONS": "", "TABLES": ""}, report: restored + "problem no application has a table in it\n"},
	"no times": {
		data:   clientsData + `ALTER TABLE "case-files"."we""ird' name" DROP made; RESET ROLE; SET ROLE matters; ALTER TABLE matters.notes DROP made, DROP "Due On"; ALTER TABLE matters.parts DROP made;`,
		report: restored + strings.ReplaceAll(counts, "TIME", "unknown") + "problem no column of a time tells how new its rows are\n",
	},
	"tables of which it may not become a member": {
		data: clientsData + "RESET ROLE; REVOKE matters FROM postgres;", mode: "",
		report: restored + "problem the restored database cannot be read: ERROR:  permission denied to grant role \"matters\"\n",
	},
	"another database": {
		variables: map[string]string{"PGDATABASE": "other"},
		report:    restored + "problem the restored database does not open: psql: error: connection to server at \"127.0.0.1\", port PORT failed: FATAL:  database \"other\" does not exist\n",
	},
	"a password that RDS does not set": {
		data: clientsData, mode: "deaf",
		report: restored + "problem the restored database does not open: psql: error: connection to server at \"127.0.0.1\", port PORT failed: FATAL:  password authentication failed for user \"postgres\"\n",
	},
	"no backup":           {ages: []int{}, report: "problem the vault legops-prod has no backup of legops-prod-database\n"},
	"an old backup":       {data: clientsData, ages: []int{50}, variables: map[string]string{"TABLES": "", "NEWEST_ROW_HOURS": "2000"}, report: "problem the newest backup is 50 hours old, of TIME; more than 48\n" + strings.ReplaceAll(restored, "7 hours", "50 hours") + "fact case-files: 1 tables, 1 rows, newest unknown\nfact matters: 3 tables, 3 rows, newest TIME\n"},
	"no such database":    {variables: map[string]string{"DATABASE": "legops-prod-other"}, report: "problem legops-prod-other cannot be read: An error occurred (DBInstanceNotFound) when calling the operation: DBInstance legops-prod-other not found.\n"},
	"no room":             {mode: "refuses", report: "problem the backup of TIME cannot be restored: An error occurred (InsufficientDBInstanceCapacity) when calling the operation: there is none\n"},
	"a restore that ends": {mode: "becomes-incompatible-restore", report: "problem the restore of the backup of TIME has ended as incompatible-restore\n"},
	"a restore that lasts": {
		mode: "becomes-backing-up", variables: map[string]string{"MINUTES": "0"}, report: "problem the backup of TIME was not restored within 0 minutes\n",
	},
	"no removal": {
		data: clientsData, mode: "keeps", variables: map[string]string{"REMOVE_SECONDS": "1"}, stays: true,
		report: restored + counts + "problem left behind, and paid by the hour: legops-prod-drill-TIME: An error occurred (InvalidDBInstanceState) when calling the operation: it is not in a state to be deleted.\n",
	},
	"something left":           {data: clientsData, before: "available", report: "fact removes what an earlier run has left: legops-prod-drill-TIME\n" + restored + counts},
	"something left that goes": {data: clientsData, before: "deleting", report: "fact removes what an earlier run has left: legops-prod-drill-TIME\n" + restored + counts},
	"something left that stays": {
		mode: "keeps", variables: map[string]string{"REMOVE_SECONDS": "1"}, before: "available", stays: true, report: "fact removes what an earlier run has left: legops-prod-drill-TIME\n" +
			"problem left behind, and paid by the hour: legops-prod-drill-TIME: An error occurred (InvalidDBInstanceState) when calling the operation: it is not in a state to be deleted.\n",
	},
	"a backup from before an upgrade": {data: clientsData, variables: map[string]string{"SNAPSHOT_VERSION": "16.10"},
		report: "fact the backup is of PostgreSQL 16, from before the upgrade to 17: it is restored with the parameters of RDS\n" + restored + counts},
	"a snapshot that cannot be seen": {mode: "unseen", report: "problem the snapshot awsbackup:job-1 cannot be read: An error occurred (DBSnapshotNotFound) when calling the operation: there is none\n"},
	"no list":                        {mode: "blind", report: "problem the databases cannot be listed: An error occurred (AccessDenied) when calling the operation: not authorized\n"},
}

func TestRestoreDrill(t *testing.T) {
	scripts := drillScripts(t)
	for name, c := range drills {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDrill(t, scripts, c.data)
			if c.ages != nil {
				d.points(t, c.ages...)
			}
			if c.before != "" {
				checkout.Write(t, d.folder, map[string]string{"databases/" + leftover: c.before + "\n"})
			}
			report, code, err := d.run(c.mode, c.variables)
			require.NoError(t, err)
			assert.Equal(t, c.report, strings.ReplaceAll(report, fmt.Sprint("port ", d.port), "port PORT"))
			assert.Equal(t, strings.Contains(c.report, "problem"), code != 0, "it fails where there is a problem")
			left := d.left(t)
			assert.Contains(t, left, served, "it is never touched")
			assert.Equal(t, c.stays, len(left) > 1, "left: %v", left)
			for _, call := range callsOf(t, d.folder) {
				changes := slices.Contains([]string{"delete-db-instance", "modify-db-instance", "restore-db-instance-from-db-snapshot"}, call[3])
				assert.False(t, changes && slices.Contains(call, served), "%v", call)
			}
		})
	}
}

// callsOf are the calls of aws, each by its words.
func callsOf(t testing.TB, folder string) (calls [][]string) {
	t.Helper()
	for line := range strings.Lines(checkout.Read(t, folder, "calls")) {
		calls = append(calls, strings.Split(strings.TrimSuffix(line, "\n"), "\x1f"))
	}
	return calls
}

// The next run removes what one has left that was killed while it restored. One that is asked to end removes it itself.
func TestRestoreDrillKilled(t *testing.T) {
	d := newDrill(t, drillScripts(t), clientsData)
	_, code, err := d.run("dies", nil)
	require.NoError(t, err)
	assert.Equal(t, -1, code, "it was killed")
	require.Len(t, d.left(t), 2)
	report, code, err := d.run("", nil)
	require.NoError(t, err)
	assert.Zero(t, code, report)
	assert.Equal(t, "fact removes what an earlier run has left: legops-prod-drill-TIME\n"+restored+counts, report)
	assert.Equal(t, []string{served}, d.left(t))

	cmd, err := d.command("", map[string]string{"OPEN_SECONDS": "30", "PGDATABASE": "other"})
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool { return len(d.left(t)) == 2 }, 20*time.Second, 20*time.Millisecond)
	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	assert.Error(t, cmd.Wait())
	assert.Contains(t, checkout.Read(t, d.folder, "report"), "problem it was stopped\n")
	assert.Equal(t, []string{served}, d.left(t))
}

// The real AWS CLI takes every call, until it would connect. What is restored gets the tag by which it is found, its own security group and
// the newest backup.
func TestRestoreDrillCalls(t *testing.T) {
	d := newDrill(t, drillScripts(t), clientsData)
	_, code, err := d.run("", nil)
	require.NoError(t, err)
	require.Zero(t, code)
	cli, seen := awscli.Start(t, t.TempDir()), map[string]bool{}
	for _, words := range callsOf(t, d.folder) {
		for i, word := range words {
			if strings.HasPrefix(word, "file://") { // the password, which is gone with the run
				words[i] = "password"
			}
		}
		if key := strings.Join(words[2:5], " "); !seen[key] {
			seen[key] = true
			out, _, err := cli.Run(words)
			require.NoError(t, err)
			assert.Contains(t, out, awscli.Unreachable, "aws %s", strings.Join(words, " "))
		}
		if words[3] == "restore-db-instance-from-db-snapshot" {
			text := strings.Join(words, " ")
			for _, part := range []string{
				"--db-snapshot-identifier " + backedUp + " ", "--vpc-security-group-ids sg-1 ", "--no-publicly-accessible ", "--no-deletion-protection ",
				"--tags Key=legops:restore-drill,Value=legops-prod-database", "--engine-lifecycle-support open-source-rds-extended-support-disabled ",
				"--db-parameter-group-name parameters ",
			} {
				assert.Contains(t, text+" ", part)
			}
		}
	}
	assert.GreaterOrEqual(t, len(seen), 7)

	// One from before RDS had extended support says nothing of it.
	d = newDrill(t, drillScripts(t), clientsData)
	_, code, err = d.run("", map[string]string{"SUPPORT": "None"})
	require.NoError(t, err)
	require.Zero(t, code)
	assert.NotContains(t, checkout.Read(t, d.folder, "calls"), "--engine-lifecycle-support")
}
