package phone

import (
	"errors"
	"net/netip"
	"testing"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/hw/link"
	"github.com/imsphone/imsphone/hw/link/linktest"
)

func TestLinkPortHandsOnWhatTheWatchTells(t *testing.T) {
	var network linktest.Fake
	var port actors.LinkPort = linkPort{network.Watch}
	var got []actors.LinkChange
	w, err := port.Watch(func(c actors.LinkChange) { got = append(got, c) })
	if err != nil {
		t.Fatal(err)
	}
	network.Change(link.Change{})
	network.Change(link.Change{Resumed: true})
	if len(got) != 2 || got[0].Resumed || !got[1].Resumed {
		t.Errorf("handed on %v", got)
	}
	if err := w.Close(); err != nil || network.Watching() != 0 {
		t.Errorf("closed: %v, %d watch", err, network.Watching())
	}
}

func TestStrongest(t *testing.T) {
	for want, list := range map[int][]link.Wireless{-52: {{Link: "wlan0", Level: -80}, {Link: "wlan1", Level: -52}}, -70: {{Link: "wlan0", Level: -70}}} {
		if got := strongest(list, nil); got == nil || *got != want {
			t.Errorf("%v: %v", list, got)
		}
	}
	if strongest(nil, nil) != nil || strongest(nil, errors.New("no table")) != nil {
		t.Error("there is a signal without Wi-Fi")
	}
}

func TestNetworkInWords(t *testing.T) {
	eth, wlan := link.Address{Link: "eth0", Addr: netip.MustParseAddr("192.0.2.7")}, link.Address{Link: "wlan0", Addr: netip.MustParseAddr("2001:db8::7")}
	for _, test := range []struct {
		list []link.Address
		err  error
		want string
	}{
		{nil, nil, actors.NoNetwork}, {nil, errors.New("no netlink"), ""},
		{[]link.Address{eth}, nil, "eth0 192.0.2.7"}, {[]link.Address{eth, wlan}, nil, "eth0 192.0.2.7, wlan0 2001:db8::7"},
	} {
		if got := networkText(test.list, test.err); got != test.want {
			t.Errorf("%v, %v: %q", test.list, test.err, got)
		}
	}
}
