package faults

import (
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"legops/internal/offline/cloud"
	"legops/internal/offline/engine"
)

// waves lets every call that changes a cloud meet a fault once. An operation is a wave: the calls that it makes for the first time wait until
// it can make no other, since all that is left depends on them. Then the fault strikes all of them. What was struck before succeeds, so
// each wave is also the recovery from the one before, and gets one step further into the graph.
//
// What a wave leaves is what one fault can leave: those that it strikes are under way at one moment, as with `--parallel` without bound.
type waves struct {
	stack *engine.Stack
	fault fault
	// spares says of which calls the fault keeps away.
	spares func(cloud.Call) bool
	// cloud, which may be nil, breaks the cloud: see seams.
	cloud func(*engine.Stack, cloud.Call, bool, func() error) error

	mu sync.Mutex
	// struck are the calls that met the fault, spared the others; each with the number of its wave.
	struck, spared map[cloud.Call]int
	wave           int
	// calls are all, also those made again.
	calls int
	// told are the resources whose end the state said that nobody knows, by URN.
	told map[string]bool
	// waiting are the calls of the running wave, which strike ends.
	waiting []cloud.Call
	strike  chan struct{}
}

func newWaves(s *engine.Stack, f fault, spares func(cloud.Call) bool) *waves {
	w := &waves{stack: s, fault: f, spares: spares, struck: map[cloud.Call]int{}, spared: map[cloud.Call]int{}, told: map[string]bool{}}
	s.Cloud().Intercept(w.between)
	return w
}

// between stands between engine and cloud.
func (w *waves) between(c cloud.Call, change func() error) error {
	w.mu.Lock()
	w.calls++
	_, before := w.struck[c]
	if w.cloud != nil {
		whole, again := change, before
		change = func() error { return w.cloud(w.stack, c, again, whole) }
	}
	if !before && w.spares(c) {
		w.spared[c] = w.wave
		before = true
	}
	if before {
		w.mu.Unlock()
		return change()
	}
	w.struck[c] = w.wave
	w.waiting = append(w.waiting, c)
	strike := w.strike
	w.mu.Unlock()
	var err error
	if w.fault.done {
		err = change()
	}
	<-strike
	if err != nil {
		return err
	}
	return w.fault.answer
}

// run performs an operation as the next wave. It returns what the operation returned and the calls that were struck.
func (w *waves) run(do func() error) (struck []cloud.Call, err error) {
	w.mu.Lock()
	w.wave++
	w.waiting, w.strike = nil, make(chan struct{})
	w.mu.Unlock()
	done := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() { w.watch(done) })
	err = do()
	close(done)
	watching.Wait()
	return w.waiting, err
}

// sparedNow is how many calls the last wave was the first to make, and spared.
func (w *waves) sparedNow() (count int) {
	for _, wave := range w.spared {
		if wave == w.wave {
			count++
		}
	}
	return count
}

// quiet is how long no request may come or be answered before a wave strikes. If it is too short, there are more waves.
var quiet = 300 * time.Millisecond

// watch strikes when nothing has happened for a while.
func (w *waves) watch(done chan struct{}) {
	tick := time.NewTicker(quiet / 10)
	defer tick.Stop()
	last, since := int64(-1), time.Now()
	for {
		select {
		case <-done:
			return
		case now := <-tick.C:
			if activity := w.stack.Cloud().Activity(); activity != last {
				last, since = activity, now
			}
			w.mu.Lock()
			waiting := len(w.waiting)
			w.mu.Unlock()
			if waiting == 0 || now.Sub(since) < quiet {
				continue
			}
			if w.fault.kill != nil {
				w.fault.kill(w.stack)
			}
			close(w.strike)
			return
		}
	}
}

// fault is a way in which a call goes wrong.
type fault struct {
	name string
	// done is whether the cloud has done what was asked.
	done bool
	// answer is what the engine gets; nil is that all went well.
	answer error
	// kill ends a process at that moment.
	kill func(*engine.Stack)
	// cli says that the process is the CLI, so that a person has to follow the runbook.
	cli bool
}

var (
	refused = status.Error(codes.Internal, "the simulated cloud refuses this call, as it was told to")
	gone    = status.Error(codes.Unavailable, "the connection to the simulated cloud broke, as it was told to")
)

// faults are all of them.
var faults = []fault{
	{name: "refused", answer: refused},
	{name: "cloud gone before", answer: gone},
	{name: "answer lost, or cloud gone after", done: true, answer: gone},
	{name: "program killed", done: true, kill: (*engine.Stack).KillProgram},
	{name: "CLI killed before", answer: gone, kill: (*engine.Stack).KillCLI, cli: true},
	{name: "CLI killed after", done: true, answer: gone, kill: (*engine.Stack).KillCLI, cli: true},
}
