package requests

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components/apps"
	"legops/internal/settings"
)

// The lines of the table "What passes" in docs/dockerise.md that depend on NGINX.

func TestUploads(t *testing.T) {
	t.Parallel()
	d := deploys(t, "prod")
	w := open(t, d.Objects, map[string][]string{backend: pods(t, 1, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived, _ := io.Copy(io.Discard, r.Body)
		_, _ = fmt.Fprint(w, arrived, " of ", r.ContentLength)
	}))})
	const document = 100 << 20
	stored, err := w.ask(t.Context(), http.MethodPost, path, bytes.NewReader(make([]byte, document)))
	require.NoError(t, err)
	assert.Equal(t, answer{code: 200, text: "104857600 of 104857600"}, stored, "complete, and with its length")
	announce := func(length int) string {
		return raw(t, w, fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nX-Forwarded-Proto: https\r\nContent-Length: %d\r\n\r\n", path, host, length))
	}
	assert.Contains(t, announce(110<<20+1), " 413 ", "on its Content-Length alone")
}

// An application may take larger bodies, which is about its paths alone.
func TestLargerUploads(t *testing.T) {
	t.Parallel()
	d := deploysWith(t, "matters", settings.ApplicationEdge{MaxUploadMiB: 300})
	w := open(t, d.Objects, map[string][]string{backend: pods(t, 1, respond("ok")), "documents/documents": pods(t, 1, respond("ok"))})
	announce := func(path string, length int) string {
		return raw(t, w, fmt.Sprintf("PUT %s HTTP/1.1\r\nHost: %s\r\nX-Forwarded-Proto: https\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", path, host, length))
	}
	for _, at := range []string{path, path + "/7"} {
		assert.Contains(t, announce(at, 300<<20), " 100 ", at)
		assert.Contains(t, announce(at, 300<<20+1), " 413 ", at)
	}
	assert.Contains(t, announce("/documents", 110<<20), " 100 ")
	assert.Contains(t, announce("/documents", 110<<20+1), " 413 ", "another's limit stays")
}

// raw sends text and returns the first line of the response.
func raw(t *testing.T, w *way, text string) string {
	t.Helper()
	connection, err := net.Dial("tcp", w.Address())
	require.NoError(t, err)
	defer connection.Close()
	require.NoError(t, connection.SetDeadline(time.Now().Add(10*time.Second)))
	_, err = io.WriteString(connection, text)
	require.NoError(t, err)
	line, err := bufio.NewReader(connection).ReadString('\n')
	require.NoError(t, err)
	return line
}

func TestHeadersOfResponses(t *testing.T) {
	t.Parallel()
	d := deploys(t, "prod")
	answers := pods(t, 1, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Set-Cookie", "session="+strings.Repeat("x", number(r)))
	}))
	ask := func(w *way, kib int) string { return w.get(t.Context(), fmt.Sprintf("%s?bytes=%d", path, kib<<10)) }
	before := open(t, d.with(set("proxy-buffer-size", ""), set("proxy-buffers", ""), set("proxy-busy-buffers-size", "")), map[string][]string{backend: answers})
	assert.Equal(t, "200 502", ask(before, 3)+" "+ask(before, 5))
	w := open(t, d.Objects, map[string][]string{backend: answers})
	assert.Equal(t, "200 200 502", ask(w, 5)+" "+ask(w, 15)+" "+ask(w, 17))
}

func number(r *http.Request) (number int) {
	_, _ = fmt.Sscan(r.URL.Query().Get("bytes"), &number)
	return number
}

func TestHeadersOfRequests(t *testing.T) {
	t.Parallel()
	d := deploys(t, "prod")
	answers := map[string][]string{backend: pods(t, 1, respond("ok"))}
	ask := func(w *way, kib int) string {
		return w.get(t.Context(), path, "Cookie", "session="+strings.Repeat("x", kib<<10))
	}
	before := open(t, d.with(set("http-snippets", "")), answers)
	assert.Equal(t, "200 400", ask(before, 7)+" "+ask(before, 9))
	w := open(t, d.Objects, answers)
	assert.Equal(t, "200 200 400", ask(w, 9)+" "+ask(w, 15)+" "+ask(w, 17))
	assert.Equal(t, "200", w.get(t.Context(), path+"?q="+strings.Repeat("x", 15<<10)))
	assert.Equal(t, "414", w.get(t.Context(), path+"?q="+strings.Repeat("x", 17<<10)))
}

// The limit is 60 seconds; here it is two, to show that it counts between two reads.
func TestLongResponses(t *testing.T) {
	t.Parallel()
	d := deploys(t, "prod")
	assert.Equal(t, []string{"60s", "60s"}, []string{d.Settings["proxy-read-timeout"], d.Settings["proxy-send-timeout"]})
	answers := pods(t, 1, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == path+"/late" {
			time.Sleep(3 * time.Second)
		}
		for i := range 7 {
			_, _ = fmt.Fprint(w, i)
			_ = http.NewResponseController(w).Flush()
			time.Sleep(600 * time.Millisecond)
		}
	}))
	w := open(t, d.with(set("proxy-read-timeout", "2s")), map[string][]string{backend: answers})
	assert.Equal(t, "504", w.get(t.Context(), path+"/late"), "nothing for the length of the limit")
	whole, err := w.ask(t.Context(), http.MethodGet, path, nil)
	assert.Equal(t, "0123456", whole.text, "twice the limit, with data in between")
	assert.NoError(t, err)
}

// NGINX passes a response on piece by piece, as the pod sends it.
func TestStreamedResponses(t *testing.T) {
	t.Parallel()
	d := deploys(t, "prod")
	goOn := make(chan struct{})
	w := open(t, d.Objects, map[string][]string{backend: pods(t, 1, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "one,")
		_ = http.NewResponseController(w).Flush()
		select {
		case <-goOn:
		case <-r.Context().Done():
		}
		_, _ = io.WriteString(w, "two")
	}))})
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+host+path, nil)
	require.NoError(t, err)
	response, err := w.client.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	piece := make([]byte, 7)
	n, err := response.Body.Read(piece)
	require.NoError(t, err)
	assert.Equal(t, "one,", string(piece[:n]), "before the second arrives")
	close(goOn)
	rest, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	assert.Equal(t, "two", string(rest))
}

// The headers that a pod sees of a request through CloudFront and the load balancer.
func TestHeadersThatPodsSee(t *testing.T) {
	t.Parallel()
	d := deploys(t, "prod")
	saw := make(chan *http.Request, 1)
	w := open(t, d.with(set("set-real-ip-from", "127.0.0.0/8")), map[string][]string{
		backend: pods(t, 1, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { saw <- r })),
	})
	assert.Equal(t, "200", w.get(t.Context(), path+"/7?x=1", "X-Forwarded-For", "192.0.2.1, 198.51.100.7", "X_Secret", "1", apps.OriginHeader, "open-sesame",
		"Connection", "Upgrade", "Upgrade", "websocket", "Sec-WebSocket-Key", "dGVzdA==", "Accept-Encoding", "br", "Authorization", "Bearer x"))
	r := <-saw
	_, port, _ := net.SplitHostPort(w.Address())
	assert.Equal(t, http.Header{
		"X-Forwarded-For":   {"192.0.2.1, 198.51.100.7, 198.51.100.7"},
		"X-Real-Ip":         {"198.51.100.7"}, // not what a visitor wrote before it
		"X-Forwarded-Proto": {"https"},
		"X-Forwarded-Host":  {host},
		"X-Forwarded-Port":  {port}, // NGINX's port, 443 in the controller: TestPortOfTheVisitor
		"Accept-Encoding":   {"br"}, "Authorization": {"Bearer x"}, "Sec-Websocket-Key": {"dGVzdA=="},
		"Connection": {"close"}, "User-Agent": {"Go-http-client/1.1"},
	}, r.Header, "no Upgrade, so no WebSocket, no name with an underscore, and not what only the load balancer may know")
	assert.Equal(t, []any{host, path + "/7?x=1", "HTTP/1.1", true}, []any{r.Host, r.RequestURI, r.Proto, r.Close})
	assert.Equal(t, "301", w.get(t.Context(), path, "X-Forwarded-Proto", "http"), "over http")
	assert.Equal(t, "404", w.get(t.Context(), path, "Host", "other.example"), "for another host")
}
