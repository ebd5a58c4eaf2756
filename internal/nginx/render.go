package nginx

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Objects are the inputs of the controller's configuration.
type Objects struct {
	// Settings are the data of its ConfigMap.
	Settings map[string]string
	// HealthPath is the path at which the server of all other hosts responds with 200.
	HealthPath string
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
// address in place of port 80. There is no IPv6 address and no TLS, nor the JavaScript module and the stream context, which
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

// versionSocket is the socket at which NGINX reports the version of its configuration.
func (p Place) versionSocket() string { return filepath.Join(p.Folder, "version.sock") }

// Configuration returns the configuration that the controller writes (internal/configs/version1/nginx.tmpl,
// nginx.ingress.tmpl and internal/configs/ingress.go) for these endpoints, by Backend.
func (c *Controller) Configuration(o Objects, endpoints map[string][]string, place Place) (string, error) {
	w := &writer{controller: c, settings: o.Settings}
	if place.User != "" {
		w.line("user %s", place.User)
	}
	w.context("main")
	w.line("daemon off")
	w.line("error_log stderr notice")
	w.line("pid %s", filepath.Join(place.Folder, "nginx.pid"))
	w.open("events")
	w.context("events")
	w.close()
	w.open("http")
	w.context("http")
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		w.line("%s_temp_path %s", kind, filepath.Join(place.Folder, kind))
	}
	w.line("access_log %s", filepath.Join(place.Folder, "access.log"))
	for line := range strings.SplitSeq(strings.TrimSpace(o.Settings["http-snippets"]), "\n") {
		name, _, _ := strings.Cut(line, " ")
		if since := c.Since[name]; since == "" || !before(place.Nginx, since) {
			w.text(line)
		}
	}
	w.open("server")
	w.line("listen unix:%s", place.versionSocket())
	w.line("access_log off")
	w.line("return 200 %d", place.Version)
	w.close()
	w.otherHosts(o, place)
	for _, minion := range o.Minions {
		w.upstreams(minion, endpoints)
	}
	if o.Master.Host != "" {
		w.host(o, place)
	}
	w.close()
	return w.String(), w.err
}

type writer struct {
	strings.Builder
	controller *Controller
	settings   map[string]string
	depth      int
	err        error
}

func (w *writer) text(line string) {
	if line != "" {
		_, _ = w.WriteString(strings.Repeat("    ", w.depth) + line + "\n")
	}
}

func (w *writer) line(format string, args ...any) { w.text(fmt.Sprintf(format, args...) + ";") }

func (w *writer) open(format string, args ...any) {
	w.text(fmt.Sprintf(format, args...) + " {")
	w.depth++
}

func (w *writer) close() {
	w.depth--
	w.text("}")
}

// context writes the directives of a context that depend only on settings.
func (w *writer) context(name string) {
	for _, directive := range w.directives(name, " ") {
		w.line("%s", directive)
	}
}

// directives returns the directives of a context, each with its value after the separator.
func (w *writer) directives(context, separator string) []string {
	var written []string
	for _, directive := range w.controller.Directives[context] {
		values, err := directive.values(w.settings)
		if err != nil && w.err == nil {
			w.err = err
		}
		for _, value := range values {
			if directive.Name != "" {
				value = directive.Name + separator + value
			}
			written = append(written, value)
		}
	}
	return written
}

// otherHosts writes the server for requests to no host of an Ingress, such as the load balancer's health check.
func (w *writer) otherHosts(o Objects, place Place) {
	w.open("server")
	w.line("listen %s default_server", place.Address)
	w.context("server")
	w.line("server_name _")
	w.open("location = %s", o.HealthPath)
	w.line("default_type text/plain")
	w.line(`return 200 "healthy\n"`)
	w.close()
	w.open("location /")
	w.line("return 404")
	w.close()
	w.close()
}

// upstreams writes the pods behind the paths of a minion; without pods, an address at which nothing listens.
func (w *writer) upstreams(minion Ingress, endpoints map[string][]string) {
	written := map[string]bool{}
	for _, path := range minion.Paths {
		name := upstream(minion, path)
		if written[name] {
			continue
		}
		written[name] = true
		w.open("upstream %s", name)
		w.line("zone %s 256k", name)
		w.context("upstream")
		if len(w.directives("upstream", " ")) < len(w.controller.Directives["upstream"]) {
			// The default of the controller's NGINX since 1.29.7; Debian's needs the directive.
			w.line("keepalive 32")
		}
		pods := slices.Sorted(slices.Values(endpoints[minion.Backend(path)]))
		for _, pod := range pods {
			w.line("server %s %s", pod, strings.Join(w.directives("endpoint", "="), " "))
		}
		if len(pods) == 0 {
			w.line("server 127.0.0.1:8181 max_fails=1 fail_timeout=10s max_conns=0")
		}
		w.close()
	}
}

func upstream(minion Ingress, path Path) string {
	return strings.Join([]string{minion.Namespace, minion.Name, minion.Host, path.Service, path.Port}, "-")
}

// host writes the server of the host, with the paths of all minions.
func (w *writer) host(o Objects, place Place) {
	w.open("server")
	w.line("listen %s", place.Address)
	w.context("server")
	w.line("server_name %s", o.Master.Host)
	proto := "$scheme"
	if redirects, _ := strconv.ParseBool(o.Settings["redirect-to-https"]); redirects {
		w.open("if ($http_x_forwarded_proto = 'http')")
		w.line("return 301 https://$host$request_uri")
		w.close()
		proto = "https"
	}
	for _, minion := range o.Minions {
		for _, path := range minion.Paths {
			w.location(o.Master, minion, path, proto)
		}
	}
	w.close()
}

func (w *writer) location(master, minion Ingress, path Path, proto string) {
	where := path.Value
	if path.Type == "Exact" {
		where = "= " + where
	}
	w.open("location %s", where)
	if w.settings["keepalive"] != "" && w.settings["keepalive"] != "0" {
		w.line(`proxy_set_header Connection ""`)
	}
	w.context("location")
	for _, header := range merged(master.Annotations[setHeaders], minion.Annotations[setHeaders]) {
		w.line("proxy_set_header %s %q", header[0], header[1])
	}
	for _, header := range [][2]string{
		{"Host", "$host"}, {"X-Real-IP", "$remote_addr"}, {"X-Forwarded-For", "$proxy_add_x_forwarded_for"},
		{"X-Forwarded-Host", "$host"}, {"X-Forwarded-Port", "$server_port"}, {"X-Forwarded-Proto", proto},
	} {
		w.line("proxy_set_header %s %s", header[0], header[1])
	}
	w.line("proxy_pass http://%s", upstream(minion, path))
	w.close()
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
