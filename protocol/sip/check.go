package sip

// Action is what a phone does with a message that it received.
type Action uint8

// The actions of a Verdict.
const (
	Accept Action = iota // pass it on to the transactions
	Reject               // answer it with Status
	Drop                 // forget it
)

// String gives "accept", "reject" or "drop".
func (a Action) String() string {
	switch a {
	case Accept:
		return "accept"
	case Reject:
		return "reject"
	}
	return "drop"
}

// Verdict is how a phone treats a message. Status and Reason are those of the
// answer if Action is Reject; of a Drop, Reason tells why.
type Verdict struct {
	Action Action
	Status int
	Reason string
}

// Check decides how a phone treats the message that Parse gave, together with
// Parse's error: the checks of RFC 3261 §8.1.3.3, §8.2.2.1 and §16.3 that need
// no state. It is strict on what frames a message and on the headers that may
// occur only once; what an unknown method, option tag, body type or
// authentication scheme means is left to the layers above.
func Check(m *Message, perr error) Verdict {
	v := verdict(m, perr)
	if v.Action != Reject {
		return v
	}
	// Responses are never answered, nor is an ACK (§17.1.1.3), nor a request
	// whose answer would find no way back.
	if !m.IsRequest() || m.method == ACK {
		return Verdict{Action: Drop, Reason: v.Reason}
	}
	if !m.Has(HVia) {
		return Verdict{Action: Drop, Reason: "No Via To Answer By"}
	}
	return v
}

func verdict(m *Message, perr error) Verdict {
	if perr != nil {
		e, ok := perr.(*ParseError)
		if m == nil || !ok || e.Status == 0 {
			return Verdict{Action: Drop, Reason: perr.Error()}
		}
		return Verdict{Action: Reject, Status: e.Status, Reason: e.Reason}
	}
	if m == nil {
		return Verdict{Action: Drop, Reason: "no message"}
	}
	if reason := m.fault(); reason != "" {
		return Verdict{Action: Reject, Status: 400, Reason: reason}
	}
	if m.IsRequest() {
		return checkURI(m)
	}
	return Verdict{Action: Accept}
}

// checkURI looks at the request-URI (§8.2.2.1): a phone answers for sip, sips
// and tel.
func checkURI(m *Message) Verdict {
	u, err := m.URI()
	switch {
	case err != nil:
		return Verdict{Action: Reject, Status: 400, Reason: "Bad Request-URI"}
	case u.Scheme != "sip" && u.Scheme != "sips" && u.Scheme != "tel":
		return Verdict{Action: Reject, Status: 416, Reason: ReasonPhrase(416)}
	case u.Headers != "":
		// §19.1.1, table 1: no headers in a request-URI.
		return Verdict{Action: Reject, Status: 400, Reason: "Headers in Request-URI"}
	}
	return Verdict{Action: Accept}
}

// fault gives what is wrong with the headers that make or break a message, or
// "".
func (m *Message) fault() string {
	for _, id := range [...]HeaderID{HFrom, HTo, HCallID, HCSeq, HVia} {
		if !m.Has(id) {
			return "Missing " + id.String()
		}
	}
	for _, id := range [...]HeaderID{HFrom, HTo, HCallID, HCSeq, HMaxForwards, HContentLength, HContentType} {
		if m.Count(id) > 1 {
			return "Multiple " + id.String()
		}
	}
	if reason := m.badValue(); reason != "" {
		return reason
	}
	return ""
}

func (m *Message) badValue() string {
	if m.CallID() == "" {
		return "Empty Call-ID"
	}
	c, err := m.CSeq()
	if err != nil {
		return "Bad CSeq"
	}
	if m.IsRequest() && c.Method != m.method {
		return "CSeq Method Does Not Match"
	}
	for _, err := range m.Vias() {
		if err != nil {
			return "Bad Via"
		}
	}
	for _, id := range [...]HeaderID{HFrom, HTo, HContact, HRoute, HRecordRoute} {
		for _, err := range m.Addresses(id) {
			if err != nil {
				return "Bad " + id.String()
			}
		}
	}
	if n, ok := m.Number(HMaxForwards); m.IsRequest() && m.Has(HMaxForwards) && (!ok || n > 255) {
		return "Bad Max-Forwards"
	}
	return ""
}
