package cloud

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/offline/schema"
)

// Provider is the simulated cloud as the Pulumi engine sees it. One server plays every provider of a program,
// in every region and account: each connection is one configured provider.
type Provider struct {
	pulumirpc.UnimplementedResourceProviderServer
	schema *schema.Schema
	record *Record
	faults *faults
	// clusters run what is behind the clusters of EKS. Without them this provider plays Kubernetes, too.
	clusters Clusters
	server   *grpc.Server
	// ports are where each package's providers attach.
	ports map[string]int
	// deleteUnreachable is whether the objects of a cluster that is gone are gone: see DeleteUnreachable.
	deleteUnreachable bool
	// clock is how much later than its start each thing is there that this cloud made, at least; awaited is what was asked for again until its
	// role was known, which takes iamTakes, and hasty are types that nobody asks for again: see newroles.go.
	clock    map[entryKey]time.Duration
	awaited  []Awaited
	iamTakes time.Duration
	hasty    []string
	// lingers is whether services go on for a while: see Linger. freed are the names of queues that were deleted since the start.
	lingers bool
	// passed are days that have gone by: see Pass.
	passed int
	freed  map[indexKey]bool
	// updates are those of node groups that failed: see drain.go. images is the day of the newest image for nodes: see eks_versions.go.
	updates []NodeUpdate
	images  string
	// searchUpgrades is how upgrades of search domains go: see opensearch_upgrade.go.
	searchUpgrades SearchUpgrade
	// spent are ids that no other gets, of what was deleted since the start.
	spent map[entryKey]bool
	// unapproved is whether connections wait for a person: see codeconnections.go.
	unapproved bool
	// requests counts those of engines in this process, and the answers.
	requests atomic.Int64
}

// connection is one configured provider: the engine opens one for each.
type connection struct {
	// pkg is the Pulumi package: aws, kubernetes or random.
	pkg             string
	account, region string
	defaultTags     map[string]string
	// cluster is the id of the Kubernetes cluster behind the kubeconfig.
	cluster string
	// mutableConfigMaps is whether a ConfigMap changes in place.
	mutableConfigMaps bool
}

// key finds a resource of the connection's in the record.
func (c *connection) key(urn resource.URN, id string) entryKey {
	return keyOf(c.account, c.region, c.cluster, string(urn.Type()), id).of(urn)
}

// packages are the Pulumi packages that the cloud plays, each with the SDK whose provider it stands for. A
// Kubernetes provider's account and region are those of the cluster behind its kubeconfig, once that is known.
var packages = map[string]string{
	"aws":        "github.com/pulumi/pulumi-aws/sdk/v6",
	"kubernetes": "github.com/pulumi/pulumi-kubernetes/sdk/v4",
	"random":     "github.com/pulumi/pulumi-random/sdk/v4",
}

type connectionKey struct{}

// New makes a simulated cloud for an engine in this process, which Client connects. A fault that crashes it needs Serve.
func New(record *Record, fault *Fault) (*Provider, error) {
	table, err := schema.Load()
	if err != nil {
		return nil, err
	}
	p := &Provider{schema: table, record: record, ports: map[string]int{}, clock: map[entryKey]time.Duration{}, iamTakes: iamTakes, freed: map[indexKey]bool{}, spent: map[entryKey]bool{}}
	p.faults = &faults{fault: fault, crash: p.fall, released: make(chan struct{})}
	return p, nil
}

// Serve starts a simulated cloud on loopback. With clusters, which may be nil, it leaves Kubernetes to the real provider.
func Serve(record *Record, fault *Fault, clusters Clusters) (*Provider, error) {
	p, err := New(record, fault)
	if err != nil {
		return nil, err
	}
	p.clusters = clusters
	listening := connections{}
	const messageLimit = 400 << 20 // the engine's own limit
	p.server = grpc.NewServer(grpc.StatsHandler(listening), grpc.MaxRecvMsgSize(messageLimit))
	pulumirpc.RegisterResourceProviderServer(p.server, p)
	var listeners []net.Listener
	for pkg := range packages {
		if pkg == "kubernetes" && clusters != nil {
			continue
		}
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			p.server.Stop()
			return nil, fmt.Errorf("starting the simulated cloud: %w", err)
		}
		listening[listener.Addr().String()] = pkg
		p.ports[pkg] = listener.Addr().(*net.TCPAddr).Port
		listeners = append(listeners, listener)
	}
	for _, listener := range listeners {
		go func() { _ = p.server.Serve(listener) }() // ends with Stop
	}
	return p, nil
}

// Attachment tells the engine where to attach, in the form of PULUMI_DEBUG_PROVIDERS.
func (p *Provider) Attachment() string {
	var at []string
	for _, pkg := range slices.Sorted(maps.Keys(p.ports)) {
		at = append(at, fmt.Sprintf("%s:%d", pkg, p.ports[pkg]))
	}
	return strings.Join(at, ",")
}

// Calls is how many calls changed the cloud, or tried to.
func (p *Provider) Calls() int {
	p.faults.mu.Lock()
	defer p.faults.mu.Unlock()
	return p.faults.calls
}

// Release lets the call that hangs go on. It may be called once.
func (p *Provider) Release() { close(p.faults.released) }

// fall stops the server as a crash does, as soon as the answers that were given are on their way.
func (p *Provider) fall() { time.AfterFunc(lastWords, p.server.Stop) }

// lastWords is how long answers need to leave: loopback takes far less.
const lastWords = 200 * time.Millisecond

// Stop ends the server.
func (p *Provider) Stop() { p.server.Stop() }

// connections gives every connection a configuration of its own. It knows which package listens where.
type connections map[string]string

func (c connections) TagConn(ctx context.Context, info *stats.ConnTagInfo) context.Context {
	return context.WithValue(ctx, connectionKey{}, &connection{pkg: c[info.LocalAddr.String()]})
}
func (connections) HandleConn(context.Context, stats.ConnStats)                     {}
func (connections) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context { return ctx }
func (connections) HandleRPC(context.Context, stats.RPCStats)                       {}

func connectionOf(ctx context.Context) *connection {
	return ctx.Value(connectionKey{}).(*connection)
}

// Attach accepts the engine.
func (p *Provider) Attach(context.Context, *pulumirpc.PluginAttach) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

// GetPluginInfo tells the version of the SDK that the table was generated from.
func (p *Provider) GetPluginInfo(ctx context.Context, _ *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	version := p.schema.Modules[packages[connectionOf(ctx).pkg]]
	return &pulumirpc.PluginInfo{Version: strings.TrimPrefix(version, "v")}, nil
}

// Cancel does nothing: every call here ends by itself.
func (p *Provider) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

// CheckConfig refuses a provider configuration that the real provider would not take.
func (p *Provider) CheckConfig(_ context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	return p.check(req, func(string, resource.PropertyMap, *pulumirpc.CheckRequest) error { return nil })
}

// DiffConfig compares two provider configurations. Where they point elsewhere, the provider is another one.
func (p *Provider) DiffConfig(_ context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	return p.diff(req, func(resource.PropertyMap, resource.PropertyMap) replacement {
		return replacement{paths: []model.Path{{"region"}, {"clusterIdentifier"}}}
	})
}

// Configure tells the connection apart from the others: which account, which region.
func (p *Provider) Configure(ctx context.Context, req *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	args, err := unmarshal(req.GetArgs())
	if err != nil {
		return nil, err
	}
	c := connectionOf(ctx)
	answer := &pulumirpc.ConfigureResponse{SupportsPreview: true, AcceptSecrets: true, AcceptOutputs: true, AcceptResources: true}
	if c.pkg == "random" {
		c.account = randomAccount
		return answer, nil
	}
	if c.pkg == "kubernetes" {
		c.mutableConfigMaps = isTrue(args["enableConfigMapMutable"]) || text(args["enableConfigMapMutable"]) == "true"
		if config := args["kubeconfig"]; config.IsString() {
			return answer, p.connect(c, config.StringValue())
		}
		return answer, nil
	}
	var settings struct {
		Region  string
		Account []string
		Tags    struct{ Tags map[string]string }
	}
	settings.Region = text(args["region"])
	for property, into := range map[resource.PropertyKey]any{"allowedAccountIds": &settings.Account, "defaultTags": &settings.Tags} {
		if err := decode(args[property], into); err != nil {
			return nil, status.Errorf(codes.InvalidArgument, "%s: %v", property, err)
		}
	}
	if len(settings.Account) != 1 || settings.Region == "" {
		return nil, status.Error(codes.InvalidArgument,
			"the simulated cloud serves only providers with a region and one allowedAccountIds, so that it knows whose account it plays")
	}
	c.account, c.region, c.defaultTags = settings.Account[0], settings.Region, settings.Tags.Tags
	return answer, nil
}

// connect finds the cluster that a kubeconfig points to.
func (p *Provider) connect(c *connection, kubeconfig string) error {
	var parsed struct {
		Clusters []struct{ Cluster struct{ Server string } }
	}
	if err := json.Unmarshal([]byte(kubeconfig), &parsed); err != nil || len(parsed.Clusters) != 1 {
		return status.Error(codes.InvalidArgument, "the simulated cloud reads kubeconfigs in JSON with one cluster, as pulumi-eks writes them")
	}
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	if cluster := p.record.clusterAt(parsed.Clusters[0].Cluster.Server); cluster != nil {
		c.account, c.region, c.cluster = cluster.Account, cluster.Region, cluster.ID
	}
	return nil
}

// Invoke answers a function.
func (p *Provider) Invoke(ctx context.Context, req *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	if strings.HasPrefix(req.GetTok(), "pulumi:pulumi:") {
		return nil, status.Errorf(codes.Unimplemented, "function %s", req.GetTok())
	}
	function, ok := functions[req.GetTok()]
	if !ok {
		return nil, status.Errorf(codes.Unimplemented, "the simulated cloud has no answer to the function %s: add one to functions.go", req.GetTok())
	}
	args, err := unmarshal(req.GetArgs())
	if err != nil {
		return nil, err
	}
	if failures := p.schema.Check(p.schema.Functions[req.GetTok()].Inputs, args); len(failures) > 0 {
		return nil, status.Errorf(codes.InvalidArgument, "function %s: %v", req.GetTok(), failures)
	}
	answer, err := function(p, connectionOf(ctx), args)
	if err != nil {
		return nil, err
	}
	result, err := marshal(resource.NewPropertyMapFromMap(answer))
	return &pulumirpc.InvokeResponse{Return: result}, err
}

// Check completes the inputs as the provider does (physical name, default tags) and refuses what it would.
func (p *Provider) Check(ctx context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	c := connectionOf(ctx)
	return p.check(req, func(typ string, news resource.PropertyMap, req *pulumirpc.CheckRequest) error {
		olds, err := unmarshal(req.GetOlds())
		if err != nil {
			return err
		}
		if catalogue.Of(typ).AutoName() != "" {
			p.nameResource(c, resource.URN(req.GetUrn()), olds, news)
		}
		if dropped := droppedZeros(news); isObject(typ) && len(dropped) > 0 {
			return status.Errorf(codes.InvalidArgument, "%s: the Kubernetes provider drops a zero value here without a word: leave it out", strings.Join(dropped, ", "))
		}
		if _, taggable := p.schema.Resources[typ].Outputs["tagsAll"]; taggable && len(c.defaultTags) > 0 {
			tags := resource.PropertyMap{}
			for key, value := range c.defaultTags {
				tags[resource.PropertyKey(key)] = resource.NewStringProperty(value)
			}
			if own := news["tags"]; own.IsObject() {
				maps.Copy(tags, own.ObjectValue())
			}
			news["tags"] = resource.NewObjectProperty(tags)
		}
		return nil
	})
}

func (p *Provider) check(req *pulumirpc.CheckRequest, complete func(string, resource.PropertyMap, *pulumirpc.CheckRequest) error) (*pulumirpc.CheckResponse, error) {
	typ := string(resource.URN(req.GetUrn()).Type())
	known, ok := p.schema.Resources[typ]
	if !ok {
		return nil, status.Errorf(codes.Unimplemented, "the simulated cloud does not know the resource type %s: add it to internal/catalogue and run make generate", typ)
	}
	// Secrets keep their wrapping here: what Check returns is what Pulumi's state will hold.
	news, err := plugin.UnmarshalProperties(req.GetNews(), keepSecrets)
	if err != nil {
		return nil, err
	}
	// The engine's own bookkeeping on provider resources is not the provider's to check.
	given := news.Copy()
	delete(given, "version")
	delete(given, "__internal")
	answer := &pulumirpc.CheckResponse{}
	for _, failure := range p.schema.Check(known.Inputs, given) {
		answer.Failures = append(answer.Failures, &pulumirpc.CheckFailure{Property: failure.Property, Reason: failure.Reason})
	}
	if err := complete(typ, news, req); err != nil {
		return nil, err
	}
	answer.Inputs, err = plugin.MarshalProperties(news, keepSecrets)
	return answer, err
}

// Diff says what an update would change, and what it cannot change in place.
func (p *Provider) Diff(ctx context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	c := connectionOf(ctx)
	urn := resource.URN(req.GetUrn())
	return p.diff(req, func(olds, news resource.PropertyMap) replacement {
		return replacementOf(c, urn, p.asItRuns(c.key(urn, req.GetId()), olds), news)
	})
}

func (p *Provider) diff(req *pulumirpc.DiffRequest, replacing func(olds, news resource.PropertyMap) replacement) (*pulumirpc.DiffResponse, error) {
	olds, err := unmarshal(req.GetOldInputs())
	if err != nil {
		return nil, err
	}
	news, err := unmarshal(req.GetNews())
	if err != nil {
		return nil, err
	}
	typ := string(resource.URN(req.GetUrn()).Type())
	if err := settle(req, olds, news); err != nil {
		return nil, err
	}
	answer := &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}
	news = asBefore(catalogue.Of(typ).Provider(), olds, news)
	changes := olds.Diff(news)
	if changes == nil {
		return answer, nil
	}
	answer.Changes = pulumirpc.DiffResponse_DIFF_SOME
	answer.HasDetailedDiff = true
	answer.DetailedDiff = map[string]*pulumirpc.PropertyDiff{}
	for _, key := range changes.ChangedKeys() {
		answer.Diffs = append(answer.Diffs, string(key))
	}
	// As pulumi-terraform-bridge does (pkg/tfbridge/detailed_diff.go): the innermost path that differs, elements of lists by their
	// place, and the kind that replaces where the path, or what it brings or takes along, cannot change.
	r := replacing(olds, news)
	for path, change := range plugin.NewDetailedDiffFromObjectDiff(changes, true) {
		parsed := model.PathOf(path)
		if r.by(parsed, change.Kind == plugin.DiffDelete) {
			answer.Replaces = append(answer.Replaces, fmt.Sprint(parsed[0]))
			change.Kind = change.Kind.AsReplace()
		}
		answer.DetailedDiff[path] = &pulumirpc.PropertyDiff{Kind: pulumirpc.PropertyDiff_Kind(change.Kind), InputDiff: true}
	}
	slices.Sort(answer.Diffs)
	slices.Sort(answer.Replaces)
	answer.Replaces = slices.Compact(answer.Replaces)
	answer.DeleteBeforeReplace = len(answer.Replaces) > 0 && r.first
	return answer, nil
}

// marshal and unmarshal cross the wire without secrets' wrapping: the cloud itself knows no secrets.
func marshal(values resource.PropertyMap) (*structpb.Struct, error) {
	return plugin.MarshalProperties(values, plugin.MarshalOptions{KeepUnknowns: true})
}

func unmarshal(wire *structpb.Struct) (resource.PropertyMap, error) {
	return plugin.UnmarshalProperties(wire, plugin.MarshalOptions{KeepUnknowns: true, SkipNulls: true})
}
