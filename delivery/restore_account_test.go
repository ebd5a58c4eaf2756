package delivery_test

import (
	"cmp"
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
	// ends is how a restore ends, says its message; goesOn is a bucket into which it puts an object whenever somebody has looked what is there, for late
	// times.
	ends, says, goesOn string
	late               int
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
		var asked struct{ Object []object }
		_ = xml.Unmarshal(body, &asked)
		kept, failed := bucket.remove(asked.Object)
		list := ""
		for _, o := range kept {
			list += "<Error>" + element("Key", o.Key) + element("Code", "AccessDenied") + element("Message", "it is locked") + "</Error>"
		}
		return "<DeleteResult>" + list + "</DeleteResult>", failed
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

// page is how many versions and delete markers S3 lists at most, and deletes at most. It is a thousand there.
const page = 2

// from are the versions of a page that begins behind a version, by key and id, and whether there are more. Keys are compared as bytes, as S3 does.
func (b *s3Bucket) from(key, id string) (versions []version, more bool) {
	after := slices.IndexFunc(b.versions, func(v version) bool { return v.key == key && v.id == id }) + 1
	if after == 0 { // there is no such version, or none any more
		after, _ = slices.BinarySearchFunc(b.versions, key, func(v version, key string) int { return cmp.Or(strings.Compare(v.key, key), -1) })
	}
	left := b.versions[after:]
	return left[:min(page, len(left))], len(left) > page
}

// latest says whether a version is the current one of its object.
func (b *s3Bucket) latest(v version) bool {
	i := slices.IndexFunc(b.versions, func(w version) bool { return w.key == v.key })
	return b.versions[i].id == v.id
}

func (b *s3Bucket) sort() {
	slices.SortStableFunc(b.versions, func(v, w version) int { return strings.Compare(v.key, w.key) })
}

func (a *account) looked(name string) {
	if name != a.goesOn || a.late == 0 {
		return
	}
	a.late--
	bucket := a.buckets[name]
	bucket.versions = append(bucket.versions, version{key: fmt.Sprint("late-", a.late), id: "late"})
	bucket.sort()
}

// versionsOf lists a page of the versions in a bucket. What S3 encodes by request it takes back decoded.
func (a *account) versionsOf(name string, query url.Values) string {
	bucket := a.buckets[name]
	encoded := func(key string) string {
		if query.Get("encoding-type") == "url" {
			return strings.ReplaceAll(url.QueryEscape(key), "%2F", "/")
		}
		return key
	}
	versions, more := bucket.from(query.Get("key-marker"), query.Get("version-id-marker"))
	list := element("EncodingType", query.Get("encoding-type")) + element("IsTruncated", fmt.Sprint(more))
	if more {
		last := versions[len(versions)-1]
		list += element("NextKeyMarker", encoded(last.key)) + element("NextVersionIdMarker", last.id)
	}
	for _, v := range versions {
		kind := "Version"
		if v.marker {
			kind = "DeleteMarker"
		}
		list += "<" + kind + ">" + element("Key", encoded(v.key)) + element("VersionId", v.id) + element("IsLatest", fmt.Sprint(bucket.latest(v))) +
			element("LastModified", ago(v.hours).Format(s3Time))
		if !v.marker {
			list += element("Size", fmt.Sprint(len(v.body)))
		}
		list += "</" + kind + ">"
	}
	a.looked(name)
	return "<ListVersionsResult>" + list + "</ListVersionsResult>"
}

// object is what is to be deleted.
type object struct {
	Key string
	ID  string `xml:"VersionId" json:"VersionId"`
}

var malformed = &fault{http.StatusBadRequest, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema"}

// remove deletes versions, and returns those that it keeps. It takes no more at once than a page, and no empty list.
func (b *s3Bucket) remove(objects []object) (kept []object, failed *fault) {
	if len(objects) == 0 || len(objects) > page {
		return nil, malformed
	}
	for _, o := range objects {
		if strings.HasPrefix(o.Key, "locked") {
			kept = append(kept, o)
		} else {
			b.drop(o.Key, o.ID)
		}
	}
	return kept, nil
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
	bucket.sort()
}
