package config

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/imsphone/imsphone/hw/resolver"
	"github.com/imsphone/imsphone/media/codec"
	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
)

// complete fills in what follows from other keys.
func (c *Config) complete(data []byte) {
	var written struct {
		Accounts []struct {
			Register *bool `toml:"register"`
		} `toml:"account"`
	}
	// The text has been decoded once already: what fails here failed there.
	_ = toml.Unmarshal(data, &written)
	c.Audio.complete(c.Board.Profile.Audio)
	c.Video.Camera = cmp.Or(c.Video.Camera, c.Board.Profile.Camera.Device)
	c.Screen.Device = cmp.Or(c.Screen.Device, c.Board.Profile.Screen.Device, noScreen)
	for i := range c.Accounts {
		a := &c.Accounts[i]
		if a.IMS != nil {
			a.completeIMS(c.Board.Profile)
		}
		if written.Accounts[i].Register == nil {
			a.Register = true // false can't be told from a key that isn't there
		}
		if a.Name == "" {
			a.Name = fmt.Sprintf("line%d", i+1)
		}
		if !strings.Contains(a.User, ":") && a.User != "" {
			a.User = "sip:" + a.User
		}
		if a.Expires == 0 {
			a.Expires = 3600
			if a.IMS != nil {
				a.Expires = 600_000 // TS 24.229 §5.1.1.2.1
			}
		}
		u, err := sip.ParseURI(a.User)
		if err != nil {
			continue // check says so
		}
		if a.AuthUser == "" {
			a.AuthUser = u.User
		}
		if a.Registrar == "" {
			home := sip.URI{Scheme: u.Scheme, Host: u.Host, Port: u.Port}
			a.Registrar = home.String()
		}
		a.applyTransport()
	}
}

// applyTransport writes the account's transport into the URI that requests
// leave by, where that names none itself.
func (a *Account) applyTransport() {
	target := &a.Proxy
	if *target == "" {
		target = &a.Registrar
	}
	if !strings.Contains(*target, ":") {
		*target = "sip:" + *target
	}
	u, err := sip.ParseURI(*target)
	if err != nil || a.Transport == "" || u.Params.Has("transport") {
		return
	}
	if target == &a.Registrar {
		// The request-URI of REGISTER stays the plain domain: the same server
		// as a route says where it goes.
		route := u
		route.Params = route.Params.With("transport", strings.ToLower(a.Transport))
		a.Proxy = route.String()
		return
	}
	u.Params = u.Params.With("transport", strings.ToLower(a.Transport))
	*target = u.String()
}

func keyOf(line string) string {
	key, _, ok := strings.Cut(line, "=")
	if !ok || strings.HasPrefix(line, "#") {
		return ""
	}
	return strings.TrimSpace(key)
}

// checker collects problems with the lines of their keys.
type checker struct {
	path     string
	data     []byte
	problems Problems
}

// fault notes a problem with key in the n-th table of that name (0-based).
func (c *checker) fault(table string, n int, key, format string, args ...any) {
	c.problems = append(c.problems, Problem{c.path, lineOf(c.data, table, n, key), fmt.Sprintf(format, args...)})
}

// lineOf finds the line of a key in the n-th table of a name, or the table's
// own line where the key isn't written.
func lineOf(data []byte, table string, n int, key string) int {
	number, at, seen := 0, 0, -1
	for line := range bytes.Lines(data) {
		number++
		text := strings.TrimSpace(string(line))
		if strings.HasPrefix(text, "[") {
			if strings.Trim(strings.TrimSpace(strings.SplitN(text, "#", 2)[0]), "[] ") == table {
				seen++
			} else if seen == n {
				break
			}
			if seen == n && at == 0 {
				at = number
			}
			continue
		}
		if seen == n && keyOf(text) == key {
			return number
		}
	}
	if at == 0 {
		return inlineLine(data, table, key)
	}
	return at
}

// inlineLine finds a key that is written without its table's header: as
// table.key, or within table = {…}. 0 is nowhere.
func inlineLine(data []byte, table, key string) int {
	number := 0
	for line := range bytes.Lines(data) {
		number++
		if k := keyOf(strings.TrimSpace(string(line))); k != "" && (k == table || k == table+"."+key) {
			return number
		}
	}
	return 0
}

func (c *Config) check(path string, data []byte) Problems {
	k := &checker{path: path, data: data}
	if !slices.Contains([]string{"debug", "info", "warn", "error"}, c.Log.Level) {
		k.fault("log", 0, "level", "level %q: write debug, info, warn or error", c.Log.Level)
	}
	if c.Log.Format != "console" && c.Log.Format != "json" {
		k.fault("log", 0, "format", "format %q: write console or json", c.Log.Format)
	}
	if _, _, err := c.Media.PortRange(); err != nil {
		k.fault("media", 0, "rtp_ports", "%v", err)
	}
	if c.Media.JitterMax < 40 || c.Media.JitterMax > 2000 {
		k.fault("media", 0, "jitter_max", "jitter_max %d: write 40 to 2000 (ms)", c.Media.JitterMax)
	} else if c.Media.JitterMin < 20 || c.Media.JitterMin > c.Media.JitterMax {
		k.fault("media", 0, "jitter_min", "jitter_min %d: write 20 to jitter_max, which is %d (ms)", c.Media.JitterMin, c.Media.JitterMax)
	}
	if s := c.Audio.RingSound; s != "" && (!strings.HasSuffix(strings.ToLower(s), ".wav") || strings.Contains(s, ",")) {
		k.fault("audio", 0, "ring_sound", "ring_sound %q: name a .wav file, without a comma in its name", s)
	}
	if b := c.Audio.Buffer; b < 40 || b > 2000 || b%soundPeriod != 0 {
		k.fault("audio", 0, "buffer", "buffer %d: write 40 to 2000 (ms), a multiple of %d", b, soundPeriod)
	}
	if s := c.DNS.Server; s != "" {
		if _, err := resolver.New(resolver.Config{Servers: []string{s}}); err != nil {
			k.fault("dns", 0, "server", "%v", err)
		}
	}
	c.checkCodecs(k)
	c.Video.check(k)
	c.Screen.check(func(key, format string, args ...any) { k.fault("screen", 0, key, format, args...) })
	if len(c.Accounts) == 0 {
		k.fault("", 0, "", "there is no [[account]]: add one with at least user = \"sip:name@domain\"")
	}
	for i := range c.Accounts {
		c.checkAccount(k, i)
	}
	return k.problems
}

func (c *Config) checkCodecs(k *checker) {
	if len(c.Media.Codecs) == 0 {
		k.fault("media", 0, "codecs", "codecs is empty: write at least one of %s", codecNames())
	}
	for _, name := range c.Media.Codecs {
		if _, ok := codec.Lookup(strings.ToUpper(name), 8000); !ok {
			k.fault("media", 0, "codecs", "codec %q is not known: use %s", name, codecNames())
		}
	}
}

func codecNames() string {
	var names []string
	for _, s := range codec.Catalogue() {
		names = append(names, s.Name)
	}
	return strings.Join(names, ", ")
}

func (c *Config) checkAccount(k *checker, i int) {
	a := &c.Accounts[i]
	fault := func(key, format string, args ...any) { k.fault("account", i, key, format, args...) }
	if a.IMS != nil {
		a.IMS.check(func(key, format string, args ...any) { k.fault("account.ims", c.imsTable(i), key, format, args...) })
	}
	if a.IMS != nil && a.User == "" {
		// The SIM tells who the subscriber is.
	} else if u, err := sip.ParseURI(a.User); err != nil || u.Host == "" || u.User == "" {
		fault("user", "user %q: write an address such as \"sip:alice@example.org\"", a.User)
		return
	}
	if slices.ContainsFunc(c.Accounts[:i], func(b Account) bool { return b.Name == a.Name }) {
		fault("name", "two accounts are named %q: give each a name of its own", a.Name)
	}
	for _, uri := range []struct{ key, value string }{{"registrar", a.Registrar}, {"proxy", a.Proxy}} {
		if u, err := sip.ParseURI(uri.value); uri.value != "" && (err != nil || u.Host == "") {
			fault(uri.key, "%s %q: write a server such as \"sip:edge.example.org\"", uri.key, uri.value)
		}
	}
	if _, ok := transport.ParseProto(a.Transport); a.Transport != "" && !ok {
		fault("transport", "transport %q: write udp, tcp or tls, or leave it out", a.Transport)
	}
	if _, err := a.LocalAddr(); err != nil {
		fault("local", "%v", err)
	}
	if a.Expires < 0 || a.Expires > 1<<30 {
		fault("expires", "expires %d: write seconds, such as 3600", a.Expires)
	}
	if a.SessionExpires != 0 && a.SessionExpires < 90 {
		fault("session_expires", "session_expires %d: RFC 4028 wants at least 90 seconds, or 0 for none", a.SessionExpires)
	}
}
