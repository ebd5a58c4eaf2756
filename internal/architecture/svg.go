package architecture

import (
	"encoding/xml"
	"fmt"
	"strings"
)

// The colours of the picture. It brings its own light background, so that it can be read in a dark page too.
const (
	ink        = "#0f172a"
	grey       = "#475569"
	paper      = "#ffffff"
	zoneFill   = "#f1f5f9"
	cellFill   = "#e2e8f0"
	zoneStroke = "#94a3b8"
)

// wayColors are dark enough for text on paper.
var wayColors = map[Way]string{None: "#64748b", Request: "#1d4ed8", Delivery: "#b45309", Operations: "#64748b"}

var wayNames = map[Way]string{Request: "request", Delivery: "delivery", Operations: "operations"}

// SVG is the picture as a document of its own: no scripts, no fonts, no other file.
func (p *Picture) SVG() string {
	s := &strings.Builder{}
	w, h := p.Size.W, p.Size.H
	line(s, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" width="%g" height="%g"`, w, h, w, h)
	line(s, ` role="img" aria-labelledby="title desc">`)
	line(s, `<title id="title">%s</title>`, escaped(p.Title))
	line(s, `<desc id="desc">%s</desc>`, escaped(p.Description))
	line(s, `<style>text{font-family:system-ui,"Segoe UI",Roboto,Helvetica,Arial,"DejaVu Sans",sans-serif}</style>`)
	line(s, `<defs>`)
	for _, way := range []Way{Request, Delivery, Operations} {
		line(s, `<marker id="%s" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9"`, wayNames[way])
		line(s, ` markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L10 5L0 10z" fill="%s"/></marker>`, wayColors[way])
	}
	line(s, `</defs>`)
	line(s, `<rect width="%g" height="%g" rx="12" fill="%s"/>`, w, h, paper)
	for _, zone := range p.Zones {
		dash := ""
		if zone.Dashed {
			dash = ` stroke-dasharray="5 4"`
		}
		line(s, `<rect %s rx="8" fill="%s" stroke="%s"%s/>`, area(zone.Rect), zone.Fill, zoneStroke, dash)
		write(s, zone.Texts)
	}
	for _, arrow := range append(p.Arrows, p.Samples...) {
		dim(s, arrow.Dim, func() { arrow.write(s) })
	}
	for _, box := range p.Boxes {
		dim(s, box.Dim, func() { box.write(s) })
	}
	for _, arrow := range p.Arrows {
		if len(arrow.Label) > 0 {
			dim(s, arrow.Dim, func() {
				line(s, `<rect %s rx="7" fill="%s" stroke="%s" stroke-width="0.75"/>`, area(arrow.Pill), paper, wayColors[arrow.Way])
				write(s, arrow.Label)
			})
		}
	}
	for _, zone := range p.Zones {
		mark(s, zone.Rect, zone.Mark, zone.Loses)
	}
	for _, box := range p.Boxes {
		mark(s, box.Rect, box.Mark, box.Loses)
	}
	write(s, p.Texts)
	line(s, `</svg>`)
	return s.String()
}

// dim fades what is written.
func dim(s *strings.Builder, faded bool, write func()) {
	if faded {
		line(s, `<g opacity="0.3">`)
	}
	write()
	if faded {
		line(s, `</g>`)
	}
}

func (a Arrow) write(s *strings.Builder) {
	var path strings.Builder
	for i, point := range a.Points {
		command := "L"
		if i == 0 {
			command = "M"
		}
		fmt.Fprintf(&path, "%s%g %g", command, point.X, point.Y)
	}
	thickness, dash := 1.25, ""
	if a.Way != Operations {
		thickness = 2.25
	}
	if a.Dashed {
		dash = ` stroke-dasharray="5 4"`
	}
	line(s, `<path d="%s" fill="none" stroke="%s" stroke-width="%g" stroke-linejoin="round"%s marker-end="url(#%s)"/>`,
		path.String(), wayColors[a.Way], thickness, dash, wayNames[a.Way])
}

func (b Box) write(s *strings.Builder) {
	thickness, dash := 1.0, ""
	if b.Way == Request || b.Way == Delivery {
		thickness = 1.75
	}
	if b.Faint {
		thickness, dash = 1, ` stroke-dasharray="4 3"`
	}
	line(s, `<rect %s rx="6" fill="%s" stroke="%s" stroke-width="%g"%s/>`,
		area(b.Rect), paper, wayColors[b.Way], thickness, dash)
	write(s, b.Texts)
	if b.Badge != "" {
		at := b.badge()
		line(s, `<circle cx="%g" cy="%g" r="%g" fill="%s" stroke="%s" stroke-width="2"/>`,
			at.X+at.W/2, at.Y+at.H/2, at.W/2, wayColors[b.Way], paper)
		write(s, []Text{{
			At: Point{at.X + at.W/2, at.Y + at.H/2 + 4.5}, Text: b.Badge,
			Size: titleSize, Bold: true, Anchor: "middle", Color: paper,
		}})
	}
}

// badge is where the badge is: on the top left corner.
func (b Box) badge() Rect { return Rect{b.Rect.X - 11, b.Rect.Y - 11, 22, 22} }

func write(s *strings.Builder, texts []Text) {
	for _, text := range texts {
		more := ""
		if text.Bold {
			more += ` font-weight="700"`
		}
		if text.Anchor != "" {
			more += fmt.Sprintf(` text-anchor="%s"`, text.Anchor)
		}
		line(s, `<text x="%g" y="%g" font-size="%g" fill="%s"%s>%s</text>`,
			text.At.X, text.At.Y, text.Size, text.Color, more, escaped(text.Text))
	}
}

func area(r Rect) string {
	return fmt.Sprintf(`x="%g" y="%g" width="%g" height="%g"`, r.X, r.Y, r.W, r.H)
}

func line(s *strings.Builder, format string, values ...any) {
	fmt.Fprintf(s, format+"\n", values...)
}

func escaped(text string) string {
	var s strings.Builder
	// A strings.Builder takes everything.
	_ = xml.EscapeText(&s, []byte(text))
	return s.String()
}
