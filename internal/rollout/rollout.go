// Package rollout says how a new version replaces the pods of an old one, and how long that may take. Deployments, the limits of
// releases and the room on the nodes follow from the same figures.
package rollout

// Seconds that one step may take. A pod that takes longer to start is ended by its startup probe.
const (
	// StartSeconds is how long a pod may take to answer for the first time.
	StartSeconds = 120
	// ReadySeconds is how long a new pod has to stay ready before the rollout goes on.
	ReadySeconds = 10
	// nodeSeconds is how long a pod may wait for a node that the autoscaler adds. Believed: one to two minutes are usual.
	nodeSeconds = 180
	// pullSeconds is how long a node may take to get the image. Believed: images are some hundred MB.
	pullSeconds = 60
)

// StallSeconds is how long a rollout may go without one more pod that is ready: then it counts as failed. It is the longest that a
// good one can need for that: a new node, the image, a start.
const StallSeconds = nodeSeconds + pullSeconds + StartSeconds + ReadySeconds

// HookSeconds is how long the hook of a release may take, going back included. CodeDeploy gives up on any event after 3,600
// (quotas of CodeDeploy, "Maximum number of seconds until a deployment lifecycle event times out").
const HookSeconds = 3240

// steps are the most in which pods are replaced, however many there are.
const steps = 10

// MaxSurge is how many pods more than wanted there may be meanwhile, as a Deployment says it: a share of them, which Kubernetes
// rounds up.
const MaxSurge = "10%"

// Surge is the same for a number of pods.
func Surge(pods int) int { return (pods + steps - 1) / steps }

// Seconds is the longest that a rollout of as many pods takes if each step needs all the time that a start may take, and one of
// them a new node: 1,540 for 100 pods, and twice that fits into HookSeconds.
func Seconds(pods int) int {
	surge := max(Surge(pods), 1)
	return nodeSeconds + pullSeconds + (pods+surge-1)/surge*(StartSeconds+ReadySeconds)
}
