// Command offline runs any pulumi command against the simulated cloud: the real engine and plugins, no AWS
// account, nothing sent outside this machine. Example: offline preview --stack prod --diff.
//
// Where no terminal shows it, up and destroy print a summary by component, and write what they print on a terminal to a file under
// .offline/logs. With OFFLINE_VERBOSE, set to anything, they print it all.
//
// OFFLINE_FAULT injects a fault into the n-th call that changes the cloud: fail@n, hang@n, crash@n or crash-after@n.
// OFFLINE_CLUSTERS=real runs a real Kubernetes control plane for every cluster, which keeps running after the command
// has ended. OFFLINE_UNLOCK, set to anything, first switches off the services' own deletion protection, as only a person
// does. OFFLINE_MAINTENANCE, set to anything, first lets the maintenance windows pass. PULUMI_K8S_DELETE_UNREACHABLE=true does what it does for
// the real provider: the objects of a cluster that is gone are gone.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"

	"legops/internal/offline"
	"legops/internal/offline/cloud"
)

func main() {
	code, err := run()
	if err != nil {
		fmt.Fprintln(os.Stderr, "offline:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

func run() (int, error) {
	fault, err := cloud.ParseFault(os.Getenv("OFFLINE_FAULT"))
	if err != nil {
		return 1, err
	}
	dir, err := os.Getwd()
	if err != nil {
		return 1, err
	}
	root, err := offline.FindRoot(dir)
	if err != nil {
		return 1, err
	}
	// The terminal interrupts the CLI itself; this process must outlive it. It passes SIGTERM on.
	signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	clusters := os.Getenv("OFFLINE_CLUSTERS")
	if !slices.Contains([]string{"", "simulated", "real"}, clusters) {
		return 1, fmt.Errorf("OFFLINE_CLUSTERS is %q, must be real or simulated", clusters)
	}
	session, err := offline.Open(offline.Options{Root: root, Fault: fault, RealClusters: clusters == "real"})
	if err != nil {
		return 1, err
	}
	if os.Getenv("OFFLINE_UNLOCK") != "" {
		if err := session.Cloud().Unlock(); err != nil {
			return 1, errors.Join(err, session.Close())
		}
	}
	if os.Getenv("PULUMI_K8S_DELETE_UNREACHABLE") == "true" {
		session.Cloud().DeleteUnreachable()
	}
	if os.Getenv("OFFLINE_MAINTENANCE") != "" {
		if err := session.Cloud().Maintain(); err != nil {
			return 1, errors.Join(err, session.Close())
		}
	}
	args := offline.AbsolutePaths(dir, os.Args[1:])
	var code int
	if summarises(args) && os.Getenv("OFFLINE_VERBOSE") == "" && !terminal(os.Stdout) {
		code, err = summarised(ctx, session, filepath.Join(root, ".offline", "logs"), os.Stdout, os.Stderr, args)
	} else {
		code, err = session.Stream(ctx, os.Stdin, os.Stdout, os.Stderr, args...)
	}
	for _, address := range session.Refused() {
		fmt.Fprintln(os.Stderr, "offline: refused a connection to", address)
	}
	for _, waiting := range session.Record().Waiting() {
		fmt.Fprintln(os.Stderr, "offline:", waiting)
	}
	if clusters := session.Clusters(); clusters != nil {
		for name, file := range clusters.Kubeconfigs() {
			fmt.Fprintf(os.Stderr, "offline: the control plane of %s is running: kubectl --kubeconfig %s\n", name, file)
		}
	}
	if closeErr := session.Close(); err == nil && closeErr != nil {
		return 1, closeErr
	}
	return code, err
}

// terminal reports whether somebody watches the file.
func terminal(file *os.File) bool {
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
