package reach

import (
	"slices"

	"legops/internal/proofs"
)

// mutations are all kinds.
var mutations = slices.Concat(mutationsOfAws, mutationsOfCluster, mutationsOfAccess)

// necessary takes away each line about connections, in a sample one that the seed chooses, and finds those that nothing then misses: they
// explain no path. It returns how many it took.
func (d *deployed) necessary(s *proofs.Search) (taken int) {
	lines, before := linesOf(d.cfg), d.judge().found
	random := s.Random("lines of " + d.name)
	all := slices.Clone(lines)
	lines = slices.DeleteFunc(lines, func(l line) bool { return l.service != "" })
	if s.Sample < 1 {
		at := random.IntN(len(lines))
		lines = lines[at : at+1]
	}
	for _, l := range lines {
		taken++
		others := slices.DeleteFunc(slices.Clone(all), func(other line) bool { return other.name == l.name })
		if found := d.judgeBy(others).found; slices.Equal(found, before) {
			s.Find("%s: without the line %q nothing is missed (again: go run ./cmd/prove -only reach -seed %d -sample %v)", d.name, l.name, s.Seed, s.Sample)
		}
	}
	return taken
}

// sensitive changes what was deployed and finds changes that make no difference to the proof: those of each kind at every place, in a sample
// at one that the seed chooses. It returns how many it made and how many places its changes leave out, and adds the kinds to those tried.
func (d *deployed) sensitive(s *proofs.Search, tried map[string]bool) (changed, left int) {
	w, random := newWorld(d), s.Random("changes of "+d.name)
	before := d.judge().found
	for _, m := range mutations {
		places := m.at(w)
		if s.Sample < 1 && len(places) > 0 {
			at := random.IntN(len(places))
			places = places[at : at+1]
		}
		for _, c := range places {
			changed++
			tried[m.kind] = true
			entries := c.entries()
			after := &deployed{d.name, d.cfg, entries}
			if slices.Equal(after.judge().found, before) {
				s.Find("%s: %q at %s makes no difference to the proof (again: go run ./cmd/prove -only reach -seed %d -sample %v)", d.name, m.kind, c.place, s.Seed, s.Sample)
			}
		}
	}
	return changed, w.left
}
