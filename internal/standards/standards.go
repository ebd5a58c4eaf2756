package standards

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/model"
)

// The environments, as in legops:environment.
const (
	development = "development"
	test        = "test"
	production  = "production"
)

// Rule is something that has to be so of every resource it looks at.
type Rule struct {
	// ID is short and does not change: exceptions and reports name it.
	ID string
	// What has to be so, and Reason what goes wrong if it is not.
	What, Reason string
	// Fix says what to do where it is broken on purpose; "" where nothing but the value can be said.
	Fix string
	// Source has the numbers of controls in Security Hub and the CIS benchmark, or says own.
	Source string
	// In are the environments in which it holds; none are all.
	In []string
	// Settings are inputs that have to have a value.
	Settings []Setting
	// Companions are resources that have to be there.
	Companions []Companion
	// Check finds what a table cannot say, in resources of Types: problems, none if all is well. UnknownPasses says that it lets pass
	// what is not known yet.
	Check         func(*platform, *model.Resource) []string
	Types         []string
	UnknownPasses bool
}

// Setting is an input that has to have a value.
type Setting struct {
	Type string
	// Path leads to the input, as model.Path has it: rules[*].id is that of every rule.
	Path string
	Want want
	// In are the environments in which it has to; none are all.
	In []string
}

// Companion is a resource that every resource of a type needs: one of type Needs that refers to it by an input.
type Companion struct{ Type, Needs, By string }

// Finding is a resource that breaks a rule.
type Finding struct {
	// Rule is an ID.
	Rule string
	URN  resource.URN
	// Resource is the name in the URN.
	Resource string
	// Problem says what is so, and what has to be.
	Problem string
	// Exception excuses it; nil if nothing does.
	Exception *Exception
}

func (f Finding) String() string {
	return fmt.Sprintf("%s: %s: %s", f.Rule, f.Resource, f.Problem)
}

// Unused is the rule of an exception that excuses nothing.
const Unused = "EXCEPTION-UNUSED"

// Check holds resources of a stack against the rules. Findings are in the order of the rules, those with an exception among them;
// an exception that excuses nothing is a finding, too.
func Check(of *model.Graph, environment string) []Finding {
	return check(of, environment, Rules, Exceptions)
}

// Looked is how many resources each rule looks at, by ID.
func Looked(of *model.Graph, environment string) map[string]int {
	p := &platform{of, environment}
	count := map[string]int{}
	for i := range Rules {
		for _, r := range of.Resources {
			if Rules[i].looksAt(p, r) {
				count[Rules[i].ID]++
			}
		}
	}
	return count
}

func check(of *model.Graph, environment string, rules []Rule, exceptions []Exception) []Finding {
	p := &platform{of, environment}
	used := make([]bool, len(exceptions))
	var found []Finding
	for i := range rules {
		for _, r := range of.Resources {
			if !rules[i].looksAt(p, r) {
				continue
			}
			for _, problem := range rules[i].problems(p, r) {
				finding := Finding{Rule: rules[i].ID, URN: r.URN, Resource: r.Name(), Problem: problem}
				for j := range exceptions {
					if exceptions[j].excuses(finding, environment) {
						finding.Exception, used[j] = &exceptions[j], true
						break
					}
				}
				found = append(found, finding)
			}
			// What is in a policy that is not known yet, nobody knows: an exception may be for that.
			for j := range exceptions {
				used[j] = used[j] || unknownPolicy(r) && exceptions[j].concerns(rules[i].ID, r.Name())
			}
		}
	}
	for i, e := range exceptions {
		if !used[i] && e.holdsIn(environment) {
			problem := fmt.Sprintf("the exception from %s of %s excuses nothing here: remove it, or name its environments", e.Rule, e.Date)
			found = append(found, Finding{Rule: Unused, Resource: e.Resource, Problem: problem})
		}
	}
	return found
}

// Exception excuses what breaks a rule on purpose.
type Exception struct {
	Rule string
	// Resource is a name, or a pattern of path.Match such as pipeline-*-build.
	Resource string
	// About is in the problem that is excused, such as the Sid of a statement; empty excuses all of a resource.
	About string
	// Environments are where; none are all.
	Environments []string
	Reason       string
	// Date is when it was decided, as yyyy-mm-dd.
	Date string
}

func (e Exception) holdsIn(environment string) bool {
	return len(e.Environments) == 0 || slices.Contains(e.Environments, environment)
}

func (e Exception) concerns(rule, resource string) bool {
	matches, err := path.Match(e.Resource, resource)
	return err == nil && matches && e.Rule == rule
}

func (e Exception) excuses(f Finding, environment string) bool {
	return e.concerns(f.Rule, f.Resource) && strings.Contains(f.Problem, e.About) && e.holdsIn(environment)
}

// LooksAt are the types that a rule looks at; a star at the end stands for all that begin so.
func (r *Rule) LooksAt() []string {
	types := slices.Clone(r.Types)
	for _, s := range r.Settings {
		types = append(types, s.Type)
	}
	for _, c := range r.Companions {
		types = append(types, c.Type)
	}
	slices.Sort(types)
	return slices.Compact(types)
}

func (r *Rule) looksAt(p *platform, looked *model.Resource) bool {
	if !in(r.In, p.environment) {
		return false
	}
	is := func(typ string) bool { return isType(typ, looked.Type) }
	return slices.ContainsFunc(r.Types, is) ||
		slices.ContainsFunc(r.Companions, func(c Companion) bool { return is(c.Type) }) ||
		slices.ContainsFunc(r.Settings, func(s Setting) bool { return is(s.Type) && in(s.In, p.environment) })
}

// in says whether something holds in an environment: no environments are all.
func in(environments []string, environment string) bool {
	return len(environments) == 0 || slices.Contains(environments, environment)
}

func isType(pattern, typ string) bool {
	prefix, all := strings.CutSuffix(pattern, "*")
	return pattern == typ || all && strings.HasPrefix(typ, prefix)
}

func (r *Rule) problems(p *platform, looked *model.Resource) []string {
	var problems []string
	for _, s := range r.Settings {
		if s.Type == looked.Type && in(s.In, p.environment) {
			problems = append(problems, s.problems(looked)...)
		}
	}
	for _, c := range r.Companions {
		if c.Type == looked.Type && len(p.Referring(looked, c.Needs, c.By)) == 0 {
			problems = append(problems, fmt.Sprintf("no %s refers to it by %s", c.Needs, c.By))
		}
	}
	if r.Check != nil && slices.ContainsFunc(r.Types, func(typ string) bool { return isType(typ, looked.Type) }) {
		problems = append(problems, r.Check(p, looked)...)
	}
	return problems
}

func (s Setting) problems(looked *model.Resource) []string {
	var problems []string
	for _, value := range looked.All(s.Path) {
		switch {
		case value == model.Unknown && s.Want.unknownPasses:
		case value == model.Unknown:
			problems = append(problems, fmt.Sprintf("%s is not known before the update: it has to be %s", s.Path, s.Want.text))
		case value == nil && !s.Want.met(nil):
			problems = append(problems, fmt.Sprintf("%s is missing: it has to be %s", s.Path, s.Want.text))
		case !s.Want.met(value):
			problems = append(problems, fmt.Sprintf("%s is %v: it has to be %s", s.Path, value, s.Want.text))
		}
	}
	return problems
}

// Unknown says what a rule makes of what is not known before the update.
func (r *Rule) Unknown() string {
	var passes, fails []string
	for _, s := range r.Settings {
		if s.Want.unknownPasses {
			passes = append(passes, s.Path)
		} else {
			fails = append(fails, s.Path)
		}
	}
	switch {
	case r.Check != nil && !r.UnknownPasses, len(fails) > 0 && len(passes) == 0:
		return "fails"
	case len(fails) > 0:
		slices.Sort(passes)
		return "fails, but for `" + strings.Join(slices.Compact(passes), "`, `") + "`"
	default:
		return "passes"
	}
}

// platform is what rules see beside the resource they look at.
type platform struct {
	*model.Graph
	environment string
}
