// Command adopt takes over what exists in an account, in two ways.
//
// Before the first deployment, it helps to write legops:adopt of a stack file. It prints the read-only commands that list what is in the account,
// and, once their answers are in existing/<stack>, proposes the map, with the reason of every line and of all that is left out:
//
//	adopt calls dev > inventory.sh
//	adopt propose dev
//
// Afterwards, it writes the file with which `pulumi import` takes over what a run created without hearing of it: the run was killed, or the answer was
// lost. It reads what the program still asks for, and gets pairs of a URN and the id that a person found in the account.
//
//	pulumi preview --json --stack prod | adopt URN ID [URN ID]... > import.json
//	pulumi import --file import.json --protect=false --generate-code=false --stack prod
//
// It refuses what an import would do harm to, and says what to do instead.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/adoption/inventory"
	"legops/internal/adoption/proposal"
	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/stacks"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "adopt:", err)
		os.Exit(1)
	}
}

// file is what `pulumi import --file` reads: pulumi/pkg v3.250.0, cmd/pulumi/operations/import.go.
type file struct {
	NameTable map[string]resource.URN `json:"nameTable"`
	Resources []imported              `json:"resources"`
}

type imported struct {
	Type     string `json:"type"`
	Name     string `json:"name"`
	ID       string `json:"id"`
	Parent   string `json:"parent"`
	Provider string `json:"provider"`
}

func run(args []string, in io.Reader, out io.Writer) error {
	if len(args) == 2 && (args[0] == "calls" || args[0] == "propose") {
		return account(args[0], args[1], out)
	}
	if len(args) == 0 || len(args)%2 != 0 {
		return errors.New("give calls or propose and a stack, or pairs of a URN and an id, with the output of pulumi preview --json piped to it")
	}
	preview, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	plan, err := model.ReadPreview(preview)
	if err != nil {
		return err
	}
	asked := map[resource.URN]*model.Step{}
	for i := range plan.Steps {
		asked[plan.Steps[i].Resource().URN] = &plan.Steps[i]
	}
	f := file{NameTable: map[string]resource.URN{}}
	var refused []error
	for i := 0; i < len(args); i += 2 {
		urn, id := resource.URN(args[i]), args[i+1]
		if err := refuse(asked[urn], urn); err != nil {
			refused = append(refused, err)
			continue
		}
		r := asked[urn].New
		f.NameTable[string(r.Parent)], f.NameTable[string(r.ProviderURN())] = r.Parent, r.ProviderURN() // the names are ours
		f.Resources = append(f.Resources, imported{r.Type, r.Name(), id, string(r.Parent), string(r.ProviderURN())})
	}
	if err := errors.Join(refused...); err != nil {
		return err
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(f)
}

// account prints the commands of the inventory of a stack's account, or what the stack could adopt of it.
func account(what, stack string, out io.Writer) error {
	values, err := stacks.ReadFile("Pulumi." + stack + ".yaml")
	if err != nil {
		return fmt.Errorf("%w: run this in the folder of the stack files", err)
	}
	if what == "calls" {
		_, err := io.WriteString(out, inventory.Calls(inventory.Folder(".", stack), values[stacks.Project+":region"]))
		return err
	}
	cfg, err := stacks.Load(stacks.Project, values)
	if err != nil {
		return err
	}
	existing, err := inventory.Of(".", stack)
	if err != nil {
		return err
	}
	if len(existing) == 0 {
		return fmt.Errorf("%s has nothing: run the commands that adopt calls %s prints", inventory.Folder(".", stack), stack)
	}
	p, err := proposal.Of(cfg, stacks.Project+"-"+stack, existing)
	if err != nil {
		return err
	}
	return p.Write(out)
}

// refuse says why a resource cannot be imported.
func refuse(step *model.Step, urn resource.URN) error {
	switch {
	case step == nil || step.New == nil:
		return fmt.Errorf("%s: the program asks for no such resource", urn)
	case step.Op != "create" && catalogue.Of(step.New.Type).Again() == catalogue.Broken:
		return fmt.Errorf("%s: the state has another one (%s). If that was made afterwards and is attached to nothing, run pulumi state delete with the URN, "+
			"repeat this, and delete the other by hand", urn, step.Op)
	case step.Op == "import":
		return fmt.Errorf("%s: leave it: the next update takes it over", urn)
	case step.Op != "create":
		return fmt.Errorf("%s: the state has one already (%s): delete the other by hand", urn, step.Op)
	case catalogue.Of(step.New.Type).Again() == catalogue.Same:
		return fmt.Errorf("%s: leave it: the next update finds it again", urn)
	case secret(step.New.Inputs):
		return fmt.Errorf("%s: it has a secret, which an import leaves in the state in the clear: delete it by hand, the next update creates it", urn)
	}
	return nil
}

// secret says whether there is a secret in inputs.
func secret(inputs model.Values) bool {
	text, err := json.Marshal(inputs)
	return err != nil || strings.Contains(string(text), model.Secret)
}
