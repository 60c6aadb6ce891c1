package dialog

import (
	"strconv"

	"github.com/imsphone/imsphone/protocol/sip"
)

// reliableIn acknowledges a reliable provisional response by PRACK, in the
// order of RSeq; offer and answer may ride on it (RFC 3262 §4, §5).
func (d *Dialog) reliableIn(m *sip.Message) {
	rseq, ok := m.Number(sip.HRSeq)
	seq, err := m.CSeq()
	if !ok || err != nil || rseq == 0 || d.rseq.take(seq.Seq, rseq) != fresh {
		return
	}
	prack := &sent{
		purpose: forPrack, method: sip.PRACK,
		fields: []sip.Field{{ID: sip.HRAck, Value: strconv.FormatUint(uint64(rseq), 10) + " " + cseq(seq.Seq, sip.INVITE)}},
	}
	d.route.refreshTarget(m)
	err = d.reliableMedia(m, prack)
	d.send(prack)
	if err != nil && d.state == Early {
		d.hangUp(NoMedia, 488, mediaText(err), nil)
	}
}

// reliableMedia takes the answer in a reliable response, or its offer when our
// INVITE had none: the PRACK then carries the answer. SDP after the exchange is
// over has no meaning and is passed over.
func (d *Dialog) reliableMedia(m *sip.Message, prack *sent) error {
	body := SDP(m)
	if body == "" {
		return nil
	}
	switch d.media.phase {
	case ourOffer:
		return d.answered(body)
	case noOffer:
		answer, err := d.answerOffer(body)
		prack.ctype, prack.body = SDPType, answer
		return err
	}
	return nil
}

// prackDone takes the end of a PRACK. One that failed ends the early dialog:
// the peer can't go on without it (RFC 3262 §4).
func (d *Dialog) prackDone(status int) {
	if status >= 300 && d.state == Early {
		d.end(Lost, status, "The other side lost track of the call while it was ringing.")
		d.finish()
	}
}
