package review

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// Restart is what a change interrupts or slows while it is carried out, of resources that all go through the same at the same time.
type Restart struct {
	// Step orders them: Pulumi changes what has the next number when this is done. 0 waits for a maintenance window.
	Step int `json:"step,omitempty"`
	// Resources are the names, and Component the kind of component that they are part of, such as Eks.
	Resources []string `json:"resources"`
	Component string   `json:"component"`
	// URNs are theirs.
	URNs []string `json:"-"`
	// Change is what changes, such as instanceClass: db.r7g.large → db.r7g.xlarge.
	Change string `json:"change"`
	// Waits is the maintenance window for which it waits; "" where it does not. Every preview shows the change until then.
	Waits string `json:"waits,omitempty"`
	// Text says what happens, Longest how long at the longest, and Whom who notices.
	Text    string `json:"text"`
	Longest string `json:"longest"`
	Whom    string `json:"whom"`
	// Serves says that what it serves goes on meanwhile.
	Serves bool `json:"serves"`
	// Source says where that is from; "" of a replacement, which the plan tells.
	Source string `json:"source,omitempty"`

	paths []string // of what changes
}

// user is who notices that a component is interrupted, and what ends then.
type user struct{ who, loses string }

// users are those of a component, by its kind.
var users = map[string]user{
	"Alarms": {"who watches the platform", ""}, "Alerts": {"who watches the platform", ""}, "Dashboard": {"who watches the platform", ""},
	"App":     {"who uses the application, and the applications that call it", "requests fail"},
	"Backup":  {"nobody, unless a backup runs", "it fails"},
	"Bastion": {"administrators", "sessions through it end"},
	"Budget":  {"who watches the costs", ""},
	"Builder": {"releases", "one that runs fails"}, "Github": {"releases", "no push reaches the mirror"}, "Mirror": {"releases", "no push reaches the pipeline"},
	"Pipeline": {"releases", "one that runs fails"}, "Scripts": {"releases", "one that runs fails"}, "ReleasePolicy": {"releases", "one that runs fails"},
	"Cdn": {"every visitor", "requests fail"}, "Certificates": {"every visitor", "nobody connects"}, "Firewall": {"every visitor", "requests are not filtered"},
	"Ingress": {"every visitor", "requests fail"}, "LoadBalancer": {"every visitor", "requests fail"},
	"ClusterAutoscaler": {"nobody at first", "no node comes or goes"},
	"Connectivity":      {"who uses the connection", "it fails"},
	"DatabaseRoles":     {"an application that is new to the database", "it has no role until the next run"},
	"DeliveryLog":       {"who watches releases", ""},
	"Deployer":          {"releases", "one that runs fails, and has to be started again"},
	"Eks":               {"every application", "requests fail"},
	"Encryption":        {"whatever the key encrypts", "it cannot be read"},
	"LoadTest":          {"a load test that runs", "it fails"},
	"Network":           {"whatever sends to the internet", "requests fail"},
	"OpenSearch":        {"the applications with search: true", "searches fail"}, "OpenSearchAccess": {"the applications with search: true", "searches fail"},
	"SearchRoles":  {"an application that is new to the search domain", "it has no role until the next run"},
	"Queues":       {"the applications that produce into the queue or consume from it", "messages are refused"},
	"Rds":          {"the applications with database: true", "they have to connect again"},
	"Registry":     {"releases, and pods that start", "they get no image"},
	"RestoreDrill": {"nobody, unless a restore drill runs", "it fails"},
	"Runner":       {"deployments of the platform", "one that runs is cut off"},
	"Storage":      {"the applications that use the bucket", "requests fail"},
}

// recording are the types that only write down what others serve: while one is away, requests go on.
var recording = []string{catalogue.WebACLLogging, catalogue.LogDelivery}

// notices says who notices that a component of a kind is interrupted, or slowed.
func notices(component string, serves bool) string {
	u, known := users[component]
	switch {
	case !known:
		return "who uses it"
	case serves || u.loses == "":
		return u.who
	}
	return u.who + ": " + u.loses
}

// restartsOf are what a plan interrupts or slows, in the order in which it happens.
func restartsOf(p *model.Plan, changes []Change) []Restart {
	of, interrupting := make([][]Restart, len(changes)), map[resource.URN]bool{}
	for i := range changes {
		if of[i] = changes[i].restarts(); len(of[i]) > 0 {
			interrupting[resource.URN(changes[i].URN)] = true
		}
	}
	steps := stepsOf(p.Head(), interrupting)
	var found []Restart
	for i := range changes {
		for _, r := range of[i] {
			if r.Waits == "" {
				r.Step = steps[resource.URN(changes[i].URN)]
			}
			r.Whom = cmp.Or(r.Whom, notices(r.Component, r.Serves))
			same := slices.IndexFunc(found, func(o Restart) bool {
				return o.Step == r.Step && o.Component == r.Component && slices.Equal(o.paths, r.paths) && o.Text == r.Text
			})
			if same < 0 {
				found = append(found, r)
				continue
			}
			o := &found[same]
			o.Resources, o.URNs = append(o.Resources, r.Resources...), append(o.URNs, r.URNs...)
			if o.Change != r.Change { // each has values of its own
				o.Change = strings.Join(o.paths, ", ")
			}
		}
	}
	last := len(changes) + 1 // what waits
	order := func(r Restart) int { return cmp.Or(r.Step, last) }
	slices.SortStableFunc(found, func(a, b Restart) int { return cmp.Compare(order(a), order(b)) })
	return found
}

// restarts are what a change does to what the resource serves.
func (c *Change) restarts() []Restart {
	t := catalogue.Of(c.Type)
	one := Restart{Resources: []string{c.Name}, URNs: []string{c.URN}, Component: c.ComponentKind}
	if c.Kind == Updated || c.Kind == Adopted {
		return c.changesInPlace(t, one)
	}
	if c.Kind != Replaced || t.Failure == "" && (!c.DeletesFirst || t.Loss == "" && len(t.Restarts) == 0) {
		return nil // nothing is served or guarded by it, or what is goes on
	}
	one.Change, one.Longest, one.Serves = c.Reason, "until the new one is there; no bound is known", !c.DeletesFirst
	one.Text = "the new one is created first; what names the old one then changes over to it, and the old one is deleted last"
	switch {
	case c.DeletesFirst:
		one.Text = "the old one is deleted first, then the new one is created: nothing is there meanwhile"
		if t.Loss != "" {
			one.Text += ", and " + t.Loss
		}
	case t.Name.Input != "" && c.samePhysicalName(c):
		one.Text = "the new one is created first, under the name that the old one still has: most services refuse that, and the update fails there"
		if t.Again() == catalogue.Taken {
			one.Text = "the new one is created first, under the name that the old one still has: that is refused, the update fails there, and the old one stays"
		}
	}
	if c.Protected {
		one.Text = "once a person has unprotected it, " + one.Text
	}
	if slices.Contains(recording, c.Type) {
		one.Serves, one.Whom = true, "nobody at the time; who looks for it later finds a gap"
	}
	one.paths = []string{c.Reason}
	return []Restart{one}
}

// changesInPlace are the restarts of an update: one for each thing that happens, with all properties that cause it.
func (c *Change) changesInPlace(t *catalogue.Type, one Restart) []Restart {
	var found []Restart
	told := map[string]int{} // by what happens
	for _, p := range c.Properties {
		fact := t.RestartsAt(p.Path)
		if fact == nil || fact.Switched && isOff(p.Old) == isOff(p.New) {
			continue
		}
		change := p.Path + ": " + p.arrow()
		if at, is := told[fact.What]; is {
			found[at].Change, found[at].paths = found[at].Change+", "+change, append(found[at].paths, p.Path)
			continue
		}
		told[fact.What] = len(found)
		r := one
		r.paths, r.Change, r.Text, r.Longest, r.Serves, r.Source = []string{p.Path}, change, fact.What, fact.Longest, fact.Serves, fact.Source
		if fact.Waits && !c.new.Flag("applyImmediately") {
			r.Waits = cmp.Or(c.new.Text("maintenanceWindow"), "the next")
		}
		found = append(found, r)
	}
	return found
}

// isOff says whether a value as text is that of something switched off.
func isOff(value string) bool { return value == "" || value == "0" || value == "false" }

// stepsOf numbers resources by what has to be done before: the least is 1, and one more than that of those that it depends on, however far.
func stepsOf(g *model.Graph, counts map[resource.URN]bool) map[resource.URN]int {
	steps, visiting := map[resource.URN]int{}, map[resource.URN]bool{}
	var visit func(urn resource.URN) int
	visit = func(urn resource.URN) int {
		r := g.At(urn)
		if known, is := steps[urn]; is || r == nil || visiting[urn] {
			return known
		}
		visiting[urn] = true
		step := 0
		for _, on := range append([]resource.URN{r.ProviderURN()}, r.DependsOn...) {
			step = max(step, visit(on))
		}
		if counts[urn] {
			step++
		}
		steps[urn] = step
		return step
	}
	for urn := range counts {
		visit(urn)
	}
	return steps
}
