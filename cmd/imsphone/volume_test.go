package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/imsphone/imsphone/actors"
)

// knob notes what was asked of it.
type knob struct{ asked string }

func (k *knob) Volume(_ context.Context, percent int) (actors.Volume, error) {
	k.asked = fmt.Sprintf("set %d", percent)
	return actors.Volume{}, nil
}

func (k *knob) VolumeBy(_ context.Context, percent int) (actors.Volume, error) {
	k.asked = fmt.Sprintf("by %d", percent)
	return actors.Volume{}, nil
}

func (k *knob) MuteSpeaker(_ context.Context, muted bool) (actors.Volume, error) {
	k.asked = fmt.Sprintf("mute %v", muted)
	return actors.Volume{}, nil
}

func TestParseVolume(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"", "by 0"}, {"0", "set 0"}, {"100", "set 100"}, {"40%", "set 40"}, {"+5", "by 5"}, {"-10", "by -10"},
		{"mute", "mute true"}, {"unmute", "mute false"},
		{"101", ""}, {"-101", ""}, {"loud", ""}, {"+", ""}, {"%", ""},
	} {
		set, err := parseVolume(test.in)
		if test.want == "" {
			if err == nil || !strings.Contains(err.Error(), "write 0 to 100") {
				t.Errorf("%q: %v", test.in, err)
			}
			continue
		}
		var k knob
		if err != nil {
			t.Errorf("%q: %v", test.in, err)
		} else if _, err := set(t.Context(), &k); err != nil || k.asked != test.want {
			t.Errorf("%q: %s, %v; want %s", test.in, k.asked, err, test.want)
		}
	}
}

func TestVolumeText(t *testing.T) {
	for want, v := range map[string]actors.Volume{
		"40 %":       {Percent: 40, Control: "mixer"},
		"0 %, muted": {Muted: true, Control: "mixer"},
		"100 % (by this phone: the sound device has no volume of its own)": {Percent: 100, Control: "software"},
	} {
		if got := volumeText(v); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
