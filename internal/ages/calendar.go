// Package ages is the calendar of what ages by itself: until when the versions in use are supported, and what happens then. It has one table,
// products. From it come a line in every review, an issue each night that something comes nearer, and docs/ages.md.
package ages

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Product is something of which versions are in use.
type Product struct {
	// Name is its name, such as Kubernetes on EKS.
	Name string
	// Chosen says what chooses its version: a key of the stack file, or a file of the program.
	Chosen string
	// Source is where the dates of its versions were read: repository, file, and the commit or day of what was read.
	Source string
	// Then is what happens at the end of standard support where extended support is off, or does not exist.
	Then string
	// Extended is what happens there where extended support is on, with what that costs and where it was read. "" where there is none.
	Extended string
	// After is what happens at the end of extended support. "" where there is none.
	After string
	// Newer says whether a version that the calendar does not have can be chosen, and if not, what depends on the version.
	Newer string
	// Runbook is a file in docs/ that says how to get to a newer version.
	Runbook string
	// Versions are those in use, and those that a stack file may name.
	Versions []Version
}

// Version is one of a product's. Days are written as 2027-03-27, in UTC.
type Version struct {
	Name string
	// Ends is the day on which standard support ends. "" means that no such day was found published.
	Ends string
	// ExtendedEnds is the day on which what comes after it ends. "" where there is nothing, or no day was found.
	ExtendedEnds string
}

// dayFormat is how a day is written.
const dayFormat = time.DateOnly

// Products are the calendar. What is wrong with it is an error in the program: a test asks Problems.
func Products() []Product { return products }

// find is a product by its name; nil if there is none.
func find(name string) *Product {
	at := slices.IndexFunc(products, func(p Product) bool { return p.Name == name })
	if at < 0 {
		return nil
	}
	return &products[at]
}

// Row is the version of a product with a name; false if the calendar has none.
func (p *Product) Row(name string) (Version, bool) {
	at := slices.IndexFunc(p.Versions, func(v Version) bool { return v.Name == name })
	if at < 0 {
		return Version{}, false
	}
	return p.Versions[at], true
}

// Knows says whether the calendar has the version of a use.
func Knows(u Use) bool {
	p := find(u.Product)
	if p == nil {
		return false
	}
	_, known := p.Row(u.Version)
	return known
}

// OpenSearchVersions are the versions of the search domain that the calendar knows, such as OpenSearch_2.19, oldest first.
func OpenSearchVersions() []string {
	var names []string
	for _, v := range find(OpenSearch).Versions {
		names = append(names, v.Name)
	}
	return names
}

// Problems says what is wrong with a calendar: a date that is none, an end before the one that comes before it, a source or a text that is
// missing, a row that is there twice.
func Problems(calendar []Product) []string {
	var found []string
	say := func(format string, values ...any) { found = append(found, fmt.Sprintf(format, values...)) }
	names := map[string]bool{}
	for _, p := range calendar {
		if names[p.Name] {
			say("%s is there twice", p.Name)
		}
		names[p.Name] = true
		for what, text := range map[string]string{"Name": p.Name, "Chosen": p.Chosen, "Source": p.Source, "Then": p.Then, "Newer": p.Newer, "Runbook": p.Runbook} {
			if strings.TrimSpace(text) == "" {
				say("%s has no %s", p.Name, what)
			}
		}
		if (p.Extended == "") != (p.After == "") {
			say("%s: Extended and After need each other", p.Name)
		}
		if len(p.Versions) == 0 {
			say("%s has no versions", p.Name)
		}
		rows := map[string]bool{}
		for _, v := range p.Versions {
			of := p.Name + " " + v.Name
			if v.Name == "" || rows[v.Name] {
				say("%s has a row without a name, or one that is there twice", of)
			}
			rows[v.Name] = true
			ends, err := time.Parse(dayFormat, v.Ends)
			if v.Ends != "" && err != nil {
				say("%s: Ends %q is no day such as 2027-03-27", of, v.Ends)
			}
			after, err := time.Parse(dayFormat, v.ExtendedEnds)
			switch {
			case v.ExtendedEnds == "":
			case err != nil:
				say("%s: ExtendedEnds %q is no day such as 2027-03-27", of, v.ExtendedEnds)
			case p.Extended == "":
				say("%s: ExtendedEnds is given, and the product has no Extended", of)
			case !after.After(ends):
				say("%s: ExtendedEnds %s is not after Ends %s", of, v.ExtendedEnds, v.Ends)
			}
		}
	}
	slices.Sort(found)
	return found
}
