package phone

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rs/zerolog"
)

// start reads the instance id as a start of the phone does, and gives the log.
func start(t *testing.T, dir string) (id, log string) {
	t.Helper()
	var out bytes.Buffer
	logger := zerolog.New(&out).Level(zerolog.InfoLevel)
	s, err := openState(dir, logger)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if id, err = instanceID(s, logger); err != nil {
		t.Fatal(err)
	}
	return id, out.String()
}

// RFC 9562 §5.4: version 4, variant 10.
var uuid = regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

func TestInstanceIDIsKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	first, _ := start(t, dir)
	if !uuid.MatchString(first) {
		t.Errorf("%q is no UUID", first)
	}
	second, log := start(t, dir)
	if second != first || log != "" {
		t.Errorf("first %s, then %s; log %q", first, second, log)
	}
	if other, _ := start(t, t.TempDir()); other == first {
		t.Error("two installations have one name")
	}
}

// TestStateCutInHalf: the phone says so once, takes a new name, and lives on.
func TestStateCutInHalf(t *testing.T) {
	dir := t.TempDir()
	first, _ := start(t, dir)
	path := filepath.Join(dir, identityEntry+".json")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, whole[:len(whole)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	second, log := start(t, dir)
	if !uuid.MatchString(second) || second == first {
		t.Errorf("after the damage: %q", second)
	}
	if !strings.Contains(log, `"level":"warn"`) || !strings.Contains(log, path) {
		t.Errorf("the log doesn't name the file: %q", log)
	}
	if third, log := start(t, dir); third != second || log != "" {
		t.Errorf("the new name %s is not kept: %s; log %q", second, third, log)
	}
}

func TestOneStateOnePhone(t *testing.T) {
	dir := t.TempDir()
	s, err := openState(dir, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if second, err := openState(dir, zerolog.Nop()); err == nil {
		second.Close()
		t.Error("two phones have one state directory")
	}
}
