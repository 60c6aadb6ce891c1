package sdp

import "net/netip"

// Session is one session description (RFC 8866 §5). Lines that a phone has no
// use for (i=, e=, p=, r=, z=, k=) are not kept.
type Session struct {
	Origin Origin
	// Name is the s= line; "-" stands for none.
	Name string
	// URI is the u= line as it came, "" for none.
	URI string
	// Start and Stop are the t= line in NTP seconds; both 0 for a call.
	Start, Stop uint64
	// Bandwidth is for the whole session.
	Bandwidth []Bandwidth
	// Attributes of the session level, in order, without a direction: Parse
	// hands that down to the media.
	Attributes []Attribute
	// Media in the order of the m= lines. The position is a stream's identity
	// in offer/answer.
	Media []Media
}

// Origin is the o= line (RFC 8866 §5.2).
type Origin struct {
	Username    string
	ID, Version uint64
	// Addr is the address; invalid when the line has a name.
	Addr netip.Addr
	// Host is the name when there is no address.
	Host string
}

// Bandwidth is a b= line (RFC 8866 §5.8) of the types CT, AS, TIAS, RS or RR,
// or an experimental one that starts with "X-". Value is in kbit/s for CT and
// AS, in bit/s for TIAS, RS and RR.
type Bandwidth struct {
	Type  string
	Value uint64
}

// Attribute is an a= line that the package doesn't interpret. Value is "" for
// a property attribute.
type Attribute struct{ Name, Value string }
