package architecture

// overlaps says whether two rectangles share more than an edge.
func (r Rect) overlaps(o Rect) bool {
	return r.X < o.right() && o.X < r.right() && r.Y < o.bottom() && o.Y < r.bottom()
}

// inside says whether the rectangle is within another.
func (r Rect) inside(o Rect) bool {
	return r.X >= o.X && r.right() <= o.right() && r.Y >= o.Y && r.bottom() <= o.bottom()
}

// touches says whether a point is on the rectangle's edge.
func (r Rect) touches(p Point) bool {
	within := p.X >= r.X && p.X <= r.right() && p.Y >= r.Y && p.Y <= r.bottom()
	return within && (p.X == r.X || p.X == r.right() || p.Y == r.Y || p.Y == r.bottom())
}

// rect is what the text covers at most.
func (t Text) rect() Rect {
	w := width(t.Text, t.Size, t.Bold)
	r := Rect{t.At.X, t.At.Y - 0.78*t.Size, w, t.Size}
	switch t.Anchor {
	case "middle":
		r.X -= w / 2
	case "end":
		r.X -= w
	}
	return r
}

// texts are all texts of the picture.
func (p *Picture) texts() []Text {
	all := append([]Text{}, p.Texts...)
	for _, zone := range p.Zones {
		all = append(all, zone.Texts...)
	}
	for _, box := range p.Boxes {
		all = append(all, box.Texts...)
	}
	for _, arrow := range p.Arrows {
		all = append(all, arrow.Label...)
	}
	return all
}

// badge is where the badge is: on the top left corner.
func (b Box) badge() Rect { return Rect{b.Rect.X - 11, b.Rect.Y - 11, 22, 22} }
