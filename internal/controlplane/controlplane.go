// Package controlplane starts a Kubernetes control plane on loopback: the real etcd and kube-apiserver, without
// containers or privileges. It accepts the objects that a cluster accepts. With nodes it is a cluster with real
// controllers, a real scheduler and simulated nodes, on which Deployments roll out.
package controlplane

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// startLimit is how long a start may take; it usually takes five seconds without nodes, ten with.
const startLimit = 2 * time.Minute

// Options are the options of a control plane.
type Options struct {
	// Bin is the folder with the programs; make control-plane puts them into bin/kubernetes.
	Bin string
	// Dir is a folder for data, keys and logs, empty except for the files of an earlier Start with Keep. Close keeps it.
	Dir string
	// Nodes are the simulated nodes. Without nodes there are no controllers: the API server only stores objects.
	Nodes []Node
	// Keep lets the control plane outlive the caller. The next Start with the same Dir finds it, or restarts it with all
	// its objects. Stop ends it.
	Keep bool
	// NeverReady are the images, as pods name them, of pods that start and never become ready.
	NeverReady []string
	// Answers are the paths that an image answers. A pod with probes for others never becomes ready. Images that are not here answer any.
	Answers map[string][]string
	// AuditPolicy is the policy by which the API server writes AuditLog. Optional: without one it writes none.
	AuditPolicy string
	// Failing are the images of pods that fail, where nothing restarts them: the pods of Jobs.
	Failing []string
	// Crashing are the images that crash where a container runs them with a command, and something restarts it: the pods of workers.
	Crashing []string
}

// Plane is a running control plane.
type Plane struct {
	bin, dir  string
	keep      bool
	restarted bool // it was kept before, with its nodes
	endpoints endpoints
	processes []*process

	mu        sync.Mutex
	transport *http.Transport // to the API server, once it has a certificate
}

// endpoints are the addresses of a control plane, and the token with every right.
type endpoints struct {
	Client, Peer, Server string // addresses of etcd, twice, and of the API server
	Token                string
}

// Start starts a control plane and returns when it is ready for requests.
func Start(ctx context.Context, o Options) (_ *Plane, err error) {
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("starting the control plane: %w", err)
	}
	if err := present(o); err != nil {
		return nil, err
	}
	p := &Plane{bin: o.Bin, dir: dir, keep: o.Keep}
	if p.restarted, err = p.place(); err != nil {
		return nil, err
	}
	if p.restarted && len(running(dir)) == len(servers(o)) && p.ready(ctx) == nil {
		return p, nil
	}
	defer func() {
		if err != nil {
			p.Close()
		}
	}()
	Stop(dir) // the remains of one that died
	if err := p.moveEtcd(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	if err := p.startEtcd(ctx); err != nil {
		return nil, err
	}
	if err := p.startAPIServer(ctx, o.AuditPolicy); err != nil {
		return nil, err
	}
	if len(o.Nodes) > 0 {
		err = p.startNodes(ctx, o)
	}
	return p, err
}

// place sets the endpoints: the earlier ones if the control plane was kept, which it reports, or new ones.
func (p *Plane) place() (known bool, err error) {
	if p.keep {
		text, err := os.ReadFile(p.path("where.json"))
		if err == nil {
			return true, json.Unmarshal(text, &p.endpoints)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return false, fmt.Errorf("starting the control plane: %w", err)
		}
	}
	addresses, err := p.addresses(3)
	if err != nil {
		return false, err
	}
	p.endpoints = endpoints{Client: addresses[0], Peer: addresses[1], Server: addresses[2], Token: rand.Text()}
	return false, p.save()
}

// addresses returns free addresses; for a kept control plane, such as are probably free the next time as well.
func (p *Plane) addresses(n int) ([]string, error) {
	if p.keep {
		return lastingAddresses(p.dir, n)
	}
	return freeAddresses(n)
}

// save saves the endpoints of a kept control plane for its next Start.
func (p *Plane) save() error {
	if !p.keep {
		return nil
	}
	text, err := json.Marshal(p.endpoints)
	if err != nil {
		return err
	}
	if err := os.WriteFile(p.path("where.json"), text, 0o600); err != nil {
		return fmt.Errorf("starting the control plane: %w", err)
	}
	return nil
}

// moveEtcd moves etcd of a kept control plane to other addresses if another program took them. The API server cannot move: its
// clients, above all Pulumi's state, know its address.
func (p *Plane) moveEtcd() error {
	if !p.restarted {
		return nil
	}
	if taken(p.endpoints.Server) {
		return fmt.Errorf("starting the control plane in %s: another program listens at %s, the address of its API server: end that program, or delete the cluster (make clean)",
			p.dir, p.endpoints.Server)
	}
	if !taken(p.endpoints.Client) && !taken(p.endpoints.Peer) {
		return nil
	}
	addresses, err := p.addresses(3)
	if err != nil {
		return err
	}
	addresses = slices.DeleteFunc(addresses, func(address string) bool { return address == p.endpoints.Server })
	p.endpoints.Client, p.endpoints.Peer = addresses[0], addresses[1]
	return p.save()
}

// servers returns the programs that run.
func servers(o Options) []string {
	if len(o.Nodes) == 0 {
		return []string{"etcd", "kube-apiserver"}
	}
	return slices.Clone(programs)
}

// present returns an error that names all missing programs and how to build them.
func present(o Options) error {
	var errs []error
	for _, program := range append(servers(o), "kubectl") {
		if path := filepath.Join(o.Bin, program); !isFile(path) {
			errs = append(errs, fmt.Errorf("%s is missing: run make control-plane", path))
		}
	}
	return errors.Join(errs...)
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// URL is the address of the API server.
func (p *Plane) URL() string { return "https://" + p.endpoints.Server }

// Token is the bearer token of a user with every right.
func (p *Plane) Token() string { return p.endpoints.Token }

// Authority returns the certificate authority of the API server, in PEM.
func (p *Plane) Authority() ([]byte, error) { return os.ReadFile(p.certificate()) }

// Kubeconfig is the path of a kubeconfig with every right.
func (p *Plane) Kubeconfig() string { return p.path("kubeconfig") }

// KubeconfigAs writes a kubeconfig that impersonates a user and groups, with the rights of RBAC alone, and returns its path.
func (p *Plane) KubeconfigAs(user string, groups ...string) (string, error) {
	if user == "" {
		// Without a user kubectl impersonates nobody and keeps every right.
		return "", errors.New("the user of a kubeconfig must not be empty: name the user to impersonate")
	}
	file, err := os.CreateTemp(p.dir, "kubeconfig-as-")
	if err != nil {
		return "", err
	}
	defer file.Close()
	return file.Name(), p.writeKubeconfig(file.Name(), map[string]any{"as": user, "as-groups": groups})
}

// Kubectl runs kubectl, of the control plane's version, and returns its output; an exit code other than 0 is also an
// error.
func (p *Plane) Kubectl(ctx context.Context, stdin []byte, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(p.bin, "kubectl"), append([]string{"--kubeconfig", p.Kubeconfig()}, args...)...)
	cmd.Stdin = bytes.NewReader(stdin)
	cmd.Env = home(p.dir)
	var answer, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &answer, &complaints
	err := cmd.Run()
	if err != nil {
		err = fmt.Errorf("kubectl %s: %w\n%s", strings.Join(args, " "), err, &complaints)
	}
	return answer.Bytes(), err
}

// Logs returns the last lines of each process's output; the whole is in Dir.
func (p *Plane) Logs() string {
	var text strings.Builder
	for _, process := range p.processes {
		text.WriteString(process.tail())
	}
	return text.String()
}

// Close ends every process that this Start started.
func (p *Plane) Close() {
	for _, process := range slices.Backward(p.processes) {
		process.Kill()
	}
}

func (p *Plane) path(name string) string { return filepath.Join(p.dir, name) }

// run starts a program of the control plane and waits until it is ready.
func (p *Plane) run(ctx context.Context, ready probe, program string, args ...string) error {
	process, err := p.start(program, args...)
	if err != nil {
		return err
	}
	return p.await(ctx, process.Cmd.Path, ready)
}

func (p *Plane) start(program string, args ...string) (*process, error) {
	process, err := startProcess(filepath.Join(p.bin, program), p.dir, p.keep, args...)
	if err == nil {
		p.processes = append(p.processes, process)
	}
	return process, err
}

// probe checks whether something is ready; nil means yes.
type probe func(context.Context) error

// await returns when the probe succeeds, a process has ended or ctx is done.
func (p *Plane) await(ctx context.Context, what string, ready probe) error {
	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		for _, process := range p.processes {
			if process.HasEnded() {
				return fmt.Errorf("%s ended: %s\n%s", process.Cmd.Path, process.Cmd.ProcessState, process.tail())
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready: %w: %w\n%s", what, ctx.Err(), err, p.Logs())
		case <-time.After(50 * time.Millisecond):
		}
	}
}
