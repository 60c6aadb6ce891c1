package rtcp

// Interarrival estimates the interarrival jitter of a stream (RFC 3550 §6.4.1
// and A.8). All times are in units of the RTP clock. The zero value is ready.
type Interarrival struct {
	begun   bool
	transit int32
	jitter  uint32 // 16 times the estimate, so that no rounding accumulates
}

// Add takes a packet by its timestamp and its arrival on the same clock. What
// counts is how the distance of the two changes, so the origin of arrival is
// free. Packets that repeat a timestamp (RFC 4733 events) don't belong here.
func (i *Interarrival) Add(timestamp, arrival uint32) {
	transit := int32(arrival - timestamp)
	if !i.begun {
		i.begun, i.transit = true, transit
		return
	}
	d := int64(int32(uint32(transit) - uint32(i.transit)))
	i.transit = transit
	if d < 0 {
		d = -d
	}
	// 16 times the greatest distance does not fit: the estimate stops there
	// and doesn't wrap.
	i.jitter = uint32(min(int64(i.jitter)+d-(int64(i.jitter)+8)>>4, 1<<32-1))
}

// Jitter is the estimate in units of the RTP clock.
func (i *Interarrival) Jitter() uint32 { return i.jitter >> 4 }
