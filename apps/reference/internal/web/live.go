package web

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
)

const (
	// livePing keeps a WebSocket open on which nobody says anything: the platform closes it after 60 s without a byte.
	livePing = 25 * time.Second
	// liveQuestion is how long a question may be, in bytes.
	liveQuestion = 100
)

// live is the WebSockets that are open. An HTTP server that shuts down does not know of them.
type live struct {
	leaving context.Context
	leave   context.CancelFunc
	open    sync.WaitGroup
	mutex   sync.Mutex // a WebSocket must not begin while Leave waits for the last
}

func newLive() *live {
	leaving, leave := context.WithCancel(context.Background())
	return &live{leaving: leaving, leave: leave}
}

// begin counts a WebSocket, unless the service leaves.
func (l *live) begin() bool {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.leaving.Err() != nil {
		return false
	}
	l.open.Add(1)
	return true
}

// Leave tells the clients of all WebSockets to go away, and waits until they have gone, or until ctx is done. A client that is cut off
// instead learns of it only when it next sends something. A client has to come back by itself in any case.
func (s *Service) Leave(ctx context.Context) {
	s.live.mutex.Lock()
	s.live.leave()
	s.live.mutex.Unlock()
	gone := make(chan struct{})
	go func() { s.live.open.Wait(); close(gone) }()
	select {
	case <-gone:
	case <-ctx.Done():
	}
}

// searchLive answers each message, a text to search for, as GET /search does.
func (s *Service) searchLive(w http.ResponseWriter, r *http.Request) {
	if !s.live.begin() {
		refuse(w, http.StatusServiceUnavailable, "the service is stopping")
		return
	}
	defer s.live.open.Done()
	// It refuses pages of other sites: their requests carry the visitor's cookies, too.
	connection, err := websocket.Accept(w, r, nil)
	if err != nil {
		return // it has answered
	}
	defer func() { _ = connection.CloseNow() }()
	connection.SetReadLimit(liveQuestion)
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	stop := context.AfterFunc(s.live.leaving, func() { _ = connection.Close(websocket.StatusGoingAway, "the service is stopping") })
	defer stop()
	go keepOpen(ctx, connection)
	for {
		_, question, err := connection.Read(ctx)
		if err != nil {
			return
		}
		var answer any = map[string]string{"error": "ask for 2 bytes or more"}
		if len(question) >= 2 {
			matters, documents := s.office.Search(string(question), s.config.PageSize)
			answer = map[string]any{"matters": matters, "documents": documents}
		}
		text, err := json.Marshal(answer)
		if err != nil {
			return
		}
		if err := connection.Write(ctx, websocket.MessageText, text); err != nil && s.live.leaving.Err() == nil {
			return
		}
	}
}

// keepOpen sends a ping now and then, and ends a WebSocket whose client no longer answers.
func keepOpen(ctx context.Context, connection *websocket.Conn) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(livePing):
		}
		bounded, cancel := context.WithTimeout(ctx, livePing)
		err := connection.Ping(bounded)
		cancel()
		if err != nil {
			_ = connection.CloseNow()
			return
		}
	}
}
