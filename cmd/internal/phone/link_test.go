package phone

import (
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
