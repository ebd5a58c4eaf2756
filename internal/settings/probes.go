package settings

import "cmp"

// The paths of an application that declares none.
const (
	DefaultLive  = "/healthz"
	DefaultReady = "/readyz"
)

// Probes are the paths, on the port of the pod and not within the application's path, that Kubernetes asks each pod for. They belong to an image:
// the one that serves keeps those that it was released with.
type Probes struct {
	// Live answers 200 while a restart would not help: the startup and the liveness probe. Optional, /healthz by default.
	Live ProbePath `json:"live,omitempty"`
	// Ready answers 200 while the pod should get requests: the readiness probe. Optional, /readyz by default.
	Ready ProbePath `json:"ready,omitempty"`
}

// ProbePath is a path of a probe, which may have a query.
type ProbePath string

// ProbePaths are the paths of the application's probes: of startup and liveness, and of readiness.
func (a Application) ProbePaths() (live, ready string) {
	of := cmp.Or(a.Probes, new(Probes))
	return string(cmp.Or(of.Live, DefaultLive)), string(cmp.Or(of.Ready, DefaultReady))
}
