package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// dial opens a WebSocket to a service, as ann.
func (a *application) dial(t *testing.T, url string, headers ...string) (*websocket.Conn, int) {
	t.Helper()
	header := http.Header{"Authorization": {"Bearer " + a.token}}
	for i := 0; i < len(headers); i += 2 {
		header.Set(headers[i], headers[i+1])
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	connection, response, err := websocket.Dial(ctx, url+"/matters/live", &websocket.DialOptions{HTTPHeader: header}) //nolint:bodyclose // the package gives it closed
	if response == nil {
		t.Fatal(err)
	}
	if err != nil {
		return nil, response.StatusCode
	}
	t.Cleanup(func() { _ = connection.CloseNow() })
	return connection, response.StatusCode
}

// ask sends a message and returns the answer, or the reason why there is none.
func ask(t *testing.T, connection *websocket.Conn, message string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := connection.Write(ctx, websocket.MessageText, []byte(message)); err != nil {
		return websocket.CloseStatus(err).String()
	}
	_, answer, err := connection.Read(ctx)
	if err != nil {
		return websocket.CloseStatus(err).String()
	}
	return string(answer)
}

func TestLive(t *testing.T) {
	a := newApplication(t, nil)
	server := httptest.NewServer(a.handler)
	t.Cleanup(server.Close)
	connection, status := a.dial(t, server.URL)
	if status != http.StatusSwitchingProtocols {
		t.Fatal(status)
	}
	for message, part := range map[string]string{"lease": `"matters":[`, "x": `"error"`} {
		if got := ask(t, connection, message); !strings.Contains(got, part) {
			t.Errorf("%s: %s", message, got)
		}
	}
	if got := ask(t, connection, strings.Repeat("x", liveQuestion+1)); got != "StatusMessageTooBig" {
		t.Error(got)
	}
	for name, c := range map[string]struct {
		headers []string
		status  int
	}{
		"signed in nowhere":         {[]string{"Authorization", ""}, http.StatusUnauthorized},
		"from a page of another":    {[]string{"Origin", "https://other.example"}, http.StatusForbidden},
		"from a page of this place": {[]string{"Origin", server.URL}, http.StatusSwitchingProtocols},
	} {
		if _, status := a.dial(t, server.URL, c.headers...); status != c.status {
			t.Errorf("%s: %d, want %d", name, status, c.status)
		}
	}
	if got := a.do("GET /matters/live"); got.Code != http.StatusUpgradeRequired {
		t.Errorf("not a WebSocket: %d", got.Code)
	}
}

// A service that leaves tells each client so, and takes no more.
func TestLeave(t *testing.T) {
	a := newApplication(t, nil)
	server := httptest.NewServer(a.handler)
	t.Cleanup(server.Close)
	connection, _ := a.dial(t, server.URL)
	told := make(chan error, 1)
	go func() {
		_, _, err := connection.Read(context.Background())
		told <- err
	}()
	began := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	a.Leave(ctx)
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("took %s", took)
	}
	if err := <-told; websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Error(err)
	}
	if _, status := a.dial(t, server.URL); status != http.StatusServiceUnavailable {
		t.Error(status)
	}

	// Who does not answer keeps it from leaving for as long as it has, and no longer.
	b := newApplication(t, nil)
	silent := httptest.NewServer(b.handler)
	t.Cleanup(silent.Close)
	b.dial(t, silent.URL)
	short, cancelShort := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancelShort()
	b.Leave(short)
	if short.Err() == nil {
		t.Error("it did not wait")
	}
}
