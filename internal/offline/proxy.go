package offline

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// Proxy is the proxy of everything that Pulumi starts. It simulates the health endpoint of the simulated Kubernetes clusters,
// which pulumi-eks requests if the endpoint is public, and refuses and records every other address.
type Proxy struct {
	listener    net.Listener
	certificate tls.Certificate
	serves      func(host string) bool
	// leads reports whether a real cluster has the address. pulumi-eks requests its health through the proxy.
	leads func(address string) bool

	mu      sync.Mutex
	refused []string
}

// StartProxy listens on loopback; serves reports whether a host is a simulated cluster, leads whether an address is a real one.
func StartProxy(serves, leads func(string) bool) (*Proxy, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("starting the offline proxy: %w", err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(24 * time.Hour)}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, fmt.Errorf("starting the offline proxy: %w", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("starting the offline proxy: %w", err)
	}
	p := &Proxy{
		listener:    listener,
		certificate: tls.Certificate{Certificate: [][]byte{certificate}, PrivateKey: key},
		serves:      serves,
		leads:       leads,
	}
	server := &http.Server{Handler: p, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }() // ends with the listener
	return p, nil
}

// Close ends the proxy.
func (p *Proxy) Close() error { return p.listener.Close() }

func (p *Proxy) url() string { return "http://" + p.listener.Addr().String() }

// Isolate returns a person's environment without variables that would change a preview or reach other machines
// (credentials, profiles, other state), and with this proxy.
func (p *Proxy) Isolate(person []string) []string {
	var env []string
	for _, variable := range person {
		name, _, _ := strings.Cut(variable, "=")
		upper := strings.ToUpper(name)
		if strings.HasPrefix(upper, "AWS_") || strings.HasPrefix(upper, "PULUMI_") || strings.HasSuffix(upper, "_PROXY") || upper == "KUBECONFIG" {
			continue
		}
		env = append(env, variable)
	}
	return append(env,
		"AWS_CONFIG_FILE="+os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE="+os.DevNull,
		"AWS_EC2_METADATA_DISABLED=true",
		"HTTPS_PROXY="+p.url(),
		"HTTP_PROXY="+p.url(),
		"NO_PROXY=127.0.0.1,localhost,::1",
		"no_proxy=127.0.0.1,localhost,::1",
		"OFFLINE_COMPILED=true", // pulumi-eks starts from what is compiled (tools/pulumi-eks/compiled.js)
	)
}

// Refused returns the addresses outside this machine that something tried to reach.
func (p *Proxy) Refused() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.refused)
}

// ServeHTTP answers a proxy request.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.Host == "" { // HTTP/2, which no client speaks to a proxy: one of gRPC looks for a server that had this port before
		http.Error(w, "offline: this is a proxy", http.StatusBadRequest)
		return
	}
	host, _, err := net.SplitHostPort(req.Host)
	if err != nil {
		host = req.Host
	}
	isReal := p.leads(req.Host)
	if req.Method != http.MethodConnect || !isReal && !p.serves(host) {
		p.mu.Lock()
		p.refused = append(p.refused, req.Host)
		p.mu.Unlock()
		http.Error(w, "offline: nothing leaves this machine", http.StatusForbidden)
		return
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer func() { _ = conn.Close() }()
	if isReal {
		tunnel(conn, req.Host)
		return
	}
	p.serveCluster(conn)
}

// tunnel connects a client with an address until one of them closes the connection.
func tunnel(client net.Conn, address string) {
	server, err := net.DialTimeout("tcp", address, time.Minute) //nolint:gosec // a control plane of this session
	if err != nil {
		return // the client sees the connection close
	}
	defer func() { _ = server.Close() }()
	if _, err := io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	join(client, server)
}

// join passes on what two connections send, until both have sent all.
func join(client, server net.Conn) {
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{client, server}, {server, client}} {
		both.Go(func() {
			_, _ = io.Copy(way[0], way[1]) // any error ends this direction
			if half, ok := way[0].(interface{ CloseWrite() error }); ok {
				_ = half.CloseWrite() // the other direction may have more data
			}
		})
	}
	both.Wait()
}

// serveCluster simulates the health endpoint of a cluster's API server, for one request.
func (p *Proxy) serveCluster(conn net.Conn) {
	if _, err := io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	secure := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{p.certificate}, MinVersion: tls.VersionTLS12})
	req, err := http.ReadRequest(bufio.NewReader(secure))
	if err != nil {
		return
	}
	answer := "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
	if req.URL.Path == "/healthz" {
		answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
	}
	if _, err := io.WriteString(secure, answer); err == nil {
		_ = secure.Close()
	}
}
