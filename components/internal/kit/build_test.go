package kit

import (
	"errors"
	"fmt"
	"sync"
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

// crowd counts the components that are being registered. Each takes a moment, or until there are more than the limit lets be.
type crowd struct {
	slow
	mu        sync.Mutex
	now, most int
	err       error
}

func (c *crowd) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	if args.TypeToken != "legops:components:shop" {
		return args.Name, args.Inputs, nil
	}
	c.mu.Lock()
	c.now++
	if c.most = max(c.most, c.now); c.now == maxUnderWay+2 {
		close(c.goesOn)
	}
	c.mu.Unlock()
	select {
	case <-c.goesOn:
	case <-time.After(100 * time.Millisecond):
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now--
	return args.Name, args.Inputs, c.err
}

// Registrations under way take memory, so the program waits if there are many; and it goes on to its end if they fail.
func TestTheProgramWaitsForSomeOfManyComponents(t *testing.T) {
	for _, want := range []error{nil, errors.New("the street is closed")} {
		mocks := &crowd{slow: slow{goesOn: make(chan struct{})}, err: want}
		err := pulumi.RunErr(func(ctx *pulumi.Context) error {
			for i := range 3 * maxUnderWay {
				b := Build{Ctx: ctx, Name: fmt.Sprintf("corner-%d", i)}
				if err := b.Create(&shop{Street: pulumi.String("Mill Road").ToStringOutput()}, struct{}{}, nil, nil); err != nil {
					return err
				}
			}
			return nil
		}, pulumi.WithMocks("legops", "test", mocks))
		if want == nil {
			require.NoError(t, err)
			assert.LessOrEqual(t, mocks.most, maxUnderWay+1)
			assert.Greater(t, mocks.most, maxUnderWay/2)
		} else {
			require.ErrorContains(t, err, want.Error())
		}
		assert.Eventually(t, func() bool { return len(underWay) == 0 }, time.Second, time.Millisecond)
	}
}
