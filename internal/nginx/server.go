package nginx

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// reloadLimit is how long a start or a reload may take; it usually takes a tenth of a second.
const reloadLimit = 20 * time.Second

// Server is a real NGINX with the configuration that the controller would write.
type Server struct {
	controller *Controller
	program    string
	place      Place
	master     *exec.Cmd
	ended      chan error
	log        *buffer
}

// Prepare prepares to run the NGINX at a path, in a folder, on a free port of loopback. It starts nothing.
func Prepare(program, folder string) (*Server, error) {
	controller, err := Known()
	if err != nil {
		return nil, err
	}
	out, err := exec.Command(program, "-v").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%w: make \"$PWD/bin/nginx\" installs it", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer listener.Close()
	place := Place{Folder: folder, Address: listener.Addr().String(), Nginx: version(out)}
	if os.Geteuid() == 0 {
		place.User = "root" // who may read a test's folder
	}
	return &Server{controller: controller, program: program, place: place, log: &buffer{}}, nil
}

// version parses the output of nginx -v: nginx version: nginx/1.22.1.
func version(output []byte) string {
	_, version, _ := strings.Cut(string(output), "nginx/")
	return strings.TrimSpace(version)
}

// Address is the address of the server.
func (s *Server) Address() string { return s.place.Address }

// Listen makes the server listen at another address, once it starts.
func (s *Server) Listen(address string) { s.place.Address = address }

// LeftOut returns the directives of the snippets for which this NGINX is too old.
func (s *Server) LeftOut(o Objects) []string {
	var names []string
	for line := range strings.SplitSeq(o.Settings["http-snippets"], "\n") {
		name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		if since := s.controller.Since[name]; since != "" && before(s.place.Nginx, since) {
			names = append(names, name)
		}
	}
	return names
}

// Log returns NGINX's output so far.
func (s *Server) Log() string { return s.log.String() }

// Test checks whether NGINX accepts the configuration (nginx -t). The error contains NGINX's message.
func (s *Server) Test(ctx context.Context, o Objects, endpoints map[string][]string) error {
	if err := s.write(o, endpoints); err != nil {
		return err
	}
	return s.ask(ctx, "-t", "-q")
}

// Start starts NGINX and returns when it serves.
func (s *Server) Start(ctx context.Context, o Objects, endpoints map[string][]string) error {
	if err := s.write(o, endpoints); err != nil {
		return err
	}
	s.master = s.command(context.WithoutCancel(ctx))
	s.master.Stderr, s.master.Stdout = s.log, s.log
	if err := s.master.Start(); err != nil {
		return err
	}
	s.ended = make(chan error, 1)
	go func() { s.ended <- s.master.Wait() }()
	if err := s.serves(ctx); err != nil {
		return errors.Join(err, s.Stop())
	}
	return nil
}

// Reload reloads NGINX with other objects or endpoints, as the controller does. If NGINX refuses them, it serves on unchanged.
func (s *Server) Reload(ctx context.Context, o Objects, endpoints map[string][]string) error {
	s.place.Version++
	if err := s.write(o, endpoints); err != nil {
		return err
	}
	if err := s.ask(ctx, "-s", "reload"); err != nil {
		return err
	}
	return s.serves(ctx)
}

// Stop ends NGINX at once.
func (s *Server) Stop() error {
	if s.master == nil {
		return nil
	}
	_ = s.master.Process.Signal(os.Interrupt)
	select {
	case err := <-s.ended:
		return err
	case <-time.After(reloadLimit):
		return errors.Join(fmt.Errorf("nginx does not end within %s", reloadLimit), s.master.Process.Kill())
	}
}

// Workers returns the serving processes, including those of before a reload.
func (s *Server) Workers() ([]int, error) {
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", s.master.Process.Pid))
	if err != nil {
		return nil, err
	}
	var workers []int
	for field := range strings.FieldsSeq(string(children)) {
		worker, err := strconv.Atoi(field)
		if err != nil {
			return nil, err
		}
		workers = append(workers, worker)
	}
	return workers, nil
}

// Memory returns the memory of all processes of NGINX, in bytes: the proportional set size of each (Pss of smaps_rollup), and
// its page tables, which also count toward a container's limit.
func (s *Server) Memory() (int, error) {
	processes, err := s.Workers()
	if err != nil {
		return 0, err
	}
	sum := 0
	for _, process := range append(processes, s.master.Process.Pid) {
		for file, field := range map[string]string{"smaps_rollup": "Pss:", "status": "VmPTE:"} {
			kilobytes, err := kilobytes(fmt.Sprintf("/proc/%d/%s", process, file), field)
			if err != nil && !errors.Is(err, fs.ErrNotExist) { // an old worker may have ended meanwhile
				return 0, err
			}
			sum += kilobytes << 10
		}
	}
	return sum, nil
}

// kilobytes returns a field of a file of /proc.
func kilobytes(file, field string) (int, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == field {
			return strconv.Atoi(fields[1])
		}
	}
	return 0, fmt.Errorf("%s has no field %s", file, field)
}

func (s *Server) configuration() string { return filepath.Join(s.place.Folder, "nginx.conf") }

func (s *Server) write(o Objects, endpoints map[string][]string) error {
	text, err := s.controller.Configuration(o, endpoints, s.place)
	if err != nil {
		return err
	}
	return os.WriteFile(s.configuration(), []byte(text), 0o600)
}

func (s *Server) command(ctx context.Context, arguments ...string) *exec.Cmd {
	return exec.CommandContext(ctx, s.program, append([]string{"-p", s.place.Folder, "-c", s.configuration(), "-e", "stderr"}, arguments...)...)
}

func (s *Server) ask(ctx context.Context, arguments ...string) error {
	out, err := s.command(ctx, arguments...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("nginx %s: %w: %s", strings.Join(arguments, " "), err, bytes.TrimSpace(out))
	}
	return nil
}

// serves returns when NGINX serves the last written configuration.
func (s *Server) serves(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, reloadLimit)
	defer cancel()
	for {
		version, err := s.served(ctx)
		if err == nil && version == s.place.Version {
			return nil
		}
		select {
		case err := <-s.ended:
			s.ended <- err
			return errors.Join(fmt.Errorf("nginx ended: %s", s.Log()), err)
		case <-ctx.Done():
			return fmt.Errorf("nginx does not serve version %d within %s: %w: %s", s.place.Version, reloadLimit, err, s.Log())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// served returns the version of the configuration that serves a new connection.
func (s *Server) served(ctx context.Context) (int, error) {
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", s.place.VersionSocket())
	}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://version/", nil)
	if err != nil {
		return 0, err
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(string(text))
}

// buffer collects a process's output for concurrent readers.
type buffer struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.String()
}
