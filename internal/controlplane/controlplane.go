// Package controlplane starts a Kubernetes control plane on loopback: the real etcd and kube-apiserver, without
// containers or privileges. An object that it accepts is one that a cluster accepts. With nodes it is a cluster whose
// controllers and scheduler are real and whose nodes are simulated: what is deployed there rolls out.
package controlplane

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// startLimit is how long a start may take; without nodes it is about five seconds, with nodes ten.
const startLimit = 2 * time.Minute

// Options are what a control plane needs.
type Options struct {
	// Bin is the folder with the programs; make control-plane puts them into bin/kubernetes.
	Bin string
	// Dir is a folder for data, keys and logs, empty but for what an earlier Start with Keep left. It stays when the
	// control plane is closed.
	Dir string
	// Nodes are the simulated nodes. Without any there are no controllers either: objects are only stored.
	Nodes []Node
	// Keep lets the control plane run on when the caller ends. The next Start with the same Dir finds it, or starts it
	// again with all that was in it. Stop ends it.
	Keep bool
	// NeverReady are images, just as pods name them, whose pods start and never become ready.
	NeverReady []string
}

// Plane is a control plane that runs.
type Plane struct {
	bin, dir  string
	keep      bool
	again     bool // it was kept before, with its nodes
	where     where
	processes []*process
	api       client
}

// where is where a control plane listens, and the token with every right.
type where struct {
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
	if p.again, err = p.place(); err != nil {
		return nil, err
	}
	if p.again && len(running(dir)) == len(servers(o)) && secureReady(p.URL(), p.certificate(), p.where.Token)(ctx) == nil {
		return p, nil
	}
	defer func() {
		if err != nil {
			p.Close()
		}
	}()
	Stop(dir) // what is left of one that died
	if err := p.makeWay(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	if err := p.startEtcd(ctx); err != nil {
		return nil, err
	}
	if err := p.startAPIServer(ctx); err != nil {
		return nil, err
	}
	if len(o.Nodes) > 0 {
		err = p.startNodes(ctx, o.Nodes, o.NeverReady)
	}
	return p, err
}

// place says where the control plane listens: where it did before, if it was kept. It tells whether it was.
func (p *Plane) place() (known bool, err error) {
	if p.keep {
		text, err := os.ReadFile(p.path("where.json"))
		if err == nil {
			return true, json.Unmarshal(text, &p.where)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return false, fmt.Errorf("starting the control plane: %w", err)
		}
	}
	addresses, err := p.addresses(3)
	if err != nil {
		return false, err
	}
	p.where = where{Client: addresses[0], Peer: addresses[1], Server: addresses[2], Token: rand.Text()}
	return false, p.remember()
}

// addresses are where nobody listens; of one that is kept, such as are free the next time as well.
func (p *Plane) addresses(n int) ([]string, error) {
	if p.keep {
		return lastingAddresses(p.dir, n)
	}
	return freeAddresses(n)
}

// remember writes down where the control plane listens, for the next Start of one that is kept.
func (p *Plane) remember() error {
	if !p.keep {
		return nil
	}
	text, err := json.Marshal(p.where)
	if err != nil {
		return err
	}
	if err := os.WriteFile(p.path("where.json"), text, 0o600); err != nil {
		return fmt.Errorf("starting the control plane: %w", err)
	}
	return nil
}

// makeWay goes elsewhere with the store of a control plane that was kept, where others listen by now. Its API server cannot go: what
// has been deployed to it, Pulumi's state above all, knows the address.
func (p *Plane) makeWay() error {
	if !p.again {
		return nil
	}
	if taken(p.where.Server) {
		return fmt.Errorf("starting the control plane in %s: another program listens at %s, where its API server has to: end that, or forget what was deployed there (make clean)",
			p.dir, p.where.Server)
	}
	if !taken(p.where.Client) && !taken(p.where.Peer) {
		return nil
	}
	addresses, err := p.addresses(3)
	if err != nil {
		return err
	}
	addresses = slices.DeleteFunc(addresses, func(address string) bool { return address == p.where.Server })
	p.where.Client, p.where.Peer = addresses[0], addresses[1]
	return p.remember()
}

// servers are the programs that run.
func servers(o Options) []string {
	if len(o.Nodes) == 0 {
		return []string{"etcd", "kube-apiserver"}
	}
	return slices.Clone(programs)
}

// present says which programs are missing, all at once, and how to get them.
func present(o Options) error {
	var errs []error
	for _, program := range append(servers(o), "kubectl") {
		if path := filepath.Join(o.Bin, program); !isFile(path) {
			errs = append(errs, fmt.Errorf("%s is not there: run make control-plane", path))
		}
	}
	return errors.Join(errs...)
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// URL is where the API server listens.
func (p *Plane) URL() string { return "https://" + p.where.Server }

// Token is what the API server takes for every right.
func (p *Plane) Token() string { return p.where.Token }

// Authority is what the API server's certificate is proved with, in PEM.
func (p *Plane) Authority() ([]byte, error) { return os.ReadFile(p.certificate()) }

// Kubeconfig is the path of a kubeconfig with every right.
func (p *Plane) Kubeconfig() string { return p.path("kubeconfig") }

// KubeconfigAs is the path of a new kubeconfig with the rights that RBAC gives a user and groups, and no other.
func (p *Plane) KubeconfigAs(user string, groups ...string) (string, error) {
	if user == "" {
		// Nobody is impersonated then, and every right stays.
		return "", errors.New("a kubeconfig needs the name of a user to act as")
	}
	file, err := os.CreateTemp(p.dir, "kubeconfig-as-")
	if err != nil {
		return "", err
	}
	defer file.Close()
	return file.Name(), p.writeKubeconfig(file.Name(), map[string]any{"as": user, "as-groups": groups})
}

// Kubectl runs kubectl, of the control plane's version, and returns what it answered; an exit code other than 0 is
// also an error.
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

// Logs are the last lines of what each process printed; all of it is in Dir.
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
		process.kill()
	}
}

func (p *Plane) path(name string) string { return filepath.Join(p.dir, name) }

// run starts a program of the control plane and waits until it is ready.
func (p *Plane) run(ctx context.Context, ready probe, program string, args ...string) error {
	process, err := p.start(program, args...)
	if err != nil {
		return err
	}
	return p.await(ctx, process.cmd.Path, ready)
}

func (p *Plane) start(program string, args ...string) (*process, error) {
	process, err := startProcess(filepath.Join(p.bin, program), p.dir, p.keep, args...)
	if err == nil {
		p.processes = append(p.processes, process)
	}
	return process, err
}

// probe asks whether something is ready; nil is yes.
type probe func(context.Context) error

// await returns when something is ready, a process has ended or there is no more time.
func (p *Plane) await(ctx context.Context, what string, ready probe) error {
	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		for _, process := range p.processes {
			if process.hasEnded() {
				return fmt.Errorf("%s ended: %s\n%s", process.cmd.Path, process.cmd.ProcessState, process.tail())
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready: %w: %w\n%s", what, ctx.Err(), err, p.Logs())
		case <-time.After(50 * time.Millisecond):
		}
	}
}
