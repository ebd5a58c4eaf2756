// Package components holds the building blocks of the platform, one per file. A component takes plain Go values
// for what decides which resources exist and Inputs for what other resources produce, checks them before it
// registers anything, and gives back typed outputs. It reads no configuration and knows no environment.
package components
