// Package inventory reads what exists in an account from files with what read-only commands of the AWS CLI print. The files of an account are in
// existing/<stack>/<region>/ beside its stack file, one for each command, named <service>-<operation>.json, or
// <service>-<operation>.<resource>.json where the command is about one resource. An empty file is a command that found nothing.
package inventory

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"legops/internal/adoption"
	"legops/internal/model"
)

// folder is that of all inventories, beside the stack files.
const folder = "existing"

// Folder is that of the inventory of a stack's account.
func Folder(root, stack string) string { return filepath.Join(root, folder, stack) }

// Of is what exists in the account of a stack, whose files are in a folder; nothing without an inventory.
func Of(root, stack string) ([]adoption.Existing, error) {
	dir := Folder(root, stack)
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return Read(dir)
}

// All is what exists in the accounts of all stacks.
func All(root string) ([]adoption.Existing, error) {
	stacks, err := os.ReadDir(filepath.Join(root, folder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []adoption.Existing
	for _, stack := range stacks {
		of, err := Of(root, stack.Name())
		if err != nil {
			return nil, err
		}
		all = append(all, of...)
	}
	return all, nil
}

// Read reads an inventory: what exists, in order of types and names. It refuses what no command prints, and things of two accounts.
func Read(dir string) ([]adoption.Existing, error) {
	regions, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	r := &reader{}
	for _, region := range regions {
		if !region.IsDir() {
			return nil, fmt.Errorf("%s: is not in the folder of a region", filepath.Join(dir, region.Name()))
		}
		if err := r.region(filepath.Join(dir, region.Name()), region.Name()); err != nil {
			return nil, err
		}
	}
	if r.account == "" && len(r.found) > 0 {
		return nil, fmt.Errorf("%s: nothing in it says which account it is of: add ec2-describe-vpcs.json", dir)
	}
	for i := range r.found {
		r.found[i].Account = r.account
	}
	slices.SortStableFunc(r.found, func(a, b adoption.Existing) int {
		return strings.Compare(a.Type+"\x00"+a.Name+"\x00"+a.ID, b.Type+"\x00"+b.Name+"\x00"+b.ID)
	})
	return r.found, nil
}

// reader collects what the files of one region say.
type reader struct {
	account, in string
	files       map[string]model.Values
	found       []adoption.Existing
}

func (r *reader) region(dir, name string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return err
	}
	r.in, r.files = name, map[string]model.Values{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		content := model.Values{}
		if text = bytes.TrimSpace(text); len(text) > 0 {
			if err := json.Unmarshal(text, &content); err != nil {
				return fmt.Errorf("%s: is not what aws prints with --output json: %w", file, err)
			}
		}
		base, is := strings.CutSuffix(filepath.Base(file), ".json")
		if command, _, _ := strings.Cut(base, "."); !is || !known(command) {
			return fmt.Errorf("%s: no command of an inventory has this name: see adopt -calls", file)
		}
		r.files[base] = content
	}
	for _, l := range listings {
		for _, file := range slices.Sorted(maps.Keys(r.files)) {
			if command, _, _ := strings.Cut(file, "."); command != l.command {
				continue
			}
			for _, item := range r.files[file].Objects(l.list) {
				e := adoption.Existing{Type: l.typ, Region: r.in, Inputs: map[string]any{}, Unsure: l.unsure}
				if !l.read(r, item, &e) {
					continue
				}
				if err := r.add(e, item.Texts(l.tells)...); err != nil {
					return fmt.Errorf("%s: %s: %w", filepath.Join(dir, file+".json"), l.list, err)
				}
			}
		}
	}
	for _, url := range r.files["sqs-list-queues"].Texts("QueueUrls") {
		if err := r.add(queue(r, url)); err != nil {
			return fmt.Errorf("%s: %w", filepath.Join(dir, "sqs-list-queues.json"), err)
		}
	}
	return nil
}

// add adds what exists, with texts that name its account.
func (r *reader) add(e adoption.Existing, tell ...string) error {
	if e.ID == "" {
		return errors.New("an element has no id")
	}
	if e.Name == "" {
		e.Name = e.ID
	}
	for _, text := range append(tell, e.ID) {
		account := accountIn(text)
		switch {
		case account == "":
		case r.account == "":
			r.account = account
		case r.account != account:
			return fmt.Errorf("%s is of account %s, the rest of %s: an inventory is of one account", e.ID, account, r.account)
		}
	}
	for name, value := range e.Inputs {
		if value == nil {
			delete(e.Inputs, name)
		}
	}
	r.found = append(r.found, e)
	return nil
}

// accountIn is the account that an ARN, the address of a queue or an account itself names.
func accountIn(text string) string {
	parts := strings.Split(text, ":")
	if len(parts) > 4 && parts[0] == "arn" {
		return parts[4]
	}
	if strings.HasPrefix(text, "https://sqs.") {
		parts = strings.Split(text, "/")
		return parts[len(parts)-2]
	}
	if len(text) == 12 && strings.Trim(text, "0123456789") == "" {
		return text
	}
	return ""
}

// about is what a command about one resource printed.
func (r *reader) about(command, resource string) model.Values {
	return r.files[command+"."+strings.ReplaceAll(resource, "/", "_")]
}

// tagsOf are tags as aws prints them, a list of keys and values, and the Name tag. AWS's own are no tags of the provider.
func tagsOf(item model.Values, list string) (tags map[string]any, name string) {
	tags = map[string]any{}
	for _, tag := range item.Objects(list) {
		if key := tag.Text("Key"); !strings.HasPrefix(key, "aws:") {
			tags[key] = tag.Text("Value")
		}
	}
	name, _ = tags["Name"].(string)
	return tags, name
}
