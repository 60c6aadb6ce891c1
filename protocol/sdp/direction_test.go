package sdp

import "testing"

func TestDirection(t *testing.T) {
	for _, test := range []struct {
		d               Direction
		name            string
		sends, receives bool
		reverse         Direction
	}{
		{SendRecv, "sendrecv", true, true, SendRecv},
		{SendOnly, "sendonly", true, false, RecvOnly},
		{RecvOnly, "recvonly", false, true, SendOnly},
		{Inactive, "inactive", false, false, Inactive},
	} {
		if test.d.String() != test.name || test.d.Sends() != test.sends ||
			test.d.Receives() != test.receives || test.d.Reverse() != test.reverse {
			t.Errorf("%v: sends %v, receives %v, reverse %v", test.d, test.d.Sends(), test.d.Receives(), test.d.Reverse())
		}
		if d, ok := parseDirection(test.name); !ok || d != test.d {
			t.Errorf("%s is read as %v", test.name, d)
		}
		for other := SendRecv; other <= Inactive; other++ {
			both := test.d.And(other)
			if both.Sends() != (test.sends && other.Sends()) || both.Receives() != (test.receives && other.Receives()) {
				t.Errorf("%v and %v is %v", test.d, other, both)
			}
		}
	}
	if _, ok := parseDirection("sendonly "); ok {
		t.Error("a blank belongs to no name")
	}
	if got := Direction(9).String(); got != "Direction(9)" {
		t.Error(got)
	}
}

func TestStateNames(t *testing.T) {
	for s, want := range map[State]string{
		Idle: "idle", OfferSent: "offer sent", OfferReceived: "offer received", 7: "State(7)",
	} {
		if got := s.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
