// Package architecture draws the platform from the graph of its resources, a table of what
// is drawn where, and a table of arrows, each with what in the graph it comes from. Nothing is drawn that is not there.
package architecture
