// Package phone composes a running phone: the configuration on one side, the
// devices of hw/ on the other, the actor tree between them.
package phone

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/cmd/internal/config"
	"github.com/imsphone/imsphone/hw/store"
	"github.com/imsphone/imsphone/media/codec"
)

// Version goes into User-Agent; the linker may set it.
var Version = "dev"

// traceLength is how many SIP messages are remembered for ladders.
const traceLength = 512

// Phone is a running phone with what it was composed of.
type Phone struct {
	*actors.Phone
	Trace *actors.Trace
	store *store.Store
	cards sims
}

// Logger makes the logger that the configuration asks for, on w.
func Logger(c config.Log, w io.Writer) zerolog.Logger {
	if c.Format == "console" {
		w = zerolog.ConsoleWriter{Out: w, TimeFormat: "15:04:05.000", NoColor: !terminal(w)}
	}
	level, err := zerolog.ParseLevel(c.Level)
	if err != nil {
		level = zerolog.InfoLevel
	}
	return zerolog.New(w).Level(level).Hook(timestamp{})
}

// timestamp adds the time to the millisecond; zerolog's own has seconds.
type timestamp struct{}

// Run is called for each line.
func (timestamp) Run(e *zerolog.Event, _ zerolog.Level, _ string) {
	e.Str(zerolog.TimestampFieldName, time.Now().Format("2006-01-02T15:04:05.000Z07:00"))
}

// terminal tells whether colours make sense on w.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// Options are what is asked for at one start and no configuration says.
type Options struct {
	// ESPKeys is a file to append the keys of sets of SAs to, for Wireshark;
	// empty writes none.
	ESPKeys string
	// Screen shows the pictures of video calls; nil is no screen.
	Screen Screen
}

// Start starts the phone that the configuration describes.
func Start(c *config.Config, log zerolog.Logger) (*Phone, error) { return StartWith(c, log, Options{}) }

// StartWith does the same with options.
func StartWith(c *config.Config, log zerolog.Logger, o Options) (*Phone, error) {
	cfg, err := phoneConfig(c, log)
	if err != nil {
		return nil, err
	}
	state, err := openState(c.State.Dir, log)
	if err != nil {
		return nil, err
	}
	instance, err := instanceID(state, log)
	if err != nil {
		state.Close()
		return nil, err
	}
	for i := range cfg.Accounts {
		cfg.Accounts[i].InstanceID = instance
	}
	cards, err := completeIMS(&cfg, c, state, log)
	if err != nil {
		return nil, errors.Join(err, cards.close(), state.Close())
	}
	ports, err := ports(c, cards, log, o)
	if err != nil {
		return nil, errors.Join(err, cards.close(), state.Close())
	}
	return &Phone{Phone: actors.Start(cfg, ports), Trace: cfg.Trace, store: state, cards: cards}, nil
}

// Close releases what the phone was composed of, after Stop.
func (p *Phone) Close() error { return errors.Join(p.cards.close(), p.store.Close()) }

func phoneConfig(c *config.Config, log zerolog.Logger) (actors.Config, error) {
	cfg := actors.Config{
		UserAgent: "imsphone/" + Version, Log: log, Trace: actors.NewTrace(traceLength),
		Media: actors.MediaConfig{
			JitterMin: time.Duration(c.Media.JitterMin) * time.Millisecond,
			JitterMax: time.Duration(c.Media.JitterMax) * time.Millisecond,
		},
	}
	if c.Video.Enabled {
		width, height, err := c.Video.Pixels()
		if err != nil {
			return cfg, err
		}
		cfg.Media.Video = actors.VideoConfig{Bandwidth: c.Video.Bandwidth, Answer: videoAnswers[c.Video.Answer],
			Wish: actors.VideoWish{Width: width, Height: height, Rate: c.Video.Rate, JPEG: true}}
	}
	for _, name := range c.Media.Codecs {
		spec, ok := codec.Lookup(strings.ToUpper(name), 8000)
		if !ok {
			return cfg, fmt.Errorf("media.codecs: %q is not known", name)
		}
		cfg.Media.Codecs = append(cfg.Media.Codecs, spec)
	}
	for _, a := range c.Accounts {
		local, err := a.LocalAddr()
		if err != nil {
			return cfg, err
		}
		cfg.Accounts = append(cfg.Accounts, actors.AccountConfig{
			Name: a.Name, AOR: a.User, Display: a.Display, Register: a.Register,
			AuthUser: a.AuthUser, Password: a.Password, Registrar: a.Registrar, Proxy: a.Proxy,
			Expires:    time.Duration(a.Expires) * time.Second,
			Socket:     actors.SIPConfig{Local: local, KeepAlive: keepAlive, TLSCAFile: c.TLS.CAFile},
			AutoAnswer: a.AutoAnswer, AnswerDelay: time.Duration(a.AnswerDelay),
			SessionExpires: time.Duration(a.SessionExpires) * time.Second,
		})
	}
	return cfg, nil
}

// keepAlive is how long a stream connection may be idle before it is pinged:
// RFC 5626 §4.4.1 asks for 95 to 120 s.
const keepAlive = 110 * time.Second
