package nginx

import (
	_ "embed"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	texttemplate "text/template"
)

// Objects are the inputs of the controller's configuration.
type Objects struct {
	// Settings are the data of its ConfigMap.
	Settings map[string]string
	// HealthPath is the path at which the server of all other hosts responds with 200.
	HealthPath string
	// Port and TLSPort are where the server of all other hosts listens.
	Port, TLSPort int
	// Master is the Ingress with the host, empty without one; Minions have the paths.
	Master  Ingress
	Minions []Ingress
}

// Ingress is an Ingress of one host, reduced to what the controller reads.
type Ingress struct {
	Namespace, Name, Host string
	Annotations           map[string]string
	Paths                 []Path
}

// Path routes requests to a port of a Service.
type Path struct {
	// Type is Exact or Prefix.
	Value, Type   string
	Service, Port string
}

// Backend is the name of the path's Service among endpoints.
func (i Ingress) Backend(p Path) string { return i.Namespace + "/" + p.Service }

// Place is what differs on this machine from the controller's container: the folder of its files and those of NGINX, and the
// address in place of the port, of all servers (CheckPorts). There is no IPv6 address and no TLS, nor the JavaScript module and the stream context, which
// serve no Ingress.
type Place struct {
	Folder, Address string
	// User is the workers' user if NGINX starts as root, which the controller's container does not.
	User string
	// Nginx is the version of this NGINX, such as 1.22.1. Newer directives of the snippets are left out.
	Nginx string
	// Version counts the configurations, as the controller does to see which one NGINX serves.
	Version int
}

// VersionSocket is the socket at which NGINX reports the version of its configuration.
func (p Place) VersionSocket() string { return filepath.Join(p.Folder, "version.sock") }

//go:embed nginx.conf.tmpl
var template string

var written = texttemplate.Must(texttemplate.New("nginx.conf").Parse(template))

// Configuration returns the configuration that the controller writes (internal/configs/version1/nginx.tmpl,
// nginx.ingress.tmpl and internal/configs/ingress.go) for these endpoints, by Backend.
func (c *Controller) Configuration(o Objects, endpoints map[string][]string, place Place) (string, error) {
	var text strings.Builder
	err := written.Execute(&text, configuration{o, place, c, endpoints})
	return text.String(), err
}

// configuration is what the template writes.
type configuration struct {
	Objects
	Place Place

	controller *Controller
	endpoints  map[string][]string
}

// In returns the directives of a context that depend only on settings.
func (c configuration) In(context string) ([]string, error) { return c.directives(context, " ") }

// OfEndpoint returns the parameters of each server of an upstream.
func (c configuration) OfEndpoint() (string, error) {
	parameters, err := c.directives("endpoint", "=")
	return strings.Join(parameters, " "), err
}

// Location returns the directives of a location that depend only on settings, or on annotations of its minion in their place.
func (c configuration) Location(minion Ingress) ([]string, error) {
	of := maps.Clone(c.Settings)
	for key := range c.controller.Annotations {
		setting := strings.TrimPrefix(key, "nginx.org/")
		if value, ok := minion.Annotations[key]; ok && c.controller.Settings[setting] != "" {
			of[setting] = value
		}
	}
	c.Settings = of
	return c.In("location")
}

// directives returns the directives of a context, each with its value after the separator.
func (c configuration) directives(context, separator string) ([]string, error) {
	var all []string
	for _, directive := range c.controller.Directives[context] {
		values, err := directive.values(c.Settings)
		if err != nil {
			return nil, err
		}
		for _, value := range values {
			if directive.Name != "" {
				value = directive.Name + separator + value
			}
			all = append(all, value)
		}
	}
	return all, nil
}

// Snippets returns the lines of a setting's snippets that this NGINX knows.
func (c configuration) Snippets(setting string) []string {
	return slices.DeleteFunc(strings.Split(strings.TrimSpace(c.Settings[setting]), "\n"), func(line string) bool {
		name, _, _ := strings.Cut(line, " ")
		since := c.controller.Since[name]
		return line == "" || since != "" && before(c.Place.Nginx, since)
	})
}

// Keeps reports whether the settings keep connections to pods open.
func (c configuration) Keeps() bool {
	return c.Settings["keepalive"] != "" && c.Settings["keepalive"] != "0"
}

// KeepsByDefault reports whether they leave that to the default of the controller's NGINX since 1.29.7; Debian's needs the directive.
func (c configuration) KeepsByDefault() (bool, error) {
	all, err := c.In("upstream")
	return len(all) < len(c.controller.Directives["upstream"]), err
}

// Redirects reports whether requests by HTTP are redirected.
func (c configuration) Redirects() bool {
	redirects, _ := strconv.ParseBool(c.Settings["redirect-to-https"])
	return redirects
}

// upstream is the pods behind paths.
type upstream struct {
	Name string
	Pods []string
}

// Upstreams returns the pods behind the paths of minions.
func (c configuration) Upstreams() (all []upstream) {
	for _, minion := range c.Minions {
		seen := map[string]bool{}
		for _, path := range minion.Paths {
			if name := minion.Upstream(path); !seen[name] {
				seen[name] = true
				all = append(all, upstream{name, slices.Sorted(slices.Values(c.endpoints[minion.Backend(path)]))})
			}
		}
	}
	return all
}

// Upstream is the name of the upstream of a path.
func (i Ingress) Upstream(path Path) string {
	return strings.Join([]string{i.Namespace, i.Name, i.Host, path.Service, path.Port}, "-")
}

// Headers returns the headers that requests to a minion get.
func (c configuration) Headers(minion Ingress) [][2]string {
	return merged(c.Master.Annotations[setHeaders], minion.Annotations[setHeaders])
}

// before reports whether a version is older than another.
func before(version, other string) bool {
	return slices.Compare(numbers(version), numbers(other)) < 0
}

func numbers(version string) []int {
	var all []int
	for part := range strings.SplitSeq(version, ".") {
		number, _ := strconv.Atoi(part)
		all = append(all, number)
	}
	return all
}

const setHeaders = "nginx.org/proxy-set-headers"

// merged returns the headers of a minion, and its master's of other names.
func merged(master, minion string) [][2]string {
	var headers [][2]string
	for entry := range strings.SplitSeq(minion+","+master, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(entry), ":")
		name = strings.TrimSpace(name)
		if name != "" && !slices.ContainsFunc(headers, func(h [2]string) bool { return strings.EqualFold(h[0], name) }) {
			headers = append(headers, [2]string{name, strings.TrimSpace(value)})
		}
	}
	return headers
}
