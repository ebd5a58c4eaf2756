package apps

import (
	"cmp"
	"regexp"
	"strings"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/internal/kit"
	"legops/internal/settings"
)

const (
	// probesAnnotation holds the paths of the probes as they are declared, that of liveness and then that of readiness. Only Pulumi sets it. A
	// release gives them to a new image, and remembers for each image that served which ones it had (delivery/release/common.sh).
	probesAnnotation = "legops/probes"
	// firstProbes are the paths that the first image answers, and the defaults of the declaration.
	firstProbes = settings.DefaultLive + " " + settings.DefaultReady
)

// declaredProbes are the paths of the probes as they are declared.
func (a *AppArgs) declaredProbes() string {
	live, ready := a.ProbePaths()
	return live + " " + ready
}

// probePattern bounds the paths to what is the same in a shell, in JSON and in an annotation with two of them. In //a/b the kubelet takes a for
// a host.
var probePattern = regexp.MustCompile(`^/([A-Za-z0-9._~?=&-][A-Za-z0-9._~/?=&-]*)?$`)

func (a *AppArgs) checkProbes(p *kit.Problems) {
	live, ready := a.ProbePaths()
	for _, of := range []struct{ field, path string }{{"Live", live}, {"Ready", ready}} {
		p.Require(probePattern.MatchString(of.path), "Probes.%s %q must be a path such as /matters/health", of.field, of.path)
	}
}

// probed is a container with the paths of its probes: those of the image that was good last.
func (b *appBuild) probed(container corev1.ContainerArgs) corev1.ContainerArgs {
	paths := b.servingData.MapIndex(pulumi.String("probes")).ApplyT(func(recorded string) []string {
		return strings.Fields(cmp.Or(recorded, firstProbes)) // nothing is recorded of before
	}).(pulumi.StringArrayOutput)
	path := func(i int) corev1.ProbeArgs {
		return corev1.ProbeArgs{HttpGet: corev1.HTTPGetActionArgs{Path: paths.Index(pulumi.Int(i)), Port: pulumi.String(appPortName)}}
	}
	container.StartupProbe, container.LivenessProbe, container.ReadinessProbe = path(0), path(0), path(1)
	return container
}

// probePaths gives the Deployment the paths of its probes once. From then on a release sets them with the image, so they are no part of the patch that
// carries every change.
//
// The Deployment is made with them, too: an update that was killed after it had made one leaves a state that still has this patch, of the Deployment
// before, and so never makes it again. It is there for the stacks of before, whose Deployment has no paths. In these the other patch owned
// the paths. With the update that takes them out of it, somebody else has to own them, or the API server sets each to / and the pods are
// replaced by some that are never ready.
func (b *appBuild) probePaths(deployment pulumi.Resource, annotations map[string]string) (pulumi.Resource, error) {
	return kit.NewResource(b.Ctx, "kubernetes:apps/v1:DeploymentPatch", b.Name+"-probes", kit.Inputs{
		"apiVersion": "apps/v1", "kind": "Deployment", "metadata": b.Object(b.args.Name, annotations),
		"spec": appsv1.DeploymentSpecArgs{Template: corev1.PodTemplateSpecArgs{Spec: corev1.PodSpecArgs{
			Containers: corev1.ContainerArray{b.probed(corev1.ContainerArgs{Name: pulumi.String(AppContainer)})},
		}}},
	}, b.With(
		pulumi.DependsOn([]pulumi.Resource{deployment}),
		pulumi.IgnoreChanges([]string{"metadata", "spec"}),
		pulumi.RetainOnDelete(true),
	)...)
}
