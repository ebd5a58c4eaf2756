package settings

import (
	"cmp"

	"legops/internal/capacity"
	"legops/internal/rollout"
)

// Ingress is the NGINX ingress controller.
type Ingress struct {
	// MinReplicas is the smallest number of pods, one per zone at least.
	MinReplicas int `json:"minReplicas" jsonschema:"minimum=2,maximum=100"`
	// MaxReplicas is the largest number of pods.
	MaxReplicas int `json:"maxReplicas" jsonschema:"minimum=2,maximum=100"`
}

// Application is one web application. Pulumi.yaml declares it for all accounts, and the tuning of a stack file is part of it once the
// configuration is loaded.
type Application struct {
	// Name is the application's name everywhere: repository, workload, pipeline.
	Name string `json:"name" jsonschema:"pattern=^[a-z]([a-z0-9-]{0\\,28}[a-z0-9])?$" jsonschema_extras:"patternErrorMessage=a name of lower-case letters digits and hyphens (30 at most)"`
	// Path is the application's path on the domain, such as /matters.
	Path string `json:"path" jsonschema:"pattern=^/([a-z0-9-]+(/[a-z0-9-]+)*)?$" jsonschema_extras:"patternErrorMessage=a path such as /matters"`
	// Port is the container's port; above 1024, since it does not run as root.
	Port int `json:"port" jsonschema:"minimum=1025,maximum=65535"`
	Tunable
	// Produces are the queues it sends to. Optional.
	Produces []string `json:"produces,omitempty" jsonschema:"uniqueItems=true"`
	// Consumes are the queues it receives from. Optional.
	Consumes []string `json:"consumes,omitempty" jsonschema:"uniqueItems=true"`
	// Buckets are the buckets that it reads and writes. Optional.
	Buckets []BucketAccess `json:"buckets,omitempty"`
	// Database lets it use the database. Optional, false by default.
	Database bool `json:"database,omitempty"`
	// Search lets it use the search domain. Optional, false by default.
	Search bool `json:"search,omitempty"`
	// Secrets are names of secrets in Secrets Manager that only it may read. The platform creates them empty; a person
	// enters the values. Optional.
	Secrets []SecretName `json:"secrets,omitempty" jsonschema:"uniqueItems=true"`
	// SecretFiles are those of its Secrets whose values its pods find in files, /secrets/<name>, as they were when the pod started. No
	// pod starts before each of them has a value. Optional.
	SecretFiles []SecretName `json:"secretFiles,omitempty" jsonschema:"maxItems=10,uniqueItems=true"`
	// Calls are the applications it calls inside the cluster. Optional.
	Calls []string `json:"calls,omitempty" jsonschema:"uniqueItems=true"`
	// Connects is what it connects to on the internet on another port than 443, such as a mail relay. Optional.
	Connects []Connection `json:"connects,omitempty" jsonschema:"maxItems=20"`
	// Edge is what it needs of CloudFront and the firewall beyond what every application gets. Optional.
	Edge *ApplicationEdge `json:"edge,omitempty"`
	// StartSeconds is how long a pod may take until it answers, where the account has the least CPU for it. Optional.
	StartSeconds int `json:"startSeconds,omitempty" jsonschema:"minimum=10,maximum=600,default=120"`
	// Probes are the paths that Kubernetes asks its pods for. A change takes effect with the next release of a new image. Optional.
	Probes *Probes `json:"probes,omitempty"`
	// Migrate is a command that each release runs once with its image, before any pod of it serves. Optional.
	Migrate *Migration `json:"migrate,omitempty"`
	// Schedules are commands that it runs at times of their own, each once and not in every pod. Optional.
	Schedules []Schedule `json:"schedules,omitempty" jsonschema:"maxItems=20"`
	// Workers are further processes that run its image with another command, in pods of their own. Optional.
	Workers []Worker `json:"workers,omitempty" jsonschema:"maxItems=10"`
}

// Tunable is what an account may say otherwise of an application than its declaration. All but settings has to be said in one of the
// places, so all is optional in each.
type Tunable struct {
	// MinReplicas is the smallest number of pods, one per zone at least.
	MinReplicas int `json:"minReplicas,omitempty" jsonschema:"minimum=2,maximum=100"`
	// MaxReplicas is the largest number of pods.
	MaxReplicas int `json:"maxReplicas,omitempty" jsonschema:"minimum=2,maximum=100"`
	// CPU is a pod's request, such as 250m.
	CPU string `json:"cpu,omitempty" kit:"required" jsonschema:"pattern=^([1-9][0-9]*m|[1-9][0-9]*)$" jsonschema_extras:"patternErrorMessage=a Kubernetes quantity such as 250m"`
	// Memory is a pod's request and limit, such as 512Mi.
	Memory string `json:"memory,omitempty" kit:"required" jsonschema:"pattern=^[1-9][0-9]*(Mi|Gi)$" jsonschema_extras:"patternErrorMessage=a Kubernetes quantity such as 512Mi"`
	// Settings are environment variables, never secrets. Optional.
	Settings map[string]string `json:"settings,omitempty"`
}

// Tuning is what one account says otherwise than the declarations. Of a value that several places have, the nearest to the application wins:
// Applications, then All, then the declaration.
type Tuning struct {
	// All goes for every application of the account. Optional.
	All *Tunable `json:"all,omitempty"`
	// Applications go for one application each, by its name. Optional.
	Applications map[string]ApplicationTuning `json:"applications,omitempty"`
}

// ApplicationTuning is what one account says otherwise than the declaration of one application.
type ApplicationTuning struct {
	Tunable
	// Workers go for one of its workers each, by its name. Optional.
	Workers map[string]WorkerSize `json:"workers,omitempty"`
}

// ApplicationEdge is what one application needs of CloudFront and the firewall.
type ApplicationEdge struct {
	// Headers are names of request headers that it gets beside cdn.forward.headers. Optional.
	Headers []HeaderName `json:"headers,omitempty" jsonschema:"maxItems=9,uniqueItems=true"`
	// OwnContentSecurityPolicy lets the Content-Security-Policy of its answers through; those without one get
	// cdn.contentSecurityPolicy. Optional, false by default.
	OwnContentSecurityPolicy bool `json:"ownContentSecurityPolicy,omitempty"`
	// Uploads are paths within its own, such as /documents/files: what is sent to them and below is not blocked for what looks like
	// code in a document. Optional.
	Uploads []UploadPath `json:"uploads,omitempty" jsonschema:"uniqueItems=true"`
	// MaxUploadMiB is the largest body of a request to it. Optional, 110 by default. Its pods and the ingress keep a body on disk while it
	// arrives.
	MaxUploadMiB int `json:"maxUploadMiB,omitempty" jsonschema:"minimum=1,maximum=512"`
	// WebSockets are paths within its own, such as /matters/live: there and below, a request may become a WebSocket. Optional.
	WebSockets []WebSocketPath `json:"webSockets,omitempty" jsonschema:"maxItems=10,uniqueItems=true"`
	// Frames says whose pages may show its pages in a frame: sameOrigin for those of the platform. Optional; by default nobody's.
	Frames string `json:"frames,omitempty" jsonschema:"enum=sameOrigin"`
}

// WebSocketPath is a path where a request may become a WebSocket.
type WebSocketPath string

// UploadPath is a path that takes uploads.
type UploadPath string

// SecretName is the name of an application's secret, without prefix.
type SecretName string

// Pod is the request of each pod of the application: that of its container or, where that is more, of the one that reads its SecretFiles
// before (https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers).
func (a Application) Pod() capacity.Room {
	pod := capacity.Room{MilliCPU: capacity.MilliCPU(a.CPU), MemoryMiB: capacity.MebiBytes(a.Memory), Pods: 1}
	if len(a.SecretFiles) > 0 {
		pod.MilliCPU = max(pod.MilliCPU, capacity.Helper.MilliCPU)
		pod.MemoryMiB = max(pod.MemoryMiB, capacity.Helper.MemoryMiB)
	}
	return pod
}

// Start is StartSeconds, or what it is by default.
func (a Application) Start() int { return cmp.Or(a.StartSeconds, rollout.StartSeconds) }

// BucketAccess is what an application may do with a bucket.
type BucketAccess struct {
	// Name is a bucket of storage.buckets.
	Name string `json:"name"`
	// Prefix is the prefix of the keys that it may use, such as signatures/.
	Prefix string `json:"prefix" jsonschema:"pattern=^([a-z0-9-]+/)+$" jsonschema_extras:"patternErrorMessage=a prefix such as signatures/"`
	// Access is read or write (which includes read).
	Access string `json:"access" jsonschema:"enum=read,enum=write"`
}
