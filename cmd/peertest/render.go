package peertest

import (
	"bytes"
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"text/template"
)

//go:embed templates scenarios
var files embed.FS

// render writes the template name of templates/ to path, filled in with data.
func render(name, path string, data any) error {
	t, err := template.New(name).Option("missingkey=error").ParseFS(files, "templates/"+name)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o600)
}

// unpack copies the sipp scenario name of scenarios/ into dir and returns its
// path.
func unpack(name, dir string) (string, error) {
	text, err := files.ReadFile("scenarios/" + name)
	if err != nil {
		return "", fmt.Errorf("no scenario %s: %w", name, err)
	}
	path := filepath.Join(dir, name)
	return path, os.WriteFile(path, text, 0o644)
}
