// Command probe stands in for a person at a sound card: it runs inside a guest,
// at the other side of a loopback card, speaks with a tone and listens.
//
//	probe tone -device hw:Loopback,1 -speak 440 -hear 660 -seconds 10
//	probe echo -device hw:Loopback,1 -seconds 20
//
// tone tells how it heard the other tone (media/tone.Heard); echo how long a sound
// takes through whatever is at the other side and back. Both print JSON.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/imsphone/imsphone/hw/audio"
	"github.com/imsphone/imsphone/media/tone"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "probe: %v\n", err)
		os.Exit(1)
	}
}

// settings are those of both commands.
type settings struct {
	device      string
	rate        int
	speak, hear float64
	seconds     float64
}

func run(args []string) error {
	if len(args) == 0 {
		return errors.New("say tone or echo")
	}
	var s settings
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	flags.StringVar(&s.device, "device", "hw:Loopback,1", "the card's other side")
	flags.IntVar(&s.rate, "rate", 8000, "sampling rate in Hz")
	flags.Float64Var(&s.speak, "speak", 440, "frequency that is spoken with, in Hz")
	flags.Float64Var(&s.hear, "hear", 660, "frequency that is listened for, in Hz")
	flags.Float64Var(&s.seconds, "seconds", 10, "how long")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	stream, err := audio.Open(audio.Config{Device: s.device, Rate: s.rate, Period: period, Periods: 8})
	if err != nil {
		return err
	}
	defer stream.Close()
	var result any
	switch args[0] {
	case "tone":
		result, err = s.tone(stream)
	case "echo":
		result, err = s.echo(stream)
	default:
		err = fmt.Errorf("there is no command %q", args[0])
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result)
}

const period = 20 * time.Millisecond

// exchange plays what speak fills and gives all that is heard meanwhile.
func (s settings) exchange(stream audio.Stream, speak func(pcm []int16)) ([]int16, error) {
	frame := s.rate / 50
	out, in := make([]int16, frame), make([]int16, frame)
	heard := make([]int16, 0, int(s.seconds*float64(s.rate)))
	for len(heard)+frame <= cap(heard) {
		if err := stream.Read(in); err != nil {
			return nil, err
		}
		heard = append(heard, in...)
		speak(out)
		if _, err := stream.Write(out); err != nil {
			return nil, err
		}
	}
	return heard, nil
}

// toneResult is what tone prints.
type toneResult struct {
	tone.Heard
	Stats audio.Stats
}

func (s settings) tone(stream audio.Stream) (any, error) {
	voice := tone.Sine(s.rate, s.speak)
	heard, err := s.exchange(stream, voice.Fill)
	if err != nil {
		return nil, err
	}
	return toneResult{tone.Listen(heard, s.rate, s.hear), stream.Stats()}, nil
}

// echoResult is what echo prints: the delays of the sounds that came back, in ms,
// in the order of their going out.
type echoResult struct {
	DelaysMS []float64
	Sent     int
}

// A burst of 100 ms goes out each second: longer than what a codec blurs, shorter
// than any echo may take.
const burst = 100 * time.Millisecond

func (s settings) echo(stream audio.Stream) (any, error) {
	voice := tone.Dual(s.rate, s.speak, 0, burst, time.Second-burst)
	heard, err := s.exchange(stream, voice.Fill)
	if err != nil {
		return nil, err
	}
	result := echoResult{Sent: len(heard) / s.rate}
	for n := range result.Sent {
		second := heard[n*s.rate : (n+1)*s.rate]
		if at := onset(second, s.rate, s.speak); at >= 0 {
			result.DelaysMS = append(result.DelaysMS, 1000*float64(at)/float64(s.rate))
		}
	}
	return result, nil
}

// onset gives the first sample from which on 5 ms hold the tone, -1 for none.
func onset(pcm []int16, rate int, hz float64) int {
	length, step := rate/200, rate/1000
	for at := 0; at+length <= len(pcm); at += step {
		if w := pcm[at : at+length]; tone.Share(w, rate, hz) > 0.8 && tone.Level(w, rate, hz) > -30 {
			return at
		}
	}
	return -1
}
