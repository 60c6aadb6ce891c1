// Package video is one video stream of a call, one m= line: pictures in and RTP
// out, RTP in and JPEG out, with the reports about both (RFC 3550, RFC 2435).
//
//	Frame ─ Encoder ─▶ image ─ Capture, Packet ─▶ packets, in bursts ─▶ caller's socket
//	Receive  packet ─▶ rtpend ─▶ assembler ─▶ JPEG ─ Decode ─▶ picture
//
// A session has no clock, socket or lock of its own. The caller hands in the
// time, carries the packets, waits between bursts, and sees to it that only one
// goroutine at a time uses the session. The encoder is apart from it, so that
// nothing that takes long happens between two packets that arrive.
//
// A picture that isn't complete is not shown: the last one stays. Each is
// complete in itself, so nobody has to be asked for another.
package video
