package delivery_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf16"
)

var inQuotes = regexp.MustCompile(`'([^']*)'`)

// answer is what the AWS CLI prints for a call of the scripts, and whether it fails. TestRestoreDrillOfBucketsWithTheRealCLI holds it against the real one.
func (a *account) answer(words []string) (string, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	option := func(name string) string {
		for i, word := range words {
			if value, is := strings.CutPrefix(word, "--"+name+"="); is {
				return value
			}
			if word == "--"+name {
				return words[i+1]
			}
		}
		return ""
	}
	// text is what an option says, or the file that it names.
	text := func(name string) string {
		value := option(name)
		if file, is := strings.CutPrefix(value, "file://"); is {
			read, _ := os.ReadFile(file) // an empty one is none of what is there
			return string(read)
		}
		return value
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
	printed := ""
	switch command {
	case "list-buckets":
		prefix := inQuotes.FindStringSubmatch(option("query"))[1]
		for _, name := range sortedKeys(a.buckets) {
			if strings.HasPrefix(name, prefix) {
				printed += name + "\t" + ago(1).Format(s3Time) + "\n"
			}
		}
		return printed, false
	case "get-bucket-tagging":
		if len(bucket.tags) == 0 {
			return fails("NoSuchTagSet", "The TagSet does not exist")
		}
		if _, has := bucket.tags[inQuotes.FindStringSubmatch(option("query"))[1]]; has {
			printed = "legops:restore-drill\n"
		}
		return printed, false
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
		if slices.Contains(words, "--no-paginate") {
			return a.batch(name), false
		}
		return bucket.listed(), false
	case "delete-objects":
		var asked struct{ Objects []object }
		_ = json.Unmarshal([]byte(text("delete")), &asked) // what is not deleted stays
		kept, failed := bucket.remove(asked.Objects)
		switch {
		case failed != nil:
			return fails(failed.code, failed.message)
		case kept == nil:
			return "None\n", false
		}
		return "AccessDenied\tit is locked\n", false
	case "delete-bucket":
		if len(bucket.versions) > 0 {
			return fails("BucketNotEmpty", "The bucket you tried to delete is not empty. You must delete all versions in the bucket.")
		}
		delete(a.buckets, name)
		return "", false
	case "get-object":
		for _, v := range bucket.versions {
			if v.key == text("key") && (option("version-id") == "" || option("version-id") == v.id) {
				_ = os.WriteFile(words[len(words)-1], []byte(v.body), 0o600) // the script tells if that fails
				return "", false
			}
		}
		return fails("NoSuchKey", "The specified key does not exist.")
	case "list-recovery-points-by-backup-vault":
		for _, arn := range sortedKeys(a.points) {
			if p := a.points[arn]; option("by-resource-arn") == "arn:aws:s3:::"+strings.Split(arn, "/")[1] {
				printed += fmt.Sprintf("%s\t%s\t%d\n", ago(p.hours).Format(time.RFC3339), arn, p.bytes)
			}
		}
		return printed, false
	case "start-restore-job":
		a.job = &restoreJob{IamRoleArn: option("iam-role-arn"), RecoveryPointArn: option("recovery-point-arn"), ResourceType: option("resource-type")}
		if err := json.Unmarshal([]byte(text("metadata")), &a.job.Metadata); err != nil {
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

// listed is what the CLI prints of the versions in a bucket, page by page, a line each; of a page without versions it is None.
func (b *s3Bucket) listed() (printed string) {
	key, id := "", ""
	for {
		versions, more := b.from(key, id)
		lines := ""
		for _, v := range versions {
			if key, id = v.key, v.id; !v.marker {
				latest := map[bool]string{true: "True", false: "False"}[b.latest(v)]
				lines += fmt.Sprintf("%s\t%d\t%s\t%s\t%s\n", ascii([]string{v.key}), len(v.body), ago(v.hours).Format(s3Time), latest, v.id)
			}
		}
		printed += cmp.Or(lines, "None\n")
		if !more {
			return printed
		}
	}
}

// batch is what the CLI prints of the first page of a bucket, to be deleted.
func (a *account) batch(name string) string {
	versions, _ := a.buckets[name].from("", "")
	objects := []object{}
	for _, v := range versions {
		objects = append(objects, object{v.key, v.id})
	}
	a.looked(name)
	return ascii(map[string]any{"Objects": objects, "Quiet": true}) + "\n"
}

// ascii is JSON as the function to_string of a query writes it.
func ascii(value any) string {
	var written strings.Builder
	encoder := json.NewEncoder(&written)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // a Builder takes everything
	text := ""
	for _, r := range strings.TrimSuffix(written.String(), "\n") {
		if r < 0x80 {
			text += string(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			text += fmt.Sprintf(`\u%04x`, unit)
		}
	}
	return text
}
