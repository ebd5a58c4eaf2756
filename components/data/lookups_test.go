package data_test

import (
	"errors"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components/data"
	"legops/components/internal/componenttest"
	"legops/internal/recorder"
)

const (
	instancesFunction = "aws:rds/getInstances:getInstances"
	logsFunction      = "aws:cloudwatch/getLogGroups:getLogGroups"
	instanceFunction  = "aws:rds/getInstance:getInstance"
	domainFunction    = "aws:opensearch/getDomain:getDomain"
	listFunction      = "aws:resourcegroupstaggingapi/getResources:getResources"
)

// answer is what a function answers, or its error.
func answer(values map[string]any, err error) recorder.Answer {
	return func(resource.PropertyMap) (resource.PropertyMap, error) {
		return resource.NewPropertyMapFromMap(values), err
	}
}

// looking runs a look-up with some answers.
func looking[T any](answers map[string]recorder.Answer, look func(*pulumi.Context, string, pulumi.InvokeOption) (T, error)) (found T, err error) {
	r := &recorder.Recorder{Answers: answers}
	_ = r.Run(func(ctx *pulumi.Context) error {
		found, err = look(ctx, "legops-test", pulumi.Version(""))
		return nil
	})
	return found, err
}

func lookupDatabase(ctx *pulumi.Context, name string, in pulumi.InvokeOption) (data.RunningDatabase, error) {
	return data.LookupDatabase(ctx, name, "", in)
}

func TestLookupDatabase(t *testing.T) {
	answers := map[string]recorder.Answer{
		instancesFunction: func(args resource.PropertyMap) (resource.PropertyMap, error) {
			assert.Equal(t, []any{map[string]any{"name": "db-instance-id", "values": []any{"legops-test-database"}}}, args["filters"].Mappable())
			return resource.NewPropertyMapFromMap(map[string]any{"instanceIdentifiers": []any{"legops-test-database"}}), nil
		},
		instanceFunction: answer(map[string]any{"allocatedStorage": 420, "maxAllocatedStorage": 1000, "engineVersion": "17.6"}, nil),
	}
	database, err := looking(answers, lookupDatabase)
	require.NoError(t, err)
	assert.Equal(t, data.RunningDatabase{Allocated: 420, Max: 1000, Version: "17.6"}, database)

	database, err = looking(nil, lookupDatabase)
	require.NoError(t, err)
	assert.Equal(t, data.RunningDatabase{LeftLogs: []string{}}, database, "before the instance exists")

	left := []string{"/aws/rds/instance/legops-test-database/postgresql"}
	logs := map[string]recorder.Answer{logsFunction: func(args resource.PropertyMap) (resource.PropertyMap, error) {
		assert.Equal(t, "/aws/rds/instance/legops-test-database/", args["logGroupNamePrefix"].StringValue())
		return resource.NewPropertyMapFromMap(map[string]any{"logGroupNames": left}), nil
	}}
	database, err = looking(logs, lookupDatabase)
	require.NoError(t, err)
	assert.Equal(t, data.RunningDatabase{LeftLogs: left}, database, "an earlier instance has left its log")
	logs[logsFunction] = answer(nil, errors.New("denied"))
	_, err = looking(logs, lookupDatabase)
	require.ErrorContains(t, err, "denied")

	for _, function := range []string{instanceFunction, instancesFunction} {
		answers[function] = answer(nil, errors.New("denied"))
		_, err = looking(answers, lookupDatabase)
		assert.ErrorContains(t, err, "denied", function)
	}
}

func TestLookupSearch(t *testing.T) {
	listed := func(arns ...string) recorder.Answer {
		mappings := []any{}
		for _, arn := range arns {
			mappings = append(mappings, map[string]any{"resourceArn": arn})
		}
		return func(args resource.PropertyMap) (resource.PropertyMap, error) {
			assert.Equal(t, map[string]any{"resourceTypeFilters": []any{"es:domain"}}, args.Mappable())
			return resource.NewPropertyMapFromMap(map[string]any{"resourceTagMappingLists": mappings}), nil
		}
	}
	const domain = "arn:aws:es:us-east-1:111111111111:domain/"
	unread := answer(nil, errors.New("invocation of aws:opensearch/getDomain:getDomain returned an error: your query returned no results"))
	for name, c := range map[string]struct {
		domain, list recorder.Answer
		running      data.RunningSearch
		problem      string
	}{
		"a domain": {domain: answer(map[string]any{"engineVersion": "OpenSearch_2.19"}, nil), running: data.RunningSearch{Version: "OpenSearch_2.19"}},
		"one that is changed": {domain: answer(map[string]any{"engineVersion": "OpenSearch_2.17", "processing": true}, nil),
			running: data.RunningSearch{Version: "OpenSearch_2.17", Changing: true}},
		"none":   {},
		"others": {domain: unread, list: listed(domain+"legops-test-2", domain+"other-legops-test")},
		"one that cannot be read": {domain: unread, list: listed(domain+"other", domain+"legops-test"),
			problem: "the domain exists, and es:DescribeDomain failed: allow it, or try again if AWS was busy"},
		"nothing can be read": {domain: unread, list: answer(nil, errors.New("AccessDeniedException")),
			problem: "nor can the program tell whether it exists: allow tag:GetResources, or try again: "},
		"its configuration cannot be read": {domain: answer(nil, errors.New("querying config for opensearch_domain: ThrottlingException")),
			problem: "querying config for opensearch_domain: ThrottlingException"},
	} {
		answers := map[string]recorder.Answer{}
		if c.domain != nil {
			answers[domainFunction] = c.domain
		}
		if c.list != nil {
			answers[listFunction] = c.list
		}
		running, err := looking(answers, data.LookupSearch)
		if c.problem == "" {
			require.NoError(t, err, name)
		} else {
			require.ErrorContains(t, err, c.problem, name)
		}
		assert.Equal(t, c.running, running, name)
	}
}

// What the stack itself has made is found by the names that it gives.
func TestLookupOwn(t *testing.T) {
	const url = "https://sqs.eu-west-1.amazonaws.com/111122223333/"
	log := func(ctx *pulumi.Context, name string, in pulumi.InvokeOption) (string, error) {
		return data.LookupOwnLog(ctx, name, "upgrade", in)
	}
	queue := func(ctx *pulumi.Context, name string, in pulumi.InvokeOption) (string, error) {
		return data.LookupOwnQueue(ctx, name, "signing", in)
	}
	bucket := func(ctx *pulumi.Context, name string, in pulumi.InvokeOption) (string, error) {
		return data.LookupOwnBucket(ctx, name, componenttest.Location, "documents", in)
	}
	none := errors.New("reading S3 Bucket (legops-test-111122223333-documents): couldn't find resource")
	for name, c := range map[string]struct {
		look          func(*pulumi.Context, string, pulumi.InvokeOption) (string, error)
		function      string
		there, absent recorder.Answer
		want          string
	}{
		"log": {log, logsFunction, answer(map[string]any{"logGroupNames": []any{"/aws/rds/instance/legops-test-database/upgrade"}}, nil),
			answer(map[string]any{"logGroupNames": []any{"/aws/rds/instance/legops-test-database/upgrade-2"}}, nil), "/aws/rds/instance/legops-test-database/upgrade"},
		"queue": {queue, "aws:sqs/getQueues:getQueues", answer(map[string]any{"queueUrls": []any{url + "legops-test-signing.fifo"}}, nil),
			answer(map[string]any{"queueUrls": []any{url + "legops-test-signing.fifo2"}}, nil), "legops-test-signing.fifo"},
		"bucket": {bucket, "aws:s3/getBucket:getBucket", answer(nil, nil), answer(nil, none), "legops-test-111122223333-documents"},
	} {
		for want, answers := range map[string]recorder.Answer{c.want: c.there, "": c.absent} {
			found, err := looking(map[string]recorder.Answer{c.function: answers}, c.look)
			require.NoError(t, err, name)
			assert.Equal(t, want, found, name)
		}
		_, err := looking(map[string]recorder.Answer{c.function: answer(nil, errors.New("denied"))}, c.look)
		assert.ErrorContains(t, err, "denied", name)
	}
}
