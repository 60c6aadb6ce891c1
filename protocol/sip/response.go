package sip

// NewResponse starts the response to a request as RFC 3261 §8.2.6.2 says: all
// Vias are copied as they came, the first From, To, Call-ID and CSeq, and
// Timestamp into a 100. An empty reason gives the status's default phrase. To
// has a tag only if the request's had one: see TagTo.
func NewResponse(req *Message, status int, reason string) *Draft {
	if reason == "" {
		reason = ReasonPhrase(status)
	}
	d := &Draft{Status: status, Reason: reason, fields: make([]Field, 0, 16)}
	for f := range req.Fields() {
		switch f.ID {
		case HVia:
			d.Add(f.ID, f.Value)
		case HFrom, HTo, HCallID, HCSeq:
			if !d.Has(f.ID) {
				d.Add(f.ID, f.Value)
			}
		case HTimestamp:
			if status == 100 {
				d.Add(f.ID, f.Value)
			}
		}
	}
	return d
}

// TagTo gives To a tag if it has none yet, as every response but a 100 needs
// (RFC 3261 §8.2.6.2).
func (d *Draft) TagTo(tag string) {
	to := d.Get(HTo)
	if a, err := ParseAddress(to); err == nil && a.Tag() == "" {
		d.Set(HTo, to+";tag="+tag)
	}
}
