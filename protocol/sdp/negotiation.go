package sdp

import (
	"fmt"
	"strconv"
	"strings"
)

// State is where offer and answer stand (RFC 3264 §4).
type State uint8

// The states of a Negotiation.
const (
	// Idle: nothing is outstanding.
	Idle State = iota
	// OfferSent: the peer owes an answer.
	OfferSent
	// OfferReceived: we owe an answer.
	OfferReceived
)

// String names the state.
func (s State) String() string {
	switch s {
	case Idle:
		return "idle"
	case OfferSent:
		return "offer sent"
	case OfferReceived:
		return "offer received"
	}
	return "State(" + strconv.Itoa(int(s)) + ")"
}

// Negotiation is the offer/answer state machine of one dialog. The zero value
// is ready to use. A method that returns an error has changed nothing.
//
//	state          Offer      Answered   Offered    Answer     Cancel
//	Idle           OfferSent  ErrNoOffer OfferRecvd ErrNoOffer Idle
//	OfferSent      ErrPending Idle       ErrPending ErrNoOffer Idle
//	OfferReceived  ErrPending ErrNoOffer ErrPending Idle       Idle
//
// So only one offer is ever outstanding in a dialog (RFC 3264 §4), a bad
// answer leaves the way open for a better one, and Cancel falls back to what
// was agreed before (RFC 3261 §14.1).
type Negotiation struct {
	state State
	// mine and theirs are the descriptions in force, nil before the first
	// agreement. Descriptions are never changed once they are here: Fork
	// shares them.
	mine, theirs *Session
	// pending is the outstanding offer of whichever side.
	pending *Session
	agreed  Agreement
	// origin and body are of the last description that we have sent.
	origin Origin
	body   string
	// numbers are the payload types that we have given away, by m= line: they
	// keep their meaning as long as the dialog lives (RFC 3264 §8.3.2).
	numbers [][]Codec
}

// State tells whose offer is outstanding.
func (n *Negotiation) State() State { return n.state }

// Agreed tells whether an offer was ever answered.
func (n *Negotiation) Agreed() bool { return n.mine != nil }

// Agreement gives what was agreed on last; the zero value before that.
func (n *Negotiation) Agreement() Agreement { return n.agreed }

// Remote gives the peer's description that is in force, nil before the first
// agreement. It must not be changed.
func (n *Negotiation) Remote() *Session { return n.theirs }

// Fork gives a copy with a life of its own: one offer, several early dialogs,
// each with its own answer (RFC 3261 §12.1.2).
func (n *Negotiation) Fork() *Negotiation {
	c := *n
	return &c
}

// Cancel withdraws the outstanding offer of either side; what was agreed
// before holds on.
func (n *Negotiation) Cancel() { n.state, n.pending = Idle, nil }

// Answered takes the peer's answer to our offer.
func (n *Negotiation) Answered(body string) (Agreement, error) {
	if n.state != OfferSent {
		return Agreement{}, ErrNoOffer
	}
	answer, err := Parse(body)
	if err != nil {
		return Agreement{}, err
	}
	if err := checkAnswer(n.pending, answer); err != nil {
		return Agreement{}, err
	}
	agreed := agreement(n.pending, answer)
	for i := range agreed.Streams {
		s := &agreed.Streams[i]
		// An answer that only follows our own direction is no hold of the peer.
		s.Held = s.Held && n.pending.Media[i].Direction.Sends()
		if !s.Rejected && !useful(s.Send, n.pending.Media[i].Codecs) {
			return Agreement{}, fmt.Errorf("%w: stream %d of the answer has none of the offered codecs", ErrNoCommonCodec, i+1)
		}
	}
	n.settle(n.pending, answer, agreed)
	return agreed, nil
}

// checkAnswer holds an answer against our offer (RFC 3264 §6).
func checkAnswer(offer, answer *Session) error {
	if len(answer.Media) != len(offer.Media) {
		return fmt.Errorf("%w: %d streams were offered, %d answered", ErrMismatch, len(offer.Media), len(answer.Media))
	}
	for i := range answer.Media {
		o, a := &offer.Media[i], &answer.Media[i]
		switch {
		case o.Kind != a.Kind:
			return fmt.Errorf("%w: stream %d was offered as %s and answered as %s", ErrMismatch, i+1, o.Kind, a.Kind)
		case a.Rejected():
		case o.Rejected():
			return fmt.Errorf("%w: stream %d was not offered and yet accepted", ErrMismatch, i+1)
		case a.Addr.IsMulticast():
			return fmt.Errorf("%w: stream %d was answered with the multicast address %v", ErrMismatch, i+1, a.Addr)
		case !strings.EqualFold(o.Proto, a.Proto):
			return fmt.Errorf("%w: stream %d was offered over %s and answered over %s", ErrMismatch, i+1, o.Proto, a.Proto)
		}
	}
	return nil
}

// Offered takes the peer's offer. The offer stays outstanding until Answer or
// Cancel.
func (n *Negotiation) Offered(body string) error {
	if n.state != Idle {
		return ErrPending
	}
	offer, err := Parse(body)
	if err != nil {
		return err
	}
	if err := n.checkOffer(offer); err != nil {
		return err
	}
	n.state, n.pending = OfferReceived, offer
	return nil
}

// checkOffer holds a further offer against what is in force: m= lines are
// never removed, and change their kind only where the stream was disabled
// (RFC 3264 §8).
func (n *Negotiation) checkOffer(offer *Session) error {
	if n.theirs == nil {
		return nil
	}
	if len(offer.Media) < len(n.theirs.Media) {
		return fmt.Errorf("%w: there were %d streams, the new offer has %d", ErrMismatch, len(n.theirs.Media), len(offer.Media))
	}
	for i := range n.theirs.Media {
		was, is := &n.theirs.Media[i], &offer.Media[i]
		if was.Kind != is.Kind && !n.agreed.Streams[i].Rejected {
			return fmt.Errorf("%w: stream %d was %s, the new offer makes it %s", ErrMismatch, i+1, was.Kind, is.Kind)
		}
	}
	return nil
}

// agreement works out all streams; both descriptions have as many.
func agreement(mine, theirs *Session) Agreement {
	a := Agreement{RemoteURI: theirs.URI, Streams: make([]Agreed, len(mine.Media))}
	for i := range mine.Media {
		a.Streams[i] = agree(&mine.Media[i], &theirs.Media[i])
	}
	return a
}

func (n *Negotiation) settle(mine, theirs *Session, agreed Agreement) {
	n.mine, n.theirs, n.agreed = mine, theirs, agreed
	n.state, n.pending = Idle, nil
}

// publish gives a description of ours its o= line and its text. The version
// goes up by one when the text changes (RFC 3264 §8).
func (n *Negotiation) publish(local Local, s *Session) string {
	if n.body == "" {
		n.origin = Origin{Username: local.Username, ID: local.SessionID, Version: local.SessionID, Addr: local.Addr}
	}
	s.Origin = n.origin
	body := s.String()
	if n.body != "" && body != n.body {
		n.origin.Version++
		s.Origin = n.origin
		body = s.String()
	}
	n.body = body
	n.remember(s)
	return body
}
