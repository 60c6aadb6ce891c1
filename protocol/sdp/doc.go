// Package sdp reads and writes session descriptions (RFC 8866) and negotiates
// media with them (offer/answer: RFC 3264 and RFC 6337).
//
// Parse works in three steps. A tolerant pre-pass repairs what real peers get
// wrong without changing the meaning: blanks around "=", bare LF, missing s=
// and t=, lines in another order, unknown line types. pion/sdp then reads the
// canonical text. A strict check turns the result into a Session: a line that
// this package interprets is well-formed or the description is refused; what
// it doesn't interpret is kept as it came.
//
// Negotiation is the state machine of one dialog. It has no clock, no socket
// and no random source; the caller brings a Local, the description of what
// this side can do, to every step.
package sdp
