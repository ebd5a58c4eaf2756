package settings

import (
	"cmp"
	"slices"
	"strings"
)

// AsksForBehaviors reports whether an application asks for something that CloudFront can only do in behaviours for its path.
func (a Application) AsksForBehaviors() bool {
	return a.Edge != nil && (len(a.Edge.Headers) > 0 || a.AsksForAnswers() || a.takesWebSockets(a.Path))
}

// AsksForAnswers reports whether an application needs a policy of its own for the headers of its answers.
func (a Application) AsksForAnswers() bool {
	return a.Edge != nil && (a.Edge.OwnContentSecurityPolicy || a.Edge.Frames != "")
}

func (a Application) takesWebSockets(path string) bool {
	return a.Edge != nil && slices.Contains(a.Edge.WebSockets, WebSocketPath(path))
}

// Behavior is a path of an application for which CloudFront needs behaviours: for the path itself, and for what is below.
type Behavior struct {
	Application
	// At is the path: the application's, or one of its WebSockets.
	At string
	// WebSockets reports whether a request there may become a WebSocket.
	WebSockets bool
}

// WithBehaviors are the paths for which CloudFront needs behaviours, in their order: those of applications that ask for something, those
// of applications below one, whose behaviour would take them along, and those of WebSockets. CloudFront takes the first that matches, so
// deeper paths go first. The application at / is not among them: it has the default behaviour.
func WithBehaviors(all []Application) (own []Behavior) {
	for _, a := range all {
		if a.Path != "/" && (a.AsksForBehaviors() || slices.ContainsFunc(all, func(other Application) bool {
			return other.AsksForBehaviors() && other.Path != a.Path && Within(a.Path, other.Path)
		})) {
			own = append(own, Behavior{a, a.Path, a.takesWebSockets(a.Path)})
		}
		if a.Edge == nil {
			continue
		}
		for _, path := range a.Edge.WebSockets {
			if string(path) != a.Path {
				own = append(own, Behavior{a, string(path), true})
			}
		}
	}
	slices.SortStableFunc(own, func(a, b Behavior) int {
		return cmp.Or(cmp.Compare(len(b.At), len(a.At)), cmp.Compare(a.At, b.At))
	})
	return own
}

// WebSockets are the paths of all applications where a request may become a WebSocket, in order.
func WebSockets(all []Application) (paths []string) {
	for _, a := range all {
		if a.Edge != nil {
			paths = append(paths, Texts(a.Edge.WebSockets)...)
		}
	}
	slices.Sort(paths)
	return paths
}

// WebSocketExpression is the regular expression of these paths and what is below, of a path as NGINX resolves it.
func WebSocketExpression(paths []string) string {
	return "(?:" + strings.ReplaceAll(strings.Join(paths, "|"), ".", "[.]") + ")(?:/|$)"
}

// Covers reports whether a path, or its folder, is among those of a pattern of CloudFront, whose * stands for any characters.
func (p StaticPath) Covers(path string) bool {
	return matches(string(p), path) || matches(string(p), path+"/")
}

func matches(pattern, path string) bool {
	first, rest, more := strings.Cut(pattern, "*")
	if !more {
		return pattern == path
	}
	if !strings.HasPrefix(path, first) {
		return false
	}
	for path = path[len(first):]; ; path = path[1:] {
		if matches(rest, path) {
			return true
		}
		if path == "" {
			return false
		}
	}
}
