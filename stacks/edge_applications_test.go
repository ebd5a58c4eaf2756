package stacks

import (
	"fmt"
	"strings"
	"testing"
)

// What an application asks of CloudFront and the firewall, and cannot have. Number 3 is /documents.
func TestEdgeRefuses(t *testing.T) {
	others := func(count int, of map[string]any) (edits []edit) {
		for i := range count {
			edits = append(edits, set(fmt.Sprintf("applications[%d]", 9+i), map[string]any{
				"name": fmt.Sprintf("more-%d", i), "path": fmt.Sprintf("/more-%d", i), "port": 8080, "minReplicas": 2, "maxReplicas": 3,
				"cpu": "1m", "memory": "1Mi", "edge": of,
			}))
		}
		return append(edits, set("eks.nodes.maxSizePerZone", 50))
	}
	checkMistakes(t, []mistake{
		{"headers", "dev", []edit{set("applications[3].edge", map[string]any{"headers": []any{
			"X-Forwarded-Host", "Cookie", "accept-language", "X-Api-Key",
		}})}, []string{
			"legops:applications[3].edge.headers[0]: X-Forwarded-Host: CloudFront or the platform sets this header itself: remove it",
			"legops:applications[3].edge.headers[1]: Cookie: CloudFront or the platform sets this header itself: remove it",
			"legops:applications[3].edge.headers[2]: accept-language: is also legops:cdn.forward.headers[1]: remove one: case makes no difference",
		}},
		{"the same header twice", "dev", []edit{set("applications[3].edge", map[string]any{"headers": []any{"X-Api-Key", "x-api-key"}})}, []string{
			"legops:applications[3].edge.headers[1]: x-api-key: is also legops:applications[3].edge.headers[0]: remove one: case makes no difference",
		}},
		{"more headers than there is room for", "prod", []edit{set("applications[3].edge", map[string]any{"headers": []any{"A", "B", "C", "D", "E"}})}, []string{
			`legops:applications[3].edge.headers: ["A","B","C","D","E"]: CloudFront caches by 10 headers at most; Host and legops:cdn.forward.headers leave room for 4: name fewer, or take some out of legops:cdn.forward.headers`,
		}},
		{"uploads elsewhere", "dev", []edit{set("applications[3].edge", map[string]any{"uploads": []any{"/documentsfiles", "/matters/files", "/documents", "/documents/Files"}})}, []string{
			"legops:applications[3].edge.uploads[0]: /documentsfiles: is not within the application's own path, /documents: write a path that begins with /documents/",
			"legops:applications[3].edge.uploads[1]: /matters/files: is not within the application's own path, /documents: write a path that begins with /documents/",
			"legops:applications[3].edge.uploads[2]: /documents: is the whole application, whose bodies the firewall would no longer stop: name the paths that take documents",
			"legops:applications[3].edge.uploads[3]: /documents/Files: malformed: write a path such as /documents/files",
		}},
		{"uploads of another application", "dev", []edit{
			set("applications[0].edge", map[string]any{"uploads": []any{"/matters/files", "/upload"}}),
			set("applications[8].path", "/documents/files/search"), set("applications[3].edge", map[string]any{"uploads": []any{"/documents/files"}}),
		}, []string{
			"legops:applications[0].edge.uploads[0]: /matters/files: is also for the application at legops:applications[2].path (/matters): name a path that is this application's alone",
			"legops:applications[3].edge.uploads[0]: /documents/files: is also for the application at legops:applications[8].path (/documents/files/search): name a path that is this application's alone",
		}},
		{"more uploads than the firewall takes", "dev", []edit{set("applications[3].edge", map[string]any{"uploads": []any{
			"/documents/" + strings.Repeat("a", 250), "/documents/" + strings.Repeat("b", 250),
		}})}, []string{
			"legops:applications: the firewall takes 512 characters for all upload paths, and these are 543: name fewer, or shorter ones above them",
		}},
		{"more policies than an account has", "dev", append(others(19, map[string]any{"headers": []any{"X-Api-Key"}, "ownContentSecurityPolicy": true}), set("cdn.staticPaths", []any{})), []string{
			"legops:applications: CloudFront would need 21 cache policies, one for each application with edge.headers; its quota is 20: take headers that many need into legops:cdn.forward.headers",
		}},
		{"more behaviours than a distribution has", "dev", append(others(28, map[string]any{}), set("applications[0].edge", map[string]any{"ownContentSecurityPolicy": true})), []string{
			"legops:applications: CloudFront would need 76 cache behaviours: two for each application that needs its own, or is below the path of one, two for each path of WebSockets, and one for each static path; its quota is 75: name fewer static paths or paths of WebSockets, or give fewer applications edge.headers, edge.ownContentSecurityPolicy and edge.frames",
		}},
		{"more policies of answers than an account has", "dev", append(others(20, map[string]any{"frames": "sameOrigin"}), set("cdn.staticPaths", []any{})), []string{
			"legops:applications: CloudFront would need 21 policies of the headers of answers, one for each application with edge.ownContentSecurityPolicy or edge.frames; its quota is 20: set them for fewer",
		}},
		{"WebSockets elsewhere", "dev", []edit{set("applications[3].edge", map[string]any{"webSockets": []any{"/documentslive", "/matters/live", "/documents/../x", "documents", ""}})}, []string{
			"legops:applications[3].edge.webSockets[0]: /documentslive: is not within the application's own path, /documents: write a path that begins with /documents/",
			"legops:applications[3].edge.webSockets[1]: /matters/live: is not within the application's own path, /documents: write a path that begins with /documents/",
			"legops:applications[3].edge.webSockets[2]: /documents/../x: malformed: write a path such as /matters/live",
			"legops:applications[3].edge.webSockets[3]: documents: malformed: write a path such as /matters/live",
			"legops:applications[3].edge.webSockets[4]: \"\": malformed: write a path such as /matters/live",
		}},
		{"WebSockets of another application", "dev", []edit{
			set("applications[0].edge", map[string]any{"webSockets": []any{"/matters/live", "/chat"}}),
			set("applications[8].path", "/documents/live/search"), set("applications[3].edge", map[string]any{"webSockets": []any{"/documents"}}),
		}, []string{
			"legops:applications[0].edge.webSockets[0]: /matters/live: is also for the application at legops:applications[2].path (/matters): name a path that is this application's alone",
			"legops:applications[3].edge.webSockets[0]: /documents: is also for the application at legops:applications[8].path (/documents/live/search): name a path that is this application's alone",
		}},
		{"WebSockets on a path with a cache", "dev", []edit{
			set("cdn.staticPaths", []any{"/static/*", "/documents/live/*", "/documents/push*"}),
			set("applications[3].edge", map[string]any{"webSockets": []any{"/documents/live", "/documents/push.js", "/documents/other"}}),
		}, []string{
			"legops:applications[3].edge.webSockets[0]: /documents/live: is served from CloudFront's cache, by legops:cdn.staticPaths[1] (/documents/live/*): no WebSocket passes a cache: choose another path for one of them",
			"legops:applications[3].edge.webSockets[1]: /documents/push.js: is served from CloudFront's cache, by legops:cdn.staticPaths[2] (/documents/push*): no WebSocket passes a cache: choose another path for one of them",
		}},
		{"uploads and frames out of bounds", "dev", []edit{set("applications[3].edge", map[string]any{"maxUploadMiB": 513, "frames": "everybody"})}, []string{
			"legops:applications[3].edge.frames: everybody: unknown value: write one of sameOrigin",
			"legops:applications[3].edge.maxUploadMiB: 513: above the maximum of 512: write a whole number of 1 to 512",
		}},
		{"sessions", "prod", []edit{set("cdn.firewall.sessions", map[string]any{"cookie": "a b", "addressRateLimit": 20000})}, []string{
			"legops:cdn.firewall.sessions.cookie: a b: malformed: write the name of a cookie",
		}},
		{"an address with less than a session", "prod", []edit{set("cdn.firewall.sessions", map[string]any{"cookie": "session", "addressRateLimit": 2000})}, []string{
			"legops:cdn.firewall.sessions.addressRateLimit: 2000: not above rateLimit, which is 2000: one session would use up what the office has: raise it, or remove sessions",
		}},
		{"an application at the error pages", "dev", []edit{set("applications[6].path", "/errors/a")}, []string{
			"legops:applications[6].path: /errors/a: reserved for the platform's error pages: choose another path",
		}},
	})
}
