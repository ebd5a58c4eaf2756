package main

import (
	"fmt"
	"slices"

	"github.com/mitchellh/go-ps"
)

// descendants are the processes that a process started, and those that they started.
func descendants(pid int) (found []int, err error) {
	all, err := ps.Processes()
	if err != nil {
		return nil, fmt.Errorf("looking for what a command started: %w", err)
	}
	parents := []int{pid}
	for len(parents) > 0 {
		var children []int
		for _, p := range all {
			if slices.Contains(parents, p.PPid()) {
				children = append(children, p.Pid())
			}
		}
		found, parents = append(found, children...), children
	}
	return found, nil
}
