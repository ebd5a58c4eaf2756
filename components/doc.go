// Package components holds where components are and what they let others do; the components themselves are in rooms, one
// package for each layer of the platform, one file for each component: foundation, data, compute, apps, edge, delivery and
// operations, in the order in which package infra wires them. A room uses the names of rooms before it, and never of those
// after it.
//
// A component takes plain Go values for what decides which resources exist and Inputs for what other resources produce,
// checks them before it registers anything, and gives back typed outputs. It reads no configuration and knows no environment.
package components
