package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/cmd/internal/config"
	"github.com/imsphone/imsphone/cmd/internal/lab"
	"github.com/imsphone/imsphone/cmd/internal/phone"
)

// stepTime bounds each step of the demo: on loopback each takes milliseconds.
const stepTime = 10 * time.Second

// The tones that the phones speak with, so that each can tell the other from
// itself.
const (
	aliceHz = 440
	bobHz   = 660
)

// demoDomain is the home domain of the cast.
const demoDomain = "lab.test"

type demoCmd struct {
	Talk  time.Duration `help:"How long the phones talk." default:"5s"`
	Video bool          `help:"A video call: each phone shows the other moving colour bars."`
	Plain bool          `help:"Plain SIP with passwords, instead of an IMS core with SIMs and IPsec."`
	SVG   string        `name:"svg" help:"Write the ladder as SVG to this file." placeholder:"FILE" type:"path"`
	Log   string        `help:"Log level of the phones." default:"error"`
}

// demo is the cast of the play.
type demo struct {
	out        io.Writer
	begin      time.Time
	plain      bool
	video      bool
	dir        string // of everybody's files
	server     *lab.Server
	alice, bob *player
}

// player is one phone with its events.
type player struct {
	*phone.Phone
	name     string
	toneHz   int
	recorded string // WAV of what it heard
	events   <-chan actors.Event
	quality  *actors.Quality
	codec    string
	digits   string
	screen   *screen // nil without video
	pictures *actors.VideoStatus
}

// Run plays, and tells whether it went well.
func (cmd demoCmd) Run(out io.Writer) error {
	dir, err := os.MkdirTemp("", "imslab-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	d := &demo{out: out, begin: time.Now(), plain: cmd.Plain, video: cmd.Video, dir: dir}
	defer d.close()
	if err := d.setUp(cmd.Log); err != nil {
		return err
	}
	if err := d.play(cmd.Talk); err != nil {
		return err
	}
	chart := d.ladder()
	fmt.Fprintf(out, "\n%s\n", chart.Text(100))
	if cmd.SVG != "" {
		if err := os.WriteFile(cmd.SVG, []byte(chart.SVG()), 0o644); err != nil {
			return err
		}
	}
	return d.verdict(cmd.Talk)
}

// say prints a line of progress.
func (d *demo) say(format string, args ...any) {
	fmt.Fprintf(d.out, "%6.2f s  %s\n", time.Since(d.begin).Seconds(), fmt.Sprintf(format, args...))
}

func (d *demo) setUp(level string) (err error) {
	if err := d.serve(); err != nil {
		return err
	}
	if d.alice, err = d.start(level, "alice", aliceHz); err != nil {
		return err
	}
	if err := d.registers(d.alice); err != nil {
		return err
	}
	if d.bob, err = d.start(level, "bob", bobHz); err != nil {
		return err
	}
	return d.registers(d.bob)
}

// registers waits until a phone has registered, and has heard so from the
// network: then the ladder reads well.
func (d *demo) registers(p *player) error {
	how, err := p.registered(context.Background())
	if err != nil {
		return err
	}
	d.say("%s is registered%s", p.name, how)
	p.settle()
	return nil
}

// serve starts the network.
func (d *demo) serve() (err error) {
	anywhere := netip.MustParseAddrPort("127.0.0.1:0")
	if d.plain {
		if d.server, err = lab.Listen(anywhere, demoDomain, map[string]string{"alice": defaultPassword, "bob": defaultPassword}); err != nil {
			return err
		}
		d.say("the lab serves %s at %s", demoDomain, d.server.Addr())
		return nil
	}
	if d.server, err = lab.ListenIMS(anywhere, 0, lab.IMSConfig{Domain: demoDomain, Users: lab.Users("alice", "bob")}); err != nil {
		return err
	}
	d.say("an IMS core serves %s: P-CSCF, S-CSCF and HSS at %s, ESP in UDP at port %d", demoDomain, d.server.Addr(), d.server.Encapsulation().Port())
	return nil
}

// account is a phone's account of the network.
func (d *demo) account(name string) (string, error) {
	if d.plain {
		return fmt.Sprintf("[[account]]\nname = %q\nuser = \"sip:%s@%s\"\npassword = %q\nproxy = \"sip:%s\"\nlocal = \"127.0.0.1:0\"\n",
			name, name, demoDomain, defaultPassword, d.server.Addr()), nil
	}
	u := lab.Users(name)[0] // whose number only the HSS knows
	keys, err := writeKeys(d.dir, u)
	return account(u, demoDomain, keys, d.server), err
}

// start starts a phone whose microphone is a tone and whose speaker is a file.
func (d *demo) start(level, name string, hz int) (*player, error) {
	recorded := filepath.Join(d.dir, name+".wav")
	ports := map[string]string{"alice": "30000-30098", "bob": "30100-30198"}[name]
	account, err := d.account(name)
	if err != nil {
		return nil, err
	}
	text := fmt.Sprintf("[state]\ndir = %q\n[audio]\ndevice = \"fake:tone=%d,record=%s\"\n[media]\nrtp_ports = %q\n",
		filepath.Join(d.dir, name), hz, recorded, ports) + strings.Replace(account, "local =", "auto_answer = true\nanswer_delay = \"300ms\"\nlocal =", 1)
	source := map[string]uint8{"alice": 1, "bob": 2}[name]
	text = fmt.Sprintf("[video]\nenabled = %v\ncamera = \"fake:bars=%d\"\nanswer = \"both\"\n", d.video, source) + text
	cfg, err := config.Parse("demo", []byte(text))
	if err != nil {
		return nil, err
	}
	lvl, err := zerolog.ParseLevel(level)
	if err != nil {
		return nil, err
	}
	log := zerolog.New(zerolog.ConsoleWriter{Out: os.Stderr}).Level(lvl).With().Timestamp().Str("phone", name).Logger()
	player := &player{name: name, toneHz: hz, recorded: recorded}
	var o phone.Options
	if d.video {
		player.screen = &screen{}
		o.Screen = player.screen
	}
	if player.Phone, err = phone.StartWith(cfg, log, o); err != nil {
		return nil, err
	}
	player.events, _ = player.Subscribe()
	return player, nil
}

func (d *demo) close() {
	for _, p := range []*player{d.alice, d.bob} {
		if p != nil {
			p.leave()
		}
	}
	if d.server != nil {
		d.server.Close()
	}
}

func (p *player) leave() {
	ctx, cancel := context.WithTimeout(context.Background(), stepTime)
	defer cancel()
	p.Stop(ctx)
	p.Close()
}

// play is the story: call, talk, press keys, hang up.
func (d *demo) play(talk time.Duration) error {
	ctx := context.Background()
	dial, what := d.alice.Dial, ""
	if d.video {
		dial, what = d.alice.DialVideo, " with video"
	}
	call, err := dial(ctx, "", "bob")
	if err != nil {
		return err
	}
	d.say("alice calls bob%s", what)
	if err := d.alice.await("ringing"); err != nil {
		return err
	}
	d.say("bob rings")
	if err := errors.Join(d.alice.await("answered"), d.bob.await("answered")); err != nil {
		return err
	}
	d.say("bob answers: alice speaks with %d Hz, bob with %d Hz", aliceHz, bobHz)
	if err := d.talk(talk); err != nil {
		return err
	}
	if err := d.alice.DTMF(ctx, call, "42#"); err != nil {
		return err
	}
	if err := d.bob.hear("42#"); err != nil {
		return err
	}
	d.say("alice presses 42#, and bob gets it")
	if err := errors.Join(d.alice.look(ctx), d.bob.look(ctx)); err != nil {
		return err
	}
	if err := d.alice.Hangup(ctx, call); err != nil {
		return err
	}
	if err := errors.Join(d.alice.await("ended"), d.bob.await("ended")); err != nil {
		return err
	}
	d.say("alice hangs up")
	d.alice.settle()
	return nil
}

// calm is how long a phone sends and receives nothing when an exchange is over.
const calm = 100 * time.Millisecond

// settle waits until the phone's signalling is calm.
func (p *player) settle() {
	for last := -1; ; time.Sleep(calm) {
		n := len(p.Trace.Records())
		if n == last {
			return
		}
		last = n
	}
}

// talk lets the time pass, a dot for each half second.
func (d *demo) talk(talk time.Duration) error {
	fmt.Fprintf(d.out, "%6.2f s  they talk ", time.Since(d.begin).Seconds())
	defer fmt.Fprintln(d.out)
	end := time.After(talk)
	dot := time.NewTicker(500 * time.Millisecond)
	defer dot.Stop()
	for {
		select {
		case <-dot.C:
			fmt.Fprint(d.out, "·")
		case <-end:
			return nil
		case e := <-d.alice.events:
			if e.Type == "ended" {
				return fmt.Errorf("the call ended by itself: %s", e.Text)
			}
			d.alice.note(e)
		case e := <-d.bob.events:
			d.bob.note(e)
		}
	}
}

// registered waits until the phone is registered, and tells how. It may have been
// before the first event was listened for.
func (p *player) registered(ctx context.Context) (how string, err error) {
	for {
		status, err := p.Status(ctx)
		if err != nil {
			return "", err
		}
		if a := status.Accounts[0]; a.State == "registered" {
			return protection(a), nil
		}
		if err := p.await("registered"); err != nil {
			return "", err
		}
	}
}

// protection tells how the signalling of an account is protected.
func protection(a actors.AccountStatus) string {
	for _, set := range a.Associations {
		if set.State == "active" {
			return fmt.Sprintf(", protected by IPsec (%s, %s)", set.Algorithms, set.Mode)
		}
	}
	return ""
}

// await waits for an event of a type, and keeps what it learns on the way.
func (p *player) await(kind string) error {
	return p.until(kind, func(e actors.Event) bool { return e.Type == kind })
}

func (p *player) hear(digits string) error {
	return p.until("the keys "+digits, func(actors.Event) bool { return strings.HasSuffix(p.digits, digits) })
}

func (p *player) until(what string, done func(actors.Event) bool) error {
	timeout := time.After(stepTime)
	for {
		select {
		case e := <-p.events:
			p.note(e)
			if done(e) {
				return nil
			}
			if e.Type == "failed" || e.Type == "ended" {
				return fmt.Errorf("%s waited for %q, but got %q: %s", p.name, what, e.Type, e.Text)
			}
		case <-timeout:
			return fmt.Errorf("%s waited %v for %q", p.name, stepTime, what)
		}
	}
}

func (p *player) note(e actors.Event) {
	p.digits += e.Digit
	if e.Quality != nil {
		p.quality = e.Quality
	}
	if e.Codec != "" {
		p.codec = e.Codec
	}
}
