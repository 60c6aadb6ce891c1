//go:build linux

package peertest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/imsphone/imsphone/cmd/internal/control"
)

// PhoneConfig describes one imsphone with one account.
type PhoneConfig struct {
	Binary     string // path of imsphone
	User       string // user part of its address
	Password   string
	Domain     string // "" means no registrar: the address is user@the host's own
	Proxy      string // URI of the outbound proxy
	Transport  string // udp, tcp, tls; "" leaves it to the phone
	Authority  string // file with the certificate to trust for TLS
	Codec      string // PCMU, PCMA or G722; "" means all
	Expires    int    // seconds, default 600
	AutoAnswer bool
	Tone       int    // what its microphone hears, in Hz
	Video      bool   // its camera sees colour bars, and video that is offered is taken
	V6         bool   // bind the IPv6 address
	Roams      bool   // bind no address in particular
	Nameserver string // address and port; "" is none
	Bare       bool   // as small as it goes, to be measured: no debug log, no recording
	IMS        *PhoneIMS
}

// PhoneIMS makes the account one of an IMS core, with a soft SIM.
type PhoneIMS struct {
	IMSI, K, OP string // the keys in hexadecimal
	PCSCF       []string
	// IPsec is auto, kernel, userspace, udp or off; or, in a phone that was built
	// for these tests, unprotected: security agreement and protected ports
	// without ESP, as Kamailio does on a kernel that has none.
	IPsec      string
	Algorithms []string // such as "hmac-sha-1-96/aes-cbc"; none means all
}

// secretFile writes the SIM's keys and gives the file's name.
func (p *Phone) secretFile() (string, error) {
	if p.Config.IMS == nil {
		return "", nil
	}
	path := p.dir + "/sim.key"
	text := fmt.Sprintf("k = %s\nop = %s\n", p.Config.IMS.K, p.Config.IMS.OP)
	return path, os.WriteFile(path, []byte(text), 0o600)
}

// Phone is a running imsphone, driven by its own command line.
type Phone struct {
	*Process
	Host   *Host
	Config PhoneConfig
	Events *Journal[Event]

	dir string
}

// BuildPhone compiles imsphone into dir and returns the path of the program.
func BuildPhone(ctx context.Context, dir string) (string, error) {
	path := filepath.Join(dir, "imsphone")
	out, err := exec.CommandContext(ctx, "go", "build", "-tags", "peers", "-o", path, "github.com/imsphone/imsphone/cmd/imsphone").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build imsphone: %w\n%s", err, out)
	}
	return path, nil
}

// StartPhone writes a configuration, starts the phone and waits until it obeys
// commands. It may not have registered then.
func StartPhone(ctx context.Context, h *Host, c PhoneConfig) (*Phone, error) {
	if c.Expires == 0 {
		c.Expires = 600
	}
	p := &Phone{Host: h, Config: c, Events: &Journal[Event]{}, dir: h.lab.Dir + "/" + h.Name}
	if err := os.MkdirAll(p.dir+"/state", 0o700); err != nil {
		return nil, err
	}
	secret, err := p.secretFile()
	if err != nil {
		return nil, err
	}
	if err := render("phone.toml", p.dir+"/imsphone.conf", p.settings(secret)); err != nil {
		return nil, err
	}
	p.Process, err = h.Start(Command{Args: []string{c.Binary, "run", "--config", p.dir + "/imsphone.conf"}})
	if err != nil {
		return nil, err
	}
	return p, p.subscribe(ctx)
}

func (p *Phone) settings(secret string) any {
	device := fmt.Sprintf("fake:tone=%d", p.Config.Tone)
	if !p.Config.Bare {
		device += ",record=" + p.recording()
	}
	return struct {
		PhoneConfig
		Dir, Device, AOR, Local, Secret string
	}{p.Config, p.dir, device, p.AOR(), p.local(), secret}
}

func (p *Phone) local() string {
	switch {
	case p.Config.Roams:
		return ":5060"
	case p.Config.V6:
		return p.Host.Addr6(5060).String()
	}
	return p.Host.Addr(5060).String()
}

func (p *Phone) recording() string { return p.dir + "/heard.wav" }

// AOR returns the phone's address of record.
func (p *Phone) AOR() string {
	if p.Config.Domain == "" {
		return p.URI()
	}
	return fmt.Sprintf("sip:%s@%s", p.Config.User, p.Config.Domain)
}

// URI returns the address under which it can be called without a registrar.
func (p *Phone) URI() string { return fmt.Sprintf("sip:%s@%s", p.Config.User, p.local()) }

// subscribe opens a connection for events as soon as the phone listens.
func (p *Phone) subscribe(ctx context.Context) error {
	var client *control.Client
	if err := poll(ctx, "imsphone's control socket", func() (bool, error) {
		if !p.Running() {
			return false, fmt.Errorf("imsphone ended:\n%s", p.Output.tail(20))
		}
		var err error
		client, err = control.Dial(p.dir + "/socket")
		return err == nil, nil
	}); err != nil {
		return err
	}
	if err := client.Subscribe(); err != nil {
		client.Close()
		return err
	}
	go p.listenEvents(client)
	return nil
}

func (p *Phone) listenEvents(client *control.Client) {
	defer p.Events.End()
	defer client.Close()
	for {
		line, err := client.Next(time.Time{})
		if err != nil {
			return // the phone has ended
		}
		var e Event
		if err := json.Unmarshal(line, &e); err != nil {
			e = Event{"class": "unreadable", "text": err.Error(), "received": string(line)}
		}
		p.Events.Add(e)
	}
}

// Command runs imsphone as a client, e.g. call with a URI, and decodes its JSON
// output into out, which may be nil.
func (p *Phone) Command(ctx context.Context, out any, args ...string) error {
	cmd := exec.CommandContext(ctx, p.Config.Binary, append([]string{"--socket", p.dir + "/socket", "--json"}, args...)...)
	text, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = fmt.Errorf("%w: %s", err, bytes.TrimSpace(exit.Stderr))
		}
		return fmt.Errorf("imsphone %s: %w %s", strings.Join(args, " "), err, bytes.TrimSpace(text))
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return fmt.Errorf("imsphone %s printed %q: %w", strings.Join(args, " "), text, err)
	}
	return nil
}

// A PhoneStatus is what imsphone status prints.
type PhoneStatus struct {
	Accounts []struct {
		State, Text, Contact, Security string
		Status, Expires                int
		Identities                     []string
		Notices                        []struct{ Text string }
		Associations                   []struct {
			State, Algorithms string
			SAs               []struct {
				SPI      uint32
				Counters *struct{ Packets, Bytes, Refused uint64 }
			}
		}
	}
	Counters struct {
		OutsideSAs int64
	}
	Calls []struct {
		Call, StateName, Direction, Remote, Codec string
		PeerHolds                                 bool
		Video                                     *PhoneVideo
	}
}

// PhoneVideo is the video of a call as the phone shows it.
type PhoneVideo struct {
	Direction, Offered string
	Received           *struct {
		Frames, Dropped uint64
		Width, Height   int
		FPS             float64
		LostPackets     int64
	}
}

// Status asks for the state of the account and of the calls.
func (p *Phone) Status(ctx context.Context) (PhoneStatus, error) {
	var s PhoneStatus
	err := p.Command(ctx, &s, "status")
	if err == nil && len(s.Accounts) != 1 {
		err = fmt.Errorf("the phone has %d accounts, not 1", len(s.Accounts))
	}
	return s, err
}

// WaitAccount waits until the account is in the given state, e.g. registered,
// and returns the status with it.
func (p *Phone) WaitAccount(ctx context.Context, state string) (PhoneStatus, error) {
	return p.waitStatus(ctx, "account "+state, func(s PhoneStatus) bool { return s.Accounts[0].State == state })
}

// WaitRefreshed waits until the registration has been renewed, once more than
// the last time.
func (p *Phone) WaitRefreshed(ctx context.Context) error {
	_, err := p.Events.Wait(ctx, p.Name+": a renewed registration", is("class", "registration", "type", "refreshed"))
	return err
}

// A Traced message is one that the phone has sent or received, as its trace tells.
type Traced struct {
	Time          time.Time
	Out           bool
	Protected     bool // by security associations
	Local, Remote string
	Label         string // method, or status and reason
	CSeq          string
	Raw           string
}

// Trace returns the phone's last messages, oldest first.
func (p *Phone) Trace(ctx context.Context) (list []Traced, err error) {
	return list, p.Command(ctx, &list, "trace")
}

// RegisteredAt gives the time at which the phone got its first 200 for a REGISTER,
// by its own trace.
func (p *Phone) RegisteredAt(ctx context.Context) (time.Time, error) {
	messages, err := p.Trace(ctx)
	for _, m := range messages {
		if m.Label == "200 OK" && strings.HasSuffix(m.CSeq, "REGISTER") {
			return m.Time, err
		}
	}
	return time.Time{}, errors.Join(err, fmt.Errorf("%s has no 200 for a REGISTER among %d messages", p.Name, len(messages)))
}

// WaitIdle waits until the phone has no call any more.
func (p *Phone) WaitIdle(ctx context.Context) error {
	_, err := p.waitStatus(ctx, "an idle phone", func(s PhoneStatus) bool { return len(s.Calls) == 0 })
	return err
}

func (p *Phone) waitStatus(ctx context.Context, what string, match func(PhoneStatus) bool) (PhoneStatus, error) {
	var s PhoneStatus
	err := poll(ctx, p.Name+": "+what, func() (bool, error) {
		if !p.Running() {
			return false, fmt.Errorf("imsphone ended:\n%s", p.Output.tail(20))
		}
		var err error
		s, err = p.Status(ctx)
		return err == nil && match(s), err
	})
	if err != nil {
		return s, fmt.Errorf("%w; last status: %+v", err, s)
	}
	return s, nil
}

// WaitCall waits for an event of class call and the given type.
func (p *Phone) WaitCall(ctx context.Context, kind string) (Event, error) {
	return p.Events.Wait(ctx, p.Name+": call "+kind, is("class", "call", "type", kind))
}

// Forget removes what has been recorded, so that the next call is judged by
// its own sound only.
func (p *Phone) Forget() error {
	if err := os.Remove(p.recording()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// WaitTone waits until the phone has heard the tone without a gap for that
// long.
func (p *Phone) WaitTone(ctx context.Context, hz float64, want time.Duration) error {
	return waitTone(ctx, p.Name, hz, want, func() (WAV, error) { return ReadWAV(p.recording()) })
}
