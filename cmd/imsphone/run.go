package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/cmd/internal/config"
	"github.com/imsphone/imsphone/cmd/internal/control"
	"github.com/imsphone/imsphone/cmd/internal/phone"
)

type runCmd struct {
	Notice  string `help:"Show the text of this file, where there is one, on the phone's screen: what whoever starts the phone has to tell its user." placeholder:"FILE" type:"path"`
	ESPKeys string `name:"esp-keys" help:"Append the keys of security associations to this file, in the format of Wireshark's esp_sa: whoever has it can read the signalling." placeholder:"FILE" type:"path"`
}

// stopTime bounds hanging up and de-registering at the end.
const stopTime = 5 * time.Second

func (cmd runCmd) Run(c *cli) error {
	cfg, err := config.Load(config.Path(c.Config))
	if err != nil {
		return err
	}
	if c.Socket != "" {
		cfg.Control.Socket = c.Socket
	}
	log := phone.Logger(cfg.Log, os.Stderr)
	options := phone.Options{ESPKeys: cmd.ESPKeys}
	face := openFace(*cfg, notice(cmd.Notice), log)
	if face != nil {
		options.Screen = face
		defer face.Close()
	}
	p, err := phone.StartWith(cfg, log, options)
	if err != nil {
		return err
	}
	defer p.Close()
	if face != nil {
		face.Start(facedPhone{p, handler{p: p}})
	}
	server, err := control.Listen(cfg.Control.Socket, handler{p, face})
	if err != nil {
		stop(p)
		return err
	}
	defer server.Close()

	signals, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	select {
	case <-signals.Done():
		log.Info().Msg("stopping: hanging up and de-registering")
		stop(p)
		return nil
	case <-p.Died():
		return fmt.Errorf("the phone failed: its log says why")
	}
}

func stop(p *phone.Phone) {
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	p.Stop(ctx)
}

// handler serves the control socket's commands from the phone.
type handler struct {
	p    *phone.Phone
	face *phone.Face // nil where there is none
}

// callParams are the parameters of all call commands.
type callParams struct {
	Account string `json:"account,omitempty"`
	URI     string `json:"uri,omitempty"`
	Call    string `json:"call,omitempty"`
	Digits  string `json:"digits,omitempty"`
	// Video asks for video with a call or an answer; Mode is on, receive or off.
	Video bool   `json:"video,omitempty"`
	Mode  string `json:"mode,omitempty"`
	// Volume is what the volume command takes; empty only asks.
	Volume string `json:"volume,omitempty"`
}

// callMade answers the call command.
type callMade struct {
	Call string `json:"call"`
}

func (h handler) Do(ctx context.Context, command string, raw json.RawMessage) (any, error) {
	var p callParams
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &p); err != nil {
			return nil, fmt.Errorf("the parameters of %s can't be read: %w", command, err)
		}
	}
	done := struct{}{}
	switch command {
	case "status":
		return h.p.Status(ctx)
	case "call":
		dial := h.p.Dial
		if p.Video {
			dial = h.p.DialVideo
		}
		call, err := dial(ctx, p.Account, p.URI)
		return callMade{call}, err
	case "answer":
		if p.Video {
			return done, h.p.AnswerVideo(ctx, p.Call)
		}
		return done, h.p.Answer(ctx, p.Call)
	case "video":
		return done, h.p.Video(ctx, p.Call, p.Mode)
	case "hangup":
		return done, h.p.Hangup(ctx, p.Call)
	case "hold":
		return done, h.p.Hold(ctx, p.Call)
	case "resume":
		return done, h.p.Resume(ctx, p.Call)
	case "mute", "unmute":
		return done, h.p.Mute(ctx, p.Call, command == "mute")
	case "dtmf":
		return done, h.p.DTMF(ctx, p.Call, p.Digits)
	case "volume":
		return h.volume(ctx, p)
	case "register":
		return done, h.p.Register(ctx, p.Account)
	case "screenshot":
		return h.screenshot(ctx)
	case "trace":
		return phone.Records(h.p.Trace.Records()), nil
	}
	return nil, fmt.Errorf("there is no command %q", command)
}

// eventLine is an Event as a line of the socket.
type eventLine struct {
	IsEvent bool `json:"event"`
	actors.Event
}

func (h handler) Subscribe() (<-chan any, func()) {
	in, cancel := h.p.Subscribe()
	out := make(chan any)
	stop := make(chan struct{})
	go func() {
		defer close(out)
		for e := range in {
			select {
			case out <- eventLine{true, e}:
			case <-stop:
				return
			}
		}
	}()
	return out, func() { close(stop); cancel() }
}
