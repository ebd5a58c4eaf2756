package examples

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path"
	"strings"
)

// image is what the last stage of a Dockerfile makes, of the folders with the sources and with what other stages have left.
type image struct {
	folder, user, stopSignal string
	sources, stages          string
	environment              map[string]string
	copies                   []copied
	runs                     []run
	entrypoint               []string
}

// copied is a COPY: from a stage, or from the sources if there is none.
type copied struct {
	stage       string
	sources     []string
	destination string
}

// run is a RUN in its folder.
type run struct{ folder, command string }

// parse reads the last stage of a Dockerfile, on an image with these variables. It knows what the templates use, and refuses the rest.
func parse(text string, environment map[string]string) (*image, error) {
	var last *image
	stages := map[string]*image{}
	for _, line := range instructions(text) {
		keyword, rest, _ := strings.Cut(line, " ")
		rest = strings.TrimSpace(rest)
		if keyword == "FROM" {
			words := strings.Fields(rest)
			if strings.HasPrefix(words[0], "--") {
				words = words[1:]
			}
			last = &image{folder: "/", environment: maps.Clone(environment)}
			if stage := stages[words[0]]; stage != nil {
				*last = *stage
				last.environment = maps.Clone(stage.environment)
			}
			if len(words) == 3 {
				stages[words[2]] = last
			}
			continue
		}
		if last == nil {
			return nil, fmt.Errorf("%s before FROM", keyword)
		}
		if err := last.add(keyword, rest); err != nil {
			return nil, fmt.Errorf("%s %s: %w", keyword, rest, err)
		}
	}
	return last, nil
}

// add takes one instruction in.
func (i *image) add(keyword, rest string) error {
	switch keyword {
	case "WORKDIR":
		i.folder = path.Join(i.folder, rest)
	case "USER":
		i.user = rest
	case "STOPSIGNAL":
		i.stopSignal = rest
	case "ENV":
		return i.set(rest)
	case "RUN":
		i.runs = append(i.runs, run{i.folder, rest})
	case "COPY":
		return i.copy(strings.Fields(rest))
	case "ENTRYPOINT":
		return json.Unmarshal([]byte(rest), &i.entrypoint)
	case "EXPOSE":
	default:
		return fmt.Errorf("not known to this test")
	}
	return nil
}

// set takes the variables of an ENV; a value may have spaces if it is in quotes.
func (i *image) set(rest string) error {
	for rest != "" {
		name, value, found := strings.Cut(rest, "=")
		if !found {
			return fmt.Errorf("%q has no value", rest)
		}
		if quoted, isQuoted := strings.CutPrefix(value, `"`); isQuoted {
			value, rest, _ = strings.Cut(quoted, `"`)
		} else {
			value, rest, _ = strings.Cut(value, " ")
		}
		i.environment[name] = os.Expand(value, func(name string) string { return i.environment[name] })
		rest = strings.TrimSpace(rest)
	}
	return nil
}

func (i *image) copy(words []string) error {
	var c copied
	for len(words) > 0 && strings.HasPrefix(words[0], "--") {
		stage, isStage := strings.CutPrefix(words[0], "--from=")
		if !isStage {
			return fmt.Errorf("%s is not known to this test", words[0])
		}
		c.stage, words = stage, words[1:]
	}
	if len(words) < 2 {
		return fmt.Errorf("no destination")
	}
	c.sources, c.destination = words[:len(words)-1], words[len(words)-1]
	isFolder := strings.HasSuffix(c.destination, "/") || len(c.sources) > 1
	if !path.IsAbs(c.destination) {
		c.destination = path.Join(i.folder, c.destination)
	}
	if isFolder && !strings.HasSuffix(c.destination, "/") {
		c.destination += "/"
	}
	i.copies = append(i.copies, c)
	return nil
}

// instructions are the lines of a Dockerfile without comments, those that go on put together.
func instructions(text string) []string {
	var all []string
	open := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if part, goesOn := strings.CutSuffix(line, `\`); goesOn {
			open += part
			continue
		}
		all = append(all, open+line)
		open = ""
	}
	return all
}
