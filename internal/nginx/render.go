package nginx

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Objects are what the controller makes its configuration of.
type Objects struct {
	// Settings are the data of its ConfigMap.
	Settings map[string]string
	// HealthPath is where the server of all other hosts answers 200.
	HealthPath string
	// Master is the Ingress with the host, empty while there is none; Minions have the paths.
	Master  Ingress
	Minions []Ingress
}

// Ingress is an Ingress of one host, reduced to what the controller reads.
type Ingress struct {
	Namespace, Name, Host string
	Annotations           map[string]string
	Paths                 []Path
}

// Path is where requests go to a port of a Service.
type Path struct {
	// Type is Exact or Prefix.
	Value, Type   string
	Service, Port string
}

// Backend is how endpoints of the path's Service are named.
func (i Ingress) Backend(p Path) string { return i.Namespace + "/" + p.Service }

// Place is what on this machine differs from the controller's container: a folder for its files and those of NGINX, and the
// address to listen at in place of port 80. Without an IPv6 address and TLS, and without the module for JavaScript and the
// context of streams, neither of which serves an Ingress.
type Place struct {
	Folder, Address string
	// User is who the workers run as, where NGINX is started as root. The controller's container is not.
	User string
	// Nginx is the version of the NGINX that is to take it, such as 1.22.1. What of the snippets is newer is left out.
	Nginx string
	// Version counts the configurations, as the controller does to see which one NGINX serves with.
	Version int
}

// versionSocket is where NGINX says the version of its configuration.
func (p Place) versionSocket() string { return filepath.Join(p.Folder, "version.sock") }

// Configuration is what the controller writes (internal/configs/version1/nginx.tmpl, nginx.ingress.tmpl and
// internal/configs/ingress.go), with these endpoints, by Backend.
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

// context writes the directives of a context that depend on settings alone.
func (w *writer) context(name string) {
	for _, said := range w.said(name, " ") {
		w.line("%s", said)
	}
}

// said are the directives of a context, each with its value after the separator.
func (w *writer) said(context, separator string) []string {
	var said []string
	for _, directive := range w.controller.Directives[context] {
		values, err := directive.values(w.settings)
		if err != nil && w.err == nil {
			w.err = err
		}
		for _, value := range values {
			if directive.Name != "" {
				value = directive.Name + separator + value
			}
			said = append(said, value)
		}
	}
	return said
}

// otherHosts is the server for everybody who asks for no host of an Ingress, the load balancer's health check among them.
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

// upstreams are the pods behind the paths of a minion. Without any, it is an address where nobody listens.
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
		if len(w.said("upstream", " ")) < len(w.controller.Directives["upstream"]) {
			// What the controller's NGINX does without the directive, since 1.29.7; Debian's has to be told.
			w.line("keepalive 32")
		}
		pods := slices.Sorted(slices.Values(endpoints[minion.Backend(path)]))
		for _, pod := range pods {
			w.line("server %s %s", pod, strings.Join(w.said("endpoint", "="), " "))
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

// host is the server of the host, with the paths of all minions.
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

// before says whether a version is older than another.
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

// merged are the headers of a minion and, where it has none of the name, its master's.
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
