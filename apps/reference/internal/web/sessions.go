package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"legops/apps/reference/internal/config"
	"legops/apps/reference/internal/recent"
)

// sessionCookie is the cookie of a session.
const sessionCookie = "session"

// session is the user who signed in, and the session's end.
type session struct {
	user    string
	expires time.Time
}

// sessions keeps the newest sessions in memory, by token.
type sessions struct {
	length time.Duration
	now    func() time.Time

	mutex  sync.Mutex
	values *recent.Values[string, session]
}

func newSessions(most int, length time.Duration, now func() time.Time) *sessions {
	return &sessions{length: length, now: now, values: recent.New[string, session](most)}
}

// start returns a new session and its token.
func (s *sessions) start(user string) (string, session) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	token, started := rand.Text(), session{user, s.now().Add(s.length)}
	s.values.Put(token, started, 1)
	return token, started
}

// user returns the user of a token; none if it is unknown or expired.
func (s *sessions) user(token string) (string, bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found, ok := s.values.Get(token)
	if !ok || !s.now().Before(found.expires) {
		s.values.Remove(token)
		return "", false
	}
	return found.user, true
}

var userPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9.@-]{0,63}$`)

// signIn starts a session: {"user": "ann", "password": "..."}.
func (s *Service) signIn(w http.ResponseWriter, r *http.Request) {
	var given struct{ User, Password string }
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4096)).Decode(&given); err != nil {
		refuse(w, http.StatusBadRequest, "the body must be JSON with user and password")
		return
	}
	switch {
	case !userPattern.MatchString(given.User):
		refuse(w, http.StatusBadRequest, "user must be 1 to 64 lower-case letters, digits, dots, hyphens and @")
	case s.config.SignInPassword == "" && s.config.Environment == config.Production:
		refuse(w, http.StatusForbidden, "nobody can sign in: SIGN_IN_PASSWORD is not set")
	case s.config.SignInPassword != "" && !same(given.Password, s.config.SignInPassword):
		refuse(w, http.StatusUnauthorized, "wrong password")
	default:
		token, started := s.sessions.start(given.User)
		http.SetCookie(w, &http.Cookie{
			Name: sessionCookie, Value: token, Path: s.config.BasePath, Expires: started.expires,
			HttpOnly: true, Secure: true, SameSite: http.SameSiteLaxMode,
		})
		answer(w, http.StatusCreated, map[string]any{"token": token, "user": given.User, "expires": started.expires.UTC()})
	}
}

// same compares in constant time.
func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

type userKey struct{}

// signedIn requires a session: the cookie, or Authorization: Bearer <token>.
func (s *Service) signedIn(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if cookie, err := r.Cookie(sessionCookie); err == nil && token == "" {
			token = cookie.Value
		}
		user, found := s.sessions.user(token)
		if !found {
			refuse(w, http.StatusUnauthorized, "sign in first")
			return
		}
		next(w, r.WithContext(context.WithValue(r.Context(), userKey{}, user)))
	}
}

// userOf returns the user of a request behind signedIn.
func userOf(r *http.Request) string {
	user, _ := r.Context().Value(userKey{}).(string)
	return user
}
