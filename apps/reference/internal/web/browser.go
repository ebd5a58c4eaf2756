package web

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// What browsers do with old applications, and a platform in between must not lose: parameters of a sign-in that comes back, a cookie and
// a header against forged forms, and the version of a script.

const (
	stateCookie = "sign-in-state"
	formCookie  = "csrf"
	formHeader  = "X-CSRF-Token"
)

// remember sets a cookie for the time that a browser is open.
func (s *Service) remember(w http.ResponseWriter, name, value string) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: s.config.BasePath, HttpOnly: true, Secure: true, SameSite: http.SameSiteLaxMode,
	})
}

// cookieIs reports whether a request has the cookie with this value, which is not empty.
func cookieIs(r *http.Request, name, value string) bool {
	cookie, err := r.Cookie(name)
	return err == nil && value != "" && same(cookie.Value, value)
}

// visited is the address by which a browser reached the platform, as identity providers and mails need it. The program itself is reached
// over plain text, at another port. What a proxy in front says is to be believed, since nobody else reaches this program.
func visited(r *http.Request) string {
	scheme, name, port := r.Header.Get("X-Forwarded-Proto"), r.Host, r.Header.Get("X-Forwarded-Port")
	if scheme == "" {
		return "http://" + r.Host // no proxy: somebody's own machine
	}
	if host, _, err := net.SplitHostPort(r.Host); err == nil {
		name = host
	}
	if port == "" || port == map[string]string{"https": "443", "http": "80"}[scheme] {
		return scheme + "://" + name
	}
	return scheme + "://" + net.JoinHostPort(name, port)
}

// leave begins a sign-in elsewhere, which in place of an identity provider sends the browser straight back. It signs nobody in.
func (s *Service) leave(w http.ResponseWriter, r *http.Request) {
	state := rand.Text()
	s.remember(w, stateCookie, state)
	back := visited(r) + strings.TrimSuffix(s.config.BasePath, "/") + "/sign-in/callback?" + url.Values{"code": {rand.Text()}, "state": {state}}.Encode()
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, back, http.StatusSeeOther)
}

// callback is where a sign-in comes back to: with a code, and with the state that this browser left with.
func (s *Service) callback(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	switch {
	case query.Get("code") == "":
		refuse(w, http.StatusBadRequest, "the address has no code")
	case !cookieIs(r, stateCookie, query.Get("state")):
		refuse(w, http.StatusBadRequest, "the state is not the one that this browser left with")
	default:
		answer(w, http.StatusOK, map[string]string{"code": query.Get("code")})
	}
}

// form is a form with a token, which is in a cookie, too.
func (s *Service) form(w http.ResponseWriter, _ *http.Request) {
	token := rand.Text()
	s.remember(w, formCookie, token)
	answer(w, http.StatusOK, map[string]string{"token": token})
}

// sendForm takes a form only from a page of this application: others can neither read the token nor set the header.
func (s *Service) sendForm(w http.ResponseWriter, r *http.Request) {
	if !cookieIs(r, formCookie, r.Header.Get(formHeader)) {
		refuse(w, http.StatusForbidden, "the header "+formHeader+" must have the token of the form, as the cookie has")
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 4096)
	if err := r.ParseForm(); err != nil {
		refuse(w, http.StatusBadRequest, "the body must be a form")
		return
	}
	answer(w, http.StatusOK, map[string]string{"note": r.PostForm.Get("note")})
}

var versionPattern = regexp.MustCompile(`^[0-9a-z.]{1,20}$`)

// script is a script whose content goes with its address, /static/app.js?v=2: caches may keep it.
func (s *Service) script(w http.ResponseWriter, r *http.Request) {
	version := r.URL.Query().Get("v")
	if !versionPattern.MatchString(version) {
		refuse(w, http.StatusBadRequest, "v must be 1 to 20 lower-case letters, digits and dots")
		return
	}
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = io.WriteString(w, "export const version = ")
	_ = json.NewEncoder(w).Encode(version)
}
