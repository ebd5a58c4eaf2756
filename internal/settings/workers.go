package settings

import (
	"cmp"

	"legops/internal/capacity"
)

// Worker is a further process of an application: pods of their own that run the same image with another command, for as long as they live, such as
// one that receives from a queue. Nothing sends requests to them.
type Worker struct {
	// Name tells it from the application's other workers, and from its schedules.
	Name string `json:"name" jsonschema:"pattern=^[a-z]([a-z0-9-]{0\\,22}[a-z0-9])?$" jsonschema_extras:"patternErrorMessage=a name of lower-case letters digits and hyphens (24 at most)"`
	// Command is the program and its arguments, each a word of its own; no shell is in between. It takes the place of the image's
	// entry point.
	Command []CommandWord `json:"command" jsonschema:"minItems=1,maxItems=64"`
	WorkerSize
}

// WorkerSize is what an account may say otherwise of a worker than its declaration.
type WorkerSize struct {
	// MinReplicas is the smallest number of pods. Optional, 1 by default.
	MinReplicas int `json:"minReplicas,omitempty" jsonschema:"minimum=1,maximum=100"`
	// MaxReplicas is the largest number of pods: so many as long as they use more than 70 % of the CPU that they ask for. Optional, MinReplicas by
	// default.
	MaxReplicas int `json:"maxReplicas,omitempty" jsonschema:"minimum=1,maximum=100"`
	// CPU is a pod's request, such as 250m. Optional, that of the application by default.
	CPU string `json:"cpu,omitempty" jsonschema:"pattern=^([1-9][0-9]*m|[1-9][0-9]*)$" jsonschema_extras:"patternErrorMessage=a Kubernetes quantity such as 250m"`
	// Memory is a pod's request and limit, such as 512Mi. Optional, that of the application by default.
	Memory string `json:"memory,omitempty" jsonschema:"pattern=^[1-9][0-9]*(Mi|Gi)$" jsonschema_extras:"patternErrorMessage=a Kubernetes quantity such as 512Mi"`
}

// Over is the size with what it does not say from another one.
func (s WorkerSize) Over(other WorkerSize) WorkerSize {
	return WorkerSize{
		MinReplicas: cmp.Or(s.MinReplicas, other.MinReplicas), MaxReplicas: cmp.Or(s.MaxReplicas, other.MaxReplicas),
		CPU: cmp.Or(s.CPU, other.CPU), Memory: cmp.Or(s.Memory, other.Memory),
	}
}

// Size is the size of a worker of the application, with what it is by default.
func (a Application) Size(w Worker) WorkerSize {
	size := w.Over(WorkerSize{MinReplicas: 1, CPU: a.CPU, Memory: a.Memory})
	size.MaxReplicas = cmp.Or(size.MaxReplicas, size.MinReplicas)
	return size
}

// WorkerPod is the request of each pod of a worker of the application.
func (a Application) WorkerPod(w Worker) capacity.Room {
	size := a.Size(w)
	a.CPU, a.Memory = size.CPU, size.Memory
	return a.Pod()
}

// Label tells the worker from those of all applications.
func (w Worker) Label(application string) string { return application + "-" + w.Name }
