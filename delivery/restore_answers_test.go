package delivery_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"
)

var inQuotes = regexp.MustCompile(`'([^']*)'`)

// answer is what the AWS CLI prints for a call of the scripts, and whether it fails. TestRestoreDrillOfBucketsWithTheRealCLI holds it against the real one.
func (a *account) answer(words []string) (string, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	option := func(name string) string {
		for i, word := range words {
			if word == "--"+name {
				return words[i+1]
			}
		}
		return ""
	}
	command := words[3] // after --output FORMAT SERVICE
	operation := ""
	for part := range strings.SplitSeq(command, "-") {
		operation += strings.ToUpper(part[:1]) + part[1:]
	}
	fails := func(code, message string) (string, bool) {
		return fmt.Sprintf("\nAn error occurred (%s) when calling the %s operation: %s\n", code, operation, message), true
	}
	if operation == a.refuses {
		if words[2] == "backup" {
			return fails("AccessDeniedException", "not authorized")
		}
		return fails("AccessDenied", "Access Denied")
	}
	name := option("bucket")
	bucket := a.buckets[name]
	switch command {
	case "create-bucket", "put-bucket-tagging", "put-bucket-versioning", "delete-objects", "delete-bucket":
		a.changed = append(a.changed, name)
	}
	if words[2] == "s3api" && name != "" && bucket == nil && command != "create-bucket" {
		return fails("NoSuchBucket", "The specified bucket does not exist")
	}
	text := ""
	switch command {
	case "list-buckets":
		prefix := inQuotes.FindStringSubmatch(option("query"))[1]
		for _, name := range sortedKeys(a.buckets) {
			if strings.HasPrefix(name, prefix) {
				text += name + "\t" + ago(1).Format(s3Time) + "\n"
			}
		}
		return text, false
	case "get-bucket-tagging":
		if len(bucket.tags) == 0 {
			return fails("NoSuchTagSet", "The TagSet does not exist")
		}
		if _, has := bucket.tags[inQuotes.FindStringSubmatch(option("query"))[1]]; has {
			text = "legops:restore-drill\n"
		}
		return text, false
	case "create-bucket":
		if bucket != nil {
			return fails("BucketAlreadyExists", "The requested bucket name is not available.")
		}
		a.locations = append(a.locations, strings.TrimPrefix(option("create-bucket-configuration"), "LocationConstraint="))
		a.buckets[name] = &s3Bucket{}
		return "", false
	case "put-bucket-tagging":
		key, value, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(option("tagging"), "TagSet=[{Key="), "}]"), ",Value=")
		bucket.tags = map[string]string{key: value}
		return "", false
	case "put-bucket-versioning":
		bucket.versioned = true
		return "", false
	case "list-object-versions":
		return a.listed(name, words[1] == "json"), false
	case "delete-objects":
		return bucket.removeListed(option("delete")), false
	case "delete-bucket":
		if len(bucket.versions) > 0 {
			return fails("BucketNotEmpty", "The bucket you tried to delete is not empty. You must delete all versions in the bucket.")
		}
		delete(a.buckets, name)
		return "", false
	case "get-object":
		for _, v := range bucket.versions {
			if v.key == option("key") && (option("version-id") == "" || option("version-id") == v.id) {
				_ = os.WriteFile(words[len(words)-1], []byte(v.body), 0o600) // the script tells if that fails
				return "", false
			}
		}
		return fails("NoSuchKey", "The specified key does not exist.")
	case "list-recovery-points-by-backup-vault":
		for _, arn := range sortedKeys(a.points) {
			if p := a.points[arn]; option("by-resource-arn") == "arn:aws:s3:::"+strings.Split(arn, "/")[1] {
				text += fmt.Sprintf("%s\t%s\t%d\n", ago(p.hours).Format(time.RFC3339), arn, p.bytes)
			}
		}
		return text, false
	case "start-restore-job":
		metadata, _ := os.ReadFile(strings.TrimPrefix(option("metadata"), "file://"))
		a.job = &restoreJob{IamRoleArn: option("iam-role-arn"), RecoveryPointArn: option("recovery-point-arn"), ResourceType: option("resource-type")}
		if err := json.Unmarshal(metadata, &a.job.Metadata); err != nil {
			return fails("InvalidParameterValueException", err.Error())
		}
		if !a.ready() {
			return fails("InvalidParameterValueException", unready)
		}
		return "job-1\n", false
	case "describe-restore-job":
		a.job.looks++
		if a.job.looks == 1 || a.ends == "RUNNING" {
			return "RUNNING\tNone\n", false
		}
		if a.ends == "COMPLETED" {
			a.restore()
		}
		says := "None"
		if a.says != "" {
			says = a.says
		}
		return a.ends + "\t" + says + "\n", false
	}
	return fails("NotImplemented", strings.Join(words, " "))
}

// listed is what the CLI prints of the versions in a bucket: what is to be removed, as JSON, or the lines that are compared.
func (a *account) listed(name string, remove bool) string {
	bucket := a.buckets[name]
	defer a.looked(name)
	type object struct{ Key, VersionId string }
	objects, text, seen := []object{}, "", map[string]bool{}
	for _, v := range bucket.versions {
		objects = append(objects, object{v.key, v.id})
		if !v.marker {
			key, latest := strings.ReplaceAll(url.QueryEscape(v.key), "%2F", "/"), "False"
			if !seen[v.key] {
				latest = "True"
			}
			text += fmt.Sprintf("%s\t%d\t%s\t%s\t%s\n", key, len(v.body), ago(v.hours).Format(s3Time), latest, v.id)
		}
		seen[v.key] = true
	}
	if remove {
		printed, _ := json.MarshalIndent(map[string]any{"Objects": objects, "Quiet": true}, "", "    ")
		return string(printed) + "\n"
	}
	if text == "" {
		return "None\n"
	}
	return text
}

// removeListed deletes what a file lists, and returns what the CLI prints of the first that S3 keeps.
func (b *s3Bucket) removeListed(file string) string {
	var asked struct {
		Objects []struct{ Key, VersionId string }
	}
	listed, _ := os.ReadFile(strings.TrimPrefix(file, "file://"))
	_ = json.Unmarshal(listed, &asked) // what is not deleted stays
	kept := ""
	for _, o := range asked.Objects {
		if strings.HasPrefix(o.Key, "locked") {
			kept = "AccessDenied\tit is locked\n"
			continue
		}
		b.drop(o.Key, o.VersionId)
	}
	if kept == "" {
		return "None\n"
	}
	return kept
}
