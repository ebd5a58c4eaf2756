// Package rollout defines how a new version replaces the pods of an old one, and the time limits. Deployments, the limits of
// releases and the capacity of the nodes use the same numbers.
package rollout

import "fmt"

// The limits of one step, in seconds. The startup probe ends a pod that takes longer to start.
const (
	// StartSeconds is how long a pod may take to its first response, unless its application says otherwise.
	StartSeconds = 120
	// ReadySeconds is how long a new pod has to stay ready before the rollout goes on.
	ReadySeconds = 10
	// nodeSeconds is how long a pod may wait for a node that the autoscaler adds. Believed: one to two minutes are usual.
	nodeSeconds = 180
	// pullSeconds is how long a node may take to get the image. Believed: images are some hundred MB.
	pullSeconds = 60
)

// StallSeconds is how long a rollout of pods with this start may go without another ready pod before it counts as failed: the longest that
// a good one can need, for a new node, the image and a start.
func StallSeconds(start int) int { return nodeSeconds + pullSeconds + start + ReadySeconds }

// HookSeconds is how long the hook of a release may take, rollback included. CodeDeploy fails any event after 3,600 (quotas of
// CodeDeploy, "Maximum number of seconds until a deployment lifecycle event times out").
const HookSeconds = 3240

// MigrationSeconds is how long a migration may take from its start until nothing of it runs: for a new node, the image, and as long as
// its command may take.
func MigrationSeconds(timeout int) int { return nodeSeconds + pullSeconds + timeout }

// MostMigrationSeconds is the longest time that a migration's command may have: its hook ends before HookSeconds all the same.
const MostMigrationSeconds = 2700

// MostSeconds is the longest rollout that leaves a hook the time to go back, and to say why.
const MostSeconds = HookSeconds/2 - 80

// mostSteps is the largest number of steps of a rollout, however many pods there are.
const mostSteps = 10

// steps is the number of steps of a rollout whose pods may take this long to start: as many as fit into MostSeconds.
func steps(start int) int {
	return max(1, min(mostSteps, (MostSeconds-nodeSeconds-pullSeconds)/(start+ReadySeconds)))
}

// percent is the share of the pods, rounded up, by which a rollout may exceed them.
func percent(start int) int { return (100 + steps(start) - 1) / steps(start) }

// MaxSurge is the maxSurge of a Deployment: a tenth of its pods, and more where they may take longer to start than StartSeconds, so that
// fewer steps do.
func MaxSurge(start int) string { return fmt.Sprintf("%d%%", percent(start)) }

// Surge is MaxSurge of a number of pods.
func Surge(pods, start int) int { return (pods*percent(start) + 99) / 100 }

// Seconds returns the longest time of a rollout of the pods if each step takes as long as a start may, and one step needs a new
// node: 1,540 at most, for any number of pods, and twice that fits into HookSeconds.
func Seconds(pods, start int) int {
	surge := max(Surge(pods, start), 1)
	return nodeSeconds + pullSeconds + (pods+surge-1)/surge*(start+ReadySeconds)
}
