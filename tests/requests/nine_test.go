package requests

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components/apps"
)

// ways are the ways to write a path, %s being that of an application, with whose request it is: its own, or that of the portal, which has
// every path that is nobody else's. An application sees each path as it was written.
var ways = []struct {
	written string
	own     bool
}{
	{"%s", true},
	{"%s?x=%%2F&y=1", true},
	{"%s/", true},
	{"%s/7/files?x=1", true},
	{"%s/%%2e", true},
	{"%s//7", true},
	{"%s/;x", true},
	{"%s%%2Fx", true}, // NGINX routes by the decoded path
	{"/%s", true},     // and takes // for /
	{"/.%s/7", true},
	{"/x/..%s/7", true},
	{"/x/%%2e%%2e%s", true},
	{"/x/y/..%%2f..%s/7", true}, // some frameworks take it for /x/y/..%2f..
	{"%s/../x", false},
	{"%s/..", false},
	{"%sx", false},
	{"%s-old/7", false},
	{"%s;x", false}, // some frameworks take it for the path without ;x
	{"%s%%3Bx", false},
	{"%s%%20", false},
	{"%s.json", false},
	{"%s%%5Cx", false},
	{"%s%%252Fx", false},
	{"/x%s", false},
}

// TestNinePaths asks for every path of production, in every way to write it.
func TestNinePaths(t *testing.T) {
	t.Parallel()
	d := deploys(t, "prod")
	backends, paths, portal := map[string][]string{}, map[string]string{}, ""
	for _, minion := range d.Minions {
		paths[minion.Name] = minion.Paths[0].Value
		backends[minion.Backend(minion.Paths[0])] = pods(t, 1, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = fmt.Fprint(w, minion.Name, " ", r.RequestURI)
		}))
		if minion.Paths[0].Value == "/" {
			portal = minion.Name
		}
	}
	require.Len(t, paths, 9)
	w := open(t, d.Objects, backends)
	ask := func(written string) string {
		a, err := w.ask(t.Context(), http.MethodGet, written, nil)
		require.NoError(t, err)
		if a.code != http.StatusOK {
			return fmt.Sprint(a.code, " ", a.location)
		}
		return a.text
	}
	for name, path := range paths {
		if name == portal {
			continue
		}
		for _, way := range ways {
			written, who := fmt.Sprintf(way.written, path), portal
			if way.own {
				who = name
			}
			assert.Equal(t, who+" "+written, ask(written))
		}
		first := path[1:2]
		for written, who := range map[string]string{
			"/" + strings.ToUpper(path[1:]) + "/7":                          portal,
			fmt.Sprintf("/%%%x%s", first[0], path[2:]):                      name, // /%6datters
			"/" + strings.ToUpper(first) + path[2:]:                         portal,
			path + "/../" + strings.TrimPrefix(otherThan(paths, name), "/"): nameOf(paths, otherThan(paths, name)),
		} {
			assert.Equal(t, who+" "+written, ask(written))
		}
		assert.Equal(t, "400 ", ask(path+"%00"))
	}
	for _, written := range []string{"/", "/?x=1", "//", "/x", "/index.html", "/favicon.ico"} {
		assert.Equal(t, portal+" "+written, ask(written))
	}
}

// otherThan is the path of another application, and not that of the portal.
func otherThan(paths map[string]string, name string) string {
	var others []string
	for other, path := range paths {
		if other != name && path != "/" {
			others = append(others, path)
		}
	}
	return slices.Min(others)
}

func nameOf(paths map[string]string, path string) string {
	for name, of := range paths {
		if of == path {
			return name
		}
	}
	return ""
}

// headersThatPodsSee is what becomes of each header of a request, whatever application it is for: docs/dockerise.md has the same table. An
// empty value says that the header is not there.
var headersThatPodsSee = []struct{ name, sent, seen string }{
	{"Host", host, host},
	{"X-Forwarded-Host", "forged.example", host},
	{"X-Forwarded-Proto", "https", "https"},
	{"X-Forwarded-Port", "8443", "443"},
	{"X-Forwarded-For", "192.0.2.1, 198.51.100.7", "192.0.2.1, 198.51.100.7, 198.51.100.7"},
	{"X-Real-Ip", "192.0.2.9", "198.51.100.7"},
	{"Connection", "keep-alive, Upgrade", "close"},
	{"Upgrade", "websocket", ""},
	{"Keep-Alive", "timeout=5", ""},
	{"Te", "trailers", ""},
	{"Expect", "", ""},
	{apps.OriginHeader, "open-sesame", ""},
	{"X_secret", "1", ""},
	{"Accept-Encoding", "br", "br"},
	{"Authorization", "Bearer x", "Bearer x"},
	{"Cookie", "a=1; b=2", "a=1; b=2"},
	{"Origin", "https://legops.example", "https://legops.example"},
	{"Content-Type", "text/plain", "text/plain"},
	{"X-Csrf-Token", "t", "t"},
}

// TestPortOfTheVisitor has NGINX listen where the controller does: applications get its port for the visitor's.
func TestPortOfTheVisitor(t *testing.T) {
	t.Parallel()
	d := deploys(t, "prod")
	require.Equal(t, 443, d.Port, "tests of NGINX listen anywhere")
	address := fmt.Sprintf("127.%d.%d.46:443", 1+os.Getpid()>>8&0x7f, os.Getpid()&0xff)
	listener, err := net.Listen("tcp", address)
	if errors.Is(err, os.ErrPermission) { // only root listens below 1024 here: pods then have to see the port at which NGINX listens
		listener, err = net.Listen("tcp", "127.0.0.1:0")
	}
	require.NoError(t, err)
	address = listener.Addr().String()
	_, port, err := net.SplitHostPort(address)
	require.NoError(t, err)
	require.NoError(t, listener.Close())

	saw := make(chan *http.Request, 1)
	pod := pods(t, 1, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { saw <- r }))
	endpoints := map[string][]string{}
	for _, minion := range d.Minions {
		endpoints[minion.Backend(minion.Paths[0])] = pod
	}
	w := openAt(t, address, d.with(set("set-real-ip-from", "127.0.0.0/8")), endpoints)
	var sent []string
	for _, header := range headersThatPodsSee {
		if header.sent != "" {
			sent = append(sent, header.name, header.sent)
		}
	}
	for _, minion := range d.Minions {
		assert.Equal(t, "200", w.get(t.Context(), minion.Paths[0].Value, sent...))
		r := <-saw
		r.Header.Set("Host", r.Host)
		for _, header := range headersThatPodsSee {
			var want []string
			if header.seen != "" {
				want = []string{header.seen}
			}
			if port != "443" && header.name == "X-Forwarded-Port" {
				want = []string{port}
			}
			assert.Equal(t, want, r.Header[header.name], "%s for %s, once at most", header.name, minion.Name)
		}
	}
	assert.Equal(t, "200", w.get(t.Context(), d.HealthPath, "Host", "10.20.8.9"), "the load balancer checks it at the same port")
	assert.Equal(t, "404", w.get(t.Context(), path, "Host", "other.example"))
	a, err := w.ask(t.Context(), http.MethodGet, path+"/7?x=1", nil, "X-Forwarded-Proto", "http")
	require.NoError(t, err)
	assert.Equal(t, answer{code: 301, location: "https://" + host + path + "/7?x=1"}, answer{a.code, a.location, ""}, "without a port")

	// What sets the header once more leaves both.
	twice := open(t, d.with(set("location-snippets", "proxy_set_header X-Forwarded-Port 443;")), endpoints)
	twice.get(t.Context(), path)
	assert.Len(t, (<-saw).Header["X-Forwarded-Port"], 2)
}
