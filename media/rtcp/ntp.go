package rtcp

import "time"

// ntpEpoch is the distance of 1900 from 1970 in seconds.
const ntpEpoch = 2208988800

// NTP gives t as an NTP timestamp: seconds since 1900 in the upper 32 bits, a
// binary fraction below (RFC 3550 §4). It wraps in 2036, as NTP's eras do.
func NTP(t time.Time) uint64 {
	seconds := uint64(t.Unix() + ntpEpoch)
	return seconds<<32 | uint64(t.Nanosecond())<<32/uint64(time.Second)
}

// FromNTP gives the time of an NTP timestamp, rounded to the nanosecond.
// Timestamps whose first bit is 0 belong to the era that begins in 2036 (RFC
// 4330 §3).
func FromNTP(n uint64) time.Time {
	seconds := int64(n >> 32)
	if n>>63 == 0 {
		seconds += 1 << 32
	}
	nanos := (n&0xFFFFFFFF)*uint64(time.Second) + 1<<31
	return time.Unix(seconds-ntpEpoch, int64(nanos>>32)).UTC()
}

// Middle gives the middle 32 bits of an NTP timestamp, the form of LSR (RFC
// 3550 §6.4.1): 16 bits of seconds, 16 of fraction.
func Middle(n uint64) uint32 { return uint32(n >> 16) }

// Short gives a duration in units of 1/65536 s, the form of DLSR, bounded to
// what that can hold, 0 to 18 hours.
func Short(d time.Duration) uint32 {
	if d <= 0 {
		return 0
	}
	seconds, rest := uint64(d/time.Second), uint64(d%time.Second)
	units := seconds<<16 + rest<<16/uint64(time.Second)
	return uint32(min(units, 1<<32-1))
}

// FromShort gives the duration of d/65536 s.
func FromShort(d uint32) time.Duration {
	return time.Duration(uint64(d) * uint64(time.Second) >> 16)
}
