package database

import (
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
)

// requestTLS is what a client of PostgreSQL sends first, and yes the answer.
var requestTLS, yes = append(binary.BigEndian.AppendUint32(nil, 8), 0x04, 0xd2, 0x16, 0x2f), []byte("S")

// between puts somebody between the job and the server. An impostor ends TLS with a certificate of its own, and speaks TLS to the server;
// without, what passes is as it was. After that many messages of the job in all it ends every connection, unless the number is negative.
func (w *world) between(impostor bool, messages int) (stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	var own tls.Certificate
	if impostor {
		certificate, key, err := newCertificate()
		if err != nil {
			return nil, err
		}
		if own, err = tls.X509KeyPair(certificate, key); err != nil {
			return nil, err
		}
	}
	to := net.JoinHostPort("127.0.0.1", strconv.Itoa(w.port))
	w.at = listener.Addr().(*net.TCPAddr).Port
	var left atomic.Int64
	left.Store(int64(messages))
	var open sync.WaitGroup
	open.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			open.Go(func() {
				defer client.Close()
				server, err := net.Dial("tcp", to)
				if err != nil {
					return
				}
				defer server.Close()
				here, there := client, server
				if impostor {
					if here, there, err = both(client, server, own); err != nil {
						return
					}
				}
				open.Go(func() {
					_, _ = io.Copy(here, there)
					client.Close()
				})
				block := make([]byte, 1<<16)
				for {
					n, err := here.Read(block)
					if n > 0 && (messages < 0 || left.Add(-1) >= 0) {
						_, err = there.Write(block[:n])
					} else if n > 0 {
						return
					}
					if err != nil {
						return
					}
				}
			})
		}
	})
	return func() { listener.Close(); open.Wait() }, nil
}

// both ends TLS on the client's side and begins it on the server's.
func both(client, server net.Conn, own tls.Certificate) (here, there net.Conn, err error) {
	request, answer := make([]byte, len(requestTLS)), make([]byte, 1)
	if _, err := io.ReadFull(client, request); err != nil {
		return nil, nil, err
	}
	if _, err := server.Write(requestTLS); err != nil {
		return nil, nil, err
	}
	if _, err := io.ReadFull(server, answer); err != nil || answer[0] != yes[0] {
		return nil, nil, errors.Join(err, errors.New("the server speaks no TLS"))
	}
	if _, err := client.Write(yes); err != nil {
		return nil, nil, err
	}
	return tls.Server(client, &tls.Config{Certificates: []tls.Certificate{own}}), tls.Client(server, &tls.Config{InsecureSkipVerify: true}), nil
}

// group begins a group of processes, endGroup ends it.
func group() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func endGroup(cmd *exec.Cmd) {
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	_ = cmd.Wait()
}
