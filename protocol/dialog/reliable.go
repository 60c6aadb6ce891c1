package dialog

import (
	"strconv"
	"time"

	"github.com/imsphone/imsphone/protocol/sip"
)

const (
	// repeatProvisionalEvery keeps proxies from cancelling (RFC 3261
	// §13.3.1.1: every minute; RFC 3262 §3 for reliable ones: 2.5 minutes).
	repeatProvisionalEvery = time.Minute
	repeatReliableEvery    = 150 * time.Second
)

// provisional is a 1xx that is to be sent; media asks for our SDP in it.
type provisional struct {
	status int
	media  bool
}

// provisionals are the 1xx to the peer's INVITE.
type provisionals struct {
	// out is the reliable one that has no PRACK yet; the others wait in queue
	// (RFC 3262 §3: not two at once).
	out   *reliable
	queue []provisional
	rseq  uint32
	// last is repeated now and then.
	last *provisional
}

// reliable is a reliable response on its way.
type reliable struct {
	reply    reply
	rseq     uint32
	interval time.Duration
	// media tells that it carries SDP; offer that the SDP is our offer.
	media, offer bool
}

// progress sends a 1xx to the INVITE.
func (d *Dialog) progress(p provisional) {
	d.prov.last = &p
	if d.server.reliable {
		d.at.Set(alarmProvisional, d.after(repeatReliableEvery))
		d.prov.queue = append(d.prov.queue, p)
		d.nextReliable()
		return
	}
	d.at.Set(alarmProvisional, d.after(repeatProvisionalEvery))
	body, err := d.unreliableBody(p)
	if err != nil {
		d.reject(488, NoMedia, mediaText(err))
		return
	}
	d.respond(d.server.id, reply{req: d.server.invite, status: p.status, body: body})
}

// unreliableBody gives our answer for a 1xx that may get lost: the 2xx says the
// same again (RFC 3261 §13.2.1). An offer can't go this way.
func (d *Dialog) unreliableBody(p provisional) (string, error) {
	if d.media.broken != nil {
		return "", d.media.broken
	}
	if !p.media || d.media.answer != "" || d.media.phase != peerOffer {
		return d.media.answer, nil
	}
	answer, err := d.makeAnswer()
	if err != nil {
		return "", err
	}
	// The peer may still miss it: its offer stays open.
	d.media.answer, d.media.phase = answer, peerOffer
	return answer, nil
}

// repeatProvisional says again that the INVITE is being worked on.
func (d *Dialog) repeatProvisional() {
	if d.prov.last != nil && d.prov.out == nil && !d.server.final {
		d.progress(*d.prov.last)
	}
}

// nextReliable sends the next reliable response that waits (RFC 3262 §3).
func (d *Dialog) nextReliable() {
	if d.prov.out != nil || len(d.prov.queue) == 0 || d.server.final {
		return
	}
	p := d.prov.queue[0]
	d.prov.queue = d.prov.queue[1:]
	r := &reliable{interval: d.cfg.Timers.T1, rseq: d.nextRSeq()}
	body := ""
	if p.media && d.media.phase == peerOffer || d.media.phase == noOffer {
		// With a late offer the first reliable response must carry ours (RFC
		// 3261 §13.2.1).
		var err error
		if body, err = d.inviteBody(); err != nil {
			d.reject(488, NoMedia, mediaText(err))
			return
		}
	}
	r.media, r.offer = body != "", d.media.phase == ourOffer
	r.reply = reply{req: d.server.invite, status: p.status, body: body, fields: []sip.Field{
		{ID: sip.HRequire, Value: "100rel"},
		{ID: sip.HRSeq, Value: strconv.FormatUint(uint64(r.rseq), 10)},
	}}
	d.prov.out = r
	d.respond(d.server.id, r.reply)
	d.at.Set(alarmReliable, d.after(r.interval))
	d.at.Set(alarmNoPrack, d.after(64*d.cfg.Timers.T1))
}

// nextRSeq counts up from a random start below 2³¹ (RFC 3262 §3).
func (d *Dialog) nextRSeq() uint32 {
	if d.prov.rseq == 0 {
		d.prov.rseq = uint32(d.random(1 << 30))
	}
	d.prov.rseq++
	return d.prov.rseq
}

// repeatReliable retransmits at intervals that double without bound (RFC 3262
// §3).
func (d *Dialog) repeatReliable() {
	r := d.prov.out
	d.respond(d.server.id, r.reply)
	r.interval *= 2
	d.at.Set(alarmReliable, d.after(r.interval))
}

// noPrack refuses the INVITE: the peer can't hear us (RFC 3262 §3).
func (d *Dialog) noPrack() {
	d.reject(504, NoPrack, "The caller could not be reached while the phone was ringing.")
}

// prack takes the PRACK for a reliable response of ours (RFC 3262 §3). It comes
// to 481 when it is for none.
func (d *Dialog) prack(ev Incoming) {
	out := d.prov.out
	if out == nil || !d.matchesRAck(ev.Msg, out) {
		d.respond(ev.ID, reply{req: ev.Msg, status: 481})
		return
	}
	d.prov.out = nil
	d.at.Clear(alarmReliable, alarmNoPrack)
	answer, err := d.prackMedia(out, SDP(ev.Msg))
	if err != nil && !out.offer {
		d.respond(ev.ID, reply{req: ev.Msg, status: 488})
	} else {
		d.respond(ev.ID, reply{req: ev.Msg, status: 200, body: answer})
	}
	if d.server.final {
		return
	}
	if err != nil && out.offer {
		d.reject(488, NoMedia, mediaText(err))
		return
	}
	d.nextReliable()
	d.tryAccept()
}

func (d *Dialog) matchesRAck(m *sip.Message, out *reliable) bool {
	ack, ok := rackOf(m)
	return ok && ack.rseq == out.rseq && ack.invite == sip.CSeq{Seq: d.server.seq, Method: sip.INVITE}
}

// prackMedia takes the SDP of a PRACK: the answer to the offer in our 1xx, or a
// new offer whose answer goes into the 200 (RFC 3262 §5).
func (d *Dialog) prackMedia(out *reliable, body string) (string, error) {
	switch {
	case out.offer && d.media.phase == ourOffer:
		return "", d.answered(body)
	case body != "" && d.media.phase == agreed:
		return d.answerOffer(body)
	}
	return "", nil
}
