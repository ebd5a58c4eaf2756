// Command compare checks the facts about the ingress controller (controller.yaml) against its source, a checkout of the release.
//
//	git clone --quiet --depth 1 --branch v5.5.4 https://github.com/nginx/kubernetes-ingress /tmp/kubernetes-ingress
//	go run ./internal/nginx/compare /tmp/kubernetes-ingress
//
// It also runs the controller's own code to write the configuration of production, and compares it with that of internal/nginx,
// directive by directive. It prints each difference, and fails if there is one.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"legops/internal/nginx"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) != 1 {
		return errors.New("usage: compare CHECKOUT")
	}
	known, err := nginx.Known()
	if err != nil {
		return err
	}
	s := &source{folder: arguments[0]}
	s.release(known)
	s.arguments(known)
	s.settings(known)
	s.annotations(known)
	s.written(known)
	if err := errors.Join(s.problems...); err != nil {
		return err
	}
	fmt.Printf("%s %s: %d arguments, %d settings and %d annotations match, and so does the configuration of production\n",
		known.Repository, known.Release, len(known.Arguments), len(known.Settings), len(known.Annotations))
	return nil
}

// source is a checkout, and its differences from controller.yaml.
type source struct {
	folder   string
	problems []error
}

func (s *source) report(format string, values ...any) {
	s.problems = append(s.problems, fmt.Errorf(format, values...))
}

func (s *source) read(paths ...string) string {
	var all strings.Builder
	for _, path := range paths {
		text, err := os.ReadFile(filepath.Join(s.folder, path))
		if err != nil {
			s.report("%w", err)
		}
		all.Write(text)
	}
	return all.String()
}

func (s *source) release(known *nginx.Controller) {
	out, err := exec.Command("git", "-C", s.folder, "describe", "--tags", "--exact-match").Output()
	if tag := strings.TrimSpace(string(out)); err != nil || tag != known.Release {
		s.report("%s is %q, not the tag %s (%v)", s.folder, tag, known.Release, err)
	}
	if !strings.Contains(s.read("build/Dockerfile"), "NGINX_OSS_VERSION="+known.Nginx+"\n") {
		s.report("build/Dockerfile: NGINX is not %s", known.Nginx)
	}
}

func (s *source) arguments(known *nginx.Controller) {
	text, declared := s.read("cmd/nginx-ingress/flags.go"), map[string]string{}
	for _, found := range regexp.MustCompile(`flag\.(\w+)\("([\w-]+)"`).FindAllStringSubmatch(text, -1) {
		declared[found[2]] = strings.ToLower(found[1])
	}
	for name, kind := range known.Arguments {
		if declared[name] != kind {
			s.report("cmd/nginx-ingress/flags.go: -%s is %q, not %s", name, declared[name], kind)
		}
	}
}

// readers are the calls that read a setting, by type; %q is its key. The controller does not parse other types.
var readers = map[string]string{
	"bool": `GetMapKeyAsBool(cfgm.Data, %q`, "int": `GetMapKeyAsInt(cfgm.Data, %q`,
	"list": `GetMapKeyAsStringSlice(cfgm.Data, %q, cfgm, ",")`, "snippet": `GetMapKeyAsStringSlice(cfgm.Data, %q, cfgm, "\n")`,
}

func (s *source) settings(known *nginx.Controller) {
	text := s.read("internal/configs/configmaps.go", "internal/k8s/status.go", "internal/k8s/configmap.go", "internal/k8s/controller.go")
	for key, kind := range known.Settings {
		reader, own := readers[kind]
		if !own {
			reader = `Data[%q]`
		}
		if !strings.Contains(text, fmt.Sprintf(reader, key)) {
			s.report("internal/configs/configmaps.go: %s is not read as %s", key, kind)
		}
	}
}

func (s *source) annotations(known *nginx.Controller) {
	validated, text := s.read("internal/k8s/validation.go"), s.read("internal/configs/annotations.go")
	for key, may := range known.Annotations {
		if !strings.Contains(text+validated, `"`+key+`"`) {
			s.report("%s is not read", key)
		}
		for _, kind := range []string{"master", "minion"} {
			_, list, _ := strings.Cut(text, "var "+kind+"Denylist")
			list, _, _ = strings.Cut(list, "\n}")
			if slices.Contains(may, kind) && strings.Contains(list, `"`+key+`"`) {
				s.report("internal/configs/annotations.go: %s is denied to a %s", key, kind)
			}
		}
	}
}
