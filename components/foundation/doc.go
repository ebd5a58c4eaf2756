// Package foundation holds what everything else stands on: keys, the network with the way into it, and every rule of who may
// talk to whom.
package foundation
