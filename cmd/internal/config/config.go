// Package config reads imsphone's configuration file: TOML, every key with a
// default, errors with the line that they are on and what to write instead.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"github.com/imsphone/imsphone/board"
)

// Config is the file's contents with the defaults filled in.
type Config struct {
	Board    Board     `toml:"board"`
	Log      Log       `toml:"log"`
	Control  Control   `toml:"control"`
	State    State     `toml:"state"`
	Audio    Audio     `toml:"audio"`
	Media    Media     `toml:"media"`
	Video    Video     `toml:"video"`
	DNS      DNS       `toml:"dns"`
	TLS      TLS       `toml:"tls"`
	Screen   Screen    `toml:"screen"`
	Accounts []Account `toml:"account"`
}

// Board says what the phone runs on.
type Board struct {
	// Name is that of a built-in profile, the path of a file with another, or
	// "auto" for what the device tree says.
	Name string `toml:"name"`
	// Profile is the one that was found. Its devices are those that the other
	// tables don't name.
	Profile board.Profile `toml:"-"`
}

// Log says how much is logged: debug, info, warn or error; format is "console"
// or "json".
type Log struct {
	Level  string `toml:"level"`
	Format string `toml:"format"`
}

// Control names the unix socket that the command line talks to.
type Control struct {
	Socket string `toml:"socket"`
}

// State names the directory of the phone's own state.
type State struct {
	Dir string `toml:"dir"`
}

// Audio names the sound device; Capture and Playback override Device. Where none
// of them is written, they are the board's.
type Audio struct {
	Device   string `toml:"device"`
	Capture  string `toml:"capture"`
	Playback string `toml:"playback"`
	// Ring is the device that incoming calls ring on; empty is that of playback.
	Ring string `toml:"ring"`
	// RingSound is a WAV file to ring with; empty is a tone.
	RingSound string `toml:"ring_sound"`
	// Buffer is how much captured sound may wait for a busy machine, in ms. Half
	// of it is kept in the speaker.
	Buffer int `toml:"buffer"`
}

// soundPeriod is the piece in which sound comes from a device and goes to it, in
// ms.
const soundPeriod = 20

// Periods is Buffer in periods of 20 ms.
func (a Audio) Periods() int { return a.Buffer / soundPeriod }

// Media is about streams.
type Media struct {
	// Codecs in order of preference: G722, PCMA, PCMU.
	Codecs []string `toml:"codecs"`
	// RTPPorts is the range "16384-16584".
	RTPPorts string `toml:"rtp_ports"`
	// JitterMin and JitterMax bound the jitter buffer, in ms.
	JitterMin int `toml:"jitter_min"`
	JitterMax int `toml:"jitter_max"`
}

// DNS overrides the system's name servers with one "host:port".
type DNS struct {
	Server string `toml:"server"`
}

// TLS says whom to trust.
type TLS struct {
	// CAFile is a PEM file of authorities instead of the system's.
	CAFile string `toml:"ca_file"`
}

// Account is one line of the phone.
type Account struct {
	Name        string   `toml:"name"`
	User        string   `toml:"user"`
	Display     string   `toml:"display"`
	Register    bool     `toml:"register"`
	AuthUser    string   `toml:"auth_user"`
	Password    string   `toml:"password"`
	Registrar   string   `toml:"registrar"`
	Proxy       string   `toml:"proxy"`
	Transport   string   `toml:"transport"`
	Local       string   `toml:"local"`
	Expires     int      `toml:"expires"`
	AutoAnswer  bool     `toml:"auto_answer"`
	AnswerDelay Duration `toml:"answer_delay"`
	// SessionExpires is RFC 4028's session interval in seconds; 0 is off.
	SessionExpires int `toml:"session_expires"`
	// IMS makes it an account of an IMS core; nil one of plain SIP.
	IMS *IMS `toml:"ims"`
}

// Duration is a time as "500ms" or "20s".
type Duration time.Duration

// UnmarshalText reads what time.ParseDuration does.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil || v < 0 {
		return fmt.Errorf("write a time such as \"500ms\" or \"20s\"")
	}
	*d = Duration(v)
	return nil
}

// MarshalText writes what UnmarshalText reads.
func (d Duration) MarshalText() ([]byte, error) {
	return []byte(time.Duration(d).String()), nil
}

// Problem is one fault of a configuration file. Line is 1-based, 0 where the
// file as a whole is meant.
type Problem struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Text string `json:"text"`
}

func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.Text
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text)
}

// Problems is every fault that was found, as an error.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = one.String()
	}
	return strings.Join(lines, "\n")
}

// Path finds the configuration file: the one given, else the user's under XDG,
// else /etc/imsphone/imsphone.conf.
func Path(given string) string {
	if given != "" {
		return given
	}
	if dir, err := os.UserConfigDir(); err == nil {
		user := filepath.Join(dir, "imsphone", "imsphone.conf")
		if _, err := os.Stat(user); err == nil {
			return user
		}
	}
	return "/etc/imsphone/imsphone.conf"
}

// Load reads and checks a file, and those that it names. Its error is [Problems].
func Load(path string) (*Config, error) {
	c, data, err := read(path)
	if err != nil {
		return nil, err
	}
	if problems := c.checkFiles(path, data); len(problems) > 0 {
		return nil, problems
	}
	return c, nil
}

// Read does the same without looking at the files that it names, which may be
// nobody's business but the phone's.
func Read(path string) (*Config, error) {
	c, _, err := read(path)
	return c, err
}

func read(path string) (*Config, []byte, error) {
	data, err := readText(path)
	if err != nil {
		return nil, nil, Problems{{File: path, Text: fmt.Sprintf("can't read the configuration (%v): %s, or name another with --config", reason(err), remedy(err))}}
	}
	c, err := parse(path, data, board.Here)
	return c, data, err
}

// readText reads a file without the mark that editors of Windows begin UTF-8 with.
func readText(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	return bytes.TrimPrefix(data, []byte("\ufeff")), err
}

// Sockets gives where the phone that the file at path configures has its control
// socket, without asking that the rest of the file is right: the one that is
// written there; else the user's own, then the service's, as a login has a runtime
// directory (XDG_RUNTIME_DIR) which the service hasn't.
func Sockets(path string) []string {
	c := Config{}
	if data, err := readText(path); err == nil {
		_ = toml.Unmarshal(data, &c)
	}
	if c.Control.Socket != "" {
		return []string{c.Control.Socket}
	}
	return slices.Compact([]string{defaultSocket(), serviceSocket})
}

// remedy says what helps against a file that can't be read.
func remedy(err error) string {
	if errors.Is(err, fs.ErrPermission) {
		return "use sudo, or become a member of its group"
	}
	return "create it"
}

func reason(err error) error {
	var pathErr *os.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}

// Parse checks the text of a file called path, for a machine that no profile of a
// board knows.
func Parse(path string, data []byte) (*Config, error) { return parse(path, data, board.Generic) }

func parse(path string, data []byte, here func() board.Profile) (*Config, error) {
	c := defaults()
	decoder := toml.NewDecoder(strings.NewReader(string(data))).DisallowUnknownFields()
	if err := decoder.Decode(c); err != nil {
		return nil, decodeProblems(path, data, err)
	}
	if err := c.Board.find(here); err != nil {
		k := &checker{path: path, data: data}
		k.fault("board", 0, "name", "%v", err)
		return nil, k.problems
	}
	c.complete(data)
	if problems := c.check(path, data); len(problems) > 0 {
		return nil, problems
	}
	return c, nil
}

func decodeProblems(path string, data []byte, err error) Problems {
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) {
		var list Problems
		for i := range strict.Errors {
			e := &strict.Errors[i]
			line, _ := e.Position()
			list = append(list, Problem{path, line, fmt.Sprintf("there is no key %q: imsphone check --example lists them all", strings.Join(e.Key(), "."))})
		}
		return list
	}
	var decode *toml.DecodeError
	if errors.As(err, &decode) {
		line, _ := decode.Position()
		return Problems{{path, line, strings.TrimPrefix(decode.Error(), "toml: ")}}
	}
	return Problems{{path, 0, strings.TrimPrefix(err.Error(), "toml: ")}}
}

func defaults() *Config {
	return &Config{
		Board:   Board{Name: autoBoard},
		Log:     Log{Level: "info", Format: "console"},
		Control: Control{Socket: defaultSocket()},
		State:   State{Dir: defaultState()},
		Audio:   Audio{Buffer: 80},
		Media:   Media{Codecs: []string{"G722", "PCMA", "PCMU"}, RTPPorts: "16384-16584", JitterMin: 20, JitterMax: 200},
		Video:   Video{Enabled: true, Size: "320x240", Rate: 15, Bandwidth: 1000, Answer: "receive"},
		Screen:  Screen{Sleep: Duration(30 * time.Second)},
	}
}

// serviceSocket is where a phone listens that is started by the machine.
const serviceSocket = "/run/imsphone/control.sock"

func defaultSocket() string {
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		return filepath.Join(dir, "imsphone", "control.sock")
	}
	return serviceSocket
}

func defaultState() string {
	if dir := os.Getenv("XDG_STATE_HOME"); dir != "" {
		return filepath.Join(dir, "imsphone")
	}
	if home, err := os.UserHomeDir(); err == nil && os.Getuid() != 0 {
		return filepath.Join(home, ".local", "state", "imsphone")
	}
	return "/var/lib/imsphone"
}

// PortRange reads RTPPorts.
func (m Media) PortRange() (low, high uint16, err error) {
	first, last, _ := strings.Cut(m.RTPPorts, "-")
	l, errLow := strconv.ParseUint(first, 10, 16)
	h, errHigh := strconv.ParseUint(last, 10, 16)
	if errLow != nil || errHigh != nil || l == 0 || h < l+3 {
		return 0, 0, fmt.Errorf("rtp_ports %q: write a range of ports such as \"16384-16584\"", m.RTPPorts)
	}
	return uint16(l), uint16(h), nil
}

// LocalAddr reads Local: an address, an address and port, a port alone as
// ":5060", or nothing for any.
func (a Account) LocalAddr() (netip.AddrPort, error) {
	s := a.Local
	switch {
	case s == "":
		return netip.AddrPort{}, nil
	case strings.HasPrefix(s, ":"):
		s = "0.0.0.0" + s
	}
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap, nil
	}
	if addr, err := netip.ParseAddr(s); err == nil {
		return netip.AddrPortFrom(addr, 0), nil
	}
	return netip.AddrPort{}, fmt.Errorf("local %q: write an address, or address:port such as \"192.0.2.7:5060\"", a.Local)
}
