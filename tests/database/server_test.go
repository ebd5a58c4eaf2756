// Package database runs the job that gives applications their roles and schemas, as the program registers it, against real PostgreSQL
// servers of each version that the program accepts. Everything is on loopback.
package database

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// installed is where make has put the servers, by version, and psql.
var installed = cmp.Or(os.Getenv("POSTGRES_FOLDER"), "../../bin/postgres")

const (
	// super is the superuser that RDS keeps to itself, master the user that people get.
	super  = "rdsadmin"
	master = "postgres"
	// password has what writers of JSON escape.
	password = `Gh"e\7<&/é`
	shared   = "legops"
	nobody   = 65534
)

// standIn is what RDS adds to PostgreSQL, and a master user with the rights that RDS gives it: CREATEDB and CREATEROLE, the database, and
// that it may give away rds_iam (RDS User Guide, Understanding the rds_superuser role).
const standIn = `
CREATE ROLE rds_iam;
CREATE ROLE rds_superuser;
GRANT rds_iam TO rds_superuser WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;
CREATE ROLE ` + master + ` LOGIN CREATEDB CREATEROLE PASSWORD '` + password + `';
GRANT rds_superuser TO ` + master + `;
CREATE DATABASE ` + shared + ` OWNER ` + master + `;
`

// hba asks the master user for its password, over TLS as everybody. In place of the tokens of IAM, others need nothing.
const hba = `
host    all ` + super + `  127.0.0.1/32 trust
hostssl all ` + master + ` 127.0.0.1/32 scram-sha-256
hostssl all all            127.0.0.1/32 trust
`

// server is a PostgreSQL server with data of its own.
type server struct {
	program, folder string
	port            int
	log             *buffer
}

// clusters are prepared servers by version, which each test copies.
var clusters = map[string]func() (string, error){}

// asNobody makes the command one of another user, where the tests run as root: PostgreSQL refuses that.
func asNobody(cmd *exec.Cmd) *exec.Cmd {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if os.Geteuid() == 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	}
	return cmd
}

// own gives a file to that user.
func own(path string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	return os.Chown(path, nobody, nobody)
}

// scratch is a folder for all tests, which TestMain deletes. That of a test can be entered only by who runs the tests.
var scratch string

func TestMain(m *testing.M) {
	code, err := tests(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func tests(m *testing.M) (code int, err error) {
	if scratch, err = os.MkdirTemp("", "legops-database-"); err != nil {
		return 1, err
	}
	defer os.RemoveAll(scratch)
	if err := errors.Join(own(scratch), os.Chmod(scratch, 0o755)); err != nil {
		return 1, err
	}
	for _, version := range versions {
		clusters[version] = sync.OnceValues(func() (string, error) { return prepare(version) })
	}
	return m.Run(), nil
}

// prepare makes a cluster of the version, with a server's certificate and what stands in for RDS. The programs are copied to where the other user
// may enter.
func prepare(version string) (string, error) {
	program := filepath.Join(scratch, version)
	if err := os.CopyFS(program, os.DirFS(filepath.Join(installed, version))); err != nil {
		return "", fmt.Errorf("%w: make \"$PWD/bin/postgres/installed\" installs it", err)
	}
	data := filepath.Join(scratch, version+"-data")
	if err := quietly(asNobody(exec.Command(filepath.Join(program, "bin/initdb"), "--pgdata", data, "--username", super,
		"--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C", "--wal-segsize=1"))); err != nil {
		return "", err
	}
	certificate, key, err := newCertificate()
	if err != nil {
		return "", err
	}
	for name, text := range map[string][]byte{"pg_hba.conf": []byte(hba), "server.crt": certificate, "postgresql.auto.conf": []byte("ssl = on\n"), "server.key": key} {
		path := filepath.Join(data, name)
		if err := errors.Join(os.WriteFile(path, text, 0o600), own(path)); err != nil {
			return "", err
		}
	}
	port, err := freePort()
	if err != nil {
		return "", err
	}
	s := &server{program: filepath.Join(program, "bin/postgres"), folder: data, port: port, log: &buffer{}}
	cmd, err := s.launch()
	if err != nil {
		return "", err
	}
	_, err = s.sql(super, "template1", standIn)
	return data, errors.Join(err, cmd.Process.Signal(syscall.SIGINT), cmd.Wait()) // it writes everything to its files
}

func quietly(cmd *exec.Cmd) error {
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(cmd.Path), err, out)
	}
	return nil
}

// newCertificate is a certificate that signs itself, as PEM, with its key.
func newCertificate() (certificate, key []byte, err error) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, NotAfter: time.Now().Add(24 * time.Hour),
		SignatureAlgorithm: x509.SHA256WithRSA,
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		return nil, nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed}),
		pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(private)}), nil
}

// start starts a fresh server of the version.
func start(t testing.TB, version string) *server {
	t.Helper()
	cluster, err := clusters[version]()
	require.NoError(t, err)
	port, err := freePort()
	require.NoError(t, err)
	s := &server{program: filepath.Join(scratch, version, "bin/postgres"), log: &buffer{}, port: port}
	s.folder = filepath.Join(scratch, fmt.Sprintf("%s-%d", version, s.port))
	require.NoError(t, quietly(asNobody(exec.Command("cp", "-r", cluster, s.folder))))
	require.NoError(t, quietly(asNobody(exec.Command("chmod", "700", s.folder))))
	cmd, err := s.launch()
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGQUIT)
		_ = cmd.Wait()
		_ = os.RemoveAll(s.folder)
	})
	return s
}

// launch starts the server's process, and returns when it answers. It ends one that does not.
func (s *server) launch() (*exec.Cmd, error) {
	cmd := asNobody(exec.Command(s.program, "-D", s.folder, "-p", fmt.Sprint(s.port), "-h", "127.0.0.1", "-k", s.folder,
		"-c", "fsync=off", "-c", "log_connections=on", "-c", "password_encryption=scram-sha-256", "-c", "shared_buffers=16MB"))
	cmd.Stdout, cmd.Stderr = s.log, s.log
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	var err error
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if _, err = s.sql(super, "template1", "SELECT 1"); err == nil {
			return cmd, nil
		}
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	return nil, fmt.Errorf("the server does not answer: %w: %s", err, s.log)
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}

// sql runs a statement as a user and returns what it answers, a line for each row.
func (s *server) sql(user, database, statement string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(installed, "psql"), "--no-psqlrc", "--quiet", "--tuples-only", "--no-align",
		"--set=ON_ERROR_STOP=1", "--host=127.0.0.1", fmt.Sprintf("--port=%d", s.port), "--username="+user, "--dbname="+database)
	cmd.Stdin = strings.NewReader(statement + ";\n")
	cmd.Env = []string{"PATH=/usr/bin:/bin", "PGPASSWORD=" + password, "LANG=C.UTF-8"}
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s as %s: %w: %s", statement, user, err, problems.String())
	}
	return strings.TrimSpace(out.String()), nil
}

// buffer collects a process's output for concurrent readers.
type buffer struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

var _ io.Writer = (*buffer)(nil)

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
