package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSecretFile: the configuration of a phone that couldn't start isn't right.
func TestSecretFile(t *testing.T) {
	noHome(t)
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(path, []byte(text), mode), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const keys = "k = 00112233445566778899aabbccddeeff\nopc = 00112233445566778899aabbccddeeff\n"
	for _, test := range []struct{ name, secret, want string }{
		{"right", write("right.key", keys, 0o600), ""},
		{"misspelt", filepath.Join(dir, "rigth.key"), "isn't there: correct its name"},
		{"open", write("open.key", keys, 0o644), "chmod 600"},
		{"no keys", write("none.key", "hello\n", 0o600), "none.key: line 1"},
	} {
		path := write("imsphone.conf", "[[account]]\n[account.ims]\nimsi = \"001010000000001\"\nsecret_file = \""+test.secret+"\"\n", 0o600)
		if _, err := Read(path); err != nil {
			t.Errorf("%s: the text is wrong: %v", test.name, err)
		}
		_, err := Load(path)
		if (err == nil) != (test.want == "") {
			t.Errorf("%s: %v", test.name, err)
		}
		if err != nil && (!strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), path+":4: ")) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// TestSecretDenied says whose the file is, and whose it has to be.
func TestSecretDenied(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.key")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	me := userName(os.Getuid())
	if got := secretFault(path, fs.ErrPermission); !strings.Contains(got, "by "+me+", as it is "+me+"'s") || !strings.Contains(got, "chown imsphone "+path) {
		t.Error(got)
	}
	if got := secretFault("/none", fs.ErrPermission); !strings.Contains(got, "can't be read: check it with sudo") {
		t.Error(got)
	}
	if got := userName(1 << 30); got != "user 1073741824" {
		t.Error(got)
	}
}
