package regevent

import "time"

// Fate is what became of our registration.
type Fate uint8

// The fates (TS 24.229 §5.1.1.7).
const (
	// Stands: nothing has happened to us.
	Stands Fate = iota
	// Rejoin: the network asks for a new registration at once (deactivated, or
	// the time was up), or it has ended this one without saying why.
	Rejoin
	// Later: not before RetryAfter (probation).
	Later
	// Barred: the network doesn't want us (rejected, unregistered).
	Barred
)

// Verdict is a [Fate] with its reason, an empty Event where none was told.
type Verdict struct {
	Fate       Fate
	Event      Event
	RetryAfter time.Duration
}

// Judge tells what a document says of us. ours recognises our contact by its
// URI. A contact of ours that is active for any identity stands, whatever
// happened to it for others. An identity without any contact of ours may be
// another device's and tells nothing, unless the document is a full one and the
// identity terminated: then no device has it any more (RFC 3680 §5.1). Kamailio
// passes on so that the HSS has ended a registration.
func (d Document) Judge(ours func(uri string) bool) Verdict {
	v := Verdict{}
	for _, r := range d.Registrations {
		if d.Full && r.State == Terminated && len(r.Contacts) == 0 && v.Fate == Stands {
			v.Fate = Rejoin
		}
		for _, c := range r.Contacts {
			if !ours(c.URI) {
				continue
			}
			if c.State == Active && r.State != Terminated {
				return Verdict{}
			}
			if f := fateOf(c.Event); f > v.Fate {
				v = Verdict{Fate: f, Event: c.Event, RetryAfter: c.RetryAfter}
			}
		}
	}
	return v
}

func fateOf(e Event) Fate {
	switch e {
	case Rejected, Unregistered:
		return Barred
	case Probation:
		return Later
	}
	return Rejoin
}
