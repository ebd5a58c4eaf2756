package compute_test

import (
	"errors"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components/compute"
	"legops/internal/recorder"
	"legops/internal/settings"
)

func TestMissingRoles(t *testing.T) {
	const account = "arn:aws:iam::111111111111:role/"
	look := func(says string) (missing []settings.RoleARN, err error) {
		r := &recorder.Recorder{Answers: map[string]recorder.Answer{
			"aws:iam/getRole:getRole": func(args resource.PropertyMap) (resource.PropertyMap, error) {
				if args["name"].StringValue() == "gone" {
					return nil, errors.New(says)
				}
				return resource.NewPropertyMapFromMap(map[string]any{"arn": account + args["name"].StringValue()}), nil
			},
		}}
		_ = r.Run(func(ctx *pulumi.Context) error {
			missing, err = compute.MissingRoles(ctx, []settings.RoleARN{account + "platform", account + "team/gone"}, pulumi.Version(""))
			return nil
		})
		return missing, err
	}
	missing, err := look("reading IAM Role (gone): couldn't find resource")
	require.NoError(t, err)
	assert.Equal(t, []settings.RoleARN{account + "team/gone"}, missing)
	_, err = look("reading IAM Role (gone): operation error IAM: GetRole, AccessDenied")
	assert.ErrorContains(t, err, "AccessDenied")
}
