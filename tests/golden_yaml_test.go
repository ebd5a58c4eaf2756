package tests

import (
	"bytes"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// lineWidth is how long a list or map may be that is written in one line.
const lineWidth = 150

// yamlText writes a value: short lists and maps in one line, members in order, numbers as they are.
func yamlText(value any) string {
	var text bytes.Buffer
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	if err := encoder.Encode(yamlNode(value, 0)); err != nil {
		panic(err)
	}
	return text.String()
}

// yamlNode is a value as YAML, that many characters from the left.
func yamlNode(value any, indent int) *yaml.Node {
	node := &yaml.Node{}
	switch value := value.(type) {
	case []any:
		node.Kind = yaml.SequenceNode
		for _, element := range value {
			node.Content = append(node.Content, fitted(yamlNode(element, indent+2), indent+2))
		}
	case map[string]any:
		node.Kind = yaml.MappingNode
		for _, key := range slices.Sorted(maps.Keys(value)) {
			member := fitted(yamlNode(value[key], indent+2), indent+len(key)+2)
			node.Content = append(node.Content, yamlNode(key, 0), member)
		}
	case float64:
		if value == math.Trunc(value) && math.Abs(value) < 1<<53 {
			return yamlNode(int64(value), 0) // not 1e+06
		}
		return &yaml.Node{Kind: yaml.ScalarNode, Value: strconv.FormatFloat(value, 'f', -1, 64)}
	default:
		if err := node.Encode(value); err != nil {
			panic(err)
		}
		if text, is := value.(string); is && strings.Contains(text, "\n") {
			node.Style = yaml.LiteralStyle
		}
	}
	return node
}

// fitted puts a list or map into one line if it fits there, from a column on.
func fitted(node *yaml.Node, column int) *yaml.Node {
	if length := flowLength(node); node.Kind != yaml.ScalarNode && length >= 0 && column+length <= lineWidth {
		node.Style = yaml.FlowStyle
	}
	return node
}

// flowLength is how long a value is in one line, -1 of what cannot be.
func flowLength(node *yaml.Node) int {
	if node.Kind == yaml.ScalarNode {
		if node.Style == yaml.LiteralStyle {
			return -1
		}
		return len(node.Value)
	}
	sum := 2
	for _, inner := range node.Content {
		length := flowLength(inner)
		if length < 0 {
			return -1
		}
		sum += length + 2
	}
	return sum
}
