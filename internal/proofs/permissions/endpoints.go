package permissions

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"legops/internal/catalogue"
)

// readEndpoints reads the VPC's endpoints.
func (w *World) readEndpoints() error {
	w.endpoints = map[string]*Policy{}
	for _, r := range w.graph.OfType(catalogue.VpcEndpoint) {
		service := strings.TrimPrefix(r.Text("serviceName"), "com.amazonaws."+w.Region+".")
		w.endpoints[service] = nil
		if r.Text("policy") == "" {
			continue
		}
		policy, err := newPolicy(r.Name(), "endpoint", w.graph.Kind(r), r.Text("policy"))
		if err != nil {
			return err
		}
		w.endpoints[service] = policy
	}
	return nil
}

// prefixes are the services of IAM behind endpoints that are named otherwise.
var prefixes = map[string]string{"ecr.api": "ecr", "ecr.dkr": "ecr", "monitoring": "cloudwatch"}

// endpointsOf are the policies of the endpoints that a request from inside the VPC passes, perhaps one of several.
func (w *World) endpointsOf(action, arn string) (policies []*Policy) {
	if parts := strings.Split(arn, ":"); len(parts) > 3 && parts[3] != "" && parts[3] != w.Region {
		return nil // by NAT: an endpoint is of one region
	}
	prefix, _, _ := strings.Cut(action, ":")
	for _, service := range slices.Sorted(maps.Keys(w.endpoints)) {
		if policy := w.endpoints[service]; policy != nil && cmp.Or(prefixes[service], service) == prefix {
			policies = append(policies, policy)
		}
	}
	return policies
}

// withoutBucket are requests to S3 that are about no bucket which is there.
var withoutBucket = []string{"s3:CreateBucket", "s3:ListAllMyBuckets"}

// passed are questions of this account's roles once more, as they pass each endpoint on their way from inside the VPC. Every role is asked, whether
// it is inside or not: the policies say nothing of single roles.
func (w *World) passed(questions []Question) (through []Question) {
	for _, q := range questions {
		for _, policy := range w.endpointsOf(q.Action, q.Resource) {
			this := q
			this.Endpoint, this.Context = policy.Name, maps.Clone(q.Context)
			this.Context["aws:ResourceAccount"] = w.Account
			if slices.Contains(withoutBucket, q.Action) {
				this.Context["aws:ResourceAccount"] = "" // AWS does not say that it is known of a bucket which is not there yet, or of none
			}
			through = append(through, this)
		}
	}
	return through
}

// unguarded are the services whose endpoints need no policy, and why.
var unguarded = map[string]string{"eks-auth": "it hands out nothing but the roles of a cluster, for the token of a pod that runs there"}

// installed are the buckets of others that nodes and instances read without signing in, or by an address that the owner has signed, and what is
// there; %s is the region.
var installed = map[string]string{
	"prod-%s-starport-layer-bucket": "layers of images in ECR",
	"al2023-repos-%s-de612dc2":      "packages of Amazon Linux",
	"aws-codedeploy-%s":             "the agent of CodeDeploy",
	"amazon-ssm-%s":                 "the agent of Systems Manager",
	"prod-registry-k8s-io-%s":       "the image of the cluster autoscaler",
}

// caller is somebody who sends requests through an endpoint.
type caller struct {
	name string
	q    Question
}

// callers are nobody, a stranger with an administrator's credentials of his own, and an administrator of this account.
func (w *World) callers() (nobody, stranger, own caller) {
	everything := names(w.administrator().Identity)
	is := "arn:aws:iam::" + elsewhere + ":role/stranger"
	return caller{"nobody signed in", Question{Context: map[string]string{"aws:PrincipalAccount": ""}}},
		caller{"a stranger with credentials of his own", Question{Principal: is, Identity: everything, Context: map[string]string{"aws:PrincipalArn": is, "aws:PrincipalAccount": elsewhere}}},
		caller{"an administrator of this account", Question{Principal: w.administrator().ARN, Identity: everything, Context: map[string]string{
			"aws:PrincipalArn": w.administrator().ARN, "aws:PrincipalAccount": w.Account,
		}}}
}

// request is a question of a caller about somebody else's resource, whose owner lets in everybody, through an endpoint.
func (c caller) request(policy *Policy, action, arn string) Question {
	q := c.q
	q.Action, q.Resource, q.Account, q.Policy, q.Endpoint = action, arn, elsewhere, openToAll.Name, policy.Name
	q.Context = maps.Clone(c.q.Context)
	q.Context["aws:ResourceAccount"], q.Context["aws:SecureTransport"] = elsewhere, "true"
	return q
}

// openToAll is the policy of a resource whose owner lets in everybody.
var openToAll = &Policy{
	Name: "open to all", Kind: "resource", Text: []byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}`),
}

// throughEndpoints asks what passes the VPC's endpoints of some services and must not: a stranger's credentials, and by the gateway to S3 a stranger's bucket with
// whatever credentials. And what has to pass: what is installed from others' buckets, and the tokens of GitHub's jobs on the runner.
func (w *World) throughEndpoints(e *Evaluator, services ...string) (found []string, asked int, err error) {
	if err := e.Keep(append(w.administrator().Identity, openToAll)...); err != nil {
		return nil, 0, err
	}
	nobody, stranger, own := w.callers()
	var questions []Question
	var who []string
	var may []bool
	ask := func(c caller, policy *Policy, action, arn string, has bool) {
		questions, who, may = append(questions, c.request(policy, action, arn)), append(who, c.name), append(may, has)
	}
	for _, service := range services {
		policy := w.endpoints[service]
		if policy == nil {
			if unguarded[service] == "" {
				found = append(found, fmt.Sprintf("the endpoint of %s has no policy: whoever is inside the VPC can use it with a stranger's credentials", service))
			}
			continue
		}
		callers := []caller{nobody, stranger}
		if service == "s3" {
			callers = append(callers, own)
		}
		for _, action := range w.facts.services[cmp.Or(prefixes[service], service)] {
			arn := "*"
			if forms := w.facts.actions[action].On; len(forms) > 0 {
				arn = example(forms[0], elsewhere, w.Region)
			}
			for _, c := range callers {
				if slices.Contains(withoutBucket, action) && c.name == own.name || action == "sts:GetCallerIdentity" {
					continue // buckets that he makes or lists are his; whoever is signed in may ask who he is
				}
				ask(c, policy, action, arn, false)
			}
		}
		if service == "sts" {
			for _, role := range slices.Sorted(maps.Keys(environments)) {
				questions, who, may = append(questions, w.job(role, policy)), append(who, "a job of GitHub"), append(may, true)
			}
		}
		if service != "s3" {
			continue
		}
		for bucket := range installed {
			object := "arn:aws:s3:::" + fmt.Sprintf(bucket, w.Region) + "/example"
			for _, c := range callers {
				for _, action := range []string{"s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:PutObjectAcl"} {
					ask(c, policy, action, object, action == "s3:GetObject")
					ask(c, policy, action, strings.Replace(object, "/", "-of-a-stranger/", 1), false)
				}
			}
		}
	}
	answers, err := e.Try(questions)
	if err != nil {
		return nil, 0, err
	}
	answered := map[string]bool{}
	for i, a := range answers {
		q := questions[i]
		if a.Error != "" && !may[i] {
			continue // such as an action on what has two forms
		}
		asked++
		answered[q.Endpoint] = true
		if a.Allowed() != may[i] || may[i] && a.If != "" {
			found = append(found, fmt.Sprintf("%s, %s: %s on %s is %s%s%s", q.Endpoint, who[i], q.Action, q.Resource, cmp.Or(a.Result, "unanswered"), a.Error, prefixed(" if ", a.If)))
		}
	}
	for _, service := range services {
		if policy := w.endpoints[service]; policy != nil && !answered[policy.Name] {
			found = append(found, fmt.Sprintf("iam-simulate answers nothing about the endpoint of %s", service))
		}
	}
	return found, asked, nil
}

// job is the question of a job of GitHub on the runner, which has no principal of AWS yet, for a role of the template.
func (w *World) job(role string, policy *Policy) Question {
	q := Question{
		Principal: "arn:aws:iam::" + w.Account + ":oidc-provider/" + gitHub, Action: "sts:AssumeRoleWithWebIdentity", Resource: w.role(role).ARN, Account: w.Account,
		Policy: w.role(role).Trust.Name, Context: token(fmt.Sprintf(environments[role], w.Stack)), Endpoint: policy.Name,
	}
	q.Context["aws:PrincipalAccount"] = ""
	return q
}
