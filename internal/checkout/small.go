package checkout

import "strings"

// alone is a list of applications as a stack file may have it, in place of that of Pulumi.yaml. Its only application has queues, a
// bucket, the database, search, a secret and a setting.
const alone = `  legops:applications:
    - name: alone
      path: /
      port: 8080
      cpu: 250m
      memory: 512Mi
      produces: [document-signing]
      consumes: [matter-traceability]
      buckets:
        - {name: documents, prefix: alone/, access: write}
      database: true
      search: true
      secrets: [session-key]
      settings: {PAGE_SIZE: "50"}
`

// Small is the text of a stack file with one application in place of nine, from the text of that file. The stack then has less than half as many
// resources, of the same kinds, and every operation takes half the processor time: for what is said of the platform or of the engine,
// whatever applications there are.
func Small(stackFile string) string {
	// What the file tunes of single applications, which would not be there.
	if before, tuning, tunes := strings.Cut(stackFile, "\n    applications:\n"); tunes {
		for tuning != "" {
			line, rest, _ := strings.Cut(tuning, "\n")
			if strings.TrimSpace(line) != "" && !strings.HasPrefix(line, "     ") {
				break // of the tuning, of the configuration or of the file
			}
			tuning = rest
		}
		stackFile = before + "\n" + tuning
	}
	return strings.Replace(stackFile, "\nconfig:\n", "\nconfig:\n"+alone, 1)
}
