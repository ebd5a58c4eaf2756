package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/providers"
	"gopkg.in/yaml.v3"

	"legops/internal/model"
	"legops/internal/offline"
	"legops/internal/offline/cloud"
)

// summarises reports whether a command line deploys and does not say how it wants to be told.
func summarises(args []string) bool {
	return len(args) > 0 && slices.Contains([]string{"up", "update", "destroy"}, args[0]) &&
		!slices.ContainsFunc(args, func(arg string) bool {
			flag, _, _ := strings.Cut(arg, "=")
			return slices.Contains([]string{"--json", "-j", "--diff", "--help", "-h", "--event-log", "-v", "--verbose", "--preview-only"}, flag)
		})
}

// summarised runs a command that deploys. The CLI's output goes to a file in the folder, a summary of its events to out. The file of
// the last one stays if this one cannot begin.
func summarised(ctx context.Context, session *offline.Session, folder string, out, errOut io.Writer, args []string) (code int, err error) {
	events := filepath.Join(folder, "deployment.events")
	cmd, err := session.Command(ctx, append(slices.Clone(args), "--event-log", events)...)
	if err != nil {
		return 1, err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return 1, fmt.Errorf("preparing the log: %w", err)
	}
	log, err := os.Create(filepath.Join(folder, "deployment.log"))
	if err != nil {
		return 1, fmt.Errorf("preparing the log: %w", err)
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	if err := os.WriteFile(events, nil, 0o600); err != nil { // the CLI writes none if it refuses the command
		return 1, fmt.Errorf("preparing the log: %w", err)
	}
	defer func() { err = errors.Join(err, os.Remove(events)) }()
	_, _ = fmt.Fprintln(out, "Every step is written to", log.Name())
	code, err = offline.Stream(cmd, os.Stdin, log, io.MultiWriter(errOut, log))
	// A CLI that was killed has still deployed what its events say.
	err = errors.Join(err, summarise(events, out))
	if info, statErr := log.Stat(); (code != 0 || err != nil) && statErr == nil && info.Size() > 0 {
		_, _ = fmt.Fprintln(out, "Every step, and all that the program printed, is in", log.Name())
	}
	return code, err
}

// summarise writes the summary of the events in a file; nothing if there are none.
func summarise(events string, out io.Writer) error {
	text, err := os.ReadFile(events)
	if err != nil || len(text) == 0 {
		return err
	}
	s, err := readSummary(text)
	if err != nil {
		return err
	}
	return s.print(out)
}

// summary is what a deployment did.
type summary struct {
	// counts are the operations on resources that ended, by component and by what became of the resource.
	counts map[string]map[string]int
	// messages are the warnings and errors, whole.
	messages []string
	outputs  map[string]any
	// preview says that the engine did not begin to deploy: it only foresaw the operations.
	preview bool
	// end is what the engine says at the end; nil if it did not get there.
	end *apitype.SummaryEvent
}

// fates are what becomes of resources by the engine's operation. The operations that are not here change nothing, or are the other
// part of a replacement.
var fates = map[apitype.OpType]string{
	apitype.OpCreate: "created", apitype.OpImport: "imported", apitype.OpUpdate: "updated", apitype.OpCreateReplacement: "replaced",
	apitype.OpImportReplacement: "imported", apitype.OpDelete: "deleted",
}

const failed, stays = "failed", "stay in the account"

// outside are names for what is part of no component, by its type.
var outside = map[string]string{"pulumi:pulumi:Stack": "the stack itself", "pulumi:providers:aws": "providers of AWS"}

// fate is what became of the resource of an operation that ended.
func (o *operation) fate() string {
	op, old := o.Metadata.Op, o.Metadata.Old
	// What a patch wrote is part of an object, and goes with that.
	if slices.Contains([]apitype.OpType{apitype.OpDelete, apitype.OpDeleteReplaced}, op) && old != nil && old.RetainOnDelete && !cloud.IsPatch(old.Type) {
		return stays
	}
	return fates[op]
}

// event is a line of the engine's log, as far as a summary needs it (apitype.EngineEvent).
type event struct {
	Begun      *operation               `json:"resourcePreEvent"`
	Ended      *operation               `json:"resOutputsEvent"`
	Failed     *operation               `json:"resOpFailedEvent"`
	Diagnostic *apitype.DiagnosticEvent `json:"diagnosticEvent"`
	End        *apitype.SummaryEvent    `json:"summaryEvent"`
}

// operation is one on a resource.
type operation struct {
	Metadata struct {
		Op       apitype.OpType
		Old, New *model.Resource
	}
	Planning bool
}

// readSummary reads the engine's log of a deployment, or of the preview before it: the CLI begins the log again after that.
func readSummary(log []byte) (*summary, error) {
	s := &summary{counts: map[string]map[string]int{}}
	type end struct {
		of   *model.Resource
		fate string
	}
	var ends []end
	var resources []*model.Resource
	for line := range strings.Lines(string(log)) {
		if !strings.HasSuffix(line, "\n") { // the CLI was killed while it wrote it
			break
		}
		var e event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			return nil, fmt.Errorf("reading the events of the deployment: %w", err)
		}
		for _, o := range []*operation{e.Begun, e.Ended} {
			s.preview = s.preview || o != nil && o.Planning
		}
		if o, fate := cmp.Or(e.Ended, e.Failed), failed; o != nil {
			if e.Ended != nil {
				fate = o.fate()
			}
			of := cmp.Or(o.Metadata.New, o.Metadata.Old)
			if e.Ended != nil && providers.IsDefaultProvider(of.URN) { // the engine's own, which a preview does not count either
				continue
			}
			resources = append(resources, of)
			ends = append(ends, end{of, fate})
			if of.Parent != "" { // it may have no event of its own, as that of a resource that could not be deleted
				resources = append(resources, &model.Resource{URN: of.Parent, Type: string(of.Parent.Type())})
			}
			// A stack that is being deleted has no new state, and its old outputs name what is gone.
			if e.Ended != nil && o.Metadata.New != nil && of.Type == "pulumi:pulumi:Stack" {
				s.outputs = of.Outputs
			}
		}
		if d := e.Diagnostic; d != nil && (d.Severity == "warning" || d.Severity == "error") {
			s.messages = append(s.messages, strings.TrimSpace(d.Prefix+strings.TrimSpace(d.URN+" "+d.Message)))
		}
		if s.end = cmp.Or(e.End, s.end); e.End != nil {
			s.preview = e.End.IsPreview
		}
	}
	// The parent's own event, with its parent, comes last, and so counts.
	slices.SortStableFunc(resources, func(a, b *model.Resource) int { return cmp.Compare(len(a.Parent), len(b.Parent)) })
	graph := model.NewGraph(resources)
	for _, e := range ends {
		if e.fate == "" {
			continue
		}
		component := cmp.Or(graph.ComponentName(e.of), outside[e.of.Type], "others")
		if s.counts[component] == nil {
			s.counts[component] = map[string]int{}
		}
		s.counts[component][e.fate]++
	}
	return s, nil
}

// print writes the summary: a line for each component with a change, warnings and errors, outputs, and the sums. Of a preview it
// writes only warnings and errors: none of its operations has happened.
func (s *summary) print(to io.Writer) error {
	all := map[string]int{}
	if !s.preview {
		table := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
		for _, component := range slices.Sorted(maps.Keys(s.counts)) {
			for fate, count := range s.counts[component] {
				all[fate] += count
			}
			_, _ = fmt.Fprintf(table, "  %s\t%s\n", component, words(s.counts[component]))
		}
		if err := table.Flush(); err != nil {
			return err
		}
	}
	for _, message := range s.messages {
		_, _ = fmt.Fprintln(to, message)
	}
	if len(s.outputs) > 0 && !s.preview {
		text, err := yaml.Marshal(map[string]any{"Outputs": s.outputs})
		if err != nil {
			return fmt.Errorf("printing the outputs: %w", err)
		}
		_, _ = to.Write(text)
	}
	what, how, did := "Deployment", "did not come to its end", words(all)
	if s.preview {
		what, did = "Preview", "nothing was deployed"
	}
	if s.end != nil {
		how = fmt.Sprintf("%s in %d s", s.end.Result, s.end.DurationSeconds)
	}
	_, err := fmt.Fprintf(to, "%s %s: %s\n", what, how, did)
	return err
}

// words are counts such as "2 created, 1 stays in the account, 1 failed".
func words(counts map[string]int) string {
	var parts []string
	for _, fate := range []string{"created", "imported", "updated", "replaced", "deleted", stays, failed} {
		text := fate
		if fate == stays && counts[fate] == 1 {
			text = "stays in the account"
		}
		if counts[fate] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[fate], text))
		}
	}
	return cmp.Or(strings.Join(parts, ", "), "nothing changed")
}
