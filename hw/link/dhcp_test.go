package link

import (
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func addrs(list ...string) (out []netip.Addr) {
	for _, s := range list {
		out = append(out, netip.MustParseAddr(s))
	}
	return out
}

func TestSIPServersOfEachClient(t *testing.T) {
	networkd := []string{"192.0.2.60", "[2001:db8::60]", "pcscf.example.org"}
	for _, c := range []struct {
		name string
		held []netip.Addr
		want []string
	}{
		{"no lease is in use", nil, networkd},
		{"dhclient, IPv4", addrs("203.0.113.7"), append(networkd[:3:3], "203.0.113.61", "203.0.113.62")},
		{"dhclient, IPv6", addrs("2001:db8:7::7"), append(networkd[:3:3], "[2001:db8:7::3d]", "[2001:db8:7::3e]", "sip.example.net", "sip2.example.net")},
		{"dhclient, an older lease", addrs("198.51.100.7"), networkd},
		{"dhclient of NetworkManager", addrs("10.0.0.9"), append(networkd[:3:3], "10.0.0.60", "10.0.0.61")},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := SIPServers(os.DirFS("testdata/dhcp"), c.held)
			slices.Sort(got)
			slices.Sort(c.want)
			if !slices.Equal(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestSIPServersWithoutFiles(t *testing.T) {
	if got := SIPServers(fstest.MapFS{}, addrs("192.0.2.5")); got != nil {
		t.Errorf("%q", got)
	}
}

func TestSIPServersComeOnceAndInOrder(t *testing.T) {
	root := fstest.MapFS{
		"run/systemd/netif/links/2": {Data: []byte("SIP=192.0.2.2 192.0.2.1\n")},
		"run/systemd/netif/links/3": {Data: []byte("SIP=192.0.2.1 192.0.2.3\n")},
	}
	if got, want := SIPServers(root, nil), []string{"192.0.2.2", "192.0.2.1", "192.0.2.3"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestFormsOfOption120(t *testing.T) {
	for value, want := range map[string]string{
		`1:c0:0:2:1`:                               "192.0.2.1",
		`1:c0:0:2:1:c0:0:2:2`:                      "192.0.2.1 192.0.2.2",
		`0:4:61:62:63:64:3:63:6f:6d:0`:             "abcd.com",
		`0:1:61:3:6f:72:67:0:1:62:3:6f:72:67:0`:    "a.org b.org",
		`1 192.0.2.1, 192.0.2.2`:                   "192.0.2.1 192.0.2.2",
		`192.0.2.1`:                                "192.0.2.1",
		`0 "sip.example.org"`:                      "sip.example.org",
		`"sip.example.org"`:                        "sip.example.org",
		`"\001@ABC"`:                               "64.65.66.67",
		`"\000\004abcd\003com\000"`:                "abcd.com",
		`1:c0:0:2`:                                 "",
		`2:c0:0:2:1`:                               "",
		`1:0:0:0:0`:                                "",
		`1:7f:0:0:1:e0:0:0:1:ff:ff:ff:ff:c0:0:2:1`: "192.0.2.1",
		`0:4:61:62:63`:                             "",
		`0:1:61:c0:0`:                              "",
		`0:0`:                                      "",
		`1`:                                        "",
		`""`:                                       "",
		`1:1ff:0:0:1`:                              "",
		`"a b"`:                                    "",
		``:                                         "",
	} {
		text := `lease { interface "e"; fixed-address 192.0.2.5; option unknown-120 ` + value + `; }`
		if got := strings.Join(dhclientServers(text, addrs("192.0.2.5")), " "); got != want {
			t.Errorf("%s: %q, want %q", value, got, want)
		}
	}
}

func TestDhclientLeaseThatDoesNotCount(t *testing.T) {
	const option = `option unknown-120 1:c0:0:2:1; option dhcp6.sip-servers-addresses 2001:db8::1;`
	for name, c := range map[string]struct {
		text  string
		count int
	}{
		"in use":              {`lease { interface "e"; fixed-address 192.0.2.5; ` + option + `}`, 2},
		"information only":    {`lease6 { interface "e"; ` + option + `}`, 2},
		"released":            {`lease6 { interface "e"; ` + option + ` released; }`, 0},
		"no address":          {`lease { interface "e"; ` + option + `}`, 0},
		"another address":     {`lease { interface "e"; fixed-address 192.0.2.6; ` + option + `}`, 0},
		"cut short":           {`lease { interface "e"; fixed-address 192.0.2.5; ` + option, 0},
		"string not closed":   {`lease { interface "e"; fixed-address 192.0.2.5; ` + option + ` option host-name "x; }`, 0},
		"superseded":          {`lease { interface "e"; fixed-address 192.0.2.5; ` + option + `} lease { interface "e"; fixed-address 192.0.2.5; }`, 0},
		"other link is later": {`lease { interface "e"; fixed-address 192.0.2.5; ` + option + `} lease { interface "f"; fixed-address 192.0.2.5; }`, 2},
		"not a lease":         {`key { interface "e"; fixed-address 192.0.2.5; ` + option + `}`, 0},
		"comment":             {"# lease {\nlease { interface \"e\"; fixed-address 192.0.2.5; # {\n" + option + `}`, 2},
	} {
		if got := dhclientServers(c.text, addrs("192.0.2.5")); len(got) != c.count {
			t.Errorf("%s: %q, want %d", name, got, c.count)
		}
	}
}

func TestHosts(t *testing.T) {
	for s, want := range map[string]string{
		"192.0.2.1": "192.0.2.1", "2001:DB8::1": "[2001:db8::1]", "::ffff:192.0.2.1": "192.0.2.1", "P.Example.ORG.": "p.example.org",
		"fe80::1": "", "fe80::1%eth0": "", "0.0.0.0": "", "127.0.0.1": "", "224.0.0.1": "", "999.1.1.1": "", "a..b": "", "a b": "",
		"a;b": "", "sip:a": "", "a@b": "", ".": "", strings.Repeat("a", 64): "", strings.Repeat("a.", 130) + "b": "",
	} {
		if got := host(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}

// Whatever is in the files, only what can be a host of a URI comes out of them.
func FuzzServers(f *testing.F) {
	for _, name := range []string{
		"run/systemd/netif/links/2", "var/lib/dhcp/dhclient.wlan0.leases", "var/lib/dhcp/dhclient6.wlan0.leases",
		"var/lib/NetworkManager/dhclient-3c1b-eth1.lease",
	} {
		text, err := os.ReadFile("testdata/dhcp/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	held := addrs("203.0.113.7", "2001:db8:7::7", "10.0.0.9")
	f.Fuzz(func(t *testing.T, text string) {
		found := networkdServers(text)
		again := networkdServers("SIP=" + strings.NewReplacer("[", "", "]", "").Replace(strings.Join(found, " ")))
		if !slices.Equal(found, again) {
			t.Errorf("networkd: read %q, written and read again %q", found, again)
		}
		for _, h := range append(dhclientServers(text, held), found...) {
			if bare := strings.Trim(h, "[]"); host(bare) != h {
				t.Errorf("%q is no host", h)
			}
		}
	})
}

// What is written as dhclient does is read as it was.
func FuzzQuoted(f *testing.F) {
	f.Add("sip.example.org")
	f.Add("\x01\xc0\x00\x02\x01\"\\;{")
	f.Fuzz(func(t *testing.T, s string) {
		var b strings.Builder
		for _, c := range []byte(s) {
			if c < ' ' || c > '~' || c == '"' || c == '\\' {
				b.WriteString("\\" + string([]byte{'0' + c>>6, '0' + c>>3&7, '0' + c&7}))
				continue
			}
			b.WriteByte(c)
		}
		list := slices.Collect(tokens(`option "` + b.String() + `";`))
		if want := []token{{text: "option"}, {s, true}, {text: ";"}}; !slices.Equal(list, want) {
			t.Errorf("%+v, want %+v", list, want)
		}
	})
}
