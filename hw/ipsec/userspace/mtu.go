package userspace

// pathMTU gives the longest inner packet, in bytes, whose ESP packet still fits
// the outer one whatever the suite and the mode are: aes-cbc with HMAC has the
// most to add, and tunnel mode seals the inner header too.
func (c Config) pathMTU() int {
	const (
		overhead  = 8 + 16 + 12 // SPI and sequence number, IV, ICV
		block     = 16
		trailer   = 2
		udpHeader = 8
	)
	room := 1280 - ipv6Header
	if c.outerIs4() {
		room = 1500 - ipv4Header
	}
	if c.Carrier.udp {
		room -= udpHeader
	}
	room -= overhead
	return room - room%block - trailer
}

// segment is the longest TCP segment, in bytes: its MSS.
func (c Config) segment() int {
	const tcpHeader = 20
	return c.pathMTU() - headerLen(c.Local) - tcpHeader
}

// outerIs4 tells whether it's sure that ESP goes over IPv4.
func (c Config) outerIs4() bool {
	switch {
	case !c.Carrier.udp:
		return c.Local.Is4()
	case c.Role == UE:
		return c.Carrier.peer.Addr().Is4()
	}
	return c.Carrier.bind.Addr().Unmap().Is4()
}
