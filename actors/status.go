package actors

import (
	"slices"
	"time"

	"github.com/imsphone/imsphone/protocol/secagree"
)

// Status is a snapshot of the phone.
type Status struct {
	Accounts []AccountStatus `json:"accounts"`
	Calls    []CallStatus    `json:"calls"`
	// Network is the machine's addresses by its links, such as "eth0 192.0.2.7",
	// or [NoNetwork]; empty where that isn't known.
	Network string `json:"network,omitempty"`
	// Signal is how well the best of its Wi-Fi interfaces hears its network, in dBm:
	// -50 is strong, -80 weak. nil is for a machine that has joined none.
	Signal *int `json:"signal,omitempty"`
	// Volume is how loud calls are; nil where that isn't known.
	Volume   *Volume       `json:"volume,omitempty"`
	Counters CounterStatus `json:"counters"`
}

// NoNetwork is the Network of a machine that nobody can reach.
const NoNetwork = "none"

// AccountStatus is a snapshot of a line.
type AccountStatus struct {
	Name string `json:"name"`
	AOR  string `json:"aor"`
	// State is registering, registered, failed, unregistered or disabled (a
	// line that does not register).
	State string `json:"state"`
	// Text says why, and what to do, where the state needs words.
	Text string `json:"text,omitempty"`
	// Status is the SIP status behind a failure.
	Status int `json:"status,omitempty"`
	// Expires is the interval that the registrar granted, in seconds.
	Expires int `json:"expires,omitempty"`
	// Contact is what we registered, Flow how we reach the server.
	Contact string `json:"contact,omitempty"`
	Flow    string `json:"flow,omitempty"`
	// Identities are the public identities that the network gave us.
	Identities []string `json:"identities,omitempty"`
	// Retry is the time of the next try after a failure.
	Retry *time.Time `json:"retry,omitempty"`
	// Security is "ipsec" or "none" for an account of an IMS core.
	Security string `json:"security,omitempty"`
	// Notices are the last things that befell the registration without ending
	// it, such as a resynchronisation, the latest last.
	Notices []Notice `json:"notices,omitempty"`
	// Associations are the sets of SAs, the oldest first.
	Associations []AssociationStatus `json:"associations,omitempty"`
	// Outside are messages and packets that came from outside of them.
	Outside int64 `json:"outsideSAs,omitempty"`
}

// Notice is a piece of news of a registration.
type Notice struct {
	Time time.Time `json:"time"`
	Text string    `json:"text"`
}

// AssociationStatus is a set of four SAs. Keys are never shown.
type AssociationStatus struct {
	Set        uint32    `json:"set"`
	State      string    `json:"state"`
	Algorithms string    `json:"algorithms"`
	Mode       string    `json:"mode"`
	Expires    time.Time `json:"expires"`
	SAs        []SA      `json:"sas"`
}

// SA is one unidirectional SA and what it carried.
type SA struct {
	SPI  uint32 `json:"spi"`
	From string `json:"from"`
	To   string `json:"to"`
	// Counters are nil where they can't be read.
	Counters *SACounters `json:"counters,omitempty"`
}

// associationStatus shows a table of sets.
func associationStatus(members []secagree.Member) []AssociationStatus {
	list := make([]AssociationStatus, len(members))
	for i, m := range members {
		list[i] = AssociationStatus{Set: m.Gen, State: m.State.String(), Algorithms: m.Set.Suite.String(),
			Mode: m.Set.Mode.String(), Expires: m.Expires}
		for _, sa := range m.Set.SAs() {
			list[i].SAs = append(list[i].SAs, SA{SPI: sa.SPI, From: sa.Source.String(), To: sa.Destination.String()})
		}
	}
	return list
}

// countSAs adds what the SAs' counters say at the moment.
func (e *env) countSAs(s *Status) {
	for i := range s.Accounts {
		a := &s.Accounts[i]
		a.Associations = slices.Clone(a.Associations) // the snapshot is the line's
		v, ok := e.protected.Load(a.Name)
		if !ok {
			continue
		}
		socket := v.(guard)
		s.Counters.Outside += int64(socket.Outside())
		a.Outside = socket.outside()
		for j := range a.Associations {
			countSet(socket, &a.Associations[j])
		}
	}
}

func countSet(socket ProtectedSocket, set *AssociationStatus) {
	counters, err := socket.Counters(set.Set)
	if err != nil {
		return
	}
	set.SAs = slices.Clone(set.SAs)
	for i := range set.SAs {
		set.SAs[i].Counters = &counters[i]
	}
}

// CallStatus is a snapshot of a call.
type CallStatus struct {
	Call    string `json:"call"`
	Account string `json:"account"`
	// State is ModemManager's MMCallState, StateName its name.
	State     int    `json:"state"`
	StateName string `json:"stateName"`
	// Direction is incoming or outgoing.
	Direction string `json:"direction"`
	Remote    string `json:"remote"`
	Name      string `json:"name,omitempty"`
	// CallID is the SIP Call-ID, which the trace goes by.
	CallID string `json:"callId,omitempty"`
	Codec  string `json:"codec,omitempty"`
	// PeerHolds tells that the far end has put us on hold.
	PeerHolds bool `json:"peerHolds,omitempty"`
	// Muted tells that silence goes out instead of the microphone.
	Muted bool `json:"muted,omitempty"`
	// Waiting tells that the call came in while another was there.
	Waiting  bool      `json:"waiting,omitempty"`
	Started  time.Time `json:"started"`
	Answered time.Time `json:"answered,omitzero"`
	// Seconds is the time since the answer.
	Seconds int      `json:"seconds"`
	Quality *Quality `json:"quality,omitempty"`
	// Video is nil while neither end has anything to do with video.
	Video *VideoStatus `json:"video,omitempty"`
}

// VideoStatus is a call's video.
type VideoStatus struct {
	// Direction is ours: sendrecv, sendonly, recvonly, or inactive.
	Direction string `json:"direction"`
	// Offered is what the far end is ready for, as seen from here.
	Offered string `json:"offered"`
	Codec   string `json:"codec,omitempty"`
	// Sent and Received are nil before the first figures.
	Sent     *VideoFlow `json:"sent,omitempty"`
	Received *VideoFlow `json:"received,omitempty"`
	// CameraLost tells that the far end sees a blank picture.
	CameraLost bool `json:"cameraLost,omitempty"`
}

// VideoFlow is one direction of video.
type VideoFlow struct {
	Frames uint64 `json:"frames"`
	// Dropped are pictures that weren't sent because of the bandwidth, or that
	// didn't come whole.
	Dropped uint64  `json:"dropped"`
	Width   int     `json:"width"`
	Height  int     `json:"height"`
	FPS     float64 `json:"fps"`
	KBPS    float64 `json:"kbps"`
	// LostPackets and JitterMS are ours for what we receive, the far end's for
	// what we send.
	LostPackets int64   `json:"lostPackets"`
	JitterMS    float64 `json:"jitterMs"`
}

// CounterStatus counts what the phone dropped, since its start.
type CounterStatus struct {
	Unexpected int64 `json:"unexpectedEvents"`
	Malformed  int64 `json:"malformedMessages"`
	Rejected   int64 `json:"rejectedMessages"`
	Overload   int64 `json:"overloadDrops"`
	Panics     int64 `json:"restartedActors"`
	// Outside are messages and packets to accounts with IPsec that came from
	// outside their SAs.
	Outside int64 `json:"outsideSAs"`
}
