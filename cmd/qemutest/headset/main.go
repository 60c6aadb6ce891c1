//go:build linux

// Command headset is a USB headset in a guest, on the head of somebody who does
// what he is told, a line at a time, and answers each line with one of JSON:
//
//	in                                      plugs it in
//	out                                     pulls it out
//	listen -hear 637 -settle 4s -for 10s    what the speaker plays: a report.Tone
//	press up|down|mute|hook                 presses a key
//
// He speaks all the while, with the frequency of -speak. The end of the input pulls
// the headset out, too. The modules vhci-hcd and snd-usb-audio have to be there.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/imsphone/imsphone/cmd/qemutest/usbaudio"
)

func main() {
	speak := flag.Float64("speak", 443, "frequency that is spoken with, in Hz")
	flag.Parse()
	if err := obey(*speak); err != nil {
		fmt.Fprintf(os.Stderr, "headset: %v\n", err)
		os.Exit(1)
	}
}

// obey does what the lines say until they end, or until one of them can't be done.
func obey(speak float64) error {
	p := &person{speak: speak}
	lines, answers := bufio.NewScanner(os.Stdin), json.NewEncoder(os.Stdout)
	for lines.Scan() {
		answer, err := p.do(strings.Fields(lines.Text()))
		if err == nil {
			err = answers.Encode(answer)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", lines.Text(), errors.Join(err, p.pullOut()))
		}
	}
	return errors.Join(lines.Err(), p.pullOut())
}

// person has the headset on.
type person struct {
	speak float64
	plug  *plug // nil while it isn't plugged in
}

// do does what a line says.
func (p *person) do(words []string) (answer any, err error) {
	if len(words) == 0 {
		return nil, errors.New("an empty line")
	}
	switch command := words[0]; {
	case command == "in":
		return true, p.plugIn()
	case p.plug == nil:
		return nil, errors.New("plug the headset in first")
	case command == "out":
		return true, p.pullOut()
	case command == "listen":
		return p.listen(words[1:])
	case command == "press" && len(words) == 2:
		return true, p.press(words[1])
	}
	return nil, errors.New("say in, out, listen or press")
}

func (p *person) plugIn() (err error) {
	if p.plug != nil {
		return errors.New("it is plugged in")
	}
	p.plug, err = plugIn(p.speak)
	return err
}

func (p *person) pullOut() error {
	if p.plug == nil {
		return nil
	}
	plug := p.plug
	p.plug = nil
	return plug.pullOut()
}

func (p *person) press(name string) error {
	k, ok := map[string]usbaudio.Key{"up": usbaudio.VolumeUp, "down": usbaudio.VolumeDown, "mute": usbaudio.Mute, "hook": usbaudio.Hook}[name]
	if !ok {
		return errors.New("there is no such key")
	}
	return p.plug.press(k)
}
