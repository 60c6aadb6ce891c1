package phone

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/hw/link"
)

// linkPort watches the machine's network.
type linkPort struct {
	watch func(changed func(link.Change)) (io.Closer, error)
}

func newLink() linkPort {
	return linkPort{func(changed func(link.Change)) (io.Closer, error) { return link.Watch(changed) }}
}

// Watch hands on what the watch tells.
func (p linkPort) Watch(changed func(actors.LinkChange)) (io.Closer, error) {
	return p.watch(func(c link.Change) { changed(actors.LinkChange{Resumed: c.Resumed}) })
}

// Status gives a snapshot of the phone, with the addresses that the machine has, and
// its signal.
func (p *Phone) Status(ctx context.Context) (actors.Status, error) {
	s, err := p.Phone.Status(ctx)
	if err == nil {
		s.Network = networkText(link.Addresses())
		s.Signal = strongest(link.Signals())
	}
	return s, err
}

// strongest gives the level of the best signal, nil where there is none.
func strongest(list []link.Wireless, err error) *int {
	if err != nil || len(list) == 0 {
		return nil
	}
	best := slices.MaxFunc(list, func(a, b link.Wireless) int { return a.Level - b.Level }).Level
	return &best
}

// networkText puts addresses into words.
func networkText(list []link.Address, err error) string {
	switch {
	case err != nil:
		return "" // whoever watches the network has told the log
	case len(list) == 0:
		return actors.NoNetwork
	}
	words := make([]string, len(list))
	for i, a := range list {
		words[i] = fmt.Sprint(a)
	}
	return strings.Join(words, ", ")
}
