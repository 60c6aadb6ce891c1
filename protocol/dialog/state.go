package dialog

// State is where a Dialog stands.
type State uint8

// The states of the package comment's picture.
const (
	// Early: made by a provisional response or an INVITE, no 2xx yet.
	Early State = iota
	// Accepted2xx: our 2xx went out and is not acknowledged yet (UAS).
	Accepted2xx
	// Up: confirmed by 2xx and ACK.
	Up
	// Ending: over for the user; the BYE's answer is still to come.
	Ending
	// Terminated: nothing more happens.
	Terminated
)

// String gives the name of the state.
func (s State) String() string {
	names := [...]string{"Early", "Accepted2xx", "Up", "Ending", "Terminated"}
	if int(s) < len(names) {
		return names[s]
	}
	return "State?"
}
