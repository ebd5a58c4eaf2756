package kit

import (
	"slices"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// The labels that Kubernetes recommends, as far as they are used.
const (
	LabelName      = "app.kubernetes.io/name"
	LabelComponent = "app.kubernetes.io/component"
	labelPartOf    = "app.kubernetes.io/part-of"
	labelManagedBy = "app.kubernetes.io/managed-by"
)

// platform is the value of the label part-of.
const platform = "legops"

// Space is a namespace of the cluster with what everything in it shares.
type Space struct {
	Build
	// Labels are on every object.
	Labels map[string]string
	// Namespace comes from the namespace itself: an object made with it waits for the namespace.
	Namespace pulumi.StringOutput
	// Opts are those of objects in the namespace, InCluster those of objects in none.
	Opts, InCluster []pulumi.ResourceOption
}

// NewSpace is the space of a component that is not registered yet.
func NewSpace(ctx *pulumi.Context, name string) Space {
	return Space{Build: Build{Ctx: ctx, Name: name}}
}

// Share sets the space to an existing namespace that also holds other objects; the labels tell the component's own apart. When the
// cluster goes, they go with it and are not deleted piece by piece.
func (s *Space) Share(namespace, app, component string, cluster pulumi.Resource) {
	s.Labels = map[string]string{
		LabelName: app, LabelComponent: component, labelPartOf: platform, labelManagedBy: "pulumi",
	}
	s.Namespace = pulumi.String(namespace).ToStringOutput()
	s.Opts = []pulumi.ResourceOption{s.Parent, pulumi.DeletedWith(cluster)}
	s.InCluster = s.Opts
}

// objectMeta makes the metadata of an object with this name.
type objectMeta func(name string, annotations map[string]string) metav1.ObjectMetaArgs

// Object is the metadata of an object in the namespace.
func (s *Space) Object(name string, annotations map[string]string) metav1.ObjectMetaArgs {
	meta := metav1.ObjectMetaArgs{Name: pulumi.String(name), Namespace: s.Namespace, Labels: pulumi.ToStringMap(s.Labels)}
	if annotations != nil {
		meta.Annotations = pulumi.ToStringMap(annotations)
	}
	return meta
}

// ClusterWide is the metadata of an object that lives in no namespace.
func (s *Space) ClusterWide(name string, annotations map[string]string) metav1.ObjectMetaArgs {
	meta := s.Object(name, annotations)
	meta.Namespace = nil
	return meta
}

// With are the options of an object in the namespace, and more.
func (s *Space) With(more ...pulumi.ResourceOption) []pulumi.ResourceOption {
	return slices.Concat(s.Opts, more)
}

// WithCluster are the options of an object in no namespace, and more.
func (s *Space) WithCluster(more ...pulumi.ResourceOption) []pulumi.ResourceOption {
	return slices.Concat(s.InCluster, more)
}

// Labelled selects what has a label.
func Labelled(key, value string) metav1.LabelSelectorArgs {
	return metav1.LabelSelectorArgs{MatchLabels: pulumi.StringMap{key: pulumi.String(value)}}
}

// ContainerPort is a TCP port of a container, by name.
func ContainerPort(name string, port int) corev1.ContainerPortArgs {
	return corev1.ContainerPortArgs{Name: pulumi.String(name), ContainerPort: pulumi.Int(port), Protocol: pulumi.String("TCP")}
}
