package review

import (
	"embed"
	"encoding/json"
	"html/template"
	"strings"
)

// JSON is the report for programs. Nothing is left out of it.
func (r *Report) JSON() (string, error) {
	text, err := json.MarshalIndent(struct {
		Verdict       string `json:"verdict"`
		NeedsApproval bool   `json:"needsApproval"`
		*Report
	}{r.Headline(), r.NeedsApproval(), r}, "", "  ")
	return string(text), err
}

// words are what the templates of page and comment say things with.
var words = map[string]any{
	"dollars": dollars, "short": short, "type": typeName, "counted": counted,
	"args": func(title string, findings []Finding) any {
		return struct {
			Title    string
			Findings []Finding
		}{title, findings}
	},
}

//go:embed page.html page.css page.js
var pageFiles embed.FS

// page is the report as one file that needs no other: style, script and pictures are in it. What comes from the program or from
// a patch is escaped by html/template.
var page = template.Must(template.New("page.html").Funcs(template.FuncMap(words)).Funcs(template.FuncMap{
	"css":     func() template.CSS { return template.CSS(embedded("page.css")) }, //nolint:gosec // a file of this package
	"js":      func() template.JS { return template.JS(embedded("page.js")) },    //nolint:gosec // a file of this package
	"picture": func(svg string) template.HTML { return template.HTML(svg) },      //nolint:gosec // made by package architecture, which escapes
}).ParseFS(pageFiles, "page.html"))

func embedded(name string) string {
	text, err := pageFiles.ReadFile(name)
	if err != nil {
		panic(err) // it is compiled in
	}
	return string(text)
}

// HTML is the report as a page. Nothing is left out of it.
func (r *Report) HTML() (string, error) {
	var text strings.Builder
	err := page.Execute(&text, r)
	return text.String(), err
}
