package board

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

//go:embed *.toml
var files embed.FS

// Names lists the built-in profiles in alphabetical order.
func Names() []string {
	entries, err := files.ReadDir(".")
	if err != nil {
		panic(err) // what is embedded can be listed
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = strings.TrimSuffix(e.Name(), ".toml")
	}
	return names
}

// All gives the built-in profiles, in the order of [Names].
func All() []Profile {
	names := Names()
	list := make([]Profile, len(names))
	for i, name := range names {
		list[i] = builtIn(name)
	}
	return list
}

// Generic is the profile of a machine that no other one knows.
func Generic() Profile { return builtIn("generic") }

func builtIn(name string) Profile {
	text, err := files.ReadFile(name + ".toml")
	if err != nil {
		panic(err) // what is listed can be read
	}
	p, err := Parse(name, text)
	if err != nil {
		panic(err) // a test reads each
	}
	return p
}

// Find gives the profile that a configuration names: a built-in one by its name,
// or anybody's own by the path of its file.
func Find(name string) (Profile, error) {
	if strings.Contains(name, "/") {
		return read(name)
	}
	for _, known := range Names() {
		if name == known {
			return builtIn(name), nil
		}
	}
	return Profile{}, fmt.Errorf("board %q is not known: write auto, the path of a profile of your own, or one of %s",
		name, strings.Join(Names(), ", "))
}

func read(path string) (Profile, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Profile{}, fmt.Errorf("the board's profile can't be read: %w", err)
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // which editors of Windows begin with
	return Parse(strings.TrimSuffix(filepath.Base(path), ".toml"), text)
}

// Parse reads the text of a profile called name, and checks it.
func Parse(name string, text []byte) (Profile, error) {
	p := Profile{Name: name}
	err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(&p)
	if err != nil {
		return Profile{}, fmt.Errorf("board %s: %w", name, explain(err))
	}
	if err := p.check(); err != nil {
		return Profile{}, fmt.Errorf("board %s: %w", name, err)
	}
	return p, nil
}

// explain adds the line to an error of the decoder, and the key that is unknown.
func explain(err error) error {
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) && len(strict.Errors) > 0 {
		line, _ := strict.Errors[0].Position()
		return fmt.Errorf("line %d: there is no key %q", line, strings.Join(strict.Errors[0].Key(), "."))
	}
	var decode *toml.DecodeError
	if errors.As(err, &decode) {
		line, _ := decode.Position()
		return fmt.Errorf("line %d: %w", line, err)
	}
	return err
}
