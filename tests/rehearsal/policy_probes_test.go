package rehearsal

// declared are the paths of probes that matters declares when the attempts follow, after its releases.
const declared = "/v2/live /v2/ready"

// onProbes returns attempts on what asks the pods of matters. They follow its releases: v2 serves with what is declared, and the image before it
// with /hand/live and /hand/ready.
func onProbes() []attempt {
	const (
		container = "spec.template.spec.containers[app]."
		paths     = "the paths of startupProbe, livenessProbe and readinessProbe in spec.template.spec.containers[app] become "
		known     = ", must be those that the annotation legops/probes declares, or that the object names already, or /healthz /readyz"
	)
	keys := func(name, fields, says string) attempt { return byPatch(name, inContainer(fields), says) }
	ask := func(name, startup, live, ready string) attempt {
		return attempt{name: "probes: " + name, rule: "wrongProbes", args: patching("deployment", "matters", "strategic", inContainer(
			`"startupProbe":{"httpGet":{"path":"`+startup+`"}},"livenessProbe":{"httpGet":{"path":"`+live+`"}},"readinessProbe":{"httpGet":{"path":"`+ready+`"}}`)),
			says: paths + startup + " " + live + " " + ready + known}
	}
	several := func(name, fields, says string) attempt {
		a := keys(name, fields, says)
		a.rule = ""
		return a
	}
	remember := func(key, paths string) attempt {
		return attempt{name: "probes: remembering " + key, rule: "wrongProbes", args: patching("deployment", "matters", "merge", `{"metadata":{"annotations":{"`+key+`":"`+paths+`"}}}`),
			says: "metadata.annotations." + key + " becomes " + paths + known}
	}
	keep := func(paths string) attempt {
		return attempt{name: "probes: keeping " + paths, rule: "wrongProbes", args: patching("configmap", "serving.delivery", "merge", `{"data":{"probes":"`+paths+`"}}`),
			says: "data.probes becomes " + paths + ", must be two paths, such as /healthz /readyz"}
	}
	return []attempt{
		keys("probes: another port", `"livenessProbe":{"httpGet":{"port":22}}`, container+"livenessProbe.httpGet.port becomes 22"+must+"http"),
		keys("probes: another host", `"readinessProbe":{"httpGet":{"host":"169.254.169.254"}}`, container+"readinessProbe.httpGet.host becomes 169.254.169.254"+must+"unset"),
		keys("probes: TLS", `"startupProbe":{"httpGet":{"scheme":"HTTPS"}}`, container+"startupProbe.httpGet.scheme becomes HTTPS"+must+"HTTP"),
		keys("probes: headers", `"startupProbe":{"httpGet":{"httpHeaders":[{"name":"Authorization","value":"a"}]}}`, container+"startupProbe.httpGet.httpHeaders becomes different"+must+"unset"),
		keys("probes: less often", `"readinessProbe":{"periodSeconds":600}`, container+"readinessProbe.periodSeconds becomes 600"+must+"5"),
		keys("probes: more patience", `"livenessProbe":{"failureThreshold":600}`, container+"livenessProbe.failureThreshold becomes 600"+must+"6"),
		several("probes: one that runs something", `"livenessProbe":{"httpGet":null,"exec":{"command":["id"]}}`, container+"livenessProbe.exec becomes different"+must+"unset"),
		several("probes: none", `"readinessProbe":null`, container+"readinessProbe becomes unset"+must+"as it is"),

		ask("a path that nobody declared", "/v2/live", "/admin", "/v2/ready"),
		ask("a path that nobody declared, for all", "/admin", "/admin", "/admin"),
		ask("the default path", "/v2/live", "/v2/live", "/"),
		ask("another one at the start", "/healthz", "/v2/live", "/v2/ready"),
		ask("the two exchanged", "/v2/ready", "/v2/ready", "/v2/live"),
		ask("those of two images", "/v2/live", "/v2/live", "/hand/ready"),
		ask("those of an image that nothing names any more", "/matters/live", "/matters/live", "/matters/ready"),
		ask("a query more", "/v2/live", "/v2/live", "/v2/ready?a=b"),

		remember("legops/serving-probes", "/admin /admin"),
		remember("legops/replaced-probes", "/v2/ready /v2/live"),
		keep(""),
		keep("/v2/live"),
		keep("/v2/live /v2/ready "),
		keep("/v2/live http://169.254.169.254/"),
	}
}
