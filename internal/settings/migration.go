package settings

// Migration is a command that a release runs once with its image, before any pod of it serves.
type Migration struct {
	// Command is the program and its arguments, each a word of its own; no shell is in between. It takes the place of the image's
	// entry point.
	Command []CommandWord `json:"command" jsonschema:"minItems=1,maxItems=64"`
	// TimeoutSeconds is how long it may take once its pod has its image.
	TimeoutSeconds int `json:"timeoutSeconds" jsonschema:"minimum=10,maximum=2700"`
}
