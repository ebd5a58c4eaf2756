package faults

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/offline/cloud"
	"legops/internal/offline/engine"
	"legops/internal/unfinished"
)

// standing is what is there: in Pulumi's state and in the cloud's record, which know nothing of each other.
type standing struct {
	// graph is the state, state a text for each of its resources, by URN; made are the ids of those that a provider made.
	graph *model.Graph
	state map[string]string
	made  map[string]bool
	// cloud is the record, by URN and id, entries a text for each.
	cloud   map[string]cloud.Entry
	entries map[string]string
	// left are what an operation has left unfinished in the state, deletions the resources of it that are to go, by URN and id, and under the
	// operations whose end nobody knows.
	left      []unfinished.Item
	deletions map[string]bool
	under     []model.Operation
}

// random is what providers' ids draw at random: the ids of Pulumi's own providers.
var random = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

func read(ctx context.Context, s *engine.Stack) (*standing, error) {
	exported, err := s.State(ctx)
	if err != nil {
		return nil, err
	}
	graph, err := model.ReadState(exported)
	if err != nil {
		return nil, err
	}
	there := &standing{graph: graph, state: map[string]string{}, made: map[string]bool{}, deletions: map[string]bool{}, cloud: map[string]cloud.Entry{}, entries: map[string]string{}}
	left, err := model.ReadUnfinished(exported)
	if err != nil {
		return nil, err
	}
	there.left, there.under = unfinished.Of(left), left.Operations
	for _, r := range left.Deletions {
		there.deletions[called(string(r.URN), r.ID)] = true
	}
	for _, r := range graph.Resources {
		slices.Sort(r.DependsOn)
		for _, of := range r.PropertyDependencies {
			slices.Sort(of)
		}
		text, err := json.Marshal(r)
		if err != nil {
			return nil, err
		}
		there.state[string(r.URN)] = random.ReplaceAllString(versionless(r.Type, text), "")
		if r.Custom && !strings.HasPrefix(r.Type, "pulumi:") {
			there.made[called(string(r.URN), r.ID)] = true
		}
	}
	for _, e := range s.Record().Entries("") {
		there.cloud[called(e.URN, e.ID)] = e
		e.Inputs = beyond(e.Inputs, e.Outputs)
		text, err := json.Marshal(e)
		if err != nil {
			return nil, err
		}
		there.entries[called(e.URN, e.ID)] = versionless(e.Type, text)
	}
	return there, nil
}

// versions are the numbers of the versions of launch templates. A template whose change is sent twice has one version more, with the same in it:
// CreateLaunchTemplateVersion has a token, but the provider makes another for each update (terraform-provider-aws 6.13,
// internal/service/ec2/ec2_launch_template.go). This is the one thing that a fault makes twice, and nothing uses the first.
var versions = regexp.MustCompile(`("latestVersion":|"version":")\d+`)

// versionless is a text without those numbers.
func versionless(typ string, text []byte) string {
	switch typ {
	case catalogue.LaunchTemplate, catalogue.AutoScalingGroup, catalogue.NodeGroup:
		return versions.ReplaceAllString(string(text), "$1")
	}
	return string(text)
}

// beyond are the inputs that the outputs do not say as well. Whether the program asked for what the service has, or the provider sent it along with
// another change, such as the IOPS of a database, does not count.
func beyond(inputs, outputs map[string]any) map[string]any {
	more := map[string]any{}
	for name, value := range inputs {
		if !reflect.DeepEqual(value, outputs[name]) {
			more[name] = value
		}
	}
	return more
}

// called is how a resource is called here.
func called(urn, id string) string { return urn + " (" + id + ")" }

// unknown are the things in the cloud that the state does not have.
func (s *standing) unknown() []string {
	return slices.Sorted(func(yield func(string) bool) {
		for name := range maps.Keys(s.cloud) {
			if !s.made[name] && !yield(name) {
				return
			}
		}
	})
}

// differences are what is there otherwise than it should be.
func (s *standing) differences(want *standing) (found []string) {
	for _, item := range s.left {
		found = append(found, fmt.Sprintf("left unfinished: %s %s", item.Resource.URN, item.Text))
	}
	for _, name := range slices.Sorted(maps.Keys(s.cloud)) {
		w := want.cloud[name]
		switch {
		case s.cloud[name].Pending, w.URN == "" && !s.made[name]:
			found = append(found, "orphaned, in the cloud and in no state: "+name)
		case w.URN == "":
			found = append(found, "in the cloud, and not after an undisturbed run: "+name)
		case s.entries[name] != want.entries[name]:
			found = append(found, fmt.Sprintf("otherwise in the cloud than after an undisturbed run: %s: %s", name, firstDifference(s.entries[name], want.entries[name])))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(want.cloud)) {
		if s.cloud[name].URN == "" {
			found = append(found, "missing in the cloud: "+name)
		}
	}
	for _, urn := range slices.Sorted(maps.Keys(s.state)) {
		if s.state[urn] != want.state[urn] {
			found = append(found, fmt.Sprintf("otherwise in the state than after an undisturbed run: %s: %s", urn, firstDifference(s.state[urn], want.state[urn])))
		}
	}
	for _, urn := range slices.Sorted(maps.Keys(want.state)) {
		if s.state[urn] == "" {
			found = append(found, "missing in the state: "+urn)
		}
	}
	return found
}

// firstDifference is where two texts part.
func firstDifference(got, want string) string {
	at := 0
	for at < min(len(got), len(want)) && got[at] == want[at] {
		at++
	}
	part := func(text string) string { return text[max(0, min(len(text), at-200)):min(len(text), at+50)] }
	return fmt.Sprintf("...%s..., not ...%s...", part(got), part(want))
}
