package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/imsphone/imsphone/actors"
)

type callCmd struct {
	URI     string        `arg:"" help:"Whom to call: sip:user@host, tel:+number, or a name at the account's domain."`
	Account string        `help:"Account to call from; default is the first." placeholder:"NAME"`
	Video   bool          `help:"With video in both directions."`
	Wait    bool          `help:"Wait until the call is answered or has ended."`
	Timeout time.Duration `help:"How long to wait." default:"3m"`
}

func (cmd callCmd) Run(c *cli, out console) error {
	events, err := c.client()
	if err != nil {
		return err
	}
	defer events.Close()
	if cmd.Wait {
		if err := events.Subscribe(); err != nil {
			return err
		}
	}
	var made callMade
	if err := c.do("call", callParams{Account: cmd.Account, URI: cmd.URI, Video: cmd.Video}, &made); err != nil {
		return err
	}
	if !cmd.Wait {
		return out.show(made, func(w io.Writer) { fmt.Fprintf(w, "call %s\n", made.Call) })
	}
	deadline := time.Now().Add(cmd.Timeout)
	for {
		line, err := events.Next(deadline)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return fmt.Errorf("%w: call %s was not answered within %v", errTimeout, made.Call, cmd.Timeout)
		}
		if err != nil {
			return fmt.Errorf("the phone is gone: %w", err)
		}
		var e actors.Event
		if json.Unmarshal(line, &e) != nil || e.Class != "call" || e.Call != made.Call {
			continue
		}
		switch e.Type {
		case "answered":
			return out.show(e, func(w io.Writer) { fmt.Fprintf(w, "call %s answered\n", e.Call) })
		case "ended":
			return fmt.Errorf("call %s ended: %s", e.Call, e.Text)
		}
	}
}

// oneCall is the argument of a command about one call.
type oneCall struct {
	Call string `arg:"" optional:"" help:"Which call; needed only where several fit."`
}

func (o oneCall) send(c *cli, out console, command string) error {
	return send(c, out, command, callParams{Call: o.Call})
}

// send sends a command whose answer holds nothing.
func send(c *cli, out console, command string, p callParams) error {
	if err := c.do(command, p, nil); err != nil {
		return err
	}
	return out.show(map[string]any{"ok": true}, func(io.Writer) {})
}

type hangupCmd struct{ oneCall }
type holdCmd struct{ oneCall }
type resumeCmd struct{ oneCall }
type muteCmd struct{ oneCall }
type unmuteCmd struct{ oneCall }

func (cmd hangupCmd) Run(c *cli, out console) error { return cmd.send(c, out, "hangup") }
func (cmd holdCmd) Run(c *cli, out console) error   { return cmd.send(c, out, "hold") }
func (cmd resumeCmd) Run(c *cli, out console) error { return cmd.send(c, out, "resume") }
func (cmd muteCmd) Run(c *cli, out console) error   { return cmd.send(c, out, "mute") }
func (cmd unmuteCmd) Run(c *cli, out console) error { return cmd.send(c, out, "unmute") }

type answerCmd struct {
	oneCall
	Video bool `help:"Show us, too, where the caller offers video."`
}

func (cmd answerCmd) Run(c *cli, out console) error {
	return send(c, out, "answer", callParams{Call: cmd.Call, Video: cmd.Video})
}

type videoCmd struct {
	Mode string `arg:"" enum:"on,receive,off" help:"on shows both ends, receive the far end alone, off ends video."`
	Call string `arg:"" optional:"" help:"Which call; needed only where several are active."`
}

func (cmd videoCmd) Run(c *cli, out console) error {
	return send(c, out, "video", callParams{Call: cmd.Call, Mode: cmd.Mode})
}

type dtmfCmd struct {
	Digits string `arg:"" help:"0-9, *, #, A-D."`
	Call   string `arg:"" optional:"" help:"Which call; needed only where several are active."`
}

func (cmd dtmfCmd) Run(c *cli, out console) error {
	return send(c, out, "dtmf", callParams{Call: cmd.Call, Digits: cmd.Digits})
}

type registerCmd struct {
	Account string `arg:"" optional:"" help:"Which account; default is all."`
}

func (cmd registerCmd) Run(c *cli, out console) error {
	return send(c, out, "register", callParams{Account: cmd.Account})
}
