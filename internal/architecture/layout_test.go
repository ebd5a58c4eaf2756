package architecture

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/model"
)

// segments are the straight lines of an arrow, as areas without thickness.
func (a Arrow) segments() []Rect {
	var all []Rect
	for i := 1; i < len(a.Points); i++ {
		from, to := a.Points[i-1], a.Points[i]
		all = append(all, Rect{
			min(from.X, to.X), min(from.Y, to.Y), math.Abs(from.X - to.X), math.Abs(from.Y - to.Y),
		})
	}
	return all
}

// problems are what makes a picture hard to read, found in its geometry.
func (p *Picture) problems() []string {
	var all []string
	say := func(is bool, format string, values ...any) {
		if is {
			all = append(all, fmt.Sprintf(format, values...))
		}
	}
	boxes, zones := map[string]Box{}, map[string]Zone{}
	for _, zone := range p.Zones {
		zones[zone.ID] = zone
		around := p.Size
		if zone.Inside != "" {
			around = zones[zone.Inside].Rect
		}
		say(!zone.Rect.inside(around), "zone %s is not inside %q", zone.ID, zone.Inside)
		for _, text := range zone.Texts {
			sides := zone.Rect
			sides.Y, sides.H = around.Y, around.H // headings are above
			say(!text.rect().inside(sides), "%q is wider than zone %s", text.Text, zone.ID)
		}
	}
	for i, box := range p.Boxes {
		boxes[box.ID] = box
		if box.Zone != "" {
			say(!box.Rect.inside(zones[box.Zone].Rect), "box %s is not inside zone %s", box.ID, box.Zone)
		}
		for _, text := range box.Texts {
			say(!text.rect().inside(box.Rect.grown(-4)), "%q is not inside box %s", text.Text, box.ID)
		}
		for _, other := range p.Boxes[:i] {
			say(box.Rect.grown(5).overlaps(other.Rect), "boxes %s and %s are too close", box.ID, other.ID)
		}
		for _, zone := range p.Zones {
			for _, text := range zone.Texts {
				say(text.rect().overlaps(box.Rect), "box %s is on %q", box.ID, text.Text)
				say(box.Badge != "" && text.rect().overlaps(box.badge()), "the badge of %s is on %q", box.ID, text.Text)
			}
		}
	}
	texts := p.texts()
	for i, text := range texts {
		say(!text.rect().inside(p.Size), "%q is outside the picture", text.Text)
		for _, other := range texts[:i] {
			say(text.rect().overlaps(other.rect()), "%q and %q overlap", text.Text, other.Text)
		}
	}
	for i, arrow := range p.Arrows {
		name := arrow.From + " to " + arrow.To
		say(!boxes[arrow.From].Rect.touches(arrow.Points[0]), "%s does not begin at its box", name)
		say(!boxes[arrow.To].Rect.touches(arrow.Points[len(arrow.Points)-1]), "%s does not end at its box", name)
		for _, segment := range arrow.segments() {
			say(segment.W != 0 && segment.H != 0, "%s is not straight", name)
			for _, box := range p.Boxes {
				say(segment.overlaps(box.Rect), "%s goes through box %s", name, box.ID)
			}
			for _, box := range p.Boxes {
				say(box.Badge != "" && segment.overlaps(box.badge()), "%s goes through the badge of %s", name, box.ID)
			}
			for _, zone := range p.Zones {
				for _, text := range zone.Texts {
					say(segment.grown(2).overlaps(text.rect()), "%s goes through %q", name, text.Text)
				}
			}
			for _, other := range p.Arrows[:i] {
				if other.From == arrow.From {
					continue // they may begin as one
				}
				for _, crossed := range other.segments() {
					say(segment.grown(1).overlaps(crossed.grown(1)), "%s crosses %s to %s", name, other.From, other.To)
				}
				say(len(other.Label) > 0 && segment.overlaps(other.Pill),
					"%s goes through the label of %s to %s", name, other.From, other.To)
			}
		}
		if len(arrow.Label) == 0 {
			continue
		}
		for _, text := range arrow.Label {
			say(!text.rect().inside(arrow.Pill), "%q is wider than the label of %s", text.Text, name)
		}
		for _, box := range p.Boxes {
			say(arrow.Pill.grown(4).overlaps(box.Rect), "the label of %s is too close to %s", name, box.ID)
		}
		for _, text := range texts {
			isOwn := text.Anchor == "middle" && text.rect().inside(arrow.Pill)
			say(!isOwn && arrow.Pill.overlaps(text.rect()), "the label of %s is on %q", name, text.Text)
		}
	}
	return all
}

func TestPicturesAreReadable(t *testing.T) {
	for _, stack := range stackNames {
		p := Draw(graphOf(t, stack), stack)
		for _, problem := range p.problems() {
			t.Errorf("%s: %s", stack, problem)
		}
	}
}

// Each mistake has to be found, or the test above says nothing.
func TestProblemsAreFound(t *testing.T) {
	for _, mistake := range []struct {
		complaint string
		spoil     func(*Picture)
	}{
		{`zone edge is not inside ""`, func(p *Picture) { p.Zones[0].Rect.X = -1 }},
		{"is wider than zone edge", func(p *Picture) { p.Zones[0].Texts[0].Text = strings.Repeat("edge ", 20) }},
		{"is not inside box visitor", func(p *Picture) { p.box("visitor").Texts[1].Text = strings.Repeat("a", 30) }},
		{"boxes firewall and cdn are too close", func(p *Picture) { p.box("cdn").Rect.H += 12 }},
		{"box cdn is not inside zone edge", func(p *Picture) { p.box("cdn").Rect.X -= 40 }},
		{"visitor to cdn does not begin at its box", func(p *Picture) { p.box("visitor").Rect.W -= 10 }},
		{"visitor to cdn does not end at its box", func(p *Picture) { p.box("cdn").Rect.Y += 90 }},
		{"administrators to bastion goes through box errors", func(p *Picture) { p.box("errors").Rect.Y += 70 }},
		{"visitor to cdn is not straight", func(p *Picture) { p.Arrows[0].Points = []Point{{164, 300}, {240, 310}} }},
		{"the label of visitor to cdn is too close to cdn", func(p *Picture) { p.Arrows[0].Pill.X += 20 }},
		{"balancer to ingress crosses visitor to cdn", func(p *Picture) { p.Arrows[2].Points = p.Arrows[0].Points }},
		{"cdn to balancer goes through the label of visitor", func(p *Picture) {
			p.Arrows[1].Points = []Point{{180, 306}, {220, 306}}
		}},
		{`"https://" and "Browser" overlap`, func(p *Picture) { p.box("visitor").Texts[1].At.Y -= 10 }},
		{`the badge of visitor is on "Edge"`, func(p *Picture) { p.Zones[0].Texts[0].At = Point{24, 276} }},
		{"goes through the badge of balancer", func(p *Picture) { p.box("balancer").Rect.Y = 306 }},
		{`goes through "Edge"`, func(p *Picture) { p.Zones[0].Texts[0].At = Point{390, 310} }},
		{"is outside the picture", func(p *Picture) { p.Texts[0].At.X = pictureWidth - 20 }},
		{`"HTTPS" is wider than the label of visitor to cdn`, func(p *Picture) { p.Arrows[0].Pill.W = 20 }},
	} {
		p := Draw(graphOf(t, "prod"), "prod")
		mistake.spoil(p)
		assert.Contains(t, strings.Join(p.problems(), "\n"), mistake.complaint)
	}
}

func (p *Picture) box(id string) *Box {
	for i := range p.Boxes {
		if p.Boxes[i].ID == id {
			return &p.Boxes[i]
		}
	}
	panic(id)
}

// says is all that a box says.
func (p *Picture) says(id string) string {
	var lines []string
	for _, text := range p.box(id).Texts {
		lines = append(lines, text.Text)
	}
	return strings.Join(lines, "\n")
}

func TestPictureShowsWhatTheStackHas(t *testing.T) {
	prod, dev := Draw(graphOf(t, "prod"), "prod"), Draw(graphOf(t, "dev"), "dev")
	has := func(p *Picture, id string) bool {
		for _, box := range p.Boxes {
			if box.ID == id {
				return true
			}
		}
		return false
	}
	for _, id := range []string{"nat-2", "standby", "replicas"} {
		assert.True(t, has(prod, id), id)
		assert.False(t, has(dev, id), id)
	}
	assert.Contains(t, prod.says("database"), "db.r7g.large")
	assert.Contains(t, dev.says("database"), "db.t4g.medium")
	assert.Contains(t, prod.says("queues"), "used by documents, signatures")
	assert.Contains(t, prod.says("buckets"), "evidence, locked 3650 days")
	assert.Contains(t, prod.says("pipelines"), "Source, Build, Approve, Deploy")
	assert.NotContains(t, dev.says("pipelines"), "Approve")
	labels := map[string]string{}
	for _, arrow := range prod.Arrows {
		for _, text := range arrow.Label {
			labels[arrow.From+" "+arrow.To] += text.Text + " "
		}
	}
	assert.Equal(t, "HTTP 30080 ", labels["balancer ingress"])
	assert.Equal(t, "TCP 5432 ", labels["applications database"])
}

// A connection that the graph does not have is not drawn.
func TestArrowsComeFromTheGraph(t *testing.T) {
	g := graphOf(t, "prod")
	var rest []*model.Resource
	for _, r := range g.Resources {
		if r.Name() == "connectivity-nodes-to-database-tcp-5432-in" || strings.HasSuffix(r.Type, ":BucketReplicationConfig") {
			continue
		}
		rest = append(rest, r)
	}
	require.Len(t, rest, len(g.Resources)-3)
	before, after := Draw(g, "prod"), Draw(model.NewGraph(rest), "prod")
	assert.Len(t, after.Arrows, len(before.Arrows)-2)
	for _, arrow := range after.Arrows {
		assert.NotEqual(t, "applications database", arrow.From+" "+arrow.To)
	}
}

// A change that is reviewed may take away anything: what is left is drawn, whatever it is.
func TestAnythingMayBeMissing(t *testing.T) {
	g := graphOf(t, "prod")
	types := map[string]bool{}
	for _, r := range g.Resources {
		types[r.Type] = true
	}
	for typ := range types {
		without := slices.DeleteFunc(slices.Clone(g.Resources), func(r *model.Resource) bool { return r.Type == typ })
		assert.NotPanics(t, func() { Draw(model.NewGraph(without), "prod") }, "without %s", typ)
		only := slices.DeleteFunc(slices.Clone(g.Resources), func(r *model.Resource) bool { return r.Type != typ && r.Kind() == "" })
		assert.NotPanics(t, func() { Draw(model.NewGraph(only), "prod") }, "only %s", typ)
		bare := &model.Resource{Type: typ, URN: resource.URN("urn:pulumi:prod::legops::" + typ + "::bare")}
		assert.NotPanics(t, func() { Draw(model.NewGraph([]*model.Resource{bare}), "prod") }, "one %s without inputs", typ)
	}
}

func TestSVGStandsByItself(t *testing.T) {
	text := Draw(graphOf(t, "prod"), "prod").SVG()
	elements := map[string]int{}
	for decoder := xml.NewDecoder(strings.NewReader(text)); ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		if start, ok := token.(xml.StartElement); ok {
			elements[start.Name.Local]++
			for _, attribute := range start.Attr {
				assert.NotContains(t, attribute.Name.Local, "href")
			}
		}
	}
	assert.Equal(t, 1, elements["title"])
	assert.Equal(t, 1, elements["desc"])
	for _, foreign := range []string{"script", "image", "use", "foreignObject", "a"} {
		assert.Zero(t, elements[foreign], foreign)
	}
	assert.NotContains(t, text, "url(http")
	assert.NotContains(t, text, "@import")
	assert.NotContains(t, text, model.Unknown)
}

// luminance is as WCAG 2.2 defines it.
func luminance(t *testing.T, color string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(strings.TrimPrefix(color, "#"), 16, 32)
	require.NoError(t, err)
	sum := 0.0
	for i, weight := range []float64{0.0722, 0.7152, 0.2126} {
		c := float64(n>>(8*i)&0xff) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

// Text needs a contrast of 4.5 to what is behind it (WCAG 2.2, success criterion 1.4.3).
func TestTextHasContrast(t *testing.T) {
	for _, pair := range [][2]string{
		{ink, paper}, {grey, paper}, {ink, zoneFill}, {ink, cellFill}, {grey, zoneFill},
		{wayColors[Request], paper}, {wayColors[Delivery], paper}, {wayColors[Operations], paper},
	} {
		ratio := (luminance(t, pair[1]) + 0.05) / (luminance(t, pair[0]) + 0.05)
		assert.GreaterOrEqual(t, ratio, 4.5, pair)
	}
}
