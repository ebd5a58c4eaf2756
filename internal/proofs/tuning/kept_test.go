package tuning

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"

	"legops/internal/catalogue"
	"legops/internal/offline/cloud"
)

type in = map[string]any

// entry is one of a record; nil without inputs.
func entry(typ, name, id string, inputs in) *cloud.Entry {
	if inputs == nil {
		return nil
	}
	return &cloud.Entry{
		URN: "urn:pulumi:prod::legops::" + typ + "::" + name, Type: typ, ID: id, Account: "1", Region: "r", Inputs: inputs, Outputs: in{"arn": "arn:" + id},
	}
}

func TestWhatIsKept(t *testing.T) {
	life := func(rules ...any) in { return in{"bucket": "b", "rules": rules} }
	rule := func(more in) in {
		all := in{"id": "x", "status": "Enabled", "filter": in{"prefix": ""}, "expiration": in{"days": 30.0}}
		for key, value := range more {
			all[key] = value
		}
		return all
	}
	old := func(days, newer float64) in {
		return in{"id": "x", "status": "Enabled", "noncurrentVersionExpiration": in{"noncurrentDays": days, "newerNoncurrentVersions": newer}}
	}
	images := func(policy string) in { return in{"repository": "r", "policy": `{"rules":[` + policy + `]}`} }
	const (
		untagged = `{"rulePriority":2,"selection":{"tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":14}}`
		releases = `{"rulePriority":1,"selection":{"tagStatus":"tagged","tagPatternList":["serving-*"],"countType":"imageCountMoreThan","countNumber":10}}`
		newest   = `{"rulePriority":3,"selection":{"tagStatus":"tagged","tagPatternList":["*"],"countType":"imageCountMoreThan","countNumber":5}}`
		any14    = `{"rulePriority":2,"selection":{"tagStatus":"any","countType":"sinceImagePushed","countUnit":"days","countNumber":14}}`
	)
	vault := func(policy string) in { return in{"backupVaultName": "v", "policy": policy} }
	plan := func(schedule string, copies ...any) in {
		return in{"rules": []any{in{"schedule": schedule, "copyActions": copies}}}
	}
	selection := func(more in, resources ...any) in {
		all := in{"planId": "p", "resources": resources}
		for key, value := range more {
			all[key] = value
		}
		return all
	}
	const daily = "cron(0 3 * * ? *)"
	for _, c := range []struct {
		name, typ string
		was, is   in
		less      string
	}{
		{"a life cycle comes", catalogue.BucketLifecycle, nil, life(rule(nil)), "stayed for ever goes after 30 days"},
		{"a life cycle that removes nothing comes", catalogue.BucketLifecycle, nil, life(in{"id": "x", "abortIncompleteMultipartUpload": in{"daysAfterInitiation": 7.0}}), ""},
		{"it goes", catalogue.BucketLifecycle, life(rule(nil)), nil, ""},
		{"it is for more", catalogue.BucketLifecycle, life(rule(in{"filter": in{"prefix": "tmp/"}})), life(rule(nil)), "stayed for ever"},
		{"it is for less", catalogue.BucketLifecycle, life(rule(nil)), life(rule(in{"filter": in{"prefix": "tmp/"}})), ""},
		{"it is for smaller objects, too", catalogue.BucketLifecycle, life(rule(in{"filter": in{"objectSizeGreaterThan": 1000.0}})), life(rule(in{"filter": in{"objectSizeGreaterThan": 10.0}})), "stayed for ever"},
		{"it needs no tag any more", catalogue.BucketLifecycle, life(rule(in{"filter": in{"and": in{"prefix": "tmp/", "tags": in{"a": "b"}}}})), life(rule(in{"filter": in{"prefix": "tmp/"}})), "stayed for ever"},
		{"it is in force", catalogue.BucketLifecycle, life(rule(in{"status": "Disabled"})), life(rule(nil)), "stayed for ever"},
		{"it is no longer in force", catalogue.BucketLifecycle, life(rule(nil)), life(rule(in{"status": "Disabled"})), ""},
		{"a second rule is stricter", catalogue.BucketLifecycle, life(rule(nil)), life(rule(nil), rule(in{"expiration": in{"days": 7.0}})), "stayed for 30 days goes after 7"},
		{"a second rule is laxer", catalogue.BucketLifecycle, life(rule(nil)), life(rule(nil), rule(in{"expiration": in{"days": 70.0}})), ""},
		{"it has a date", catalogue.BucketLifecycle, life(rule(nil)), life(rule(in{"expiration": in{"date": "2027-01-01T00:00:00Z"}})), "goes after 0 days"},
		{"it keeps fewer versions", catalogue.BucketLifecycle, life(old(30, 100)), life(old(30, 1)), "stayed for ever goes after 30 days"},
		{"it keeps more versions", catalogue.BucketLifecycle, life(old(30, 1)), life(old(30, 100)), ""},
		{"it keeps versions for less long", catalogue.BucketLifecycle, life(old(30, 1)), life(old(29, 1)), "goes after 29 days"},
		{
			"nothing is copied", catalogue.BucketReplication,
			in{"bucket": "b", "rules": []any{in{"status": "Enabled"}}}, in{"bucket": "b", "rules": []any{in{"status": "Disabled"}}}, "fewer rules copy",
		},
		{"a policy of images comes", catalogue.ImageLifecyclePolicy, nil, images(untagged), "an image goes that stayed"},
		{"it is for all images", catalogue.ImageLifecyclePolicy, images(untagged), images(any14), "an image goes that stayed"},
		{"one rule more", catalogue.ImageLifecyclePolicy, images(untagged), images(untagged + "," + newest), "an image goes that stayed"},
		{"releases are no longer kept", catalogue.ImageLifecyclePolicy, images(releases + "," + newest), images(newest), "an image goes that stayed"},
		{"releases are kept", catalogue.ImageLifecyclePolicy, images(newest), images(releases + "," + newest), ""},
		{"the same in another order", catalogue.ImageLifecyclePolicy, images(releases + "," + newest), images(newest + "," + releases), ""},
		{
			"nothing is denied any more", catalogue.BackupVaultPolicy,
			vault(`{"Statement":[{"Effect":"Deny","Action":"backup:*"}]}`), vault(`{"Statement":[{"Effect":"Allow","Action":"backup:*"}]}`), "no longer denied",
		},
		{"a bucket is no longer selected", catalogue.BackupSelection, selection(nil, "arn:b", "arn:r"), selection(nil, "arn:r"), "arn:b is no longer backed up"},
		{"nothing is selected", catalogue.BackupSelection, selection(nil, "arn:b"), nil, "arn:b is no longer backed up"},
		{"what went is no longer selected", catalogue.BackupSelection, selection(nil, "arn:gone", "arn:b"), selection(nil, "arn:b"), ""},
		{"more is selected", catalogue.BackupSelection, selection(nil, "arn:b"), selection(nil, "arn:b", "arn:r"), ""},
		{"it selects otherwise", catalogue.BackupSelection, selection(in{"conditions": "a"}, "arn:*"), selection(in{"conditions": "b"}, "arn:*"), "it selects otherwise"},
		{"no plan", catalogue.BackupPlan, plan(daily), nil, "arn:b is no longer backed up"},
		{"once a year", catalogue.BackupPlan, plan(daily), plan("cron(0 3 1 1 ? *)"), "made more rarely"},
		{"at another hour", catalogue.BackupPlan, plan(daily), plan("cron(30 5 * * ? *)"), ""},
		{"no copies", catalogue.BackupPlan, plan(daily, in{"destinationVaultArn": "v"}), plan(daily), "copied no longer"},
	} {
		id := map[string]string{catalogue.BackupPlan: "p"}[c.typ]
		if id == "" {
			id = "x"
		}
		was, is := entry(c.typ, "one", id, c.was), entry(c.typ, "one", id, c.is)
		others := []cloud.Entry{
			*entry(catalogue.Bucket, "bucket", "b", in{}), *entry(catalogue.ImageRepository, "images", "r", in{}), *entry(catalogue.BackupVault, "vault", "v", in{}),
		}
		switch c.typ {
		case catalogue.BackupPlan:
			others = append(others, *entry(catalogue.BackupSelection, "selection", "s", selection(nil, "arn:b")))
		case catalogue.BackupSelection:
			others = append(others, *entry(catalogue.BackupPlan, "plan", "p", plan(daily)))
		}
		with := func(e *cloud.Entry) []cloud.Entry {
			if e == nil {
				return others
			}
			return append(others[:len(others):len(others)], *e)
		}
		lost := observe(with(was), []cloud.Event{{Was: was, Is: is}}, with(is)).lost[resource.URN("urn:pulumi:prod::legops::"+c.typ+"::one")]
		if c.less == "" {
			assert.Empty(t, lost, c.name)
			continue
		}
		assert.Contains(t, strings.Join(lost, "\n"), c.less, c.name)
	}
}
