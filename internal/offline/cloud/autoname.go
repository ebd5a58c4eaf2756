package cloud

import (
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/catalogue"
)

// nameResource gives a resource the physical name it has, or one that nothing else has, as the providers do. A
// Kubernetes object also gets the namespace it lives in.
func (p *Provider) nameResource(c *connection, urn resource.URN, olds, news resource.PropertyMap) {
	typ := string(urn.Type())
	if !isObject(typ) {
		p.ownName(c, urn, resource.PropertyKey(catalogue.Of(typ).AutoName()), olds, news)
		return
	}
	metadata := resource.PropertyMap{}
	switch given := news["metadata"]; {
	case given.IsNull():
	case given.IsObject():
		metadata = given.ObjectValue()
	default:
		return // not known yet
	}
	old := resource.PropertyMap{}
	if value := olds["metadata"]; value.IsObject() {
		old = value.ObjectValue()
	}
	if p.ownName(c, urn, "name", old, metadata) {
		annotations := resource.PropertyMap{}
		if value := metadata["annotations"]; value.IsObject() {
			annotations = value.ObjectValue()
		}
		annotations["pulumi.com/autonamed"] = resource.NewStringProperty("true")
		metadata["annotations"] = resource.NewObjectProperty(annotations)
	}
	if catalogue.Of(typ).Scope == catalogue.InNamespace && !metadata.HasValue("namespace") {
		metadata["namespace"] = resource.NewStringProperty("default")
	}
	news["metadata"] = resource.NewObjectProperty(metadata)
}

// ownName fills a name in that is missing, and says whether it did. The suffix, which the providers draw at random, is the first of a
// sequence whose name nothing has: the same for the same deployment, another for the successor of a resource that is still there.
func (p *Provider) ownName(c *connection, urn resource.URN, property resource.PropertyKey, olds, news resource.PropertyMap) bool {
	if news.HasValue(property) {
		return false
	}
	if old, ok := olds[property]; ok {
		news[property] = old
		return true
	}
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	typ := string(urn.Type())
	for suffix := digest(string(urn)); ; suffix = digest(string(urn), suffix) {
		name := urn.Name() + "-" + suffix[:suffixLength(typ)]
		switch {
		case typ == catalogue.Bucket || typ == catalogue.Database:
			name = strings.ToLower(name)
		case isTrue(news["fifoQueue"]) || isTrue(news["fifoTopic"]):
			name += fifo
		}
		news[property] = resource.NewStringProperty(name)
		inputs := news.Mappable()
		if isObject(typ) {
			inputs = map[string]any{"metadata": inputs}
		}
		of := &Entry{URN: string(urn), Type: typ, Account: c.account, Region: c.region, Cluster: c.cluster, Inputs: inputs}
		// Not every service refuses a name twice.
		predecessors := slices.ContainsFunc(p.record.index.find(byType(typ)), func(e *Entry) bool {
			return e.Account == c.account && e.URN == string(urn) && e.Inputs[string(property)] == name
		})
		if len(p.record.index[byName(of, name)]) == 0 && !predecessors {
			return true
		}
	}
}

// suffixLength is how many digits a provider draws for an automatic name.
func suffixLength(typ string) int {
	if isObject(typ) {
		return 8
	}
	return 7
}

// isAutomatic says whether a name is one that ownName fills in.
func isAutomatic(urn resource.URN, name string) bool {
	rest, is := strings.CutPrefix(strings.ToLower(strings.TrimSuffix(name, fifo)), strings.ToLower(urn.Name())+"-")
	return is && len(rest) == suffixLength(string(urn.Type())) && strings.Trim(rest, "0123456789abcdef") == ""
}
