// Command trim leaves of a copy of the AWS provider's source the services that are named, and the clients that those use: the whole
// takes an hour to compile.
//
//	trim FOLDER service,service...
package main

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: trim FOLDER service,service...")
		os.Exit(1)
	}
	if err := trim(os.Args[1], strings.Split(os.Args[2], ",")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

var (
	importedService = regexp.MustCompile(`"github\.com/hashicorp/terraform-provider-aws/internal/service/([a-z0-9]+)[/"]`)
	usedClient      = regexp.MustCompile(`\.(\w+(?:Client|Conn))\(`)
	clientOf        = regexp.MustCompile(`(?ms)^func \(c \*AWSClient\) (\w+)\(.*?^}\n`)
	sdkImport       = regexp.MustCompile(`(?m)^\s+(?:(\w+) )?"github\.com/aws/aws-sdk-go(?:-v2)?/service/(\w+)"\n`)
	packageEntry    = regexp.MustCompile(`(?m)^\s+(\w+)\.ServicePackage\(ctx\),\n`)
)

// shared are the folders that every service uses, beside the provider itself.
var shared = []string{
	"conns", "create", "flex", "framework", "framework/flex", "framework/types", "framework/validators", "sdkv2", "sweep", "sweep/awsv2", "tags",
	"tfresource", "verify",
}

func trim(folder string, services []string) error {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	kept, used := map[string]bool{}, map[string]bool{}
	next := slices.Clone(services)
	look := func(at string, deep bool) error {
		return files(root, path.Join("internal", at), deep, func(_, text string) error {
			for _, found := range importedService.FindAllStringSubmatch(text, -1) {
				next = append(next, found[1])
			}
			for _, found := range usedClient.FindAllStringSubmatch(text, -1) {
				used[found[1]] = true
			}
			return nil
		})
	}
	for _, at := range shared {
		if err := look(at, false); err != nil {
			return err
		}
	}
	for len(next) > 0 {
		service := next[0]
		next = next[1:]
		if kept[service] {
			continue
		}
		kept[service] = true
		if err := look(path.Join("service", service), true); err != nil {
			return err
		}
	}
	if err := clients(root, "internal/conns/awsclient_gen.go", used); err != nil {
		return err
	}
	return files(root, "internal/provider", true, func(file, text string) error {
		if path.Base(file) != "service_packages_gen.go" {
			return nil
		}
		without := func(name string) bool { return !slices.Contains(services, name) }
		text = packageEntry.ReplaceAllStringFunc(text, func(line string) string {
			return keep(line, !without(packageEntry.FindStringSubmatch(line)[1]))
		})
		lines := regexp.MustCompile(`(?m)^\s+`+importedService.String()+`?\n`).ReplaceAllStringFunc(text, func(line string) string {
			return keep(line, !without(importedService.FindStringSubmatch(line)[1]))
		})
		return root.WriteFile(file, []byte(lines), 0o600)
	})
}

// clients leaves the functions that make a client that is used, and their imports.
func clients(root *os.Root, file string, used map[string]bool) error {
	encoded, err := root.ReadFile(file)
	if err != nil {
		return err
	}
	text := clientOf.ReplaceAllStringFunc(string(encoded), func(function string) string {
		return keep(function, used[clientOf.FindStringSubmatch(function)[1]])
	})
	text = sdkImport.ReplaceAllStringFunc(text, func(line string) string {
		found := sdkImport.FindStringSubmatch(line)
		name := found[1]
		if name == "" {
			name = found[2]
		}
		return keep(line, regexp.MustCompile(`[*\[]`+name+`\.`).MatchString(text))
	})
	return root.WriteFile(file, []byte(text), 0o600)
}

func keep(text string, is bool) string {
	if is {
		return text
	}
	return ""
}

// files visits the Go files of a folder; a folder that this version of the provider does not have has none.
func files(root *os.Root, folder string, deep bool, visit func(file, text string) error) error {
	return fs.WalkDir(root.FS(), folder, func(file string, entry fs.DirEntry, err error) error {
		switch {
		case os.IsNotExist(err):
			return nil
		case err != nil:
			return err
		case entry.IsDir() && file != folder && !deep:
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(file, ".go"):
			return nil
		}
		encoded, err := root.ReadFile(file)
		if err != nil {
			return err
		}
		return visit(file, string(encoded))
	})
}
