package actors

import (
	"sync"
	"time"

	"github.com/rs/zerolog"
)

// Event is news of the phone as the control socket tells it: past tense, flat,
// with only the fields that its type has.
type Event struct {
	// Class is "registration", "call" or "phone".
	Class string `json:"class"`
	// Type is what happened: registering, registered, failed, unregistered;
	// incoming, dialing, ringing, early-media, answered, held, resumed,
	// peer-held, peer-resumed, muted, unmuted, dtmf, quality, refused, forwarded,
	// ended; audio-lost, audio-back, ring-lost, restarted; video-started,
	// video-stopped, video-offered, camera-lost, camera-back.
	Type string    `json:"type"`
	Time time.Time `json:"time"`

	Account string `json:"account,omitempty"`
	Call    string `json:"call,omitempty"`
	// CallID is the call's SIP Call-ID, which the trace goes by.
	CallID string `json:"callId,omitempty"`
	// Remote is the other party's URI, Name what it calls itself.
	Remote string `json:"remote,omitempty"`
	Name   string `json:"name,omitempty"`
	// State and Reason are ModemManager's numbers with their names.
	State      int    `json:"state,omitempty"`
	Reason     int    `json:"reason,omitempty"`
	ReasonName string `json:"reasonName,omitempty"`
	// Status is a SIP status, Text a sentence for the user.
	Status  int      `json:"status,omitempty"`
	Text    string   `json:"text,omitempty"`
	Digit   string   `json:"digit,omitempty"`
	Codec   string   `json:"codec,omitempty"`
	Expires int      `json:"expires,omitempty"` // seconds
	Quality *Quality `json:"quality,omitempty"`
	// Video is, as seen from here, the direction of video that runs
	// (video-started) or that the far end offers (incoming, video-offered):
	// sendrecv, sendonly or recvonly.
	Video string `json:"video,omitempty"`
}

// Quality is how a stream does, as the local end measures it.
type Quality struct {
	SentPackets     uint64  `json:"sentPackets"`
	ReceivedPackets uint64  `json:"receivedPackets"`
	LostPackets     int64   `json:"lostPackets"`
	LatePackets     uint64  `json:"latePackets"`
	SkippedFrames   uint64  `json:"skippedFrames"`   // left out to shorten the delay
	StretchedFrames uint64  `json:"stretchedFrames"` // put in to lengthen it
	Strangers       uint64  `json:"strangers"`       // packets from elsewhere, dropped
	LossPercent     float64 `json:"lossPercent"`
	JitterMS        float64 `json:"jitterMs"`
	RoundTripMS     float64 `json:"roundTripMs"`
	OneWayMS        float64 `json:"oneWayMs"` // mouth to ear, estimated
	R               float64 `json:"r"`
	MOS             float64 `json:"mos"`
}

// logEvent writes an event to the log: quality reports, which come all the
// time, only for debugging.
func logEvent(log zerolog.Logger, e Event) {
	level := zerolog.InfoLevel
	if e.Type == "quality" {
		level = zerolog.DebugLevel
	}
	line := log.WithLevel(level).Str("event", e.Type)
	if e.Remote != "" {
		line = line.Str("remote", e.Remote)
	}
	if e.Status != 0 {
		line = line.Int("status", e.Status)
	}
	if q := e.Quality; q != nil {
		line = line.Float64("mos", q.MOS).Int64("lost", q.LostPackets).Uint64("late", q.LatePackets).
			Uint64("skipped", q.SkippedFrames).Uint64("stretched", q.StretchedFrames).
			Float64("jitter_ms", q.JitterMS).Float64("one_way_ms", q.OneWayMS)
	}
	line.Msg(e.Text)
}

// bus hands events to whoever listens. It never blocks a publisher: a listener
// that lags more than listenerBacklog events behind loses the newest.
type bus struct {
	mu        sync.Mutex
	listeners map[*listener]struct{}
}

type listener struct{ ch chan Event }

// listenerBacklog is how many events a listener may lag behind.
const listenerBacklog = 256

func newBus() *bus { return &bus{listeners: make(map[*listener]struct{})} }

func (b *bus) publish(e Event) {
	if e.Time.IsZero() {
		e.Time = time.Now()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for l := range b.listeners {
		select {
		case l.ch <- e:
		default:
		}
	}
}

func (b *bus) subscribe() (<-chan Event, func()) {
	l := &listener{ch: make(chan Event, listenerBacklog)}
	b.mu.Lock()
	b.listeners[l] = struct{}{}
	b.mu.Unlock()
	return l.ch, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if _, ok := b.listeners[l]; ok {
			delete(b.listeners, l)
			close(l.ch)
		}
	}
}
