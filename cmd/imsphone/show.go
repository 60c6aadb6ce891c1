package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/cmd/internal/config"
	"github.com/imsphone/imsphone/cmd/internal/phone"
	"github.com/imsphone/imsphone/hw/audio"
	"github.com/imsphone/imsphone/hw/camera"
	"github.com/imsphone/imsphone/protocol/lint"
)

type statusCmd struct{}

func (statusCmd) Run(c *cli, out console) error {
	var s actors.Status
	if err := c.do("status", nil, &s); err != nil {
		return err
	}
	return out.show(s, func(w io.Writer) { printStatus(w, s) })
}

func printStatus(w io.Writer, s actors.Status) {
	for _, a := range s.Accounts {
		fmt.Fprintf(w, "%-12s %-13s %s", a.Name, a.State, a.AOR)
		if a.State == "registered" {
			fmt.Fprintf(w, "  for %d s as %s over %s", a.Expires, a.Contact, a.Flow)
		}
		fmt.Fprintln(w)
		if a.Text != "" {
			fmt.Fprintf(w, "             %s\n", a.Text)
		}
		if a.Retry != nil {
			fmt.Fprintf(w, "             next try at %s\n", a.Retry.Local().Format(time.TimeOnly))
		}
		printSecurity(w, a)
	}
	if s.Network != "" {
		fmt.Fprintf(w, "network      %s\n", s.Network)
	}
	if s.Signal != nil {
		fmt.Fprintf(w, "signal       %d dBm\n", *s.Signal)
	}
	if v := s.Volume; v != nil {
		fmt.Fprintf(w, "volume       %s\n", volumeText(*v))
	}
	if n := s.Counters.Outside; n > 0 {
		fmt.Fprintf(w, "%d messages from outside the security associations were dropped\n", n)
	}
	for _, call := range s.Calls {
		fmt.Fprintf(w, "call %-7s %-13s %s %s", call.Call, call.StateName, call.Direction, call.Remote)
		if call.Codec != "" {
			fmt.Fprintf(w, "  %s, %d s", call.Codec, call.Seconds)
		}
		fmt.Fprintln(w)
		if q := call.Quality; q != nil {
			fmt.Fprintf(w, "             MOS %.1f, loss %.1f %%, jitter %.0f ms, round trip %.0f ms\n", q.MOS, q.LossPercent, q.JitterMS, q.RoundTripMS)
		}
		printVideo(w, call.Video)
	}
}

func printVideo(w io.Writer, v *actors.VideoStatus) {
	if v == nil {
		return
	}
	fmt.Fprintf(w, "             video %s, the far end offers %s\n", v.Direction, v.Offered)
	printFlow(w, "sent", "not sent", v.Sent)
	printFlow(w, "received", "incomplete", v.Received)
	if v.CameraLost {
		fmt.Fprintln(w, "             the camera is away: the far end sees a blank picture")
	}
}

// printFlow shows one direction of video that has had any picture.
func printFlow(w io.Writer, name, dropped string, f *actors.VideoFlow) {
	if f != nil && f.Frames+f.Dropped > 0 {
		fmt.Fprintf(w, "             %s: %d×%d, %.1f pictures/s, %.0f kbit/s, %d %s, %d packets lost\n", name, f.Width, f.Height, f.FPS, f.KBPS, f.Dropped, dropped, f.LostPackets)
	}
}

type eventsCmd struct {
	Follow  bool          `short:"f" help:"Go on until interrupted."`
	Timeout time.Duration `help:"Without -f: how long to wait for the next event." default:"1m"`
}

func (cmd eventsCmd) Run(c *cli, out console) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Subscribe(); err != nil {
		return err
	}
	deadline := time.Time{}
	if !cmd.Follow {
		deadline = time.Now().Add(cmd.Timeout)
	}
	for {
		line, err := client.Next(deadline)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return fmt.Errorf("%w: no event within %v", errTimeout, cmd.Timeout)
		}
		if err != nil {
			return fmt.Errorf("the phone is gone: %w", err)
		}
		if err := printEvent(out, line); err != nil || !cmd.Follow {
			return err
		}
	}
}

func printEvent(out console, line []byte) error {
	if out.json {
		_, err := fmt.Fprintf(out.out, "%s\n", line)
		return err
	}
	var e actors.Event
	if err := json.Unmarshal(line, &e); err != nil {
		return err
	}
	parts := []string{e.Time.Local().Format("15:04:05.000"), e.Class, e.Type}
	for _, p := range []string{e.Account, e.Call, e.Remote, e.Digit, e.Codec, e.Video, e.ReasonName} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	if q := e.Quality; q != nil {
		parts = append(parts, fmt.Sprintf("MOS %.1f", q.MOS))
	}
	if e.Text != "" {
		parts = append(parts, "— "+e.Text)
	}
	_, err := fmt.Fprintln(out.out, strings.Join(parts, " "))
	return err
}

type traceCmd struct {
	Call string `arg:"" optional:"" help:"Call to draw, by its number while it lasts or by its Call-ID; default is every message."`
	SVG  string `name:"svg" help:"Write the ladder as SVG to this file." placeholder:"FILE" type:"path"`
	Pcap string `name:"pcap" help:"Write the messages, as they are within the security associations, as a capture for Wireshark." placeholder:"FILE" type:"path"`
}

func (cmd traceCmd) Run(c *cli, out console) error {
	var records []phone.Record
	if err := c.do("trace", nil, &records); err != nil {
		return err
	}
	callID, err := c.callID(cmd.Call)
	if err != nil {
		return err
	}
	records = phone.OfCall(records, callID)
	if len(records) == 0 {
		return errors.New("there are no messages to draw yet")
	}
	chart := phone.Ladder(records)
	if cmd.SVG != "" {
		if err := os.WriteFile(cmd.SVG, []byte(chart.SVG()), 0o644); err != nil {
			return err
		}
	}
	if cmd.Pcap != "" {
		if err := writeCapture(cmd.Pcap, records); err != nil {
			return err
		}
	}
	return out.show(records, func(w io.Writer) {
		if cmd.SVG == "" && cmd.Pcap == "" {
			fmt.Fprint(w, chart.Text(100))
		}
	})
}

// callID turns the number of a call into its Call-ID; what is no number of a
// call is a Call-ID already.
func (c *cli) callID(call string) (string, error) {
	if call == "" {
		return "", nil
	}
	var s actors.Status
	if err := c.do("status", nil, &s); err != nil {
		return "", err
	}
	for _, one := range s.Calls {
		if one.Call == call {
			return one.CallID, nil
		}
	}
	return call, nil
}

type checkCmd struct {
	File    string `arg:"" optional:"" help:"File to check; default is the phone's own." type:"path"`
	Example bool   `help:"Print a commented file with every key and its default instead."`
}

func (cmd checkCmd) Run(c *cli, out console) error {
	if cmd.Example {
		_, err := io.WriteString(out.out, config.Example)
		return err
	}
	path := cmd.File
	if path == "" {
		path = config.Path(c.Config)
	}
	cfg, err := config.Load(path)
	var problems config.Problems
	if errors.As(err, &problems) && out.json {
		_ = out.show(map[string]any{"ok": false, "file": path, "problems": problems}, nil)
		return errSaid{err}
	}
	if err != nil {
		return err
	}
	return out.show(map[string]any{"ok": true, "file": path, "problems": []string{}, "board": cfg.Board.Profile.Name}, func(w io.Writer) {
		fmt.Fprintf(w, "%s is right: %d account(s)\n", path, len(cfg.Accounts))
		printBoard(w, cfg.Board.Profile)
	})
}

// errSaid is an error that has been printed already.
type errSaid struct{ error }

func (e errSaid) Unwrap() error { return e.error }

type lintCmd struct {
	Files []string `arg:"" help:"Files with one raw SIP message each; - is standard input."`
}

func (cmd lintCmd) Run(out console) error {
	for _, file := range cmd.Files {
		var raw []byte
		var err error
		if file == "-" {
			raw, err = io.ReadAll(os.Stdin)
		} else {
			raw, err = os.ReadFile(file)
		}
		if err != nil {
			return err
		}
		report := lint.Read(raw)
		if err := out.show(struct {
			File string `json:"file"`
			lint.Report
		}{file, report}, func(w io.Writer) { fmt.Fprintf(w, "%s\n%s", file, report.Text()) }); err != nil {
			return err
		}
	}
	return nil
}

type devicesCmd struct{}

func (devicesCmd) Run(c *cli, out console) error {
	sound, err := audio.Devices()
	cameras, missing := camera.Cameras()
	err = showDevices(out, devices(sound, cameras), errors.Join(err, missing))
	if out.json {
		return err
	}
	err = errors.Join(err, printInputs(out.out))
	printBoard(out.out, c.board())
	return err
}

// device is a line of the list: something that makes or plays sound, or a
// camera.
type device struct {
	audio.Device
	Camera *camera.Info `json:",omitempty"`
}

func devices(sound []audio.Device, cameras []camera.Info) []device {
	var list []device
	for _, d := range sound {
		list = append(list, device{Device: d})
	}
	for _, c := range cameras {
		list = append(list, device{audio.Device{Name: c.Path, Description: describe(c)}, &c})
	}
	return list
}

// describe tells people which camera it is, and what it can do.
func describe(c camera.Info) string {
	var modes []string
	for _, m := range c.Modes {
		modes = append(modes, m.String())
	}
	if len(modes) == 0 {
		modes = []string{"no format that imsphone knows"}
	}
	return fmt.Sprintf("camera %q, up to %s", c.Name, strings.Join(modes, "; "))
}

// showDevices prints the list even where the sound cards are missing from it,
// as err tells: the devices without hardware are there all the same.
func showDevices(out console, list []device, err error) error {
	shown := out.show(list, func(w io.Writer) {
		for _, d := range list {
			fmt.Fprintf(w, "%-24s %s\n", d.Name, d.Description)
		}
	})
	return errors.Join(shown, err)
}
