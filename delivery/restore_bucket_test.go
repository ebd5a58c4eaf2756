package delivery_test

import (
	"bufio"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/delivery"
	"legops/internal/awscli"
	"legops/internal/checkout"
)

func sortedKeys[V any](of map[string]V) []string { return slices.Sorted(maps.Keys(of)) }

// standIns take the place of programs in a run. aws hands its words to the test; after the words in $DIES it kills the whole run, as a machine does that
// goes away. The clock is none: a pause goes by at once, and a call that does not run in a shell of its own takes a second. So what lasts comes to its
// end, and reports do not depend on how busy this machine is.
const standIns = `
unset SECONDS
SECONDS=0
sleep() { SECONDS=$((SECONDS + $1)); }
aws() {
	local code
	SECONDS=$((SECONDS + 1))
	{
		printf '%s\0' $# "$@" >&3
		read -r code <&3
		[ -z "${DIES:-}" ] || [[ "$*" != *"$DIES"* ]] || kill -KILL 0
		[ "$code" = 0 ] || { cat <&3 >&2; return 254; }
		cat <&3
	} 3<>"$HANDS"
}
`

// bucketDrills runs drills of buckets, whose aws one account after the other answers: what the CLI would print, or the real CLI with what S3 and AWS
// Backup would answer.
type bucketDrills struct {
	t       *testing.T
	account *account
	cli     *awscli.CLI // nil without the real one, which takes far longer for a call
	hands   net.Listener
	folder  string
}

func newBucketDrills(t *testing.T, real bool) *bucketDrills {
	t.Helper()
	d := &bucketDrills{t: t, folder: t.TempDir()}
	if real {
		aws := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { d.account.ServeHTTP(w, r) }))
		t.Cleanup(aws.Close)
		d.cli = awscli.StartAt(t, t.TempDir(), aws.URL)
	}
	hands, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = hands.Close() }) // ends serve
	d.hands = hands
	go d.serve()
	scripts, err := delivery.RestoreFiles()
	require.NoError(t, err)
	checkout.Write(t, filepath.Join(d.folder, "scripts"), scripts)
	checkout.Write(t, d.folder, map[string]string{"stand-ins.sh": standIns})
	return d
}

// serve answers one call of aws after the other: the number of its words, and the words; then a line with 0 if it succeeds, and what it prints.
func (d *bucketDrills) serve() {
	for {
		connection, err := d.hands.Accept()
		if err != nil {
			return
		}
		reader := bufio.NewReader(connection)
		word := func() string {
			text, _ := reader.ReadString(0) // a call that breaks off is none that the account knows
			return strings.TrimSuffix(text, "\x00")
		}
		count, _ := strconv.Atoi(word())
		words := make([]string, count)
		for i := range words {
			words[i] = word()
		}
		printed, failed := "", false
		if d.cli == nil {
			printed, failed = d.account.answer(words)
		} else {
			code := 0
			printed, code, err = d.cli.Run(words)
			failed = err != nil || code != 0
		}
		_, _ = fmt.Fprintf(connection, "%d\n%s", map[bool]int{true: 1}[failed], printed) // the script tells if that breaks
		_ = connection.Close()
	}
}

const (
	documents = "legops-prod-333333333333-documents"
	evidence  = "legops-prod-333333333333-evidence"
	leftOver  = "legops-prod-drill-20260101000000"
)

// run runs a drill in an account, and returns what it found, without the times, and its exit code.
func (d *bucketDrills) run(a *account, variables map[string]string) (string, int) {
	d.t.Helper()
	d.account = a
	environment := map[string]string{
		"PATH": os.Getenv("PATH"), "BASH_ENV": filepath.Join(d.folder, "stand-ins.sh"), "HANDS": strings.Replace("/dev/tcp/"+d.hands.Addr().String(), ":", "/", 1), "TMPDIR": d.folder,
		"BUCKETS": documents, "VAULT": "legops-prod", "NAME": "legops-prod-drill", "ROLE": "arn:aws:iam::333333333333:role/legops-prod-restore-drill-buckets",
		"BUCKET_GIB": "1", "MINUTES": "10", "REMOVE_SECONDS": "100", "AWS_REGION": "us-east-1",
	}
	maps.Copy(environment, variables)
	cmd := exec.Command("bash", filepath.Join(d.folder, "scripts", "bucket.sh"), filepath.Join(d.folder, "report"))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	for name, value := range environment {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	out, code := checkout.Output(d.t, cmd)
	d.t.Log(out)
	return ofDrill.ReplaceAllString(checkout.Read(d.t, d.folder, "report"), "TIME"), code
}

var ofDrill = regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\dZ)?|\b2\d{13}\b`)

// serving has keys that a shell, an URL, a table or the CLI could take for something else, several versions, one object that was deleted, a folder, and
// one object that came after the backup. Pages end with a key that has a space, and with one that is not ASCII.
var serving = []version{
	{key: "a\tb\nc%2F", id: "v7", body: "four", hours: 40},
	{key: `file://acts/"2026" + 1\2.pdf`, id: "-v1", body: "newest", hours: 9},
	{key: `file://acts/"2026" + 1\2.pdf`, id: "v2", body: "older", hours: 200},
	{key: "gone.txt", id: "v3", hours: 30, marker: true},
	{key: "gone.txt", id: "v4", body: "gone", hours: 100},
	{key: "late.txt", id: "v5", body: "came after the backup", hours: 2},
	{key: "é€😀.txt", id: "v6", body: "x", hours: 50},
	{key: "é€😀.txt", id: "v8", body: "before", hours: 60},
	{key: "ü/", id: "v9", hours: 8},
}

// backedUp is what a backup of some hours ago has of that.
func backedUp(change func(all []version) []version) map[string]point {
	had := slices.DeleteFunc(slices.Clone(serving), func(v version) bool { return v.hours < 7 })
	if change != nil {
		had = change(had)
	}
	arn := "arn:aws:backup:us-east-1:333333333333:recovery-point:"
	return map[string]point{
		arn + "a/" + documents: {hours: 31, versions: nil}, arn + "b/" + documents: {hours: 7, bytes: 1 << 20, versions: had}, arn + "c/" + evidence: {hours: 1},
	}
}

func TestRestoreDrillOfBuckets(t *testing.T) {
	const (
		good     = "fact " + documents + ": restored the backup of TIME, 7 hours old, in 0 minutes: 7 versions of 5 objects\n"
		nothing  = "fact " + documents + ": nothing of before the backup is left that could be opened\n"
		opened   = "fact " + documents + ": the newest object, of TIME, opens and is the one that serves\n"
		notEmpty = "An error occurred (BucketNotEmpty) when calling the DeleteBucket operation: The bucket you tried to delete is not empty. You must delete all versions in the bucket.\n"
	)
	without := func(id string) func([]version) []version {
		return func(all []version) []version {
			return slices.DeleteFunc(all, func(v version) bool { return v.id == id })
		}
	}
	left := func(tagged bool, versions ...version) func(*account) {
		return func(a *account) {
			a.buckets[leftOver] = &s3Bucket{versioned: true, versions: slices.Clone(versions)}
			if tagged {
				a.buckets[leftOver].tags = map[string]string{"legops:restore-drill": documents, "Owner": "x"}
			}
		}
	}
	d := newBucketDrills(t, false)
	for name, c := range map[string]struct {
		account   func(*account)
		variables map[string]string
		report    string
		// stays is what is left.
		stays []string
	}{
		"a good backup": {report: good + opened},
		"a version is missing": {account: func(a *account) { a.points = backedUp(without("v2")) },
			report: strings.Replace(good, "7 versions", "6 versions", 1) + "problem " + documents + ": 1 of 7 versions of before the backup are not in it\n" + opened},
		"another size": {account: func(a *account) {
			a.points = backedUp(func(all []version) []version { all[0].body = "five5"; return all })
		}, report: good + "problem " + documents + ": 1 of 7 versions of before the backup are not in it\n" + opened},
		"another content": {account: func(a *account) {
			a.points = backedUp(func(all []version) []version { all[1].body = "NEWEST"; return all })
		}, report: good + "problem the newest object, of TIME, is not the one that serves: it has another SHA-256\n"},
		"an empty bucket": {
			account: func(a *account) {
				a.buckets[documents].versions = nil
				a.points = backedUp(func([]version) []version { return nil })
				a.says = `There are no objects that match the restore request for "x".`
			},
			report: "fact " + documents + ": restored the backup of TIME, 7 hours old, in 0 minutes: 0 versions of 0 objects\n" + nothing,
		},
		"an empty backup": {account: func(a *account) { a.points = backedUp(func([]version) []version { return nil }) },
			report: "fact " + documents + ": restored the backup of TIME, 7 hours old, in 0 minutes: 0 versions of 0 objects\n" +
				"problem " + documents + ": 7 of 7 versions of before the backup are not in it\n" +
				"problem the newest object, of TIME, does not open: An error occurred (NoSuchKey) when calling the GetObject operation: The specified key does not exist.\n"},
		"what was there is gone for good": {account: func(a *account) { a.buckets[documents].versions = []version{serving[5]} },
			report: good + nothing},
		"some objects fail": {account: func(a *account) { a.says = "One or more objects failed to be restored | from x" },
			report: "problem the restore of the backup of TIME has ended with: One or more objects failed to be restored | from x\n" + good + opened},
		"it fails": {account: func(a *account) { a.ends, a.says = "FAILED", "No objects were restored" },
			report: "problem the restore of the backup of TIME has ended as FAILED: No objects were restored\n"},
		"it lasts": {account: func(a *account) { a.ends = "RUNNING" }, variables: map[string]string{"MINUTES": "1"},
			report: "problem the backup of TIME was not restored within 1 minutes\n"},
		"no time":       {variables: map[string]string{"MINUTES": "0"}, report: "problem the versions in " + documents + " were not listed within 0 minutes\n"},
		"no backup":     {account: func(a *account) { a.points = nil }, report: "problem the vault legops-prod has no backup of " + documents + "\n"},
		"an old backup": {account: func(a *account) { p := backedUp(nil); a.points = p; age(p, 50) }, report: "problem the newest backup is 50 hours old, of TIME; more than 48\n" + strings.Replace(good, "7 hours", "50 hours", 1) + nothing},
		"no bucket":     {variables: map[string]string{"BUCKETS": "legops-prod-other"}, report: "problem the vault legops-prod has no backup of legops-prod-other\n"},
		"a large backup": {
			account: func(a *account) { p := backedUp(nil); a.points = p; grow(p) },
			report: "fact " + documents + ": the backup has 3 GiB, more than 1: 2 objects of it are restored\n" +
				strings.Replace(good, "7 versions of 5", "2 versions of 2", 1) + opened,
		},
		"many versions": {variables: map[string]string{"BUCKET_VERSIONS": "6"}, report: "fact " + documents +
			": the bucket has 7 versions of before the backup, more than 6: 2 objects of it are restored\n" + strings.Replace(good, "7 versions of 5", "2 versions of 2", 1) + opened},
		"as many versions as may be": {variables: map[string]string{"BUCKET_VERSIONS": "7"}, report: good + opened},
		"a large backup of which nothing is left": {
			account: func(a *account) {
				p := backedUp(nil)
				a.points = p
				grow(p)
				a.buckets[documents].versions = nil
			},
			report: "problem the backup has 3 GiB, more than 1, and no object of before it could be restored alone\n",
		},
		"no bucket can be made": {account: func(a *account) { a.refuses = "CreateBucket" },
			report: "problem the bucket to restore into cannot be made: An error occurred (AccessDenied) when calling the CreateBucket operation: Access Denied\n"},
		"no restore can be started": {account: func(a *account) { a.refuses = "StartRestoreJob" },
			report: "problem the backup of TIME cannot be restored: An error occurred (AccessDeniedException) when calling the StartRestoreJob operation: not authorized\n"},
		"no list": {account: func(a *account) { a.refuses = "ListBuckets" }, report: "problem the buckets cannot be listed: An error occurred (AccessDenied) when calling the ListBuckets operation: Access Denied\n"},
		"no list of what serves": {account: func(a *account) { a.refuses = "ListObjectVersions" },
			report: "problem " + documents + " cannot be listed: An error occurred (AccessDenied) when calling the ListObjectVersions operation: Access Denied\n"},
		"something left": {account: left(true, serving...), report: "fact removes what an earlier run has left: legops-prod-drill-TIME\n" + good + opened},
		"something left to which more comes": { // for over a minute, which is none of the restore
			account: func(a *account) { left(true, serving...)(a); a.goesOn, a.late = leftOver, 70 },
			report:  "fact removes what an earlier run has left: legops-prod-drill-TIME\n" + good + opened,
		},
		"something left to which more comes for long": {
			account:   func(a *account) { left(true, serving...)(a); a.goesOn, a.late = leftOver, 200 },
			variables: map[string]string{"REMOVE_SECONDS": "5"}, stays: []string{leftOver},
			report: "fact removes what an earlier run has left: legops-prod-drill-TIME\nproblem left behind, and paid by the gigabyte: legops-prod-drill-TIME: " + notEmpty,
		},
		"something left that cannot be listed": {
			account: func(a *account) { left(true, serving...)(a); a.refuses = "ListObjectVersions" }, variables: map[string]string{"REMOVE_SECONDS": "1"}, stays: []string{leftOver},
			report: "fact removes what an earlier run has left: legops-prod-drill-TIME\nproblem left behind, and paid by the gigabyte: legops-prod-drill-TIME: " +
				"An error occurred (AccessDenied) when calling the ListObjectVersions operation: Access Denied\n",
		},
		"an empty bucket left": {account: left(false), report: "fact removes what an earlier run has left: legops-prod-drill-TIME\n" + good + opened},
		"somebody's bucket": {
			account: left(false, serving...), variables: map[string]string{"REMOVE_SECONDS": "1"}, stays: []string{leftOver},
			report: "fact removes what an earlier run has left: legops-prod-drill-TIME\nproblem left behind, and paid by the gigabyte: legops-prod-drill-TIME: " + notEmpty,
		},
		"something left that stays": {
			account: left(true, version{key: "locked", id: "v1", body: "x"}), variables: map[string]string{"REMOVE_SECONDS": "1"}, stays: []string{leftOver},
			report: "fact removes what an earlier run has left: legops-prod-drill-TIME\nproblem left behind, and paid by the gigabyte: legops-prod-drill-TIME: AccessDenied it is locked\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := &account{buckets: map[string]*s3Bucket{documents: {versions: slices.Clone(serving)}, "legops-prod-drills": {}}, points: backedUp(nil), ends: "COMPLETED"}
			if c.account != nil {
				c.account(a)
			}
			report, code := d.run(a, c.variables)
			assert.Equal(t, c.report, report)
			assert.Equal(t, strings.Contains(c.report, "problem"), code != 0, "it fails where there is a problem")
			assert.Equal(t, append([]string{documents}, append(slices.Clone(c.stays), "legops-prod-drills")...), sortedKeys(a.buckets), "what is left")
			for _, changed := range a.changed {
				assert.True(t, strings.HasPrefix(changed, "legops-prod-drill-"), changed)
			}
		})
	}
}

func age(points map[string]point, hours int) {
	for arn, p := range points {
		p.hours += hours - 7
		points[arn] = p
	}
}

// grow is that a backup is more than a drill restores whole.
func grow(points map[string]point) {
	for arn, p := range points {
		p.bytes = 3 << 30
		points[arn] = p
	}
}

// What it asks AWS Backup for, with keys that come out as they are. Each month it is another bucket's turn.
func TestRestoreDrillOfBucketsAsks(t *testing.T) {
	d := newBucketDrills(t, false)
	points := backedUp(nil)
	grow(points)
	a := &account{buckets: map[string]*s3Bucket{documents: {versions: slices.Clone(serving)}}, points: points, ends: "COMPLETED"}
	_, code := d.run(a, map[string]string{"AWS_REGION": "eu-west-1"})
	require.Zero(t, code)
	assert.Equal(t, []string{"eu-west-1"}, a.locations)
	into := a.job.Metadata["DestinationBucketName"]
	assert.Regexp(t, `^legops-prod-drill-2\d{13}$`, into)
	assert.Equal(t, map[string]string{
		"DestinationBucketName": into, "EncryptionType": "original", "RestoreACLs": "false", "RestoreLatestVersionsUpTo": "1",
		"ItemsToRestore": fmt.Sprintf(`["s3://%[1]s/file://acts/\"2026\" + 1\\2.pdf","s3://%[1]s/é€😀.txt"]`, documents),
	}, a.job.Metadata)
	assert.Equal(t, "arn:aws:iam::333333333333:role/legops-prod-restore-drill-buckets", a.job.IamRoleArn)
	assert.Equal(t, "S3", a.job.ResourceType)
	assert.True(t, strings.HasSuffix(a.job.RecoveryPointArn, "recovery-point:b/"+documents), "the newest of this bucket")

	a.points = backedUp(nil)
	turns := map[string]bool{}
	for _, month := range []string{"08", "09"} {
		a.buckets[evidence] = &s3Bucket{}
		_, code = d.run(a, map[string]string{
			"BUCKETS": documents + " " + evidence, "BASH_FUNC_date%%": "() { case $1 in +%Y) echo 2026 ;; +%m) echo " + month + " ;; *) command date \"$@\" ;; esac; }",
		})
		require.Zero(t, code)
		turns[strings.Split(a.job.RecoveryPointArn, "/")[1]] = true
	}
	assert.Len(t, turns, 2)
}

// The next run removes what one has left that was killed, whatever it had come to, and while AWS Backup goes on restoring into it.
func TestRestoreDrillOfBucketsKilled(t *testing.T) {
	d := newBucketDrills(t, false)
	for _, at := range []string{"create-bucket", "put-bucket-tagging", "put-bucket-versioning", "start-restore-job", "describe-restore-job"} {
		t.Run(at, func(t *testing.T) {
			a := &account{buckets: map[string]*s3Bucket{documents: {versions: slices.Clone(serving)}}, points: backedUp(nil), ends: "COMPLETED"}
			_, code := d.run(a, map[string]string{"DIES": at})
			require.Equal(t, -1, code, "it was killed")
			require.Len(t, a.buckets, 2)
			started := a.job != nil
			for name := range a.buckets {
				if name != documents && started {
					a.goesOn, a.late = name, 200
				}
			}
			report, code := d.run(a, map[string]string{"REMOVE_SECONDS": "5"})
			if !started {
				assert.Zero(t, code, report)
				assert.Contains(t, report, "fact removes what an earlier run has left: legops-prod-drill-TIME\n")
				assert.Equal(t, []string{documents}, sortedKeys(a.buckets))
				return
			}
			assert.NotZero(t, code, "the restore goes on")
			assert.Contains(t, report, "problem left behind, and paid by the gigabyte: legops-prod-drill-TIME: An error occurred (BucketNotEmpty)")
			a.late = 0
			report, code = d.run(a, nil)
			assert.Zero(t, code, report)
			assert.Equal(t, []string{documents}, sortedKeys(a.buckets))
		})
	}
}

// With the real AWS CLI, which S3 and AWS Backup answer, a drill finds the same: one that has something to remove, and one that is refused.
func TestRestoreDrillOfBucketsWithTheRealCLI(t *testing.T) {
	real, stand := newBucketDrills(t, true), newBucketDrills(t, false)
	for name, change := range map[string]func(*account){
		"a large backup after one that was killed": func(a *account) {
			grow(a.points)
			a.buckets[leftOver] = &s3Bucket{tags: map[string]string{"legops:restore-drill": documents, "Owner": "x"}, versions: slices.Clone(serving)}
		},
		"somebody's bucket": func(a *account) {
			a.buckets[leftOver] = &s3Bucket{versions: []version{{key: "x", id: "v1"}}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			var reports []string
			for _, d := range []*bucketDrills{stand, real} {
				a := &account{buckets: map[string]*s3Bucket{documents: {versions: slices.Clone(serving)}}, points: backedUp(nil), ends: "COMPLETED"}
				change(a)
				report, code := d.run(a, nil)
				reports = append(reports, fmt.Sprint(report, code, sortedKeys(a.buckets)))
				if a.job != nil {
					reports[len(reports)-1] += a.job.Metadata["ItemsToRestore"]
				}
			}
			assert.Equal(t, reports[0], reports[1])
		})
	}
}
