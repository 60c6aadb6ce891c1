package board

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Settings tells what the profile says to the phone, a line each, such as
// "audio.capture = hw:0,0". What is looked for isn't told, nor what images are
// made of.
func (p Profile) Settings() []string {
	var lines []string
	say := func(key, value string) {
		if value != "" {
			lines = append(lines, key+" = "+value)
		}
	}
	say("audio.capture", p.Audio.Capture)
	say("audio.playback", p.Audio.Playback)
	say("audio.ring", p.Audio.Ring)
	say("camera.device", p.Camera.Device)
	say("codec.encoder", p.Codec.Encoder)
	say("codec.decoder", p.Codec.Decoder)
	say("screen", p.Screen.settings())
	say("input.keys", p.Input.settings())
	say("lights.call", p.Lights.Call)
	say("lights.message", p.Lights.Message)
	say("lights.registered", p.Lights.Registered)
	for _, l := range p.Lines {
		say("line", fmt.Sprintf("%s %d is %s", l.Chip, l.Offset, l.Key))
	}
	say("sim", p.SIM)
	return lines
}

func (s Screen) settings() string {
	var words []string
	if s.Device != "auto" && s.Device != "" {
		words = append(words, s.Device)
	}
	if s.Width > 0 {
		words = append(words, fmt.Sprintf("%d x %d", s.Width, s.Height))
	}
	if s.Rotate > 0 {
		words = append(words, fmt.Sprintf("turned by %d degrees", s.Rotate))
	}
	return strings.Join(words, ", ")
}

func (i Input) settings() string {
	var words []string
	for _, from := range slices.Sorted(maps.Keys(i.Keys)) {
		words = append(words, from+" is "+i.Keys[from])
	}
	return strings.Join(words, ", ")
}
