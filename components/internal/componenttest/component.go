package componenttest

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components"
	"legops/internal/recorder"
)

// Location is where components are in tests.
var Location = components.Location{Account: "111122223333", Region: "eu-west-1"}

// Construct makes a component with the options every component gets from infra.
type Construct func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error

// Of gives the component of a name, by its constructor, arguments.
func Of[A, C any](name string, create func(*pulumi.Context, string, *A, ...pulumi.ResourceOption) (C, error)) func(A) Construct {
	return func(args A) Construct {
		return func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
			_, err := create(ctx, name, &args, opts...)
			return err
		}
	}
}

func (c Construct) program(ctx *pulumi.Context) error {
	provider, err := aws.NewProvider(ctx, "aws", &aws.ProviderArgs{Region: pulumi.String(Location.Region)})
	if err != nil {
		return err
	}
	return c(ctx, pulumi.Providers(provider))
}

// Record makes the component and gives back what it registered.
func Record(t *testing.T, make Construct) *recorder.Recorder {
	t.Helper()
	r := &recorder.Recorder{}
	require.NoError(t, r.Run(make.program))
	return r
}

// Behaves checks what holds for every component: what it makes is inside it, named after it, and made by the
// provider it was given; it calls no function; and whatever cannot be registered, it says so. The children named last
// are on a second provider, aws-global. It gives back what was registered.
func Behaves(t *testing.T, token, name string, make Construct, global ...string) *recorder.Recorder {
	t.Helper()
	r := Record(t, make)
	assert.Empty(t, r.Calls())
	children := 0
	for _, found := range r.Resources() {
		if found.Type == token || given(found) {
			continue
		}
		children++
		assert.Contains(t, r.Ancestors(found), token, found.URN)
		assert.True(t, strings.HasPrefix(found.Name(), name), "%s is not named after %s", found.URN, name)
		if strings.HasPrefix(found.Type, "aws:") {
			provider := "aws"
			if slices.Contains(global, found.Name()) {
				provider = "aws-global"
			}
			assert.Contains(t, found.Provider, "pulumi:providers:aws::"+provider+"::", found.URN)
		}
	}
	assert.NotZero(t, children)

	for _, found := range r.Resources() {
		if given(found) || found.Type == "aws:eks/cluster:Cluster" {
			continue // not made by the component itself: the cluster is what pulumi-eks constructs
		}
		t.Run("refused/"+found.Type+"/"+found.Name(), func(t *testing.T) {
			var returned error
			refusing := &recorder.Recorder{Refuse: func(typ, name string) bool { return typ == found.Type && name == found.Name() }}
			_ = refusing.Run(Construct(func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
				returned = make(ctx, opts...)
				return returned
			}).program)
			assert.ErrorContains(t, returned, "alias")
		})
	}
	return r
}

// Resolved makes a component and gives back values of it, such as its outputs, once they are known.
func Resolved[A, C any](
	t *testing.T, name string, create func(*pulumi.Context, string, *A, ...pulumi.ResourceOption) (C, error), args A, values func(C) []any,
) (got []any) {
	t.Helper()
	Record(t, func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
		made, err := create(ctx, name, &args, opts...)
		if err != nil {
			return err
		}
		ctx.Export("values", pulumi.All(values(made)...).ApplyT(func(resolved []any) string { got = resolved; return "" }))
		return nil
	})
	return got
}

// Globally gives the component a second AWS provider, of another region.
func Globally(make func(ctx *pulumi.Context, global pulumi.ProviderResource, opts ...pulumi.ResourceOption) error) Construct {
	return func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
		global, err := aws.NewProvider(ctx, "aws-global", &aws.ProviderArgs{Region: pulumi.String("us-east-1")})
		if err != nil {
			return err
		}
		return make(ctx, global, opts...)
	}
}

// given tells the providers a component was given from what it makes.
func given(found recorder.Resource) bool {
	return strings.HasPrefix(found.Type, "pulumi:providers:") && found.Parent == ""
}

// Refuses checks that wrong arguments are all told, in one error, before anything is registered.
func Refuses(t *testing.T, make Construct, complaints ...string) {
	t.Helper()
	r := &recorder.Recorder{}
	err := r.Run(make.program)
	require.Error(t, err)
	for _, complaint := range complaints {
		assert.ErrorContains(t, err, complaint)
	}
	for _, found := range r.Resources() {
		assert.True(t, given(found), "registered %s", found.URN)
	}
}

// RefusesEach checks that each mistake, made in good arguments, is reported: by the part of the error that reports it.
func RefusesEach[A any](t *testing.T, make func(A) Construct, good func() A, mistakes map[string]func(*A)) {
	t.Helper()
	for complaint, mistake := range mistakes {
		args := good()
		mistake(&args)
		t.Run(complaint, func(t *testing.T) { Refuses(t, make(args), complaint) })
	}
}

// document is a policy as IAM reads it.
type document struct {
	Version   string
	Statement []struct {
		Sid, Effect      string
		Principal        struct{ AWS, Service []string }
		Action, Resource []string
		Condition        map[string]map[string][]string
	}
}

// PolicyOf reads a policy out of an input. It allows, but for the one statement that every policy of a resource may have.
func PolicyOf(t *testing.T, found recorder.Resource, field string) document {
	t.Helper()
	var d document
	require.NoError(t, json.Unmarshal([]byte(fmt.Sprint(found.Get(field))), &d))
	assert.Equal(t, "2012-10-17", d.Version)
	for _, statement := range d.Statement {
		if statement.Sid == "OverTLSOnly" { // the one statement that takes something away
			assert.Equal(t, "Deny", statement.Effect)
			assert.Equal(t, []string{"*"}, statement.Principal.AWS)
			assert.Equal(t, map[string]map[string][]string{"Bool": {"aws:SecureTransport": {"false"}}}, statement.Condition)
			continue
		}
		assert.Equal(t, "Allow", statement.Effect)
	}
	return d
}

// Expect checks inputs by path.
func Expect(t *testing.T, found recorder.Resource, values map[string]any) {
	t.Helper()
	for path, value := range values {
		assert.Equal(t, value, found.Get(path), "%s: %s", found.URN, path)
	}
}

// GlobalLocation is us-east-1 in the same account.
var GlobalLocation = components.Location{Account: "111122223333", Region: "us-east-1"}

// Prefixes are ranges of addresses.
func Prefixes(texts ...string) []netip.Prefix {
	var all []netip.Prefix
	for _, text := range texts {
		all = append(all, netip.MustParsePrefix(text))
	}
	return all
}
