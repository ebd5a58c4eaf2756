package reach

import (
	"bufio"
	"encoding/json"
	"net/netip"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// Random policies and connections, and what Cyclonus 0.5.6, an evaluator of the Kubernetes API by others, says of them: both agree. It is not
// among the modules of this one, since it brings client-go (testdata/cyclonus makes the file).
func TestPoliciesMeanWhatOthersSay(t *testing.T) {
	type who struct {
		Namespace, IP string
		Labels        map[string]string
	}
	namespaces := map[string]map[string]any{"a": {"tier": "front"}, "b": {"tier": "back"}, "c": {}}
	file, err := os.Open("testdata/policies.json")
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	asked := map[bool]int{}
	for number := 1; lines.Scan(); number++ {
		var q struct {
			Policies           []model.Values
			From, To           who
			Protocol, PortName string
			Port               int
			Allowed            bool
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &q))
		n := &Network{enforced: true, vpc: netip.MustParsePrefix("10.0.0.0/8")}
		for name, labels := range namespaces {
			n.things = append(n.things, &thing{Type: catalogue.Namespace, Inputs: model.Values{"metadata": map[string]any{"name": name, "labels": labels}}})
		}
		for _, p := range q.Policies {
			n.readPolicy(&thing{Type: catalogue.NetworkPolicy, Inputs: p})
		}
		end := func(w who) *End {
			e := &End{ranges: []netip.Prefix{netip.MustParsePrefix(w.IP + "/32")}}
			if w.Namespace != "" {
				e.pod = &pod{namespace: w.Namespace, labels: w.Labels, ports: map[string]Ports{q.PortName: portsOf(q.Protocol, q.Port, q.Port)}}
			}
			return e
		}
		from, to, port := end(q.From), end(q.To), portsOf(q.Protocol, q.Port, q.Port)
		asked[q.Allowed]++
		for _, sure := range []bool{false, true} { // of one address, both are the same
			let := n.policiesLet(from, false, to, sure).intersect(n.policiesLet(to, true, from, sure))
			assert.Equal(t, q.Allowed, len(let.intersect(port)) > 0, "line %d of testdata/policies.json, sure %v", number, sure)
		}
		assert.Empty(t, n.unread)
	}
	require.NoError(t, lines.Err())
	assert.Greater(t, asked[true], 30)
	assert.Greater(t, asked[false], 30)
}
