package tuning

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"legops/internal/model"
	"legops/internal/offline/engine"
	"legops/internal/recorder"
)

// program is the program: it creates resources with the values of the configuration.
type program func(*pulumi.Context, map[string]string) error

// registrations are what a program registers, by URN.
type registrations map[resource.URN]recorder.Resource

// register runs a program against mocks, which takes a sixth of a preview's time. What it looks up, a stack's cloud answers.
func register(run program, stack string, values map[string]string, deployed *engine.Stack) (registrations, error) {
	r := &recorder.Recorder{Project: "legops", Stack: stack, Answers: lookups(deployed, values)}
	if err := r.Run(func(ctx *pulumi.Context) error { return run(ctx, values) }); err != nil {
		return nil, err
	}
	all := registrations{}
	for _, registered := range r.Resources() {
		all[registered.URN] = registered
	}
	return all, nil
}

// lookups are answers of a stack's cloud, for the functions by which the program asks what exists (infra/present.go).
func lookups(deployed *engine.Stack, values map[string]string) map[string]recorder.Answer {
	ask := func(token string) recorder.Answer {
		return func(args resource.PropertyMap) (resource.PropertyMap, error) {
			ctx := context.Background()
			client, end := deployed.Cloud().Client("aws")
			defer end()
			settings, err := plugin.MarshalProperties(resource.NewPropertyMapFromMap(map[string]any{
				"region": values["legops:region"], "allowedAccountIds": []any{values["legops:account"]},
			}), plugin.MarshalOptions{})
			if err != nil {
				return nil, err
			}
			if _, err := client.Configure(ctx, &pulumirpc.ConfigureRequest{Args: settings}); err != nil {
				return nil, err
			}
			asked, err := plugin.MarshalProperties(args, plugin.MarshalOptions{})
			if err != nil {
				return nil, err
			}
			answer, err := client.Invoke(ctx, &pulumirpc.InvokeRequest{Tok: token, Args: asked})
			if err != nil {
				return nil, err
			}
			return plugin.UnmarshalProperties(answer.GetReturn(), plugin.MarshalOptions{})
		}
	}
	answers := map[string]recorder.Answer{}
	for _, token := range []string{
		"aws:ec2/getManagedPrefixList:getManagedPrefixList", "aws:eks/getClusters:getClusters", "aws:eks/getNodeGroups:getNodeGroups",
		"aws:eks/getCluster:getCluster", "aws:eks/getNodeGroup:getNodeGroup", "aws:rds/getInstances:getInstances", "aws:rds/getInstance:getInstance",
		"aws:ec2/getVpcs:getVpcs", "aws:ec2/getSubnets:getSubnets", "aws:ec2/getSubnet:getSubnet", "aws:iam/getRole:getRole",
		"aws:opensearch/getDomain:getDomain", "aws:resourcegroupstaggingapi/getResources:getResources",
		"aws:cloudwatch/getLogGroups:getLogGroups",
	} {
		answers[token] = ask(token)
	}
	return answers
}

// effect is what a move does to what the program registers: of each URN what differs, such as Instance.allocatedStorage up.
type effect map[resource.URN][]string

// effectOf compares registrations.
func effectOf(before, after registrations) effect {
	e := effect{}
	for urn, is := range after {
		was, existed := before[urn]
		if !existed {
			e[urn] = []string{is.Type + " comes"}
			continue
		}
		var differs []string
		compare(is.Type, map[string]any(was.Inputs), map[string]any(is.Inputs), func(text string) { differs = append(differs, text) })
		for option, values := range map[string][2]any{
			"protect": {was.Protect, is.Protect}, "retainOnDelete": {was.RetainOnDelete, is.RetainOnDelete},
			"ignoreChanges": {was.IgnoreChanges, is.IgnoreChanges}, "deleteBeforeReplace": {was.DeleteBeforeReplace, is.DeleteBeforeReplace},
		} {
			if !reflect.DeepEqual(values[0], values[1]) {
				differs = append(differs, is.Type+" option "+option)
			}
		}
		if len(differs) > 0 {
			e[urn] = differs
		}
	}
	for urn, was := range before {
		if _, stays := after[urn]; !stays {
			e[urn] = []string{was.Type + " goes"}
		}
	}
	return e
}

// signature is the kind of an effect: what differs of which types, whatever the resources' names.
func (e effect) signature() string {
	kinds := map[string]bool{}
	for _, differs := range e {
		for _, text := range differs {
			kinds[text] = true
		}
	}
	return strings.Join(slices.Sorted(maps.Keys(kinds)), "\n")
}

// compare tells the innermost properties that differ, and in which direction. Elements of lists go without their place.
func compare(path string, was, is any, tell func(string)) {
	if reflect.DeepEqual(was, is) {
		return
	}
	switch was := was.(type) {
	case map[string]any:
		if is, same := is.(map[string]any); same {
			both := maps.Clone(was)
			maps.Copy(both, is)
			for key := range both {
				compare(path+"."+key, was[key], is[key], tell)
			}
			return
		}
	case []any:
		if is, same := is.([]any); same {
			for i := range max(len(was), len(is)) {
				compare(path+"[]", element(was, i), element(is, i), tell)
			}
			return
		}
	case float64:
		if is, same := is.(float64); same {
			tell(path + map[bool]string{true: " up", false: " down"}[is > was])
			return
		}
	}
	switch {
	case was == nil:
		tell(path + " added")
	case is == nil:
		tell(path + " removed")
	case reflect.TypeOf(is) == reflect.TypeOf(false):
		tell(fmt.Sprintf("%s %v", path, is))
	default:
		tell(path + " changes")
	}
}

func element(list []any, i int) any {
	if i < len(list) {
		return list[i]
	}
	return nil
}

// sourcesBeside are what those properties of a step come from that differ and that no move changes itself: another version of a launch template
// changes the node groups, whatever else of them a move changes.
func sourcesBeside(step *model.Step, effects []effect) (sources []resource.URN) {
	r := step.Resource()
	for path := range step.DetailedDiff {
		property := fmt.Sprint(model.PathOf(path)[0])
		direct := slices.ContainsFunc(effects, func(e effect) bool {
			return slices.ContainsFunc(e[r.URN], func(text string) bool { return strings.HasPrefix(text, r.Type+"."+property) })
		})
		if !direct {
			sources = append(sources, r.PropertyDependencies[property]...)
		}
	}
	return sources
}

// owners are the moves that a change of each resource is due to: those whose effect it is, or that of something it depends on.
func owners(p *model.Plan, effects []effect) map[resource.URN][]int {
	of := map[resource.URN]map[int]bool{}
	for i, e := range effects {
		for urn := range e {
			if of[urn] == nil {
				of[urn] = map[int]bool{}
			}
			of[urn][i] = true
		}
	}
	changed, beside := map[resource.URN][]*model.Resource{}, map[resource.URN][]resource.URN{}
	for i := range p.Steps {
		if step := &p.Steps[i]; step.Op != "same" {
			if len(of[step.Resource().URN]) > 0 {
				urn := step.Resource().URN
				beside[urn] = append(beside[urn], sourcesBeside(step, effects)...)
			}
			for _, r := range []*model.Resource{step.Old, step.New} {
				if r != nil {
					changed[r.URN] = append(changed[r.URN], r)
				}
			}
		}
	}
	head, base := p.Head(), p.Base()
	found := map[resource.URN][]int{}
	for urn := range changed {
		seen, due := map[resource.URN]bool{}, map[int]bool{}
		queue := []resource.URN{urn}
		for len(queue) > 0 {
			at := queue[0]
			queue = queue[1:]
			if seen[at] || at == "" {
				continue
			}
			seen[at] = true
			if len(of[at]) > 0 {
				maps.Copy(due, of[at])
				queue = append(queue, beside[at]...)
				continue
			}
			for _, g := range []*model.Graph{head, base} {
				r := g.At(at)
				if r == nil {
					continue
				}
				queue = append(queue, r.Parent)
				for _, on := range append([]resource.URN{r.ProviderURN()}, r.DependsOn...) {
					if len(of[on]) > 0 || len(changed[on]) > 0 { // what stays as it is hands nothing on
						queue = append(queue, on)
					}
				}
			}
		}
		found[urn] = slices.Sorted(maps.Keys(due))
	}
	return found
}
