package image

import (
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	recipe "github.com/imsphone/imsphone/board/image"
)

// fakeRoot is a directory in which the image's scripts run as if it were the root.
// The programs that change a machine are made of a line of shell each; "say" writes
// to the file "said".
type fakeRoot struct {
	*testing.T
	dir string
}

// newFakeRoot makes one with all scripts, and with programs.
func newFakeRoot(t *testing.T, programs map[string]string) fakeRoot {
	t.Helper()
	b := fakeRoot{t, t.TempDir()}
	moves := []string{"PATH=/bin:", "PATH=" + b.dir + "/bin:/bin:"}
	for _, path := range []string{"/lib/imsphone", "/boot", "/state", "/run", "/sys/", "/usr/share/zoneinfo"} {
		moves = append(moves, path, b.dir+path)
	}
	moved := strings.NewReplacer(moves...)
	scripts, err := fs.Sub(recipe.Files, "root/lib/imsphone")
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(scripts, "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(scripts, name)
		if err != nil {
			t.Fatal(err)
		}
		b.program("lib/imsphone/"+name, moved.Replace(string(text)))
	}
	b.program("lib/imsphone/say", "#!/bin/sh\necho \"$*\" >>"+b.dir+"/said\n")
	for name, text := range programs {
		b.program("bin/"+name, "#!/bin/sh\n"+strings.ReplaceAll(text, "$DIR", b.dir)+"\n")
	}
	for _, dir := range []string{"boot", "state", "run/log", "run/network"} {
		if err := os.MkdirAll(filepath.Join(b.dir, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func (b fakeRoot) program(name, text string) {
	b.Helper()
	b.write(name, text)
	if err := os.Chmod(filepath.Join(b.dir, name), 0o700); err != nil {
		b.Fatal(err)
	}
}

// write writes a file, and makes its folder.
func (b fakeRoot) write(name, text string) {
	b.Helper()
	path := filepath.Join(b.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
}

// read gives a file's text; none is "".
func (b fakeRoot) read(name string) string {
	b.Helper()
	text, err := os.ReadFile(filepath.Join(b.dir, name))
	if err != nil && !os.IsNotExist(err) {
		b.Fatal(err)
	}
	return string(text)
}

// run runs a script, with variables of its environment.
func (b fakeRoot) run(name string, env ...string) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute) // one that hangs is one that is wrong
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(b.dir, "lib/imsphone", name))
	cmd.Env = append(append(os.Environ(), "PATH="+b.dir+"/bin:"+b.dir+"/lib/imsphone:"+os.Getenv("PATH")), env...)
	cmd.WaitDelay = time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// TestClock: ntpd is started when there is a network, what it says is logged, and
// it is ended when it gives up to set the clock: it would never do so later.
func TestClock(t *testing.T) {
	b := newFakeRoot(t, map[string]string{
		"ip":      "[ -e $DIR/waited ] && [ $1 = route ] && echo default via 192.0.2.1",
		"sleep":   "echo $1 >>$DIR/waited",
		"ntpd":    "cat $DIR/run/ntpd.conf; cat $DIR/waited; mkfifo $DIR/end; echo reply from 192.0.2.1: offset 0; echo no reply received in time, skipping initial time setting >&2; read x <$DIR/end",
		"killall": "echo $1 >$DIR/end",
		"logger":  "echo $* >>$DIR/logged",
	})
	b.write("boot/network.conf", "ntp = time.example.org\n")
	b.run("clock")
	if got, want := b.read("logged"), "-t ntpd servers time.example.org\n-t ntpd 1\n-t ntpd no reply received in time, skipping initial time setting\n"; got != want {
		t.Errorf("logged:\n%s\nwant:\n%s", got, want)
	}
	if waited := b.read("waited"); waited != "1\n30\n" {
		t.Errorf("it waited %q", waited)
	}
}

// configured runs configure on a FAT partition of these files, and gives what it
// said. A configuration is right if it begins with "right".
func (b fakeRoot) configured(fat map[string]string, env ...string) (said string) {
	b.Helper()
	for _, name := range []string{"boot", "said"} {
		if err := os.RemoveAll(filepath.Join(b.dir, name)); err != nil {
			b.Fatal(err)
		}
	}
	b.write("boot/README.txt", "")
	for name, text := range fat {
		b.write("boot/"+name, text)
	}
	b.run("configure", env...)
	return b.read("said")
}

// checker are the programs of configure's.
func checker() map[string]string {
	return map[string]string{
		"imsphone": `grep -q ^right "$3" || { echo "imsphone: line 1 is odd" >&2; exit 1; }`,
		"chown":    "",
		"sync":     "",
	}
}

// TestRevoked: keys, and who may log in, are what the FAT partition has; where that
// can't be read they stay.
func TestRevoked(t *testing.T) {
	b := newFakeRoot(t, checker())
	fat := map[string]string{"imsphone.conf": "right", "sim.key": "K", "two.key": "K2", "authorized_keys": "somebody"}
	b.configured(fat)
	fat["sim.key"] = "another K"
	delete(fat, "two.key")
	delete(fat, "authorized_keys")
	if err := os.RemoveAll(filepath.Join(b.dir, "run/root")); err != nil { // at the next start
		t.Fatal(err)
	}
	b.configured(nil, "no_fat=yes")
	if b.read("state/imsphone/sim.key") != "K" || b.read("state/imsphone/two.key") != "K2" || b.read("run/root/.ssh/authorized_keys") != "somebody" {
		t.Error("a FAT partition that can't be read takes away what there is")
	}
	if err := os.RemoveAll(filepath.Join(b.dir, "run/root")); err != nil {
		t.Fatal(err)
	}
	said := b.configured(fat)
	if got := b.read("state/imsphone/sim.key"); got != "another K" {
		t.Errorf("the key is %q", got)
	}
	for _, name := range []string{"state/imsphone/two.key", "state/imsphone/.ssh/authorized_keys", "run/root/.ssh/authorized_keys"} {
		if b.read(name) != "" {
			t.Errorf("%s is still there", name)
		}
	}
	if want := "two.key is removed, as it was from the FAT partition\n.ssh/authorized_keys is removed, as it was from the FAT partition\n"; said != want {
		t.Errorf("said:\n%s", said)
	}
	b.configured(map[string]string{})
	if b.read("state/imsphone/imsphone.conf") != "right" {
		t.Error("the configuration is gone")
	}
}

// TestConfigure: what is said of a configuration is what happened to it.
func TestConfigure(t *testing.T) {
	const none = "there is no configuration: write imsphone.conf onto the FAT partition (see imsphone.conf.example there)\n"
	b := newFakeRoot(t, checker())
	for _, step := range []struct{ fat, said, kept, notice string }{
		{"", none, "", ""},
		{"wrong", "The configuration is wrong, and there is no previous one: the phone isn't started.\nline 1 is odd\n", "", ""},
		{"right", "the configuration of the FAT partition is taken\n", "right", ""},
		{"right", "", "right", ""},
		{"wrong", "The new configuration is wrong, the previous one stays.\nline 1 is odd\n", "right", "The new configuration is wrong, the previous one stays.\nline 1 is odd\n"},
		{"", "", "right", ""},
	} {
		fat := map[string]string{}
		if step.fat != "" {
			fat["imsphone.conf"] = step.fat
		}
		b.write("run/log/notice", "")
		if said := b.configured(fat); said != step.said {
			t.Errorf("%q: said %q, want %q", step.fat, said, step.said)
		}
		if kept := b.read("state/imsphone/imsphone.conf"); kept != step.kept {
			t.Errorf("%q: kept %q, want %q", step.fat, kept, step.kept)
		}
		if notice := b.read("run/log/notice"); step.notice != "" && notice != step.notice {
			t.Errorf("%q: the screen's notice is %q", step.fat, notice)
		}
	}
}

// TestConfigureFull: what there is no room for isn't told as taken, and takes no
// room.
func TestConfigureFull(t *testing.T) {
	programs := checker()
	programs["sync"] = `[ $# = 0 ]` // what was written isn't kept
	b := newFakeRoot(t, programs)
	if said, want := b.configured(map[string]string{"imsphone.conf": "right"}), "imsphone.conf can't be kept: is the state partition full?\n"; said != want {
		t.Errorf("said %q, want %q", said, want)
	}
	if left, err := filepath.Glob(filepath.Join(b.dir, "state/imsphone/imsphone.conf*")); err != nil || len(left) > 0 {
		t.Errorf("%v is left: %v", left, err)
	}
}

// TestInterface: what network.conf says is done, and what can't be done is told.
func TestInterface(t *testing.T) {
	b := newFakeRoot(t, map[string]string{
		"ip":             `case "$*" in *198.51.100.*) exit 2;; esac; echo "$*" >>$DIR/done`, // a gateway elsewhere
		"udhcpc":         "exit 1",
		"wpa_supplicant": `while [ "$1" != -c ]; do shift; done; cat $2 >>$DIR/done; ! grep -q short $2`,
		"hexdump":        "echo 6e6574",
	})
	b.write("sys/class/net/wlan0/phy80211/index", "0")
	hex := strings.Repeat("0123aBcD", 8)
	for _, test := range []struct{ name, conf, does, says, resolv string }{
		{"eth0", "address = 192.0.2.7/24\ngateway = 192.0.2.1\ndns = 192.0.2.1, 192.0.2.2\n",
			"link set eth0 up\naddr add 192.0.2.7/24 dev eth0\nroute add default via 192.0.2.1\n", "eth0 has 192.0.2.7/24\n", "nameserver 192.0.2.1\nnameserver 192.0.2.2\n"},
		{"eth0", "address = 192.0.2.7\ndns = 192.0.2.1\n",
			"link set eth0 up\n", "network.conf: address = 192.0.2.7 is without its network: write it as 192.0.2.7/24\n", "nameserver 192.0.2.1\n"},
		{"eth0", "address = 198.51.100.300/24\ndns = 192.0.2.1\n",
			"link set eth0 up\n", "network.conf: address = 198.51.100.300/24 is none: write it as 192.0.2.7/24\n", "nameserver 192.0.2.1\n"},
		{"eth0", "address = 192.0.2.7/24\ngateway = 198.51.100.1\n", "link set eth0 up\naddr add 192.0.2.7/24 dev eth0\n",
			"network.conf has an address and no dns: no names are found\nnetwork.conf: gateway = 198.51.100.1 isn't in the network of 192.0.2.7/24: nothing beyond it is reached\neth0 has 192.0.2.7/24\n", ""},
		{"eth0", "ssid = net\naddress = 192.0.2.7/24\n", "link set eth0 up\n", "", "old"},
		{"wlan0", "", "", "wlan0 stays off: network.conf has no ssid\n", "old"},
		{"wlan0", "ssid = net\npsk = a passphrase\ncountry = DE\n", "country=DE\nnetwork={\nssid=6e6574\npsk=\"a passphrase\"\n}\nlink set wlan0 up\n", "", "old"},
		{"wlan0", "ssid = net\npsk = 12345678\n", "network={\nssid=6e6574\npsk=\"12345678\"\n}\nlink set wlan0 up\n", "", "old"},
		{"wlan0", "ssid = net\npsk = " + hex + "\n", "network={\nssid=6e6574\npsk=" + hex + "\n}\nlink set wlan0 up\n", "", "old"},
		{"wlan0", "ssid = net\n", "network={\nssid=6e6574\nkey_mgmt=NONE\n}\nlink set wlan0 up\n", "", "old"},
		{"wlan0", "ssid = net\npsk = short\n", "network={\nssid=6e6574\npsk=\"short\"\n}\nlink set wlan0 up\n",
			"wlan0: Wi-Fi doesn't start: is network.conf's psk its passphrase, of 8 to 63 characters?\n", "old"},
	} {
		b.write("boot/network.conf", test.conf)
		b.write("run/resolv.conf", "old")
		b.write("done", "")
		b.write("said", "")
		if err := os.RemoveAll(filepath.Join(b.dir, "run/network", test.name)); err != nil {
			t.Fatal(err)
		}
		b.run("interface", "ACTION=add", "INTERFACE="+test.name)
		if does, says, resolv := b.read("done"), b.read("said"), b.read("run/resolv.conf"); does != test.does || says != test.says || resolv != test.resolv {
			t.Errorf("%q does\n%s\nsays\n%s\nresolv.conf: %q", test.conf, does, says, resolv)
		}
	}
}

// TestTimezone: it is linked where /etc/localtime leads to; one that isn't there is
// told.
func TestTimezone(t *testing.T) {
	b := newFakeRoot(t, nil)
	b.write("usr/share/zoneinfo/Europe/Berlin", "a zone")
	b.run("timezone")
	b.write("boot/network.conf", "timezone = Europe/Bärlin\n")
	b.run("timezone")
	if said, want := b.read("said"), "network.conf: there is no timezone Europe/Bärlin: write one such as Europe/Berlin\n"; said != want {
		t.Errorf("said %q", said)
	}
	b.write("boot/network.conf", "timezone = Europe/Berlin\n")
	b.run("timezone")
	if zone := b.read("run/localtime"); zone != "a zone" {
		t.Errorf("it is %q", zone)
	}
}
