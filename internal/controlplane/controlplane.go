// Package controlplane starts a Kubernetes control plane on loopback: the real etcd and kube-apiserver, without
// nodes, containers or privileges. An object that it accepts is one that a cluster accepts.
package controlplane

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// startLimit is how long a process may take until it is ready; it is one to five seconds.
const startLimit = 2 * time.Minute

// Options are what a control plane needs.
type Options struct {
	// Bin is the folder with etcd and kube-apiserver; make control-plane puts them into bin.
	Bin string
	// Dir is an empty folder for data, keys and logs. It stays when the control plane is closed.
	Dir string
}

// Plane is a control plane that runs.
type Plane struct {
	bin, dir  string
	processes []*process
}

// Start starts a control plane and returns when it is ready for requests.
func Start(ctx context.Context, o Options) (_ *Plane, err error) {
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("starting the control plane: %w", err)
	}
	if err := present(o.Bin, "etcd", "kube-apiserver"); err != nil {
		return nil, err
	}
	p := &Plane{bin: o.Bin, dir: dir}
	defer func() {
		if err != nil {
			p.Close()
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	addresses, err := freeAddresses(3)
	if err != nil {
		return nil, err
	}
	etcd, err := p.startEtcd(ctx, addresses[0], addresses[1])
	if err != nil {
		return nil, err
	}
	return p, p.startAPIServer(ctx, etcd, addresses[2])
}

// present says which programs are missing, all at once, and how to get them.
func present(bin string, programs ...string) error {
	var errs []error
	for _, program := range programs {
		if path := filepath.Join(bin, program); !isFile(path) {
			errs = append(errs, fmt.Errorf("%s is not there: run make control-plane", path))
		}
	}
	if _, err := exec.LookPath("kubectl"); err != nil {
		errs = append(errs, errors.New("kubectl is not on PATH: make check-tools says how to get it"))
	}
	return errors.Join(errs...)
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// Kubeconfig is the path of a kubeconfig with every right.
func (p *Plane) Kubeconfig() string { return p.path("kubeconfig") }

// Kubectl runs the kubectl on PATH and returns what it answered; an exit code other than 0 is also an error.
func (p *Plane) Kubectl(ctx context.Context, stdin []byte, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "kubectl", append([]string{"--kubeconfig", p.Kubeconfig()}, args...)...)
	cmd.Stdin = bytes.NewReader(stdin)
	// Neither the preferences nor the caches of whoever runs this.
	cmd.Env = append(os.Environ(), "HOME="+p.dir)
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

// Close ends every process. Nothing is saved: the next control plane starts empty.
func (p *Plane) Close() {
	for _, process := range slices.Backward(p.processes) {
		process.kill()
	}
}

func (p *Plane) path(name string) string { return filepath.Join(p.dir, name) }

// run starts a program of the control plane and waits until it is ready.
func (p *Plane) run(ctx context.Context, ready probe, program string, args ...string) error {
	process, err := startProcess(filepath.Join(p.bin, program), p.path(program+".log"), args...)
	if err != nil {
		return err
	}
	p.processes = append(p.processes, process)
	return process.await(ctx, ready)
}
