package phone

import (
	"bytes"
	"context"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/cmd/internal/config"
)

// parse reads a configuration of a phone that keeps to this machine.
func parse(t *testing.T, more string) *config.Config {
	t.Helper()
	c, err := config.Parse("test", []byte("[state]\ndir = \""+t.TempDir()+"\"\n[audio]\ndevice = \"null\"\n"+more+
		"[[account]]\nname = \"a\"\nuser = \"sip:alice@127.0.0.1\"\npassword = \"hunter2\"\nregister = false\nlocal = \"127.0.0.1:0\"\nsession_expires = 90\nanswer_delay = \"2s\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestPhoneConfig(t *testing.T) {
	cfg, err := phoneConfig(parse(t, "[media]\ncodecs = [\"pcma\", \"G722\"]\njitter_min = 40\njitter_max = 60\n"), zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	var codecs []string
	for _, spec := range cfg.Media.Codecs {
		codecs = append(codecs, spec.Name)
	}
	if got := strings.Join(codecs, " "); got != "PCMA G722" {
		t.Errorf("codecs %s", got)
	}
	a := cfg.Accounts[0]
	if cfg.Media.JitterMin.String() != "40ms" || cfg.Media.JitterMax.String() != "60ms" || a.Expires.String() != "1h0m0s" || a.SessionExpires.String() != "1m30s" || a.AnswerDelay.String() != "2s" {
		t.Errorf("times: %v %v %v %v %v", cfg.Media.JitterMin, cfg.Media.JitterMax, a.Expires, a.SessionExpires, a.AnswerDelay)
	}
	if a.AOR != "sip:alice@127.0.0.1" || a.AuthUser != "alice" || a.Password != "hunter2" || a.Register || a.Socket.Local.String() != "127.0.0.1:0" {
		t.Errorf("account %+v", a)
	}
}

// logged is a log that is read while it is written: what asked the sound card how
// loud it is may tell so after the end.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// TestStartAndStop composes a whole phone on loopback.
func TestStartAndStop(t *testing.T) {
	c := parse(t, "")
	var log logged
	p, err := Start(c, zerolog.New(&log))
	if err != nil {
		t.Fatal(err)
	}
	status, err := p.Status(context.Background())
	if err != nil || len(status.Accounts) != 1 {
		t.Errorf("%+v, %v", status, err)
	}
	p.Stop(context.Background())
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if strings.Contains(log.String(), "hunter2") {
		t.Error("the password is in the log")
	}
	again, err := Start(c, zerolog.Nop())
	if err != nil {
		t.Fatalf("the state was not let go: %v", err)
	}
	again.Stop(context.Background())
	again.Close()
}

func TestStartRefuses(t *testing.T) {
	c := parse(t, "")
	c.State.Dir = "/dev/null/state"
	if _, err := Start(c, zerolog.Nop()); err == nil {
		t.Error("a phone without state started")
	}
}

func TestLogger(t *testing.T) {
	for _, tt := range []struct{ level, format, want string }{
		{"warn", "json", `"level":"warn"`}, {"debug", "console", "WRN"}, {"error", "json", ""},
	} {
		var out bytes.Buffer
		log := Logger(config.Log{Level: tt.level, Format: tt.format}, &out)
		log.Warn().Msg("x")
		if strings.Contains(out.String(), "\x1b") {
			t.Errorf("colours outside of a terminal: %q", out.String())
		}
		if got := out.String(); !strings.Contains(got, tt.want) || (got == "") != (tt.want == "") {
			t.Errorf("%s as %s: %q", tt.level, tt.format, got)
		}
	}
}

// TestLogTimes: both formats have milliseconds.
func TestLogTimes(t *testing.T) {
	for format, want := range map[string]string{
		"console": `^\d\d:\d\d:\d\d\.\d\d\d INF hello`,
		"json":    `"time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\d[Z+-]`,
	} {
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(123 * time.Millisecond) // of the bubble's clock
			var out bytes.Buffer
			log := Logger(config.Log{Level: "info", Format: format}, &out)
			log.Info().Msg("hello")
			if got := out.String(); !regexp.MustCompile(want).MatchString(got) || !strings.Contains(got, ".123") {
				t.Errorf("%s: %q", format, got)
			}
		})
	}
}
