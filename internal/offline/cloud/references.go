package cloud

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// references match identifiers that must exist where they are used as a value of their own: the ids and ARNs of the catalogue that tell
// what they are of. Not so the ARN of an alias, which may be one of AWS's own, and of an object, which looks like a prefix in a bucket.
var references = regexp.MustCompile("^(?:" + strings.Join(referenceForms(), "|") + ")$")

// isReference looks at the beginning and the end before it tries sixty forms: most values are none.
func isReference(text string) bool {
	ends := len(text) - len("-0123456789abcdef0")
	return (strings.HasPrefix(text, "arn:") || strings.HasPrefix(text, "https:") || ends > 0 && text[ends] == '-') && references.MatchString(text)
}

func referenceForms() []string {
	var forms []string
	for _, t := range catalogue.Types {
		for _, form := range []string{t.ID, t.ARN} {
			tells := strings.Contains(form, "{hex17}") || slices.ContainsFunc([]string{"arn:", "https:", "{listener"}, func(start string) bool {
				return strings.HasPrefix(form, start)
			})
			if tells && t.Token != catalogue.KeyAlias && t.Token != catalogue.BucketObject {
				forms = append(forms, catalogue.Blank.ReplaceAllStringFunc(strings.ReplaceAll(form, ".", `\.`), blankForm))
			}
		}
	}
	return forms
}

// blankForm is what may stand in a form in place of braces, with the separator before them.
func blankForm(braces string) string {
	separator, name, _ := strings.Cut(strings.TrimSuffix(braces, "}"), "{")
	if name == "letters6" {
		return "" // AWS's end of the name of a secret, which a wrong ARN may lack
	}
	form, is := map[string]string{
		"partition": "[a-z-]+", "region": "[a-z0-9-]+", "account": `\d{12}`, "dnsSuffix": `amazonaws\.com(?:\.cn)?`,
		"hex17": "[0-9a-f]{17}", "path": "/(?:.+/)?", "bucket": "[^:/*]+", "wafScope": "(?:global|regional)",
		"listener":     `arn:[a-z-]+:elasticloadbalancing:[a-z0-9-]+:\d{12}:listener/.+`,
		"listenerRule": `arn:[a-z-]+:elasticloadbalancing:[a-z0-9-]+:\d{12}:listener-rule/.+`,
	}[name]
	if !is {
		form = "[^:*]+"
	}
	return separator + form
}

// outside are inputs that may name what a person keeps outside the program, such as an administrator's role.
var outside = []string{"principalArn"}

// serviceRole is the form of the roles that AWS services make for themselves: an account may have them already.
var serviceRole = regexp.MustCompile(`^arn:[a-z-]+:iam::\d{12}:role/aws-service-role/`)

// use is one thing that a resource uses: a reference that tells what it means, or a name among one type.
type use struct {
	// path is the innermost name of the input.
	path, value string
	// target is the type that a name is of; empty for a reference.
	target string
	// given says that it is there without being made.
	given bool
}

// String is how a complaint names what is used.
func (u use) String() string {
	if u.path == "" {
		return u.value
	}
	return u.path + " " + u.value
}

func (u use) key(user *Entry) indexKey {
	if u.target == "" {
		return byUse(user.Account, u.value)
	}
	return byLink(user.Account, user.Region, u.target, u.value)
}

// uses are all that an entry uses.
func (e *Entry) uses() []use {
	var found []use
	if strings.HasPrefix(e.Type, "aws:") {
		model.Walk(e.Inputs, func(path model.Path, value any) {
			if text, is := value.(string); is && isReference(text) {
				found = append(found, e.reference(fieldOf(path), text))
			}
		})
		found = append(found, e.links()...)
	}
	for _, whole := range e.kubernetesWholes() {
		found = append(found, use{value: whole})
	}
	return found
}

// fieldOf is the innermost name in a path.
func fieldOf(path model.Path) string {
	for _, step := range slices.Backward(path) {
		if name, is := step.(string); is && name != "*" {
			return name
		}
	}
	return ""
}

func (e *Entry) reference(field, value string) use {
	outsider := slices.Contains(outside, field) && !e.madeHere(value)
	given := outsider || field == "permissionsBoundary" && value == e.boundary() || serviceRole.MatchString(value) || !ofAccount(value, e.Account)
	return use{path: field, value: value, given: given}
}

// links are what an entry names by id or physical name.
func (e *Entry) links() []use {
	var found []use
	t := catalogue.Of(e.Type)
	for _, link := range append([]catalogue.Link{t.PartOf}, t.Links...) {
		if link.Input == "" {
			continue
		}
		path := model.ParsePath(link.Input)
		for _, value := range e.in().All(link.Input) {
			name, is := value.(string)
			if !is || name == "" || isReference(name) {
				continue
			}
			given := catalogue.Of(link.To).Given
			found = append(found, use{path: fieldOf(path), value: name, target: link.To, given: given != nil && given.MatchString(name)})
		}
	}
	return found
}

// ofAccount says whether an identifier belongs to an account. One without an account in it does.
func ofAccount(reference, account string) bool {
	switch parts := strings.Split(reference, ":"); {
	case strings.HasPrefix(reference, "https://"):
		return strings.Contains(reference, "/"+account+"/")
	case len(parts) < 5 || parts[4] == "":
		return true
	default:
		return parts[4] == account
	}
}

// used finds what a use means, nil if it does not exist.
func (r *Record) used(e *Entry, u use) *Entry {
	if u.target == "" {
		return r.referred(e.Account, u.value)
	}
	if found := r.entries[keyOf(e.Account, e.Region, "", u.target, u.value)]; found != nil {
		return found
	}
	named := &Entry{Type: u.target, Account: e.Account, Region: e.Region}
	if found := first(r.index.find(byName(named, u.value))); found != nil && found.Account == e.Account {
		return found
	}
	return r.referred(e.Account, impliedName(u.target, u.value))
}

// named finds what an entry means by an id or a physical name of a type.
func (r *Record) named(e *Entry, typ, name string) *Entry {
	return r.used(e, use{target: typ, value: name})
}

// impliedName is how something that AWS makes along with a resource is recorded when only its name tells it apart.
func impliedName(typ, name string) string { return typ + " " + name }

// refuseReferences says which thing a resource refers to that does not exist. The caller holds the record's lock.
func (p *Provider) refuseReferences(e *Entry) error {
	var missing []string
	for _, u := range e.uses() {
		if !u.given && p.record.used(e, u) == nil {
			missing = append(missing, u.String())
		}
	}
	if len(missing) == 0 {
		return nil
	}
	slices.Sort(missing)
	return refusal(resource.URN(e.URN), "NotFound: %s does not exist in account %s", strings.Join(slices.Compact(missing), ", "), e.Account)
}

// users are the entries that use an entry, by any of its names.
func (p *Provider) users(e *Entry) []*Entry {
	var keys []indexKey
	for _, reference := range e.stands() {
		keys = append(keys, byUse(e.Account, reference))
	}
	keys = append(keys, byLink(e.Account, e.Region, e.Type, e.ID))
	if name := nameOf(e.Type, e.in()); name != "" && name != e.ID {
		keys = append(keys, byLink(e.Account, e.Region, e.Type, name))
	}
	var found []*Entry
	for _, key := range keys {
		for _, user := range p.record.index.find(key) {
			if user != e && !slices.Contains(found, user) {
				found = append(found, user)
			}
		}
	}
	return found
}

// usedBy says whether anything of a type uses what a reference stands for.
func (p *Provider) usedBy(account, reference, typ string) bool {
	return slices.ContainsFunc(p.record.index.find(byUse(account, reference)), func(user *Entry) bool { return user.Type == typ })
}

// partOf says whether an entry is a part of another.
func (e *Entry) partOf(whole *Entry) bool {
	names := append(whole.stands(), nameOf(whole.Type, whole.in()))
	if part := catalogue.Of(e.Type).PartOf; part.Input != "" {
		name := e.in().Text(part.Input)
		return slices.Contains(whole.Implied, name) || name != "" && whole.Type == part.To && slices.Contains(names, name)
	}
	return slices.ContainsFunc(e.kubernetesWholes(), func(name string) bool { return slices.Contains(names, name) })
}

// The identifiers by which Kubernetes objects know where they are.
func clusterReference(region, cluster string) string {
	return fmt.Sprintf("cluster/%s/%s", region, cluster)
}
func namespaceReference(region, cluster, namespace string) string {
	return fmt.Sprintf("namespace/%s/%s/%s", region, cluster, namespace)
}
func objectReference(region, cluster, typ, id string) string {
	return fmt.Sprintf("%s/%s/%s/%s", typ, region, cluster, id)
}

// kubernetesWholes are the cluster and the namespace that an entry lives in, and the object that a patch patches.
func (e *Entry) kubernetesWholes() []string {
	if e.Cluster == "" {
		return nil
	}
	wholes := []string{clusterReference(e.Region, e.Cluster)}
	if namespace := namespaceOf(e.in()); namespace != "" {
		wholes = append(wholes, namespaceReference(e.Region, e.Cluster, namespace))
	}
	if patched, isPatch := strings.CutSuffix(e.Type, "Patch"); isPatch {
		wholes = append(wholes, objectReference(e.Region, e.Cluster, patched, e.ID))
	}
	return wholes
}

// namespaceOf is the namespace that the inputs of an object name, or "".
func namespaceOf(inputs model.Values) string { return inputs.Text("metadata.namespace") }
