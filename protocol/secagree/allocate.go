package secagree

// Allocator chooses the SPIs and ports of a phone's offers: random, unlike one
// another, and none that is still in use (TS 33.203 §7.1). It is not safe for
// concurrent use.
type Allocator struct {
	first, last uint16
	random      func(n int) int
	spis        map[uint32]bool
	ports       map[uint16]bool
}

// NewAllocator makes an allocator of ports first to last, at least eight of
// them, and of any SPI. random gives an unguessable number in [0, n).
func NewAllocator(first, last uint16, random func(n int) int) *Allocator {
	return &Allocator{first: first, last: last, random: random, spis: map[uint32]bool{}, ports: map[uint16]bool{}}
}

// Allocate takes two SPIs, a client port and, where server is 0, a server port.
// A server port that is given is shared with an earlier set and stays in use
// with it. ok is false where the range of ports is used up.
func (a *Allocator) Allocate(server uint16) (e End, ok bool) {
	if e.ServerPort = server; server == 0 {
		if e.ServerPort, ok = a.port(); !ok {
			return End{}, false
		}
	}
	if e.ClientPort, ok = a.port(); !ok {
		if server == 0 {
			delete(a.ports, e.ServerPort)
		}
		return End{}, false
	}
	e.ClientSPI, e.ServerSPI = a.spi(), a.spi()
	return e, true
}

// Release gives an End back; its server port only where server says so, as the
// next set may share it.
func (a *Allocator) Release(e End, server bool) {
	delete(a.spis, e.ClientSPI)
	delete(a.spis, e.ServerSPI)
	delete(a.ports, e.ClientPort)
	if server {
		delete(a.ports, e.ServerPort)
	}
}

// spi keeps to 31 bits, as some P-CSCFs read SPIs as signed numbers.
func (a *Allocator) spi() uint32 {
	for {
		s := uint32(minSPI + a.random(1<<31-1-minSPI))
		if !a.spis[s] {
			a.spis[s] = true
			return s
		}
	}
}

// port searches upwards from a random place.
func (a *Allocator) port() (uint16, bool) {
	n := int(a.last) - int(a.first) + 1
	start := a.random(n)
	for i := range n {
		p := a.first + uint16((start+i)%n)
		if !a.ports[p] {
			a.ports[p] = true
			return p, true
		}
	}
	return 0, false
}
