// Package rtcp holds the control side of an RTP stream between two peers (RFC
// 3550 §6): reception statistics, sender and receiver reports with a source
// description or a goodbye, what a peer's reports say of us, round trip and
// report interval.
//
// Compounds are appended to the caller's buffer and read in place, without
// allocation. A compound counts as a whole or not at all: where one byte of its
// structure is wrong, none of it is believed.
package rtcp
