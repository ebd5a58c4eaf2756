package review

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"legops/internal/architecture"
)

// draw makes the picture of the architecture with what changes marked. It comes from the head's golden preview, which the tests keep
// true; without one there is no picture.
func (s *Stack) draw(golden string) error {
	var marks []architecture.Mark
	for i := range s.Changes {
		c := &s.Changes[i]
		if !c.Noise {
			marks = append(marks, architecture.Mark{Type: c.Type, Name: c.Name, Component: c.ComponentKind, Inputs: cmp.Or(c.new, c.old).Inputs, Kind: string(c.Kind)})
		}
	}
	if len(marks) == 0 {
		return nil
	}
	file, err := os.Open(golden)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	graph, err := architecture.Read(file)
	if err != nil {
		return fmt.Errorf("%s: %w", golden, err)
	}
	picture := architecture.Draw(graph, s.Name)
	s.Unseen = picture.Highlight(marks)
	// Ids are of a page, and a page has a picture of every stack.
	own := s.Name + "-"
	s.Picture = strings.NewReplacer(`id="`, `id="`+own, `url(#`, `url(#`+own, `"title desc"`, `"`+own+`title `+own+`desc"`).Replace(picture.SVG())
	return nil
}
