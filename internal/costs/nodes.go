package costs

import (
	"cmp"
	"fmt"
	"slices"

	"legops/internal/capacity"
	"legops/internal/catalogue"
	"legops/internal/model"
)

// nodes estimates the nodes of a zone: as many as its half of the pods needs, within the bounds of the group.
func (e *estimator) nodes() {
	types := e.Texts("instanceTypes")
	for _, instance := range types { // EC2 may start any of them
		if _, known := priceOf(instance); !known {
			e.fail("%s has no price: add it to internal/costs/prices.go", instance)
			return
		}
	}
	node, known := capacity.NodeRoom(types)
	if !known || len(types) == 0 {
		e.fail("instanceTypes: %v: one has no size: add its family to internal/instances", types)
		return
	}
	zone := slices.Index(e.OfType(catalogue.NodeGroup), e.Resource)
	count := float64(capacity.InGroup(node, e.workloads(), zone, int(e.number("scalingConfig.minSize")), int(e.number("scalingConfig.maxSize"))))
	e.add("nodes", types[0], count*hours)
	if e.Text("capacityType") == "SPOT" {
		e.spot()
	}
	e.disks(count)
}

// workloads are the pods that are not on every node, while each workload runs its least.
func (e *estimator) workloads() []capacity.Workload {
	// Workers of two applications may have the same name.
	named := func(r *model.Resource, name string) string { return r.Text("metadata.namespace") + "/" + r.Text(name) }
	least := map[string]float64{}
	for _, r := range e.OfType(catalogue.HorizontalPodAutoscaler) {
		least[named(r, "spec.scaleTargetRef.name")] = r.Number("spec.minReplicas", 1)
	}
	var all []capacity.Workload
	for _, service := range capacity.Services {
		if slices.ContainsFunc(e.OfType(catalogue.Addon), func(r *model.Resource) bool { return r.Inputs["addonName"] == service.Addon }) {
			all = append(all, service.Workload)
		}
	}
	asked := map[string]int{}
	for _, r := range slices.Concat(e.OfType(catalogue.Deployment), e.OfType(catalogue.DeploymentPatch)) {
		name := named(r, "metadata.name")
		if _, seen := asked[name]; !seen {
			asked[name] = len(all)
			all = append(all, capacity.Workload{Name: name, Pod: capacity.Room{Pods: 1}})
		}
		// An application's pods are described by the patch that its release puts over the Deployment.
		w := &all[asked[name]]
		for _, container := range r.Objects("spec.template.spec.containers") {
			requests := container.Values("resources.requests")
			w.Pod.MilliCPU += capacity.MilliCPU(fmt.Sprint(requests["cpu"]))
			w.Pod.MemoryMiB += capacity.MebiBytes(fmt.Sprint(requests["memory"]))
		}
		w.Replicas = max(w.Replicas, int(cmp.Or(least[name], r.Number("spec.replicas", 1))))
	}
	return all
}

// instances estimates an Auto Scaling group of instances that are not nodes.
func (e *estimator) instances() {
	count := e.number("minSize")
	for _, template := range e.from(e.Resource, "launchTemplate", catalogue.LaunchTemplate) {
		e.add("instances", template.Text("instanceType"), count*hours)
		for _, network := range template.Objects("networkInterfaces") {
			if network.Flag("associatePublicIpAddress") {
				e.add("addresses", "public IPv4 address", count*hours)
			}
		}
	}
	e.disks(count)
}

// disks are those of a number of instances, as their launch template describes them.
func (e *estimator) disks(instances float64) {
	found := false
	for _, template := range e.from(e.Resource, "launchTemplate", catalogue.LaunchTemplate) {
		for _, mapping := range template.Objects("blockDeviceMappings") {
			disk := mapping.Values("ebs")
			found = true
			e.add("disks", "EBS "+disk.Text("volumeType")+" volume", instances*e.numberOf(disk, "volumeSize"))
		}
	}
	if !found {
		e.fail("launchTemplate: says nothing of a disk, so its size is not known")
	}
}
