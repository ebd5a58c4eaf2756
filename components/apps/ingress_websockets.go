package apps

import (
	"fmt"

	"legops/internal/settings"
)

// ingressUpgrades are the maps by which a request to one of the paths may become a WebSocket, and nothing else: NGINX takes two variables
// from them. The annotation of the controller for it (nginx.org/websocket-services) is for all paths of a Service and for any protocol
// that a visitor names in Upgrade, such as h2c, by which requests get past what NGINX and the firewall look at. It also writes a second
// header Connection beside that of ingressConnection (internal/configs/version1/nginx.ingress.tmpl of v5.5.4).
func ingressUpgrades(paths []string) []string {
	if len(paths) == 0 {
		return nil
	}
	return []string{
		`map $http_upgrade $legops_websocket { default ""; ~*^websocket$ websocket; }`,
		fmt.Sprintf(`map "$legops_websocket $uri" $legops_upgrade { default ""; "~^websocket %s" websocket; }`, settings.WebSocketExpression(paths)),
		`map $legops_upgrade $legops_connection { default upgrade; "" close; }`,
	}
}

// ingressConnection tells pods what becomes of the connection: it closes, unless it becomes a WebSocket.
//
// Each request to a pod has a connection of its own. Of a connection that is kept nobody knows whether the pod closes it just now
// (Node.js does after five seconds, Tomcat after twenty), and a POST that meets this is not repeated: an error for nothing. It is the
// header that does it: NGINX keeps connections from 1.29.7 on, also where the setting keepalive is 0 and the controller writes no such
// directive (src/http/modules/ngx_http_upstream_keepalive_module.c).
func ingressConnection(webSockets []string) []string {
	if len(webSockets) == 0 {
		return []string{"proxy_set_header Connection close;"}
	}
	return []string{"proxy_set_header Connection $legops_connection;", "proxy_set_header Upgrade $legops_upgrade;"}
}
