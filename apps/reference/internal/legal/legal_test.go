package legal

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func office(bytes int) *Office { return NewOffice(bytes, func() time.Time { return noon }) }

func TestMatters(t *testing.T) {
	o := office(1 << 20)
	for _, c := range []struct {
		page, size, count int
		first             string
	}{
		{1, 20, 20, "m-001"}, {3, 20, 8, "m-041"}, {4, 20, 0, ""}, {1000, 100, 0, ""}, {1, 100, 48, "m-001"},
	} {
		got, total := o.Matters(c.page, c.size)
		if len(got) != c.count || total != 48 || (c.count > 0 && got[0].ID != c.first) {
			t.Errorf("page %d of %d: %d of %d from %v", c.page, c.size, len(got), total, got)
		}
	}
	m, documents, err := o.Matter("m-002", 10)
	if m.Title != "Merger of Arbor Bank" || m.Client != "Arbor Bank" || len(documents) != 0 || err != nil {
		t.Errorf("%+v, %v, %v", m, documents, err)
	}
	if _, _, err := o.Matter("m-999", 10); !errors.Is(err, ErrNotFound) {
		t.Errorf("m-999: %v", err)
	}
}

func TestDocuments(t *testing.T) {
	o := office(1 << 20)
	d, isNew, err := o.Upload("m-001", "lease.txt", "ann", []byte("text"))
	if err != nil || !isNew || d.Bytes != 4 || d.UploadedBy != "ann" || !d.UploadedAt.Equal(noon) ||
		d.SHA256 != "982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1" {
		t.Errorf("%+v, %v, %v", d, isNew, err)
	}
	if _, isNew, err := o.Upload("m-001", "lease.txt", "bob", []byte("other")); isNew || err != nil {
		t.Errorf("a second time: %v, %v", isNew, err)
	}
	before, _ := o.Document("m-001", "lease.txt")
	for _, by := range []string{"ann", "bob"} {
		if _, err := o.Sign("m-001", "lease.txt", by); err != nil {
			t.Errorf("%s: %v", by, err)
		}
	}
	if len(before.Signatures) != 0 {
		t.Errorf("a returned document changed: %+v", before)
	}
	after, err := o.Document("m-001", "lease.txt")
	if err != nil || string(after.Content) != "other" || fmt.Sprint(after.Signatures) != fmt.Sprint([]Signature{{"ann", noon}, {"bob", noon}}) {
		t.Errorf("%+v, %v", after, err)
	}
	for _, c := range []struct {
		what      string
		err, want error
	}{
		{"sign twice", second(o.Sign("m-001", "lease.txt", "ann")), ErrSigned},
		{"replace a signed", third(o.Upload("m-001", "lease.txt", "ann", nil)), ErrSigned},
		{"sign a missing document", second(o.Sign("m-002", "lease.txt", "ann")), ErrNotFound},
		{"read a missing document", second(o.Document("m-001", "other.txt")), ErrNotFound},
		{"upload to nowhere", third(o.Upload("m-999", "lease.txt", "ann", nil)), ErrNotFound},
		{"upload without a name", third(o.Upload("m-001", "", "ann", nil)), ErrName},
		{"upload with a bad name", third(o.Upload("m-001", "../x", "ann", nil)), ErrName},
		{"upload with a long name", third(o.Upload("m-001", strings.Repeat("x", 101), "ann", nil)), ErrName},
	} {
		if !errors.Is(c.err, c.want) {
			t.Errorf("%s: %v, want %v", c.what, c.err, c.want)
		}
	}
}

func second[T any](_ T, err error) error        { return err }
func third[T, U any](_ T, _ U, err error) error { return err }

func (o *Office) upload(t *testing.T, name string) { // 1 MiB less the overhead
	t.Helper()
	if _, _, err := o.Upload("m-001", name, "ann", make([]byte, 1<<20-documentOverhead)); err != nil {
		t.Fatal(err)
	}
}

func TestOldestGo(t *testing.T) {
	o := office(2 << 20)
	for _, name := range []string{"one", "two", "three"} {
		o.upload(t, name)
	}
	_, documents, _ := o.Matter("m-001", 10)
	if len(documents) != 2 || documents[0].Name != "three" || documents[1].Name != "two" {
		t.Errorf("%+v", documents)
	}
	if _, documents, _ := o.Matter("m-001", 1); len(documents) != 1 {
		t.Errorf("more documents than the limit: %+v", documents)
	}
}

func TestSearch(t *testing.T) {
	o := office(1 << 20)
	o.upload(t, "Lease-signed.pdf")
	matters, documents := o.Search("lEASe", 4)
	if len(matters) != 4 || matters[0].Title != "Lease of Arbor Bank" || len(documents) != 1 || documents[0].Name != "Lease-signed.pdf" {
		t.Errorf("%+v, %+v", matters, documents)
	}
	if matters, documents := o.Search("fjord", 100); len(matters) != 8 || len(documents) != 0 {
		t.Errorf("%+v, %+v", matters, documents)
	}
}

// All methods concurrently, for the race detector; and no signature is lost.
func TestConcurrently(t *testing.T) {
	o := office(1 << 20)
	if _, _, err := o.Upload("m-001", "shared", "ann", []byte("text")); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for i := range 20 {
		group.Go(func() {
			person := fmt.Sprintf("person-%d", i)
			if _, err := o.Sign("m-001", "shared", person); err != nil {
				t.Errorf("%s: %v", person, err)
			}
			_, _, _ = o.Upload("m-002", person, person, []byte(person))
			_, _, _ = o.Matter("m-001", 10)
			o.Search("person", 10)
			d, err := o.Document("m-001", "shared")
			if err != nil || len(d.Signatures) == 0 {
				t.Errorf("%s: %+v, %v", person, d, err)
			}
		})
	}
	group.Wait()
	if d, _ := o.Document("m-001", "shared"); len(d.Signatures) != 20 {
		t.Errorf("%d signatures, want 20", len(d.Signatures))
	}
}
