// Package offline runs the real Pulumi CLI, engine and plugins against the simulated cloud of package cloud:
// with a state, a project folder and a plugin folder of its own, with no credentials, and with no way out of
// this machine. It never writes to the project's own files.
package offline
