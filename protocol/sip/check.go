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
// Parse's error: the checks of RFC 3261 §8.1.3.3, §8.2.2.1 and §18.3 that need
// no state. It is strict on what frames a message and on the headers that may
// occur only once; what an unknown method, option tag, body type or
// authentication scheme means is left to the layers above.
func Check(m *Message, perr error) Verdict {
	v := CheckRelay(m, perr)
	if v.Action != Accept {
		return v
	}
	if !m.IsRequest() {
		return checkVias(m)
	}
	return answerable(m, checkURI(m))
}

// CheckRelay is Check for a proxy: responses may have several Vias, and any
// request-URI passes.
func CheckRelay(m *Message, perr error) Verdict {
	if perr != nil {
		e, ok := perr.(*ParseError)
		if m == nil || !ok || e.Status == 0 {
			return Verdict{Action: Drop, Reason: perr.Error()}
		}
		return answerable(m, Verdict{Action: Reject, Status: e.Status, Reason: e.Reason})
	}
	if m == nil {
		return Verdict{Action: Drop, Reason: "No Message"}
	}
	if reason := m.fault(); reason != "" {
		return answerable(m, Verdict{Action: Reject, Status: 400, Reason: reason})
	}
	return Verdict{Action: Accept}
}

// answerable turns a Reject into a Drop where nobody may be answered: responses
// never are, nor is an ACK (RFC 3261 §17.1.1.3), nor a request whose answer
// would find no way back.
func answerable(m *Message, v Verdict) Verdict {
	if v.Action != Reject {
		return v
	}
	if !m.IsRequest() || m.method == ACK {
		return Verdict{Action: Drop, Reason: v.Reason}
	}
	if !m.Has(HVia) {
		return Verdict{Action: Drop, Reason: "No Via To Answer By"}
	}
	return v
}

// checkVias drops a response that has passed its last hop with more than our
// own Via: it strayed here (RFC 3261 §8.1.3.3).
func checkVias(m *Message) Verdict {
	n := 0
	for range m.Values(HVia) {
		if n++; n > 1 {
			return Verdict{Action: Drop, Reason: "More Than One Via In Response"}
		}
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

// branchCookie starts every branch made by the rules of RFC 3261 §8.1.1.7.
// Alone it names no transaction.
const branchCookie = "z9hG4bK"

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
	return m.badValue()
}

// badValue looks into the headers that the layers above can't do without.
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
	for v, err := range m.Vias() {
		if err != nil {
			return "Bad Via"
		}
		if v.Branch() == branchCookie {
			return "Empty Branch"
		}
	}
	for _, id := range [...]HeaderID{HFrom, HTo, HContact, HRoute, HRecordRoute} {
		if id == HContact && !m.IsRequest() {
			break // whoever uses a response's can tell better what to do without
		}
		for _, err := range m.Addresses(id) {
			if err != nil {
				return "Bad " + id.String()
			}
		}
	}
	return ""
}
