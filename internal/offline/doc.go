// Package offline runs the real Pulumi CLI, engine and plugins against the simulated cloud of package cloud: with
// separate state, project and plugin folders, without credentials, and without a connection beyond this machine.
// It never writes to the project's own files.
package offline
