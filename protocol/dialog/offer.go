package dialog

import (
	"errors"
	"fmt"

	"github.com/imsphone/imsphone/protocol/sdp"
)

// errNoSDP tells that a message which must carry SDP has none (RFC 3261
// §13.2.1).
var errNoSDP = errors.New("the message that must describe the media has no SDP")

// media is where offer and answer stand.
type media struct {
	local       sdp.Local
	negotiation *sdp.Negotiation
	phase       phase
	// answer went out in an unreliable response only: the 2xx repeats it.
	answer string
	// preview is the negotiation as an unreliable answer would have it.
	preview *sdp.Negotiation
	// broken is why the offer of the INVITE can't be used.
	broken error
	// holding tells that we hold the peer.
	holding bool
}

// phase is whose offer is outstanding (RFC 3264 §4).
type phase uint8

const (
	noOffer phase = iota
	ourOffer
	peerOffer
	agreed
)

// adoptPreview makes the unreliable answer the real one.
func (m *media) adoptPreview() {
	m.negotiation, m.preview, m.phase = m.preview, nil, agreed
}

// offer makes our offer of local.
func (d *Dialog) offer(local sdp.Local) (string, error) {
	body, err := d.media.negotiation.Offer(local)
	if err != nil {
		return "", fmt.Errorf("our offer: %w", err)
	}
	d.media.phase = ourOffer
	return body, nil
}

// answered takes the peer's answer to our offer and tells what was agreed.
func (d *Dialog) answered(body string) error {
	if body == "" {
		return errNoSDP
	}
	a, err := d.media.negotiation.Answered(body)
	if err != nil {
		return fmt.Errorf("the peer's answer: %w", err)
	}
	d.media.phase, d.media.preview = agreed, nil
	d.tell(Agreed{Agreement: &a})
	return nil
}

// offered takes the peer's offer.
func (d *Dialog) offered(body string) error {
	if body == "" {
		return errNoSDP
	}
	if err := d.media.negotiation.Offered(body); err != nil {
		return fmt.Errorf("the peer's offer: %w", err)
	}
	d.media.phase = peerOffer
	return nil
}

// answerOffer takes the peer's offer and gives our answer to it.
func (d *Dialog) answerOffer(body string) (string, error) {
	before := d.media.phase
	if err := d.offered(body); err != nil {
		return "", err
	}
	answer, err := d.makeAnswer()
	if err != nil {
		d.withdraw(before)
	}
	return answer, err
}

// makeAnswer answers the offer that is outstanding.
func (d *Dialog) makeAnswer() (string, error) {
	answer, a, err := d.media.negotiation.Answer(d.current())
	if err != nil {
		return "", fmt.Errorf("our answer: %w", err)
	}
	d.media.phase = agreed
	d.tell(Agreed{Agreement: &a})
	return answer, nil
}

// withdraw gives up the exchange that is under way: what was agreed before
// holds on (RFC 3261 §14.1).
func (d *Dialog) withdraw(before phase) {
	d.media.negotiation.Cancel()
	d.media.phase = before
}

// current is what we can do now: with our hold in it.
func (d *Dialog) current() sdp.Local {
	if d.media.holding {
		return d.media.local.Held()
	}
	return d.media.local
}
