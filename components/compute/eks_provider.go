package compute

import (
	"encoding/json"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// provider is the Kubernetes provider of the cluster. Its identity is the cluster's name: a changed kubeconfig
// (a renewed certificate, another endpoint) updates it and never proposes to replace what runs on the cluster.
func (b *eksBuild) provider(ready []pulumi.Resource) (*kubernetes.Provider, error) {
	cluster := b.c.Cluster.EksCluster
	kubeconfig := pulumi.All(b.c.ClusterName, cluster.Endpoint(), cluster.CertificateAuthority().Data().Elem()).ApplyT(
		func(values []any) (string, error) {
			return kubeconfig(b.args.Location.Region, values[0].(string), values[1].(string), values[2].(string))
		}).(pulumi.StringOutput)
	return kubernetes.NewProvider(b.Ctx, b.Name+"-kubernetes", &kubernetes.ProviderArgs{
		Kubeconfig:            kubeconfig,
		ClusterIdentifier:     pulumi.String(b.args.Name),
		EnableServerSideApply: pulumi.Bool(true),
		// A change of the ingress controller's settings changes their ConfigMap in place: the controller loads it as it is.
		// Otherwise it would be deleted and made again, and what starts in between would have none.
		EnableConfigMapMutable: pulumi.Bool(true),
		// Objects are made with server-side apply, too. Otherwise the provider would make them with a POST, whose field
		// manager owns every default: the first preview that changes the port of a Service would fail, and an update that
		// is repeated after a crash would refuse what the first one made (provider/pkg/await/await.go, v4.30.0).
		UpsertExistingObjects: pulumi.Bool(true),
	}, b.Parent, pulumi.DependsOn(ready))
}

// kubeconfig is the configuration of a Kubernetes client that gets its token from the aws command. The one that
// pulumi-eks makes leaves the region to the environment, where another account's may be set.
func kubeconfig(region, cluster, endpoint, authority string) (string, error) {
	type object = map[string]any
	text, err := json.Marshal(object{
		"apiVersion":      "v1",
		"kind":            "Config",
		"current-context": cluster,
		"clusters": []object{{"name": cluster, "cluster": object{
			"server": endpoint, "certificate-authority-data": authority,
		}}},
		"contexts": []object{{"name": cluster, "context": object{"cluster": cluster, "user": cluster}}},
		"users": []object{{"name": cluster, "user": object{"exec": object{
			"apiVersion":      "client.authentication.k8s.io/v1beta1",
			"command":         "aws",
			"args":            []string{"eks", "get-token", "--region", region, "--cluster-name", cluster, "--output", "json"},
			"interactiveMode": "Never",
		}}}},
	})
	return string(text), err
}
