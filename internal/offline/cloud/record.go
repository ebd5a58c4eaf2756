// Package cloud is a small, honest stand-in for AWS and for the Kubernetes clusters that run on it: a resource
// provider for the real Pulumi engine. It knows what every resource type takes, requires and outputs from a
// table generated out of the Go SDKs, keeps its own record of what exists, and refuses what AWS would refuse.
// What it does not know is an error, never a guess.
package cloud

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
)

// Entry is one thing that exists in the simulated cloud.
type Entry struct {
	// URN is the Pulumi name it was created for.
	URN string `json:"urn"`
	// Type is the resource type token, such as aws:ec2/vpc:Vpc.
	Type string `json:"type"`
	// ID is unique among the entries of one type in one account.
	ID string `json:"id"`
	// Account and Region are where it lives; a Kubernetes object lives where its cluster does.
	Account string `json:"account"`
	Region  string `json:"region"`
	// Cluster is the id of the Kubernetes cluster an object lives in, and goes with.
	Cluster string `json:"cluster,omitempty"`
	// Inputs are what was asked for, Outputs what the cloud answered, both without secrets' wrapping.
	Inputs  map[string]any `json:"inputs"`
	Outputs map[string]any `json:"outputs"`
	// Implied are the ids of what AWS makes on its own along with this, such as a VPC's default security group.
	Implied []string `json:"implied,omitempty"`
	// Pending is set between the creation and the answer to whoever asked. An entry that stays pending was
	// created for a client that never heard of it; asking again for the same thing finds it, as a retry with
	// the same client token does on AWS.
	Pending bool `json:"pending,omitempty"`
}

func (e *Entry) key() entryKey { return entryKey{e.Account, e.Type, e.ID} }

type entryKey struct{ account, typ, id string }

// Record is what exists, apart from Pulumi's state. It survives a crash at any moment: every change is one
// line appended to a journal.
type Record struct {
	mu      sync.Mutex
	entries map[entryKey]*Entry
	journal *os.File
}

// change is one line of the journal: an entry as it is now, or the key of one that is gone.
type change struct {
	Put    *Entry `json:"put,omitempty"`
	Delete *Entry `json:"delete,omitempty"`
}

// OpenRecord reads the journal at path, which need not exist, and continues it. With an empty path nothing is
// kept on disk.
func OpenRecord(path string) (*Record, error) {
	r := &Record{entries: map[entryKey]*Entry{}}
	if path == "" {
		return r, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("creating the folder of the simulated cloud: %w", err)
	}
	journal, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the record of the simulated cloud: %w", err)
	}
	if err := r.replay(journal); err != nil {
		return nil, errors.Join(fmt.Errorf("reading the record of the simulated cloud %s: %w", path, err), journal.Close())
	}
	r.journal = journal
	return r, nil
}

// replay applies the journal's lines. A last line without its newline is what a crash cut short: it never
// happened.
func (r *Record) replay(journal *os.File) error {
	in := bufio.NewReader(journal)
	var whole int64
	for {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return journal.Truncate(whole)
		}
		if err != nil {
			return err
		}
		var c change
		if err := json.Unmarshal(line, &c); err != nil {
			return err
		}
		r.apply(c)
		whole += int64(len(line))
	}
}

func (r *Record) apply(c change) {
	if c.Put != nil {
		r.entries[c.Put.key()] = c.Put
	}
	if c.Delete != nil {
		delete(r.entries, c.Delete.key())
	}
}

// commit makes a change, on disk first. The caller holds the lock.
func (r *Record) commit(c change) error {
	if r.journal != nil {
		line, err := json.Marshal(c)
		if err != nil {
			return fmt.Errorf("writing the record of the simulated cloud: %w", err)
		}
		if _, err := r.journal.Write(append(line, '\n')); err != nil {
			return fmt.Errorf("writing the record of the simulated cloud: %w", err)
		}
	}
	r.apply(c)
	return nil
}

// Close ends the journal.
func (r *Record) Close() error {
	if r.journal == nil {
		return nil
	}
	return r.journal.Close()
}

// Entries returns what exists in an account, or in all with an empty account, ordered by type and id.
func (r *Record) Entries(account string) []Entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	var found []Entry
	for _, e := range r.entries {
		if account == "" || e.Account == account {
			found = append(found, *e)
		}
	}
	sort.Slice(found, func(i, j int) bool {
		a, b := found[i].key(), found[j].key()
		if a.account != b.account {
			return a.account < b.account
		}
		if a.typ != b.typ {
			return a.typ < b.typ
		}
		return a.id < b.id
	})
	return found
}

// ServesHost says whether host is the endpoint of a Kubernetes cluster that exists.
func (r *Record) ServesHost(host string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.clusterAt("https://"+host) != nil
}

// clusterAt finds the Kubernetes cluster with an endpoint. The caller holds the lock.
func (r *Record) clusterAt(endpoint string) *Entry {
	for _, e := range r.entries {
		if at, ok := e.Outputs["endpoint"].(string); e.Type == typeCluster && ok && strings.EqualFold(at, endpoint) {
			return e
		}
	}
	return nil
}

// pendingFor finds what an interrupted creation left behind for a URN. The caller holds the lock.
func (r *Record) pendingFor(account, urn string) *Entry {
	for _, e := range r.entries {
		if e.Pending && e.Account == account && e.URN == urn {
			return e
		}
	}
	return nil
}

// exists says whether an id, an ARN or an implied id stands for something in an account. The caller holds the lock.
func (r *Record) exists(account, reference string) bool {
	for _, e := range r.entries {
		if e.Account == account && e.stands(reference) {
			return true
		}
	}
	return false
}

// stands says whether a reference means this entry or what came along with it.
func (e *Entry) stands(reference string) bool {
	if e.ID == reference || e.Outputs["arn"] == reference {
		return true
	}
	for _, id := range e.Implied {
		if id == reference {
			return true
		}
	}
	return false
}
