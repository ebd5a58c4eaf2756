package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	pfprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	pf "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"
)

// question is one resource as it is and as it should become.
type question struct {
	Name string         `json:"name"`
	Type string         `json:"type"`
	Old  map[string]any `json:"old"` // inputs as the program gave them
	New  map[string]any `json:"new"`
}

type answer struct {
	Name     string            `json:"name"`
	Error    string            `json:"error,omitempty"`
	Changes  bool              `json:"changes"`
	Replaces []string          `json:"replaces,omitempty"`
	First    bool              `json:"deleteBeforeReplace,omitempty"`
	Differs  map[string]string `json:"differs,omitempty"`
	Inputs   map[string]any    `json:"inputs,omitempty"`
	Failures []string          `json:"failures,omitempty"`
}

type servers struct {
	facts       map[string]typ
	states      map[string]*structpb.Struct
	sdk, frame  pulumirpc.ResourceProviderServer
	framed      map[string]bool
	info, finfo tfbridge.ProviderInfo
}

func infoFor(names map[string]string) tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{Name: "aws", Version: "6.83.2", ResourcePrefix: "aws", Resources: map[string]*tfbridge.ResourceInfo{},
		MetadataInfo: tfbridge.NewProviderMetadata([]byte("{}"))}
	for token, name := range names {
		r := overrides[name]
		if r == nil {
			r = &tfbridge.ResourceInfo{}
		}
		r.Tok = tokens.Type(token)
		info.Resources[name] = r
	}
	return info
}

func serve(ctx context.Context, sdk *schema.Provider, frame pfprovider.Provider, framed map[string]bool) (*servers, error) {
	s := &servers{framed: framed, states: map[string]*structpb.Struct{}}
	names, fnames := map[string]string{}, map[string]string{}
	for token, name := range terraform {
		if framed[token] {
			fnames[token] = name
		} else {
			names[token] = name
		}
	}
	info := infoFor(names)
	shim := shimv2.NewProvider(sdk)
	info.P = shim
	setAutonaming(&info)
	s.sdk = tfbridge.NewProvider(ctx, nil, "aws", "6.83.2", shim, info, []byte("{}"))
	finfo := infoFor(fnames)
	finfo.P = pf.ShimProvider(frame)
	setAutonaming(&finfo)
	var err error
	s.frame, err = pf.NewProviderServer(ctx, nil, finfo, pf.ProviderMetadata{PackageSchema: []byte(`{"name":"aws"}`)})
	if err != nil {
		return nil, err
	}
	config, err := structpb.NewStruct(map[string]any{"region": "eu-central-1", "accessKey": "a", "secretKey": "b",
		"skipCredentialsValidation": "true", "skipRequestingAccountId": "true", "skipMetadataApiCheck": "true", "skipRegionValidation": "true"})
	if err != nil {
		return nil, err
	}
	for _, p := range []pulumirpc.ResourceProviderServer{s.sdk, s.frame} {
		if _, err := p.Configure(ctx, &pulumirpc.ConfigureRequest{Args: config, AcceptResources: true}); err != nil {
			return nil, fmt.Errorf("configure: %w", err)
		}
	}
	s.info, s.finfo = info, finfo
	return s, nil
}

func setAutonaming(p *tfbridge.ProviderInfo) {
	for name, r := range p.Resources {
		s := p.P.ResourcesMap().Get(name)
		if s == nil {
			continue
		}
		n, ok := s.Schema().GetOk("name")
		if !ok || !(n.Optional() || n.Required()) {
			continue
		}
		if r.Fields == nil {
			r.Fields = map[string]*tfbridge.SchemaInfo{}
		}
		if _, ok := r.Fields["name"]; !ok {
			r.Fields["name"] = tfbridge.AutoName("name", 255, "-")
		}
	}
}

func (s *servers) ask(ctx context.Context, q question) (a answer) {
	a.Name = q.Name
	defer func() {
		if r := recover(); r != nil {
			a.Error = fmt.Sprint("panic: ", r)
		}
	}()
	server := s.sdk
	if s.framed[q.Type] {
		server = s.frame
	}
	urn := "urn:pulumi:dev::legops::" + q.Type + "::x"
	fail := func(err error) answer { a.Error = err.Error(); return a }
	old, err := structpb.NewStruct(q.Old)
	if err != nil {
		return fail(err)
	}
	seed := []byte(strings.Repeat("s", 32))
	checked, err := server.Check(ctx, &pulumirpc.CheckRequest{Urn: urn, News: old, RandomSeed: seed})
	if err != nil {
		return fail(fmt.Errorf("check old: %w", err))
	}
	if q.New == nil {
		a.Inputs = checked.GetInputs().AsMap()
		for _, f := range checked.GetFailures() {
			a.Failures = append(a.Failures, f.GetProperty()+": "+f.GetReason())
		}
		return a
	}
	news, err := structpb.NewStruct(q.New)
	if err != nil {
		return fail(err)
	}
	state, err := s.state(ctx, server, urn, q.Type, checked.GetInputs())
	if err != nil {
		return fail(fmt.Errorf("create: %w", err))
	}
	next, err := server.Check(ctx, &pulumirpc.CheckRequest{Urn: urn, Olds: checked.GetInputs(), News: news, RandomSeed: seed})
	if err != nil {
		return fail(fmt.Errorf("check new: %w", err))
	}
	for _, f := range next.GetFailures() {
		a.Failures = append(a.Failures, f.GetProperty()+": "+f.GetReason())
	}
	if len(a.Failures) > 0 {
		return a
	}
	const id = "x"
	diff, err := server.Diff(ctx, &pulumirpc.DiffRequest{Id: id, Urn: urn, Olds: state, OldInputs: checked.GetInputs(), News: next.GetInputs()})
	if err != nil {
		return fail(fmt.Errorf("diff: %w", err))
	}
	a.Changes = diff.GetChanges() == pulumirpc.DiffResponse_DIFF_SOME
	a.Replaces, a.First = diff.GetReplaces(), diff.GetDeleteBeforeReplace()
	a.Differs = map[string]string{}
	for path, d := range diff.GetDetailedDiff() {
		a.Differs[path] = d.GetKind().String()
	}
	return a
}

// state is that after a creation, with something of its kind for what AWS would compute: whichever leaves nothing to do.
func (s *servers) state(ctx context.Context, server pulumirpc.ResourceProviderServer, urn, token string, inputs *structpb.Struct) (*structpb.Struct, error) {
	encoded, err := inputs.MarshalJSON()
	if err != nil {
		return nil, err
	}
	key := token + string(encoded)
	if known := s.states[key]; known != nil {
		return known, nil
	}
	planned, err := server.Create(ctx, &pulumirpc.CreateRequest{Urn: urn, Properties: inputs, Preview: true})
	if err != nil {
		return nil, err
	}
	var last *structpb.Struct
	for _, texts := range []string{"", "computed"} {
		last, err = s.created(token, planned.GetProperties().AsMap(), texts)
		if err != nil {
			return nil, err
		}
		diff, err := server.Diff(ctx, &pulumirpc.DiffRequest{Id: "x", Urn: urn, Olds: last, OldInputs: inputs, News: inputs})
		if err == nil && diff.GetChanges() == pulumirpc.DiffResponse_DIFF_NONE {
			break
		}
	}
	s.states[key] = last
	return last, nil
}

// created fills what is not known into a planned state; texts stands for an optional text.
func (s *servers) created(token string, state map[string]any, texts string) (*structpb.Struct, error) {
	for path, value := range served[token] {
		if state[path] == unknownText {
			state[path] = value
		}
	}
	state = s.filled(token, "", texts, state).(map[string]any)
	state["id"] = "x"
	return structpb.NewStruct(state)
}

var placeholders = map[string]any{"string": "computed", "int": 77.0, "int64": 77.0, "float": 77.0, "bool": false, "list": []any{}, "set": []any{}, "map": map[string]any{}}

func (s *servers) filled(token, path, texts string, value any) any {
	switch v := value.(type) {
	case string:
		if v == unknownText {
			known := s.facts[token].Properties[path]
			if known.Optional && known.Kind == "string" {
				return texts
			}
			if p, ok := placeholders[known.Kind]; ok {
				return p
			}
			return "computed"
		}
	case map[string]any:
		for key, inner := range v {
			at := key
			if path != "" {
				at = path + "." + key
			}
			v[key] = s.filled(token, at, texts, inner)
		}
	case []any:
		for i := range v {
			v[i] = s.filled(token, path+"[*]", texts, v[i])
		}
	}
	return value
}

// served is what AWS gives a resource where nothing was given and nothing would not do.
var served = map[string]map[string]any{"aws:lb/targetGroup:TargetGroup": {"protocolVersion": "HTTP1"}}

// unknownText stands for a value that is not known yet (plugin.UnknownStringValue of the Pulumi SDK).
const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

// questions reads one question a line and writes one answer a line.
func questions(ctx context.Context, s *servers) {
	in, out := bufio.NewReader(os.Stdin), json.NewEncoder(os.Stdout)
	d := json.NewDecoder(in)
	for d.More() {
		var q question
		check(d.Decode(&q))
		check(out.Encode(s.ask(ctx, q)))
	}
}
