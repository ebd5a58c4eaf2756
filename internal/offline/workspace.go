package offline

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gopkg.in/yaml.v3"
)

// A workspace is the project folder of the offline CLI: copies of Pulumi.yaml and of the stack files, so that the CLI
// never writes to the real ones (an encryption salt, config set). The program itself runs in its own folder.

// projectDir is the folder of the copies.
func (s *Session) projectDir() string { return filepath.Join(s.dir, "project") }

// prepareWorkspace copies the project's current files.
func (s *Session) prepareWorkspace() error {
	if err := os.MkdirAll(s.projectDir(), 0o700); err != nil {
		return fmt.Errorf("preparing the offline project: %w", err)
	}
	if err := s.copyYAML(ProjectFolder(s.files, s.root), "Pulumi.yaml", s.pointToProgram); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(s.files, "Pulumi.*.yaml"))
	if err != nil {
		return err
	}
	for _, file := range files {
		if err := s.copyYAML(s.files, filepath.Base(file), s.ownSecrets); err != nil {
			return err
		}
	}
	return nil
}

// ProjectFolder is the folder of Pulumi.yaml: that of the stack files where it is edited like them, or else the project's.
func ProjectFolder(stackFiles, root string) string {
	if _, err := os.Stat(filepath.Join(stackFiles, "Pulumi.yaml")); err == nil {
		return stackFiles
	}
	return root
}

// copyYAML copies a file, with an edit of its top-level mapping.
func (s *Session) copyYAML(folder, name string, edit func(name string, file *yaml.Node)) error {
	source, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		return fmt.Errorf("preparing the offline project: %w", err)
	}
	var document yaml.Node
	if err := yaml.Unmarshal(source, &document); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if len(document.Content) != 1 || document.Content[0].Kind != yaml.MappingNode {
		return fmt.Errorf("%s: must be a YAML mapping", name)
	}
	// A key that is there twice shows here; the CLI would name its line in the copy, which has fewer.
	if err := document.Decode(&map[string]any{}); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	edit(name, document.Content[0])
	edited, err := yaml.Marshal(&document)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	// Renamed into place, so that a concurrent run never reads half a file.
	target := filepath.Join(s.projectDir(), name)
	temporary := fmt.Sprintf("%s.%d", target, os.Getpid())
	if err := os.WriteFile(temporary, edited, 0o600); err != nil {
		return fmt.Errorf("preparing the offline project: %w", err)
	}
	return os.Rename(temporary, target)
}

// pointToProgram makes the copied Pulumi.yaml run the session's program in the real project folder.
func (s *Session) pointToProgram(_ string, file *yaml.Node) {
	options := &yaml.Node{Kind: yaml.MappingNode}
	set(options, "binary", scalar(s.Program()))
	runtime := &yaml.Node{Kind: yaml.MappingNode}
	set(runtime, "name", scalar("go"))
	set(runtime, "options", options)
	set(file, "runtime", runtime)
	set(file, "main", scalar(s.root))
}

// ownSecrets removes a stack file's real secrets provider, whose key is not available here, and keeps the offline
// stack's own salt. It replaces a secret value by a placeholder of the same type.
func (s *Session) ownSecrets(name string, file *yaml.Node) {
	for _, key := range []string{"secretsprovider", "encryptedkey", "encryptionsalt"} {
		remove(file, key)
	}
	standIn(file)
	var previous struct {
		Salt string `yaml:"encryptionsalt"`
	}
	if content, err := os.ReadFile(filepath.Join(s.projectDir(), name)); err == nil && yaml.Unmarshal(content, &previous) == nil && previous.Salt != "" {
		set(file, "encryptionsalt", scalar(previous.Salt))
	}
}

// StackFile returns a stack file's content with a placeholder of the same type for each secret value.
func StackFile(path string) ([]byte, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var document yaml.Node
	if err := yaml.Unmarshal(content, &document); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	standIn(&document)
	return yaml.Marshal(&document)
}

// standIn replaces every {secure: ...} below a node by a placeholder.
func standIn(node *yaml.Node) {
	for _, child := range node.Content {
		if child.Kind == yaml.MappingNode && len(child.Content) == 2 && child.Content[0].Value == "secure" {
			*child = *scalar("offline-secret")
			continue
		}
		standIn(child)
	}
}

func scalar(value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}
}

// set sets a key of a mapping.
func set(mapping *yaml.Node, key string, value *yaml.Node) {
	remove(mapping, key)
	mapping.Content = append(mapping.Content, scalar(key), value)
}

func remove(mapping *yaml.Node, key string) {
	for i := 0; i < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			mapping.Content = append(mapping.Content[:i], mapping.Content[i+2:]...)
			return
		}
	}
}

// Root returns the folder of the project that the current folder is in.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	return FindRoot(dir)
}

// FindRoot returns the nearest folder, from dir upwards, that contains the project.
func FindRoot(dir string) (string, error) {
	for at := dir; ; at = filepath.Dir(at) {
		content, err := os.ReadFile(filepath.Join(at, "Pulumi.yaml"))
		if err == nil && strings.Contains("\n"+string(content), "\nname: legops\n") {
			return at, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("no Pulumi.yaml of the project legops in %s or above: run this inside the repository", dir)
		}
	}
}
