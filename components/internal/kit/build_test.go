package kit

import (
	"errors"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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

// slow registers a component only once the program has gone on, or after a minute.
type slow struct{ goesOn chan struct{} }

func (s slow) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	if args.TypeToken == "legops:components:shop" {
		select {
		case <-s.goesOn:
		case <-time.After(time.Minute):
			return "", nil, errors.New("the program waits for the component")
		}
	}
	return args.Name, args.Inputs, nil
}

func (slow) Call(pulumi.MockCallArgs) (resource.PropertyMap, error) { return nil, nil }

type shop struct {
	pulumi.ResourceState

	Street pulumi.StringOutput `pulumi:"street"`
}

func TestTheProgramDoesNotWaitForAComponent(t *testing.T) {
	mocks := slow{goesOn: make(chan struct{})}
	require.NoError(t, pulumi.RunErr(func(ctx *pulumi.Context) error {
		b, component := Build{Ctx: ctx, Name: "corner"}, &shop{}
		err := b.Create(component, struct{}{}, nil, nil, func() error {
			component.Street = pulumi.String("Mill Road").ToStringOutput()
			return nil
		})
		close(mocks.goesOn)
		return err
	}, pulumi.WithMocks("legops", "test", mocks)))
}
