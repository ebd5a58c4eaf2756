package review

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/model"
)

// diffOf is what the simulated provider says differs.
func diffOf(old, new map[string]any) map[string]model.PropertyDiff {
	diff := map[string]model.PropertyDiff{}
	changes := resource.NewPropertyMapFromMap(old).Diff(resource.NewPropertyMapFromMap(new))
	for path, d := range plugin.NewDetailedDiffFromObjectDiff(changes, true) {
		diff[path] = model.PropertyDiff{Kind: d.Kind.String()}
	}
	return diff
}

func TestPropertiesOf(t *testing.T) {
	for _, c := range []struct {
		name      string
		old, new  map[string]any
		want      []Property
		reordered bool
	}{
		{name: "the same", old: map[string]any{"a": 1.0}, new: map[string]any{"a": 1.0}},
		{name: "a value", old: map[string]any{"a": 1.0}, new: map[string]any{"a": 2.0}, want: []Property{{Path: "a", Old: "1", New: "2"}}},
		{name: "it comes", new: map[string]any{"a": "x"}, want: []Property{{Path: "a", New: "x"}}},
		{name: "it goes", old: map[string]any{"a": "x"}, want: []Property{{Path: "a", Old: "x"}}},
		{
			name: "inside", old: map[string]any{"a": map[string]any{"b": true, "c": 1.0}}, new: map[string]any{"a": map[string]any{"b": false, "c": 1.0}},
			want: []Property{{Path: "a.b", Old: "true", New: "false"}},
		},
		{name: "order", old: map[string]any{"a": []any{"x", "y"}}, new: map[string]any{"a": []any{"y", "x"}}, reordered: true},
		{
			name: "order that means something", old: map[string]any{"command": []any{"x", "y"}}, new: map[string]any{"command": []any{"y", "x"}},
			want: []Property{{Path: "command", Old: `["x","y"]`, New: `["y","x"]`}},
		},
		{name: "how many times", old: map[string]any{"a": []any{"x", "x"}}, new: map[string]any{"a": []any{"x", "y"}}, want: []Property{{Path: "a[0]", Old: "x"}, {Path: "a[1]", New: "y"}}},
		{name: "the only element", old: map[string]any{"a": []any{"x"}}, new: map[string]any{"a": []any{"y"}}, want: []Property{{Path: "a[0]", Old: "x", New: "y"}}},
		{
			name: "an element by its name", old: map[string]any{"r": []any{map[string]any{"name": "p", "n": 1.0}, map[string]any{"name": "q", "n": 1.0}}},
			new: map[string]any{"r": []any{map[string]any{"name": "q", "n": 2.0}, map[string]any{"name": "p", "n": 1.0}}}, want: []Property{{Path: "r[q].n", Old: "1", New: "2"}},
		},
		{
			name: "JSON in a text", old: map[string]any{"policy": `{"Statement":[{"Sid":"A","Action":"x"}]}`}, new: map[string]any{"policy": `{"Statement":[{"Action":"y","Sid":"A"}]}`},
			want: []Property{{Path: "policy.Statement[0].Action", Old: "x", New: "y"}},
		},
		{name: "JSON written otherwise", old: map[string]any{"policy": `{"a": 1}`}, new: map[string]any{"policy": `{"a":1}`}},
		{name: "lines", old: map[string]any{"script": "a\nb\nc"}, new: map[string]any{"script": "a\nB\nB2\nc"}, want: []Property{{Path: "script, line 2", Old: "b", New: "B\nB2"}}},
		{name: "a script in base64", old: map[string]any{"userData": "YQpi"}, new: map[string]any{"userData": "YQpj"}, want: []Property{{Path: "userData, line 2", Old: "b", New: "c"}}},
		{name: "not known yet", old: map[string]any{"arn": "x"}, new: map[string]any{"arn": model.Unknown}, want: []Property{{Path: "arn", Old: "x", New: "<from key>"}}},
		{name: "a secret", old: map[string]any{"s": model.Secret}, new: map[string]any{"s": model.Secret}},
	} {
		new := &model.Resource{Inputs: c.new, PropertyDependencies: map[string][]resource.URN{"arn": {"urn:pulumi:dev::legops::aws:kms/key:Key::key"}}}
		got, reordered := propertiesOf(&model.Resource{Inputs: c.old}, new, diffOf(c.old, c.new))
		assert.Equal(t, c.want, got, c.name)
		assert.Equal(t, c.reordered, reordered, c.name)
	}
}

// What the provider says counts: it knows what of an input matters, and whether a secret is another.
func TestPropertiesAreThoseThatTheProviderNames(t *testing.T) {
	old := &model.Resource{Inputs: map[string]any{"a": "x", "b": "x", "c.d": "x", "password": model.Secret, "network": map[string]any{"cidr": "x", "mode": "x"}, "rules": []any{"x"}}}
	new := &model.Resource{Inputs: map[string]any{"a": "y", "b": "y", "c.d": "y", "password": model.Secret, "network": map[string]any{"cidr": "y", "mode": "y"}, "rules": []any{"y"}}}
	got, _ := propertiesOf(old, new, map[string]model.PropertyDiff{
		"b": {Kind: "update"}, `["c.d"]`: {Kind: "update"}, "password": {Kind: "update"}, "nowhere": {Kind: "delete"},
		"network.cidr": {Kind: "update-replace"}, "network.mode": {Kind: "update"}, "rules[0]": {Kind: "update-replace"}, "no[path": {Kind: "add"},
	})
	assert.Equal(t, []Property{
		{Path: `["c.d"]`, Old: "x", New: "y"}, {Path: "b", Old: "x", New: "y"},
		{Path: "network.cidr", Old: "x", New: "y", Replaces: true}, {Path: "network.mode", Old: "x", New: "y"},
		{Path: "password", Old: model.Secret, New: model.Secret}, {Path: "rules[0]", Old: "x", New: "y", Replaces: true},
	}, got)
}

// policyOf is a role's policy of one statement.
func policyOf(statement string) []permission {
	return permissions("app", &model.Resource{Type: "aws:iam/rolePolicy:RolePolicy", URN: "urn:pulumi:dev::legops::aws:iam/rolePolicy:RolePolicy::rights", Inputs: map[string]any{
		"role": "app", "policy": `{"Version":"2012-10-17","Statement":[` + statement + `]}`,
	}})
}

func TestNewPermissions(t *testing.T) {
	names := map[string]string{"ce5618c1-7e3a-2c20-1862-e7fa6afd0dea": "encryption-queues"}
	const read = `{"Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::documents/*"]}`
	for _, c := range []struct {
		name, base, head string
		want             []string
	}{
		{"the same", read, read, nil},
		{"written otherwise", read, `{"Sid":"Other","Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::documents/*"},{"Effect":"Allow","Action":"S3:getobject","Resource":"arn:aws:s3:::documents/*"}`, nil},
		{"less", read, `{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::documents/matters/*"}`, nil},
		{"another action", read, `{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::documents/*"}`, []string{"role app: new: may s3:PutObject on arn:aws:s3:::documents/*"}},
		{"every action", read, `{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::documents/*"}`, []string{"may s3:* on"}},
		{"every resource", read, `{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`, []string{"may s3:GetObject on *"}},
		{"all but", read, `{"Effect":"Allow","NotAction":"iam:*","Resource":"arn:aws:s3:::documents/*"}`, []string{"may all but iam:*"}},
		{"a condition comes", read, `{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::documents/*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}`, nil},
		{"a condition goes", `{"Effect":"Allow","Action":"a:B","Resource":"*","Condition":{"StringEquals":{"k":["x"]}}}`, `{"Effect":"Allow","Action":"a:B","Resource":"*"}`, []string{"may a:B on *"}},
		{"a condition takes more", `{"Effect":"Allow","Action":"a:B","Resource":"*","Condition":{"StringEquals":{"k":["x"]}}}`, `{"Effect":"Allow","Action":"a:B","Resource":"*","Condition":{"StringEquals":{"k":["x","y"]}}}`, []string{"may a:B on * if k StringEquals x or y"}},
		{"a condition takes less", `{"Effect":"Allow","Action":"a:B","Resource":"*","Condition":{"StringEquals":{"k":["x","y"]}}}`, `{"Effect":"Allow","Action":"a:B","Resource":"*","Condition":{"StringEquals":{"k":["x"]}}}`, nil},
		{"a negative one refuses less", `{"Effect":"Allow","Action":"a:B","Resource":"*","Condition":{"StringNotEquals":{"k":["x","y"]}}}`, `{"Effect":"Allow","Action":"a:B","Resource":"*","Condition":{"StringNotEquals":{"k":["x"]}}}`, []string{"may a:B on *"}},
		{"a negative one refuses more", `{"Effect":"Allow","Action":"a:B","Resource":"*","Condition":{"StringNotEquals":{"k":["x"]}}}`, `{"Effect":"Allow","Action":"a:B","Resource":"*","Condition":{"StringNotEquals":{"k":["x","y"]}}}`, nil},
		{"somebody else", `{"Effect":"Allow","Principal":{"AWS":"arn:1"},"Action":"a:B"}`, `{"Effect":"Allow","Principal":{"AWS":["arn:1","arn:2"]},"Action":"a:B"}`, []string{"arn:2 new: may a:B"}},
		{"everybody", `{"Effect":"Allow","Principal":{"AWS":"arn:1"},"Action":"a:B"}`, `{"Effect":"Allow","Principal":"*","Action":"a:B"}`, []string{"* new: may a:B"}},
		{"all but some", `{"Effect":"Allow","Principal":{"AWS":"arn:1"},"Action":"a:B"}`, `{"Effect":"Allow","NotPrincipal":{"AWS":"arn:1"},"Action":"a:B"}`, []string{"all but arn:1 new: may a:B"}},
		{"a key by its name", read, `{"Effect":"Allow","Action":"kms:Decrypt","Resource":["arn:aws:kms:r:1:key/ce5618c1-7e3a-2c20-1862-e7fa6afd0dea","arn:aws:kms:r:1:key/00000000-7e3a-2c20-1862-e7fa6afd0dea"]}`,
			[]string{"may kms:Decrypt on arn:aws:kms:r:1:key/encryption-queues, arn:aws:kms:r:1:key/00000000-7e3a-2c20-1862-e7fa6afd0dea"}},
		{"a service, said in a list", `{"Effect":"Allow","Principal":{"Service":"x.amazonaws.com"},"Action":"a:B"}`, `{"Effect":"Allow","Principal":{"Service":["x.amazonaws.com"]},"Action":["a:B"]}`, nil},
		{"no longer denied", read + `,{"Effect":"Deny","Action":"s3:*","Resource":"*"}`, read, []string{"no longer denied: s3:* on *"}},
		{"denied less", `{"Effect":"Deny","Action":"s3:*","Resource":"*"}`, `{"Effect":"Deny","Action":"s3:GetObject","Resource":"*"}`, []string{"no longer denied: s3:* on *"}},
		{"denied more", `{"Effect":"Deny","Action":"s3:GetObject","Resource":"*"}`, `{"Effect":"Deny","Action":"s3:*","Resource":"*"}`, nil},
		{"not known yet", read, `{"Effect":"Allow","Action":"s3:GetObject","Resource":"` + model.Unknown + `"}`, []string{"1 policy: known only after deployment, since what they name is new or replaced (--deploy tells): rights"}},
		{
			"each action with its own resources", read, read + `,{"Effect":"Allow","Action":["a:B","a:C"],"Resource":["x","y"]},{"Effect":"Allow","Action":"a:D","Resource":"z"}`,
			[]string{"new: may a:B, a:C on x, y", "new: may a:D on z"},
		},
	} {
		var got []string
		for _, f := range newPermissions(policyOf(c.base), policyOf(c.head), names) {
			got = append(got, f.Resource+": "+f.Text)
		}
		require.Len(t, got, len(c.want), "%s: %v", c.name, got)
		for i := range c.want {
			assert.Contains(t, got[i], c.want[i], c.name)
		}
	}
}

const admission = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy"

// step is one of a plan.
func step(op, token, name string, old, new map[string]any) model.Step {
	urn := resource.URN("urn:pulumi:dev::legops::" + token + "::" + name)
	s := model.Step{Op: op}
	if old != nil && new != nil {
		s.DetailedDiff = diffOf(old, new)
	}
	if old != nil {
		s.Old = &model.Resource{URN: urn, Type: token, Custom: true, Inputs: old, ID: "id-" + name}
	}
	if new != nil {
		s.New = &model.Resource{URN: urn, Type: token, Custom: true, Inputs: new}
	}
	return s
}

func TestWidened(t *testing.T) {
	acl := func(actions ...string) map[string]any {
		var rules []any
		for i, action := range actions {
			rules = append(rules, map[string]any{"name": string(rune('a' + i)), "overrideAction": map[string]any{action: map[string]any{}}})
		}
		return map[string]any{"rules": rules}
	}
	csp := func(policy string) map[string]any {
		return map[string]any{"securityHeadersConfig": map[string]any{"contentSecurityPolicy": map[string]any{"contentSecurityPolicy": policy}}}
	}
	own := func(override bool) map[string]any {
		inputs := csp("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		inputs["securityHeadersConfig"].(map[string]any)["contentSecurityPolicy"].(map[string]any)["override"] = override
		return inputs
	}
	uploads := func(paths string) map[string]any {
		expression := map[string]any{"regexMatchStatement": map[string]any{"regexString": paths}}
		return map[string]any{"rules": []any{map[string]any{"name": "bodies", "action": map[string]any{"block": map[string]any{}}, "statement": map[string]any{
			"andStatement": map[string]any{"statements": []any{map[string]any{"notStatement": map[string]any{"statements": []any{expression}}}}},
		}}}}
	}
	rate := func(by string) map[string]any {
		return map[string]any{"rules": []any{map[string]any{"name": "rate", "action": map[string]any{"block": map[string]any{}}, "statement": map[string]any{
			"rateBasedStatement": map[string]any{"aggregateKeyType": by},
		}}}}
	}
	const firewall, headers = "aws:wafv2/webAcl:WebAcl", "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
	for _, c := range []struct {
		name string
		step model.Step
		want []string
	}{
		{"a rule only counts", step("update", firewall, "acl", acl("none", "none"), acl("none", "count")), []string{"no longer: the firewall blocks by b"}},
		{"a rule goes", step("update", firewall, "acl", acl("none", "none"), acl("none")), []string{"no longer: the firewall blocks by b"}},
		{"a rule comes", step("update", firewall, "acl", acl("none"), acl("none", "none")), nil},
		{"another path of uploads", step("update", firewall, "acl", uploads("^/a$"), uploads("^(?:/a|/b)$")), []string{"new: the firewall does not block by bodies at ^(?:/a|/b)$"}},
		{"a rate by session", step("update", firewall, "acl", rate("IP"), rate("CUSTOM_KEYS")), []string{"one address may send more requests"}},
		{"an application's own policy", step("update", headers, "csp", own(true), own(false)), []string{"new: Content-Security-Policy: answers by csp may have what the application sends"}},
		{"no policy of its own", step("update", headers, "csp", own(false), own(true)), nil},
		{"no firewall", step("delete", firewall, "acl", acl(), nil), []string{"WebAcl deleted"}},
		{"a policy of the cluster goes", step("delete", admission, "release", map[string]any{"spec": map[string]any{}}, nil), []string{"ValidatingAdmissionPolicy deleted: the cluster no longer refuses"}},
		{"a policy is no longer in force", step("delete", admission+"Binding", "release", map[string]any{"spec": map[string]any{}}, nil), []string{"its policy is no longer in force"}},
		{"what stands in for a directive", step("update", headers, "csp", csp("default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"), csp("default-src 'self'; script-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'")), nil},
		{"a directive goes", step("update", headers, "csp", csp("default-src 'self'; frame-ancestors 'none'"), csp("default-src 'self'")), []string{"frame-ancestors accepts anything"}},
		{"a source comes", step("update", headers, "csp", csp("default-src 'self'; script-src 'self'"), csp("default-src 'self'; script-src 'self' 'unsafe-inline'")), []string{"script-src accepts 'unsafe-inline'"}},
		{"a flow from everywhere", step("create", "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "rule", nil, map[string]any{"securityGroupId": "sg-1", "cidrIpv4": "0.0.0.0/0", "ipProtocol": "tcp", "fromPort": 22.0, "toPort": 22.0}), []string{"sg-1 is reached from 0.0.0.0/0 (the whole internet), tcp 22"}},
		{"every protocol", step("create", "aws:ec2/securityGroupRule:SecurityGroupRule", "rule", nil, map[string]any{"type": "egress", "securityGroupId": "sg-1", "cidrBlocks": []any{"10.0.0.0/8"}, "protocol": "-1"}), []string{"sg-1 reaches 10.0.0.0/8, everything"}},
		{"a managed policy", step("create", "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "a", nil, map[string]any{"role": "app", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}), []string{"new: may everything in arn:aws:iam::aws:policy/AdministratorAccess"}},
		{"a right in the cluster", step("update", "kubernetes:rbac.authorization.k8s.io/v1:Role", "r", map[string]any{"rules": []any{}}, map[string]any{"metadata": map[string]any{"name": "reader"}, "rules": []any{map[string]any{"verbs": []any{"get"}, "resources": []any{"secrets"}}}}), []string{"Role reader: may get secrets"}},
		{"public access to a bucket", step("delete", "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "documents", map[string]any{"bucket": "x"}, nil), []string{"the bucket can be made public"}},
	} {
		p := &model.Plan{Steps: []model.Step{c.step}}
		var got []string
		for _, f := range widened(p, changesOf(p, nil)) {
			got = append(got, f.Text)
		}
		require.Len(t, got, len(c.want), "%s: %v", c.name, got)
		for i := range c.want {
			assert.Contains(t, got[i], c.want[i], c.name)
		}
	}
}

// However much there is, a comment fits, and says what it leaves out.
func TestMarkdownFits(t *testing.T) {
	r := &Report{Base: Revision{Name: "main", Commit: "aaaaaaaaaaaaaaaa"}, Head: Revision{Name: ".", Commit: "bbbbbbbbbbbbbbbb"}}
	for _, name := range []string{"dev", "test", "prod"} {
		s := &Stack{Name: name}
		for range 1500 {
			s.Changes = append(s.Changes, Change{Kind: Updated, Type: "aws:sqs/queue:Queue", Name: strings.Repeat("n", 40), Component: "queues",
				Properties: []Property{{Path: "policy", Old: strings.Repeat("x", 300), New: strings.Repeat("y", 300)}}})
			s.Risks = append(s.Risks, Finding{Resource: "r", Component: "queues", Text: strings.Repeat("words ", 30)})
		}
		r.Stacks = append(r.Stacks, s)
	}
	text, err := r.Markdown()
	require.NoError(t, err)
	assert.Less(t, len([]rune(text)), maxCharacters)
	assert.True(t, strings.HasPrefix(text, Marker+"\n"))
	assert.Contains(t, text, "\n- … and 1440 more findings, in `review.html`.\n")
	assert.Contains(t, text, "\n- 1500 changes, in `review.html`.\n")
	page, err := r.HTML()
	require.NoError(t, err)
	assert.Equal(t, 4500, strings.Count(page, `<h3><span class="kind">`), "the page leaves nothing out")
}

// What a comment leaves out it counts, as more only where it has shown some.
func TestMarkdownCountsWhatItLeavesOut(t *testing.T) {
	change := Change{Kind: Updated, Type: "aws:sqs/queue:Queue", Name: "one", Component: "queues", Properties: []Property{{Path: "a"}, {Path: "b"}, {Path: "c"}}}
	r := &Report{Stacks: []*Stack{{Name: "dev", Changes: []Change{change, change}, Risks: []Finding{{Resource: "a"}, {Resource: "b"}}}}}
	for _, c := range []struct {
		detail detail
		want   []string
	}{
		{detail{}, []string{"- 2 findings,", "- 2 changes,"}},
		{detail{Findings: 1, Changes: 1}, []string{"- … and 1 more finding,", "  - 3 properties,", "- … and 1 more change,"}},
		{detail{Findings: 2, Changes: 1, Properties: 1}, []string{"  - … and 2 more properties,", "- … and 1 more change,"}},
		{detail{Findings: 2, Changes: 2, Properties: 3}, nil},
	} {
		text, err := r.markdown(c.detail)
		require.NoError(t, err)
		var got []string
		for line := range strings.Lines(text) {
			if said, is := strings.CutSuffix(line, " in `review.html`.\n"); is {
				got = append(got, said)
			}
		}
		assert.Equal(t, c.want, got)
	}
}

// What a patch calls something is text in a comment: no markup, nobody is called, nothing is fetched.
func TestMarkdownIsText(t *testing.T) {
	evil := "x` <img src=http://127.0.0.1/> @legops/platform [a](http://127.0.0.1) | **b** </details>"
	r := sample()
	r.Head.Name = evil
	r.Stacks[1].Risks = []Finding{{Resource: evil, Component: evil, Text: evil}}
	r.Stacks[1].Changes[0].Name, r.Stacks[1].Changes[0].Component, r.Stacks[1].Changes[0].Reason = evil, evil, evil
	text, err := r.Markdown()
	require.NoError(t, err)
	outside := regexp.MustCompile("``.*?``|`[^`\n]*`").ReplaceAllString(text, "") // code is text already
	for _, markup := range []string{"<img", "@legops", "[a](", "**b**"} {
		assert.NotContains(t, outside, markup)
	}
}

// What a deployment has shown takes the place of what a plan could not know, and of nothing else.
func TestLearn(t *testing.T) {
	const urn = "urn:pulumi:dev::legops::aws:iam/rolePolicy:RolePolicy::rights"
	head := func(policy string) *model.Plan {
		return &model.Plan{Steps: []model.Step{{Op: "create", New: &model.Resource{URN: urn, Type: "aws:iam/rolePolicy:RolePolicy", Inputs: map[string]any{"role": model.Unknown, "policy": policy}}}}}
	}
	deployed := &model.Deployment{Inputs: map[resource.URN]model.Values{urn: {"role": "simulated", "policy": "{}"}}}
	for _, c := range []struct {
		name, policy string
		d            *model.Deployment
		want         string
	}{
		{"unknown", model.Unknown, deployed, "{}"},
		{"known", "[]", deployed, "[]"},
		{"never made", model.Unknown, &model.Deployment{}, model.Unknown},
	} {
		p := head(c.policy)
		learn(p, c.d)
		assert.Equal(t, model.Values{"role": model.Unknown, "policy": c.want}, p.Head().Resources[0].Inputs, c.name)
	}
}

func TestFailures(t *testing.T) {
	const parent, urn = "urn:pulumi:dev::legops::legops:components:Queues::queues", "urn:pulumi:dev::legops::legops:components:Queues$aws:sqs/queue:Queue::queues-signing"
	p := &model.Plan{Steps: []model.Step{
		{Op: "create", New: &model.Resource{URN: parent, Type: "legops:components:Queues"}},
		{Op: "create", New: &model.Resource{URN: urn, Type: "aws:sqs/queue:Queue", Parent: parent}},
	}}
	assert.Equal(t, []Finding{
		{Resource: "queues-signing", Component: "queues", Text: "AlreadyExists: signing"},
		{Resource: "the program", Text: "it panics"},
	}, failures(p, &model.Deployment{Failures: []model.Failure{{Message: "it panics"}, {URN: urn, Message: "aws:sqs/queue:Queue queues-signing: AlreadyExists: signing"}}}))
}

func TestNetworkPolicyInWords(t *testing.T) {
	for _, c := range []struct {
		spec string
		want []string
	}{
		{`{"podSelector":{},"policyTypes":["Ingress","Egress"]}`, nil},
		{`{"ingress":[{}]}`, []string{"are reached from anything, every port"}},
		{
			`{"ingress":[{"from":[{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"nginx-ingress"}}},{"podSelector":{}}],"ports":[{"port":8080,"protocol":"TCP"},{"port":"metrics"}]}]}`,
			[]string{"are reached from namespace nginx-ingress, TCP 8080", "are reached from namespace nginx-ingress, TCP metrics", "are reached from all pods, TCP 8080", "are reached from all pods, TCP metrics"},
		},
		{
			`{"egress":[{"to":[{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"kube-system"}},"podSelector":{"matchLabels":{"k8s-app":"kube-dns"}}}],"ports":[{"port":53,"protocol":"UDP"}]}]}`,
			[]string{"reach pods with k8s-app=kube-dns in namespace kube-system, UDP 53"},
		},
		{
			`{"egress":[{"to":[{"ipBlock":{"cidr":"0.0.0.0/0","except":["10.0.0.0/8"]}}],"ports":[{"port":1,"endPort":9},{"protocol":"UDP"}]}]}`,
			[]string{"reach 0.0.0.0/0 (the whole internet) but 10.0.0.0/8, TCP 1 to 9", "reach 0.0.0.0/0 (the whole internet) but 10.0.0.0/8, UDP, every port"},
		},
		{
			`{"egress":[{"to":[{"namespaceSelector":{"matchLabels":{"a":"b"},"matchExpressions":[{"key":"c","operator":"Exists"}]}}]}]}`,
			[]string{`reach namespaces with a=b, [{"key":"c","operator":"Exists"}], every port`},
		},
	} {
		r := &model.Resource{Inputs: map[string]any{"metadata": map[string]any{"name": "allow", "namespace": "matters"}}}
		var spec map[string]any
		require.NoError(t, json.Unmarshal([]byte(c.spec), &spec))
		r.Inputs["spec"] = spec
		var want []string
		for _, text := range c.want {
			want = append(want, "network policy allow in matters: its pods "+text)
		}
		assert.Equal(t, want, networkPolicy(r, nil), c.spec)
	}
}

// An ARN without a number of its own gives no name to what has no id.
func TestNamesOf(t *testing.T) {
	const topic, connection = "arn:aws:sns:r:1:alerts", "arn:aws:codeconnections:r:1:connection/ce5618c1-7e3a-2c20-1862-e7fa6afd0dea"
	old := func(id, name string) model.Step {
		return model.Step{Op: "same", Old: &model.Resource{ID: id, URN: resource.URN("urn:pulumi:dev::legops::aws:a/b:C::" + name)}}
	}
	assert.Equal(t, map[string]string{
		topic: "alerts", connection: "github", "ce5618c1-7e3a-2c20-1862-e7fa6afd0dea": "github",
	}, namesOf((&model.Plan{Steps: []model.Step{old(topic, "alerts"), old(connection, "github"), old("", "component")}}).Base()))
}
