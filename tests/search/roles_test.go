package search

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/model"
)

const prefix = "legops-application-"

// set is what a run says of what it made or put right, taken what of what it took away.
func set(applications ...string) (says string) {
	for _, application := range applications {
		says += fmt.Sprintf("search roles: roles/%[1]s%[2]s: set\nsearch roles: rolesmapping/%[1]s%[2]s: set\n", prefix, application)
	}
	return says
}

func taken(applications ...string) (says string) {
	for _, collection := range []string{"rolesmapping", "roles"} {
		for _, application := range applications {
			says += fmt.Sprintf("search roles: %s/%s%s: taken away\n", collection, prefix, application)
		}
	}
	return says
}

// uses checks that an application may do everything with indices, and has nothing of others.
func (w *world) uses(application string, indices []string, others ...string) error {
	var errs []error
	check := func(want bool, action, index string) {
		if w.may(fmt.Sprintf(w.arn, application), action, index) != want {
			errs = append(errs, fmt.Errorf("%s may do %s on %s: %t", application, action, index, !want))
		}
	}
	for _, action := range []string{
		"indices:data/read/search", "indices:data/write/index", "indices:data/write/bulk[s]", "indices:admin/create", "indices:admin/delete", "indices:admin/mapping/put",
		"indices:admin/aliases", "indices:admin/auto_create", "indices:data/read/point_in_time/create", "indices:data/write/delete/byquery",
	} {
		for _, index := range indices {
			check(true, action, index)
		}
		for _, index := range others {
			check(false, action, index)
		}
	}
	return errors.Join(errs...)
}

// everything is all that is in the domain, as text.
func (d *domain) everything() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	text, _ := json.Marshal([]any{d.collections["roles"].entries, d.collections["rolesmapping"].entries})
	return string(text)
}

// restore brings it back.
func (d *domain) restore(everything string) {
	var entries []map[string]model.Values
	if err := json.Unmarshal([]byte(everything), &entries); err != nil {
		panic(err)
	}
	d.collections["roles"].entries, d.collections["rolesmapping"].entries = entries[0], entries[1]
}

// is checks that all that is in the domain is as it was.
func (d *domain) is(as string) error {
	if now := d.everything(); now != as {
		return fmt.Errorf("in the domain is\n%s\nand not\n%s", now, as)
	}
	return nil
}

// writes is how often anything was written.
func (d *domain) writes() int {
	return d.collections["roles"].version + d.collections["rolesmapping"].version
}

// checks are what applications and people are promised, by name. Each gets a fresh domain.
var checks = map[string]func(*world) error{
	"each uses indices of its own": func(w *world) error {
		// The name of one begins with that of the other.
		return errors.Join(
			w.done(set("case", "case-files"), "case", "case-files"),
			w.uses("case", []string{"case", "case_documents", "case_2026-11"}, "case-files", "case-files_documents", "cases", "cases_a", "documents", ".kibana", "_all", "*"),
			w.uses("case-files", []string{"case-files", "case-files_documents"}, "case", "case_documents", "case_files", "case_files_documents"),
		)
	},
	"who has no role uses nothing": func(w *world) error {
		return errors.Join(w.done(set("case"), "case"), w.uses("billing", nil, "case", "case_documents", "billing", "billing_documents"))
	},
	"clients work": func(w *world) error {
		err := w.done(set("case"), "case")
		for _, action := range []string{
			"indices:data/write/bulk", "indices:data/read/mget", "indices:data/read/msearch", "indices:data/read/scroll", "indices:data/read/scroll/clear",
			"indices:data/write/reindex", "cluster:monitor/main", "cluster:monitor/health",
		} {
			if !w.may(fmt.Sprintf(w.arn, "case"), action, "") {
				err = errors.Join(err, fmt.Errorf("case may not do %s", action))
			}
		}
		return err
	},
	"none has a right over what all share": func(w *world) error {
		err := w.done(set("case"), "case")
		for _, action := range []string{
			"indices:admin/template/put", "indices:admin/index_template/put", "cluster:admin/component_template/put", "cluster:admin/ingest/pipeline/put", "cluster:admin/script/put",
			"cluster:admin/snapshot/restore", "cluster:admin/settings/update", "cluster:monitor/state", "cluster:admin/opendistro/ism/policy/write", "indices:data/read/search/template/render",
		} {
			if w.may(fmt.Sprintf(w.arn, "case"), action, "case_documents") {
				err = errors.Join(err, fmt.Errorf("case may do %s", action))
			}
		}
		return err
	},
	"a second run writes nothing": func(w *world) error {
		err := w.done(set("case", "case-files"), "case", "case-files")
		before := w.writes()
		err = errors.Join(err, w.done("", "case", "case-files"))
		if w.writes() != before {
			err = errors.Join(err, fmt.Errorf("written %d times", w.writes()-before))
		}
		return err
	},
	"another application joins": func(w *world) error {
		return errors.Join(
			w.done(set("case"), "case"), w.done(set("billing"), "billing", "case"),
			w.uses("billing", []string{"billing_invoices"}, "case_documents"), w.uses("case", []string{"case_documents"}, "billing_invoices"),
		)
	},
	"who goes has nothing, and may come back": func(w *world) error {
		return errors.Join(
			w.done(set("case", "case-files"), "case", "case-files"),
			w.done(taken("case-files"), "case"),
			w.uses("case-files", nil, "case-files", "case-files_documents"), w.uses("case", []string{"case_documents"}),
			w.done(taken("case")), w.uses("case", nil, "case", "case_documents"),
			w.done(set("case-files"), "case-files"), w.uses("case-files", []string{"case-files_documents"}),
		)
	},
	"what people made stays": func(w *world) error {
		for _, name := range []string{"analysts", "case", prefix[:len(prefix)-1], "my-" + prefix + "case", prefix + "Case", "old " + prefix + "case"} {
			w.collections["roles"].entries[name] = model.Values{"index_permissions": []any{map[string]any{"index_patterns": []any{"case*"}, "allowed_actions": []any{"read"}}}}
			// What is in texts is no name.
			w.collections["rolesmapping"].entries[name] = model.Values{"users": []any{"ann"}, "description": `as "` + prefix + `gone":{}, and {"` + prefix + `gone":{}`}
		}
		before := w.everything()
		return errors.Join(w.done(set("case", "billing"), "case", "billing"), w.done(taken("billing", "case")), w.is(before))
	},
	"what people changed is put right": func(w *world) error {
		err := w.done(set("case", "billing"), "case", "billing")
		right := w.everything()
		w.collections["rolesmapping"].entries[prefix+"case"] = model.Values{"backend_roles": []any{fmt.Sprintf(w.arn, "case"), fmt.Sprintf(w.arn, "billing")}}
		w.collections["roles"].entries[prefix+"billing"]["index_permissions"] = []any{map[string]any{"index_patterns": []any{"*"}, "allowed_actions": []any{"read"}}}
		return errors.Join(
			err, w.done(fmt.Sprintf("search roles: rolesmapping/%[1]scase: set\nsearch roles: roles/%[1]sbilling: set\n", prefix), "case", "billing"),
			w.is(right), w.uses("billing", []string{"billing_a"}, "case_a"),
		)
	},
	"a mapping or a role that is left alone goes, too": func(w *world) error {
		w.collections["rolesmapping"].entries[prefix+"one"] = model.Values{"backend_roles": []any{"x"}}
		w.collections["roles"].entries[prefix+"other"] = model.Values{"cluster_permissions": []any{"*"}}
		return w.done(fmt.Sprintf("search roles: rolesmapping/%[1]sone: taken away\nsearch roles: roles/%[1]sother: taken away\n", prefix))
	},
	"a reserved role is told, and the others are served": func(w *world) error {
		w.collections["roles"].entries[prefix+"case"] = model.Values{"reserved": true, "cluster_permissions": []any{"*"}}
		return errors.Join(
			w.fails(`^search roles: roles/`+prefix+`case: 403 .*Resource '`+prefix+`case' is reserved.*\n`+set("billing")+`$`, "case", "billing"),
			w.uses("billing", []string{"billing_a"}), w.uses("case", nil, "case_a"),
			w.fails(`^search roles: rolesmapping/`+prefix+`billing: taken away\nsearch roles: roles/`+prefix+`billing: taken away\nsearch roles: roles/`+prefix+`case: 403 .*\n$`),
		)
	},
	"an application that may do everything is told": func(w *world) error {
		w.collections["rolesmapping"].entries["all_access"]["backend_roles"] = []any{w.master, fmt.Sprintf(w.arn, "case")}
		return w.fails(`^`+set("billing", "case")+`search roles: case has the role all_access, too\n$`, "billing", "case")
	},
	"an application with a role that people made is told, and no fault": func(w *world) error {
		w.collections["roles"].entries["old_documents"] = model.Values{"cluster_permissions": []any{"cluster_composite_ops"}}
		w.collections["rolesmapping"].entries["old_documents"] = model.Values{"backend_roles": []any{fmt.Sprintf(w.arn, "case")}}
		return w.done(set("billing", "case")+"search roles: case has the role old_documents, too\n", "billing", "case")
	},
	"who is not the master user is told, and tries once": func(w *world) error {
		w.keys[w.key.id] = key{w.key.id, secret, session, fmt.Sprintf(w.arn, "case")}
		before := w.everything()
		err := w.fails(`^search roles: roles: 403 .*No permission to access REST API.*\n$`, "case", "billing")
		if len(w.asked) != 1 {
			err = errors.Join(err, fmt.Errorf("asked: %v", w.asked))
		}
		return errors.Join(err, w.is(before))
	},
	"a key that is not its own is refused": func(w *world) error {
		w.keys[w.key.id] = key{w.key.id, "another", session, w.master}
		return w.fails(`^search roles: roles: 403 .*signature we calculated does not match.*\n$`, "case")
	},
	"no credentials, no request": func(w *world) error {
		w.pod = "token.of.another"
		err := w.fails(`^curl: .* 400\nsearch roles: Pod Identity gave no credentials\n$`, "case")
		if len(w.asked) > 0 {
			err = errors.Join(err, fmt.Errorf("asked: %v", w.asked))
		}
		return err
	},
	"credentials without a token are told": func(w *world) error {
		w.key.session = ""
		return w.fails(`^search roles: Pod Identity gave no Token\n$`, "case")
	},
	"an impostor with another certificate learns nothing": func(w *world) error {
		impostor, err := newImpostor(w.domain)
		if err != nil {
			return err
		}
		defer impostor.Close()
		w.endpoint = impostor.URL
		err = w.fails(`(?s)^curl: .*certificate.*search roles: roles: 000 \n$`, "case")
		if len(w.asked) > 0 {
			err = errors.Join(err, fmt.Errorf("asked: %v", w.asked))
		}
		return err
	},
	"a domain without TLS gets nothing": func(w *world) error {
		plain := httptest.NewServer(w.domain)
		defer plain.Close()
		w.endpoint = plain.URL
		err := w.fails(`search roles: roles: 000 \n$`, "case")
		if len(w.asked) > 0 {
			err = errors.Join(err, fmt.Errorf("asked: %v", w.asked))
		}
		return err
	},
	"what another run has taken away meanwhile is no fault": func(w *world) error {
		err := w.done(set("case"), "case")
		from := len(w.asked)
		w.fault = func(number int) fault {
			if number < from+2 {
				return fault{}
			}
			return fault{status: 404, answer: `{"status":"NOT_FOUND"}`}
		}
		return errors.Join(err, w.done(""))
	},
	"no secret is on a command line": func(w *world) error {
		w.look = true
		err := w.done(set("case"), "case")
		if len(w.seen) > 0 {
			err = errors.Join(err, fmt.Errorf("seen: %v", w.seen))
		}
		return err
	},
	"two runs at once": func(w *world) error {
		// A run either does all or says that another was faster.
		w.meet = true
		names := []string{"case", "case-files", "billing"}
		results := make(chan error)
		for range 2 {
			go func() {
				r, err := w.run(names...)
				if err == nil && r.code != 0 && !regexp.MustCompile(`(?m)^search roles: [a-z/-]+: 409 .*version conflict`).MatchString(r.out) {
					err = fmt.Errorf("code %d: %s", r.code, r.out)
				}
				results <- err
			}()
		}
		err := errors.Join(<-results, <-results)
		if !strings.Contains(strings.Join(w.asked, "\n"), " 409") {
			err = errors.Join(err, fmt.Errorf("the runs did not meet: %v", w.asked))
		}
		return errors.Join(err, w.done(`(.*\n)*`, names...), w.done("", names...), w.uses("case", []string{"case_a"}, "case-files_a", "billing_a"))
	},
}

// newImpostor has the domain's answers and another certificate.
func newImpostor(d *domain) (*httptest.Server, error) {
	own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	about := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	certificate, err := x509.CreateCertificate(rand.Reader, about, about, own.Public(), own)
	if err != nil {
		return nil, err
	}
	impostor := httptest.NewUnstartedServer(d)
	impostor.Config.ErrorLog = log.New(io.Discard, "", 0)
	impostor.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{certificate}, PrivateKey: own}}}
	impostor.StartTLS()
	return impostor, nil
}

func TestRoles(t *testing.T) {
	j := theJob(t)
	for name, check := range checks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.NoError(t, check(newWorld(t, j)))
		})
	}
}

// A run that is refused or cut off at any of its requests, before or after its effect, fails and leaves what people made; the next one leaves
// what one run leaves.
func TestRolesAfterAFault(t *testing.T) {
	j := theJob(t)
	whole := newWorld(t, j)
	require.NoError(t, whole.done(set("case", "gone"), "case", "gone"))
	before, from := whole.everything(), len(whole.asked)
	require.NoError(t, whole.done(taken("gone")+set("new"), "case", "new"))
	want, requests := whole.everything(), len(whole.asked)-from
	require.Equal(t, 8, requests, "two collections, two that go, and two for each of two applications")
	faults := map[string]fault{
		"cut off before": {before: true}, "cut off within the answer": {within: true},
		"401": {status: 401, answer: `{"message":"Unauthorized"}`}, "403": {status: 403, answer: `{"status":"FORBIDDEN","message":"Access denied"}`},
		"409": {status: 409, answer: `{"status":"CONFLICT","message":"version conflict"}`}, "500": {status: 500, answer: `{"status":"INTERNAL_SERVER_ERROR","message":"Error"}`},
		"a page that is no answer": {status: 504, answer: "<html>Gateway Timeout</html>"},
	}
	for name, f := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for at := range requests {
				w := newWorld(t, j)
				w.restore(before)
				w.fault = func(number int) fault {
					if number == at {
						return f
					}
					return fault{}
				}
				require.NoError(t, w.fails(`search roles: [a-z/-]+: \d{3} `, "case", "new"), "request %d", at)
				if at < 2 {
					require.NoError(t, w.is(before), "without knowing what is there, nothing is changed")
					assert.Len(t, w.asked, at+1)
				}
				w.fault = func(int) fault { return fault{} }
				require.NoError(t, w.done(`(search roles: (roles|rolesmapping)/`+prefix+`(gone: taken away|new: set)\n)*`, "case", "new"), "request %d", at)
				require.NoError(t, w.is(want), "request %d", at)
			}
		})
	}
}

// With the applications of the stack, as registered.
func TestRegisteredApplications(t *testing.T) {
	j := theJob(t)
	w := newWorld(t, j)
	var names []string
	for _, pair := range strings.Fields(j.Environment["APPLICATIONS"]) {
		name, arn, _ := strings.Cut(pair, "=")
		assert.Equal(t, fmt.Sprintf(j.arn, name), arn)
		names = append(names, name)
	}
	require.Len(t, names, 4)
	require.NoError(t, w.done(set(names...), names...))
	for _, name := range names {
		for _, other := range names {
			if other != name {
				assert.NoError(t, w.uses(name, []string{name + "_documents"}, other+"_documents"))
			}
		}
	}
}
