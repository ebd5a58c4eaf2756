// Package cloud is a small, honest stand-in for AWS and for the Kubernetes clusters that run on it: a resource
// provider for the real Pulumi engine. It knows what every resource type takes, requires and outputs from a
// table generated out of the Go SDKs, keeps its own record of what exists, and refuses what AWS would refuse.
// What it does not know is an error, never a guess.
package cloud

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// Entry is one thing that exists in the simulated cloud.
type Entry struct {
	// URN is the Pulumi name it was created for.
	URN string `json:"urn"`
	// Type is the resource type token, such as aws:ec2/vpc:Vpc.
	Type string `json:"type"`
	// ID is unique among the entries of one type in one region of an account (or the whole account, see placeOf), and
	// in one cluster.
	ID string `json:"id"`
	// Account and Region are where it lives; a Kubernetes object lives where its cluster does.
	Account string `json:"account"`
	Region  string `json:"region"`
	// Cluster is the id of the Kubernetes cluster an object lives in, and goes with.
	Cluster string `json:"cluster,omitempty"`
	// Inputs are what was asked for, Outputs what the cloud answered, both without secrets' wrapping.
	Inputs  map[string]any `json:"inputs"`
	Outputs map[string]any `json:"outputs"`
	// Held are the inputs and outputs that the service holds otherwise than it was sent, Scheduled what inputs will be once the
	// maintenance window has passed: see held.go.
	Held      map[string]any `json:"held,omitempty"`
	Scheduled map[string]any `json:"scheduled,omitempty"`
	// Implied are the ids of what AWS makes on its own along with this, such as a VPC's default security group.
	Implied []string `json:"implied,omitempty"`
	// Occupied is whether the nodes of a group cannot be drained: see drain.go.
	Occupied bool `json:"occupied,omitempty"`
	// Upgrading is the version to which a search domain is being upgraded: see opensearch_upgrade.go.
	Upgrading string `json:"upgrading,omitempty"`
	// Pending is set between the creation and the answer to whoever asked. An entry that stays pending was created for a client that never
	// heard of it; what comes of asking for it once more, the catalogue says (Again).
	Pending bool `json:"pending,omitempty"`
	// part is what a rule of a part of the inputs looks at, as its refusal names it.
	part string
}

func (e *Entry) key() entryKey {
	return keyOf(e.Account, e.Region, e.Cluster, e.Type, e.ID).of(resource.URN(e.URN))
}

func (e *Entry) in() model.Values { return e.Inputs }

func (e *Entry) out() model.Values { return e.Outputs }

func (e *Entry) outputs() resource.PropertyMap { return resource.NewPropertyMapFromMap(e.Outputs) }

type entryKey struct{ account, place, cluster, typ, id, manager string }

func keyOf(account, region, cluster, typ, id string) entryKey {
	return entryKey{account, placeOf(typ, region), cluster, typ, id, ""}
}

// of tells apart patches of one object, which all have its id: each has a field manager of its own, which the provider draws for its resource
// (fieldManagerName in pulumi-kubernetes v4.30.0, provider/pkg/provider/provider.go).
func (k entryKey) of(urn resource.URN) entryKey {
	if IsPatch(k.typ) {
		k.manager = urn.Name()
	}
	return k
}

// IsPatch is whether a type changes an object that another resource makes. Several may have the id of that object.
func IsPatch(typ string) bool { return strings.HasSuffix(typ, "Patch") }

func (k entryKey) compare(other entryKey) int {
	return cmp.Or(
		strings.Compare(k.account, other.account), strings.Compare(k.typ, other.typ), strings.Compare(k.id, other.id),
		strings.Compare(k.place, other.place), strings.Compare(k.cluster, other.cluster), strings.Compare(k.manager, other.manager),
	)
}

// Record is what exists, apart from Pulumi's state. It survives a crash at any moment: every change is one
// line appended to a journal.
type Record struct {
	mu      sync.Mutex
	entries map[entryKey]*Entry
	index   index
	// recoverable is what was deleted and a person can have back: see recoverable.go.
	recoverable map[entryKey]*Entry
	// strays are what services made by themselves: see strays.go.
	strays  map[strayKey]*Stray
	journal *os.File
	// watched is what was done since Watch, if somebody watches.
	watched *[]Event
	// over is set when the cloud crashed: it makes no further change.
	over bool
}

// change is one line of the journal: an entry as it is now, or the key of one that is gone, which its service may keep.
type change struct {
	Put    *Entry `json:"put,omitempty"`
	Delete *Entry `json:"delete,omitempty"`
	Keep   bool   `json:"keep,omitempty"`
	// Stray is what a service made by itself, Gone one that is no more.
	Stray *Stray `json:"stray,omitempty"`
	Gone  *Stray `json:"gone,omitempty"`
}

// Event is something that was done to an entry, which was and is as told: was nothing before it came, is nothing after it went. Neither
// changes any more.
type Event struct{ Was, Is *Entry }

// Watch keeps what is done to this record from now on, but not to its copies, until the returned function is called, which returns it in its
// order. One watches at a time.
func (r *Record) Watch() func() []Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.watched = &[]Event{}
	return func() []Event {
		r.mu.Lock()
		defer r.mu.Unlock()
		watched := *r.watched
		r.watched = nil
		return watched
	}
}

func newRecord() *Record {
	return &Record{entries: map[entryKey]*Entry{}, index: index{}, recoverable: map[entryKey]*Entry{}, strays: map[strayKey]*Stray{}}
}

// OpenRecord reads the journal at path, which need not exist, and continues it. With an empty path nothing is
// kept on disk.
func OpenRecord(path string) (*Record, error) {
	r := newRecord()
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
		r.forget(c.Put.key())
		delete(r.recoverable, c.Put.key())
		r.entries[c.Put.key()] = c.Put
		r.index.put(c.Put)
	}
	if c.Delete != nil {
		if old := r.entries[c.Delete.key()]; c.Keep && old != nil {
			r.recoverable[old.key()] = old
		}
		r.forget(c.Delete.key())
	}
	if c.Stray != nil {
		r.strays[c.Stray.key()] = c.Stray
	}
	if c.Gone != nil {
		delete(r.strays, c.Gone.key())
	}
}

func (r *Record) forget(key entryKey) {
	if old := r.entries[key]; old != nil {
		r.index.remove(old)
		delete(r.entries, key)
	}
}

// commit makes a change, on disk first. The caller holds the lock.
func (r *Record) commit(c change) error {
	if r.over {
		return errors.New("the simulated cloud has crashed")
	}
	if r.journal != nil {
		line, err := json.Marshal(c)
		if err != nil {
			return fmt.Errorf("writing the record of the simulated cloud: %w", err)
		}
		if _, err := r.journal.Write(append(line, '\n')); err != nil {
			return fmt.Errorf("writing the record of the simulated cloud: %w", err)
		}
	}
	if r.watched != nil {
		r.watch(c)
	}
	r.apply(c)
	return nil
}

// watch keeps a change. That whoever asked has heard of a creation is none.
func (r *Record) watch(c change) {
	e := Event{Is: c.Put}
	switch {
	case c.Put != nil:
		e.Was = r.entries[c.Put.key()]
	case c.Delete != nil:
		e.Was = r.entries[c.Delete.key()]
	}
	if e.Was != nil && (e.Is == nil || !e.Was.Pending) {
		*r.watched = append(*r.watched, e)
	} else if e.Was == nil && e.Is != nil {
		*r.watched = append(*r.watched, e)
	}
}

// Close ends the journal.
func (r *Record) Close() error {
	if r.journal == nil {
		return nil
	}
	return r.journal.Close()
}

// Copy returns a record of its own, which nothing keeps on disk, with what exists now.
func (r *Record) Copy() *Record {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := newRecord()
	for _, e := range r.entries {
		entry := *e
		c.apply(change{Put: &entry})
	}
	maps.Copy(c.recoverable, r.recoverable)
	maps.Copy(c.strays, r.strays)
	return c
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
	slices.SortFunc(found, func(a, b Entry) int { return a.key().compare(b.key()) })
	return found
}

// HasClusters is whether there are clusters of EKS.
func (r *Record) HasClusters() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.index.find(byType(catalogue.Cluster))) > 0
}

// ServesHost says whether host is the endpoint of a Kubernetes cluster that exists.
func (r *Record) ServesHost(host string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.clusterAt("https://"+host) != nil
}

// clusterAt finds the Kubernetes cluster with an endpoint. The caller holds the lock, as for all that follow.
func (r *Record) clusterAt(endpoint string) *Entry { return first(r.index.find(byEndpoint(endpoint))) }

// pendingFor finds what an interrupted creation left behind for a URN.
func (r *Record) pendingFor(account, urn string) *Entry {
	return first(r.index.find(byURN(account, urn)))
}

// referred finds what an id, an ARN or an implied id stands for in an account.
func (r *Record) referred(account, reference string) *Entry {
	return first(r.index.find(byReference(account, reference)))
}

func first(entries []*Entry) *Entry {
	if len(entries) == 0 {
		return nil
	}
	return entries[0]
}

// stands are the references that mean this entry or what came along with it.
func (e *Entry) stands() []string {
	references := append([]string{e.ID}, e.Implied...)
	// An ARN that was given is somebody else's: of the topic of a policy, of the target of events.
	_, given := e.Inputs["arn"]
	if arn, ok := e.Outputs["arn"].(string); ok && arn != e.ID && !given {
		references = append(references, arn)
	}
	if isObject(e.Type) {
		references = append(references, objectReference(e.Region, e.Cluster, e.Type, e.ID))
	}
	return references
}
