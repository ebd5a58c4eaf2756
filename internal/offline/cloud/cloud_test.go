package cloud

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/structpb"

	"legops/internal/catalogue"
)

const (
	account = "111111111111"
	region  = "us-east-1"

	trustPolicy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"eks.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

	timeLimit = 10 * time.Second
	tick      = time.Millisecond
)

// client is one configured provider of a running cloud.
type client struct {
	t     *testing.T
	cloud *Provider
	rpc   pulumirpc.ResourceProviderClient
}

type values = map[string]any

// start runs a cloud on a record.
func start(t *testing.T, record *Record, fault *Fault) *Provider {
	t.Helper()
	p, err := Serve(record, fault, nil)
	require.NoError(t, err)
	t.Cleanup(p.Stop)
	return p
}

// newCloud runs an empty cloud.
func newCloud(t *testing.T) *Provider {
	t.Helper()
	return start(t, emptyRecord(t), nil)
}

func emptyRecord(t *testing.T) *Record {
	t.Helper()
	record, err := OpenRecord("")
	require.NoError(t, err)
	return record
}

// connect opens a provider of its own for an account and region.
func connect(t *testing.T, p *Provider, pkg, account, region string) client {
	t.Helper()
	conn, err := grpc.NewClient(fmt.Sprintf("127.0.0.1:%d", p.ports[pkg]), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	c := client{t, p, pulumirpc.NewResourceProviderClient(conn)}
	if pkg == "aws" {
		_, err = c.rpc.Configure(t.Context(), &pulumirpc.ConfigureRequest{Args: c.wire(values{
			"region": region, "allowedAccountIds": `["` + account + `"]`, "defaultTags": `{"tags":{"Owner":"platform"}}`,
		})})
		require.NoError(t, err)
	}
	return c
}

func newClient(t *testing.T) client {
	t.Helper()
	return connect(t, newCloud(t), "aws", account, region)
}

// in is a provider of the same cloud for an account and region.
func (c client) in(account, region string) client {
	c.t.Helper()
	return connect(c.t, c.cloud, "aws", account, region)
}

func (c client) wire(v values) *structpb.Struct {
	c.t.Helper()
	wire, err := plugin.MarshalProperties(resource.NewPropertyMapFromMap(v), plugin.MarshalOptions{KeepUnknowns: true})
	require.NoError(c.t, err)
	return wire
}

func urnOf(typ, name string) string { return "urn:pulumi:dev::legops::" + typ + "::" + name }

func urn(typ, name string) resource.URN { return resource.URN(urnOf(typ, name)) }

// create takes a resource through Check and Create, as the engine does.
func (c client) create(typ, name string, inputs values) (*pulumirpc.CreateResponse, error) {
	c.t.Helper()
	checked, err := c.rpc.Check(c.t.Context(), &pulumirpc.CheckRequest{Urn: urnOf(typ, name), News: c.wire(inputs)})
	if err != nil {
		return nil, err
	}
	require.Empty(c.t, checked.GetFailures())
	return c.rpc.Create(c.t.Context(), &pulumirpc.CreateRequest{Urn: urnOf(typ, name), Properties: checked.GetInputs()})
}

// made creates what has to succeed and returns its id and outputs.
func (c client) made(typ, name string, inputs values) (string, values) {
	c.t.Helper()
	created, err := c.create(typ, name, inputs)
	require.NoError(c.t, err)
	return created.GetId(), created.GetProperties().AsMap()
}

// refused tries to create what the cloud has to refuse, and say why.
func (c client) refused(typ, name string, inputs values, want string, what ...any) {
	c.t.Helper()
	_, err := c.create(typ, name, inputs)
	require.ErrorContains(c.t, err, want, what...)
}

func (c client) remove(typ, name, id string) error {
	_, err := c.rpc.Delete(c.t.Context(), &pulumirpc.DeleteRequest{Urn: urnOf(typ, name), Id: id})
	return err
}

func (c client) update(typ, name, id string, news values) error {
	_, err := c.rpc.Update(c.t.Context(), &pulumirpc.UpdateRequest{Urn: urnOf(typ, name), Id: id, News: c.wire(news)})
	return err
}

// vpc makes a VPC for what needs one.
func (c client) vpc() string {
	id, _ := c.made(catalogue.Vpc, "vpc", values{"cidrBlock": "10.0.0.0/16"})
	return id
}

func TestComputedOutputsAreDeterministic(t *testing.T) {
	id, outputs := newClient(t).made(catalogue.Vpc, "vpc", values{"cidrBlock": "10.0.0.0/16"})
	again, _ := newClient(t).made(catalogue.Vpc, "vpc", values{"cidrBlock": "10.0.0.0/16"})
	assert.Equal(t, id, again)
	assert.Regexp(t, `^vpc-[0-9a-f]{17}$`, id)
	assert.Equal(t, "arn:aws:ec2:us-east-1:111111111111:vpc/"+id, outputs["arn"])
	assert.Equal(t, account, outputs["ownerId"])
	assert.Equal(t, values{"Owner": "platform"}, outputs["tagsAll"])
}

// One server plays several providers: each connection keeps its own account and region.
func TestConnectionsAreApart(t *testing.T) {
	here := newClient(t)
	there := here.in("222222222222", "eu-west-1")
	_, mine := here.made(catalogue.LogGroup, "log", values{"name": "/platform"})
	_, theirs := there.made(catalogue.LogGroup, "log", values{"name": "/platform"})
	assert.Equal(t, "arn:aws:logs:us-east-1:111111111111:log-group:/platform", mine["arn"])
	assert.Equal(t, "arn:aws:logs:eu-west-1:222222222222:log-group:/platform", theirs["arn"])
	assert.Len(t, here.cloud.record.Entries(account), 1)
}

func TestCheckRefuses(t *testing.T) {
	c := newClient(t)
	nested := aclInputs()
	set(nested["rules"].([]any)[0].(values), "statement.rateBasedStatement.scopeDownStatement", values{})
	for name, test := range map[string]struct {
		typ    string
		inputs values
		want   string
	}{
		"unknown property": {catalogue.Vpc, values{"cidr": "10.0.0.0/16"}, "cidr"},
		"wrong kind":       {catalogue.Vpc, values{"cidrBlock": 10}, "cidrBlock"},
		"missing":          {catalogue.Subnet, values{"cidrBlock": "10.0.0.0/24"}, "vpcId"},
		"omitted":          {catalogue.WebACL, nested, "rules[0].statement.rateBasedStatement.scopeDownStatement"},
	} {
		t.Run(name, func(t *testing.T) {
			checked, err := c.rpc.Check(t.Context(), &pulumirpc.CheckRequest{Urn: urnOf(test.typ, "x"), News: c.wire(test.inputs)})
			require.NoError(t, err)
			require.Len(t, checked.GetFailures(), 1)
			assert.Equal(t, test.want, checked.GetFailures()[0].GetProperty())
		})
	}
	c.refused("aws:nowhere/thing:Thing", "x", values{}, "does not know the resource type aws:nowhere/thing:Thing")
	_, err := c.rpc.Invoke(t.Context(), &pulumirpc.InvokeRequest{Tok: "aws:ec2/getInstance:getInstance"})
	assert.ErrorContains(t, err, "no answer to the function aws:ec2/getInstance:getInstance")
	_, err = c.rpc.Invoke(t.Context(), &pulumirpc.InvokeRequest{Tok: "aws:index/getRegion:getRegion", Args: c.wire(values{"zone": "a"})})
	assert.ErrorContains(t, err, "zone")
}

func TestDeleteRefusesWhatIsInUse(t *testing.T) {
	c := newClient(t)
	vpc := c.vpc()
	subnet, _ := c.made(catalogue.Subnet, "subnet", values{"vpcId": vpc, "cidrBlock": "10.0.0.0/24"})
	assert.ErrorContains(t, c.remove(catalogue.Vpc, "vpc", vpc), "DependencyViolation: "+vpc+" is in use by subnet")
	require.NoError(t, c.remove(catalogue.Subnet, "subnet", subnet))
	require.NoError(t, c.remove(catalogue.Vpc, "vpc", vpc))
	require.NoError(t, c.remove(catalogue.Vpc, "vpc", vpc), "gone already is fine")
}

// A successor that is made before its predecessor is gone gets an id of its own.
func TestReplacementHasItsOwnID(t *testing.T) {
	c := newClient(t)
	first, _ := c.made(catalogue.Vpc, "vpc", values{"cidrBlock": "10.0.0.0/16"})
	second, _ := c.made(catalogue.Vpc, "vpc", values{"cidrBlock": "10.1.0.0/16"})
	assert.NotEqual(t, first, second)
}

// In a preview what only AWS can tell is unknown, and what was given is not.
func TestPreviewKnowsOnlyWhatWasGiven(t *testing.T) {
	c := newClient(t)
	created, err := c.rpc.Create(t.Context(), &pulumirpc.CreateRequest{Preview: true, Urn: urnOf(catalogue.Cluster, "cluster"), Properties: c.wire(values{
		"name": "platform", "vpcConfig": values{"subnetIds": []any{"subnet-1"}},
	})})
	require.NoError(t, err)
	outputs, err := plugin.UnmarshalProperties(created.GetProperties(), plugin.MarshalOptions{KeepUnknowns: true})
	require.NoError(t, err)
	assert.Equal(t, "platform", outputs["name"].StringValue())
	assert.True(t, outputs["endpoint"].IsComputed())
	assert.True(t, outputs["vpcConfig"].ObjectValue()["clusterSecurityGroupId"].IsComputed())
	assert.Equal(t, "subnet-1", outputs["vpcConfig"].ObjectValue()["subnetIds"].ArrayValue()[0].StringValue())
}

// In the preview of an update what AWS computed once is known, also inside what changes.
func TestPreviewOfAnUpdateKeepsWhatIsKnown(t *testing.T) {
	c := newClient(t)
	role, _ := c.made(catalogue.Role, "role", values{"name": "service", "assumeRolePolicy": trustPolicy})
	inputs := values{"name": "platform", "roleArn": "arn:aws:iam::" + account + ":role/" + role, "vpcConfig": values{"subnetIds": []any{}}}
	id, made := c.made(catalogue.Cluster, "cluster", inputs)
	inputs["vpcConfig"] = values{"subnetIds": []any{}, "endpointPrivateAccess": true}
	updated, err := c.rpc.Update(t.Context(), &pulumirpc.UpdateRequest{
		Preview: true, Urn: urnOf(catalogue.Cluster, "cluster"), Id: id, Olds: c.wire(made), News: c.wire(inputs),
	})
	require.NoError(t, err)
	outputs := updated.GetProperties().AsMap()
	assert.Equal(t, made["endpoint"], outputs["endpoint"])
	assert.Equal(t, made["vpcConfig"].(values)["clusterSecurityGroupId"], outputs["vpcConfig"].(values)["clusterSecurityGroupId"])
	assert.Equal(t, true, outputs["vpcConfig"].(values)["endpointPrivateAccess"])
}

// What a new resource may not be, a changed one may not become.
func TestUpdateRefuses(t *testing.T) {
	c := newClient(t)
	vpc := c.vpc()
	inputs := values{"vpcId": vpc, "cidrBlock": "10.0.0.0/24"}
	id, _ := c.made(catalogue.Subnet, "a", inputs)
	update := func(news values) error { return c.update(catalogue.Subnet, "a", id, news) }
	require.NoError(t, update(inputs), "a subnet does not overlap itself")
	assert.ErrorContains(t, update(values{"vpcId": vpc, "cidrBlock": "10.9.0.0/24"}), "InvalidSubnet.Range")
	assert.ErrorContains(t, update(values{"vpcId": "vpc-00000000000000000", "cidrBlock": "10.0.0.0/24"}), "NotFound")
}

// What is there although nobody knows of it: asked for once more, it is found again, refused, or a second one, as its service has it.
func TestAskingAgain(t *testing.T) {
	for _, test := range []struct {
		again  catalogue.Again
		typ    string
		inputs values
	}{
		{catalogue.Second, catalogue.Vpc, values{"cidrBlock": "10.0.0.0/16"}},
		{catalogue.Taken, catalogue.LogGroup, values{"name": "/legops"}},
		{catalogue.Taken, catalogue.LogDeliveryDestination, values{ // put, but with tags
			"name": "logs", "deliveryDestinationConfiguration": values{"destinationResourceArn": "arn:aws:firehose:us-east-1:111111111111:deliverystream/logs"},
		}},
		{catalogue.Same, catalogue.Topic, values{"name": "legops"}},
		{catalogue.Same, catalogue.Topic, values{}}, // under another name, which the provider draws, it is another
	} {
		require.Equal(t, test.again, catalogue.Of(test.typ).Again())
		p := start(t, emptyRecord(t), nil)
		c := connect(t, p, "aws", account, region)
		p.Intercept(func(_ Call, change func() error) error {
			return errors.Join(change(), errors.New("lost"))
		})
		_, err := c.create(test.typ, "a", test.inputs)
		require.ErrorContains(t, err, "lost")
		p.Intercept(nil)
		made, err := c.create(test.typ, "a", test.inputs)
		left := p.record.Entries("")
		if test.again == catalogue.Taken {
			require.ErrorContains(t, err, "AlreadyExists")
			require.Len(t, left, 1)
			_, err = c.rpc.Read(t.Context(), &pulumirpc.ReadRequest{Id: left[0].ID, Urn: left[0].URN}) // an import
			require.NoError(t, err)
			assert.False(t, p.record.Entries("")[0].Pending, "somebody knows of it now")
			continue
		}
		require.NoError(t, err)
		pending := slices.DeleteFunc(left, func(e Entry) bool { return !e.Pending })
		if test.again == catalogue.Same && len(test.inputs) > 0 {
			assert.Empty(t, pending)
			continue
		}
		require.Len(t, pending, 1)
		assert.NotEqual(t, pending[0].ID, made.GetId())
		require.NoError(t, p.DeleteByHand(pending[0]))
		assert.Len(t, p.record.Entries(""), 1)
	}
}

// What was made before a crash is in the record after it, and what was under way is not.
func TestRecordOutlivesACrash(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cloud.jsonl")
	record, err := OpenRecord(path)
	require.NoError(t, err)
	c := connect(t, start(t, record, &Fault{Kind: "crash-after", Call: 1}), "aws", account, region)
	_, err = c.create(catalogue.Vpc, "vpc", values{"cidrBlock": "10.0.0.0/16"})
	require.Error(t, err)
	// Calls that were under way come to nothing, or a retry could not know what they made.
	_, err = c.create(catalogue.Eip, "late", values{"domain": "vpc"})
	require.Error(t, err)
	require.NoError(t, record.Close())

	// The crash cut a line short, too.
	journal, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	_, err = journal.WriteString(`{"put":{"urn":"half`)
	require.NoError(t, err)
	require.NoError(t, journal.Close())

	again, err := OpenRecord(path)
	require.NoError(t, err)
	require.Len(t, again.Entries(""), 1)
	assert.True(t, again.Entries("")[0].Pending)
}

func TestParseFault(t *testing.T) {
	fault, err := ParseFault("crash@17")
	require.NoError(t, err)
	assert.Equal(t, &Fault{"crash", 17}, fault)
	for _, text := range []string{"crash", "crash@", "crash@0", "crash@x", "burn@3"} {
		_, err := ParseFault(text)
		require.ErrorContains(t, err, fmt.Sprintf("fault %q", text))
	}
}

// A call that hangs goes on when it is released.
func TestHangIsReleased(t *testing.T) {
	p := start(t, emptyRecord(t), &Fault{Kind: "hang", Call: 1})
	c := connect(t, p, "aws", account, region)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() {
		_, err := c.rpc.Create(ctx, &pulumirpc.CreateRequest{Urn: urnOf(catalogue.Vpc, "vpc"), Properties: c.wire(values{"cidrBlock": "10.0.0.0/16"})})
		done <- err
	}()
	require.Eventually(t, func() bool { return p.Calls() == 1 }, timeLimit, tick)
	assert.Empty(t, p.record.Entries(""))
	p.Release()
	require.NoError(t, <-done)
	assert.Len(t, p.record.Entries(""), 1)
}
