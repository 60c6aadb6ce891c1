package reg

import (
	"errors"
	"fmt"
	"time"

	"github.com/imsphone/imsphone/protocol/aka"
	"github.com/imsphone/imsphone/protocol/digest"
	"github.com/imsphone/imsphone/protocol/secagree"
	"github.com/imsphone/imsphone/protocol/sip"
)

// maxInvalid bounds the challenges in a row that the SIM refuses
// (TS 24.229 §5.1.1.5.3).
const maxInvalid = 2

const (
	// maxAnswered bounds the answers that the network may refuse by another
	// challenge. Some may be its own fault: Kamailio's S-CSCF sends a challenge
	// before it has stored what it expects, and challenges again who is quick.
	maxAnswered = 3
	// maxAKA bounds the challenges of one try: those that are answered, those of
	// which another one was asked for, and those that the SIM refuses.
	maxAKA = 2*maxAnswered + maxInvalid
)

// The reasons to give a challenge up that no waiting mends.
var (
	errNotAKA = errors.New("the network's challenge is not AKA: this account is a SIP account with a password, or the network does no AKA (ipsec = off and a password answer it)")
	errRES    = errors.New("the network refused the SIM's answer: its K or OPc differs from ours")
	errAgain  = errors.New("the SIM refuses every challenge of the network")
	errOldSQN = errors.New("the network goes on with sequence numbers (SQN) that the SIM has seen, although it was told the SIM's (AUTS): somebody replays challenges, or the HSS does not resynchronise")
)

// akaChallenged takes a 401 or 407 of an IMS registration: the SAs are chosen,
// then the SIM is asked. ok is false where the challenge is one for a password,
// which an account with IPsec never answers.
func (r *Registration) akaChallenged(now time.Time, msg *sip.Message, fx []Effect) (_ []Effect, ok bool) {
	if r.ims == nil || msg.Status() != 401 && msg.Status() != 407 {
		return fx, false
	}
	c, found := akaChallenge(msg)
	if !found {
		if !r.secured() {
			return fx, false
		}
		return r.giveUp(now, msg.Status(), errNotAKA, fx), true
	}
	proved := r.ims.next.gen != 0
	fx = r.abandon(fx) // what stood for the answer that wasn't accepted
	r.attempts++
	switch {
	case r.ims.answered >= maxAnswered && !c.Stale:
		return r.giveUp(now, 401, errRES, fx), true
	case r.attempts > maxAKA:
		return r.giveUp(now, 401, errAgain, fx), true
	case proved:
		return r.askAnew(now, fx), true
	}
	if r.secured() {
		a, err := r.ims.offer.Choose(msg.Lines(sip.HSecurityServer), msg.Values(sip.HSecurityServer))
		if err != nil {
			return r.giveUp(now, 401, err, fx), true
		}
		r.ims.agreement = a
	}
	rand, autn, _, err := aka.ParseNonce(c.Nonce)
	if err != nil {
		return r.giveUp(now, 401, fmt.Errorf("the network's challenge can't be read: %w", err), fx), true
	}
	r.ims.challenge = c
	r.ims.id++
	r.state = Authenticating
	return append(fx, Authenticate{ID: r.ims.id, RAND: rand, AUTN: autn}), true
}

// askAnew follows a challenge of the REGISTER that answered one over a set of its
// own. The P-CSCF has SAs of that set's SPIs and ports already, and Kamailio's
// keeps them with the keys of the former challenge: it would hear nothing of the
// answer. So a REGISTER with others asks for a challenge once more.
func (r *Registration) askAnew(now time.Time, fx []Effect) []Effect {
	if err := r.renew(); err != nil {
		return r.giveUp(now, 0, err, fx)
	}
	r.resume()
	return r.send(fx)
}

// akaChallenge gives the first challenge that is one of AKA.
func akaChallenge(msg *sip.Message) (digest.Challenge, bool) {
	for line := range msg.Lines(sip.HWWWAuthenticate) {
		c, err := digest.ParseChallenge(line)
		if err != nil {
			continue
		}
		if _, ok := c.AKA(); ok {
			return c, true
		}
	}
	return digest.Challenge{}, false
}

// authenticating waits for the SIM.
func (r *Registration) authenticating(now time.Time, ev Event, fx []Effect) []Effect {
	switch ev := ev.(type) {
	case Authenticated:
		if ev.ID != r.ims.id {
			return r.unexpected(ev, fx)
		}
		return r.authenticated(now, ev, fx)
	case FlowLost:
		return r.failover(now, 0, "the connection to the server broke: "+ev.Err.Error(), 0, fx)
	case SetEnded:
		return r.setEnded(now, ev, fx)
	case Terminated:
		return r.terminated(now, ev, fx)
	case Tick:
		if r.removing {
			return r.overdue(now, fx)
		}
	case Start:
		return fx // it is under way
	}
	return r.unexpected(ev, fx)
}

func (r *Registration) authenticated(now time.Time, ev Authenticated, fx []Effect) []Effect {
	var sync *aka.SyncError
	switch {
	case ev.Err == nil:
		r.ims.invalid, r.ims.keys = 0, ev.Keys
		return r.protect(fx)
	case errors.As(ev.Err, &sync):
		return r.refuseChallenge(now, sync, ev.Err, fx)
	case errors.Is(ev.Err, aka.ErrMAC):
		return r.refuseChallenge(now, nil, ev.Err, fx)
	}
	return r.giveUp(now, 0, fmt.Errorf("the SIM can't be asked: %w", ev.Err), fx)
}

// refuseChallenge tells the network that the SIM took its challenge for wrong
// (RFC 3310 §3.4, TS 24.229 §5.1.1.5.3): over the sets that stand, with new SPIs
// and ports.
func (r *Registration) refuseChallenge(now time.Time, sync *aka.SyncError, err error, fx []Effect) []Effect {
	r.ims.reason = refusedSIM(sync, err.Error())
	fx = append(fx, Notice{Text: r.ims.reason})
	if r.ims.invalid++; r.ims.invalid > maxInvalid {
		if sync != nil {
			err = errOldSQN
		}
		return r.giveUp(now, 401, err, fx)
	}
	if r.secured() {
		if err := r.renew(); err != nil {
			return r.giveUp(now, 0, err, fx)
		}
	}
	r.resume()
	if sync != nil {
		return r.send(fx, r.credentials(r.cfg.Agent.AnswerWith(r.ims.challenge, "", sync.AUTS[:], r.digestRequest())))
	}
	return r.send(fx, r.credentials(r.cfg.Agent.Decline(r.ims.challenge, r.digestRequest())))
}

func (r *Registration) credentials(value string) sip.Field {
	return sip.Field{ID: sip.HAuthorization, Value: value}
}

// protect asks for the SAs that the answer goes over.
func (r *Registration) protect(fx []Effect) []Effect {
	if !r.secured() {
		return r.answerAKA(fx)
	}
	r.ims.gens++
	r.ims.next = association{r.ims.gens, r.ims.agreement.Verify}
	r.state = Protecting
	set := r.ims.agreement.Set()
	set.IK, set.CK = r.ims.keys.IK(), r.ims.keys.CK()
	return append(fx, Protect{Gen: r.ims.next.gen, Set: set})
}

// protecting waits for the SAs.
func (r *Registration) protecting(now time.Time, ev Event, fx []Effect) []Effect {
	switch ev := ev.(type) {
	case Protected:
		if ev.Gen != r.ims.next.gen {
			return r.unexpected(ev, fx)
		}
		return r.answerAKA(fx)
	case SetEnded:
		return r.setEnded(now, ev, fx)
	case Unprotected:
		if ev.Gen != r.ims.next.gen {
			return r.unexpected(ev, fx)
		}
		r.ims.next = association{}
		return r.giveUp(now, 0, fmt.Errorf("the security associations can't be set up: %w", ev.Err), fx)
	case FlowLost:
		return r.failover(now, 0, "the connection to the server broke: "+ev.Err.Error(), 0, fx)
	case Terminated:
		return r.terminated(now, ev, fx)
	case Tick:
		if r.removing {
			return r.overdue(now, fx)
		}
	case Start:
		return fx // it is under way
	}
	return r.unexpected(ev, fx)
}

// answerAKA sends the answer that the SIM gave. The keys are forgotten: the SAs
// and the agent have them now.
func (r *Registration) answerAKA(fx []Effect) []Effect {
	algorithm, _ := r.ims.challenge.AKA()
	value := r.cfg.Agent.AnswerWith(r.ims.challenge, r.ims.keys.Password(algorithm), nil, r.digestRequest())
	r.ims.keys = aka.Keys{}
	r.ims.answered++
	r.resume()
	return r.send(fx, r.credentials(value))
}

// resume goes back to what the challenge interrupted.
func (r *Registration) resume() {
	r.state = Trying
	if r.removing {
		r.state = Leaving
	}
}

// giveUp ends a try that the same network would answer the same again. The next
// one starts with a Call-ID of its own (TS 24.229 §5.1.1.5.1).
func (r *Registration) giveUp(now time.Time, status int, err error, fx []Effect) []Effect {
	r.callID = r.cfg.NewToken()
	if r.removing {
		return r.ended(fx)
	}
	delay := time.Duration(0)
	var none *secagree.NoneUsableError
	if errors.Is(err, errRES) || errors.Is(err, errNotAKA) || errors.Is(err, aka.ErrMAC) || errors.As(err, &none) {
		delay = maxBackoff // wrong keys and missing algorithms don't mend themselves
	}
	return r.wait(now, status, err.Error(), delay, fx)
}
