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

// demo is the cast of the play.
type demo struct {
	out        io.Writer
	begin      time.Time
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
}

func (cmd demoCmd) Run(out io.Writer) error {
	dir, err := os.MkdirTemp("", "imslab-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	d := &demo{out: out, begin: time.Now()}
	defer d.close()
	if err := d.setUp(dir, cmd.Log); err != nil {
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

func (d *demo) setUp(dir, level string) (err error) {
	d.server, err = lab.Listen(netip.MustParseAddrPort("127.0.0.1:0"), "lab.test", map[string]string{"alice": "wonder", "bob": "builder"})
	if err != nil {
		return err
	}
	d.say("the lab serves lab.test at %s", d.server.Addr())
	if d.alice, err = d.start(dir, level, "alice", "wonder", aliceHz); err != nil {
		return err
	}
	d.bob, err = d.start(dir, level, "bob", "builder", bobHz)
	return err
}

// start starts a phone whose microphone is a tone and whose speaker is a file.
func (d *demo) start(dir, level, name, password string, hz int) (*player, error) {
	recorded := filepath.Join(dir, name+".wav")
	ports := map[string]string{"alice": "30000-30098", "bob": "30100-30198"}[name]
	text := fmt.Sprintf(`
[state]
dir = %q
[audio]
device = "fake:tone=%d,record=%s"
[media]
rtp_ports = %q
[[account]]
name = %q
user = "sip:%s@lab.test"
password = %q
proxy = "sip:%s"
local = "127.0.0.1:0"
auto_answer = true
answer_delay = "300ms"
`, filepath.Join(dir, name), hz, recorded, ports, name, name, password, d.server.Addr())
	cfg, err := config.Parse("demo", []byte(text))
	if err != nil {
		return nil, err
	}
	lvl, err := zerolog.ParseLevel(level)
	if err != nil {
		return nil, err
	}
	log := zerolog.New(zerolog.ConsoleWriter{Out: os.Stderr}).Level(lvl).With().Timestamp().Str("phone", name).Logger()
	p, err := phone.Start(cfg, log)
	if err != nil {
		return nil, err
	}
	events, _ := p.Subscribe()
	return &player{Phone: p, name: name, toneHz: hz, recorded: recorded, events: events}, nil
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

// play is the story: register, call, talk, press keys, hang up.
func (d *demo) play(talk time.Duration) error {
	ctx := context.Background()
	for _, p := range []*player{d.alice, d.bob} {
		if err := p.registered(ctx); err != nil {
			return err
		}
		d.say("%s is registered", p.name)
	}
	call, err := d.alice.Dial(ctx, "", "bob")
	if err != nil {
		return err
	}
	d.say("alice calls bob")
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
	if err := d.alice.Hangup(ctx, call); err != nil {
		return err
	}
	if err := errors.Join(d.alice.await("ended"), d.bob.await("ended")); err != nil {
		return err
	}
	d.say("alice hangs up")
	return nil
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

// registered waits until the phone is registered; it may have been before the
// first event was listened for.
func (p *player) registered(ctx context.Context) error {
	status, err := p.Status(ctx)
	if err != nil {
		return err
	}
	if status.Accounts[0].State == "registered" {
		return nil
	}
	return p.await("registered")
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
