package txn

import "time"

// Profile is the timers of a line (RFC 3261 table 4). The timers that follow
// from others are methods.
type Profile struct {
	// T1 estimates the round trip, T2 caps the retransmission interval, T4 is
	// how long a message stays in the network.
	T1, T2, T4 time.Duration
	// B, F and H bound an INVITE, another request, and the wait for an ACK; J,
	// L and M absorb retransmissions: 64·T1 in RFC 3261 and RFC 6026.
	B, F, H, J, L, M time.Duration
	// D is how long a final response to INVITE is absorbed on UDP.
	D time.Duration
	// I and K absorb ACKs and responses on UDP: T4.
	I, K time.Duration
	// Trying is how long the TU may think before we send 100 for it (§17.2.1).
	Trying time.Duration
}

// RFC3261Profile is T1 500 ms, T2 4 s, T4 5 s.
func RFC3261Profile() Profile {
	const t1 = 500 * time.Millisecond
	return Profile{T1: t1, T2: 4 * time.Second, T4: 5 * time.Second, B: 64 * t1, F: 64 * t1, H: 64 * t1,
		J: 64 * t1, L: 64 * t1, M: 64 * t1, D: 32 * time.Second, I: 5 * time.Second, K: 5 * time.Second,
		Trying: 200 * time.Millisecond}
}

// IMSProfile is the timers between a UE and its P-CSCF (TS 24.229 table
// 7.7.1).
func IMSProfile() Profile {
	const long = 128 * time.Second
	return Profile{T1: 2 * time.Second, T2: 16 * time.Second, T4: 17 * time.Second, B: long, F: long, H: long,
		J: long, L: long, M: long, D: long, I: 17 * time.Second, K: 17 * time.Second,
		Trying: 200 * time.Millisecond}
}
