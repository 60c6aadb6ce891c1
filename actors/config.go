package actors

import (
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/media/codec"
	"github.com/imsphone/imsphone/protocol/dialog"
	"github.com/imsphone/imsphone/protocol/sdp"
	"github.com/imsphone/imsphone/protocol/secagree"
	"github.com/imsphone/imsphone/protocol/txn"
)

// frameTime is the length of one audio frame: what the device captures, what a
// packet holds.
const frameTime = 20 * time.Millisecond

// Config is the phone's configuration. It does not change while it runs.
type Config struct {
	Accounts []AccountConfig
	Media    MediaConfig
	// UserAgent names us in User-Agent and Server headers.
	UserAgent string
	// FirstPort and LastPort bound the protected ports; 0 means 30000 to 32767,
	// which Linux doesn't give to others by itself.
	FirstPort, LastPort uint16
	// MaxCalls bounds the calls at one time; a further one that comes in gets
	// 486. 0 means 4.
	MaxCalls int
	Log      zerolog.Logger
	// Trace takes a copy of every SIP message; nil takes none.
	Trace *Trace
}

// AccountConfig is one line of the phone.
type AccountConfig struct {
	// Name is how the user calls it; it is unique.
	Name string
	// AOR is the address of record, "sip:alice@example.org".
	AOR     string
	Display string
	// Register tells whether the line registers; a line that doesn't makes and
	// takes direct calls.
	Register bool
	// AuthUser and Password answer digest challenges.
	AuthUser, Password string
	// Registrar is the request-URI of REGISTER, "sip:example.org".
	Registrar string
	// Proxy is the outbound proxy's URI, or empty: the domain's servers are
	// found by RFC 3263.
	Proxy string
	// Expires is the registration interval that is asked for.
	Expires time.Duration
	Socket  SIPConfig
	// InstanceID is the +sip.instance URN (RFC 5626 §4.1); empty leaves it out.
	InstanceID string
	// AutoAnswer answers incoming calls by itself, AnswerDelay after they ring.
	AutoAnswer  bool
	AnswerDelay time.Duration
	// IMS makes the account one of an IMS core; nil one of plain SIP.
	IMS *IMSConfig
	// SessionExpires is the session timer that we ask for (RFC 4028); 0 none.
	SessionExpires time.Duration
}

// IMSConfig is an account's way into an IMS core (TS 24.229 §5.1).
type IMSConfig struct {
	// PrivateID is the private user identity, Realm the home network's domain.
	PrivateID, Realm string
	// SIM names the SIM for [SIMPort]; it answers the network's challenges. An
	// account without one answers with AuthUser and Password.
	SIM string
	// PCSCF are the URIs of the P-CSCFs, the best first. Where there are none
	// the home domain's DNS leads to one.
	PCSCF []string
	// IPsec: the signalling is protected (TS 33.203); without it all goes in the
	// clear.
	IPsec bool
	// Backend is how: "" chooses, "kernel", "userspace", or "udp" for ESP in
	// UDP.
	Backend string
	// Encapsulation is the P-CSCF's port for ESP in UDP; 0 means 4500.
	Encapsulation uint16
	// Suites and Modes are what is offered, in the order of the offer.
	Suites []secagree.Suite
	Modes  []secagree.Mode
	// AccessNetwork is the value of P-Access-Network-Info; empty leaves it out.
	AccessNetwork string
}

// secured tells whether the account's signalling goes by IPsec.
func (a AccountConfig) secured() bool { return a.IMS != nil && a.IMS.IPsec }

// dialogTimers are the same for dialogs.
func (a AccountConfig) dialogTimers() dialog.Timers {
	p := a.timers()
	return dialog.Timers{T1: p.T1, T2: p.T2, T4: p.T4}
}

// timers are those of RFC 3261, or of the UE's leg in an IMS core.
func (a AccountConfig) timers() txn.Profile {
	if a.IMS != nil {
		return txn.IMSProfile()
	}
	return txn.RFC3261Profile()
}

// MediaConfig says what streams are made of.
type MediaConfig struct {
	// Codecs in order of preference, at least one.
	Codecs []codec.Spec
	// JitterMin and JitterMax bound the delay of the jitter buffer; 0 is 20 ms and
	// 200 ms.
	JitterMin, JitterMax time.Duration
	Video                VideoConfig
}

// VideoConfig says how a phone with a VideoPort does video.
type VideoConfig struct {
	// Wish is what the camera should deliver.
	Wish VideoWish
	// Bandwidth in kbit/s bounds what we send and tells the far end what it may;
	// 0 is no bound.
	Bandwidth int
	// Answer is what becomes of video that the far end offers.
	Answer VideoAnswer
}

// VideoAnswer is what becomes of video that the far end offers while the user
// has said nothing about it.
type VideoAnswer uint8

// The answers. Only VideoBoth ever starts the camera without being asked.
const (
	// VideoReceive shows the far end, and nothing of us; without a screen it is
	// VideoAsk.
	VideoReceive VideoAnswer = iota
	// VideoAsk refuses, and tells the user what was offered.
	VideoAsk
	// VideoBoth shows both ends.
	VideoBoth
	// VideoOff refuses without a word.
	VideoOff
)

// The payload types that we offer for telephone-event and comfort noise; an
// offer from the other side brings its own (RFC 4733 §2.4.1, RFC 3389 §4).
const (
	eventPayloadType = 101
	noisePayloadType = 13
)

// sdpCodecs is the audio stream's format list: the codecs in order of
// preference, then telephone-event and comfort noise.
func (m MediaConfig) sdpCodecs() []sdp.Codec {
	list := make([]sdp.Codec, 0, len(m.Codecs)+2)
	dynamic := uint8(96)
	for _, c := range m.Codecs {
		pt := uint8(c.PayloadType)
		if c.PayloadType < 0 {
			pt = dynamic
			dynamic++
		}
		list = append(list, sdp.Codec{PayloadType: pt, Name: c.Name, ClockRate: c.ClockRate, Channels: 1})
	}
	return append(list,
		sdp.Codec{PayloadType: eventPayloadType, Name: "telephone-event", ClockRate: 8000, Channels: 1, Fmtp: "0-16"},
		sdp.Codec{PayloadType: noisePayloadType, Name: "CN", ClockRate: 8000, Channels: 1},
	)
}

// spec finds the codec that was agreed on.
func (m MediaConfig) spec(c sdp.Codec) (codec.Spec, bool) {
	for _, s := range m.Codecs {
		if strings.EqualFold(s.Name, c.Name) && s.ClockRate == c.ClockRate {
			return s, true
		}
	}
	return codec.Spec{}, false
}

// env is what all actors of one phone share.
type env struct {
	Config
	media    MediaConfig
	ports    Ports
	bus      *bus
	counters *counters
	// audio is where streams ask for the sound device: the present incarnation
	// of the Audio actor.
	audio atomic.Pointer[actor.PID]
	// camera is the same for the camera; nil in a phone without video.
	camera atomic.Pointer[actor.PID]
	// ringAudio is the same for a device that only rings.
	ringAudio atomic.Pointer[actor.PID]
	// allocator is the SPIs and protected ports of all lines.
	allocator *allocator
	// protected are the guards by account, for whoever asks for the status:
	// reading their counters talks to the kernel, which no actor waits for.
	protected sync.Map
}

// counters count what is dropped or unexpected; status shows them.
type counters struct {
	unexpected, malformed, rejected, overload, panics atomic.Int64
	// outside are messages to accounts with IPsec that came from outside their
	// SAs.
	outside atomic.Int64
}
