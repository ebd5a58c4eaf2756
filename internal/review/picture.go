package review

import (
	"cmp"
	"strings"

	"legops/internal/architecture"
	"legops/internal/model"
)

// draw draws the architecture of the head with what changes marked. Where nothing changes there is no picture.
func (s *Stack) draw(head *model.Graph) {
	var marks []architecture.Mark
	for i := range s.Changes {
		c := &s.Changes[i]
		if !c.Noise {
			marks = append(marks, architecture.Mark{Resource: cmp.Or(c.new, c.old), Component: c.ComponentKind, Kind: string(c.Kind)})
		}
	}
	if len(marks) == 0 {
		return
	}
	picture := architecture.Draw(head, s.Name)
	s.Unseen = picture.Highlight(marks)
	// Ids are of a page, and a page has a picture of every stack.
	own := s.Name + "-"
	s.Picture = strings.NewReplacer(`id="`, `id="`+own, `url(#`, `url(#`+own, `"title desc"`, `"`+own+`title `+own+`desc"`).Replace(picture.SVG())
}
