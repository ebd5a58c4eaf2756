package architecture

import "strings"

// Way is what an arrow or a box belongs to, and so its colour.
type Way int

// The ways of the picture. None is what is on none of them.
const (
	None Way = iota
	Request
	Delivery
	Operations
)

// Point is a place in the picture, from its top left corner.
type Point struct{ X, Y float64 }

// Rect is a rectangle.
type Rect struct{ X, Y, W, H float64 }

func (r Rect) right() float64  { return r.X + r.W }
func (r Rect) bottom() float64 { return r.Y + r.H }

// grown is the rectangle with a margin around it; a negative one makes it smaller.
func (r Rect) grown(by float64) Rect { return Rect{r.X - by, r.Y - by, r.W + 2*by, r.H + 2*by} }

// Text is one line of text.
type Text struct {
	At    Point // where its baseline begins, or the place of its Anchor
	Text  string
	Size  float64
	Bold  bool
	Color string
	// Anchor is what is at At, of the values of text-anchor: start unless middle or end.
	Anchor string
}

// Box is a thing with its text, or a person.
type Box struct {
	ID   string
	Zone string // "" of what is outside
	Rect Rect
	Way  Way
	// Badge is its number on the way of a request or its letter on that of a release. Optional.
	Badge string
	Texts []Text
	// Faint is a box that is there without being on the way, such as a standby.
	Faint bool
	// Mark is what happens to it, Loses says that something in it goes, and Dim that nothing happens while something does elsewhere.
	Mark       string
	Loses, Dim bool
}

// Zone is an area with boxes in it.
type Zone struct {
	ID     string
	Inside string // the zone around it, "" of none
	Rect   Rect
	Fill   string
	Dashed bool
	Texts  []Text
	// Mark is what happens to it, and Loses says that something in it goes.
	Mark  string
	Loses bool
}

// Arrow goes from one box to another, in straight lines.
type Arrow struct {
	From, To string
	Way      Way
	Points   []Point
	// Label is what is said on it, and Pill the area it takes; none without a label.
	Label []Text
	Pill  Rect
	// Dashed is what happens without a request, such as a copy.
	Dashed bool
	// Dim is an arrow between things to which nothing happens.
	Dim bool
}

// Picture is what is drawn, with every position settled.
type Picture struct {
	Title, Description string
	Size               Rect
	Zones              []Zone
	Boxes              []Box
	Arrows             []Arrow
	Texts              []Text // title and legend
	Samples            []Arrow
}

// paragraph writes a text from a baseline on, broken so that its lines fit; spaces at its beginning indent it.
func paragraph(at Point, text string, style Text, most float64) []Text {
	var texts []Text
	indent := 6 * float64(len(text)-len(strings.TrimLeft(text, " ")))
	for _, line := range wrap(text, style.Size, style.Bold, most-indent) {
		style.Text, style.At = line, Point{at.X + indent, at.Y}
		texts = append(texts, style)
		at.Y += lineHeight
	}
	return texts
}
