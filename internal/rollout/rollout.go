// Package rollout defines how a new version replaces the pods of an old one, and the time limits. Deployments, the limits of
// releases and the capacity of the nodes use the same numbers.
package rollout

// The limits of one step, in seconds. The startup probe ends a pod that takes longer to start.
const (
	// StartSeconds is how long a pod may take to its first response.
	StartSeconds = 120
	// ReadySeconds is how long a new pod has to stay ready before the rollout goes on.
	ReadySeconds = 10
	// nodeSeconds is how long a pod may wait for a node that the autoscaler adds. Believed: one to two minutes are usual.
	nodeSeconds = 180
	// pullSeconds is how long a node may take to get the image. Believed: images are some hundred MB.
	pullSeconds = 60
)

// StallSeconds is how long a rollout may go without another ready pod before it counts as failed: the longest that a good one
// can need, for a new node, the image and a start.
const StallSeconds = nodeSeconds + pullSeconds + StartSeconds + ReadySeconds

// HookSeconds is how long the hook of a release may take, rollback included. CodeDeploy fails any event after 3,600 (quotas of
// CodeDeploy, "Maximum number of seconds until a deployment lifecycle event times out").
const HookSeconds = 3240

// MigrationSeconds is how long a migration may take from its start until nothing of it runs: for a new node, the image, and as long as
// its command may take.
func MigrationSeconds(timeout int) int { return nodeSeconds + pullSeconds + timeout }

// MostMigrationSeconds is the longest time that a migration's command may have: its hook ends before HookSeconds all the same.
const MostMigrationSeconds = 2700

// steps is the largest number of steps of a rollout, however many pods there are.
const steps = 10

// MaxSurge is the maxSurge of a Deployment: the share of its pods, rounded up, by which a rollout may exceed them.
const MaxSurge = "10%"

// Surge is MaxSurge of a number of pods.
func Surge(pods int) int { return (pods + steps - 1) / steps }

// Seconds returns the longest time of a rollout of the pods if each step takes as long as a start may, and one step needs a new
// node: 1,540 for 100 pods, and twice that fits into HookSeconds.
func Seconds(pods int) int {
	surge := max(Surge(pods), 1)
	return nodeSeconds + pullSeconds + (pods+surge-1)/surge*(StartSeconds+ReadySeconds)
}
