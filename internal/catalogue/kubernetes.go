package catalogue

// Resource types of the Kubernetes API.
const (
	Namespace               = "kubernetes:core/v1:Namespace"
	Deployment              = "kubernetes:apps/v1:Deployment"
	DeploymentPatch         = "kubernetes:apps/v1:DeploymentPatch"
	HorizontalPodAutoscaler = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
	PodDisruptionBudget     = "kubernetes:policy/v1:PodDisruptionBudget"
	ConfigMap               = "kubernetes:core/v1:ConfigMap"
	Service                 = "kubernetes:core/v1:Service"
	ServiceAccount          = "kubernetes:core/v1:ServiceAccount"
	Ingress                 = "kubernetes:networking.k8s.io/v1:Ingress"
	IngressClass            = "kubernetes:networking.k8s.io/v1:IngressClass"
	NetworkPolicy           = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
	KubernetesRole          = "kubernetes:rbac.authorization.k8s.io/v1:Role"
	KubernetesRoleBinding   = "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"
	ClusterRole             = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole"
	ClusterRoleBinding      = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding"
	AdmissionPolicy         = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy"
	AdmissionPolicyBinding  = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding"
)

var kubernetes = objects([]Type{
	{
		Token: Namespace, Scope: InCluster,
		Name: Name{Form: labelForm},
	},
	{
		Token:    Deployment,
		Replaces: []string{"spec.selector"},
	},
	{Token: DeploymentPatch},
	{Token: HorizontalPodAutoscaler},
	{Token: PodDisruptionBudget},
	{Token: ConfigMap},
	{
		Token:    Service,
		Name:     Name{Form: labelForm},
		Replaces: []string{"spec.clusterIP"},
	},
	{Token: ServiceAccount},
	{Token: Ingress},
	{Token: IngressClass, Scope: InCluster},
	{Token: NetworkPolicy},
	{
		Token: KubernetesRole,
		Name:  Name{Form: pathForm},
	},
	{
		Token:    KubernetesRoleBinding,
		Name:     Name{Form: pathForm},
		Replaces: []string{"roleRef"},
	},
	{
		Token: ClusterRole, Scope: InCluster,
		Name: Name{Form: pathForm},
	},
	{
		Token: ClusterRoleBinding, Scope: InCluster,
		Name:     Name{Form: pathForm},
		Replaces: []string{"roleRef"},
	},
	{Token: AdmissionPolicy, Scope: InCluster},
	{Token: AdmissionPolicyBinding, Scope: InCluster},
})

// What Kubernetes takes as names: most are subdomains (RFC 1123), some become labels, those of roles and bindings only have to be a
// part of a path.
var (
	objectForm = form(`^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$`)
	pathForm   = form(`^[^/%]+$`)
	labelForm  = form(`^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$`)
)

// objects adds what every object of Kubernetes has.
func objects(types []Type) []Type {
	for i := range types {
		t := &types[i]
		t.ID = "{metadata.namespace}/{metadata.name}"
		if t.Scope == InCluster {
			t.ID = "{metadata.name}"
		} else {
			t.Scope = InNamespace
		}
		t.Name.Input = "metadata.name"
		if t.Name.Form == nil {
			t.Name.Form = objectForm
		}
		t.Replaces = append(t.Replaces, "apiVersion", "kind", "metadata.namespace")
	}
	return types
}
