// Package session is one audio stream of a call, one m= line: PCM in and RTP
// out, RTP in and PCM out, with the reports about both (RFC 3550, RFC 3551).
//
//	Capture  pcm ─▶ encoder ─▶ packet ─▶ caller's socket
//	Receive  packet ─▶ gate ─▶ source ─▶ jitter buffer     (or key, or report)
//	Playout  jitter buffer ─▶ decoder ─▶ concealment ─▶ pcm
//
// A session has no clock, socket or lock of its own. The caller hands in the
// time, carries the packets, and sees to it that only one goroutine at a time
// uses the session. Once made, a session allocates nothing for a frame.
//
// What comes from elsewhere than the negotiated peer is dropped: package rtpend
// has the rules.
package session
