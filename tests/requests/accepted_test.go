package requests

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/nginx"
)

// The controller ignores an unknown key, and exits on an unknown argument.
func TestControllerKnowsItsSettings(t *testing.T) {
	controller, err := nginx.Known()
	require.NoError(t, err)
	for _, stack := range stackNames {
		d := deploys(t, stack)
		assert.Empty(t, controller.CheckSettings(d.Settings), stack)
		assert.Empty(t, controller.CheckArguments(d.Arguments), stack)
		assert.Empty(t, controller.CheckPorts(d.Objects), stack)
		for _, ingress := range append(d.Minions, d.Master) {
			assert.Empty(t, controller.CheckAnnotations(ingress.Annotations), ingress.Name)
		}
	}
}

// NGINX itself checks each stack's configuration before it is deployed.
func TestNginxAcceptsTheConfiguration(t *testing.T) {
	for _, stack := range stackNames {
		d := deploys(t, stack)
		pods := map[string][]string{}
		for _, minion := range d.Minions {
			for _, path := range minion.Paths {
				pods[minion.Backend(path)] = []string{"10.20.8.7:8080", "10.20.8.8:8080"}
			}
		}
		server := prepare(t)
		assert.NoError(t, server.Test(t.Context(), d.Objects, pods), stack)
		assert.NoError(t, server.Test(t.Context(), d.Objects, nil), "%s, before any pod is ready", stack)
	}
}

// refused are settings that NGINX refuses, with its messages. The controller would write each of them.
var refused = []struct {
	name, words string
	edits       []edit
}{
	{"a large buffer alone", `"proxy_busy_buffers_size" must be less than the size of all "proxy_buffers" minus one buffer`, []edit{set("proxy-buffers", ""), set("proxy-busy-buffers-size", "")}},
	{"two buffers", `"proxy_busy_buffers_size" must be less than the size of all "proxy_buffers" minus one buffer`, []edit{set("proxy-buffers", "2 8k")}},
	{"an invalid time", `"proxy_connect_timeout" directive invalid value`, []edit{set("proxy-connect-timeout", "1sec")}},
	{"a time of two words", `invalid number of arguments in "proxy_connect_timeout" directive`, []edit{set("proxy-connect-timeout", "1 s")}},
	{"an invalid size", `"client_max_body_size" directive invalid value`, []edit{set("client-max-body-size", "110mb")}},
	{"an invalid network", `host not found in set_real_ip_from "10.20.0.0-16"`, []edit{set("set-real-ip-from", "10.20.0.0-16")}},
	{"an unknown directive", `unknown directive "large_client_header"`, []edit{set("http-snippets", "large_client_header 4 16k;")}},
	{"another port for applications", `the duplicate "server_port" variable`, []edit{set("http-snippets", "map $host $server_port { default 443; }")}},
	{"another port in a location", `the duplicate "server_port" variable`, []edit{set("location-snippets", "set $server_port 443;")}},
	{"a map without an end", `unexpected "{"`, []edit{set("http-snippets", `map $http_upgrade $legops_upgrade { default "";`)}},
	{"a directive without an end", `unexpected "}"`, []edit{set("http-snippets", "large_client_header_buffers 4 16k }")}},
	{"a path twice", `duplicate location "/matters/"`, []edit{func(o *nginx.Objects) {
		for i, minion := range o.Minions {
			if minion.Name == "matters" {
				o.Minions[i].Paths = append(slices.Clone(minion.Paths), minion.Paths[1])
			}
		}
	}}},
}

func TestNginxRefusesMistakes(t *testing.T) {
	d := deploys(t, "prod")
	server := prepare(t)
	for _, mistake := range refused {
		t.Run(mistake.name, func(t *testing.T) {
			assert.ErrorContains(t, server.Test(t.Context(), d.with(mistake.edits...), nil), mistake.words)
		})
	}
}

// A running controller keeps its old configuration; a starting one has none, and its startup probe fails.
func TestRefusedSettingsAreNotServed(t *testing.T) {
	d := deploys(t, "prod")
	answers := pods(t, 1, respond("before"))
	w := open(t, d.Objects, map[string][]string{backend: answers})
	bad := d.with(set("proxy-busy-buffers-size", ""))
	require.ErrorContains(t, w.Reload(t.Context(), bad, map[string][]string{backend: pods(t, 1, respond("after"))}), "[emerg]")
	served, err := w.ask(t.Context(), "GET", path, nil)
	require.NoError(t, err)
	assert.Equal(t, "before", served.text, "NGINX keeps serving, from the old pods")

	// The controller starts NGINX with only the server of all other hosts, and then writes and loads the host's.
	empty := open(t, d.with(func(o *nginx.Objects) { o.Master, o.Minions = nginx.Ingress{}, nil }), nil)
	assert.Equal(t, "200", empty.get(t.Context(), d.HealthPath, "Host", "10.20.8.9"), "healthy for the load balancer")
	assert.Equal(t, "404", empty.get(t.Context(), "/", "X-Forwarded-Proto", "http"), "not ready for the kubelet")
	assert.Equal(t, "301", w.get(t.Context(), "/", "X-Forwarded-Proto", "http"), "a controller with the host is ready")
}

// The checks find a mistake in a value of each type.
func TestMistakesInSettings(t *testing.T) {
	controller, err := nginx.Known()
	require.NoError(t, err)
	for key, value := range map[string]string{
		"proxy-connect-timout": "1s", "proxy-connect-timeout": "1", "proxy-buffer-size": "16 k", "proxy-buffers": "8x16k",
		"max-fails": "none", "server-tokens": "off", "worker-connections": "0", "set-real-ip-from": "10.0.0.0/8, 10.20.0.0/16",
		"real-ip-header": "X-Forwarded-For;", "http-snippets": "large_client_header_buffers 4 16k",
		"location-snippets": `map $host $a { default "" }`,
	} {
		assert.Len(t, controller.CheckSettings(map[string]string{key: value}), 1, key)
	}
	assert.Empty(t, controller.CheckSettings(map[string]string{"http-snippets": "a 1;\nmap $host $a { default \"\"; x y; }\nb 2;"}))
	assert.Equal(t, []string{
		`annotation nginx.org/listen-ports: the host listens at 80, and all other hosts at 443 (-default-http-listener-port): make them the same`,
		`argument -default-https-listener-port: NGINX would speak TLS to all at 443: choose another port`,
	}, controller.CheckPorts(nginx.Objects{Port: 443, TLSPort: 443}))
	assert.Len(t, controller.CheckArguments([]string{
		"-enable-snipets=false", "-enable-snippets=no", "-ready-status-port=http", "-ingress-class=", "-report-ingress-status",
	}), 4)
	assert.Equal(t, []string{
		`annotation nginx.org/max-fail: unknown, so release v5.5.4 would ignore it: correct the key, or add it to controller.yaml`,
		`annotation nginx.org/proxy-set-headers: not allowed on a "", only on master, minion`,
	}, controller.CheckAnnotations(map[string]string{"nginx.org/max-fail": "0", "nginx.org/proxy-set-headers": "Connection:close", "pulumi.com/skipAwait": "true"}))
	kinds := slices.Sorted(maps.Values(controller.Settings))
	assert.Equal(t, []string{"bool", "buffers", "int", "list", "number", "size", "snippet", "text", "time"}, slices.Compact(kinds),
		"a type without a mistake above")
}
