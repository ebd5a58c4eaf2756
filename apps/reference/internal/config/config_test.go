package config

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// good is a valid file, of which every bad case changes one line.
const good = `# comment
PORT=8080
BASE_PATH=/matters
LOG_LEVEL=info
DRAIN_DELAY=5s
REQUEST_TIMEOUT=20s
SHUTDOWN_TIMEOUT=30s
SESSION_LENGTH=30m
MAX_SESSIONS=100
MAX_UPLOAD_KIB=1024
MAX_STORAGE_MIB=16
PAGE_SIZE=20
`

// load reads a folder with one file, development.env or production.env.
func load(t *testing.T, environment, text string, variables map[string]string) (*Config, error) {
	t.Helper()
	directory := t.TempDir()
	if err := os.WriteFile(filepath.Join(directory, environment+".env"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(directory, func(key string) (string, bool) {
		if key == "ENVIRONMENT" {
			return environment, true
		}
		value, found := variables[key]
		return value, found
	})
	return c, hide(err, directory+string(filepath.Separator))
}

type text string

func (t text) Error() string { return string(t) }

// hide removes the temporary folder from a message.
func hide(err error, directory string) error {
	if err == nil {
		return nil
	}
	return text(strings.ReplaceAll(err.Error(), directory, ""))
}

func TestLoad(t *testing.T) {
	c, err := load(t, "development", good, map[string]string{
		"PORT": "9090", "SIGN_IN_PASSWORD": "open sesame", "FAULT_DELAY": "100ms", "FAULT_ERROR_RATE": "0.5", "FAULT_UNREADY": "true",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Environment: "development", Port: 9090, BasePath: "/matters", LogLevel: slog.LevelInfo,
		DrainDelay: 5 * time.Second, RequestTimeout: 20 * time.Second, ShutdownTimeout: 30 * time.Second,
		SessionLength: 30 * time.Minute, MaxSessions: 100, MaxUploadKiB: 1024, MaxStorageMiB: 16, PageSize: 20,
		SignInPassword: "open sesame",
		Faults:         Faults{ErrorRate: 0.5, Delay: 100 * time.Millisecond, Unready: true},
	}
	if *c != want {
		t.Errorf("got  %+v\nwant %+v", *c, want)
	}
}

// The repository's files are valid, and set no fault.
func TestFiles(t *testing.T) {
	for _, environment := range []string{"development", "test", "production"} {
		c, err := Load("../../config", func(key string) (string, bool) { return environment, key == "ENVIRONMENT" })
		if err != nil {
			t.Errorf("%s: %v", environment, err)
			continue
		}
		if c.Environment != environment || c.Faults != (Faults{}) || c.Port != 8080 || c.BasePath != "/" {
			t.Errorf("%s: %+v", environment, *c)
		}
	}
}

func TestUnknownEnvironment(t *testing.T) {
	for _, environment := range []string{"", "prod", "../config/development", "development.env"} {
		_, err := Load("../../config", func(key string) (string, bool) { return environment, key == "ENVIRONMENT" })
		want := "environment: ENVIRONMENT: \"" + environment + "\": must be one of development, production, test"
		if err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", environment, err, want)
		}
	}
	if _, err := Load(t.TempDir(), os.LookupEnv); err == nil || !strings.Contains(err.Error(), "has no file <environment>.env") {
		t.Errorf("without a file: %v", err)
	}
}

func TestBadValues(t *testing.T) {
	keys := strings.Join(fileKeys(), ", ")
	for _, c := range []struct{ from, to, want string }{
		{"PORT=8080", "PORT=80", `development.env:2: PORT: "80": must be a whole number of 1025 to 65535`},
		{"PORT=8080", "PORT=99999999999999999999", `development.env:2: PORT: "99999999999999999999": must be a whole number of 1025 to 65535`},
		{"PORT=8080", "PORT=", `development.env:2: PORT: "": must be a whole number of 1025 to 65535`},
		{"PORT=8080\n", "", `development.env: PORT: is missing: must be a whole number of 1025 to 65535`},
		{"PORT=8080", "PORT=8080 # web", `development.env:2: PORT: "8080 # web": must be a whole number of 1025 to 65535`},
		{"PORT=8080", "PORT=" + strings.Repeat("9", 61), `development.env:2: PORT: "` + strings.Repeat("9", 60) + `"...: must be a whole number of 1025 to 65535`},
		{"=/matters", "=matters", `development.env:3: BASE_PATH: "matters": must be a path such as /matters, or / alone`},
		{"=/matters", "=/matters/", `development.env:3: BASE_PATH: "/matters/": must be a path such as /matters, or / alone`},
		{"=info", "=INFO", `development.env:4: LOG_LEVEL: "INFO": must be debug, info, warn or error`},
		{"DELAY=5s", "DELAY=5", `development.env:5: DRAIN_DELAY: "5": must be a duration of 0s to 30s, such as 5s`},
		{"DELAY=5s", "DELAY=31s", `development.env:5: DRAIN_DELAY: "31s": must be a duration of 0s to 30s, such as 5s`},
		{"DELAY=5s", "DELAY=15s", `development: DRAIN_DELAY + SHUTDOWN_TIMEOUT: 45s: must be at most 40s: the platform kills the process soon after`},
		{"REQUEST_TIMEOUT=20s", "REQUEST_TIMEOUT=30s", `development: REQUEST_TIMEOUT: 30s: must be below SHUTDOWN_TIMEOUT, which is 30s, for open requests to end`},
		{"MAX_STORAGE_MIB=16\n", "MAX_STORAGE_MIB=1\n", ``},
		{"MAX_UPLOAD_KIB=1024\nMAX_STORAGE_MIB=16", "MAX_UPLOAD_KIB=1025\nMAX_STORAGE_MIB=1", `development: MAX_UPLOAD_KIB: 1025: must fit into MAX_STORAGE_MIB, which is 1`},
		{"# comment", "PORT 8080", `development.env:1: is not KEY=value, with a key of capital letters, digits and underscores`},
		{"# comment", "port=8080", `development.env:1: is not KEY=value, with a key of capital letters, digits and underscores`},
		{"# comment", "export PORT=8080", `development.env:1: is not KEY=value, with a key of capital letters, digits and underscores`},
		{"# comment", "PROT=8080", `development.env:1: PROT: unknown key: must be one of ` + keys},
		{"# comment", "PAGE_SIZE=20", `development.env:12: PAGE_SIZE: must not repeat development.env:1`},
		{"# comment", "SIGN_IN_PASSWORD=hunter22", `development.env:1: SIGN_IN_PASSWORD: must not be in a file, since it is a secret: set the variable where the service runs`},
		{"# comment", "API_KEY=hunter22", `development.env:1: API_KEY: must not be in a file, since it is a secret: set the variable where the service runs`},
		{"# comment", "FAULT_UNREADY=yes", `development.env:1: FAULT_UNREADY: "yes": must be true or false`},
		{"# comment", "FAULT_ERROR_RATE=1.01", `development.env:1: FAULT_ERROR_RATE: "1.01": must be a number of 0 to 1, such as 0.05`},
		{"# comment", "FAULT_ERROR_RATE=NaN", `development.env:1: FAULT_ERROR_RATE: "NaN": must be a number of 0 to 1, such as 0.05`},
		{"# comment", "FAULT_DELAY=2m", `development.env:1: FAULT_DELAY: "2m": must be a duration of 0s to 1m0s, such as 5s`},
	} {
		_, err := load(t, "development", strings.Replace(good, c.from, c.to, 1), nil)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%q for %q:\ngot  %s\nwant %s", c.to, c.from, got, c.want)
		}
	}
}

// Load reports every problem, with its variable or file, and shows no secret.
func TestAllProblems(t *testing.T) {
	_, err := load(t, "development", strings.Replace(good, "PAGE_SIZE=20", "PAGE_SIZE=0", 1), map[string]string{"PORT": "http", "SIGN_IN_PASSWORD": "short"})
	want := `environment: PORT: "http": must be a whole number of 1025 to 65535
development.env:12: PAGE_SIZE: "0": must be a whole number of 1 to 100
environment: SIGN_IN_PASSWORD: must be 8 to 200 characters`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestProductionRefusesFaults(t *testing.T) {
	faults := map[string]string{"FAULT_ERROR_RATE": "0.1", "FAULT_DELAY": "1s", "FAULT_UNREADY": "true", "FAULT_UNHEALTHY": "true"}
	for key, value := range faults {
		_, err := load(t, Production, good, map[string]string{key: value})
		want := "production: " + key + ": " + value + ": must not be set in production: faults are for tests"
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	off := map[string]string{"FAULT_ERROR_RATE": "0", "FAULT_DELAY": "0s", "FAULT_UNREADY": "false", "FAULT_UNHEALTHY": "false"}
	if _, err := load(t, Production, good, off); err != nil {
		t.Errorf("faults that are off: %v", err)
	}
}

// Windows line ends and a missing last line end are accepted.
func TestLineEnds(t *testing.T) {
	c, err := load(t, "development", strings.TrimSpace(strings.ReplaceAll(good, "\n", "\r\n")), nil)
	if err != nil || c.PageSize != 20 || c.BasePath != "/matters" {
		t.Errorf("%+v, %v", c, err)
	}
}

// Whatever a file holds, each line is a value, a problem on one line, or nothing; and values never make Load panic.
func FuzzParse(f *testing.F) {
	f.Add(good)
	f.Add("=\x00=\n\xff\nPORT=\xff\nFAULT_DELAY=-1ns\n")
	f.Fuzz(func(t *testing.T, text string) {
		values, problems := parse("development.env", text)
		for _, s := range settings {
			if value, found := values[s.key]; found && !s.parse(&Config{}, value.text) {
				problems = append(problems, problem{value.where, s.key, s.show(value.text), s.rule})
			}
		}
		for _, p := range problems {
			if line := p.Error(); strings.Contains(line, "\n") || !strings.HasPrefix(line, "development.env:") {
				t.Errorf("%q", line)
			}
		}
	})
}
