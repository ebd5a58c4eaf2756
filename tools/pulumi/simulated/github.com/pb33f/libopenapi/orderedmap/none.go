// Package orderedmap has maps without entries.
package orderedmap

import "iter"

// Map is empty.
type Map[K comparable, V any] struct{}

// New returns an empty map.
func New[K comparable, V any]() *Map[K, V] { return nil }

// Len is 0.
func Len[K comparable, V any](*Map[K, V]) int { return 0 }

// Get finds nothing.
func (*Map[K, V]) Get(K) (none V, found bool) { return none, false }

// GetOrZero finds nothing.
func (*Map[K, V]) GetOrZero(K) (none V) { return none }

// Set does nothing.
func (*Map[K, V]) Set(K, V) {}

// Delete does nothing.
func (*Map[K, V]) Delete(K) {}

// FromOldest yields nothing.
func (*Map[K, V]) FromOldest() iter.Seq2[K, V] { return func(func(K, V) bool) {} }

// KeysFromOldest yields nothing.
func (*Map[K, V]) KeysFromOldest() iter.Seq[K] { return func(func(K) bool) {} }
