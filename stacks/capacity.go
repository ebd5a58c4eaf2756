package stacks

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"legops/internal/capacity"
	"legops/internal/instances"
	"legops/internal/rollout"
	"legops/internal/settings"
)

// capacityOf reports pods that do not fit: those larger than any node, and those beyond the maximum number of nodes while
// every workload runs its minReplicas and the surge of a release.
func capacityOf(c *checker) {
	if !c.ok("eks.nodes", "ingress.minReplicas", "applications") {
		return
	}
	known := true
	for i, name := range c.Eks.Nodes.InstanceTypes {
		if _, ok := instances.Lookup(string(name)); ok {
			continue
		}
		known = false
		if !name.IsMac() { // nodes refuses a Mac
			c.report(element("eks.nodes.instanceTypes", i), string(name), "its size is unknown, so nobody can tell whether the pods fit",
				"choose one of "+strings.Join(instances.Families(), ", ")+", or add its family to internal/instances")
		}
	}
	if !known || len(c.Eks.Nodes.InstanceTypes) == 0 {
		return
	}
	node := c.nodeRoom()
	if tooLarge := capacity.TooLarge(node, c.workloads(leastReplicas)); len(tooLarge) > 0 {
		c.tooLarge(node, tooLarge)
		return
	}
	if short := c.shortOf("applications and ingress at their minReplicas", leastReplicas); short != nil {
		c.report("eks.nodes.maxSizePerZone", c.Eks.Nodes.MaxSizePerZone, short.Rule, short.Fix)
	}
}

// tooLarge reports workloads whose pods fit no node.
func (c *checker) tooLarge(node capacity.Room, workloads []capacity.Workload) {
	rule := "a node has room for " + describe(node)
	for _, w := range workloads {
		key, size := c.sized(w.Name)
		switch {
		case key == "":
			c.report("eks.nodes.instanceTypes", nil, fmt.Sprintf("%s, and a pod of %s requests %s", rule, w.Name, describe(w.Pod)),
				"choose larger instance types")
		case w.Pod.MilliCPU > node.MilliCPU:
			c.report(key+".cpu", size.CPU, rule, "request less, or choose larger instance types")
		default:
			c.report(key+".memory", size.Memory, rule, "request less, or choose larger instance types")
		}
	}
}

// sized is the key of an application or of a worker, by the name of its workload, and its size; "" of anything else.
func (c *checker) sized(workload string) (string, settings.WorkerSize) {
	for i, a := range c.Applications {
		if a.Name == workload {
			return element("applications", i), settings.WorkerSize{CPU: a.CPU, Memory: a.Memory}
		}
		for j, w := range a.Workers {
			if workerPods(a, w) == workload {
				return element(element("applications", i)+".workers", j), a.Size(w)
			}
		}
	}
	return "", settings.WorkerSize{}
}

// workerPods is the name of the workload of a worker. That of an application has no point.
func workerPods(a settings.Application, w settings.Worker) string { return a.Name + "." + w.Name }

// Warnings describe allowed but risky settings, each in one line.
func (c *Config) Warnings() []string {
	var warnings []string
	if short := c.shortOf("applications and ingress at their maxReplicas", mostReplicas); short != nil {
		warnings = append(warnings, short.String())
	}
	if warning := c.newSearchWarning(); warning != "" {
		warnings = append(warnings, warning)
	}
	return warnings
}

func leastReplicas(least, _ int) int { return least }

func mostReplicas(_, most int) int { return most }

// shortOf returns a problem if the nodes of a zone do not hold half of all pods, and nil if they do.
func (c *Config) shortOf(what string, choose func(least, most int) int) *Problem {
	workloads, start := c.workloads(choose), map[string]int{}
	surge := "a release's surge of a tenth (rounded up)"
	for _, a := range c.Applications {
		for _, w := range a.Workers {
			start[workerPods(a, w)] = a.Start()
		}
		if start[a.Name] = a.Start(); a.Start() > rollout.StartSeconds {
			surge = fmt.Sprintf("a release's surge (rounded up; a tenth, and more where startSeconds is above %d)", rollout.StartSeconds)
		}
	}
	for i, w := range workloads {
		workloads[i].Replicas += rollout.Surge(w.Replicas, cmp.Or(start[w.Name], rollout.StartSeconds))
	}
	what += ", and add-ons, each with " + surge + ", and a run of each scheduled job"
	workloads = append(workloads, c.runs()...)
	inZone, node := capacity.InZone(workloads), c.nodeRoom()
	needed := capacity.Nodes(node, inZone)
	if needed <= c.Eks.Nodes.MaxSizePerZone {
		return nil
	}
	return &Problem{
		Key:   full("eks.nodes.maxSizePerZone"),
		Value: strconv.Itoa(c.Eks.Nodes.MaxSizePerZone),
		Rule: fmt.Sprintf("%s request %s per zone: %d nodes of %s", what,
			describe(capacity.Sum(inZone)), needed, describe(node)),
		Fix: fmt.Sprintf("set it to %d or more, let pods request less, or choose larger instance types", needed),
	}
}

// NodesAtLeast is the number of nodes in each zone while every workload runs its minReplicas and no release is under way.
// It returns an error if the size of an instance type is unknown.
func (c *Config) NodesAtLeast() ([2]int, error) {
	var counts [2]int
	for _, name := range c.Eks.Nodes.InstanceTypes {
		if _, known := instances.Lookup(string(name)); !known {
			return counts, fmt.Errorf("%s has no size: add its family to internal/instances", name)
		}
	}
	workloads, nodes := c.workloads(leastReplicas), c.Eks.Nodes
	for zone := range counts {
		counts[zone] = capacity.InGroup(c.nodeRoom(), workloads, zone, nodes.MinSizePerZone, nodes.MaxSizePerZone)
	}
	return counts, nil
}

// workloads are all workloads but DaemonSets. choose picks the replicas from the minimum and the maximum.
func (c *Config) workloads(choose func(least, most int) int) []capacity.Workload {
	all := []capacity.Workload{
		{Name: capacity.Ingress, Replicas: choose(c.Ingress.MinReplicas, c.Ingress.MaxReplicas), Pod: capacity.IngressPod},
	}
	for _, a := range c.Applications {
		all = append(all, capacity.Workload{Name: a.Name, Replicas: choose(a.MinReplicas, a.MaxReplicas), Pod: a.Pod()})
		for _, w := range a.Workers {
			size := a.Size(w)
			all = append(all, capacity.Workload{Name: workerPods(a, w), Replicas: choose(size.MinReplicas, size.MaxReplicas), Pod: a.WorkerPod(w)})
		}
	}
	for _, service := range capacity.Services {
		all = append(all, service.Workload)
	}
	return all
}

// runs are the pods of a run of each schedule, all of which may have the same time, and of the two jobs that make roles. They are in no share of
// a zone: any one may have to hold one. A run that replaces another starts while that one ends.
func (c *Config) runs() []capacity.Workload {
	all := []capacity.Workload{
		{Name: capacity.DatabaseRoles, Replicas: 1, Pod: capacity.RolesPod}, {Name: capacity.SearchRoles, Replicas: 1, Pod: capacity.RolesPod},
	}
	for _, a := range c.Applications {
		for _, s := range a.Schedules {
			w := capacity.Workload{Name: s.Label(a.Name), Replicas: 1, Pod: a.Pod()}
			if s.Replaces() {
				w.Replicas = 2
			}
			all = append(all, w)
		}
	}
	return all
}

// nodeRoom is the room of a node for pods. The instance types must be known.
func (c *Config) nodeRoom() capacity.Room {
	room, _ := capacity.NodeRoom(settings.Texts(c.Eks.Nodes.InstanceTypes))
	return room
}

func describe(r capacity.Room) string {
	return fmt.Sprintf("%dm CPU, %d MiB and %d pods", r.MilliCPU, r.MemoryMiB, r.Pods)
}
