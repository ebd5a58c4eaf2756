package cloud

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/catalogue"
)

// nameResource gives a resource the physical name it has, or one that nothing else has, as the providers do. A
// Kubernetes object also gets the namespace it lives in.
func nameResource(typ string, urn resource.URN, olds, news resource.PropertyMap) {
	path := catalogue.Of(typ).Name.Input
	if !isObject(typ) {
		ownName(typ, urn, resource.PropertyKey(path), olds, news)
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
	if ownName(typ, urn, "name", old, metadata) {
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

// ownName fills a name in that is missing, and says whether it did.
func ownName(typ string, urn resource.URN, property resource.PropertyKey, olds, news resource.PropertyMap) bool {
	if news.HasValue(property) {
		return false
	}
	name := urn.Name() + "-" + digest(string(urn))[:7]
	switch {
	case isObject(typ):
		name = urn.Name() + "-" + digest(string(urn))[:8]
	case typ == catalogue.Bucket || typ == catalogue.Database:
		name = strings.ToLower(name)
	case isTrue(news["fifoQueue"]) || isTrue(news["fifoTopic"]):
		name += fifo
	}
	news[property] = resource.NewStringProperty(name)
	if old, ok := olds[property]; ok {
		news[property] = old
	}
	return true
}
