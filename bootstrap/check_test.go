package bootstrap_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/awslabs/goformation/v7/schema"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

// check returns every problem of a deployment of the template.
func (d *deployment) check() []string {
	problems := slices.Clone(d.Problems)
	for name := range d.Template.Parameters {
		if !d.Used[name] {
			problems = append(problems, fmt.Sprintf("nothing reads the parameter %s", name))
		}
	}
	for _, check := range []func(*deployment) []string{checkTypes, checkKept, checkBuckets, checkPolicies, checkTrust, checkRights, checkSizes} {
		problems = append(problems, check(d)...)
	}
	slices.Sort(problems)
	return problems
}

// types are the schemas of CloudFormation's resource and property types, by name.
var types = sync.OnceValue(func() map[string]any {
	// It predates the value RetainExceptOnCreate of DeletionPolicy (July 2023).
	text := strings.ReplaceAll(schema.CloudformationSchema, `"Retain",`, `"Retain", "RetainExceptOnCreate",`)
	var document struct{ Definitions map[string]any }
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		panic(err)
	}
	return document.Definitions
})

// collect adds the schemas that a schema refers to, to found. The validator takes half a minute for all seven thousand.
func collect(schema any, found map[string]any) {
	switch schema := schema.(type) {
	case []any:
		for _, item := range schema {
			collect(item, found)
		}
	case map[string]any:
		for key, item := range schema {
			name, refers := "", false
			if text, ok := item.(string); ok && key == "$ref" {
				name, refers = strings.CutPrefix(text, "#/definitions/")
			}
			if refers && found[name] == nil {
				found[name] = types()[name]
				collect(found[name], found)
			}
			collect(item, found)
		}
	}
}

// checkTypes checks each resource against the schema of its type.
func checkTypes(d *deployment) (problems []string) {
	for _, name := range slices.Sorted(maps.Keys(d.Resources)) {
		r := d.Resources[name]
		if types()[r.Type] == nil {
			problems = append(problems, fmt.Sprintf("%s: %s is not a type of CloudFormation", name, r.Type))
			continue
		}
		root := map[string]any{"$ref": "#/definitions/" + r.Type}
		definitions := map[string]any{}
		collect(root, definitions)
		root["definitions"] = definitions
		compiler := jsonschema.NewCompiler()
		compiler.DefaultDraft(jsonschema.Draft7)
		err := compiler.AddResource("type.json", root)
		if err == nil {
			var compiled *jsonschema.Schema
			if compiled, err = compiler.Compile("type.json"); err == nil {
				err = compiled.Validate(r.Raw)
			}
		}
		if err != nil {
			problems = append(problems, fmt.Sprintf("%s: %v", name, err))
		}
	}
	return problems
}

// kept are the resources that outlive the stack.
var kept = []string{"LogBucket", "LogBucketPolicy", "StateBucket", "StateBucketPolicy", "StateKey", "StateKeyAlias"}

func checkKept(d *deployment) (problems []string) {
	for _, name := range kept {
		if r := d.Resources[name]; r.DeletionPolicy != "RetainExceptOnCreate" || r.UpdateReplacePolicy != "Retain" {
			problems = append(problems, fmt.Sprintf("%s: is deleted with the stack: DeletionPolicy %q, UpdateReplacePolicy %q", name, r.DeletionPolicy, r.UpdateReplacePolicy))
		}
	}
	return problems
}

// checkBuckets compares every property of key and buckets with its required value.
func checkBuckets(d *deployment) (problems []string) {
	private := map[string]any{"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true}
	owned := map[string]any{"Rules": []any{map[string]any{"ObjectOwnership": "BucketOwnerEnforced"}}}
	encrypted := func(rule map[string]any) any { return map[string]any{"ServerSideEncryptionConfiguration": []any{rule}} }
	stack := d.Values["Stack"]
	for name, wanted := range map[string]map[string]any{
		"StateKey": {"EnableKeyRotation": true},
		"StateBucket": {
			"BucketName":                     "legops-" + stack + "-state-" + account,
			"VersioningConfiguration":        map[string]any{"Status": "Enabled"},
			"PublicAccessBlockConfiguration": private,
			"OwnershipControls":              owned,
			"BucketEncryption": encrypted(map[string]any{"BucketKeyEnabled": true, "ServerSideEncryptionByDefault": map[string]any{
				"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "arn:aws:kms:us-east-1:" + account + ":key/1234",
			}}),
			"LoggingConfiguration": map[string]any{
				"DestinationBucketName": "legops-" + stack + "-state-logs-" + account, "LogFilePrefix": "state/",
				"TargetObjectKeyFormat": map[string]any{"PartitionedPrefix": map[string]any{"PartitionDateSource": "EventTime"}},
			},
		},
		"LogBucket": {
			"PublicAccessBlockConfiguration": private,
			"OwnershipControls":              owned,
			"BucketEncryption":               encrypted(map[string]any{"ServerSideEncryptionByDefault": map[string]any{"SSEAlgorithm": "AES256"}}),
		},
	} {
		for property, value := range wanted {
			if difference := cmp.Diff(value, d.Resources[name].Properties[property]); difference != "" {
				problems = append(problems, fmt.Sprintf("%s: %s: %s", name, property, difference))
			}
		}
	}
	return problems
}

// policies returns the policy documents of the deployment, by resource and, for several of one role, by name or property.
func (d *deployment) policies() map[string][]statement {
	found := map[string][]statement{}
	for name, r := range d.Resources {
		for _, property := range []string{"KeyPolicy", "PolicyDocument", "AssumeRolePolicyDocument"} {
			if document := r.Properties[property]; document != nil {
				found[name+"."+property] = statements(document)
			}
		}
		inline, _ := r.Properties["Policies"].([]any)
		for _, item := range inline {
			policy, _ := item.(map[string]any)
			found[fmt.Sprintf("%s.%s", name, policy["PolicyName"])] = statements(policy["PolicyDocument"])
		}
	}
	return found
}

// known are the actions and condition keys that AWS documents, by service.
var known = sync.OnceValue(func() (services map[string]struct{ Actions, Keys []string }) {
	text, err := os.ReadFile("testdata/iam-actions.yaml")
	if err == nil {
		err = yaml.Unmarshal(text, &services)
	}
	if err != nil {
		panic(err)
	}
	return services
})

// checkPolicies checks the form of every policy: only names that AWS has, and no permission for everybody.
func checkPolicies(d *deployment) (problems []string) {
	for name, policy := range d.policies() {
		sids := map[string]bool{}
		for _, s := range policy {
			wrong := func(is bool, format string, values ...any) {
				if is {
					problems = append(problems, fmt.Sprintf("%s: %s: ", name, s.Sid)+fmt.Sprintf(format, values...))
				}
			}
			wrong(s.Sid == "" || sids[s.Sid], "a statement needs a Sid of its own")
			sids[s.Sid] = true
			wrong(s.Effect != "Allow" && s.Effect != "Deny", "Effect %q", s.Effect)
			wrong(len(s.unknown) > 0, "unknown elements of a statement: %v", s.unknown)
			wrong(slices.Contains(s.Principal.All(), "*") && s.Effect != "Deny", "allows everybody")
			for _, action := range s.Action {
				service, operation, _ := strings.Cut(action, ":")
				exists := slices.ContainsFunc(known()[service].Actions, func(real string) bool { return like(real, operation) })
				wrong(!exists && action != "*", "%s is not an action of AWS; for a new service see tools/iam-actions/list.mjs", action)
			}
			for operator, keys := range s.Condition {
				wrong(operators[operator].holds == nil && operator != "Null", "the tests do not implement the operator %s", operator)
				for key := range keys {
					service, _, _ := strings.Cut(key, ":")
					real := slices.Contains(known()[service].Keys, key) || service == gitHub && slices.Contains(claims, strings.TrimPrefix(key, gitHub+":"))
					wrong(!real, "%s is not a condition key of AWS", key)
				}
			}
		}
	}
	return problems
}

// checkSizes counts like IAM, without white space: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
func checkSizes(d *deployment) (problems []string) {
	for name, r := range d.Resources {
		for _, limit := range []struct {
			typ, property string
			most          int
		}{
			{"AWS::IAM::ManagedPolicy", "PolicyDocument", 6144},
			{"AWS::IAM::Role", "AssumeRolePolicyDocument", 2048},
			{"AWS::IAM::Role", "Policies", 10240},
			{"AWS::S3::BucketPolicy", "PolicyDocument", 20480},
		} {
			if text, err := json.Marshal(r.Properties[limit.property]); r.Type == limit.typ && (err != nil || len(text) > limit.most) {
				problems = append(problems, fmt.Sprintf("%s: %s: %d characters, must be at most %d", name, limit.property, len(text), limit.most))
			}
		}
	}
	return problems
}
