package controlplane

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"os"
)

// startEtcd starts the API server's store, without fsync: nothing has to survive a crash of the machine.
func (p *Plane) startEtcd(ctx context.Context) error {
	clientURL, peerURL := "http://"+p.endpoints.Client, "http://"+p.endpoints.Peer
	listens := func(context.Context) error { // the API server waits for the rest
		connection, err := net.Dial("tcp", p.endpoints.Client)
		if err == nil {
			err = connection.Close()
		}
		return err
	}
	return p.run(ctx, listens, "etcd",
		"--name=legops",
		"--data-dir="+p.path("etcd"),
		"--listen-client-urls="+clientURL,
		"--advertise-client-urls="+clientURL,
		"--listen-peer-urls="+peerURL,
		"--initial-advertise-peer-urls="+peerURL,
		"--initial-cluster=legops="+peerURL,
		"--unsafe-no-fsync",
		"--log-level=warn",
	)
}

// AuditLog is the path of the audit log, where there is an AuditPolicy: an event a line.
func (p *Plane) AuditLog() string { return p.path("audit.log") }

// startAPIServer starts the API server with the default admission plugins, which include pod security.
func (p *Plane) startAPIServer(ctx context.Context, auditPolicy string) error {
	host, port, err := net.SplitHostPort(p.endpoints.Server)
	if err != nil {
		return err
	}
	if err := errors.Join(
		os.WriteFile(p.path("tokens.csv"), []byte(p.endpoints.Token+",admin,admin,system:masters\n"), 0o600),
		writeKey(p.serviceAccountKey()),
		p.writeKubeconfig(p.Kubeconfig(), nil),
	); err != nil {
		return fmt.Errorf("preparing the API server: %w", err)
	}
	var audit []string
	if auditPolicy != "" {
		if err := os.WriteFile(p.path("audit.yaml"), []byte(auditPolicy), 0o600); err != nil {
			return fmt.Errorf("preparing the API server: %w", err)
		}
		audit = []string{"--audit-policy-file=" + p.path("audit.yaml"), "--audit-log-path=" + p.AuditLog()}
	}
	return p.run(ctx, p.ready, "kube-apiserver", append(audit,
		"--etcd-servers=http://"+p.endpoints.Client,
		"--bind-address="+host,
		"--secure-port="+port,
		"--advertise-address="+host,
		// A loopback address may not be the endpoint of a service.
		"--endpoint-reconciler-type=none",
		"--cert-dir="+p.path("certificates"),
		"--token-auth-file="+p.path("tokens.csv"),
		"--authorization-mode=RBAC",
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file="+p.serviceAccountKey(),
		"--service-account-signing-key-file="+p.serviceAccountKey(),
		"--service-cluster-ip-range=172.20.0.0/16",
		// As in EKS: only pod security forbids privileged pods.
		"--allow-privileged=true",
	)...)
}

// certificate is the path of the API server's own certificate, with the authority that signed it.
func (p *Plane) certificate() string { return p.path("certificates/apiserver.crt") }

// serviceAccountKey is the path of the key that signs the tokens of service accounts.
func (p *Plane) serviceAccountKey() string { return p.path("service-accounts.key") }

// writeKubeconfig writes a kubeconfig as JSON, which is also YAML. It adds the fields of as to the user.
func (p *Plane) writeKubeconfig(path string, as map[string]any) error {
	const name = "legops"
	user := map[string]any{"token": p.endpoints.Token}
	maps.Copy(user, as)
	text, err := json.MarshalIndent(map[string]any{
		"apiVersion": "v1",
		"kind":       "Config",
		"clusters": []any{map[string]any{"name": name, "cluster": map[string]any{
			"server": p.URL(), "certificate-authority": p.certificate(),
		}}},
		"users":           []any{map[string]any{"name": name, "user": user}},
		"contexts":        []any{map[string]any{"name": name, "context": map[string]any{"cluster": name, "user": name}}},
		"current-context": name,
	}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}

// writeKey writes a new private key, if there is none, in the one form that the API server accepts for signing and for
// verifying.
func writeKey(path string) error {
	if isFile(path) {
		return nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}), 0o600)
}

// freeAddresses returns different loopback addresses on which nothing listens.
func freeAddresses(n int) ([]string, error) {
	addresses := make([]string, n)
	for i := range addresses {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("looking for a free port: %w", err)
		}
		defer listener.Close()
		addresses[i] = listener.Addr().String()
	}
	return addresses, nil
}

// lastingAddresses returns different loopback addresses on which nothing listens, and probably nothing will: on a host address
// that only this folder has, with ports below those that Linux assigns.
func lastingAddresses(dir string, n int) ([]string, error) {
	const first, last = 20000, 32767
	sum := sha256.Sum256([]byte(dir))
	host := netip.AddrFrom4([4]byte{127, sum[0] | 1, sum[1], sum[2] | 1})
	var addresses []string
	for port := first; port <= last && len(addresses) < n; port++ {
		if address := netip.AddrPortFrom(host, uint16(port)).String(); !taken(address) {
			addresses = append(addresses, address)
		}
	}
	if len(addresses) < n {
		return nil, fmt.Errorf("looking for a free port: none of %d to %d on %s is free", first, last, host)
	}
	return addresses, nil
}

// taken reports whether something listens at an address.
func taken(address string) bool {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return true
	}
	return listener.Close() != nil
}
