package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/apps"
	"legops/infra"
	"legops/internal/controlplane"
	"legops/internal/nginx"
	"legops/internal/recorder"
	"legops/internal/settings"
	"legops/stacks"
)

//go:embed writes.go.txt
var writes []byte

// elsewhere are prefixes of directives that only one side has, with the reason.
var elsewhere = map[string]string{
	"listen [::]": "no IPv6 address", "set $": "for its own log and metrics",
	"keepalive 32": "the default of its NGINX", "access_log ": "a file here",
}

// written runs the controller's own code to write the configuration of production, and compares it with that of internal/nginx:
// every upstream, the host and its locations, and the known directives of the main file.
func (s *source) written(known *nginx.Controller) {
	objects, err := production()
	if err != nil {
		s.report("%w", err)
		return
	}
	endpoints := map[string][]string{}
	for _, minion := range objects.Minions {
		for _, path := range minion.Paths {
			endpoints[minion.Backend(path)] = []string{"10.20.8.7:8080", "10.20.8.8:8080"}
		}
	}
	theirs, err := s.have(objects, endpoints)
	if err != nil {
		s.report("%w", err)
		return
	}
	ours, err := known.Configuration(objects, endpoints, nginx.Place{Folder: "/folder", Address: strconv.Itoa(objects.Port), Nginx: known.Nginx})
	if err != nil {
		s.report("%w", err)
		return
	}
	expected, found, compared := blocks(theirs), blocks(ours), 0
	for _, block := range slices.Sorted(maps.Keys(expected)) {
		if strings.HasPrefix(block, "upstream ") || strings.HasPrefix(block, "server_name "+objects.Master.Host) || strings.Contains(block, "$legops_") {
			s.same(block, expected[block], found[block])
			compared++
		}
	}
	if paths := 2*len(endpoints) - 1; compared < len(endpoints)+paths {
		s.report("the controller wrote %d blocks for %d applications", compared, len(endpoints))
	}
	for context, block := range map[string]string{"main": "", "events": "events", "http": "http"} {
		for _, d := range known.Directives[context] {
			other := func(line string) bool { return !strings.HasPrefix(line, d.Name+" ") }
			s.same(context, slices.DeleteFunc(slices.Clone(expected[block]), other), slices.DeleteFunc(slices.Clone(found[block]), other))
		}
	}
}

func (s *source) same(block string, theirs, ours []string) {
	for _, line := range slices.Concat(theirs, ours) {
		known := func(begins string) bool { return strings.HasPrefix(line, begins) }
		if slices.Contains(theirs, line) != slices.Contains(ours, line) && !slices.ContainsFunc(slices.Collect(maps.Keys(elsewhere)), known) {
			who := map[bool]string{true: "the controller", false: "internal/nginx"}[slices.Contains(theirs, line)]
			s.report("%s: only %s writes %s", block, who, line)
		}
	}
}

// production returns the program's objects for the controller in production, where one application also asks for what none does.
func production() (nginx.Objects, error) {
	values, err := stacks.ReadFile("Pulumi.prod.yaml")
	if err != nil {
		return nginx.Objects{}, err
	}
	cfg, err := stacks.Load("legops", values)
	if err != nil {
		return nginx.Objects{}, err
	}
	for i, a := range cfg.Applications {
		if a.Name == "matters" {
			cfg.Applications[i].Edge = &settings.ApplicationEdge{MaxUploadMiB: 300, WebSockets: []settings.WebSocketPath{"/matters/live"}}
		}
	}
	r := &recorder.Recorder{Project: "legops", Stack: "prod"}
	err = r.Run(func(ctx *pulumi.Context) error {
		_, err := infra.NewPlatform(ctx, cfg)
		return err
	})
	objects, _ := controlplane.Registered(r)
	return nginx.In(objects, apps.IngressNamespace).Objects, err
}

// have runs the controller's code, as a test in the controller's package.
func (s *source) have(objects nginx.Objects, endpoints map[string][]string) (string, error) {
	folder, err := os.MkdirTemp("", "compare")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(folder)
	test := filepath.Join(s.folder, "internal", "configs", "legops_test.go")
	if err := os.WriteFile(test, writes, 0o600); err != nil {
		return "", err
	}
	defer os.Remove(test)
	text, err := json.Marshal(struct {
		nginx.Objects
		Endpoints map[string][]string
	}{objects, endpoints})
	if err != nil {
		return "", err
	}
	input := filepath.Join(folder, "objects.json")
	if err := os.WriteFile(input, text, 0o600); err != nil {
		return "", err
	}
	command := exec.Command("go", "test", "-vet=off", "-count=1", "-run", "TestLegopsWrites", "./internal/configs")
	command.Dir, command.Env = s.folder, append(os.Environ(), "OBJECTS="+input, "WRITTEN="+folder, "GOWORK=off")
	if out, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("the controller's code: %w: %s", err, out)
	}
	var all strings.Builder
	for _, name := range []string{"main.conf", "host.conf"} {
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			return "", err
		}
		all.Write(text)
	}
	return all.String(), nil
}

var tokens = regexp.MustCompile(`#[^\n]*|"(?:[^"\\]|\\.)*"|'[^']*'|[;{}]|[^\s;{}"']+`)

// block is a block of a configuration, with its own directives.
type block struct {
	name  string
	lines []string
}

// blocks returns the directives of a configuration by their block, a server's under its name. It leaves http out of the names: what
// the controller includes there is a separate file.
func blocks(configuration string) map[string][]string {
	all := map[string][]string{}
	var words []string
	within := []*block{{}} // the innermost last
	for _, token := range tokens.FindAllString(configuration, -1) {
		if token[0] == '#' {
			continue
		}
		directive, last := strings.Join(words, " "), within[len(within)-1]
		switch token {
		case "{":
			within = append(within, &block{name: directive})
		case "}":
			var names []string
			for _, b := range within[1:] {
				if b == last || b.name != "http" {
					names = append(names, b.name)
				}
			}
			name := strings.Join(names, " / ")
			all[name] = append(all[name], last.lines...)
			within = within[:len(within)-1]
		case ";":
			last.lines = append(last.lines, directive)
			if strings.HasPrefix(directive, "server_name ") {
				last.name = directive
			}
		default:
			words = append(words, token)
			continue
		}
		words = nil
	}
	all[""] = within[0].lines
	return all
}
