package kit

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
)

func TestOutputsAreTheFieldsWithATag(t *testing.T) {
	type severity string
	type lamp struct {
		pulumi.ResourceState

		Arn    pulumi.StringOutput             `pulumi:"arn"`
		Name   string                          `pulumi:"name"`
		Names  map[string]string               `pulumi:"names"`
		Topics map[severity]pulumi.StringInput `pulumi:"topics"`
		Hidden pulumi.StringOutput
	}
	arn := pulumi.String("arn").ToStringOutput()
	assert.Equal(t, pulumi.Map{
		"arn": arn, "name": pulumi.String("lamp"), "names": pulumi.Map{"a": pulumi.String("b")},
		"topics": pulumi.Map{"critical": pulumi.String("topic")},
	}, outputs(&lamp{
		Arn: arn, Name: "lamp", Names: map[string]string{"a": "b"}, Topics: map[severity]pulumi.StringInput{"critical": pulumi.String("topic")},
		Hidden: arn,
	}))
}
