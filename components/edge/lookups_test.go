package edge_test

import (
	"errors"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components/edge"
	"legops/internal/recorder"
)

func TestLookupSentGeneration(t *testing.T) {
	const ours, tag = "legops-test", "OriginSecretGeneration"
	for name, c := range map[string]struct {
		tags    []map[string]any
		denied  error
		sent    int
		problem string
	}{
		"none yet":                 {},
		"ours":                     {tags: []map[string]any{{"Name": "other", tag: "7"}, {"Name": ours, tag: "2"}}, sent: 2},
		"another's":                {tags: []map[string]any{{"Name": "other", tag: "7"}, {tag: "8"}}},
		"deployed before this tag": {tags: []map[string]any{{"Name": ours}}},
		"changed by hand":          {tags: []map[string]any{{"Name": ours, tag: "two"}}, problem: `distribution/E has the tag OriginSecretGeneration: "two", which must be a number from 1`},
		"not from 1":               {tags: []map[string]any{{"Name": ours, tag: "0"}}, problem: "must be a number from 1"},
		"not allowed":              {denied: errors.New("AccessDeniedException"), problem: "AccessDeniedException"},
	} {
		r := &recorder.Recorder{Answers: map[string]recorder.Answer{
			"aws:resourcegroupstaggingapi/getResources:getResources": func(args resource.PropertyMap) (resource.PropertyMap, error) {
				assert.Equal(t, map[string]any{"resourceTypeFilters": []any{"cloudfront:distribution"}}, args.Mappable())
				listed := []any{}
				for _, tags := range c.tags {
					listed = append(listed, map[string]any{"resourceArn": "arn:aws:cloudfront::111122223333:distribution/E", "tags": tags})
				}
				return resource.NewPropertyMapFromMap(map[string]any{"resourceTagMappingLists": listed}), c.denied
			},
		}}
		var sent int
		var err error
		_ = r.Run(func(ctx *pulumi.Context) error {
			sent, err = edge.LookupSentGeneration(ctx, ours, pulumi.Version(""))
			return nil
		})
		if c.problem == "" {
			require.NoError(t, err, name)
		} else {
			require.ErrorContains(t, err, c.problem, name)
		}
		assert.Equal(t, c.sent, sent, name)
	}
}
