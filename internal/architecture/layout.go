package architecture

import (
	"fmt"
	"slices"
	"strings"

	"legops/internal/model"
)

// The inner margin of boxes and zones.
const margin = 12.0

// Draw lays out the picture of one stack.
func Draw(g *model.Graph, stack string) *Picture {
	p := &Picture{
		Title:       fmt.Sprintf("Architecture of legops in the stack %s, generated from the preview", stack),
		Description: description,
		Size:        Rect{0, 0, pictureWidth, 1174},
	}
	drawn := map[string]Box{}
	there := map[string]bool{} // zones with a box in them
	for _, part := range parts {
		made := part.of(g)
		if len(made) == 0 {
			continue
		}
		box := part.box(part.says(g, made))
		drawn[part.id], there[part.zone] = box, true
		p.Boxes = append(p.Boxes, box)
	}
	for _, plan := range zonePlans {
		if there[plan.id] || plan.inside == "vpc" && there["vpc"] {
			p.Zones = append(p.Zones, plan.zone(p.Boxes, plan.says(g)))
		}
	}
	for _, route := range routes {
		_, from := drawn[route.from]
		_, to := drawn[route.to]
		if !from || !to {
			continue
		}
		var lines []string
		if route.says != nil {
			if lines = route.says(g); lines == nil {
				continue
			}
		}
		p.Arrows = append(p.Arrows, route.arrow(lines))
	}
	p.heading(g, stack)
	return p
}

const description = "A request goes from the browser to CloudFront with its firewall, to the load balancer, to the " +
	"ingress of the cluster, to an application, and from there to database, search, queues, secrets and buckets. A " +
	"release goes from GitHub to the mirror, the pipeline, the registry and the deployer, which rolls it out. Alarms " +
	"stop releases and tell the people on call."

// of are the resources that a part is drawn for.
func (p part) of(g *model.Graph) []*model.Resource {
	var made []*model.Resource
	for _, r := range g.Resources {
		if p.standsFor(r, g.Kind(r)) {
			made = append(made, r)
		}
	}
	switch {
	case p.nth == 0:
		return made
	case p.nth <= len(made):
		return made[p.nth-1 : p.nth]
	}
	return nil
}

func (p part) box(lines []string) Box {
	box := Box{ID: p.id, Zone: p.zone, Rect: p.at, Way: p.way, Badge: p.badge, Faint: p.faint}
	at, room := Point{p.at.X + margin, p.at.Y + 19}, p.at.W-2*margin
	box.Texts = paragraph(at, p.title, Text{Size: titleSize, Bold: true, Color: ink}, room)
	at.Y += lineHeight*float64(len(box.Texts)) + 1
	for _, line := range lines {
		left, right, isTable := strings.Cut(line, "\t")
		texts := paragraph(at, left, Text{Size: lineSize, Color: grey}, room)
		box.Texts = append(box.Texts, texts...)
		if isTable {
			box.Texts = append(box.Texts, Text{
				At: Point{p.at.right() - margin, at.Y}, Text: right, Size: lineSize, Color: grey, Anchor: "end",
			})
		}
		at.Y += lineHeight * float64(len(texts))
	}
	return box
}

func (z zonePlan) zone(boxes []Box, lines []string) Zone {
	zone := Zone{ID: z.id, Inside: z.inside, Rect: z.at, Fill: z.fill, Dashed: z.dashed}
	beyond := func(box Box) bool { return box.Zone == z.id && box.Rect.right() > z.narrow }
	if z.narrow != 0 && !slices.ContainsFunc(boxes, beyond) {
		zone.Rect.W = z.narrow - z.at.X
	}
	if z.heading != "" {
		zone.Texts = append(zone.Texts, Text{
			At: Point{z.at.X, z.at.Y - 9}, Text: z.heading, Size: titleSize, Bold: true, Color: ink,
		})
	}
	at := Point{z.at.X + margin, z.at.Y + 20}
	style := Text{Size: titleSize, Bold: true, Color: ink}
	if z.fill == cellFill {
		style = Text{Size: lineSize, Color: ink, Anchor: "middle"}
		at = Point{z.at.X + z.at.W/2, z.at.Y + 17}
		if z.low {
			at.Y = z.at.bottom() - 9
		}
	}
	for _, line := range lines {
		text := style
		text.At, text.Text = at, line
		zone.Texts = append(zone.Texts, text)
		style = Text{Size: lineSize, Color: grey}
		at.Y += lineHeight + 1
	}
	return zone
}

func (r route) arrow(lines []string) Arrow {
	arrow := Arrow{From: r.from, To: r.to, Way: r.way, Points: r.points, Dashed: r.dashed}
	if len(lines) == 0 {
		return arrow
	}
	if r.flat {
		lines = []string{strings.Join(lines, " ")}
	}
	widest := 0.0
	height := 14 * float64(len(lines))
	for i, line := range lines {
		widest = max(widest, width(line, labelSize, false))
		arrow.Label = append(arrow.Label, Text{
			At:   Point{r.label.X, r.label.Y - height/2 + 14*float64(i) + 11},
			Text: line, Size: labelSize, Anchor: "middle", Color: r.way.Color(),
		})
	}
	arrow.Pill = Rect{r.label.X - widest/2 - 6, r.label.Y - height/2 - 1, widest + 12, height + 2}
	return arrow
}

// heading is the title, and the legend of the ways.
func (p *Picture) heading(g *model.Graph, stack string) {
	account := ""
	if provider := g.Named("pulumi:providers:aws", "aws"); provider != nil {
		account = provider.Text("allowedAccountIds[0]")
	}
	resources := 0
	for _, r := range g.Resources {
		if !machinery[r.Type] && r.Kind() == "" {
			resources++
		}
	}
	p.Texts = append(p.Texts,
		Text{At: Point{people, 46}, Text: "Architecture of legops, stack " + stack, Size: 24, Bold: true, Color: ink},
		Text{At: Point{people, 72}, Size: 13, Color: grey,
			Text: fmt.Sprintf("generated from the preview: account %s, %d resources; with the stack, providers and components the preview counts %d",
				account, resources, len(g.Resources))},
	)
	for i, sample := range []struct {
		way  Way
		says string
	}{
		{Request, "a request, in the order of the numbers"},
		{Delivery, "a release, in the order of the letters"},
		{Operations, "operations; dashed: a copy"},
	} {
		y := 34 + 20*float64(i)
		p.Samples = append(p.Samples, Arrow{Way: sample.way, Points: []Point{{services - 64, y}, {services - 12, y}}})
		p.Texts = append(p.Texts, Text{At: Point{services, y + 4}, Text: sample.says, Size: lineSize, Color: ink})
	}
}
