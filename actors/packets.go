package actors

import (
	"net/netip"
	"time"
)

// The largest datagrams that are read: media stay far below.
const maxDatagram = 2048

// readPackets hands on what read gives, until the socket is closed.
func readPackets(read func(b []byte) (n int, from netip.AddrPort, err error), take func(packet []byte, from netip.AddrPort)) {
	buf := make([]byte, maxDatagram)
	for {
		n, from, err := read(buf)
		if err != nil {
			return
		}
		take(buf[:n], from)
	}
}

// leaver is a session of any kind that can say goodbye.
type leaver interface {
	RemoteRTCP() netip.AddrPort
	Goodbye(now time.Time, out []byte) []byte
}

// sayGoodbye tells the far end that the stream is over (RFC 3550 §6.6); a loss
// does no harm.
func sayGoodbye(sock RTPSocket, s leaver) {
	if s.RemoteRTCP().IsValid() {
		_ = sock.WriteRTCP(s.Goodbye(time.Now(), nil), s.RemoteRTCP())
	}
}
