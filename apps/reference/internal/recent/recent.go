// Package recent keeps the newest values, up to a limit, so that memory does not grow with the number of requests.
package recent

import (
	"container/list"
	"iter"
)

// Values holds values by key. When their total cost exceeds the limit, it drops the oldest. It is not safe for
// concurrent use.
type Values[K comparable, V any] struct {
	limit, cost int
	entries     map[K]*list.Element
	order       *list.List // the newest first
}

type entry[K comparable, V any] struct {
	key   K
	value V
	cost  int
}

// New returns empty Values with a limit of the total cost.
func New[K comparable, V any](limit int) *Values[K, V] {
	return &Values[K, V]{limit: limit, entries: map[K]*list.Element{}, order: list.New()}
}

// Get returns the value of a key.
func (v *Values[K, V]) Get(key K) (value V, found bool) {
	element, found := v.entries[key]
	if !found {
		return value, false
	}
	return element.Value.(entry[K, V]).value, true
}

// Put stores a value, replacing that of the key. It drops a value that costs more than the limit.
func (v *Values[K, V]) Put(key K, value V, cost int) {
	v.Remove(key)
	v.entries[key] = v.order.PushFront(entry[K, V]{key, value, cost})
	v.cost += cost
	for v.cost > v.limit {
		v.Remove(v.order.Back().Value.(entry[K, V]).key)
	}
}

// Remove removes a key.
func (v *Values[K, V]) Remove(key K) {
	if element, found := v.entries[key]; found {
		v.cost -= v.order.Remove(element).(entry[K, V]).cost
		delete(v.entries, key)
	}
}

// All returns the values, newest first.
func (v *Values[K, V]) All() iter.Seq[V] {
	return func(yield func(V) bool) {
		for element := v.order.Front(); element != nil; element = element.Next() {
			if !yield(element.Value.(entry[K, V]).value) {
				return
			}
		}
	}
}
