// Command measure runs inside a guest and measures imsphone and baresip there, by
// turns: at rest, and in a call through a loopback sound card with an echo outside
// of the guest. It prints a line of JSON for each measurement.
//
//	measure -imsphone FILE -echo sip:echo@10.47.0.1:5070 -local 10.47.0.100
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/imsphone/imsphone/cmd/peertest"
	"github.com/imsphone/imsphone/cmd/qemutest/ear"
	"github.com/imsphone/imsphone/cmd/qemutest/report"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintf(os.Stderr, "measure: %v\n", err)
		os.Exit(1)
	}
}

// options are the command's.
type options struct {
	imsphone, echo, local string
	idle, call            time.Duration
	rounds                int
}

func run() error {
	var o options
	flag.StringVar(&o.imsphone, "imsphone", "", "the phone's program")
	flag.StringVar(&o.echo, "echo", "", "URI that sends back what it gets")
	flag.StringVar(&o.local, "local", "", "this guest's address")
	flag.DurationVar(&o.idle, "idle", 20*time.Second, "how long to watch a phone at rest")
	flag.DurationVar(&o.call, "call", 20*time.Second, "how long to watch a call")
	flag.IntVar(&o.rounds, "rounds", 3, "how often each")
	flag.Parse()
	for range o.rounds {
		for _, s := range []subject{imsphone(o), baresip(o)} {
			m, err := s.measure(o)
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			if err := json.NewEncoder(os.Stdout).Encode(m); err != nil {
				return err
			}
		}
	}
	return nil
}

// subject is a phone to be measured.
type subject struct {
	name  string
	files map[string]string
	args  []string // of the program, with its files in the working directory
	dial  func(dir string) error
}

const (
	card  = "hw:Loopback,0" // the phones' side of the card
	other = "hw:Loopback,1" // ours
	// settle is how long a phone that has started may take to come to rest.
	settle = 10 * time.Second
)

func imsphone(o options) subject {
	return subject{
		name: "imsphone",
		files: map[string]string{"imsphone.conf": fmt.Sprintf(`[log]
level = "warn"
[control]
socket = "/run/measure.sock"
[state]
dir = "state"
[audio]
device = %q
[media]
codecs = ["PCMU"]
[[account]]
user = "sip:guest@%s"
register = false
local = "%s:5060"
`, card, o.local, o.local)},
		args: []string{o.imsphone, "run", "--config", "imsphone.conf"},
		dial: func(string) error { return command(o.imsphone, "--socket", "/run/measure.sock", "call", o.echo) },
	}
}

func baresip(o options) subject {
	return subject{
		name: "baresip",
		files: map[string]string{
			"config": fmt.Sprintf(`poll_method epoll
sip_listen %s:5060
audio_player alsa,%s
audio_source alsa,%s
audio_alert alsa,%s
ausrc_format s16
auplay_format s16
auenc_format s16
audec_format s16
audio_buffer 20-160
rtcp_mux no
jitter_buffer_delay 5-10
ringback_disabled yes
menu_bell no
module_path /usr/lib/baresip/modules
module g711.so
module alsa.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:4444
`, o.local, card, card, card),
			"accounts": fmt.Sprintf("<sip:guest@%s>;regint=0;audio_codecs=PCMU/8000/1\n", o.local),
		},
		args: []string{"baresip", "-f", "."},
		dial: func(string) error { return dialBaresip(o.echo) },
	}
}

func command(name string, args ...string) error {
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", filepath.Base(name), strings.Join(args, " "), err, out)
	}
	return nil
}

// measure starts the phone, watches it at rest, and in a call.
func (s subject) measure(o options) (m report.Measurement, err error) {
	m.Name = s.name
	dir, err := os.MkdirTemp("", s.name+"-")
	if err != nil {
		return m, err
	}
	for name, text := range s.files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return m, err
		}
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return m, err
	}
	defer log.Close()
	cmd := exec.Command(s.args[0], s.args[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, log, log
	if err := cmd.Start(); err != nil {
		return m, err
	}
	defer func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
		if err != nil {
			text, _ := os.ReadFile(log.Name())
			err = fmt.Errorf("%w\n%s", err, text)
		}
	}()
	p := &peertest.Process{Name: s.name, PID: cmd.Process.Pid}
	time.Sleep(settle)
	return m, errors.Join(s.rest(p, o, &m), s.talk(p, o, &m, dir))
}

// rest watches the phone while nothing happens.
func (s subject) rest(p *peertest.Process, o options, m *report.Measurement) error {
	before, err := p.Wakeups()
	if err != nil {
		return err
	}
	time.Sleep(o.idle)
	after, err := p.Wakeups()
	if err != nil {
		return err
	}
	m.Wakeups = float64(after-before) / o.idle.Seconds()
	m.IdleRSS, err = p.RSS()
	return err
}

// talk watches it in a call.
func (s subject) talk(p *peertest.Process, o options, m *report.Measurement, dir string) error {
	if err := s.dial(dir); err != nil {
		return err
	}
	e, err := ear.Open(other, 8000)
	if err != nil {
		return err
	}
	defer e.Close()
	if _, err := e.Echo(settle); err != nil { // the call is answered, the buffers fill
		return err
	}
	before, err := usedBy(p)
	if err != nil {
		return err
	}
	echoes, err := e.Echo(o.call)
	if err != nil {
		return err
	}
	after, err := usedBy(p)
	if err != nil {
		return err
	}
	took := after.at.Sub(before.at).Seconds()
	m.CPU, m.CallWakeups = (after.cpu-before.cpu).Seconds()/took, float64(after.wakeups-before.wakeups)/took
	m.MouthToEarMS, m.Echoes, m.Sent = echoes.Median(), len(echoes.DelaysMS), echoes.Sent
	m.CallRSS, err = p.RSS()
	return err
}

// used is what a process has used until then.
type used struct {
	at      time.Time
	cpu     time.Duration
	wakeups int64
}

func usedBy(p *peertest.Process) (u used, err error) {
	u.at = time.Now()
	if u.cpu, err = p.CPU(); err != nil {
		return u, err
	}
	u.wakeups, err = p.Wakeups()
	return u, err
}
