package cloud

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"legops/internal/catalogue"
)

// An index finds entries by what they are, by what they are called and by what they use, so that no call has to look
// at everything that exists. Its keys are made of an entry alone.
type index map[indexKey]map[entryKey]*Entry

// indexKey is one thing by which entries are found. What a kind does not need is empty.
type indexKey struct{ kind, account, place, typ, value string }

// The kinds of keys.
func byURN(account, urn string) indexKey { return indexKey{kind: "urn", account: account, value: urn} }

func byType(typ string) indexKey { return indexKey{kind: "type", typ: typ} }

func byEndpoint(endpoint string) indexKey {
	return indexKey{kind: "endpoint", value: strings.ToLower(endpoint)}
}

func byReference(account, reference string) indexKey {
	return indexKey{kind: "is", account: worldwide(account, reference), value: reference}
}

func byUse(account, reference string) indexKey {
	return indexKey{kind: "uses", account: worldwide(account, reference), value: reference}
}

// worldwide is the account that a reference is looked for in: the ARN of a bucket means one bucket in the world.
func worldwide(account, reference string) string {
	if strings.HasPrefix(reference, "arn:") && strings.Contains(reference, ":s3:::") {
		return ""
	}
	return account
}

// byName finds what has a physical name.
func byName(e *Entry, name string) indexKey {
	known := catalogue.Of(e.Type)
	if known.Name.Worldwide {
		return indexKey{kind: "name", typ: e.Type, value: name}
	}
	within := ""
	switch {
	case isObject(e.Type):
		within = namespaceOf(e.in())
	case known.Name.Within != "":
		within = e.in().Text(known.Name.Within)
	}
	return indexKey{"name", e.Account, placeOf(e.Type, e.Region) + "/" + e.Cluster, e.Type, within + "/" + name}
}

// byLink finds what names a resource of a type by its id or its physical name.
func byLink(account, region, target, name string) indexKey {
	return indexKey{"links", account, placeOf(target, region), target, name}
}

// byPrincipal finds the policies that name a principal.
func byPrincipal(account, principal string) indexKey {
	return indexKey{kind: "principal", account: account, value: principal}
}

// byGroup finds what a quota counts together.
func byGroup(e *Entry, per string) indexKey {
	return indexKey{"group " + per, e.Account, placeOf(e.Type, e.Region), e.Type, e.in().Text(per)}
}

// keys are all keys by which an entry is found.
func (e *Entry) keys() []indexKey {
	keys := []indexKey{byType(e.Type)}
	if e.Pending {
		keys = append(keys, byURN(e.Account, e.URN))
	}
	if e.Type == catalogue.Cluster {
		keys = append(keys, byEndpoint(fmt.Sprint(e.Outputs["endpoint"])))
	}
	if name := nameOf(e.Type, e.in()); name != "" {
		keys = append(keys, byName(e, name))
	}
	for _, reference := range e.stands() {
		keys = append(keys, byReference(e.Account, reference))
	}
	for _, use := range e.uses() {
		keys = append(keys, use.key(e))
	}
	if catalogue.Of(e.Type).Policy.Principal == catalogue.Must {
		for _, statement := range e.policyOf().Statement {
			for _, principal := range statement.Principal["AWS"] {
				keys = append(keys, byPrincipal(e.Account, principal))
			}
		}
	}
	if quota := catalogue.Of(e.Type).Quota; quota.Limit > 0 {
		keys = append(keys, byGroup(e, quota.Per))
	}
	return keys
}

// put and remove keep the index true to the entries.
func (i index) put(e *Entry) {
	for _, key := range e.keys() {
		if i[key] == nil {
			i[key] = map[entryKey]*Entry{}
		}
		i[key][e.key()] = e
	}
}

func (i index) remove(e *Entry) {
	for _, key := range e.keys() {
		delete(i[key], e.key())
		if len(i[key]) == 0 {
			delete(i, key)
		}
	}
}

// find returns the entries under a key in a fixed order.
func (i index) find(key indexKey) []*Entry {
	return slices.SortedFunc(maps.Values(i[key]), func(a, b *Entry) int { return a.key().compare(b.key()) })
}
