package cloud

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/catalogue"
)

// What Kubernetes computes and refuses.
var _ = simulate(map[string]simulation{
	catalogue.Namespace: {
		implied: func(m made) []string {
			return []string{namespaceReference(m.region(), m.connection.cluster, m.id)}
		},
		rules: []rule{namespaceIsNew},
	},
})

// keptZeros are the fields of Kubernetes objects whose zero value reaches the API server: they are pointers in k8s.io/api, or written
// in any case. The provider sends every input through those types and back (normalizeInputs in provider/pkg/provider and
// Normalize in provider/pkg/clients, pulumi-kubernetes v4.30.0), so that any other false, 0 or empty text is gone before
// it is sent. TestKeptZerosAreThoseOfKubernetes holds the names to the types, for every field that a stack has.
var keptZeros = []string{
	"activeDeadlineSeconds", "allowPrivilegeEscalation", "automountServiceAccountToken", "averageUtilization", "backoffLimit",
	"completionMode", "completions", "enableServiceLinks", "failedJobsHistoryLimit", "failurePolicy", "fsGroup", "immutable",
	"ingressClassName", "manualSelector", "maxSkew", "maxSurge", "maxUnavailable", "minAvailable", "minReplicas", "nodeTaintsPolicy",
	"parallelism", "parameterNotFoundAction", "pathType", "podFailurePolicy", "podReplacementPolicy", "port", "privileged",
	"progressDeadlineSeconds", "readOnlyRootFilesystem", "reason", "replicas", "revisionHistoryLimit", "runAsGroup", "runAsNonRoot",
	"runAsUser", "sizeLimit", "stabilizationWindowSeconds", "startingDeadlineSeconds", "successfulJobsHistoryLimit", "suspend",
	"terminationGracePeriodSeconds", "timeZone", "ttlSecondsAfterFinished", "unhealthyPodEvictionPolicy",
}

// freeForm are the fields whose keys anybody makes up; what is below them stays as it is.
var freeForm = []string{
	"annotations", "binaryData", "data", "labels", "limits", "matchLabels", "nodeSelector", "requests", "selector", "stringData",
}

// droppedZeros are the paths of inputs that the provider would drop without a word.
func droppedZeros(inputs resource.PropertyMap) []string {
	var dropped []string
	var look func(path string, field string, value resource.PropertyValue)
	look = func(path, field string, value resource.PropertyValue) {
		switch {
		case value.IsSecret():
			look(path, field, value.SecretValue().Element)
		case value.IsArray():
			for i, element := range value.ArrayValue() {
				look(fmt.Sprintf("%s[%d]", path, i), "", element)
			}
		case value.IsObject() && field == "selector" && value.ObjectValue().HasValue("matchLabels"), value.IsObject() && !slices.Contains(freeForm, field):
			for key, inner := range value.ObjectValue() {
				look(path+"."+string(key), string(key), inner)
			}
		case isZero(value) && field != "" && !slices.Contains(keptZeros, field):
			dropped = append(dropped, path)
		}
	}
	for key, value := range inputs {
		look(string(key), string(key), value)
	}
	slices.Sort(dropped)
	return dropped
}

// isZero is whether a value is what Go calls the zero value of its type.
func isZero(value resource.PropertyValue) bool {
	return value.IsBool() && !value.BoolValue() || value.IsNumber() && value.NumberValue() == 0 || value.IsString() && value.StringValue() == ""
}

// replacingObject are the inputs that replace one more kind of object as the provider is configured: forceNewProperties
// in provider/pkg/provider/diff.go of pulumi-kubernetes v4.30.0.
func replacingObject(c *connection, typ string) []string {
	if typ == catalogue.ConfigMap && !c.mutableConfigMaps {
		return []string{"data", "binaryData"}
	}
	return nil
}

// namespaceIsNew is Kubernetes' rule that a namespace is made once, by whomever.
func namespaceIsNew(p *Provider, e *Entry) error {
	if other := p.record.referred(e.Account, namespaceReference(e.Region, e.Cluster, e.ID)); other != nil && other.key() != e.key() {
		return e.refusal("AlreadyExists: namespace %q exists", e.ID)
	}
	return nil
}
