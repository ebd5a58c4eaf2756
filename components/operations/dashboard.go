package operations

import (
	"regexp"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
)

// dashboardColumns is the width of CloudWatch's grid; a row that is not full leaves its end empty.
const dashboardColumns = 24

// windowPattern is a time that ends now: minutes and hours after a T, days, weeks and months without one.
var windowPattern = regexp.MustCompile(`^-P(?:T[1-9][0-9]*[MH]|[1-9][0-9]*[DWM])$`)

// Widget is a part of a dashboard.
type Widget interface {
	// properties are the widget's type and its properties, as the dashboard body has them ("Dashboard Body Structure and
	// Syntax" in the CloudWatch API reference).
	properties(region string) (kind string, properties pulumi.Map)
}

// Row is a line of widgets of one width. How many are in it decides the width.
type Row struct {
	// Height is in units of the grid.
	Height int
	// Widgets are from left to right; at most as many as there are columns.
	Widgets []Widget
}

// Heading is a row that begins a part of the dashboard, with Markdown.
func Heading(markdown string) Row { return Row{Height: 2, Widgets: []Widget{Text(markdown)}} }

// Text is Markdown.
type Text string

func (t Text) properties(string) (string, pulumi.Map) {
	return "text", pulumi.Map{"markdown": pulumi.String(t)}
}

// AlarmStatus shows the state of alarms.
type AlarmStatus struct {
	// Title is above it.
	Title string
	// Arns are the alarms, up to a hundred.
	Arns []pulumi.StringInput
}

func (a AlarmStatus) properties(string) (string, pulumi.Map) {
	return "alarm", pulumi.Map{"title": pulumi.String(a.Title), "alarms": pulumi.StringArray(a.Arns)}
}

// Series is one line of a graph.
type Series struct {
	Metric
	// Label names it in the legend.
	Label string
}

// Limit is a value that an alarm is about, drawn across a graph.
type Limit struct {
	Label string
	Value float64
}

// Graph shows metrics over time.
type Graph struct {
	// Title is above it, Unit at its axis.
	Title, Unit string
	// Series are its lines.
	Series []Series
	// Limit is where an alarm goes off. Optional.
	Limit *Limit
	// Region is where the metrics are, if not in the dashboard's own.
	Region string
	// Period is the seconds of one value; 0 for 300.
	Period int
}

func (g Graph) properties(region string) (string, pulumi.Map) {
	if g.Region != "" {
		region = g.Region
	}
	period := g.Period
	if period == 0 {
		period = 300
	}
	lines := pulumi.Array{}
	for _, series := range g.Series {
		lines = append(lines, series.line())
	}
	properties := pulumi.Map{
		"title": pulumi.String(g.Title), "region": pulumi.String(region), "view": pulumi.String("timeSeries"), "stacked": pulumi.Bool(false),
		"period": pulumi.Int(period), "metrics": lines,
		"yAxis": pulumi.Map{"left": pulumi.Map{"label": pulumi.String(g.Unit), "min": pulumi.Int(0), "showUnits": pulumi.Bool(false)}},
	}
	if g.Limit != nil {
		properties["annotations"] = pulumi.Map{"horizontal": pulumi.Array{pulumi.Map{
			"label": pulumi.String(g.Limit.Label), "value": pulumi.Float64(g.Limit.Value), "color": pulumi.String("#d62728"),
		}}}
	}
	return "metric", properties
}

// line is namespace, name, dimensions in order, and how it is shown.
func (s Series) line() pulumi.Array {
	line := pulumi.Array{pulumi.String(s.Namespace), pulumi.String(s.Name)}
	for _, dimension := range kit.SortedKeys(s.Dimensions) {
		line = append(line, pulumi.String(dimension), s.Dimensions[dimension])
	}
	return append(line, pulumi.Map{"stat": pulumi.String(s.Statistic), "label": pulumi.String(s.Label)})
}

// LogTable shows what a query of CloudWatch Logs Insights finds.
type LogTable struct {
	// Title is above it.
	Title string
	// Group is the log group, Query what follows its name.
	Group pulumi.StringInput
	Query string
}

func (l LogTable) properties(region string) (string, pulumi.Map) {
	return "log", pulumi.Map{
		"title": pulumi.String(l.Title), "region": pulumi.String(region), "view": pulumi.String("table"),
		"query": pulumi.Sprintf("SOURCE '%s' | %s", l.Group, l.Query),
	}
}

// DashboardArgs are the arguments of Dashboard.
type DashboardArgs struct {
	// Name is the dashboard's name.
	Name string
	// Location is the region of what it shows; dashboards themselves are in no region.
	Location components.Location
	// Window is how far it looks back when somebody opens it, as CloudWatch writes it: -PT12H are twelve hours, -P4W four
	// weeks.
	Window string
	// Rows are from top to bottom.
	Rows []Row
}

// Dashboard is a page of graphs and tables in the CloudWatch console.
type Dashboard struct {
	pulumi.ResourceState

	// DashboardName is its name.
	DashboardName pulumi.StringOutput `pulumi:"dashboardName"`
}

// NewDashboard creates the dashboard.
func NewDashboard(ctx *pulumi.Context, name string, args *DashboardArgs, opts ...pulumi.ResourceOption) (*Dashboard, error) {
	c, b := &Dashboard{}, &kit.Build{Ctx: ctx, Name: name}
	return c, b.Create(c, args, args.check, opts, func() error {
		dashboard, err := cloudwatch.NewDashboard(ctx, name, &cloudwatch.DashboardArgs{
			DashboardName: pulumi.String(args.Name), DashboardBody: pulumi.JSONMarshal(args.body()),
		}, b.Parent)
		if err != nil {
			return err
		}
		c.DashboardName = dashboard.DashboardName
		return nil
	})
}

func (a *DashboardArgs) check(p *kit.Problems) {
	p.Require(windowPattern.MatchString(a.Window), "Window %q must be such as -PT12H or -P4W", a.Window)
	p.Require(len(a.Rows) > 0, "Rows is empty")
	count := 0
	for i, row := range a.Rows {
		p.Require(row.Height > 0, "row %d has no height", i)
		p.Require(len(row.Widgets) > 0 && len(row.Widgets) <= dashboardColumns, "row %d has %d widgets, must be 1 to %d", i, len(row.Widgets), dashboardColumns)
		count += len(row.Widgets)
	}
	p.Require(count <= 500, "there are %d widgets, CloudWatch takes 500", count)
}

// body gives every widget its place: rows from top to bottom, in them equal parts of the width.
func (a *DashboardArgs) body() pulumi.Map {
	widgets, y := pulumi.Array{}, 0
	for _, row := range a.Rows {
		width := dashboardColumns / len(row.Widgets)
		for i, widget := range row.Widgets {
			kind, properties := widget.properties(a.Location.Region)
			widgets = append(widgets, pulumi.Map{
				"type": pulumi.String(kind), "x": pulumi.Int(i * width), "y": pulumi.Int(y), "width": pulumi.Int(width),
				"height": pulumi.Int(row.Height), "properties": properties,
			})
		}
		y += row.Height
	}
	return pulumi.Map{"widgets": widgets, "start": pulumi.String(a.Window), "periodOverride": pulumi.String("inherit")}
}
