package review

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/iam"
	"legops/internal/model"
)

// permission is one thing that one statement of an IAM policy allows or denies, taken apart: an action on a resource.
type permission struct {
	// holder is the role, or what a resource policy lies on.
	holder                      string
	deny                        bool
	principal, action, resource string
	conditions                  conditions
	component, name             string
}

// conditions are those of a statement.
type conditions iam.Conditions

// holders are the inputs that say what a policy belongs to, the first that is there; a type without one is its own.
var holders = []string{"role", "bucket", "queueUrl", "repository", "backupVaultName", "arn"}

// permissions are what a resource allows and denies. A policy that is not known yet is one of its own.
func permissions(component string, r *model.Resource) []permission {
	this := permission{holder: holder(r), component: component, name: r.Name()}
	if arn := r.Text("policyArn"); arn != "" && (r.Type == catalogue.RolePolicyAttachment || strings.HasPrefix(r.Type, "aws:eks/")) {
		this.action = "everything in " + arn
		this.resource = fmt.Sprint(r.Inputs["principalArn"])
		return []permission{this}
	}
	input := catalogue.Of(r.Type).Policy.Input
	text, is := r.Inputs[input].(string)
	if !is {
		return nil
	}
	if strings.Contains(text, model.Unknown) {
		this.action, this.resource = unknownPolicy, input
		return []permission{this}
	}
	document, err := iam.Parse(text)
	if err != nil {
		return nil // AWS refuses it
	}
	var all []permission
	for _, s := range document.Statement {
		all = append(all, this.apart(s)...)
	}
	return all
}

// unknownPolicy stands in place of an action.
const unknownPolicy = "(known only after deployment)"

// holder names what a policy belongs to.
func holder(r *model.Resource) string {
	for _, input := range holders {
		value := r.Text(input)
		if value == "" {
			continue
		}
		if value == model.Unknown {
			for _, urn := range r.PropertyDependencies[input] {
				value = urn.Name()
			}
		}
		if input == "role" {
			return "role " + value
		}
		return typeName(r.Type) + " of " + value
	}
	if name := r.Text("name"); name != "" && name != model.Unknown {
		return called(r) + " " + name
	}
	return called(r) + " " + r.Name()
}

// called is what a policy is of where it is one of its own: that of a role says who may take it.
func called(r *model.Resource) string {
	if r.Type == catalogue.Role {
		return "who takes the role"
	}
	return typeName(r.Type)
}

// apart takes a statement apart. What it leaves out by NotPrincipal, NotAction or NotResource shows as such and covers nothing else.
func (of permission) apart(s iam.Statement) (all []permission) {
	of.deny, of.conditions = !s.Allows(), conditions(s.Condition)
	either := func(these, but []string) (list []string) {
		list = slices.Clone(these)
		for _, word := range but {
			list = append(list, "all but "+word)
		}
		if len(list) == 0 {
			return []string{""}
		}
		return list
	}
	for _, principal := range either(s.Principal.All(), s.NotPrincipal.All()) {
		for _, action := range either(s.Action, s.NotAction) {
			for _, resource := range either(s.Resource, s.NotResource) {
				of.principal, of.action, of.resource = principal, action, resource
				all = append(all, of)
			}
		}
	}
	return all
}

// covers says whether p allows everything that other does.
func (p permission) covers(other permission) bool {
	return p.holder == other.holder && p.deny == other.deny &&
		(p.principal == other.principal || p.principal == "*") &&
		matches(strings.ToLower(p.action), strings.ToLower(other.action)) && matches(p.resource, other.resource) &&
		p.conditions.cover(other.conditions)
}

// matches says whether a pattern of IAM stands for all that another does.
func matches(pattern, text string) bool {
	if pattern == text || pattern == "*" {
		return true
	}
	// path.Match keeps * from a slash, which IAM does not.
	plain := strings.NewReplacer("/", "\x00", "[", "\x01", `\`, "\x02")
	matched, err := path.Match(plain.Replace(pattern), plain.Replace(text))
	return err == nil && matched
}

// cover says whether whatever meets other meets c: other has every condition of c, with no more values, or with no fewer
// where the operator is a negative one.
func (c conditions) cover(other conditions) bool {
	for operator, keys := range c {
		for key, values := range keys {
			others, there := other[operator][key]
			less, more := others, values
			if strings.Contains(operator, "Not") {
				less, more = values, others
			}
			if !there || slices.ContainsFunc(less, func(value string) bool { return !slices.Contains(more, value) }) {
				return false
			}
		}
	}
	return true
}

// newPermissions are what the head allows and the base did not, and what the base denied and the head no longer does where
// what it lay on is still there.
func newPermissions(base, head []permission, names map[string]string) []Finding {
	var wider []permission
	uncovered := func(p permission, by []permission) bool {
		return !slices.ContainsFunc(by, func(other permission) bool { return other.covers(p) })
	}
	still := map[string]bool{}
	var hidden []string
	for _, p := range head {
		still[p.holder] = true
		switch {
		case p.action == unknownPolicy:
			hidden = appendNew(hidden, p.name)
		case !p.deny && uncovered(p, base):
			wider = append(wider, p)
		}
	}
	for _, p := range base {
		if p.deny && still[p.holder] && uncovered(p, head) {
			wider = append(wider, p)
		}
	}
	found := say(wider, names)
	if len(hidden) > 0 {
		found = append(found, Finding{Resource: counted(len(hidden), "policy"), Text: "known only after deployment, since what they name is new or replaced (--deploy tells): " +
			strings.Join(hidden, ", ")})
	}
	return found
}

// uuid matches what KMS and others call their resources.
var uuid = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// say makes one finding of what goes together: the same actions, for the same principal, under the same conditions. What has no
// name of its own in an ARN gets that of the program.
func say(all []permission, names map[string]string) []Finding {
	type subject struct {
		holder, principal, conditions, component, name string
		deny                                           bool
	}
	type grant struct {
		subject
		actions, resource string
	}
	subjectOf := func(p permission) subject {
		return subject{p.holder, p.principal, p.conditions.text(), p.component, p.name, p.deny}
	}
	var grants []grant // on one resource each
	for _, on := range grouped(all, func(p permission) grant { return grant{subject: subjectOf(p), resource: p.resource} }) {
		var actions []string
		for _, p := range on {
			actions = appendNew(actions, p.action)
		}
		grants = append(grants, grant{subjectOf(on[0]), strings.Join(actions, ", "), on[0].resource})
	}
	var found []Finding
	for _, same := range grouped(grants, func(g grant) grant { return grant{subject: g.subject, actions: g.actions} }) {
		g, resources := same[0], []string{}
		for _, on := range same {
			resources = append(resources, on.resource)
		}
		text := g.holder + ": "
		if g.principal != "" {
			text += g.principal + " "
		}
		if g.deny {
			text += "no longer denied: " + g.actions
		} else {
			text += "new: may " + g.actions
		}
		if on := strings.Join(resources, ", "); on != "" {
			text += " on " + on
		}
		if g.conditions != "" {
			text += " if " + g.conditions
		}
		text = uuid.ReplaceAllStringFunc(text, func(id string) string { return cmp.Or(names[id], id) })
		found = append(found, Finding{Resource: g.name, Component: g.component, Text: text})
	}
	return found
}

func appendNew(list []string, word string) []string {
	if slices.Contains(list, word) {
		return list
	}
	return append(list, word)
}

func (c conditions) text() string {
	var parts []string
	for _, operator := range slices.Sorted(maps.Keys(c)) {
		for _, key := range slices.Sorted(maps.Keys(c[operator])) {
			parts = append(parts, fmt.Sprintf("%s %s %s", key, operator, strings.Join(c[operator][key], " or ")))
		}
	}
	return strings.Join(parts, " and ")
}
