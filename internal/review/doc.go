// Package review says what a change of the program would do to every account: the base is deployed to the simulated cloud,
// the head is previewed against that by the real engine, and the difference is told in the order in which it matters.
package review
