package reach

import (
	"fmt"
	"slices"

	"legops/components/data"
	"legops/infra"
	"legops/internal/settings"
	"legops/stacks"
)

// line is a sentence that explains paths: of the table of flows, or of what an application declares.
type line struct {
	// name is how people find it.
	name     string
	from, to string
	ports    Ports
	// leads is whom a port of the nodes leads to.
	leads string
	// led says that it is about connections that a port of the nodes leads on.
	led bool
	// unneeded says that nobody needs it, and that it cannot be closed.
	unneeded bool
	// services are calls of AWS services, by the names of their endpoints.
	service settings.EndpointService
}

// linesOf are the lines of a stack, without those of optional parties that it lacks. There is no other list of them.
func linesOf(cfg *stacks.Config) (lines []line) {
	for _, f := range infra.FlowsOf(cfg) {
		first, last := f.Port, max(f.Port, f.ToPort)
		if first == 0 {
			first, last = -1, -1
		}
		lines = append(lines, line{
			name: fmt.Sprintf("Flows: %s to %s, %s", f.From, f.To, portsOf(f.Protocol, first, last)),
			from: f.From, to: f.To, ports: portsOf(f.Protocol, first, last), leads: f.Leads, led: f.OpenedBy == infra.ByProxy, unneeded: f.Unneeded,
		})
	}
	ports := map[string]int{}
	for _, app := range cfg.Applications {
		ports[app.Name] = app.Port
	}
	for _, app := range cfg.Applications {
		lines = append(lines, line{
			name: fmt.Sprintf("legops:applications: path and port of %s", app.Name), from: infra.Ingress, to: application(app.Name), ports: tcp(app.Port),
		})
		for _, callee := range app.Calls {
			lines = append(lines, line{
				name: fmt.Sprintf("legops:applications: calls of %s, %s", app.Name, callee), from: application(app.Name), to: application(callee), ports: tcp(ports[callee]),
			})
		}
		if app.Database {
			lines = append(lines, line{
				name: fmt.Sprintf("legops:applications: database of %s", app.Name), from: application(app.Name), to: infra.Database, ports: tcp(data.DatabasePort),
			})
		}
		if app.Search {
			lines = append(lines, line{
				name: fmt.Sprintf("legops:applications: search of %s", app.Name), from: application(app.Name), to: infra.Search, ports: tcp(data.SearchPort),
			})
		}
		for _, c := range app.Connects {
			for _, to := range c.To {
				lines = append(lines, line{
					name: fmt.Sprintf("legops:applications: connects of %s, %s", app.Name, c.Why), from: application(app.Name), to: to.String(), ports: tcp(c.Port),
				})
			}
		}
		for _, use := range []struct {
			there   bool
			what    string
			service settings.EndpointService
		}{
			{len(app.Produces)+len(app.Consumes) > 0, "queues", "sqs"}, {len(app.Buckets) > 0, "buckets", "s3"}, {len(app.Secrets) > 0, "secrets", "secretsmanager"},
		} {
			if use.there {
				lines = append(lines, line{
					name: fmt.Sprintf("legops:applications: %s of %s", use.what, app.Name), from: application(app.Name), service: use.service,
				})
			}
		}
	}
	for _, use := range stacks.EndpointUses {
		lines = append(lines, line{name: fmt.Sprintf("EndpointUses: %s by %s", use.Service, use.By), from: use.By, service: use.Service})
	}
	absent := infra.Absent(cfg)
	return slices.DeleteFunc(lines, func(l line) bool { return absent[l.from] || absent[l.to] })
}

// explains says whether a line is about such ends.
func (l line) explains(from, to *End) bool {
	return l.service == "" && slices.Contains(from.Parties, l.from) && slices.Contains(to.Parties, l.to)
}
