package session

import "github.com/imsphone/imsphone/media/rtpend"

// Verdict says what became of a packet.
type Verdict = rtpend.Verdict

// The verdicts; see [rtpend.Verdict].
const (
	Accepted     = rtpend.Accepted
	Key          = rtpend.Key
	Control      = rtpend.Control
	Unheard      = rtpend.Unheard
	Duplicate    = rtpend.Duplicate
	Late         = rtpend.Late
	Malformed    = rtpend.Malformed
	Unnegotiated = rtpend.Unnegotiated
	Stranger     = rtpend.Stranger
	Foreign      = rtpend.Foreign
	OnTrial      = rtpend.OnTrial
	Implausible  = rtpend.Implausible
)
