package image

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// makeFolders makes the folders of the root, and the links from where programs
// write to where that is possible.
func (t tree) makeFolders() error {
	if err := t.mergeUsr(); err != nil {
		return err
	}
	if err := t.mkdir("/dev", "/proc", "/sys", "/run", "/state", "/boot", "/etc", "/var/lib"); err != nil {
		return err
	}
	for name, target := range map[string]string{
		"/tmp": "run/tmp", "/var/run": "../run", "/var/log": "../run/log", "/var/tmp": "../run/tmp",
		"/etc/resolv.conf": "../run/resolv.conf", "/etc/mtab": "../run/mtab",
		"/var/lib/openntpd": "../../run/ntp", "/etc/localtime": "../run/localtime",
	} {
		if err := t.link(name, target); err != nil {
			return err
		}
	}
	return nil
}

// linkApplets makes a link for each program in busybox, but where there is a
// program of that name.
func (t tree) linkApplets(names []string) error {
	for _, name := range names {
		if name == "busybox" || t.has("/usr/bin/"+name) || t.has("/usr/sbin/"+name) {
			continue
		}
		if err := t.link("/usr/bin/"+name, "busybox"); err != nil {
			return err
		}
	}
	return t.link("/usr/sbin/init", "../bin/busybox")
}

// appletNames reads the list of programs that busybox has in its file: that file
// is another machine's and can't be asked.
func appletNames(busybox []byte) ([]string, error) {
	const first = "[\x00[[\x00"
	at := bytes.Index(busybox, []byte("\x00"+first))
	if at < 0 {
		return nil, fmt.Errorf("busybox holds no list of its programs: has its form changed?")
	}
	list, _, _ := bytes.Cut(busybox[at+1:], []byte("\x00\x00"))
	return strings.Split(string(list), "\x00"), nil
}

// linkRegulatory does what Debian's alternatives do: the rules of countries for
// Wi-Fi, and their signature by whom Debian's kernel trusts, are where the kernel
// looks.
func (t tree) linkRegulatory() error {
	const dir = "/usr/lib/firmware/"
	return errors.Join(
		t.link(dir+"regulatory.db", "regulatory.db-debian"),
		t.link(dir+"regulatory.db.p7s", "regulatory.db.p7s-debian"),
	)
}

// joinCertificates writes what update-ca-certificates would: all authorities in
// one file, which is where Go looks.
func (t tree) joinCertificates() error {
	const dir = "/usr/share/ca-certificates"
	files, err := filepath.Glob(t.host(dir + "/mozilla/*.crt"))
	if err != nil {
		return err
	}
	sort.Strings(files)
	var all []byte
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			return err
		}
		all = append(append(all, bytes.TrimSpace(text)...), '\n')
	}
	if err := os.RemoveAll(t.host(dir)); err != nil {
		return err
	}
	return t.write("/etc/ssl/certs/ca-certificates.crt", 0o644, all)
}
