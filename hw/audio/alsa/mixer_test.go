//go:build linux

package alsa

import (
	"testing"
	"unsafe"
)

// TestElementLayout holds the structures against the sizes that a C compiler
// gives those of include/uapi/sound/asound.h.
func TestElementLayout(t *testing.T) {
	for _, test := range []struct {
		name            string
		got, at64, at32 uintptr
	}{
		{"elem_id", unsafe.Sizeof(elemID{}), 64, 64},
		{"elem_list", unsafe.Sizeof(elemList{}), 80, 72},
		{"elem_list.pids", unsafe.Offsetof(elemList{}.ids), 16, 16},
		{"elem_info", unsafe.Sizeof(elemInfo{}), 272, 272},
		{"elem_info.value", unsafe.Offsetof(elemInfo{}.min), 80, 80},
		{"elem_value", unsafe.Sizeof(elemValue{}), 1224, 712},
		{"elem_value.value", unsafe.Offsetof(elemValue{}.values), 72, 72},
		{"ELEM_LIST", controlList, 0xc0505510, 0xc0485510},
		{"ELEM_INFO", controlInfo, 0xc1105511, 0xc1105511},
		{"ELEM_READ", controlRead, 0xc4c85512, 0xc2c85512},
		{"ELEM_WRITE", controlWrite, 0xc4c85513, 0xc2c85513},
	} {
		want := test.at64
		if wordSize == 4 {
			want = test.at32
		}
		if test.got != want {
			t.Errorf("%s: %#x, want %#x", test.name, test.got, want)
		}
	}
}

// elements makes a list of names.
func elements(names ...string) []elemID {
	ids := make([]elemID, len(names))
	for i, name := range names {
		copy(ids[i].name[:], name)
	}
	return ids
}

func TestChooseElement(t *testing.T) {
	for _, test := range []struct {
		ids  []elemID
		kind string
		want string // "" is none
	}{
		{elements("Mic Playback Volume", "PCM Playback Volume", "Master Playback Volume"), " Volume", "Master Playback Volume"},
		{elements("Mic Playback Switch", "Speaker Playback Switch"), " Switch", "Speaker Playback Switch"},
		{elements("Mic Capture Volume", "Mic Playback Volume", "Lineout2 Playback Volume", "HDMI Playback Volume"), " Volume", "HDMI Playback Volume"},
		{elements("Mic Playback Volume", "Capture Volume", "Line Playback Volume"), " Volume", ""},
		{nil, " Volume", ""},
	} {
		got, ok := choose(test.ids, test.kind)
		if ok != (test.want != "") || got.String() != test.want {
			t.Errorf("%v: %v, want %q", test.ids, got, test.want)
		}
	}
}

// TestScale: each percent comes back as it was set, where the element has as many
// steps.
func TestScale(t *testing.T) {
	for _, e := range []elemInfo{{min: 0, max: 100}, {min: -10239, max: 400}, {min: 0, max: 65536}} {
		for percent := range 101 {
			if got := e.percent(e.value(percent)); got != percent {
				t.Errorf("%d to %d: %d %% became %d %%", e.min, e.max, percent, got)
			}
		}
		if e.value(-5) != e.min || e.value(500) != e.max {
			t.Errorf("%d to %d: out of range", e.min, e.max)
		}
	}
}
