// Package legal is a small legal office in memory: matters, the documents of a matter, their signatures. It exists to
// have something to do under load; a real application keeps its documents in a store that all its processes share.
package legal

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"regexp"
	"strings"
	"sync"
	"time"

	"legops/apps/reference/internal/recent"
)

// Errors of an Office.
var (
	ErrNotFound = errors.New("not found")
	ErrSigned   = errors.New("is signed")
	ErrName     = errors.New("must be a letter or digit, then up to 99 letters, digits, dots, hyphens and underscores")
)

// Matter is a client's case.
type Matter struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Client string `json:"client"`
}

// Signature is the person who signed, and the time.
type Signature struct {
	By string    `json:"by"`
	At time.Time `json:"at"`
}

// Document is a file of a matter. Copies share its content, which nobody changes.
type Document struct {
	Matter     string      `json:"matter"`
	Name       string      `json:"name"`
	Bytes      int         `json:"bytes"`
	SHA256     string      `json:"sha256"`
	UploadedBy string      `json:"uploadedBy"`
	UploadedAt time.Time   `json:"uploadedAt"`
	Signatures []Signature `json:"signatures"`
	Content    []byte      `json:"-"`
}

// documentOverhead is an upper bound of a document's memory beside its content.
const documentOverhead = 4096

type documentKey struct{ matter, name string }

// Office holds everything; it is safe for concurrent use.
type Office struct {
	now     func() time.Time
	matters []Matter       // never changed
	index   map[string]int // by id, never changed

	mutex     sync.RWMutex
	documents *recent.Values[documentKey, Document]
}

// NewOffice returns an office with sample matters that keeps up to bytes of documents; the oldest go first.
func NewOffice(bytes int, now func() time.Time) *Office {
	o := &Office{now: now, matters: samples(), index: map[string]int{}, documents: recent.New[documentKey, Document](bytes)}
	for i, matter := range o.matters {
		o.index[matter.ID] = i
	}
	return o
}

// Matters returns a page of matters, counted from 1, and the number of all.
func (o *Office) Matters(page, size int) ([]Matter, int) {
	from := min((page-1)*size, len(o.matters))
	return o.matters[from:min(from+size, len(o.matters))], len(o.matters)
}

// Matter returns a matter with its newest documents, at most as many as most.
func (o *Office) Matter(id string, most int) (Matter, []Document, error) {
	i, found := o.index[id]
	if !found {
		return Matter{}, nil, ErrNotFound
	}
	return o.matters[i], o.find(most, func(d Document) bool { return d.Matter == id }), nil
}

// find returns the newest wanted documents, at most as many as most.
func (o *Office) find(most int, wanted func(Document) bool) []Document {
	o.mutex.RLock()
	defer o.mutex.RUnlock()
	found := []Document{}
	for document := range o.documents.All() {
		if len(found) == most {
			break
		}
		if wanted(document) {
			found = append(found, document)
		}
	}
	return found
}

var namePattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)

// Upload adds a document to a matter. It replaces one of the same name unless that is signed; isNew says there was none.
func (o *Office) Upload(matter, name, by string, content []byte) (d Document, isNew bool, err error) {
	if _, found := o.index[matter]; !found {
		return Document{}, false, ErrNotFound
	}
	if !namePattern.MatchString(name) {
		return Document{}, false, ErrName
	}
	sum := sha256.Sum256(content)
	d = Document{
		Matter: matter, Name: name, Bytes: len(content), SHA256: hex.EncodeToString(sum[:]),
		UploadedBy: by, UploadedAt: o.now().UTC(), Signatures: []Signature{}, Content: content,
	}
	o.mutex.Lock()
	defer o.mutex.Unlock()
	before, found := o.documents.Get(documentKey{matter, name})
	if len(before.Signatures) > 0 {
		return Document{}, false, ErrSigned
	}
	o.put(d)
	return d, !found, nil
}

// Document returns a document of a matter.
func (o *Office) Document(matter, name string) (Document, error) {
	o.mutex.RLock()
	defer o.mutex.RUnlock()
	d, found := o.documents.Get(documentKey{matter, name})
	if !found {
		return Document{}, ErrNotFound
	}
	return d, nil
}

// Sign adds a signature, one per person.
func (o *Office) Sign(matter, name, by string) (Document, error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	d, found := o.documents.Get(documentKey{matter, name})
	if !found {
		return Document{}, ErrNotFound
	}
	for _, s := range d.Signatures {
		if s.By == by {
			return Document{}, ErrSigned
		}
	}
	d.Signatures = append(d.Signatures, Signature{By: by, At: o.now().UTC()})
	o.put(d)
	return d, nil
}

// put stores a document; the caller holds the lock.
func (o *Office) put(d Document) {
	o.documents.Put(documentKey{d.Matter, d.Name}, d, len(d.Content)+documentOverhead*(1+len(d.Signatures)))
}

// Search returns the matters and the newest documents with a text in their title, client or name, at most most of each.
func (o *Office) Search(text string, most int) ([]Matter, []Document) {
	text = strings.ToLower(text)
	has := func(s string) bool { return strings.Contains(strings.ToLower(s), text) }
	matters := []Matter{}
	for _, m := range o.matters {
		if len(matters) < most && (has(m.Title) || has(m.Client)) {
			matters = append(matters, m)
		}
	}
	return matters, o.find(most, func(d Document) bool { return has(d.Name) })
}
