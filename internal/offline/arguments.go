package offline

import (
	"path/filepath"
	"slices"
	"strings"
)

// stackOf returns the stack that a command line names, or "".
func stackOf(args []string) string {
	for i, arg := range args {
		if (arg == "--stack" || arg == "-s") && i+1 < len(args) {
			return args[i+1]
		}
		if name, ok := strings.CutPrefix(arg, "--stack="); ok {
			return name
		}
	}
	return ""
}

// programCommands are the commands that run the program. Refresh and destroy use the state alone unless --run-program is
// set: they also work while the program does not compile, and the CLI does not check their configuration.
var programCommands = []string{"preview", "pre", "up", "update"}

// runsProgram reports whether a command needs the program.
func runsProgram(args []string) bool {
	return len(args) > 0 && (slices.Contains(programCommands, args[0]) || slices.Contains(args, "--run-program"))
}

// completeArguments leaves the check of a stack file to the program. The CLI would stop at the first value of a wrong
// outer type, while the program reports every problem.
func completeArguments(args []string) []string {
	if !runsProgram(args) {
		return args
	}
	return append([]string{args[0], "--skip-config-validation"}, args[1:]...)
}

// fileFlags are the flags whose value is a file to read or write.
var fileFlags = []string{"--file", "--plan", "--save-plan", "--import-file", "--event-log"}

// AbsolutePaths makes the file names of a command line absolute, relative to dir: the CLI itself runs in another folder.
func AbsolutePaths(dir string, args []string) []string {
	absolute := func(path string) string {
		if path == "" || filepath.IsAbs(path) {
			return path
		}
		return filepath.Join(dir, path)
	}
	args = slices.Clone(args)
	for i, arg := range args {
		flag, value, joined := strings.Cut(arg, "=")
		switch {
		case joined && slices.Contains(fileFlags, flag):
			args[i] = flag + "=" + absolute(value)
		case i > 0 && slices.Contains(fileFlags, args[i-1]), // --file state.json
			i == 2 && args[0] == "stack" && args[1] == "graph" && !strings.HasPrefix(arg, "-"): // stack graph graph.dot
			args[i] = absolute(arg)
		}
	}
	return args
}
