package catalogue

// Resource types of the Kubernetes API.
const (
	Namespace               = "kubernetes:core/v1:Namespace"
	Deployment              = "kubernetes:apps/v1:Deployment"
	DeploymentPatch         = "kubernetes:apps/v1:DeploymentPatch"
	CronJob                 = "kubernetes:batch/v1:CronJob"
	CronJobPatch            = "kubernetes:batch/v1:CronJobPatch"
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

var _ = add(objects([]Type{
	{Token: Namespace, Scope: InCluster, Name: Name{Form: labelForm}, Box: "applications", Inert: true},
	{Token: Deployment, Replaces: []string{"spec.selector"}, Box: "applications", Holds: Nothing, Costs: Free,
		Failure: "it is an application, or a part of the platform on the cluster", Restarts: []Restart{rollsOut}},
	{Token: DeploymentPatch, Box: "applications", Inert: true, Restarts: []Restart{rollsOut, waitsForValues, {Input: `metadata.annotations["legops/probes"]`, Serves: true,
		What:    "nothing restarts: pods are asked at the paths that their image was released with, and these wait for a release of a new image",
		Longest: "until that release; an image that is released again keeps the paths that it had",
		Source:  "docs/decisions/0047-probes.md"}}},
	{Token: CronJob, Box: "applications", Inert: true},
	{Token: CronJobPatch, Box: "applications", Inert: true},
	{Token: HorizontalPodAutoscaler, Box: "applications", Inert: true},
	{Token: PodDisruptionBudget, Box: "applications", Inert: true},
	{Token: ConfigMap, Box: "applications", Inert: true, Restarts: []Restart{{Input: "data", Serves: true,
		What: "nothing restarts by itself: files change in the running pods, variables of the environment only in new ones, and who watches it (the ingress controller) " +
			"reads it at once: NGINX reloads, which closes connections that wait",
		Longest: "the kubelet's sync period, a minute by default, and the delay of its cache",
		Source:  "https://kubernetes.io/docs/concepts/configuration/configmap/#mounted-configmaps-are-updated-automatically"}}},
	{Token: Service, Name: Name{Form: labelForm}, Replaces: []string{"spec.clusterIP"}, Box: "applications", Holds: Nothing,
		Costs: "a load balancer, where its type is one", Unwatched: isSetting},
	{Token: ServiceAccount, Box: "applications", Inert: true},
	{Token: Ingress, Box: "ingress", Inert: true},
	{Token: IngressClass, Scope: InCluster, Box: "ingress", Inert: true},
	{Token: NetworkPolicy, Box: "cluster", Inert: true},
	{Token: KubernetesRole, Name: Name{Form: pathForm}, Box: "api", Inert: true},
	{Token: KubernetesRoleBinding, Name: Name{Form: pathForm}, Replaces: []string{"roleRef"}, Box: "api", Inert: true},
	{Token: ClusterRole, Scope: InCluster, Name: Name{Form: pathForm}, Box: "api", Inert: true},
	{Token: ClusterRoleBinding, Scope: InCluster, Name: Name{Form: pathForm}, Replaces: []string{"roleRef"}, Box: "api",
		Inert: true},
	{Token: AdmissionPolicy, Scope: InCluster, Box: "api", Inert: true},
	{Token: AdmissionPolicyBinding, Scope: InCluster, Box: "api", Inert: true},
}))

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
		t.Replaces = append(t.Replaces, "metadata.name", "metadata.namespace")
	}
	return types
}

// rollsOut is a change of the pods of a Deployment.
var rollsOut = Restart{Input: "spec.template", Serves: true,
	What:    "its pods are replaced, a share at a time with the strategy RollingUpdate (Recreate ends all first): new ones have to be ready before old ones go",
	Longest: "progressDeadlineSeconds without another ready pod; then the rollout counts as failed, and the old pods serve on",
	Source:  "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment"}

// waitsForValues is a change of what the pods of an application do before its own container starts: a container reads its secretFiles
// (components/apps/app_secretfiles.go).
var waitsForValues = Restart{Input: "spec.template.spec.initContainers", Serves: true,
	What: "its pods are replaced a share at a time. New ones start once each secret of secretFiles has a value, which a person enters in Secrets Manager; " +
		"the old ones serve meanwhile",
	Longest: rollsOut.Longest,
	Source:  "https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#understanding-init-containers"}
