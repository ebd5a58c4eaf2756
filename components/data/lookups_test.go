package data_test

import (
	"errors"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components/data"
	"legops/internal/recorder"
)

const (
	instancesFunction = "aws:rds/getInstances:getInstances"
	instanceFunction  = "aws:rds/getInstance:getInstance"
	domainFunction    = "aws:opensearch/getDomain:getDomain"
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

func TestLookupStorage(t *testing.T) {
	answers := map[string]recorder.Answer{
		instancesFunction: func(args resource.PropertyMap) (resource.PropertyMap, error) {
			assert.Equal(t, []any{map[string]any{"name": "db-instance-id", "values": []any{"legops-test-database"}}}, args["filters"].Mappable())
			return resource.NewPropertyMapFromMap(map[string]any{"instanceIdentifiers": []any{"legops-test-database"}}), nil
		},
		instanceFunction: answer(map[string]any{"allocatedStorage": 420}, nil),
	}
	gib, err := looking(answers, data.LookupStorage)
	require.NoError(t, err)
	assert.Equal(t, 420, gib)

	gib, err = looking(nil, data.LookupStorage)
	require.NoError(t, err)
	assert.Zero(t, gib, "before the instance exists")

	for _, function := range []string{instanceFunction, instancesFunction} {
		answers[function] = answer(nil, errors.New("denied"))
		_, err = looking(answers, data.LookupStorage)
		assert.ErrorContains(t, err, "denied", function)
	}
}

func TestLookupSearchVersion(t *testing.T) {
	version, err := looking(map[string]recorder.Answer{domainFunction: answer(map[string]any{"engineVersion": "OpenSearch_2.19"}, nil)}, data.LookupSearchVersion)
	require.NoError(t, err)
	assert.EqualValues(t, "OpenSearch_2.19", version)

	version, err = looking(nil, data.LookupSearchVersion)
	require.NoError(t, err)
	assert.Empty(t, version, "before the domain exists")

	_, err = looking(map[string]recorder.Answer{domainFunction: answer(nil, errors.New("throttled"))}, data.LookupSearchVersion)
	assert.ErrorContains(t, err, "throttled")
}
