package image

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/imsphone/imsphone/board"
	recipe "github.com/imsphone/imsphone/board/image"
)

// TestScripts: a shell can read each of the image's scripts.
func TestScripts(t *testing.T) {
	scripts := 0
	err := fs.WalkDir(recipe.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(recipe.Files, name)
		if err != nil || !strings.HasPrefix(string(text), "#!/bin/sh\n") {
			return err
		}
		scripts++
		cmd := exec.Command("sh", "-n")
		cmd.Stdin = strings.NewReader(string(text))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
		return nil
	})
	if err != nil || scripts < 10 {
		t.Errorf("%d scripts, %v", scripts, err)
	}
}

// script gives a script of the image with another path in it.
func script(t *testing.T, name, path, instead string) string {
	t.Helper()
	text, err := fs.ReadFile(recipe.Files, "root/lib/imsphone/"+name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), path, instead)
}

// TestSetting: values as people write them, and as Windows does.
func TestSetting(t *testing.T) {
	dir := t.TempDir()
	text := "\ufeffcountry = DE\r\n# ssid = no\r\n ssid = my \"home\" net \r\npsk=\"a b=c \"\r\nhostname = one\nhostname = two\n#psk = no\n"
	if err := os.WriteFile(filepath.Join(dir, "network.conf"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"ssid": `my "home" net`, "psk": "a b=c ", "hostname": "two", "country": "DE", "dns": ""} {
		out, err := exec.Command("sh", "-c", script(t, "setting", "/boot", dir), "setting", key).Output()
		if err != nil || strings.TrimSuffix(string(out), "\n") != want {
			t.Errorf("%s is %q (%v), want %q", key, out, err, want)
		}
	}
}

// TestKeep: a log has an end, and its last lines are there.
func TestKeep(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	cmd := exec.Command("sh", "-c", script(t, "keep", "2000", "20"), "keep", log)
	cmd.Stdin = strings.NewReader(strings.Repeat("old\n", 60) + "last\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	now, _ := os.ReadFile(log)
	before, _ := os.ReadFile(log + ".0")
	if string(now) != "last\n" || strings.Count(string(before), "\n") != 20 {
		t.Errorf("%q after %q", now, before)
	}
}

func TestReadList(t *testing.T) {
	list, err := readList(fstest.MapFS{"x": {Data: []byte("# all\n\na b c # d\n  e\n")}}, "x")
	if err != nil || len(list) != 2 || !slices.Equal(list[0], []string{"a", "b", "c"}) || !slices.Equal(column(list), []string{"a", "e"}) {
		t.Errorf("%q, %v", list, err)
	}
}

// TestModulePatterns: each is one that fs.Glob takes, and names no module twice.
func TestModulePatterns(t *testing.T) {
	list, err := readList(recipe.Files, "modules")
	if err != nil {
		t.Fatal(err)
	}
	names, err := matching(fstest.MapFS{"drivers/hid/hid.ko": {}, "drivers/hid/usbhid/usbhid.ko": {}, "net/x.ko": {}}, append(column(list), "drivers/hid/h*.ko"))
	if err != nil || !slices.Equal(names, []string{"hid", "usbhid"}) {
		t.Errorf("%q, %v", names, err)
	}
}

// TestAppletNames: busybox's own list is found in its file.
func TestAppletNames(t *testing.T) {
	names, err := appletNames([]byte("code\x00more\x00[\x00[[\x00ar\x00zcat\x00\x00data"))
	if err != nil || !slices.Equal(names, []string{"[", "[[", "ar", "zcat"}) {
		t.Errorf("%q, %v", names, err)
	}
	if _, err := appletNames([]byte("no list")); err == nil {
		t.Error("no error")
	}
}

// TestTakeProgram: a program brings what it is a link to; a package that has
// changed is told by its name.
func TestTakeProgram(t *testing.T) {
	packages, root := t.TempDir(), tree(t.TempDir())
	if err := os.MkdirAll(filepath.Join(packages, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(packages, "bin/tool-2"), []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("tool-2", filepath.Join(packages, "bin/tool")); err != nil {
		t.Fatal(err)
	}
	if err := root.mergeUsr(); err != nil {
		t.Fatal(err)
	}
	if err := tree(packages).write("/usr/share/zones/Here/There", 0o644, nil); err != nil {
		t.Fatal(err)
	}
	if err := root.take(packageTree(packages), [][]string{{"tools", "/bin/tool", "/bin/t*", "/usr/share/zones/[A-Z]*"}}); err != nil {
		t.Fatal(err)
	}
	if !root.has("/usr/share/zones/Here/There") {
		t.Error("what is in a folder isn't taken")
	}
	info, err := os.Stat(root.host("/bin/tool"))
	if err != nil || info.Mode().Perm() != 0o755 || !root.has("/usr/bin/tool-2") {
		t.Errorf("%v, %v", info, err)
	}
	err = root.take(packageTree(packages), [][]string{{"tools", "/bin/tool", "/sbin/gone"}})
	if err == nil || !strings.Contains(err.Error(), "package tools: it has no /sbin/gone") {
		t.Errorf("got %v", err)
	}
}

// TestRegulatory: the kernel finds the rules of countries, and their signature, in a
// root that is made of the package as it is.
func TestRegulatory(t *testing.T) {
	list, err := readList(recipe.Files, "packages")
	if err != nil {
		t.Fatal(err)
	}
	list = slices.DeleteFunc(list, func(line []string) bool { return line[0] != "wireless-regdb" })
	packages, root := tree(t.TempDir()), tree(t.TempDir())
	names := []string{"regulatory.db", "regulatory.db.p7s"}
	for _, name := range names {
		for _, by := range []string{"-debian", "-upstream"} {
			if err := packages.write("/lib/firmware/"+name+by, 0o644, []byte(name+by)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := errors.Join(root.mergeUsr(), root.take(packageTree(packages), list), root.linkRegulatory()); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if text, err := os.ReadFile(root.host("/lib/firmware/" + name)); err != nil || string(text) != name+"-debian" {
			t.Errorf("%s is %q: %v", name, text, err)
		}
	}
}

// TestLibraries: this test's own file, if it is linked to libraries, names its
// loader, too; what is no program needs none.
func TestLibraries(t *testing.T) {
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("no program"), 0o600); err != nil {
		t.Fatal(err)
	}
	if needs, err := libraries(text); err != nil || needs != nil {
		t.Errorf("%q, %v", needs, err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	needs, err := libraries(self)
	if err != nil || len(needs) == 1 || len(needs) > 0 && !slices.ContainsFunc(needs, filepath.IsAbs) {
		t.Errorf("%q, %v", needs, err)
	}
}

// TestConsoles: a model with a console of its own has its command line in a file
// that config.txt names for it alone.
func TestConsoles(t *testing.T) {
	p, err := board.Find("pi0")
	if err != nil {
		t.Fatal(err)
	}
	packages, fat := t.TempDir(), tree(t.TempDir())
	for _, name := range append([]string{"../../share/doc/raspi-firmware/copyright"}, firmware...) {
		if err := tree(packages).write("/usr/lib/raspi-firmware/"+name, 0o644, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := fat.takeRaspberry(p.Image, packageTree(packages)); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"/cmdline.txt":      "console=tty0 console=ttyAMA0,115200 panic=10 quiet\n",
		"/cmdline-pi0w.txt": "console=tty0 console=ttyS1,115200 panic=10 quiet\n",
		"/config.txt":       raspberryConfig(board.Image{}) + "[pi0w]\ncmdline=cmdline-pi0w.txt\n[all]\n",
	} {
		if got, err := os.ReadFile(fat.host(name)); err != nil || string(got) != want {
			t.Errorf("%s is %q (%v), want %q", name, got, err, want)
		}
	}
}

// TestBootFiles holds what boot loaders read, for each board that has an image.
func TestBootFiles(t *testing.T) {
	for _, p := range board.All() {
		switch p.Image.Boot {
		case board.BootUBoot:
			got := extlinux(p.Image)
			if !strings.Contains(got, "\n  kernel /vmlinuz\n  initrd /initrd.img\n") || !strings.Contains(got, " console="+p.Image.Console+" ") {
				t.Errorf("%s: %s", p.Name, got)
			}
		case board.BootRaspberry:
			got := raspberryConfig(p.Image)
			if !strings.Contains(got, "\nkernel=vmlinuz\ninitramfs initrd.img followkernel\n") || strings.Contains(got, "arm_64bit=1") != (p.Image.GOARCH == "arm64") {
				t.Errorf("%s: %s", p.Name, got)
			}
		}
	}
}
