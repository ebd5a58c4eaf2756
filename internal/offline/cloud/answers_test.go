package cloud

import (
	"reflect"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/offline/answers"
	"legops/internal/offline/schema"
)

// otherwise are the cases in which the simulated cloud answers otherwise than the provider of 6.13, by type and path: how many, and why.
var otherwise = map[string]struct {
	cases int
	why   string
}{
	"aws:route53/record:Record type":                                                       {1, "in place in 5.100, which pulumi-aws 6.83.2 stands on: see settled in internal/offline/answers/generate"},
	"aws:acm/certificate:Certificate domainName":                                           {1, "the provider names the computed alternative names as a reason, too"},
	"aws:opensearch/domain:Domain engineVersion":                                           {2, "the provider asks AWS which versions the domain can be upgraded to, and nobody answered"},
	"aws:rds/instance:Instance identifier":                                                 {2, "one that is no longer given is drawn anew by the provider, and stays here"},
	"aws:backup/selection:Selection conditions":                                            {3, becomesEmpty},
	"aws:lb/listenerRule:ListenerRule conditions[0].httpHeader":                            {1, becomesEmpty},
	"aws:codebuild/webhook:Webhook filterGroups":                                           {3, becomesEmpty},
	"aws:lb/listener:Listener routingHttpRequestXAmznMtlsClientcertHeaderName":             {1, meansNothing},
	"aws:lb/listener:Listener routingHttpRequestXAmznMtlsClientcertIssuerHeaderName":       {1, meansNothing},
	"aws:lb/listener:Listener routingHttpRequestXAmznMtlsClientcertLeafHeaderName":         {1, meansNothing},
	"aws:lb/listener:Listener routingHttpRequestXAmznMtlsClientcertSerialNumberHeaderName": {1, meansNothing},
	"aws:lb/listener:Listener routingHttpRequestXAmznMtlsClientcertSubjectHeaderName":      {1, meansNothing},
	"aws:lb/listener:Listener routingHttpRequestXAmznMtlsClientcertValidityHeaderName":     {1, meansNothing},
	"aws:lb/listener:Listener routingHttpRequestXAmznTlsCipherSuiteHeaderName":             {1, meansNothing},
	"aws:lb/listener:Listener routingHttpRequestXAmznTlsVersionHeaderName":                 {1, meansNothing},

	// Of resources that no stack has.
	"aws:lb/loadBalancer:LoadBalancer enableCrossZoneLoadBalancing":          {2, meansNothing},
	"aws:lb/loadBalancer:LoadBalancer clientKeepAlive":                       {2, meansNothing},
	"aws:lb/loadBalancer:LoadBalancer dropInvalidHeaderFields":               {2, meansNothing},
	"aws:lb/loadBalancer:LoadBalancer enableTlsVersionAndCipherSuiteHeaders": {2, meansNothing},
	"aws:lb/loadBalancer:LoadBalancer enableWafFailOpen":                     {2, meansNothing},
	"aws:lb/loadBalancer:LoadBalancer enableXffClientPort":                   {2, meansNothing},
	"aws:lb/loadBalancer:LoadBalancer idleTimeout":                           {2, meansNothing},
	"aws:lb/loadBalancer:LoadBalancer ipamPools":                             {2, meansNothing},
	"aws:lb/loadBalancer:LoadBalancer preserveHostHeader":                    {2, meansNothing},
	"aws:lb/loadBalancer:LoadBalancer subnets[0]":                            {2, "the provider names the subnet that goes, and not the list"},
	"aws:eks/cluster:Cluster bootstrapSelfManagedAddons":                     {2, accessToo},
	"aws:eks/cluster:Cluster computeConfig.nodeRoleArn":                      {3, accessToo},
	"aws:eks/cluster:Cluster name":                                           {2, accessToo},
	"aws:eks/cluster:Cluster roleArn":                                        {3, accessToo},
	"aws:rds/instance:Instance availabilityZone":                             {1, restoredToo},
	"aws:rds/instance:Instance dbName":                                       {1, restoredToo},
	"aws:rds/instance:Instance engine":                                       {1, restoredToo},
	"aws:rds/instance:Instance ncharCharacterSetName":                        {1, restoredToo},
	"aws:rds/instance:Instance storageEncrypted":                             {1, restoredToo},
	"aws:rds/instance:Instance timezone":                                     {1, restoredToo},
	"aws:rds/instance:Instance username":                                     {1, restoredToo},
}

const (
	meansNothing = "ignored where it means nothing, for this kind of balancer, listener or rule"
	accessToo    = "of the cluster in Auto Mode the provider gives accessConfig as a reason, which the question does not have; it is replaced either way"
	restoredToo  = "of the restored database the provider gives restoreToPointInTime as a reason, too"
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
	same, others := 0, map[string]int{}
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
		if waived := otherwiseOf(of.Type, asked.Path); waived != "" && !reflect.DeepEqual(asked, got) {
			others[waived]++
			continue
		}
		same++
		assert.Equal(t, asked, got, asked.Name(of))
	}
	for waived, known := range otherwise {
		assert.Equal(t, known.cases, others[waived], "%s: answers that are not the provider's: correct the count in otherwise, or the simulated cloud", waived)
	}
	assert.Equal(t, all.Asked.Questions, len(all.Cases)+all.Asked.Refused+all.Asked.Failed+all.Asked.Unsure)
	t.Logf("%d of %d answers are the provider's", same, len(all.Cases))
}

// otherwiseOf is the entry of otherwise that a change falls under, or "".
func otherwiseOf(typ, path string) string {
	for waived := range otherwise {
		if strings.HasPrefix(typ+" "+path, waived) {
			return waived
		}
	}
	return ""
}

// The answers are those of the provider of the SDK in use. Another may go about a replacement in another order: since pull request 6437 of
// pulumi/pulumi-aws, after 6.83.2, one of a database deletes it before the new one is there.
func TestAnswersAreOfTheVersionInUse(t *testing.T) {
	all, err := answers.Load()
	require.NoError(t, err)
	table, err := schema.Load()
	require.NoError(t, err)
	assert.Equal(t, table.Modules["github.com/pulumi/pulumi-aws/sdk/v6"], all.Versions["pulumi/pulumi-aws"],
		"read what changed in provider/resources.go of pulumi/pulumi-aws since, correct tools/provider/_oracle/overrides.go, and run make provider")
}
