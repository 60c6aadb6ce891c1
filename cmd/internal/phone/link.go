package phone

import (
	"io"

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
