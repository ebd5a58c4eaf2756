package tests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/componentdocs"
)

func TestComponentPagesAreFresh(t *testing.T) {
	var previewed []componentdocs.Stack
	for _, stack := range stackNames {
		previewed = append(previewed, componentdocs.Stack{Name: stack, Graph: previews[stack](t)})
	}
	pages, err := componentdocs.Pages(root, previewed)
	require.NoError(t, err)
	folder := filepath.Join(root, "docs", "components")
	require.NoError(t, os.MkdirAll(folder, 0o755))
	for name, text := range pages {
		fresh(t, filepath.Join("docs", "components", name+".md"), text)
	}
	there, err := os.ReadDir(folder)
	require.NoError(t, err)
	for _, file := range there {
		if pages[strings.TrimSuffix(file.Name(), ".md")] != "" {
			continue
		}
		if os.Getenv("UPDATE_DOCS") != "" {
			require.NoError(t, os.Remove(filepath.Join(folder, file.Name())))
			continue
		}
		assert.Fail(t, "docs/components/"+file.Name()+" is of no component: run make docs")
	}
}
