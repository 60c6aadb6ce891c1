package actors

import "time"

// Status is a snapshot of the phone.
type Status struct {
	Accounts []AccountStatus `json:"accounts"`
	Calls    []CallStatus    `json:"calls"`
	Counters CounterStatus   `json:"counters"`
}

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
	// Waiting tells that the call came in while another was there.
	Waiting  bool      `json:"waiting,omitempty"`
	Started  time.Time `json:"started"`
	Answered time.Time `json:"answered,omitzero"`
	// Seconds is the time since the answer.
	Seconds int      `json:"seconds"`
	Quality *Quality `json:"quality,omitempty"`
}

// CounterStatus counts what the phone dropped, since its start.
type CounterStatus struct {
	Unexpected int64 `json:"unexpectedEvents"`
	Malformed  int64 `json:"malformedMessages"`
	Rejected   int64 `json:"rejectedMessages"`
	Overload   int64 `json:"overloadDrops"`
	Panics     int64 `json:"restartedActors"`
}
