package recent

import (
	"slices"
	"testing"
)

func TestValues(t *testing.T) {
	v := New[string, int](10)
	v.Put("a", 1, 4)
	v.Put("b", 2, 4)
	v.Put("a", 3, 4) // moves to the front
	for _, step := range []struct {
		key  string
		cost int
		want []int
	}{
		{"", 0, []int{3, 2}},
		{"c", 2, []int{9, 3, 2}}, // exactly the limit
		{"d", 1, []int{9, 9, 3}}, // one over: b is the oldest
		{"e", 10, []int{9}},      // leaves no room for others
		{"f", 11, nil},           // above the limit: nothing stays
	} {
		if step.key != "" {
			v.Put(step.key, 9, step.cost)
		}
		if got := slices.Collect(v.All()); !slices.Equal(got, step.want) {
			t.Errorf("after %q: %v, want %v", step.key, got, step.want)
		}
	}
	if len(v.entries) != 0 || v.cost != 0 || v.order.Len() != 0 {
		t.Errorf("not empty: %+v", v)
	}
	v.Put("g", 7, 1)
	v.Remove("g")
	v.Remove("g")
	if _, found := v.Get("g"); found || v.cost != 0 {
		t.Errorf("a removed value is left, or its cost: %d", v.cost)
	}
}
