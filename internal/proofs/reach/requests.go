package reach

import (
	"fmt"
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// forward is that a load balancer passes requests on to a target group.
type forward struct {
	listener *model.Resource
	target   string
	// free says that it needs no secret.
	free string
}

// readRequests reads what load balancers listen on, and which requests they pass on. A condition counts as a secret if it is a header whose
// values are all passwords that the program makes, and our distribution sends one of them: CloudFront's addresses are everybody's, a
// header that only ours sends is not (CloudFront Developer Guide, Restrict access to Application Load Balancers).
func (n *Network) readRequests() {
	byArn := map[string]*End{}
	for _, r := range n.things {
		if r.Type == catalogue.LoadBalancer {
			byArn[r.ID] = n.endOf[r]
		}
	}
	for _, r := range n.things {
		switch r.Type {
		case catalogue.Listener:
			if e := byArn[r.Text("loadBalancerArn")]; e != nil {
				port := int(r.Number("port", 0))
				e.listens = e.listens.union(tcp(port))
			} else {
				n.cannotRead(r, "there is no load balancer %s", r.Text("loadBalancerArn"))
			}
			for _, action := range r.Objects("defaultActions") {
				n.readForward(r, r, action)
			}
		case catalogue.ListenerRule:
			listener := n.find(catalogue.Listener, r.Text("listenerArn"))
			if listener == nil {
				n.cannotRead(r, "there is no listener %s", r.Text("listenerArn"))
				continue
			}
			for _, action := range r.Objects("actions") {
				n.readForward(listener, r, action)
			}
		}
	}
}

// readForward reads an action of a listener or of a rule of it. Redirects and fixed answers lead nowhere inside.
func (n *Network) readForward(listener, of *model.Resource, action model.Values) {
	targets := action.Texts("targetGroupArn")
	for _, group := range action.Objects("forward.targetGroups") {
		targets = append(targets, group.Text("arn"))
	}
	free := fmt.Sprintf("%s needs no header that only our distribution sends", of.Name())
	for _, condition := range of.Objects("conditions") {
		header := condition.Values("httpHeader")
		if header == nil {
			continue
		}
		free = n.secret(header.Text("httpHeaderName"), header.Texts("values"))
		if free == "" {
			break
		}
	}
	for _, target := range targets {
		n.forwards = append(n.forwards, forward{listener, target, free})
	}
}

// secret says why a header is no secret of our distribution; "" if it is one.
func (n *Network) secret(header string, values []string) (why string) {
	var passwords, sent []string
	for _, r := range n.things {
		if r.Type == catalogue.RandomPassword {
			passwords = append(passwords, r.Outputs.Text("result"))
		}
		for _, h := range r.Objects("origins[*].customHeaders[*]") {
			if r.Type == catalogue.Distribution && strings.EqualFold(h.Text("name"), header) {
				sent = append(sent, h.Text("value"))
			}
		}
	}
	for _, value := range values {
		if !slices.Contains(passwords, value) {
			return fmt.Sprintf("a value of the header %s is no password of the program", header)
		}
	}
	if len(values) == 0 || !slices.ContainsFunc(values, func(v string) bool { return slices.Contains(sent, v) }) {
		return fmt.Sprintf("our distribution sends no value of the header %s that passes", header)
	}
	return ""
}
