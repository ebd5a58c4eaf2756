// Package unfinished says in words what an update that did not come to its end has left in the state of a stack. The next update deals
// with it, and no preview that a program or an approver reads shows it (model.Unfinished).
package unfinished

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// Item is one thing that was left.
type Item struct {
	Resource *model.Resource
	// Text says what has happened and what the next update does.
	Text string
	// Loses says that data goes which no deployment can create again, or may have gone.
	Loses bool
}

// Read reads the output of `pulumi stack export`. What loses data comes first.
func Read(state []byte) ([]Item, error) {
	left, err := model.ReadUnfinished(state)
	if err != nil {
		return nil, err
	}
	return Of(left), nil
}

// Of is Read of what was read already.
func Of(left *model.Unfinished) (items []Item) {
	for _, r := range left.Deletions {
		items = append(items, deletion(r))
	}
	for _, r := range left.Replacements {
		held := holds(r)
		items = append(items, Item{r, "deleted by an update that did not create its replacement" + held +
			". The next update creates it, and cannot bring back what was in the old one", held != ""})
	}
	for _, o := range left.Operations {
		items = append(items, operation(o))
	}
	slices.SortStableFunc(items, func(a, b Item) int {
		if a.Loses != b.Loses {
			if a.Loses {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(a.Resource.URN, b.Resource.URN), cmp.Compare(a.Resource.ID, b.Resource.ID))
	})
	return items
}

// deletion is of a resource whose replacement exists. The options of its own state count, not those of the program: pulumi/pkg v3.250.0,
// resource/deploy/step.go, DeleteStep.Apply, which heeds protect only for what is not replaced.
func deletion(r *model.Resource) Item {
	const replaced = "its replacement exists"
	held := holds(r)
	lock := catalogue.Of(r.Type).Lock
	switch {
	case r.RetainOnDelete:
		return Item{Resource: r, Text: replaced + ". The next update forgets it; it stays in the account" + held}
	case lock != "" && r.Flag(lock):
		return Item{r, fmt.Sprintf("%s%s. The next update tries to delete it, and fails while its %s is true", replaced, held, lock), held != ""}
	}
	return Item{r, replaced + held + ". The next update DELETES it, and its preview does not show that", held != ""}
}

// operation is of a resource that an update was working on when it was killed: pulumi/pkg v3.250.0, backend/journal.go, keeps those that
// create for the next state and forgets the others.
func operation(o model.Operation) Item {
	const refresh = "run pulumi refresh before the next update"
	held := holds(o.Resource)
	switch o.Type {
	case "creating":
		return Item{Resource: o.Resource, Text: "an update was killed while it created this. It may exist, and the state does not have it: " + refresh +
			", which creates another"}
	case "deleting":
		return Item{o.Resource, "an update was killed while it deleted this" + held + ". It may be gone, and the state still has it: " + refresh, held != ""}
	}
	return Item{Resource: o.Resource, Text: fmt.Sprintf("an update was killed while it was %s this. How much of that is done is not known: ", o.Type) + refresh}
}

// holds names the data in a resource; "" if it holds none.
func holds(r *model.Resource) string {
	if t := catalogue.Of(r.Type); t.HoldsData() {
		return "; it holds " + t.Holds
	}
	return ""
}

// Lines are items as a list in Markdown, a line for each. They name resources and ids, and no other value.
func Lines(items []Item) string {
	var text strings.Builder
	for _, i := range items {
		fmt.Fprintf(&text, "- %s %s", code(i.Resource.Type), code(i.Resource.Name()))
		if i.Resource.ID != "" {
			fmt.Fprintf(&text, " (%s)", code(i.Resource.ID))
		}
		fmt.Fprintf(&text, ": %s.\n", i.Text)
	}
	return text.String()
}

// code is a text between backticks.
func code(text string) string {
	return "`" + strings.NewReplacer("`", "", "\n", " ").Replace(text) + "`"
}
