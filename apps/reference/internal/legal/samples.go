package legal

import "fmt"

var (
	sampleClients = []string{"Arbor Bank", "Blue Harbour Shipping", "Cedar Clinics", "Delta Mills", "Elm Street Housing", "Fjord Energy"}
	sampleKinds   = []string{"Lease", "Merger", "Employment contract", "Trademark", "Licence renewal", "Data protection review", "Supply agreement", "Arbitration"}
)

// samples returns each kind of matter for each client, the same in every process.
func samples() []Matter {
	var all []Matter
	for _, client := range sampleClients {
		for _, kind := range sampleKinds {
			all = append(all, Matter{ID: fmt.Sprintf("m-%03d", len(all)+1), Title: kind + " of " + client, Client: client})
		}
	}
	return all
}
