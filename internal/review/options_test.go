package review

import (
	"context"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/offline/cloud"
	"legops/internal/offline/engine"
)

// keyProgram is a program of one key, which another specification replaces: the new one is created first.
func keyProgram(specification string, options ...pulumi.ResourceOption) engine.Source {
	return engine.Source{Dir: "../..", Program: engine.Function(func(ctx *pulumi.Context, _ map[string]string) error {
		var provider pulumi.ProviderResourceState
		if err := ctx.RegisterResource("pulumi:providers:aws", "aws", pulumi.Map{
			"region": pulumi.String("us-east-1"), "allowedAccountIds": pulumi.Array{pulumi.String("111111111111")},
		}, &provider); err != nil {
			return err
		}
		var key pulumi.CustomResourceState
		return ctx.RegisterResource(catalogue.Key, "key", pulumi.Map{"customerMasterKeySpec": pulumi.String(specification)}, &key,
			append(options, pulumi.Provider(&provider))...)
	})}
}

// keyStack is a stack with such a key, deployed. The fault, which may be nil, counts the creation of the key.
func keyStack(t *testing.T, fault *cloud.Fault, options ...pulumi.ResourceOption) *engine.Stack {
	t.Helper()
	e, err := engine.Open(context.Background(), "../..")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, e.Close()) })
	s, err := e.Stack("dev", fault)
	require.NoError(t, err)
	require.NoError(t, s.Up(t.Context(), keyProgram("SYMMETRIC_DEFAULT", options...)))
	return s
}

// reviewed is what the review says of a change to a deployed stack, as Run goes about it. The stack stays as it is.
func reviewed(t *testing.T, deployed *engine.Stack, head engine.Source) *Stack {
	t.Helper()
	base, err := deployed.Copy()
	require.NoError(t, err)
	protected := base.Unprotect()
	p, err := base.Preview(t.Context(), head)
	require.NoError(t, err)
	return judge("dev", evidence{plan: p, deployed: &model.Deployment{}, protected: protected})
}

// TestOptionsThatComeWithAReplacement holds what the review says of protect and retainOnDelete against what the engine does.
func TestOptionsThatComeWithAReplacement(t *testing.T) {
	retain, protect := pulumi.RetainOnDelete(true), pulumi.Protect(true)
	none := pulumi.Protect(false)
	const (
		kept, gone, refused = "kept", "gone", "refused"
		waits               = "it, and from then on nobody can use it; KMS keeps it for 30 days, in which a person can cancel the deletion"
	)
	for _, c := range []struct {
		name         string
		before, with pulumi.ResourceOption
		becomes      string // of the old key
		told         string
	}{
		{"nothing", none, none, gone, "it is NOT protected: pulumi up deletes " + waits},
		{"retainOnDelete before", retain, retain, kept, "it stays in the account, out of the stack"},
		{"retainOnDelete comes", none, retain, gone,
			"it is NOT protected: pulumi up deletes " + waits + ". retainOnDelete comes in this very update, too late to keep it. " +
				"Two deployments are needed: the first with retainOnDelete alone, the second with what replaces it"},
		{"retainOnDelete goes", retain, none, kept, "it stays in the account, out of the stack"},
		{"protect before", protect, protect, refused, "it is protected: pulumi up refuses until a person unprotects it"},
		{"protect comes", none, protect, gone,
			"it is NOT protected: pulumi up deletes " + waits + ". protect comes in this very update, too late to refuse this. " +
				"Two deployments are needed: the first with protect alone, the second with what replaces it"},
		{"protect goes", protect, none, gone, "its protection goes in this very update, which replaces it all the same: pulumi up DELETES " + waits},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, head := keyStack(t, nil, c.before), keyProgram("RSA_2048", c.with)
			old := s.Record().Entries("")[0].ID
			risks := reviewed(t, s, head).Risks
			require.NotEmpty(t, risks)
			assert.Equal(t, "replaced (the key, without which nothing that it encrypts can be read): changes customerMasterKeySpec; "+c.told, risks[0].Text)

			err := s.Up(t.Context(), head)
			if c.becomes == refused {
				require.ErrorContains(t, err, "unable to replace resource")
				return
			}
			require.NoError(t, err)
			var left []string
			for _, e := range s.Record().Entries("") {
				left = append(left, e.ID)
			}
			if c.becomes == kept {
				assert.Len(t, left, 2)
				assert.Contains(t, left, old)
			} else {
				assert.Len(t, left, 1)
				assert.NotContains(t, left, old)
			}
		})
	}
}

// What a program no longer asks for goes by the options in the state.
func TestOptionsOfADeletion(t *testing.T) {
	nothing := engine.Source{Dir: "../..", Program: engine.Function(func(*pulumi.Context, map[string]string) error { return nil })}
	for told, option := range map[string]pulumi.ResourceOption{
		"it stays in the account": pulumi.RetainOnDelete(true), "it is protected: pulumi up refuses": pulumi.Protect(true), "it is NOT protected: pulumi up deletes it": pulumi.Protect(false),
	} {
		risks := reviewed(t, keyStack(t, nil, option), nothing).Risks
		require.Len(t, risks, 1)
		assert.Contains(t, risks[0].Text, "; "+told)
	}
}

// The third call of the cloud is the deletion of the old key: it fails, and the next deployment deletes the key though nothing says so.
func TestWhatAFailedDeploymentLeaves(t *testing.T) {
	s, head := keyStack(t, &cloud.Fault{Kind: "fail", Call: 3}), keyProgram("RSA_2048")
	old := s.Record().Entries("")[0].ID
	p, err := s.Preview(t.Context(), head)
	require.NoError(t, err)
	d, err := s.Deploy(t.Context(), head)
	require.ErrorContains(t, err, "the simulated cloud fails this call")
	left, err := leftBy(t.Context(), s, p, nil)
	require.NoError(t, err)
	found := judge("dev", evidence{plan: p, deployed: d, left: left})
	assert.Equal(t, []Finding{{Resource: "key (" + old + ")", Text: "Key: its replacement exists; it holds the key, without which nothing that it encrypts can be read. " +
		"The next update DELETES it, and its preview does not show that"}}, found.Unfinished)
	assert.True(t, found.NeedsApproval())

	// The state of an account is read likewise, though nothing changes.
	again, err := s.Preview(t.Context(), head)
	require.NoError(t, err)
	assert.False(t, again.Changes(), "the preview does not show it")
	silent := judge("dev", evidence{plan: again, deployed: &model.Deployment{}, left: left})
	assert.True(t, silent.NeedsApproval())
	assert.False(t, silent.Nothing())
	for name, text := range outputs(t, &Report{Stacks: []*Stack{silent}}) {
		assert.Contains(t, text, "The next update DELETES it", name)
	}

	require.NoError(t, s.Up(t.Context(), head))
	require.Len(t, s.Record().Entries(""), 1)
	assert.NotEqual(t, old, s.Record().Entries("")[0].ID)
}

// The plan tells the order of a replacement, as the engine has it.
func TestOrderOfAReplacement(t *testing.T) {
	for _, first := range []bool{false, true} {
		s := keyStack(t, nil)
		found := reviewed(t, s, keyProgram("RSA_2048", pulumi.DeleteBeforeReplace(first)))
		require.Len(t, found.Changes, 1)
		assert.Equal(t, first, found.Changes[0].DeletesFirst)
		require.Len(t, found.Restarts, 1)
		assert.Equal(t, !first, found.Restarts[0].Serves)
	}
}
