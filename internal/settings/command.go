package settings

// CommandWord is one word of a command.
type CommandWord string
