package rtpend

// Verdict says what became of a packet.
type Verdict uint8

const (
	// Accepted will be played, or shown.
	Accepted Verdict = iota
	// Key is a telephone event of the peer.
	Key
	// Control is a valid report of the peer.
	Control
	// Unheard is the peer's, but by the negotiated direction it isn't used.
	Unheard
	// Duplicate was here before.
	Duplicate
	// Late came after its turn.
	Late
	// Malformed is no RTP or RTCP.
	Malformed
	// Unnegotiated has a payload type that was not agreed on.
	Unnegotiated
	// Stranger comes from elsewhere than the peer.
	Stranger
	// Foreign is from the peer's address and another source than the one that
	// is heard.
	Foreign
	// OnTrial may be the first of a peer at another address; the next one in
	// sequence decides.
	OnTrial
	// Implausible doesn't continue the stream, or reports what can't be.
	Implausible

	verdicts = iota
)

// String gives the verdict as a word for logs and metrics.
func (v Verdict) String() string {
	names := [verdicts]string{"accepted", "key", "control", "unheard", "duplicate", "late", "malformed", "unnegotiated",
		"stranger", "foreign", "on trial", "implausible"}
	if int(v) < len(names) {
		return names[v]
	}
	return "unknown"
}
