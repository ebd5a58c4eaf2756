package delivery_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// version is a version of an object, or a delete marker.
type version struct {
	key, id, body string
	hours         int // ago
	marker        bool
}

// s3Bucket is a bucket. Its versions are as S3 lists them: by key, the newest first.
type s3Bucket struct {
	region    string
	tags      map[string]string
	versioned bool
	versions  []version
}

// account answers the AWS CLI as S3 and AWS Backup do. What is there is a map; what serves must not change.
type account struct {
	mu      sync.Mutex
	buckets map[string]*s3Bucket
	// points are the backups, by ARN; job is the restore that was started.
	points map[string]point
	job    *restoreJob
	// ends is how a restore ends, says its message; goesOn is a bucket into which it puts an object whenever somebody has looked what is there.
	ends, says, goesOn string
	// refuses is the operation that the account refuses, such as CreateBucket.
	refuses string
	// changed are the buckets in which something was changed, locations the region that each new one was made in.
	changed, locations []string
}

// point is a backup of a bucket: what it had.
type point struct {
	hours    int // ago
	bytes    int64
	versions []version
}

// restoreJob is what AWS Backup was asked for.
type restoreJob struct {
	Metadata                                                map[string]string
	IamRoleArn, RecoveryPointArn, ResourceType, Idempotency string
	looks                                                   int
}

const s3Time = "2006-01-02T15:04:05.000Z"

func ago(hours int) time.Time { return time.Now().Add(-time.Duration(hours) * time.Hour).UTC() }

var service = regexp.MustCompile(`Credential=[^/]+/\d+/[^/]+/([^/]+)/`)

// fault is an error as S3 and AWS Backup answer it.
type fault struct {
	status        int
	code, message string
}

func (a *account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	body, _ := io.ReadAll(r.Body) // the CLI tells if that breaks
	signed := service.FindStringSubmatch(r.Header.Get("Authorization"))
	if signed == nil {
		http.Error(w, "not signed", http.StatusForbidden)
		return
	}
	answer, failed := "", (*fault)(nil)
	if signed[1] == "backup" {
		answer, failed = a.backup(r, body)
	} else {
		answer, failed = a.s3(r, body)
	}
	switch {
	case failed == nil:
		_, _ = io.WriteString(w, answer)
	case signed[1] == "backup":
		w.Header().Set("X-Amzn-Errortype", failed.code)
		w.WriteHeader(failed.status)
		_ = json.NewEncoder(w).Encode(map[string]string{"message": failed.message})
	default:
		w.WriteHeader(failed.status)
		_, _ = io.WriteString(w, "<Error>"+element("Code", failed.code)+element("Message", failed.message)+"</Error>")
	}
}

func element(name, text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder takes everything
	return "<" + name + ">" + b.String() + "</" + name + ">"
}

// operations are the names of requests to S3: of the account, of a bucket by method and first parameter, of an object by method.
var operations = map[string]string{
	"PUT ": "CreateBucket", "DELETE ": "DeleteBucket", "GET tagging": "GetBucketTagging", "PUT tagging": "PutBucketTagging", "PUT versioning": "PutBucketVersioning",
	"GET versions": "ListObjectVersions", "POST delete": "DeleteObjects",
}

func (a *account) s3(r *http.Request, body []byte) (string, *fault) {
	name, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	query := r.URL.Query()
	operation, parameter := "ListBuckets", ""
	switch {
	case key != "":
		operation = "GetObject"
	case name != "":
		for _, known := range []string{"tagging", "versioning", "versions", "delete"} {
			if query.Has(known) {
				parameter = known
			}
		}
		operation = operations[r.Method+" "+parameter]
	}
	if operation == a.refuses {
		return "", &fault{http.StatusForbidden, "AccessDenied", "Access Denied"}
	}
	if operation == "ListBuckets" {
		list := ""
		for _, name := range sortedKeys(a.buckets) {
			list += "<Bucket>" + element("Name", name) + element("CreationDate", ago(1).Format(s3Time)) + "</Bucket>"
		}
		return "<ListAllMyBucketsResult><Buckets>" + list + "</Buckets></ListAllMyBucketsResult>", nil
	}
	if slices.Contains([]string{"CreateBucket", "PutBucketTagging", "PutBucketVersioning", "DeleteObjects", "DeleteBucket"}, operation) {
		a.changed = append(a.changed, name)
	}
	bucket := a.buckets[name]
	switch {
	case operation == "CreateBucket" && bucket != nil:
		return "", &fault{http.StatusConflict, "BucketAlreadyExists", "The requested bucket name is not available."}
	case operation == "CreateBucket":
		var asked struct{ LocationConstraint string }
		_ = xml.Unmarshal(body, &asked) // us-east-1 has no body
		a.locations = append(a.locations, asked.LocationConstraint)
		a.buckets[name] = &s3Bucket{}
		return "", nil
	case bucket == nil:
		return "", &fault{http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist"}
	}
	switch operation {
	case "GetBucketTagging":
		if len(bucket.tags) == 0 {
			return "", &fault{http.StatusNotFound, "NoSuchTagSet", "The TagSet does not exist"}
		}
		list := ""
		for _, key := range sortedKeys(bucket.tags) {
			list += "<Tag>" + element("Key", key) + element("Value", bucket.tags[key]) + "</Tag>"
		}
		return "<Tagging><TagSet>" + list + "</TagSet></Tagging>", nil
	case "PutBucketTagging":
		var asked struct {
			TagSet struct{ Tag []struct{ Key, Value string } }
		}
		_ = xml.Unmarshal(body, &asked)
		bucket.tags = map[string]string{}
		for _, tag := range asked.TagSet.Tag {
			bucket.tags[tag.Key] = tag.Value
		}
		return "", nil
	case "PutBucketVersioning":
		bucket.versioned = strings.Contains(string(body), "<Status>Enabled</Status>")
		return "", nil
	case "ListObjectVersions":
		return a.versionsOf(name, query), nil
	case "DeleteObjects":
		return bucket.remove(body), nil
	case "DeleteBucket":
		if len(bucket.versions) > 0 {
			return "", &fault{http.StatusConflict, "BucketNotEmpty", "The bucket you tried to delete is not empty. You must delete all versions in the bucket."}
		}
		delete(a.buckets, name)
		return "", nil
	case "GetObject":
		for _, v := range bucket.versions {
			if v.key == key && (query.Get("versionId") == "" || query.Get("versionId") == v.id) {
				if v.marker {
					break
				}
				return v.body, nil
			}
		}
		return "", &fault{http.StatusNotFound, "NoSuchKey", "The specified key does not exist."}
	}
	return "", &fault{http.StatusNotImplemented, "NotImplemented", r.Method + " " + r.URL.String()}
}

func (a *account) looked(name string) {
	if name == a.goesOn {
		had := len(a.buckets[name].versions)
		a.buckets[name].versions = append(a.buckets[name].versions, version{key: fmt.Sprint("late-", had), id: fmt.Sprint("late", time.Now().UnixNano())})
	}
}

// versionsOf lists the versions in a bucket; S3 answers a page of a thousand.
func (a *account) versionsOf(name string, query url.Values) string {
	bucket := a.buckets[name]
	defer a.looked(name)
	list, seen := "", map[string]bool{}
	for _, v := range bucket.versions {
		kind, key := "Version", v.key
		if v.marker {
			kind = "DeleteMarker"
		}
		if query.Get("encoding-type") == "url" {
			key = strings.ReplaceAll(url.QueryEscape(key), "%2F", "/")
		}
		list += "<" + kind + ">" + element("Key", key) + element("VersionId", v.id) + element("IsLatest", fmt.Sprint(!seen[v.key])) +
			element("LastModified", ago(v.hours).Format(s3Time))
		if !v.marker {
			list += element("Size", fmt.Sprint(len(v.body)))
		}
		list += "</" + kind + ">"
		seen[v.key] = true
	}
	return "<ListVersionsResult>" + element("EncodingType", query.Get("encoding-type")) + element("IsTruncated", "false") + list + "</ListVersionsResult>"
}

func (b *s3Bucket) remove(body []byte) string {
	var asked struct {
		Object []struct{ Key, VersionId string }
	}
	_ = xml.Unmarshal(body, &asked)
	kept := ""
	for _, o := range asked.Object {
		if strings.HasPrefix(o.Key, "locked") {
			kept += "<Error>" + element("Key", o.Key) + element("Code", "AccessDenied") + element("Message", "it is locked") + "</Error>"
			continue
		}
		b.drop(o.Key, o.VersionId)
	}
	return "<DeleteResult>" + kept + "</DeleteResult>"
}

func (b *s3Bucket) drop(key, id string) {
	b.versions = slices.DeleteFunc(b.versions, func(v version) bool { return v.key == key && v.id == id })
}

func (a *account) backup(r *http.Request, body []byte) (string, *fault) {
	operation := map[string]string{"GET /backup-vaults": "ListRecoveryPointsByBackupVault", "PUT /restore-jobs": "StartRestoreJob", "GET /restore-jobs": "DescribeRestoreJob"}[r.Method+" /"+strings.Split(r.URL.Path, "/")[1]]
	if operation == a.refuses {
		return "", &fault{http.StatusForbidden, "AccessDeniedException", "not authorized"}
	}
	text := func(answer any) string {
		found, _ := json.Marshal(answer) // maps of texts and numbers
		return string(found)
	}
	switch operation {
	case "ListRecoveryPointsByBackupVault":
		points := []any{}
		for _, arn := range sortedKeys(a.points) {
			if p := a.points[arn]; r.URL.Path == "/backup-vaults/legops-prod/recovery-points/" && r.URL.Query().Get("resourceArn") == "arn:aws:s3:::"+strings.Split(arn, "/")[1] {
				points = append(points, map[string]any{"RecoveryPointArn": arn, "CreationDate": ago(p.hours).Unix(), "Status": "COMPLETED", "BackupSizeInBytes": p.bytes})
			}
		}
		return text(map[string]any{"RecoveryPoints": points}), nil
	case "StartRestoreJob":
		a.job = &restoreJob{}
		_ = json.Unmarshal(body, a.job)
		if !a.ready() {
			return "", &fault{http.StatusBadRequest, "InvalidParameterValueException", unready}
		}
		return text(map[string]any{"RestoreJobId": "job-1"}), nil
	case "DescribeRestoreJob":
		a.job.looks++
		if a.job.looks == 1 || a.ends == "RUNNING" {
			return text(map[string]any{"Status": "RUNNING"}), nil
		}
		answer := map[string]any{"Status": a.ends}
		if a.says != "" {
			answer["StatusMessage"] = a.says
		}
		if a.ends == "COMPLETED" {
			a.restore()
		}
		return text(answer), nil
	}
	return "", &fault{http.StatusNotImplemented, "NotImplemented", r.Method + " " + r.URL.String()}
}

const unready = "the destination bucket has to exist, with versioning"

// ready says whether there is a bucket to restore into, with versioning, without which AWS Backup takes none.
func (a *account) ready() bool {
	bucket := a.buckets[a.job.Metadata["DestinationBucketName"]]
	return bucket != nil && bucket.versioned
}

// restore puts what was asked for into the bucket, under versions of its own: "Restore S3 data using AWS Backup", AWS Backup Developer Guide.
func (a *account) restore() {
	bucket := a.buckets[a.job.Metadata["DestinationBucketName"]]
	var items []string
	_ = json.Unmarshal([]byte(a.job.Metadata["ItemsToRestore"]), &items)
	seen := map[string]bool{}
	for i, v := range a.points[a.job.RecoveryPointArn].versions {
		source := "s3://" + strings.Split(a.job.RecoveryPointArn, "/")[1] + "/" + v.key
		if v.marker || items != nil && !slices.Contains(items, source) || a.job.Metadata["RestoreLatestVersionsUpTo"] != "all" && seen[v.key] {
			continue
		}
		seen[v.key] = true
		v.id, v.hours = fmt.Sprint("restored-", i), 0
		bucket.versions = append(bucket.versions, v)
	}
}
