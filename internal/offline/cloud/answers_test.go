package cloud

import (
	"reflect"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/offline/answers"
)

// otherwise are the cases in which the simulated cloud answers otherwise than the provider of 6.13, by type and path, and why.
var otherwise = map[string]string{
	"aws:route53/record:Record type":                                "in place in 5.100, which pulumi-aws 6.83.2 stands on: see settled in internal/offline/answers/generate",
	"aws:acm/certificate:Certificate domainName":                    "the provider names the computed alternative names as a reason, too",
	"aws:opensearch/domain:Domain engineVersion":                    "the provider asks AWS which versions the domain can be upgraded to, and nobody answered",
	"aws:rds/instance:Instance identifier":                          "one that is no longer given is drawn anew by the provider, and stays here",
	"aws:lb/loadBalancer:LoadBalancer enableCrossZoneLoadBalancing": meansNothing,
	"aws:lb/listener:Listener routingHttpRequest":                   meansNothing,
	"aws:ec2/securityGroupRule:SecurityGroupRule fromPort":          meansNothing,
	"aws:ec2/securityGroupRule:SecurityGroupRule toPort":            meansNothing,
	"aws:backup/selection:Selection conditions[0].stringEquals":     becomesEmpty,
	"aws:lb/listenerRule:ListenerRule conditions[0].httpHeader":     becomesEmpty,
	"aws:codebuild/webhook:Webhook filterGroups[0].filters":         becomesEmpty,
}

const (
	meansNothing = "ignored where it means nothing, for this kind of balancer, listener or rule"
	becomesEmpty = "a required block left with nothing in it is no change to the provider; AWS refuses it"
)

// The simulated cloud says of every change what the real provider said of it: whether there is something to do, what makes another
// resource of it, and which goes first.
func TestDiffAnswersAsTheRealProvider(t *testing.T) {
	all, err := answers.Load()
	require.NoError(t, err)
	require.NotEmpty(t, all.Cases)
	c := newClient(t)
	checked := func(of answers.Resource, olds, news values) (values, error) {
		got, err := c.rpc.Check(t.Context(), &pulumirpc.CheckRequest{Urn: urnOf(of.Type, of.Name), Olds: c.wire(olds), News: c.wire(news)})
		return got.GetInputs().AsMap(), err
	}
	same, needed := 0, map[string]bool{}
	for _, asked := range all.Cases {
		of := all.Resources[asked.Of]
		after, err := answers.Changed(of.Inputs, asked.Path, asked.Value)
		require.NoError(t, err, asked.Name(of))
		olds, err := checked(of, nil, of.Inputs)
		require.NoError(t, err, asked.Name(of))
		news, err := checked(of, olds, after)
		require.NoError(t, err, asked.Name(of))
		diff, err := c.rpc.Diff(t.Context(), &pulumirpc.DiffRequest{Urn: urnOf(of.Type, of.Name), OldInputs: c.wire(olds), News: c.wire(news)})
		require.NoError(t, err, asked.Name(of))
		got := asked
		got.Changes = diff.GetChanges() == pulumirpc.DiffResponse_DIFF_SOME
		got.Replaces, got.First = diff.GetReplaces(), diff.GetDeleteBeforeReplace()
		why := ""
		for of := range otherwise {
			if strings.HasPrefix(all.Resources[asked.Of].Type+" "+asked.Path, of) {
				why = of
			}
		}
		if why != "" && !reflect.DeepEqual(asked, got) {
			needed[why] = true
			continue
		}
		same++
		assert.Equal(t, asked, got, asked.Name(of))
	}
	for of := range otherwise {
		assert.True(t, needed[of], "%s is answered as by the provider: take it out of otherwise", of)
	}
	t.Logf("%d of %d answers are the provider's", same, len(all.Cases))
}
