package permissions

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"legops/internal/cloudformation"
)

// gitHub is the issuer of the tokens of GitHub's workflows.
const gitHub = "token.actions.githubusercontent.com"

// repositoryID is the id of this repository on GitHub: of any repository, it is the owner of the account who gives it.
const repositoryID = "42"

// addBootstrap adds what bootstrap/account.yaml makes of the account: the state, its key, the two roles of GitHub, and the boundary of all
// roles.
func (w *World) addBootstrap(template string) error {
	parsed, err := cloudformation.Parse(template)
	if err != nil {
		return err
	}
	if err := w.trustWithoutID(parsed); err != nil {
		return err
	}
	d := cloudformation.Deploy(parsed, w.prefix()+"-bootstrap", w.Account, w.Region, map[string]string{"Stack": w.Stack, "GitHubRepositoryId": repositoryID})
	if len(d.Problems) > 0 {
		return fmt.Errorf("bootstrap/account.yaml: %s", strings.Join(d.Problems, "; "))
	}
	boundaries := map[string]*Policy{}
	for _, name := range slices.Sorted(maps.Keys(d.Resources)) {
		r := d.Resources[name]
		text := func(property string) string { value, _ := r.Properties[property].(string); return value }
		switch r.Type {
		case "AWS::IAM::ManagedPolicy":
			arn := "arn:aws:iam::" + w.Account + ":policy/" + text("ManagedPolicyName")
			if boundaries[arn], err = newPolicy(name, "identity", "account.yaml", r.Properties["PolicyDocument"]); err != nil {
				return err
			}
			w.things[arn] = nil
		case "AWS::IAM::Role":
			if err := w.addRole(name, r.Properties); err != nil {
				return err
			}
		case "AWS::KMS::Key":
			arn := "arn:aws:kms:" + w.Region + ":" + w.Account + ":key/1234" // as the template's own references have it
			w.names = append(w.names, "key/1234", "key/state")
			if w.things[arn], err = newPolicy(name, "resource", "account.yaml", r.Properties["KeyPolicy"]); err != nil {
				return err
			}
		case "AWS::S3::Bucket":
			if arn := "arn:aws:s3:::" + text("BucketName"); w.things[arn] == nil {
				w.things[arn] = nil
			}
		case "AWS::S3::BucketPolicy":
			if w.things["arn:aws:s3:::"+text("Bucket")], err = newPolicy(name, "resource", "account.yaml", r.Properties["PolicyDocument"]); err != nil {
				return err
			}
		}
	}
	for _, p := range w.Principals {
		for i, of := range p.Boundary {
			if p.Boundary[i] = boundaries[of.Name]; p.Boundary[i] == nil {
				return fmt.Errorf("role %s: bootstrap/account.yaml makes no boundary %s", p.Name, of.Name)
			}
		}
	}
	return nil
}

// trustWithoutID reads who may take the two roles where nobody gave the template the id of the repository.
func (w *World) trustWithoutID(template *cloudformation.Template) error {
	w.withoutID = map[string]*Policy{}
	d := cloudformation.Deploy(template, w.prefix()+"-bootstrap", w.Account, w.Region, map[string]string{"Stack": w.Stack})
	for name, r := range d.Resources {
		if r.Type != "AWS::IAM::Role" {
			continue
		}
		trust, err := newPolicy(name+".trust without id", "trust", "account.yaml", r.Properties["AssumeRolePolicyDocument"])
		if err != nil {
			return err
		}
		roleName, _ := r.Properties["RoleName"].(string)
		w.withoutID[strings.TrimPrefix(roleName, w.prefix()+"-")] = trust
	}
	return nil
}

// addRole adds a role of the template.
func (w *World) addRole(name string, properties map[string]any) error {
	roleName, _ := properties["RoleName"].(string)
	p := &Principal{ARN: "arn:aws:iam::" + w.Account + ":role/" + roleName, Account: w.Account, Name: strings.TrimPrefix(roleName, w.prefix()+"-")}
	trust, err := newPolicy(name+".trust", "trust", "account.yaml", properties["AssumeRolePolicyDocument"])
	if err != nil {
		return err
	}
	p.Trust = trust
	if boundary, has := properties["PermissionsBoundary"].(string); has {
		p.Boundary = []*Policy{{Name: boundary}}
	}
	managed, _ := properties["ManagedPolicyArns"].([]any)
	for _, arn := range managed {
		policy, err := w.facts.managedPolicy(fmt.Sprint(arn))
		if err != nil {
			return err
		}
		p.Identity = append(p.Identity, policy)
	}
	inline, _ := properties["Policies"].([]any)
	for _, item := range inline {
		of, _ := item.(map[string]any)
		policy, err := newPolicy(fmt.Sprintf("%s.%s", name, of["PolicyName"]), "identity", "account.yaml", of["PolicyDocument"])
		if err != nil {
			return err
		}
		p.Identity = append(p.Identity, policy)
	}
	w.Principals = append(w.Principals, p)
	w.things[p.ARN] = nil
	return nil
}
