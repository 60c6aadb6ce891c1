package sdp

import "testing"

func TestMatches(t *testing.T) {
	amr := func(fmtp string) Codec { return Codec{97, "AMR", 8000, 1, fmtp} }
	h264 := func(fmtp string) Codec { return Codec{97, "H264", 90000, 1, fmtp} }
	for _, test := range []struct {
		a, b Codec
		want bool
	}{
		{pcmu, Codec{96, "pcmu", 8000, 0, ""}, true},
		{pcmu, pcma, false},
		{pcmu, Codec{0, "PCMU", 16000, 1, ""}, false},
		{opus, Codec{111, "OPUS", 48000, 2, ""}, true},
		{opus, Codec{111, "opus", 48000, 1, ""}, false},
		{Codec{}, Codec{}, false},
		{events, Codec{96, "telephone-event", 8000, 1, "0-11,16"}, true},
		{events, Codec{96, "telephone-event", 16000, 1, "0-16"}, false},
		{amr(""), amr("octet-align=0"), true},
		{amr(""), amr("mode-set=7; octet-align=0"), true},
		{amr(""), amr("octet-align=1"), false},
		{amr("Octet-Align = 1"), amr("mode-set=0,2;octet-align=1"), true},
		{amr("octet-align=1;crc=1"), amr("octet-align=1"), false},
		{amr("octet-align=1"), amr("octet-align=1;interleaving=30"), false},
		{h264("packetization-mode=1"), h264("profile-level-id=42e01f;packetization-mode=1"), true},
		{h264("packetization-mode=1"), h264("profile-level-id=42e01f"), false},
	} {
		if got := test.a.Matches(test.b); got != test.want {
			t.Errorf("%+v and %+v: %v", test.a, test.b, got)
		}
		if got := test.b.Matches(test.a); got != test.want {
			t.Errorf("%+v and %+v: %v", test.b, test.a, got)
		}
	}
}

func TestParam(t *testing.T) {
	c := Codec{Fmtp: "octet-align=1; Mode-Set = 0,2 ;annexb;;x==y"}
	for name, want := range map[string]string{
		"octet-align": "1", "mode-set": "0,2", "annexb": "", "x": "=y", "none": "",
	} {
		if got := c.Param(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// TestModeSetBinds: an AMR mode set of the offer comes back in the answer.
func TestModeSetBinds(t *testing.T) {
	offered := Codec{110, "AMR-WB", 16000, 1, "mode-set=0,1,2"}
	local := Codec{97, "AMR-WB", 16000, 1, "max-red=0"}
	if got := answerCodec(offered, local); got != offered {
		t.Errorf("answered %+v", got)
	}
	offered.Fmtp = ""
	if got := answerCodec(offered, local); got.Fmtp != local.Fmtp || got.PayloadType != 110 {
		t.Errorf("answered %+v", got)
	}
}

// TestEventsShareTheClock: with several telephone-events the one with the
// codec's clock is used.
func TestEventsShareTheClock(t *testing.T) {
	wide := Codec{100, "telephone-event", 16000, 1, ""}
	amr := Codec{97, "AMR-WB", 16000, 1, ""}
	for _, test := range []struct {
		send []Codec
		pt   uint8
		rate int
		ok   bool
	}{
		{[]Codec{amr, events, wide}, 100, 16000, true},
		{[]Codec{pcmu, events, wide}, 101, 8000, true},
		{[]Codec{wide, events, pcmu}, 101, 8000, true},
		{[]Codec{opus, events, wide}, 101, 8000, true}, // none fits: the first
		{[]Codec{events}, 101, 8000, true},
		{[]Codec{pcmu, noise}, 0, 0, false},
	} {
		a := Agreed{Send: test.send}
		if pt, rate, ok := a.TelephoneEvent(); pt != test.pt || rate != test.rate || ok != test.ok {
			t.Errorf("%v: %d/%d, %v", test.send, pt, rate, ok)
		}
	}
}

func TestCodecOfEventsAlone(t *testing.T) {
	a := Agreed{Send: []Codec{events, noise}}
	if c, ok := a.Codec(); ok {
		t.Errorf("chose %v", c)
	}
}
