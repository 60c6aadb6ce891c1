// Package jitter holds the packets of one audio stream until it is their turn,
// no longer than the network's unrest asks for.
//
// Time is the measure, not the number of packets held: a packet's transit is
// its arrival less its timestamp, the least transit of the last packets is the
// base, and what is played at any moment is what had to arrive the target delay
// after the base. The target covers all but the rarest of the last transits, so
// it follows the measured jitter and every packet that came too late.
//
//	           base             target
//	sent ──────────────▶│◀─────────────────────▶│ played
//	                    │  fast …   … slow      │ late
//
// The playout position moves with the caller's clock. Where the sender's runs
// at another rate, or the target changed, whole frames are inserted or left
// out: for free where nothing is heard anyway, in quiet frames where there are
// any, and else only where the difference grows.
//
// No input can stop it: what doesn't continue the stream is dropped, and its
// successor starts the stream anew.
package jitter
