package cloud

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Fault is something that goes wrong on purpose at one of the calls that change the cloud.
type Fault struct {
	// Kind is fail (the call is refused), hang (it does not answer before it is released), crash (the cloud is gone before it does
	// what was asked) or crash-after (it did, but is gone before it answers).
	Kind string
	// Call is the number of the create, update or delete call it strikes, counted from 1.
	Call int
}

// ParseFault reads a fault such as crash@17. The empty string is no fault.
func ParseFault(text string) (*Fault, error) {
	if text == "" {
		return nil, nil
	}
	kind, at, _ := strings.Cut(text, "@")
	call, err := strconv.Atoi(at)
	if err != nil || call < 1 {
		return nil, fmt.Errorf("fault %q: the part behind @ must be the number of a call, from 1: for example crash@17", text)
	}
	switch kind {
	case "fail", "hang", "crash", "crash-after":
		return &Fault{kind, call}, nil
	}
	return nil, fmt.Errorf("fault %q: must be one of fail, hang, crash, crash-after: for example crash@17", text)
}

// Call is a call that changes the cloud.
type Call struct {
	// Op is create, update or delete.
	Op  string
	URN resource.URN
	// ID is of what is updated or deleted.
	ID string
}

// Intercept lets a function stand between the engine and the cloud. It gets every call that changes the cloud, carries it out by change or does not,
// and the engine gets the error that it returns. What is created and answered with an error is known to nobody.
func (p *Provider) Intercept(between func(c Call, change func() error) error) {
	p.faults.between = between
}

// faults counts the calls and strikes at the right one.
type faults struct {
	mu    sync.Mutex
	fault *Fault
	calls int
	// crash ends the simulated cloud as a killed process ends.
	crash func()
	// between, which may be nil, is what Intercept was given.
	between func(Call, func() error) error
	// released is closed when what hangs may go on.
	released chan struct{}
}

// strike counts a call. The kind of the fault that strikes it is returned, or "".
func (f *faults) strike() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	if f.fault == nil || f.fault.Call != f.calls {
		return ""
	}
	return f.fault.Kind
}

// Forget makes a creation one that nobody knows of: it was answered, and whoever heard the answer died before it could be saved.
func (p *Provider) Forget(e Entry) error {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	e.Pending = true
	return p.record.commit(change{Put: &e})
}

// DeleteByHand deletes what a person found in the account, past Pulumi.
func (p *Provider) DeleteByHand(e Entry) error {
	c := &connection{account: e.Account, region: e.Region, cluster: e.Cluster}
	return p.remove(c, resource.URN(e.URN), e.ID)
}
