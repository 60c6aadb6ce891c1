//go:build linux

package peertest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// BaresipConfig describes one baresip phone with one account.
type BaresipConfig struct {
	User     string // user part of its address
	Password string
	Domain   string // "" means no registrar: the address is user@the host's own
	Proxy    string // URI of the outbound proxy, e.g. sip:10.46.0.11:5060;transport=tcp
	Codec    string // as baresip calls it, e.g. PCMU/8000/1; "" means all: G.722, PCMU, PCMA
	Answer   string // manual (the default) or auto
	Tone     int    // what its microphone hears, in Hz
	// Length is how long the tone lasts; baresip then ends the call. It reads
	// the whole tone when it answers, which costs it 1 ms for each minute or
	// two. Default 2 minutes: longer than any call of the tests.
	Length time.Duration
	Rate   int  // of the microphone in Hz: the codec's clock, default 8000
	Video  bool // offers VP8
	V6     bool // listen at the IPv6 address
	Bare   bool // as small as it goes, to be measured: no trace, no recording
}

// Baresip is a running baresip.
type Baresip struct {
	*Process
	Host   *Host
	Config BaresipConfig
	Events *Journal[Event]

	dir     string
	control net.Conn

	mu      sync.Mutex // guards what follows and the writing side of control
	tokens  int
	answers Journal[Event]
}

// StartBaresip writes a configuration directory, starts baresip and connects
// to its control port.
func StartBaresip(ctx context.Context, h *Host, c BaresipConfig) (*Baresip, error) {
	if c.Rate == 0 {
		c.Rate = 8000
	}
	if c.Length == 0 {
		c.Length = 2 * time.Minute
	}
	b := &Baresip{Host: h, Config: c, Events: &Journal[Event]{}, dir: h.lab.Dir + "/" + h.Name + "-baresip"}
	if err := b.configure(); err != nil {
		return nil, err
	}
	var err error
	args := []string{"baresip", "-f", b.dir}
	if !c.Bare {
		args = append(args, "-s")
	}
	if c.V6 {
		args = append(args, "-6") // else it offers IPv4 for its sound
	}
	if b.Process, err = h.Start(Command{Args: args}); err != nil {
		return nil, err
	}
	return b, b.connect(ctx)
}

func (b *Baresip) configure() error {
	if err := os.MkdirAll(b.recordings(), 0o755); err != nil {
		return err
	}
	source := filepath.Join(b.dir, "tone.wav")
	if err := WriteWAV(source, WAV{Rate: b.Config.Rate, Samples: Tone(b.Config.Rate, float64(b.Config.Tone), b.Config.Length)}); err != nil {
		return err
	}
	if err := render("baresip.config", b.dir+"/config", map[string]any{
		"Listen": b.listen(), "Source": "aufile," + source, "Record": b.recordings(), "Bare": b.Config.Bare, "Video": b.Config.Video,
	}); err != nil {
		return err
	}
	return render("baresip.accounts", b.dir+"/accounts", map[string]any{"Account": b.account()})
}

func (b *Baresip) listen() string {
	if b.Config.V6 {
		return b.Host.Addr6(5060).String()
	}
	return b.Host.Addr(5060).String()
}

func (b *Baresip) recordings() string { return filepath.Join(b.dir, "heard") }

// account is the line of baresip's accounts file.
func (b *Baresip) account() string {
	c := b.Config
	var line strings.Builder
	if c.Domain == "" {
		fmt.Fprintf(&line, "<%s>;regint=0", b.URI())
	} else {
		fmt.Fprintf(&line, "<sip:%s@%s>;auth_user=%s;auth_pass=%s;outbound=\"%s\";regint=600", c.User, c.Domain, c.User, c.Password, c.Proxy)
	}
	if c.Codec != "" {
		fmt.Fprintf(&line, ";audio_codecs=%s", c.Codec)
	}
	if c.Answer != "" {
		fmt.Fprintf(&line, ";answermode=%s", c.Answer)
	}
	return line.String()
}

// URI returns the address under which it can be called without a registrar.
func (b *Baresip) URI() string { return fmt.Sprintf("sip:%s@%s", b.Config.User, b.listen()) }

// connect opens the control connection as soon as baresip listens.
func (b *Baresip) connect(ctx context.Context) error {
	if err := poll(ctx, "baresip's control port", func() (bool, error) {
		if !b.Running() {
			return false, fmt.Errorf("baresip ended:\n%s", b.Output.tail(20))
		}
		var err error
		b.control, err = b.Host.Dial("tcp", "127.0.0.1:4444")
		return err == nil, nil
	}); err != nil {
		return err
	}
	go b.listenControl()
	// The first answer shows that baresip has accepted the connection and so
	// reports events over it.
	_, err := b.Command(ctx, "reginfo", "")
	return err
}

func (b *Baresip) listenControl() {
	defer b.Events.End()
	defer b.answers.End()
	defer b.control.Close()
	r := bufio.NewReader(b.control)
	for {
		text, err := readNetstring(r)
		if err != nil {
			if !errors.Is(err, io.EOF) {
				b.Events.Add(Event{"controlError": err.Error()})
			}
			return
		}
		var e Event
		if err := json.Unmarshal(text, &e); err != nil {
			e = Event{"controlError": err.Error(), "received": string(text)}
		}
		if _, ok := e["response"]; ok {
			b.answers.Add(e)
		} else {
			b.Events.Add(e)
		}
	}
}

// Command gives a command of baresip's menu, e.g. dial with a URI, and waits
// for its answer, whose text it returns.
func (b *Baresip) Command(ctx context.Context, command, params string) (string, error) {
	token, err := b.send(command, params)
	if err != nil {
		return "", err
	}
	answer, err := b.answers.Wait(ctx, "baresip's answer to "+command, is("token", token))
	if err != nil {
		return "", err
	}
	if answer.Text("ok") != "true" {
		return "", fmt.Errorf("baresip refused %s %s: %v", command, params, answer)
	}
	return answer.Text("data"), nil
}

func (b *Baresip) send(command, params string) (token string, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tokens++
	token = fmt.Sprint(b.tokens)
	text, err := json.Marshal(map[string]string{"command": command, "params": params, "token": token})
	if err != nil {
		return "", err
	}
	return token, writeNetstring(b.control, text)
}

// WaitEvent waits for an event of the given type, e.g. CALL_ESTABLISHED.
func (b *Baresip) WaitEvent(ctx context.Context, kind string) (Event, error) {
	return b.Events.Wait(ctx, b.Name+": event "+kind, is("type", kind))
}

// Forget removes what has been recorded, so that the next call is judged by
// its own sound only.
func (b *Baresip) Forget() error {
	if err := os.RemoveAll(b.recordings()); err != nil {
		return err
	}
	return os.Mkdir(b.recordings(), 0o755)
}

// WaitTone waits until the phone has heard the tone without a gap for that
// long in its latest call.
func (b *Baresip) WaitTone(ctx context.Context, hz float64, want time.Duration) error {
	return waitTone(ctx, b.Name, hz, want, b.heard)
}

// heard returns the recording of what came in during the latest call.
func (b *Baresip) heard() (WAV, error) {
	paths, err := filepath.Glob(b.recordings() + "/*-dec.wav")
	if err != nil {
		return WAV{}, err
	}
	if len(paths) == 0 {
		return WAV{}, fmt.Errorf("%s: nothing recorded: %w", b.Name, os.ErrNotExist)
	}
	return ReadWAV(paths[len(paths)-1]) // Glob sorts, and the names hold the time
}

// waitTone reads a growing recording until it holds the tone.
func waitTone(ctx context.Context, name string, hz float64, want time.Duration, read func() (WAV, error)) error {
	var last error
	err := poll(ctx, name+": the tone", func() (bool, error) {
		var w WAV
		if w, last = read(); last == nil {
			last = CheckTone(w, hz, want)
		}
		return last == nil, nil
	})
	if err != nil {
		return fmt.Errorf("%w: %w", err, last)
	}
	return nil
}
