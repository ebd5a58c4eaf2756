package architecture

import (
	_ "embed"
	"strings"
	"text/template"
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

// Color is the color of what belongs to a way, Name the name of its arrowhead.
func (w Way) Color() string { return wayColors[w] }

// Name is the name of a way; "" of none.
func (w Way) Name() string {
	return map[Way]string{Request: "request", Delivery: "delivery", Operations: "operations"}[w]
}

// Thick says whether people follow the way through the picture.
func (w Way) Thick() bool { return w == Request || w == Delivery }

// BadgeTexts are what is in the badge on the top left corner of a box.
func (b Box) BadgeTexts() []Text {
	return []Text{{At: Point{b.Rect.X, b.Rect.Y + 4.5}, Text: b.Badge, Size: titleSize, Bold: true, Anchor: "middle", Color: paper}}
}

//go:embed picture.svg.tmpl
var pictureFile string

var picture = template.Must(template.New("picture").Funcs(template.FuncMap{
	"ways":       func() []Way { return []Way{Request, Delivery, Operations} },
	"paper":      func() string { return paper },
	"zoneStroke": func() string { return zoneStroke },
	"mark":       mark,
}).Parse(pictureFile))

// SVG is the picture as a document of its own: no scripts, no fonts, no other file.
func (p *Picture) SVG() string {
	var s strings.Builder
	if err := picture.Execute(&s, p); err != nil {
		panic(err) // the template is compiled in, and fits every picture
	}
	return s.String()
}
