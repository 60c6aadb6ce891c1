package call

// State is a ModemManager MMCallState.
type State uint8

// The states, with ModemManager's numbers.
const (
	Unknown    State = 0
	Dialing    State = 1
	RingingOut State = 2
	RingingIn  State = 3
	Active     State = 4
	Held       State = 5
	Waiting    State = 6
	Terminated State = 7
)

// String gives ModemManager's name: "ringing-out".
func (s State) String() string {
	names := [...]string{"unknown", "dialing", "ringing-out", "ringing-in", "active", "held", "waiting", "terminated"}
	if int(s) < len(names) {
		return names[s]
	}
	return "unknown"
}

// Reason is a ModemManager MMCallStateReason: why the state is what it is.
type Reason uint8

// The reasons, with ModemManager's numbers.
const (
	ReasonUnknown          Reason = 0
	ReasonOutgoingStarted  Reason = 1
	ReasonIncomingNew      Reason = 2
	ReasonAccepted         Reason = 3
	ReasonTerminated       Reason = 4
	ReasonRefusedOrBusy    Reason = 5
	ReasonError            Reason = 6
	ReasonAudioSetupFailed Reason = 7
	ReasonTransferred      Reason = 8
	ReasonDeflected        Reason = 9
)

// String gives ModemManager's name: "refused-or-busy".
func (r Reason) String() string {
	names := [...]string{"unknown", "outgoing-started", "incoming-new", "accepted", "terminated",
		"refused-or-busy", "error", "audio-setup-failed", "transferred", "deflected"}
	if int(r) < len(names) {
		return names[r]
	}
	return "unknown"
}
