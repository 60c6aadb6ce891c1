package config

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/imsphone/imsphone/board"
)

// account is the least that a file needs.
const account = "[[account]]\nuser = \"sip:alice@example.org\"\n"

// noHome takes away what the defaults of the socket and the state depend on.
func noHome(t *testing.T) {
	for _, name := range []string{"XDG_RUNTIME_DIR", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "HOME"} {
		t.Setenv(name, "")
	}
}

// TestProblems holds the line and the sentence of each kind of mistake.
func TestProblems(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"nothing", "", "f: there is no [[account]]: add one with at least user = \"sip:name@domain\""},
		{"no TOML", account + "user\n", "f:3: expected '=' after key"},
		{"open string", account + "password = \"x\n", "f:3: basic strings cannot have new lines"},
		{"key twice", account + "name = \"a\"\nname = \"b\"\n", "f:4: key name is already defined"},
		{"unknown key", account + "\n# a comment\npasswrod = \"x\"\n", `f:5: there is no key "account.passwrod": imsphone check --example lists them all`},
		{"unknown table", account + "[meida]\ncodecs = []\n", `f:3: there is no key "meida": imsphone check --example lists them all`},
		{"two unknown keys", "[log]\ncolor = true\n" + account + "pin = 1\n",
			"f:2: there is no key \"log.color\": imsphone check --example lists them all\n" +
				"f:5: there is no key \"account.pin\": imsphone check --example lists them all"},
		{"wrong type", account + "expires = \"long\"\n", "f:3: cannot decode TOML string into struct field config.Account.Expires of type int"},
		{"delay", account + "answer_delay = \"soon\"\n", `f:3: write a time such as "500ms" or "20s"`},
		{"negative delay", account + "answer_delay = \"-1s\"\n", `f:3: write a time such as "500ms" or "20s"`},
		{"board", "[board]\nname = \"pi9\"\n" + account,
			`f:2: board "pi9" is not known: write auto, the path of a profile of your own, or one of ` + strings.Join(board.Names(), ", ")},
		{"level", "[log]\nformat = \"json\"\nlevel = \"loud\"\n" + account, `f:3: level "loud": write debug, info, warn or error`},
		{"format", "[log]\nformat = \"xml\"\n" + account, `f:2: format "xml": write console or json`},
		{"ports", "[media]\nrtp_ports = \"9000\"\n" + account, `f:2: rtp_ports "9000": write a range of ports such as "16384-16584"`},
		{"ports with more", "[media]\nrtp_ports = \"9000-9100 \"\n" + account, `f:2: rtp_ports "9000-9100 ": write a range of ports such as "16384-16584"`},
		{"ports turned round", "[media]\nrtp_ports = \"9100-9000\"\n" + account, `f:2: rtp_ports "9100-9000": write a range of ports such as "16384-16584"`},
		{"ports too high", "[media]\nrtp_ports = \"65000-65999\"\n" + account, `f:2: rtp_ports "65000-65999": write a range of ports such as "16384-16584"`},
		{"video size", "[video]\nsize = \"wide\"\n" + account, `f:2: size "wide": write width and height in pixels, 32 to 2040, such as "320x240"`},
		{"video size, too large", "[video]\nsize = \"320x4096\"\n" + account, `f:2: size "320x4096": write width and height in pixels, 32 to 2040, such as "320x240"`},
		{"video rate", "[video]\nrate = 0\n" + account, `f:2: rate 0: write 1 to 60 (pictures a second)`},
		{"video bandwidth", "[video]\nbandwidth = 8\n" + account, `f:2: bandwidth 8: write kbit/s, 32 to 1000000, or 0 for no bound`},
		{"video answer", "[video]\nanswer = \"always\"\n" + account, `f:2: answer "always": write ask, receive, both or off`},
		{"jitter", "[media]\njitter_max = 5000\n" + account, `f:2: jitter_max 5000: write 40 to 2000 (ms)`},
		{"jitter, least", "[media]\njitter_min = 250\n" + account, `f:2: jitter_min 250: write 20 to jitter_max, which is 200 (ms)`},
		{"dns", "[dns]\nserver = \"dns.example.org\"\n" + account,
			`f:2: bad DNS server address "dns.example.org": write dns.server as an IP address with or without a port, as in "192.0.2.1:53"`},
		{"screen", "[screen]\ndevice = \"atuo\"\n" + account, `f:2: device "atuo": write auto, none, memory, or a node such as "/dev/dri/card0"`},
		{"size", "[screen]\nsize = \"big\"\n" + account, `f:2: size "big": write width and height in pixels, such as "480x640"`},
		{"size with more", "[screen]\nsize = \"480x640 \"\n" + account, `f:2: size "480x640 ": write width and height in pixels, such as "480x640"`},
		{"size too small", "[screen]\nsize = \"48x64\"\n" + account, `f:2: size "48x64": write width and height in pixels, such as "480x640"`},
		{"rotate", "[screen]\nrotate = 45\n" + account, `f:2: rotate 45: write 0, 90, 180 or 270`},
		{"ring sound", "[audio]\nring = \"hw:1\"\nring_sound = \"bell.mp3\"\n" + account, `f:3: ring_sound "bell.mp3": name a .wav file, without a comma in its name`},
		{"buffer too small", "[audio]\nbuffer = 20\n" + account, `f:2: buffer 20: write 40 to 2000 (ms), a multiple of 20`},
		{"buffer too large", "[audio]\nbuffer = 2020\n" + account, `f:2: buffer 2020: write 40 to 2000 (ms), a multiple of 20`},
		{"buffer in no whole periods", "[audio]\nbuffer = 90\n" + account, `f:2: buffer 90: write 40 to 2000 (ms), a multiple of 20`},
		{"no codecs", "[media]\ncodecs = []\n" + account, "f:2: codecs is empty: write at least one of " + codecNames()},
		{"codec", "[media]\n\ncodecs = [\"PCMA\", \"opus\"]\n" + account, `f:3: codec "opus" is not known: use ` + codecNames()},
		{"no user", "[[account]]\nname = \"a\"\n", `f:1: user "": write an address such as "sip:alice@example.org"`},
		{"user without host", "[[account]]\nuser = \"sip:alice\"\n", `f:2: user "sip:alice": write an address such as "sip:alice@example.org"`},
		{"registrar", account + "registrar = \"sip:\"\n", `f:3: registrar "sip:": write a server such as "sip:edge.example.org"`},
		{"proxy", account + "proxy = \"sip:a b\"\n", `f:3: proxy "sip:a b": write a server such as "sip:edge.example.org"`},
		{"transport", account + "transport = \"sctp\"\n", `f:3: transport "sctp": write udp, tcp or tls, or leave it out`},
		{"local", account + "local = \"eth0\"\n", `f:3: local "eth0": write an address, or address:port such as "192.0.2.7:5060"`},
		{"expires", account + "expires = -1\n", `f:3: expires -1: write seconds, such as 3600`},
		{"session", account + "session_expires = 60\n", `f:3: session_expires 60: RFC 4028 wants at least 90 seconds, or 0 for none`},
		{"same name", account + "name = \"a\"\n" + account + "name = \"a\"\n", `f:6: two accounts are named "a": give each a name of its own`},
		{"same name by default", account + account + "name = \"line1\"\n", `f:5: two accounts are named "line1": give each a name of its own`},
		{"second account", account + account + "transport = \"x\"\n" + account, `f:5: transport "x": write udp, tcp or tls, or leave it out`},
		{"dotted key", "log.format = \"json\"\nlog.level = \"loud\"\n" + account, `f:2: level "loud": write debug, info, warn or error`},
		{"inline table", "# x\nlog = {level = \"loud\"}\n" + account, `f:2: level "loud": write debug, info, warn or error`},
		{"inline account", "account = [{user = \"sip:a@b\", transport = \"x\"}]\n", `f:1: transport "x": write udp, tcp or tls, or leave it out`},
		{"several", "[log]\nlevel = \"loud\"\n" + account + "local = \"x\"\nexpires = -1\n",
			"f:2: level \"loud\": write debug, info, warn or error\n" +
				"f:5: local \"x\": write an address, or address:port such as \"192.0.2.7:5060\"\n" +
				"f:6: expires -1: write seconds, such as 3600"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("f", []byte(tt.text))
			var problems Problems
			if !errors.As(err, &problems) {
				t.Fatalf("error %v", err)
			}
			if got := problems.Error(); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestDefaults(t *testing.T) {
	noHome(t)
	got, err := Parse("f", []byte(account))
	if err != nil {
		t.Fatal(err)
	}
	want := &Config{
		Board:   Board{Name: "auto", Profile: board.Generic()},
		Log:     Log{Level: "info", Format: "console"},
		Control: Control{Socket: "/run/imsphone/control.sock"},
		State:   State{Dir: "/var/lib/imsphone"},
		Audio:   Audio{Device: "default", Buffer: 80},
		Media:   Media{Codecs: []string{"G722", "PCMA", "PCMU"}, RTPPorts: "16384-16584", JitterMin: 20, JitterMax: 200},
		Video:   Video{Enabled: true, Size: "320x240", Rate: 15, Bandwidth: 1000, Answer: "receive"},
		Screen:  Screen{Device: "none", Sleep: Duration(30 * time.Second)},
		Accounts: []Account{{Name: "line1", User: "sip:alice@example.org", Register: true, AuthUser: "alice",
			Registrar: "sip:example.org", Expires: 3600}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestPlaces holds where socket and state are put for a user of the desktop.
func TestPlaces(t *testing.T) {
	noHome(t)
	t.Setenv("XDG_RUNTIME_DIR", "/run/user/7")
	t.Setenv("XDG_STATE_HOME", "/home/u/state")
	if c := defaults(); c.Control.Socket != "/run/user/7/imsphone/control.sock" || c.State.Dir != "/home/u/state/imsphone" {
		t.Errorf("socket %s, state %s", c.Control.Socket, c.State.Dir)
	}
}

// TestComplete holds what follows from other keys.
func TestComplete(t *testing.T) {
	tests := []struct {
		name, keys string
		want       Account
	}{
		{"no scheme", `user = "alice@example.org"`,
			Account{User: "sip:alice@example.org", Register: true, AuthUser: "alice", Registrar: "sip:example.org", Expires: 3600}},
		{"port and scheme of user", `user = "sips:alice@example.org:5071"`,
			Account{User: "sips:alice@example.org:5071", Register: true, AuthUser: "alice", Registrar: "sips:example.org:5071", Expires: 3600}},
		{"not registering", "register = false\nuser = \"sip:a@192.0.2.1\"",
			Account{User: "sip:a@192.0.2.1", AuthUser: "a", Registrar: "sip:192.0.2.1", Expires: 3600}},
		{"own values stay", "user = \"sip:a@h\"\nauth_user = \"b\"\nregistrar = \"sip:r\"\nexpires = 60\nanswer_delay = \"2s\"",
			Account{User: "sip:a@h", Register: true, AuthUser: "b", Registrar: "sip:r", Expires: 60, AnswerDelay: Duration(2 * time.Second)}},
		{"transport with proxy", "user = \"sip:a@h\"\nproxy = \"sip:p:5070\"\ntransport = \"TCP\"",
			Account{User: "sip:a@h", Register: true, AuthUser: "a", Registrar: "sip:h", Proxy: "sip:p:5070;transport=tcp", Transport: "TCP", Expires: 3600}},
		{"transport without proxy", "user = \"sip:a@h\"\ntransport = \"tls\"",
			Account{User: "sip:a@h", Register: true, AuthUser: "a", Registrar: "sip:h", Proxy: "sip:h;transport=tls", Transport: "tls", Expires: 3600}},
		{"proxy names its own", "user = \"sip:a@h\"\nproxy = \"sip:p;transport=udp\"\ntransport = \"tcp\"",
			Account{User: "sip:a@h", Register: true, AuthUser: "a", Registrar: "sip:h", Proxy: "sip:p;transport=udp", Transport: "tcp", Expires: 3600}},
		{"proxy without scheme", "user = \"sip:a@h\"\nproxy = \"p.example.org\"",
			Account{User: "sip:a@h", Register: true, AuthUser: "a", Registrar: "sip:h", Proxy: "sip:p.example.org", Expires: 3600}},
		{"quoted key", "\"register\" = false\nuser = \"sip:a@h\"",
			Account{User: "sip:a@h", AuthUser: "a", Registrar: "sip:h", Expires: 3600}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Parse("f", []byte("[[ account ]] # spaces and comments are allowed\n"+tt.keys+"\n"))
			if err != nil {
				t.Fatal(err)
			}
			tt.want.Name = "line1"
			if diff := cmp.Diff(tt.want, c.Accounts[0]); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRegisterOfEachAccount(t *testing.T) {
	c, err := Parse("f", []byte(account+"register = false\n"+account+account+"register = true # register = false\n"))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{false, true, true} {
		if a := c.Accounts[i]; a.Register != want {
			t.Errorf("%s: register %v", a.Name, a.Register)
		}
	}
}

func TestLocalAddr(t *testing.T) {
	for text, want := range map[string]string{
		"": "invalid AddrPort", ":5060": "0.0.0.0:5060", "192.0.2.7": "192.0.2.7:0", "192.0.2.7:5070": "192.0.2.7:5070",
		"2001:db8::1": "[2001:db8::1]:0", "[2001:db8::1]:5070": "[2001:db8::1]:5070",
	} {
		got, err := Account{Local: text}.LocalAddr()
		if err != nil || got.String() != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

// TestForbidden: root, whom tests often run as, may read everything.
func TestForbidden(t *testing.T) {
	err := &os.PathError{Op: "open", Path: "/x", Err: os.ErrPermission}
	if got := remedy(err); got != "use sudo, or become a member of its group" {
		t.Error(got)
	}
}

// TestByteOrderMark: what Windows' Notepad writes is read, with the lines that
// everybody counts.
func TestByteOrderMark(t *testing.T) {
	noHome(t)
	path := filepath.Join(t.TempDir(), "imsphone.conf")
	for text, want := range map[string]string{
		"\ufeff[[account]]\r\nuser = \"sip:a@b\"\r\n":                              "",
		"\ufeff[log]\r\nlevel = \"loud\"\r\n[[account]]\r\nuser = \"sip:a@b\"\r\n": path + `:2: level "loud": write debug, info, warn or error`,
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(path); (err == nil) != (want == "") || err != nil && err.Error() != want {
			t.Errorf("%q: %v", text, err)
		}
	}
	if err := os.WriteFile(path, []byte("\ufeff[control]\r\nsocket = \"/s\"\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := Sockets(path); !slices.Equal(got, []string{"/s"}) {
		t.Errorf("socket %s", got)
	}
}

func TestLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "imsphone.conf")
	_, err := Load(path)
	want := path + ": can't read the configuration (no such file or directory): create it, or name another with --config"
	if err == nil || err.Error() != want {
		t.Errorf("missing file: %v", err)
	}
	if err := os.WriteFile(path, []byte(account), 0o600); err != nil {
		t.Fatal(err)
	}
	if c, err := Load(path); err != nil || len(c.Accounts) != 1 {
		t.Errorf("%v, %v", c, err)
	}
}

// TestSockets: a command finds its phone although the file has a fault by now, and
// the service from a login, too, which has a runtime directory of its own.
func TestSockets(t *testing.T) {
	noHome(t)
	path := filepath.Join(t.TempDir(), "imsphone.conf")
	if got := Sockets(path); !slices.Equal(got, []string{"/run/imsphone/control.sock"}) {
		t.Errorf("no file: %s", got)
	}
	t.Setenv("XDG_RUNTIME_DIR", "/run/user/7")
	if got := Sockets(path); !slices.Equal(got, []string{"/run/user/7/imsphone/control.sock", "/run/imsphone/control.sock"}) {
		t.Errorf("in a login: %s", got)
	}
	if err := os.WriteFile(path, []byte("[control]\nsocket = \"/s\"\n[media]\njitter_max = 1\nnew = 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := Sockets(path); !slices.Equal(got, []string{"/s"}) {
		t.Errorf("got %s", got)
	}
}

func TestPath(t *testing.T) {
	noHome(t)
	if got := Path("x.conf"); got != "x.conf" {
		t.Errorf("given: %s", got)
	}
	dir := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", dir)
	if got := Path(""); got != "/etc/imsphone/imsphone.conf" {
		t.Errorf("no file of the user: %s", got)
	}
	own := filepath.Join(dir, "imsphone", "imsphone.conf")
	if err := os.MkdirAll(filepath.Dir(own), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(own, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := Path(""); got != own {
		t.Errorf("the user's: %s", got)
	}
}

// TestNoSecretInProblems: what is printed may end up in a bug report.
func TestNoSecretInProblems(t *testing.T) {
	_, err := Parse("f", []byte(account+"password = \"hunter2\"\ntransport = \"x\"\n"))
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
}

func TestIMSAccount(t *testing.T) {
	c, err := Parse("f", []byte(`
[[account]]
transport = "tcp"
[account.ims]
secret_file = "k"
imsi = "001010000000001"
pcscf = ["192.0.2.1", "sip:pcscf.example.org:5061;transport=udp"]
`))
	if err != nil {
		t.Fatal(err)
	}
	a := c.Accounts[0]
	if a.IMS.PCSCF[0] != "sip:192.0.2.1;transport=tcp" || a.IMS.PCSCF[1] != "sip:pcscf.example.org:5061;transport=udp" {
		t.Errorf("P-CSCFs %q", a.IMS.PCSCF)
	}
	if a.Local != ":5060" || a.Expires != 600_000 || a.IMS.SIM != "soft" || a.IMS.IPsec != "auto" || len(a.IMS.Suites()) != 6 {
		t.Errorf("defaults %+v, %+v", a, a.IMS)
	}
}

func TestFaultsOfIMSAccounts(t *testing.T) {
	for text, want := range map[string]string{
		"sim = \"card\"":                              "f:3: sim \"card\": write soft",
		"sim = \"modem\"":                             "f:3: sim \"modem\": name the modem's device",
		"sim = \"pcsc\"\nipsec = \"none\"":            "f:4: ipsec \"none\": write auto",
		"sim = \"pcsc\"\nalgorithms = [\"des/null\"]": "f:4: algorithms \"des/null\": use ",
		"sim = \"pcsc\"\npcscf = [\"sip:\"]":          "f:4: pcscf",
		"imsi = \"001010000000001\"":                  "f:2: a soft SIM needs its keys",
		"secret_file = \"k\"":                         "f:2: a soft SIM needs imsi",
		"sim = \"pcsc\"\nmnc_digits = 4":              "f:4: mnc_digits 4",
	} {
		_, err := Parse("f", []byte("[[account]]\n[account.ims]\n"+text+"\n"))
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
