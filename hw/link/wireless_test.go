package link

import (
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"
)

const wirelessHead = `Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE
 face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22
`

func TestSignals(t *testing.T) {
	for text, want := range map[string][]Wireless{
		wirelessHead: nil,
		"":           nil,
		wirelessHead + " wlan0: 0000   58.  -52.  -256        0      0      0      0     34        0\n":                                                                                             {{"wlan0", -52}},
		wirelessHead + " wlan0: 0000    0     0     0        0      0      0      0      0        0\n":                                                                                              nil, // has joined none
		wirelessHead + "wlx00c0ca000001: 0000   70.  200.  161.       0      0      0      0      0        0\n":                                                                                     {{"wlx00c0ca000001", -56}},
		wirelessHead + " wlan0: 0000   40   -70   -256        0      0      0      0      0        0\n wlan1: 0000   20.  -90.  -256        0      0      0      0      0        0\n wlan2: what\n": {{"wlan0", -70}, {"wlan1", -90}},
	} {
		got, err := signals(fstest.MapFS{"wireless": {Data: []byte(text)}})
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

func TestNoWireless(t *testing.T) {
	if got, err := signals(fstest.MapFS{}); err != nil || got != nil {
		t.Errorf("a machine without Wi-Fi: %v, %v", got, err)
	}
	if _, err := signals(unreadable{}); err == nil {
		t.Error("a table that can't be read is none")
	}
}

type unreadable struct{}

func (unreadable) Open(string) (fs.File, error) { return nil, fs.ErrPermission }
