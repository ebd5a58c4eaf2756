package reach

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// A path is explained by one line, port by port: by none it is found, and by two as well.
func TestExactlyOneLineExplains(t *testing.T) {
	from := &End{Name: "pod matters", Parties: []string{"matters", "applications"}}
	to := &End{Name: "coredns", Parties: []string{"dns", "nodes"}}
	one, other := line{name: "names", from: "applications", to: "dns", ports: tcp(53)}, line{name: "all", from: "matters", to: "nodes", ports: tcp(53)}
	for want, c := range map[string]struct {
		ports Ports
		lines []line
	}{
		"": {tcp(53), []line{one}},
		"path without a line: pod matters can connect to coredns, tcp 53 (matters, applications to dns, nodes)":    {tcp(53), nil},
		"path without a line: pod matters can connect to coredns, udp 53 (matters, applications to dns, nodes)":    {tcp(53).union(portsOf("udp", 53, 53)), []line{one}},
		`explained twice: pod matters can connect to coredns, tcp 53: "names" and "all"`:                           {tcp(53), []line{one, other}},
		"path without a line: pod matters can connect to coredns, tcp 54-60 (matters, applications to dns, nodes)": {portsOf("tcp", 53, 60), []line{other}},
	} {
		v := &verdict{}
		v.explain(path{from: from, to: to, ports: c.ports}, c.lines)
		if want == "" {
			assert.Empty(t, v.found)
		} else {
			assert.Equal(t, []string{want}, v.found)
		}
	}
}
