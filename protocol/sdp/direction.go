package sdp

import "strconv"

// Direction says who sends on a stream, seen from the side that writes the
// description (RFC 8866 §6.7). The zero value is SendRecv, the default of the
// specification.
type Direction uint8

// The four directions.
const (
	SendRecv Direction = iota
	SendOnly
	RecvOnly
	Inactive
)

var directionNames = [...]string{"sendrecv", "sendonly", "recvonly", "inactive"}

// String gives the name of the attribute, such as "sendonly".
func (d Direction) String() string {
	if int(d) < len(directionNames) {
		return directionNames[d]
	}
	return "Direction(" + strconv.Itoa(int(d)) + ")"
}

// Sends tells whether the describing side may send.
func (d Direction) Sends() bool { return d == SendRecv || d == SendOnly }

// Receives tells whether the describing side is ready to receive.
func (d Direction) Receives() bool { return d == SendRecv || d == RecvOnly }

// Reverse gives the same direction as the other side sees it.
func (d Direction) Reverse() Direction { return direction(d.Receives(), d.Sends()) }

// And gives what both directions allow: the answer to an offer is
// offer.Reverse().And(local) (RFC 3264 §6.1).
func (d Direction) And(other Direction) Direction {
	return direction(d.Sends() && other.Sends(), d.Receives() && other.Receives())
}

func direction(send, receive bool) Direction {
	switch {
	case send && receive:
		return SendRecv
	case send:
		return SendOnly
	case receive:
		return RecvOnly
	}
	return Inactive
}

func parseDirection(name string) (Direction, bool) {
	for d, s := range directionNames {
		if s == name {
			return Direction(d), true
		}
	}
	return 0, false
}
