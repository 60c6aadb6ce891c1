//go:build linux

// Command replug is somebody in a guest who pulls out the sound card and the
// camera of the phone while it uses them, and plugs them in again: the kernel's
// loopback card and its camera without a lens, by their drivers' modules.
//
//	replug out                       until the phone has noticed, and the modules are gone
//	replug in -speak 443 -hear 637   until the phone has them again; prints a report.Return as JSON
//
// While nothing is plugged in, nobody may have the other side of the card open.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/imsphone/imsphone/cmd/qemutest/ear"
	"github.com/imsphone/imsphone/cmd/qemutest/report"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "replug: %v\n", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("replug", flag.ContinueOnError)
	speak := flags.Float64("speak", 443, "frequency that is spoken with at the card's other side, in Hz")
	hear := flags.Float64("hear", 637, "frequency that is awaited there, in Hz")
	if len(args) == 0 {
		return errors.New("say in or out")
	}
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	phone, err := watch()
	if err != nil {
		return err
	}
	defer phone.Close()
	switch args[0] {
	case "out":
		return pullOut(phone)
	case "in":
		r, err := plugIn(phone, *speak, *hear)
		return errors.Join(err, json.NewEncoder(os.Stdout).Encode(r))
	}
	return fmt.Errorf("%q: say in or out", args[0])
}

// patience is how long the phone may take to notice, on the slowest machine.
const patience = 30 * time.Second

// pullOut takes both devices away. The kernel holds the card's driver back until
// nobody has the card open any more, and the camera's module, too.
func pullOut(phone *watcher) error {
	if err := both(device.unbind); err != nil {
		return err
	}
	if _, err := phone.await(time.Now().Add(patience), "audio-lost", "camera-lost"); err != nil {
		return err
	}
	return both(device.remove)
}

// more is for how long it is spoken after the phone was heard.
const more = 300 * time.Millisecond

// plugIn plugs both devices in, and listens to the phone by the card: until it
// plays the tone that is awaited, and some more, so that the far end, too, hears.
func plugIn(phone *watcher, speak, hear float64) (r report.Return, err error) {
	var in [len(devices)]time.Time
	err = both(func(d device) error {
		err := d.insert()
		in[d.number] = time.Now()
		return err
	})
	if err != nil {
		return r, err
	}
	back, err := phone.await(time.Now().Add(patience), "audio-back", "camera-back")
	if err != nil {
		return r, err
	}
	took := func(d device) time.Duration { return back[d.number].Sub(in[d.number]) }
	r = report.Return{Audio: took(card), Camera: took(camera)}
	e, err := ear.Open("hw:Loopback,1", 8000)
	if err != nil {
		return r, err
	}
	defer e.Close()
	if err := e.Await(patience, speak, hear); err != nil {
		return r, err
	}
	_, err = e.Tone(0, more, speak, hear)
	return r, err
}
