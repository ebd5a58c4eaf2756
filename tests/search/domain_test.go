// Package search runs the job that gives applications their roles in the search domain, as the program registers it and with the curl of its
// image's distribution, against a stand-in for the domain. Everything is on loopback.
package search

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"legops/internal/model"
)

// The stand-in answers as opensearch-project/security does at 1f3e16e (2.19) and 1e60bb5 (3.3), where these do not differ, in
// src/main/java/org/opensearch/security: dlic/rest/api/AbstractApiAction.java, RolesApiAction.java, RolesMappingApiAction.java and
// RequestHandler.java, dlic/rest/validation/EndpointValidator.java and RequestContentValidator.java. What stands before a domain of Amazon
// OpenSearch Service, which checks signatures, is in signature_test.go.

// collection is one of the two that the job writes.
type collection struct {
	one     string            // what messages call an entry
	allowed map[string]string // keys of an entry, and their types
	someOf  []string          // of which one at least must be there
	entries map[string]model.Values
	// version is that of the document which holds all entries: who read another one may not write.
	version int
}

// domain is a search domain.
type domain struct {
	mu          sync.Mutex
	collections map[string]*collection
	// keys are who signs, by the id of the access key, for a region.
	keys   map[string]key
	region string
	// asked are the requests, with their answers; fault changes what happens to the one with that number, from 0 on.
	asked []string
	fault func(number int) fault
	// meet makes the first write wait for a second one, which has read the same then.
	meet   bool
	writer chan bool
	// look looks for secrets on command lines, seen are those that were.
	look bool
	seen []string
	at   *httptest.Server
}

// fault is what happens to a request: the connection ends before it has an effect, in the middle of the answer, or it is answered otherwise.
type fault struct {
	before, within bool
	status         int
	answer         string
}

// managers are the roles that may use the security API (plugins.security.restapi.roles_enabled), which AWS maps the master user to.
var managers = []string{"all_access", "security_manager"}

func newDomain(t testing.TB, region, master string) *domain {
	everything := model.Values{"reserved": true, "static": true, "cluster_permissions": []any{"*"}, "index_permissions": []any{
		map[string]any{"index_patterns": []any{"*"}, "allowed_actions": []any{"*"}},
	}}
	arrays := func(keys ...string) map[string]string {
		types := map[string]string{"description": "String"}
		for _, key := range keys {
			types[key] = "Array"
		}
		return types
	}
	d := &domain{region: region, writer: make(chan bool), keys: map[string]key{}, fault: func(int) fault { return fault{} }, collections: map[string]*collection{
		"roles": {one: "role", allowed: arrays("cluster_permissions", "index_permissions", "tenant_permissions"), entries: map[string]model.Values{}},
		"rolesmapping": {
			one: "rolesmapping", allowed: arrays("backend_roles", "and_backend_roles", "hosts", "users"),
			someOf: []string{"and_backend_roles", "backend_roles", "hosts", "users"}, entries: map[string]model.Values{},
		},
	}}
	for _, role := range managers {
		d.collections["roles"].entries[role] = everything
		d.collections["rolesmapping"].entries[role] = model.Values{"backend_roles": []any{master}}
	}
	// Roles of plugins, more than a pipe holds.
	for i := range 400 {
		d.collections["roles"].entries[fmt.Sprintf("plugin_%d", i)] = model.Values{
			"reserved": true, "static": true, "description": strings.Repeat(`"x":{}, `, 20), "cluster_permissions": []any{"cluster:admin/plugin/*"},
		}
	}
	d.at = httptest.NewUnstartedServer(d)
	d.at.Config.ErrorLog = log.New(io.Discard, "", 0) // of connections that faults end
	d.at.StartTLS()
	t.Cleanup(d.at.Close)
	return d
}

func (d *domain) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	d.mu.Lock()
	number := len(d.asked)
	d.asked = append(d.asked, r.Method+" "+r.URL.Path)
	f := d.fault(number)
	if d.look {
		d.lookForSecrets()
	}
	d.mu.Unlock()
	if f.before {
		panic(http.ErrAbortHandler)
	}
	status, answer := f.status, f.answer
	if status == 0 {
		status, answer = d.answer(r, body)
	}
	d.mu.Lock()
	d.asked[number] += fmt.Sprint(" ", status)
	d.mu.Unlock()
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.Header().Set("Content-Length", fmt.Sprint(len(answer)))
	w.WriteHeader(status)
	if f.within {
		_, _ = io.WriteString(w, answer[:len(answer)/2])
		panic(http.ErrAbortHandler)
	}
	_, _ = io.WriteString(w, answer)
}

func (d *domain) lookForSecrets() {
	processes, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, process := range processes {
		line, _ := os.ReadFile(process)
		for _, k := range d.keys {
			for _, secret := range []string{k.secret, k.session} {
				if strings.Contains(string(line), secret) {
					d.seen = append(d.seen, secret)
				}
			}
		}
	}
}

var path = regexp.MustCompile(`^/_plugins/_security/api/(roles|rolesmapping)(?:/([^/]+))?$`)

func said(status int, name, format string, values ...any) (int, string) {
	text, _ := json.Marshal(map[string]string{"status": name, "message": fmt.Sprintf(format, values...)})
	return status, string(text)
}

func notFound(format string, values ...any) (int, string) {
	return said(http.StatusNotFound, "NOT_FOUND", format, values...)
}

// answer is what the domain says.
func (d *domain) answer(r *http.Request, body []byte) (int, string) {
	who, status, refusal := d.signedBy(r, body)
	if status != 0 {
		return status, refusal
	}
	parts := path.FindStringSubmatch(r.URL.Path)
	if parts == nil {
		return http.StatusBadRequest, `{"error":"no handler found for uri"}`
	}
	if len(body) > 0 && !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		return http.StatusNotAcceptable, fmt.Sprintf(`{"error":"Content-Type header [%s] is not supported","status":406}`, r.Header.Get("Content-Type"))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.ContainsFunc(d.rolesOf(who), func(role string) bool { return slices.Contains(managers, role) }) {
		return said(http.StatusForbidden, "FORBIDDEN",
			"No permission to access REST API: User %s with Security roles %v does not have any role privileged for admin access", who, d.rolesOf(who))
	}
	c, name := d.collections[parts[1]], parts[2]
	switch {
	case r.Method == http.MethodGet && name == "":
		text, _ := json.Marshal(shown(c.entries))
		return http.StatusOK, string(text)
	case r.Method == http.MethodDelete && name != "":
		if status, refusal := c.immutable(name); status != 0 {
			return status, refusal
		}
		if c.entries[name] == nil {
			return notFound("%s '%s' not found.", c.one, name)
		}
		after := maps.Clone(c.entries)
		delete(after, name)
		return d.write(c, after, fmt.Sprintf("'%s' deleted.", name))
	case r.Method == http.MethodPatch && name == "":
		return d.patch(c, body)
	}
	return said(http.StatusNotImplemented, "NOT_IMPLEMENTED", "Method %s not supported for this action.", r.Method)
}

// write keeps entries, unless somebody else has written since they were read.
func (d *domain) write(c *collection, entries map[string]model.Values, message string) (int, string) {
	read := c.version
	if d.meet {
		d.mu.Unlock()
		select {
		case d.writer <- true: // to the one that waits
		case <-d.writer:
		case <-time.After(10 * time.Second):
		}
		d.mu.Lock()
		d.meet = false
	}
	if c.version != read {
		return said(http.StatusConflict, "CONFLICT", "version conflict, required seqNo [%d], current document has seqNo [%d]", read, c.version)
	}
	c.version++
	c.entries = entries
	return said(http.StatusOK, "OK", "%s", message)
}

// immutable says who may not be changed by anybody but the holder of the admin certificate.
func (c *collection) immutable(name string) (int, string) {
	entry := c.entries[name]
	switch {
	case entry["hidden"] == true:
		return notFound("Resource '%s' is not available.", name)
	case entry["static"] == true:
		return said(http.StatusForbidden, "FORBIDDEN", "Resource '%s' is static.", name)
	case entry["reserved"] == true:
		return said(http.StatusForbidden, "FORBIDDEN", "Resource '%s' is reserved.", name)
	}
	return 0, ""
}

// patch is a JSON patch of the collection whose entries are without values by default, as they are compared.
func (d *domain) patch(c *collection, body []byte) (int, string) {
	var operations []struct {
		Op, Path string
		Value    model.Values
	}
	if err := json.Unmarshal(body, &operations); err != nil || len(operations) == 0 {
		return said(http.StatusBadRequest, "BAD_REQUEST", "Wrong request body")
	}
	after := maps.Clone(c.entries)
	for _, o := range operations {
		name, is := strings.CutPrefix(o.Path, "/")
		if o.Op != "add" || !is || strings.Contains(name, "/") {
			return said(http.StatusBadRequest, "BAD_REQUEST", "the stand-in plays no other operation than add of an entry: %s %s", o.Op, o.Path)
		}
		after[name] = o.Value
	}
	if same(after, c.entries) {
		return said(http.StatusOK, "OK", "No updates required")
	}
	for _, o := range operations {
		name := o.Path[1:]
		if c.entries[name] != nil && !same(c.entries[name], after[name]) {
			if status, refusal := c.immutable(name); status != 0 {
				return status, refusal
			}
		}
		if status, refusal := c.invalid(after[name]); status != 0 {
			return status, refusal
		}
		if c.one == "rolesmapping" && d.collections["roles"].entries[name] == nil {
			return notFound("role '%s' not found.", name)
		}
	}
	return d.write(c, after, "Resource updated.")
}

// invalid says what is wrong with an entry.
func (c *collection) invalid(entry model.Values) (int, string) {
	for key, value := range entry {
		want, known := c.allowed[key]
		_, array := value.([]any)
		_, text := value.(string)
		switch {
		case !known:
			return http.StatusBadRequest, fmt.Sprintf(`{"status":"error","reason":"Invalid configuration","invalid_keys":{"keys":"%s"}}`, key)
		case want == "Array" && !array || want == "String" && !text:
			return http.StatusBadRequest, fmt.Sprintf(`{"status":"error","reason":"Wrong datatype","%s":"%s expected"}`, key, want)
		}
	}
	if c.someOf != nil && !slices.ContainsFunc(c.someOf, func(key string) bool { return entry[key] != nil }) || len(entry) == 0 {
		return http.StatusBadRequest, `{"status":"error","reason":"Invalid configuration"}`
	}
	return 0, ""
}

// same compares what JSON is made of.
func same(a, b any) bool {
	one, _ := json.Marshal(a)
	other, _ := json.Marshal(b)
	return string(one) == string(other)
}

// shown are entries as they are answered: with some of the values that they have by default.
func shown(entries map[string]model.Values) map[string]model.Values {
	all := map[string]model.Values{}
	for name, entry := range entries {
		if entry["hidden"] == true {
			continue
		}
		all[name] = model.Values{"reserved": false, "hidden": false}
		maps.Copy(all[name], entry)
	}
	return all
}
