//go:build linux

// Command probe listens and speaks inside a guest, at the other side of a loopback
// card, and prints how it heard as JSON, and for how long the guest stood still:
//
//	probe -device hw:Loopback,1 -speak 440 -hear 660 -settle 4s -for 10s
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/imsphone/imsphone/cmd/qemutest/ear"
	"github.com/imsphone/imsphone/cmd/qemutest/report"
	"github.com/imsphone/imsphone/hw/standstill"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintf(os.Stderr, "probe: %v\n", err)
		os.Exit(1)
	}
}

func run() error {
	device := flag.String("device", "hw:Loopback,1", "the card's other side")
	rate := flag.Int("rate", 8000, "sampling rate in Hz")
	speak := flag.Float64("speak", 440, "frequency that is spoken with, in Hz")
	hear := flag.Float64("hear", 660, "frequency that is listened for, in Hz")
	settle := flag.Duration("settle", 0, "how long before what is heard counts")
	length := flag.Duration("for", 10*time.Second, "how long")
	flag.Parse()
	e, err := ear.Open(*device, *rate)
	if err != nil {
		return err
	}
	defer e.Close()
	vigil := standstill.Watch()
	heard, err := e.Tone(*settle, *length, *speak, *hear)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(report.Tone{Heard: heard, StoodStill: vigil.Longest()})
}
