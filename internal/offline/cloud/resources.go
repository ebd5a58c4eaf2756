package cloud

import (
	"context"
	"errors"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil/rpcerror"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// Create makes a resource, or in a preview tells what is known of it before it exists.
func (p *Provider) Create(ctx context.Context, req *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	c := connectionOf(ctx)
	urn := resource.URN(req.GetUrn())
	inputs, err := unmarshal(req.GetProperties())
	if err != nil {
		return nil, err
	}
	if req.GetPreview() {
		planned := p.outputs(p.making(c, urn, "unknown", inputs.Mappable()), inputs, unknown)
		outputs, err := p.answer(string(urn.Type()), planned, req.GetProperties())
		return &pulumirpc.CreateResponse{Properties: outputs}, err
	}
	known, err := plain(inputs)
	if err != nil {
		return nil, err
	}
	var e *Entry
	err = p.changing(ctx, Call{"create", urn, ""}, func() (err error) {
		if err = p.startCluster(ctx, c, urn, known); err == nil {
			e, err = p.create(c, urn, known)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := p.acknowledge(e); err != nil {
		return nil, err
	}
	outputs, err := p.answer(e.Type, e.outputs(), req.GetProperties())
	return &pulumirpc.CreateResponse{Id: e.ID, Properties: outputs}, err
}

func (p *Provider) create(c *connection, urn resource.URN, inputs model.Values) (*Entry, error) {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	if c.account == "" {
		return nil, refusal(urn, "the Kubernetes cluster of its provider does not exist, so it is unreachable")
	}
	typ := catalogue.Of(string(urn.Type()))
	if left := p.record.pendingFor(c.account, string(urn)); left != nil && left.Inputs[typ.AutoName()] == inputs[typ.AutoName()] {
		switch {
		case typ.Again() == catalogue.Same, inputs.Flag("allowOverwrite"):
			e := p.entry(c, urn, left.ID, inputs, nil)
			e.Pending = true
			return e, p.record.commit(change{Put: e})
		case typ.Again() == catalogue.Taken, typ.Again() == catalogue.Broken: // the second is not played
			return nil, refusal(urn, "AlreadyExists: %s exists, made by a run that did not hear of it", left.ID)
		}
	}
	id := p.freeID(c, urn, inputs)
	e := p.entry(c, urn, id, inputs, nil)
	if err := p.refuse(e); err != nil {
		return nil, err
	}
	if err := p.awaitRoles(e, nil); err != nil {
		return nil, err
	}
	if err := p.awaitName(e); err != nil {
		return nil, err
	}
	e.Pending = true
	if err := p.record.commit(change{Put: e}); err != nil {
		return nil, err
	}
	if made := simulated[e.Type].made; made != nil {
		return e, made(p, e)
	}
	return e, nil
}

// freeID is the id the resource gets. A successor must not share the random id of a predecessor that is still there.
func (p *Provider) freeID(c *connection, urn resource.URN, inputs model.Values) string {
	for generation := 0; ; generation++ {
		id := p.physicalID(c, urn, inputs, generation)
		taken := p.record.entries[c.key(urn, id)] != nil || p.record.recoverable[c.key(urn, id)] != nil || p.spent[c.key(urn, id)]
		if !taken || id == p.physicalID(c, urn, inputs, generation+1) {
			return id
		}
	}
}

// entry is a resource as the cloud would hold it; old is what it was, nil if it is new.
func (p *Provider) entry(c *connection, urn resource.URN, id string, inputs model.Values, old *Entry) *Entry {
	e := &Entry{URN: string(urn), Type: string(urn.Type()), ID: id, Account: c.account, Region: c.region, Cluster: c.cluster, Inputs: inputs}
	e.hold(old)
	m := p.answered(c, e)
	if implied := simulated[m.typ].implied; implied != nil {
		e.Implied = implied(m)
	}
	if settles := simulated[m.typ].settles; settles != nil {
		settles(p, e, old)
	}
	return e
}

// acknowledge marks a resource as known to whoever asked for it.
func (p *Provider) acknowledge(e *Entry) error {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	known := *e
	known.Pending = false
	return p.record.commit(change{Put: &known})
}

// unknown is all that can be told before a resource is there.
func unknown(any) resource.PropertyValue {
	return resource.MakeComputed(resource.NewStringProperty(""))
}

// outputs lays what the cloud computes over the inputs; tell says how much of it is known.
func (p *Provider) outputs(m made, inputs resource.PropertyMap, tell func(any) resource.PropertyValue) resource.PropertyMap {
	outputs := inputs.Copy()
	for name, value := range p.computedOutputs(m) {
		key := resource.PropertyKey(name)
		outputs[key] = lay(outputs[key], value, tell)
	}
	if tags, ok := inputs["tags"]; ok {
		outputs["tagsAll"] = tags
	}
	return outputs
}

// making is what the computed outputs of a resource may depend on.
func (p *Provider) making(c *connection, urn resource.URN, id string, inputs model.Values) made {
	m := made{connection: c, typ: string(urn.Type()), id: id, inputs: inputs}
	m.arn = p.arn(c, m.typ, id, inputs)
	return m
}

// lay puts what the cloud adds to a value into it, and keeps what was given.
func lay(given resource.PropertyValue, computed any, tell func(any) resource.PropertyValue) resource.PropertyValue {
	added, ok := computed.(map[string]any)
	if !ok || !given.IsObject() {
		return tell(computed)
	}
	merged := given.ObjectValue().Copy()
	for name, value := range added {
		key := resource.PropertyKey(name)
		merged[key] = lay(merged[key], value, tell)
	}
	return resource.NewObjectProperty(merged)
}

// Read tells what the cloud knows of a resource, for refresh and import.
func (p *Provider) Read(ctx context.Context, req *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	c := connectionOf(ctx)
	if err := p.unreachable(c, resource.URN(req.GetUrn())); err != nil {
		return nil, err
	}
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	e := p.record.entries[c.key(resource.URN(req.GetUrn()), req.GetId())]
	if e == nil && len(req.GetProperties().GetFields()) == 0 { // an import, not a refresh
		e = p.imported(c, resource.URN(req.GetUrn()), req.GetId())
	}
	if e == nil {
		return &pulumirpc.ReadResponse{}, nil // gone
	}
	if e.Pending { // from now on somebody knows of it
		known := *e
		known.Pending = false
		if err := p.record.commit(change{Put: &known}); err != nil {
			return nil, err
		}
	}
	read, given := e.outputs(), resource.NewPropertyMapFromMap(e.holds())
	if err := errors.Join(keepUnread(e.Type, read, req.GetProperties()), keepUnread(e.Type, given, req.GetInputs())); err != nil {
		return nil, err
	}
	// What was secret stays so: the cloud itself knows no secrets.
	outputs, err := p.answer(e.Type, read, req.GetProperties(), req.GetInputs())
	if err != nil {
		return nil, err
	}
	inputs, err := p.answer("", given, req.GetInputs())
	return &pulumirpc.ReadResponse{Id: e.ID, Properties: outputs, Inputs: inputs}, err
}

// unreachable says why the provider cannot read or delete an object: the cluster that its configuration points to is gone. Told so, it takes the
// object for gone, too (pulumi-kubernetes v4.25.0, provider/pkg/provider/provider.go: Read, Delete).
func (p *Provider) unreachable(c *connection, urn resource.URN) error {
	if c.pkg != "kubernetes" || c.cluster != "" || p.deleteUnreachable {
		return nil
	}
	return refusal(urn, "failed to read resource state due to unreachable cluster. If the cluster was deleted, you can remove this resource from Pulumi "+
		"state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to \"true\"")
}

// DeleteUnreachable lets the provider take the objects of clusters that are gone for gone, like PULUMI_K8S_DELETE_UNREACHABLE=true.
func (p *Provider) DeleteUnreachable() { p.deleteUnreachable = true }

// Update changes a resource in place.
func (p *Provider) Update(ctx context.Context, req *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	c := connectionOf(ctx)
	urn := resource.URN(req.GetUrn())
	inputs, err := unmarshal(req.GetNews())
	if err != nil {
		return nil, err
	}
	if req.GetPreview() {
		// What the cloud computed once stays as it is, but for the version that an update makes.
		planned := p.outputs(p.making(c, urn, req.GetId(), inputs.Mappable()), inputs, resource.NewPropertyValue)
		if urn.Type() == catalogue.LaunchTemplate {
			planned["latestVersion"] = unknown(nil)
		}
		outputs, err := p.answer(string(urn.Type()), planned, req.GetNews())
		return &pulumirpc.UpdateResponse{Properties: outputs}, err
	}
	stated, err := unmarshal(req.GetOlds())
	if err != nil {
		return nil, err
	}
	// What is ignored keeps the value in Pulumi's state (pulumi-terraform-bridge, pkg/tfshim/sdk-v2/instance_diff.go).
	ignore(req.GetIgnoreChanges(), stated, inputs)
	if planned := simulated[string(urn.Type())].planned; planned != nil {
		if err := planned(stated, inputs); err != nil {
			return nil, err
		}
	}
	var unchanged []string
	for _, input := range simulated[string(urn.Type())].shared {
		if at(stated, input).DeepEquals(at(inputs, input)) {
			unchanged = append(unchanged, input)
		}
	}
	known, err := plain(inputs)
	if err != nil {
		return nil, err
	}
	var e *Entry
	err = p.changing(ctx, Call{"update", urn, req.GetId()}, func() (err error) {
		if err = p.refuseUnchanged(c.key(urn, req.GetId()), stated, inputs); err != nil {
			return err
		}
		e, err = p.update(c, urn, req.GetId(), known, unchanged)
		return err
	})
	if failed := (*updateFailed)(nil); errors.As(err, &failed) {
		return nil, p.asPlanned(c, urn, req, inputs, failed)
	}
	if err != nil {
		return nil, err
	}
	outputs, err := p.answer(e.Type, e.outputs(), req.GetNews())
	return &pulumirpc.UpdateResponse{Properties: outputs}, err
}

// refuseUnchanged says which input of an update the service refuses because it has it so already: an earlier update was made, and Pulumi did not
// hear of it.
func (p *Provider) refuseUnchanged(key entryKey, stated, inputs resource.PropertyMap) error {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	old := p.record.entries[key]
	for input, says := range simulated[key.typ].unchanging {
		asked := at(inputs, input)
		if old != nil && !asked.IsNull() && !at(stated, input).DeepEquals(asked) && at(resource.NewPropertyMapFromMap(old.Inputs), input).DeepEquals(asked) {
			return old.breach(says)
		}
	}
	return nil
}

// updateFailed is why a service began to change a resource, and gave up.
type updateFailed struct{ reason string }

func (f *updateFailed) Error() string { return f.reason }

// asPlanned is what the provider answers then: the error, and the state that the update should have led to. The engine keeps that state, and that the
// update failed (terraform-plugin-sdk#476; pulumi-terraform-bridge v3.110.0, pkg/tfbridge/provider.go: Update, initializationError).
func (p *Provider) asPlanned(c *connection, urn resource.URN, req *pulumirpc.UpdateRequest, inputs resource.PropertyMap, failed *updateFailed) error {
	planned := p.outputs(p.making(c, urn, req.GetId(), inputs.Mappable()), inputs, resource.NewPropertyValue)
	properties, err := p.answer(string(urn.Type()), planned, req.GetNews())
	if err != nil {
		return err
	}
	return rpcerror.WithDetails(rpcerror.New(codes.Unknown, failed.reason), &pulumirpc.ErrorResourceInitFailed{
		Id: req.GetId(), Properties: properties, Inputs: req.GetNews(), Reasons: []string{failed.reason},
	})
}

// update changes a resource, except for inputs that nobody asks to change.
func (p *Provider) update(c *connection, urn resource.URN, id string, inputs model.Values, unchanged []string) (*Entry, error) {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	old := p.record.entries[c.key(urn, id)]
	if old == nil {
		return nil, refusal(urn, "NotFound: %s does not exist", id)
	}
	for _, input := range unchanged {
		if value, has := old.Inputs[input]; has {
			inputs[input] = value
		}
	}
	return p.change(c, urn, old, inputs)
}

// change makes other inputs those of a resource. The caller holds the record's lock.
func (p *Provider) change(c *connection, urn resource.URN, old *Entry, inputs model.Values) (*Entry, error) {
	e := p.entry(c, urn, old.ID, inputs, old)
	e.Occupied = old.Occupied
	if nameOf(e.Type, e.in()) != nameOf(e.Type, old.in()) {
		if err := p.refuseName(e); err != nil {
			return nil, err
		}
	}
	if err := p.refuseChange(e); err != nil {
		return nil, err
	}
	if err := p.awaitRoles(e, old); err != nil {
		return nil, err
	}
	if err := p.drain(e, old); err != nil {
		return nil, err
	}
	if err := p.upgradeSearch(e, old); err != nil {
		return nil, err
	}
	return e, p.record.commit(change{Put: e})
}

// Delete removes a resource. What is gone already is fine, as it is with the AWS provider.
func (p *Provider) Delete(ctx context.Context, req *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	c := connectionOf(ctx)
	urn := resource.URN(req.GetUrn())
	return &emptypb.Empty{}, p.changing(ctx, Call{"delete", urn, req.GetId()}, func() error {
		if err := p.unreachable(c, urn); err != nil {
			return err
		}
		if err := p.remove(c, urn, req.GetId()); err != nil {
			return err
		}
		return p.stopCluster(urn, req.GetId())
	})
}

func (p *Provider) remove(c *connection, urn resource.URN, id string) error {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	e := p.record.entries[c.key(urn, id)]
	if e == nil {
		return nil
	}
	if err := p.refuseDelete(e); err != nil {
		return err
	}
	if err := p.discard(e); err != nil {
		return err
	}
	if removed := simulated[e.Type].removed; removed != nil {
		if err := removed(p, e); err != nil {
			return err
		}
	}
	return p.leave(e)
}

// discard takes a resource out of the record, after what is a part of it.
func (p *Provider) discard(e *Entry) error {
	for _, user := range p.users(e) {
		if !user.partOf(e) || p.record.entries[user.key()] != user {
			continue // it lives on, or went with another part
		}
		if err := p.discard(user); err != nil {
			return err
		}
	}
	return p.record.commit(deleted(e))
}

// changing counts a call that changes the cloud, and makes the change with the fault that strikes it, if any.
func (p *Provider) changing(ctx context.Context, call Call, change func() error) error {
	if p.faults.between != nil {
		return p.faults.between(call, change)
	}
	fault := p.faults.strike()
	switch fault {
	case "fail":
		return status.Error(codes.Internal, "the simulated cloud fails this call, as it was told to")
	case "hang":
		select {
		case <-p.faults.released:
		case <-ctx.Done():
			return ctx.Err()
		}
	case "crash":
		return p.crash()
	}
	if err := change(); err != nil || fault != "crash-after" {
		return err
	}
	return p.crash()
}

// crash ends the cloud. From this moment nothing changes any more: what was answered stands, and what was made but not
// answered stays pending.
func (p *Provider) crash() error {
	p.record.mu.Lock()
	p.record.over = true
	p.record.mu.Unlock()
	p.faults.crash()
	return status.Error(codes.Unavailable, "the simulated cloud crashed, as it was told to")
}
